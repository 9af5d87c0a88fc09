/* SPDX-License-Identifier: MIT */
/* line_table: made by `make tables` from format/lines.txt. It is included by format/line.c only. */
#ifndef SSELOG_FORMAT_LINE_TABLE_H
#define SSELOG_FORMAT_LINE_TABLE_H

/* clang-format off */
static const struct line_form line_forms[] = {
    {.name = "compose",
     .expression =
         "^(?<service>[A-Za-z0-9][A-Za-z0-9_.-]{0,62}[_-]\\d{1,4}) {1,40}\\| ",
     .needs = "| ",
     .groups = {"service"},
     .pairs = false, .then = LINE_LINE, .only = false},
    {.name = "compose-name",
     .expression =
         "^(?<service>[A-Za-z0-9][A-Za-z0-9_.-]{0,62}) {1,40}\\| ",
     .needs = "| ",
     .groups = {"service"},
     .pairs = false, .then = LINE_LINE, .only = true},
    {.name = "cri",
     .expression =
         "^(?<cut>(?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{1,9}(?:Z|[+-]\\d\\d:\\d\\d)) (?<s"
         "tream>stdout|stderr) [FP](?::[^ \\n]*)? )",
     .needs = "std",
     .groups = {"cut", "time", "stream"},
     .pairs = false, .then = LINE_LINE, .only = false},
    {.name = "syslog-5424",
     .expression =
         "^(?<cut><(?<pri>\\d{1,3})>1 (?:-|(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\"
         "d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|B"
         "ST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)) )(?<hostname>[^ \\n"
         "]{1,255}) (?<app>[^ \\n]{1,48}) (?<pid>[^ \\n]{1,128}) (?<msgid>[^ \\n]{1,32}) (?:-"
         "|(?<pairs>(?:\\[[^ =\\]\"\\n]{1,128}(?: [^ =\\]\"\\n]{1,128}=\"(?:[^\"\\\\\\n]|\\\\[^\\n])*\")*\\"
         "])+))(?: (?:\\xef\\xbb\\xbf)?|(?![^\\n]))",
     .needs = ">1 ",
     .groups = {"cut", "pri", "time", "hostname", "app", "pid", "msgid", "pairs"},
     .pairs = false, .then = LINE_LINE, .only = false},
    {.name = "syslog",
     .expression =
         "^(?<cut>(?:<(?<pri>\\d{1,3})>)?(?<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct"
         "|Nov|Dec) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?) )(?<hostname>[A-Za-z0-9_.:-]{1"
         ",255}) (?<app>[A-Za-z0-9_./@()-]{1,64})(?:\\[(?<pid>[0-9]+)\\])?: ",
     .needs = ": ",
     .groups = {"cut", "pri", "time", "hostname", "app", "pid"},
     .pairs = false, .then = LINE_LINE, .only = false},
    {.name = "syslog-iso",
     .expression =
         "^(?<cut>(?:<(?<pri>\\d{1,3})>)?(?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,"
         "9})?[+-]\\d\\d:?\\d\\d|\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?Z) )(?!(?:(?:T("
         "?:R(?:ACE|C)|r(?:ace|c))|tr(?:ace|c)|D(?:EBUG|ebug|BG|bg)|d(?:ebug|bg)|V(?:ERBOS"
         "E|erbose)|verbose|I(?:NF(?:O(?:RMATION)?)?|nf(?:o(?:rmation)?)?)|inf(?:o(?:rmati"
         "on)?)?|N(?:OTICE|otice)|notice|W(?:ARN(?:ING)?|arn(?:ing)?|RN|rn)|w(?:arn(?:ing)"
         "?|rn)|E(?:RR(?:OR)?|rr(?:or)?|MERG(?:ENCY)?|merg(?:ency)?)|e(?:rr(?:or)?|merg(?:"
         "ency)?)|S(?:EVERE|evere|UCCESS|uccess)|s(?:evere|uccess)|C(?:RIT(?:ICAL)?|rit(?:"
         "ical)?|ONFIG|onfig)|c(?:rit(?:ical)?|onfig)|F(?:ATAL|atal|INE(?:R|ST)?|ine(?:r|s"
         "t)?|TL|tl)|f(?:atal|ine(?:r|st)?|tl)|A(?:LERT|lert)|alert|P(?:ANIC|anic|NC|nc)|p"
         "(?:anic|nc))) )(?<hostname>[A-Za-z0-9_.:-]{1,255}) (?<app>[A-Za-z0-9_./@()-]{1,6"
         "4})(?:\\[(?<pid>[0-9]+)\\]: |: (?=[^ ]))",
     .needs = " ",
     .groups = {"cut", "pri", "time", "hostname", "app", "pid"},
     .pairs = false, .then = LINE_LINE, .only = false},
    {.name = "heroku",
     .expression =
         "^(?<cut>(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?"
         ":Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD"
         "]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )(?<app>[A-Za-z][A-Za-z0-9_-]{0,62})\\[(?<pr"
         "ocess>[A-Za-z][A-Za-z0-9_-]{0,62}(?:\\.\\d+)?)\\]: ",
     .needs = "]: ",
     .groups = {"cut", "time", "app", "process"},
     .pairs = false, .then = LINE_LINE, .only = false},
    {.name = "syslog-pri",
     .expression =
         "^(?<cut><(?<pri>\\d{1,3})>)(?=[^ \\n])",
     .needs = "<",
     .groups = {"cut", "pri"},
     .pairs = false, .then = LINE_LINE, .only = false},
    {.name = "python-basic",
     .expression =
         "^(?<said>(?<level>(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL))):)(?<module>[A-Za-z_"
         "][A-Za-z0-9_.]*):(?=[^ \\n])",
     .needs = ":",
     .groups = {"said", "level", "module"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "vhost-combined",
     .expression =
         "^(?<hostname>[A-Za-z0-9_.\\[\\]:*-]+:\\d+) (?<host>[A-Za-z0-9_.:%-]+) (?<ident>[^ \\"
         "n]+) (?<user>[^ \\n]+) (?<cut>\\[(?<time>\\d\\d/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|S"
         "ep|Oct|Nov|Dec)/\\d{4}[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?: [+-]\\d{4})?)\\] )\"(?<req"
         "uest>(?<method>[A-Z][A-Za-z_-]{1,31}) (?<path>[^ \"\\n]+)(?: (?<protocol>[A-Z]+/[0"
         "-9.]+))?|(?:[^\"\\\\\\n]|\\\\[^\\n])*)\" (?<status>\\d{3}) (?<size>\\d+|-)(?: \"(?<referer>"
         "(?:[^\"\\\\\\n]|\\\\[^\\n])*)\" \"(?<agent>(?:[^\"\\\\\\n]|\\\\[^\\n])*)\")?",
     .needs = "] ",
     .groups = {"hostname", "host", "ident", "user", "cut", "time", "request", "method", "path", "protocol", "status", "size", "referer", "agent"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "lighttpd-access",
     .expression =
         "^(?<host>[A-Za-z0-9_.:%-]+) (?<hostname>[A-Za-z0-9_.\\[\\]:-]*[A-Za-z0-9_.\\[\\]:][A"
         "-Za-z0-9_.\\[\\]:-]*) (?<user>[^ \\n]+) (?<cut>\\[(?<time>\\d\\d/(?:Jan|Feb|Mar|Apr|Ma"
         "y|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\\d{4}[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?: [+-]\\d{4"
         "})?)\\] )\"(?<request>(?<method>[A-Z][A-Za-z_-]{1,31}) (?<path>[^ \"\\n]+)(?: (?<pro"
         "tocol>[A-Z]+/[0-9.]+))?|(?:[^\"\\\\\\n]|\\\\[^\\n])*)\" (?<status>\\d{3}) (?<size>\\d+|-)("
         "?: \"(?<referer>(?:[^\"\\\\\\n]|\\\\[^\\n])*)\" \"(?<agent>(?:[^\"\\\\\\n]|\\\\[^\\n])*)\")?(?: (?"
         "<duration>\\d+(?:\\.\\d+)?)(?=[ \\n]|(?![^\\n])))?",
     .needs = "] ",
     .groups = {"host", "hostname", "user", "cut", "time", "request", "method", "path", "protocol", "status", "size", "referer", "agent", "duration"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "access",
     .expression =
         "^(?<host>[A-Za-z0-9_.:%-]+) (?<ident>[^ \\n]+) (?<user>[^ \\n]+|\"(?:[^\"\\\\\\n]|\\\\[^\\"
         "n])*\") (?<cut>\\[(?<time>\\d\\d/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)"
         "/\\d{4}[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?: [+-]\\d{4})?)\\] )\"(?<request>(?<method>"
         "[A-Z][A-Za-z_-]{1,31}) (?<path>[^ \"\\n]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|(?:[^\""
         "\\\\\\n]|\\\\[^\\n])*)\" (?<status>\\d{3}) (?<size>\\d+|-)(?: \"(?<referer>(?:[^\"\\\\\\n]|\\\\["
         "^\\n])*)\" \"(?<agent>(?:[^\"\\\\\\n]|\\\\[^\\n])*)\")?(?: (?<duration>\\d+(?:\\.\\d+)?)(?=[ \\"
         "n]|(?![^\\n])))?",
     .needs = "] ",
     .groups = {"host", "ident", "user", "cut", "time", "request", "method", "path", "protocol", "status", "size", "referer", "agent", "duration"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "fpm-access",
     .expression =
         "^(?<client>[0-9A-Fa-f.:-]+) -  ?(?:(?<user>[^ \\n]+) )?(?<cut>(?<time>\\d\\d/(?:Jan"
         "|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\\d{4}[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6"
         "})?(?: [+-]\\d{4})?) )\"(?<request>(?<method>[A-Z][A-Za-z_-]{1,31}) (?<path>[^ \"\\n"
         "]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|(?:[^\"\\\\\\n]|\\\\[^\\n])*)\" (?<status>\\d{3})(?!"
         "[^ \\n])",
     .needs = " - ",
     .groups = {"client", "user", "cut", "time", "request", "method", "path", "protocol", "status"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "uvicorn-access",
     .expression =
         "^(?<said>(?:(?<level>(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL))): +)?)(?<client>["
         "0-9A-Fa-f.:\\[\\]]+:\\d+) - \"(?<request>(?<method>[A-Z][A-Za-z_-]{1,31}) (?<path>[^"
         " \"\\n]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|(?:[^\"\\\\\\n]|\\\\[^\\n])*)\" (?<status>\\d{3}"
         ")(?![^ \\n])",
     .needs = " - \"",
     .groups = {"said", "level", "client", "request", "method", "path", "protocol", "status"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "django-access",
     .expression =
         "^\"(?<request>(?<method>[A-Z][A-Za-z_-]{1,31}) (?<path>[^ \"\\n]+)(?: (?<protocol>["
         "A-Z]+/[0-9.]+))?|(?:[^\"\\\\\\n]|\\\\[^\\n])*)\" (?<status>\\d{3}) (?<size>\\d+|-)(?![^ \\n"
         "])",
     .needs = "\" ",
     .groups = {"request", "method", "path", "protocol", "status", "size"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "php-access",
     .expression =
         "^(?<client>[0-9A-Fa-f.:\\[\\]]+:\\d+) \\[(?<status>\\d{3})\\]: (?<method>[A-Z]+) (?<pa"
         "th>[^ \\n]+)",
     .needs = "]: ",
     .groups = {"client", "status", "method", "path"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "morgan",
     .expression =
         "^(?<method>GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (?<path>[^ \\n]+) (?<status>\\d"
         "{3}) (?<duration>\\d+\\.\\d+ ms) - (?<size>\\d+|-)(?![^ \\n])",
     .needs = " ms",
     .groups = {"method", "path", "status", "duration", "size"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "gin",
     .expression =
         "^(?<cut>\\[GIN\\] (?<time>\\d{4}/\\d\\d/\\d\\d - \\d\\d:\\d\\d:\\d\\d) \\| +)(?<status>\\d{3}) "
         "\\| +(?<duration>[0-9.]+[^ |\\n]*) \\| +(?<client>[0-9A-Fa-f.:\\[\\]]+) \\| (?<method>"
         "[A-Z]+) +\"(?<path>(?:[^\"\\\\\\n]|\\\\[^\\n])*)\"",
     .needs = "[GIN] ",
     .groups = {"cut", "time", "status", "duration", "client", "method", "path"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "uwsgi",
     .expression =
         "^\\[pid: (?<pid>\\d+)\\|[^\\]\\n]*\\] (?<client>[^ \\n]*) \\((?<user>[^)\\n]*)\\) \\{[^}\\n]"
         "*\\} (?<cut>\\[(?<time>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|"
         "Jul|Aug|Sep|Oct|Nov|Dec) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})? \\d{4})\\] )(?<met"
         "hod>[A-Z]+) (?<path>[^ \\n]+) => generated (?<size>\\d+) bytes in (?<duration>\\d+ "
         "[a-z]+) \\((?<protocol>HTTP/[0-9.]+) (?<status>\\d{3})\\)",
     .needs = " => generated ",
     .groups = {"pid", "client", "user", "cut", "time", "method", "path", "size", "duration", "protocol", "status"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "klog",
     .expression =
         "^(?<cut>(?<level>[IWEF])(?<time>(?:\\d{4})?\\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?) "
         "+)(?<tid>\\d+) (?<module>[^ :\\n]+:\\d+)\\] ",
     .needs = "] ",
     .groups = {"cut", "level", "time", "tid", "module"},
     .levels = {{"I", 20}, {"W", 30}, {"E", 40}, {"F", 50}},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "redis",
     .expression =
         "^(?<pid>\\d+):(?<role>[MSCX]) (?<cut>(?<time>\\d\\d?[ -](?:Jan|Feb|Mar|Apr|May|Jun|"
         "Jul|Aug|Sep|Oct|Nov|Dec)[ -]\\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: [A-Z][A-Za-z"
         "_+-]*(?:/[A-Za-z_+-]+)*(?=\\]))?) )(?<said>(?<level>[.*#-]) )",
     .needs = ":",
     .groups = {"pid", "role", "cut", "time", "said", "level"},
     .levels = {{".", 10}, {"-", 10}, {"*", 25}, {"#", 30}},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "celery",
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?"
         "(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP]["
         "SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?): )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:"
         "EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|"
         "MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|T"
         "L)|ALERT|P(?:ANIC|NC))))/)(?<module>[^\\]\\n]{1,128})(?<cut2>\\])(?= )",
     .needs = ": ",
     .groups = {"cut", "time", "said", "level", "module", "cut2"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "bracket-head",
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?"
         "(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP]["
         "SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:E"
         "BUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|M"
         "ERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL"
         ")|ALERT|P(?:ANIC|NC))))\\] )",
     .needs = "] ",
     .groups = {"cut", "time", "said", "level"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "bracket-module",
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?"
         "(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP]["
         "SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:E"
         "BUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|M"
         "ERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL"
         ")|ALERT|P(?:ANIC|NC)))) +)(?<module>[^\\] \\n]+)(?<cut2>\\])(?= )",
     .needs = "[",
     .groups = {"cut", "time", "said", "level", "module", "cut2"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "clock-head",
     .expression =
         "^(?<cut>\\[(?<time>\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?) )(?<said>(?<level>(?:(?:TR(?:A"
         "CE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:"
         "RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE("
         "?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))\\] )",
     .needs = "] ",
     .groups = {"cut", "time", "said", "level"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "clock-module",
     .expression =
         "^(?<cut>\\[(?<time>\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?) )(?<said>(?<level>(?:(?:TR(?:A"
         "CE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:"
         "RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE("
         "?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) +)(?<module>[^\\] \\n]+)(?<cut2>\\])(?= )",
     .needs = "[",
     .groups = {"cut", "time", "said", "level", "module", "cut2"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "rails",
     .expression =
         "^(?<cut>[DIWEFA], \\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,"
         "]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|J"
         "ST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )#(?<pid>\\d+)(?<cut2>\\] *(?= ))"
         "(?<said> (?<level>DEBUG|INFO|WARN|ERROR|FATAL|ANY)) -- (?<app>[^:\\n]{0,64}): ",
     .needs = " -- ",
     .groups = {"cut", "time", "pid", "cut2", "said", "level", "app"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "jul",
     .expression =
         "^(?<cut>(?<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \\d\\d?, \\d{4}"
         " \\d\\d?:\\d\\d:\\d\\d(?:[^0-9\\n]{1,3}[AP]M)?) )(?<module>[^ \\n]+) (?<function>[^ \\n]+"
         ")\\n(?<said>(?<level>SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST): )",
     .needs = ", ",
     .groups = {"cut", "time", "module", "function", "said", "level"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "level-time",
     .expression =
         "^(?<said>\\[?(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)"
         "?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:"
         "RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))\\]?:? +)(?:\\["
         "(?<thread>[^\\]\\n]{1,128})\\] )?(?<cut>\\[?(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2"
         "}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T"
         "|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)\\]?(?: - | \\"
         "| |: |[ \\t]+))(?=[^ \\t\\n])",
     .needs = "-",
     .groups = {"said", "level", "thread", "cut", "time"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "uvicorn",
     .expression =
         "^(?<said>(?<level>(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL))|TRACE): {2,5})(?=[^ "
         "\\t\\n])",
     .needs = ":",
     .groups = {"said", "level"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "dotnet",
     .expression =
         "^(?<said>(?<level>trce|dbug|info|warn|fail|crit): )(?<module>[A-Za-z_][A-Za-z0-9"
         "_.`+]*)\\[(?<code>\\d+)\\]",
     .needs = ": ",
     .groups = {"said", "level", "module", "code"},
     .levels = {{"trce", 5}, {"dbug", 10}, {"fail", 40}, {"crit", 50}},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "logfmt",
     .expression =
         "^(?=[A-Za-z_@][A-Za-z0-9_.@\\/-]*=(?:\"(?:[^\"\\\\\\n]|\\\\[^\\n])*\"|[^ \"\\n]*) +[A-Za-z_@"
         "][A-Za-z0-9_.@\\/-]*=)(?<pairs>[^\\n]+)",
     .needs = "",
     .groups = {"pairs"},
     .pairs = true, .then = LINE_PLACES, .only = false},
    {.name = "time",
     .expression =
         "^(?<cut>(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?"
         ":Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD"
         "]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)(?: - | ?\\| |: |[ \\t]+))(?=[^ \\t\\n])",
     .needs = "-",
     .groups = {"cut", "time"},
     .pairs = false, .then = LINE_AFTER, .only = false},
    {.name = "time-bracket",
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?"
         "(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP]["
         "SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)\\](?: - |: |[ \\t]*))(?=[^ \\t\\n])",
     .needs = "[",
     .groups = {"cut", "time"},
     .pairs = false, .then = LINE_AFTER, .only = false},
    {.name = "time-slash",
     .expression =
         "^(?<cut>(?<time>\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)(?: - |: |[ \\t]+)"
         ")(?=[^ \\t\\n])",
     .needs = "/",
     .groups = {"cut", "time"},
     .pairs = false, .then = LINE_AFTER, .only = false},
    {.name = "time-apache",
     .expression =
         "^(?<cut>\\[(?<time>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul"
         "|Aug|Sep|Oct|Nov|Dec) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})? \\d{4})\\][ \\t]+)(?=["
         "^ \\t\\n])",
     .needs = "[",
     .groups = {"cut", "time"},
     .pairs = false, .then = LINE_AFTER, .only = false},
    {.name = "time-clf",
     .expression =
         "^(?<cut>\\[(?<time>\\d\\d/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\\d{4}"
         "[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?: [+-]\\d{4})?)\\][ \\t]+)(?=[^ \\t\\n])",
     .needs = "[",
     .groups = {"cut", "time"},
     .pairs = false, .then = LINE_AFTER, .only = false},
    {.name = "time-dmy",
     .expression =
         "^(?<cut>\\[(?<time>\\d\\d?[ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ "
         "-]\\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: [A-Z][A-Za-z_+-]*(?:/[A-Za-z_+-]+)*(?="
         "\\]))?)\\][ \\t]+)(?=[^ \\t\\n])",
     .needs = "[",
     .groups = {"cut", "time"},
     .pairs = false, .then = LINE_AFTER, .only = false},
    {.name = "time-day",
     .expression =
         "^(?<cut>(?<time>\\d\\d?[ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ -]"
         "\\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: [A-Z][A-Za-z_+-]*(?:/[A-Za-z_+-]+)*(?=\\]"
         "))?)[ \\t]+)(?=[^ \\t\\n])",
     .needs = " ",
     .groups = {"cut", "time"},
     .pairs = false, .then = LINE_AFTER, .only = false},
    {.name = "time-bsd",
     .expression =
         "^(?<cut>(?<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \\d]\\d \\d\\d"
         ":\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)[ \\t]+)(?=[^ \\t\\n])",
     .needs = " ",
     .groups = {"cut", "time"},
     .pairs = false, .then = LINE_AFTER, .only = false},
    {.name = "time-epoch",
     .expression =
         "^(?<cut>\\[?(?<time>1\\d{9}\\.\\d{3,9}|1\\d{12})\\]?(?:: |[ \\t]+))(?=[^ \\t\\n])",
     .needs = "1",
     .groups = {"cut", "time"},
     .pairs = false, .then = LINE_AFTER, .only = false},
    {.name = "time-clock",
     .expression =
         "^(?<cut>\\[?(?<time>\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)\\]?(?: - | \\| |: |[ \\t]+))(?=["
         "^ \\t\\n])",
     .needs = ":",
     .groups = {"cut", "time"},
     .pairs = false, .then = LINE_AFTER, .only = true},
    {.name = "nginx-error",
     .expression =
         "^(?<said>\\[(?<level>debug|info|notice|warn|error|crit|alert|emerg)\\] )(?<pid>\\d+"
         ")#(?<tid>\\d+): (?:\\*(?<connection>\\d+) )?(?:[^\\n]*?, client: (?<client>[^ ,\\n]+)"
         "(?:, server: (?<server>[^ ,\\n]*))?(?:, request: \"(?<request>(?<method>[A-Z][A-Za"
         "-z_-]{1,31}) (?<path>[^ \"\\n]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|(?:[^\"\\\\\\n]|\\\\[^"
         "\\n])*)\")?(?:, (?:sub[^\"\\n]*|upstream): \"(?<upstream>(?:[^\"\\\\\\n]|\\\\[^\\n])*)\")?(?:"
         ", host: \"(?<hostname>(?:[^\"\\\\\\n]|\\\\[^\\n])*)\")?)?",
     .needs = "] ",
     .groups = {"said", "level", "pid", "tid", "connection", "client", "server", "request", "method", "path", "protocol", "upstream", "hostname"},
     .levels = {{"warn", 30}},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "apache-error",
     .expression =
         "^\\[(?<module>[a-z0-9_-]+)(?<said>:(?<level>[a-z]+[1-8]?))\\] (?:\\[pid (?<pid>\\d+)"
         "(?::tid (?<tid>\\d+))?\\] )?(?:\\[(?:client|remote) (?<client>[^\\]\\n]+)\\] )?(?:(?:\\"
         "(\\d+\\)[^:\\n]*: )?(?<code>AH\\d+): )?",
     .needs = "] ",
     .groups = {"module", "said", "level", "pid", "tid", "client", "code"},
     .levels = {{"trace1", 5}, {"trace2", 5}, {"trace3", 5}, {"trace4", 5}, {"trace5", 5}, {"trace6", 5}, {"trace7", 5}, {"trace8", 5}},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "apache-error-plain",
     .expression =
         "^(?<said>\\[:?(?<level>emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])\\"
         "] )(?:\\[pid (?<pid>\\d+)(?::tid (?<tid>\\d+))?\\] )?(?:\\[(?:client|remote) (?<clien"
         "t>[^\\]\\n]+)\\] )?(?:(?:\\(\\d+\\)[^:\\n]*: )?(?<code>AH\\d+): )?",
     .needs = "] ",
     .groups = {"said", "level", "pid", "tid", "client", "code"},
     .levels = {{"trace1", 5}, {"trace2", 5}, {"trace3", 5}, {"trace4", 5}, {"trace5", 5}, {"trace6", 5}, {"trace7", 5}, {"trace8", 5}},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "lighttpd-error",
     .expression =
         "^\\((?<module>[A-Za-z0-9_./-]+\\.c)\\.(?<source>\\d+)\\) (?:FastCGI-stderr: ?)?",
     .needs = ".c",
     .groups = {"module", "source"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "php",
     .expression =
         "^PHP (?<said>(?<level>Warning|Notice):  )",
     .needs = "PHP ",
     .groups = {"said", "level"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "php-error",
     .expression =
         "^PHP (?<level>Fatal|Parse|Recoverable|Deprecated|Strict)(?: [A-Za-z]+){0,2}:  ?",
     .needs = "PHP ",
     .groups = {"level"},
     .levels = {{"Fatal", 50}, {"Parse", 50}, {"Recoverable", 50}, {"Deprecated", 25}, {"Strict", 25}},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "postgres",
     .expression =
         "^\\[(?<pid>\\d+)(?:-\\d+)?\\]:? (?:(?<user>[^ @\\n]+)@(?<database>[^ \\n]+) )?(?<said>"
         "(?<level>LOG|DEBUG[1-5]|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC):  ?)",
     .needs = ": ",
     .groups = {"pid", "user", "database", "said", "level"},
     .levels = {{"LOG", 20}, {"DEBUG1", 10}, {"DEBUG2", 10}, {"DEBUG3", 10}, {"DEBUG4", 10}, {"DEBUG5", 10}},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "postgres-more",
     .expression =
         "^\\[(?<pid>\\d+)(?:-\\d+)?\\]:? (?:(?<user>[^ @\\n]+)@(?<database>[^ \\n]+) )?(?:STATE"
         "MENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION): ",
     .needs = ": ",
     .groups = {"pid", "user", "database"},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "mysql",
     .expression =
         "^(?<tid>\\d+) (?<said>\\[(?<level>System|Warning|ERROR|Note)\\] )(?:\\[(?<code>MY-\\d"
         "+)\\] \\[(?<module>[A-Za-z0-9_]+)\\] )?",
     .needs = "] ",
     .groups = {"tid", "said", "level", "code", "module"},
     .levels = {{"System", 25}, {"Note", 20}},
     .pairs = false, .then = LINE_PLACES, .only = false},
    {.name = "gunicorn",
     .expression =
         "^\\[(?<pid>\\d+)\\] (?<said>\\[(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?"
         ":O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVE"
         "RE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))"
         "))\\] )",
     .needs = "] ",
     .groups = {"pid", "said", "level"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "spring",
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|N"
         "OTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT"
         "(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) +)(?<pid>\\d+) -"
         "-- (?:\\[ *(?<app>[^\\]\\n]{1,128})\\] )?\\[ *(?<thread>[^\\]\\n]{1,128})\\] (?:\\[(?<tra"
         "ce>[0-9a-f -]{10,128})\\] )?(?<module>[^ \\n]+) *: ",
     .needs = " --- ",
     .groups = {"said", "level", "pid", "app", "thread", "trace", "module"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "logback",
     .expression =
         "^\\[(?<thread>[^\\]\\n]{1,128})\\] (?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|V"
         "ERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENC"
         "Y)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P"
         "(?:ANIC|NC)))) +)(?<module>[^ \\n]+)(?: +--? |: )",
     .needs = "] ",
     .groups = {"thread", "said", "level", "module"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "loguru",
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|N"
         "OTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT"
         "(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) *\\| )(?<module>"
         "[^ \\n]+:[^ \\n]+:\\d+) - ",
     .needs = " - ",
     .groups = {"said", "level", "module"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "zap",
     .expression =
         "^(?<said>(?<level>(?:(?:T(?:R(?:ACE|C)|r(?:ace|c))|tr(?:ace|c)|D(?:EBUG|ebug|BG|"
         "bg)|d(?:ebug|bg)|V(?:ERBOSE|erbose)|verbose|I(?:NF(?:O(?:RMATION)?)?|nf(?:o(?:rm"
         "ation)?)?)|inf(?:o(?:rmation)?)?|N(?:OTICE|otice)|notice|W(?:ARN(?:ING)?|arn(?:i"
         "ng)?|RN|rn)|w(?:arn(?:ing)?|rn)|E(?:RR(?:OR)?|rr(?:or)?|MERG(?:ENCY)?|merg(?:enc"
         "y)?)|e(?:rr(?:or)?|merg(?:ency)?)|S(?:EVERE|evere|UCCESS|uccess)|s(?:evere|ucces"
         "s)|C(?:RIT(?:ICAL)?|rit(?:ical)?|ONFIG|onfig)|c(?:rit(?:ical)?|onfig)|F(?:ATAL|a"
         "tal|INE(?:R|ST)?|ine(?:r|st)?|TL|tl)|f(?:atal|ine(?:r|st)?|tl)|A(?:LERT|lert)|al"
         "ert|P(?:ANIC|anic|NC|nc)|p(?:anic|nc))))\\t)(?:(?<logger>[^\\t\\n:]+)\\t)?(?<module>"
         "[A-Za-z0-9_./@-]+\\.[A-Za-z]{1,5}:\\d+)\\t",
     .needs = ".",
     .groups = {"said", "level", "logger", "module"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "python",
     .expression =
         "^(?<module>[A-Za-z_][A-Za-z0-9_.-]*) - (?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EB"
         "UG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|ME"
         "RG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)"
         "|ALERT|P(?:ANIC|NC)))) - )",
     .needs = " - ",
     .groups = {"module", "said", "level"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "monolog",
     .expression =
         "^(?<app>[A-Za-z0-9_-]+)(?<said>\\.(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE"
         "|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S"
         "(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANI"
         "C|NC))))): ",
     .needs = ": ",
     .groups = {"app", "said", "level"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "go",
     .expression =
         "^(?<module>[A-Za-z0-9_./@-]+\\.[A-Za-z]{1,5}:\\d+): ",
     .needs = ": ",
     .groups = {"module"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "level-thread",
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|N"
         "OTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT"
         "(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) +)\\[(?<thread>["
         "^\\]\\n]{1,128})\\] (?<module>[A-Za-z_][A-Za-z0-9_.$:]*)(?: +- |: )",
     .needs = "] ",
     .groups = {"said", "level", "thread", "module"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "level-bracket",
     .expression =
         "^(?<said>\\[ ?(?<level>(?:(?:T(?:R(?:ACE|C)|r(?:ace|c))|tr(?:ace|c)|D(?:EBUG|ebug"
         "|BG|bg)|d(?:ebug|bg)|V(?:ERBOSE|erbose)|verbose|I(?:NF(?:O(?:RMATION)?)?|nf(?:o("
         "?:rmation)?)?)|inf(?:o(?:rmation)?)?|N(?:OTICE|otice)|notice|W(?:ARN(?:ING)?|arn"
         "(?:ing)?|RN|rn)|w(?:arn(?:ing)?|rn)|E(?:RR(?:OR)?|rr(?:or)?|MERG(?:ENCY)?|merg(?"
         ":ency)?)|e(?:rr(?:or)?|merg(?:ency)?)|S(?:EVERE|evere|UCCESS|uccess)|s(?:evere|u"
         "ccess)|C(?:RIT(?:ICAL)?|rit(?:ical)?|ONFIG|onfig)|c(?:rit(?:ical)?|onfig)|F(?:AT"
         "AL|atal|INE(?:R|ST)?|ine(?:r|st)?|TL|tl)|f(?:atal|ine(?:r|st)?|tl)|A(?:LERT|lert"
         ")|alert|P(?:ANIC|anic|NC|nc)|p(?:anic|nc)))) *\\](?: - |: |[ \\t]*))(?:\\[(?<module"
         ">[A-Za-z0-9_.:$-]+) *\\][ \\t]*)?(?=[^ \\t\\n])",
     .needs = "[",
     .groups = {"said", "level", "module"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "tracing",
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|N"
         "OTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT"
         "(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) +)(?<span>[A-Za"
         "-z_][A-Za-z0-9_]*\\{[^}\\n]*\\}(?::[A-Za-z_][A-Za-z0-9_]*(?:\\{[^}\\n]*\\})?)*): (?<mo"
         "dule>[A-Za-z_][A-Za-z0-9_:]*): ",
     .needs = ": ",
     .groups = {"said", "level", "span", "module"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "level-module",
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|N"
         "OTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT"
         "(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))(?: - | \\| |[ \\t"
         "]+))(?<module>[A-Za-z_][A-Za-z0-9_.$:-]*): ",
     .needs = ": ",
     .groups = {"said", "level", "module"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "level-colon",
     .expression =
         "^(?<said>(?<level>(?:(?:T(?:R(?:ACE|C)|r(?:ace|c))|tr(?:ace|c)|D(?:EBUG|ebug|BG|"
         "bg)|d(?:ebug|bg)|V(?:ERBOSE|erbose)|verbose|I(?:NF(?:O(?:RMATION)?)?|nf(?:o(?:rm"
         "ation)?)?)|inf(?:o(?:rmation)?)?|N(?:OTICE|otice)|notice|W(?:ARN(?:ING)?|arn(?:i"
         "ng)?|RN|rn)|w(?:arn(?:ing)?|rn)|E(?:RR(?:OR)?|rr(?:or)?|MERG(?:ENCY)?|merg(?:enc"
         "y)?)|e(?:rr(?:or)?|merg(?:ency)?)|S(?:EVERE|evere|UCCESS|uccess)|s(?:evere|ucces"
         "s)|C(?:RIT(?:ICAL)?|rit(?:ical)?|ONFIG|onfig)|c(?:rit(?:ical)?|onfig)|F(?:ATAL|a"
         "tal|INE(?:R|ST)?|ine(?:r|st)?|TL|tl)|f(?:atal|ine(?:r|st)?|tl)|A(?:LERT|lert)|al"
         "ert|P(?:ANIC|anic|NC|nc)|p(?:anic|nc)))): *)(?=[^ \\t\\n])",
     .needs = ":",
     .groups = {"said", "level"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
    {.name = "level",
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|N"
         "OTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT"
         "(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))(?: +- | *\\| |[ "
         "\\t]+))(?=[^ \\t\\n])",
     .needs = "",
     .groups = {"said", "level"},
     .pairs = false, .then = LINE_MESSAGE, .only = false},
};

/* The forms that may begin at a place, and which of them may begin with a byte, as bits. */
static const struct { uint8_t forms[64]; uint64_t first[256]; } line_at[LINE_PLACES] = {
    [LINE_LINE] = {.forms = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 46, 47},
        .first = {[0] = 0x20000000, [1] = 0x20000000, [2] = 0x20000000, [3] = 0x20000000, [4] = 0x20000000, [5] = 0x20000000, [6] = 0x20000000, [7] = 0x20000000, [8] = 0x20000000, [9] = 0x20000000, [10] = 0x20000000, [11] = 0x20000000, [12] = 0x20000000, [13] = 0x20000000, [14] = 0x20000000, [15] = 0x20000000, [16] = 0x20000000, [17] = 0x20000000, [18] = 0x20000000, [19] = 0x20000000, [20] = 0x20000000, [21] = 0x20000000, [22] = 0x20000000, [23] = 0x20000000, [24] = 0x20000000, [25] = 0x20000000, [26] = 0x20000000, [27] = 0x20000000, [28] = 0x20000000, [29] = 0x20000000, [30] = 0x20000000, [31] = 0x20000000, [32] = 0x20000000, [33] = 0x20000000, [34] = 0x20000000, [35] = 0x20000000, [36] = 0x20000000, [37] = 0x20000c00, [38] = 0x20000000, [39] = 0x20000000, [40] = 0x20000000, [41] = 0x20000000, [42] = 0x20000200, [43] = 0x20000000, [44] = 0x20000000, [45] = 0x20001e00, [46] = 0x20003e00, [47] = 0x20000000, [48] = 0x9160043e67, [49] = 0xd160043e67, [50] = 0x9160043e67, [51] = 0x9160043e67, [52] = 0x9160043e67, [53] = 0x9160043e67, [54] = 0x9160043e67, [55] = 0x9160043e67, [56] = 0x9160043e67, [57] = 0x9160043e67, [58] = 0x20003e00, [59] = 0x20000000, [60] = 0x200000b8, [61] = 0x20000000, [62] = 0x20000000, [63] = 0x20000000, [64] = 0x20000000, [65] = 0x2027003e13, [66] = 0x20003e03, [67] = 0x2c003f03, [68] = 0x202f007f13, [69] = 0x2d023f03, [70] = 0x2027023e13, [71] = 0x20004e03, [72] = 0x20004e03, [73] = 0x2d022f03, [74] = 0x2022000e13, [75] = 0x20000e03, [76] = 0x20000e03, [77] = 0x2022000e13, [78] = 0x2026000e13, [79] = 0x2022004e13, [80] = 0x30024004e03, [81] = 0x20000e03, [82] = 0x20000e03, [83] = 0x2026000e13, [84] = 0x2c000e03, [85] = 0x20000e03, [86] = 0x24000e03, [87] = 0x2d022f03, [88] = 0x20000e03, [89] = 0x20000e03, [90] = 0x20000e03, [91] = 0xcea4f9a200, [92] = 0x20000000, [93] = 0x20002200, [94] = 0x20000000, [95] = 0x20000e00, [96] = 0x20000000, [97] = 0x20003e03, [98] = 0x20003e03, [99] = 0x30003e03, [100] = 0x30003e03, [101] = 0x20003e03, [102] = 0x30003e03, [103] = 0x20000e03, [104] = 0x20000e03, [105] = 0x30000e03, [106] = 0x20000e03, [107] = 0x20000e03, [108] = 0x20000e03, [109] = 0x20000e03, [110] = 0x20000e03, [111] = 0x20000e03, [112] = 0x20000e03, [113] = 0x20000e03, [114] = 0x20000e03, [115] = 0x20000e03, [116] = 0x30000e03, [117] = 0x20000e03, [118] = 0x20000e03, [119] = 0x30000e03, [120] = 0x20000e03, [121] = 0x20000e03, [122] = 0x20000e03, [123] = 0x20000000, [124] = 0x20000000, [125] = 0x20000000, [126] = 0x20000000, [127] = 0x20000000, [128] = 0x20000000, [129] = 0x20000000, [130] = 0x20000000, [131] = 0x20000000, [132] = 0x20000000, [133] = 0x20000000, [134] = 0x20000000, [135] = 0x20000000, [136] = 0x20000000, [137] = 0x20000000, [138] = 0x20000000, [139] = 0x20000000, [140] = 0x20000000, [141] = 0x20000000, [142] = 0x20000000, [143] = 0x20000000, [144] = 0x20000000, [145] = 0x20000000, [146] = 0x20000000, [147] = 0x20000000, [148] = 0x20000000, [149] = 0x20000000, [150] = 0x20000000, [151] = 0x20000000, [152] = 0x20000000, [153] = 0x20000000, [154] = 0x20000000, [155] = 0x20000000, [156] = 0x20000000, [157] = 0x20000000, [158] = 0x20000000, [159] = 0x20000000, [160] = 0x20000000, [161] = 0x20000000, [162] = 0x20000000, [163] = 0x20000000, [164] = 0x20000000, [165] = 0x20000000, [166] = 0x20000000, [167] = 0x20000000, [168] = 0x20000000, [169] = 0x20000000, [170] = 0x20000000, [171] = 0x20000000, [172] = 0x20000000, [173] = 0x20000000, [174] = 0x20000000, [175] = 0x20000000, [176] = 0x20000000, [177] = 0x20000000, [178] = 0x20000000, [179] = 0x20000000, [180] = 0x20000000, [181] = 0x20000000, [182] = 0x20000000, [183] = 0x20000000, [184] = 0x20000000, [185] = 0x20000000, [186] = 0x20000000, [187] = 0x20000000, [188] = 0x20000000, [189] = 0x20000000, [190] = 0x20000000, [191] = 0x20000000, [192] = 0x20000000, [193] = 0x20000000, [194] = 0x20000000, [195] = 0x20000000, [196] = 0x20000000, [197] = 0x20000000, [198] = 0x20000000, [199] = 0x20000000, [200] = 0x20000000, [201] = 0x20000000, [202] = 0x20000000, [203] = 0x20000000, [204] = 0x20000000, [205] = 0x20000000, [206] = 0x20000000, [207] = 0x20000000, [208] = 0x20000000, [209] = 0x20000000, [210] = 0x20000000, [211] = 0x20000000, [212] = 0x20000000, [213] = 0x20000000, [214] = 0x20000000, [215] = 0x20000000, [216] = 0x20000000, [217] = 0x20000000, [218] = 0x20000000, [219] = 0x20000000, [220] = 0x20000000, [221] = 0x20000000, [222] = 0x20000000, [223] = 0x20000000, [224] = 0x20000000, [225] = 0x20000000, [226] = 0x20000000, [227] = 0x20000000, [228] = 0x20000000, [229] = 0x20000000, [230] = 0x20000000, [231] = 0x20000000, [232] = 0x20000000, [233] = 0x20000000, [234] = 0x20000000, [235] = 0x20000000, [236] = 0x20000000, [237] = 0x20000000, [238] = 0x20000000, [239] = 0x20000000, [240] = 0x20000000, [241] = 0x20000000, [242] = 0x20000000, [243] = 0x20000000, [244] = 0x20000000, [245] = 0x20000000, [246] = 0x20000000, [247] = 0x20000000, [248] = 0x20000000, [249] = 0x20000000, [250] = 0x20000000, [251] = 0x20000000, [252] = 0x20000000, [253] = 0x20000000, [254] = 0x20000000, [255] = 0x20000000}},
    [LINE_AFTER] = {.forms = {14, 15, 31, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64},
        .first = {[0] = 0x4, [1] = 0x4, [2] = 0x4, [3] = 0x4, [4] = 0x4, [5] = 0x4, [6] = 0x4, [7] = 0x4, [8] = 0x4, [9] = 0x4, [10] = 0x4, [11] = 0x4, [12] = 0x4, [13] = 0x4, [14] = 0x4, [15] = 0x4, [16] = 0x4, [17] = 0x4, [18] = 0x4, [19] = 0x4, [20] = 0x4, [21] = 0x4, [22] = 0x4, [23] = 0x4, [24] = 0x4, [25] = 0x4, [26] = 0x4, [27] = 0x4, [28] = 0x4, [29] = 0x4, [30] = 0x4, [31] = 0x4, [32] = 0x4, [33] = 0x4, [34] = 0x5, [35] = 0x4, [36] = 0x4, [37] = 0x4, [38] = 0x4, [39] = 0x4, [40] = 0x44, [41] = 0x4, [42] = 0x4, [43] = 0x4, [44] = 0x4, [45] = 0xc0004, [46] = 0x80006, [47] = 0x80004, [48] = 0xc0806, [49] = 0xc0806, [50] = 0xc0806, [51] = 0xc0806, [52] = 0xc0806, [53] = 0xc0806, [54] = 0xc0806, [55] = 0xc0806, [56] = 0xc0806, [57] = 0xc0806, [58] = 0x6, [59] = 0x4, [60] = 0x4, [61] = 0x4, [62] = 0x4, [63] = 0x4, [64] = 0x80004, [65] = 0x3dfa006, [66] = 0xe0006, [67] = 0x3dfa006, [68] = 0x3dfa006, [69] = 0x3dfa006, [70] = 0x3dfa006, [71] = 0xe0004, [72] = 0xe0004, [73] = 0x3dfa004, [74] = 0xe0004, [75] = 0xe0004, [76] = 0xe0004, [77] = 0xe0004, [78] = 0x3dfa004, [79] = 0xe0004, [80] = 0x3dfa184, [81] = 0xe0004, [82] = 0xe0004, [83] = 0x3dfa004, [84] = 0x3dfa004, [85] = 0xe0004, [86] = 0x3dfa004, [87] = 0x3dfa004, [88] = 0xe0004, [89] = 0xe0004, [90] = 0xe0004, [91] = 0x20563e, [92] = 0x4, [93] = 0x6, [94] = 0x4, [95] = 0xe0004, [96] = 0x4, [97] = 0x10f0006, [98] = 0xe0006, [99] = 0x10f0006, [100] = 0x10f0006, [101] = 0x10f0006, [102] = 0x10f0006, [103] = 0xe0004, [104] = 0xe0004, [105] = 0x10f0004, [106] = 0xe0004, [107] = 0xe0004, [108] = 0xe0004, [109] = 0xe0004, [110] = 0x10f0004, [111] = 0xe0004, [112] = 0x10f0004, [113] = 0xe0004, [114] = 0xe0004, [115] = 0x10f0004, [116] = 0x10f0004, [117] = 0xe0004, [118] = 0x10f0004, [119] = 0x10f0004, [120] = 0xe0004, [121] = 0xe0004, [122] = 0xe0004, [123] = 0x4, [124] = 0x4, [125] = 0x4, [126] = 0x4, [127] = 0x4, [128] = 0x4, [129] = 0x4, [130] = 0x4, [131] = 0x4, [132] = 0x4, [133] = 0x4, [134] = 0x4, [135] = 0x4, [136] = 0x4, [137] = 0x4, [138] = 0x4, [139] = 0x4, [140] = 0x4, [141] = 0x4, [142] = 0x4, [143] = 0x4, [144] = 0x4, [145] = 0x4, [146] = 0x4, [147] = 0x4, [148] = 0x4, [149] = 0x4, [150] = 0x4, [151] = 0x4, [152] = 0x4, [153] = 0x4, [154] = 0x4, [155] = 0x4, [156] = 0x4, [157] = 0x4, [158] = 0x4, [159] = 0x4, [160] = 0x4, [161] = 0x4, [162] = 0x4, [163] = 0x4, [164] = 0x4, [165] = 0x4, [166] = 0x4, [167] = 0x4, [168] = 0x4, [169] = 0x4, [170] = 0x4, [171] = 0x4, [172] = 0x4, [173] = 0x4, [174] = 0x4, [175] = 0x4, [176] = 0x4, [177] = 0x4, [178] = 0x4, [179] = 0x4, [180] = 0x4, [181] = 0x4, [182] = 0x4, [183] = 0x4, [184] = 0x4, [185] = 0x4, [186] = 0x4, [187] = 0x4, [188] = 0x4, [189] = 0x4, [190] = 0x4, [191] = 0x4, [192] = 0x4, [193] = 0x4, [194] = 0x4, [195] = 0x4, [196] = 0x4, [197] = 0x4, [198] = 0x4, [199] = 0x4, [200] = 0x4, [201] = 0x4, [202] = 0x4, [203] = 0x4, [204] = 0x4, [205] = 0x4, [206] = 0x4, [207] = 0x4, [208] = 0x4, [209] = 0x4, [210] = 0x4, [211] = 0x4, [212] = 0x4, [213] = 0x4, [214] = 0x4, [215] = 0x4, [216] = 0x4, [217] = 0x4, [218] = 0x4, [219] = 0x4, [220] = 0x4, [221] = 0x4, [222] = 0x4, [223] = 0x4, [224] = 0x4, [225] = 0x4, [226] = 0x4, [227] = 0x4, [228] = 0x4, [229] = 0x4, [230] = 0x4, [231] = 0x4, [232] = 0x4, [233] = 0x4, [234] = 0x4, [235] = 0x4, [236] = 0x4, [237] = 0x4, [238] = 0x4, [239] = 0x4, [240] = 0x4, [241] = 0x4, [242] = 0x4, [243] = 0x4, [244] = 0x4, [245] = 0x4, [246] = 0x4, [247] = 0x4, [248] = 0x4, [249] = 0x4, [250] = 0x4, [251] = 0x4, [252] = 0x4, [253] = 0x4, [254] = 0x4, [255] = 0x4}},
    [LINE_MESSAGE] = {.forms = {9, 10, 11, 13, 14, 16, 31, 46, 47},
        .first = {[0] = 0x40, [1] = 0x40, [2] = 0x40, [3] = 0x40, [4] = 0x40, [5] = 0x40, [6] = 0x40, [7] = 0x40, [8] = 0x40, [9] = 0x40, [10] = 0x40, [11] = 0x40, [12] = 0x40, [13] = 0x40, [14] = 0x40, [15] = 0x40, [16] = 0x40, [17] = 0x40, [18] = 0x40, [19] = 0x40, [20] = 0x40, [21] = 0x40, [22] = 0x40, [23] = 0x40, [24] = 0x40, [25] = 0x40, [26] = 0x40, [27] = 0x40, [28] = 0x40, [29] = 0x40, [30] = 0x40, [31] = 0x40, [32] = 0x40, [33] = 0x40, [34] = 0x50, [35] = 0x40, [36] = 0x40, [37] = 0x46, [38] = 0x40, [39] = 0x40, [40] = 0x40, [41] = 0x40, [42] = 0x41, [43] = 0x40, [44] = 0x40, [45] = 0x47, [46] = 0x4f, [47] = 0x40, [48] = 0x4f, [49] = 0x4f, [50] = 0x4f, [51] = 0x4f, [52] = 0x4f, [53] = 0x4f, [54] = 0x4f, [55] = 0x4f, [56] = 0x4f, [57] = 0x4f, [58] = 0x4f, [59] = 0x40, [60] = 0x40, [61] = 0x40, [62] = 0x40, [63] = 0x40, [64] = 0x40, [65] = 0x4f, [66] = 0x4f, [67] = 0x4f, [68] = 0x6f, [69] = 0x4f, [70] = 0x4f, [71] = 0x67, [72] = 0x67, [73] = 0x4f, [74] = 0x47, [75] = 0x47, [76] = 0x47, [77] = 0x47, [78] = 0x47, [79] = 0x67, [80] = 0x1e7, [81] = 0x47, [82] = 0x47, [83] = 0x47, [84] = 0x47, [85] = 0x47, [86] = 0x47, [87] = 0x4f, [88] = 0x47, [89] = 0x47, [90] = 0x47, [91] = 0x49, [92] = 0x40, [93] = 0x49, [94] = 0x40, [95] = 0x47, [96] = 0x40, [97] = 0x4f, [98] = 0x4f, [99] = 0x4f, [100] = 0x4f, [101] = 0x4f, [102] = 0x4f, [103] = 0x47, [104] = 0x47, [105] = 0x47, [106] = 0x47, [107] = 0x47, [108] = 0x47, [109] = 0x47, [110] = 0x47, [111] = 0x47, [112] = 0x47, [113] = 0x47, [114] = 0x47, [115] = 0x47, [116] = 0x47, [117] = 0x47, [118] = 0x47, [119] = 0x47, [120] = 0x47, [121] = 0x47, [122] = 0x47, [123] = 0x40, [124] = 0x40, [125] = 0x40, [126] = 0x40, [127] = 0x40, [128] = 0x40, [129] = 0x40, [130] = 0x40, [131] = 0x40, [132] = 0x40, [133] = 0x40, [134] = 0x40, [135] = 0x40, [136] = 0x40, [137] = 0x40, [138] = 0x40, [139] = 0x40, [140] = 0x40, [141] = 0x40, [142] = 0x40, [143] = 0x40, [144] = 0x40, [145] = 0x40, [146] = 0x40, [147] = 0x40, [148] = 0x40, [149] = 0x40, [150] = 0x40, [151] = 0x40, [152] = 0x40, [153] = 0x40, [154] = 0x40, [155] = 0x40, [156] = 0x40, [157] = 0x40, [158] = 0x40, [159] = 0x40, [160] = 0x40, [161] = 0x40, [162] = 0x40, [163] = 0x40, [164] = 0x40, [165] = 0x40, [166] = 0x40, [167] = 0x40, [168] = 0x40, [169] = 0x40, [170] = 0x40, [171] = 0x40, [172] = 0x40, [173] = 0x40, [174] = 0x40, [175] = 0x40, [176] = 0x40, [177] = 0x40, [178] = 0x40, [179] = 0x40, [180] = 0x40, [181] = 0x40, [182] = 0x40, [183] = 0x40, [184] = 0x40, [185] = 0x40, [186] = 0x40, [187] = 0x40, [188] = 0x40, [189] = 0x40, [190] = 0x40, [191] = 0x40, [192] = 0x40, [193] = 0x40, [194] = 0x40, [195] = 0x40, [196] = 0x40, [197] = 0x40, [198] = 0x40, [199] = 0x40, [200] = 0x40, [201] = 0x40, [202] = 0x40, [203] = 0x40, [204] = 0x40, [205] = 0x40, [206] = 0x40, [207] = 0x40, [208] = 0x40, [209] = 0x40, [210] = 0x40, [211] = 0x40, [212] = 0x40, [213] = 0x40, [214] = 0x40, [215] = 0x40, [216] = 0x40, [217] = 0x40, [218] = 0x40, [219] = 0x40, [220] = 0x40, [221] = 0x40, [222] = 0x40, [223] = 0x40, [224] = 0x40, [225] = 0x40, [226] = 0x40, [227] = 0x40, [228] = 0x40, [229] = 0x40, [230] = 0x40, [231] = 0x40, [232] = 0x40, [233] = 0x40, [234] = 0x40, [235] = 0x40, [236] = 0x40, [237] = 0x40, [238] = 0x40, [239] = 0x40, [240] = 0x40, [241] = 0x40, [242] = 0x40, [243] = 0x40, [244] = 0x40, [245] = 0x40, [246] = 0x40, [247] = 0x40, [248] = 0x40, [249] = 0x40, [250] = 0x40, [251] = 0x40, [252] = 0x40, [253] = 0x40, [254] = 0x40, [255] = 0x40}},
};
/* clang-format on */

#endif
