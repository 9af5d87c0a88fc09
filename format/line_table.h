/* SPDX-License-Identifier: MIT */
/* Made by format/make-lines of format/lines.txt: do not edit. */
/* clang-format off */
static const struct line_form line_forms[] = {
    {.name = "compose",
     .expression =
         "^(?<service>[A-Za-z0-9][A-Za-z0-9_.-]{0,62}[_-]\\d{1,4}) {1,40}\\| ",
     .needs = "| ",
     .groups = {"service"},
     .time = LINE_TIME_NONE,
     .then = LINE_LINE,
     .only = false},
    {.name = "compose-name",
     .expression =
         "^(?<service>[A-Za-z0-9][A-Za-z0-9_.-]{0,62}) {1,40}\\| ",
     .needs = "| ",
     .groups = {"service"},
     .time = LINE_TIME_NONE,
     .then = LINE_LINE,
     .only = true},
    {.name = "cri",
     .expression =
         "^(?<cut>(?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{1,9}(?:Z|[+-]\\d\\d:\\d\\d)) (?<s"
         "tream>stdout|stderr) [FP](?::[^ \\n]*)? )",
     .needs = "std",
     .groups = {"cut", "time", "stream"},
     .time = LINE_TIME_SOME,
     .then = LINE_LINE,
     .only = false},
    {.name = "syslog-5424",
     .expression =
         "^(?<cut><(?<pri>\\d{1,3})>1 (?:-|(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\"
         "d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|B"
         "ST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)) )(?<hostname>[^ \\n"
         "]{1,255}) (?<app>[^ \\n]{1,48}) (?<pid>[^ \\n]{1,128}) (?<msgid>[^ \\n]{1,32}) (?:-"
         "|(?<pairs>(?:\\[[^ =\\]\"\\n]{1,128}(?: [^ =\\]\"\\n]{1,128}=\"(?:[^\"\\\\\\n]|\\\\[^\\n])*\")*\\"
         "])+))(?: \\xef\\xbb\\xbf?|(?![^\\n]))",
     .needs = ">1 ",
     .groups = {"cut", "pri", "time", "hostname", "app", "pid", "msgid", "pairs"},
     .time = LINE_TIME_SOME,
     .then = LINE_LINE,
     .only = false},
    {.name = "syslog",
     .expression =
         "^(?<cut>(?:<(?<pri>\\d{1,3})>)?(?<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct"
         "|Nov|Dec) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?) )(?<hostname>[A-Za-z0-9_.:-]{1"
         ",255}) (?<app>[A-Za-z0-9_./@()-]{1,64})(?:\\[(?<pid>[0-9]+)\\])?: ",
     .needs = ": ",
     .groups = {"cut", "pri", "time", "hostname", "app", "pid"},
     .time = LINE_TIME_SOME,
     .then = LINE_LINE,
     .only = false},
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
     .time = LINE_TIME_SOME,
     .then = LINE_LINE,
     .only = false},
    {.name = "heroku",
     .expression =
         "^(?<cut>(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?"
         ":Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD"
         "]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )(?<app>[A-Za-z][A-Za-z0-9_-]{0,62})\\[(?<pr"
         "ocess>[A-Za-z][A-Za-z0-9_-]{0,62}(?:\\.\\d+)?)\\]: ",
     .needs = "]: ",
     .groups = {"cut", "time", "app", "process"},
     .time = LINE_TIME_SOME,
     .then = LINE_LINE,
     .only = false},
    {.name = "syslog-pri",
     .expression =
         "^(?<cut><(?<pri>\\d{1,3})>)(?=[^ \\n])",
     .needs = "<",
     .groups = {"cut", "pri"},
     .time = LINE_TIME_NONE,
     .then = LINE_LINE,
     .only = false},
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
     .time = LINE_TIME_SOME,
     .then = LINE_PLACES,
     .only = false},
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
     .time = LINE_TIME_SOME,
     .then = LINE_PLACES,
     .only = false},
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
     .time = LINE_TIME_SOME,
     .then = LINE_PLACES,
     .only = false},
    {.name = "fpm-access",
     .expression =
         "^(?<client>[0-9A-Fa-f.:-]+) -  ?(?:(?<user>[^ \\n]+) )?(?<cut>(?<time>\\d\\d/(?:Jan"
         "|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\\d{4}[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6"
         "})?(?: [+-]\\d{4})?) )\"(?<request>(?<method>[A-Z][A-Za-z_-]{1,31}) (?<path>[^ \"\\n"
         "]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|(?:[^\"\\\\\\n]|\\\\[^\\n])*)\" (?<status>\\d{3})(?!"
         "[^ \\n])",
     .needs = " - ",
     .groups = {"client", "user", "cut", "time", "request", "method", "path", "protocol", "status"},
     .time = LINE_TIME_SOME,
     .then = LINE_PLACES,
     .only = false},
    {.name = "uvicorn-access",
     .expression =
         "^(?<said>(?:(?<level>(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL))): +)?)(?<client>["
         "0-9A-Fa-f.:\\[\\]]+:\\d+) - \"(?<request>(?<method>[A-Z][A-Za-z_-]{1,31}) (?<path>[^"
         " \"\\n]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|(?:[^\"\\\\\\n]|\\\\[^\\n])*)\" (?<status>\\d{3}"
         ")(?![^ \\n])",
     .needs = " - \"",
     .groups = {"said", "level", "client", "request", "method", "path", "protocol", "status"},
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "django-access",
     .expression =
         "^\"(?<request>(?<method>[A-Z][A-Za-z_-]{1,31}) (?<path>[^ \"\\n]+)(?: (?<protocol>["
         "A-Z]+/[0-9.]+))?|(?:[^\"\\\\\\n]|\\\\[^\\n])*)\" (?<status>\\d{3}) (?<size>\\d+|-)(?![^ \\n"
         "])",
     .needs = "\" ",
     .groups = {"request", "method", "path", "protocol", "status", "size"},
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "php-access",
     .expression =
         "^(?<client>[0-9A-Fa-f.:\\[\\]]+:\\d+) \\[(?<status>\\d{3})\\]: (?<method>[A-Z]+) (?<pa"
         "th>[^ \\n]+)",
     .needs = "]: ",
     .groups = {"client", "status", "method", "path"},
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "morgan",
     .expression =
         "^(?<method>GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (?<path>[^ \\n]+) (?<status>\\d"
         "{3}) (?<duration>\\d+\\.\\d+ ms) - (?<size>\\d+|-)(?![^ \\n])",
     .needs = " ms",
     .groups = {"method", "path", "status", "duration", "size"},
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "gin",
     .expression =
         "^(?<cut>\\[GIN\\] (?<time>\\d{4}/\\d\\d/\\d\\d - \\d\\d:\\d\\d:\\d\\d) \\| +)(?<status>\\d{3}) "
         "\\| +(?<duration>[0-9.]+[^ |\\n]*) \\| +(?<client>[0-9A-Fa-f.:\\[\\]]+) \\| (?<method>"
         "[A-Z]+) +\"(?<path>(?:[^\"\\\\\\n]|\\\\[^\\n])*)\"",
     .needs = "[GIN] ",
     .groups = {"cut", "time", "status", "duration", "client", "method", "path"},
     .time = LINE_TIME_SOME,
     .then = LINE_PLACES,
     .only = false},
    {.name = "uwsgi",
     .expression =
         "^\\[pid: (?<pid>\\d+)\\|[^\\]\\n]*\\] (?<client>[^ \\n]*) \\((?<user>[^)\\n]*)\\) \\{[^}\\n]"
         "*\\} (?<cut>\\[(?<time>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|"
         "Jul|Aug|Sep|Oct|Nov|Dec) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})? \\d{4})\\] )(?<met"
         "hod>[A-Z]+) (?<path>[^ \\n]+) => generated (?<size>\\d+) bytes in (?<duration>\\d+ "
         "[a-z]+) \\((?<protocol>HTTP/[0-9.]+) (?<status>\\d{3})\\)",
     .needs = " => generated ",
     .groups = {"pid", "client", "user", "cut", "time", "method", "path", "size", "duration", "protocol", "status"},
     .time = LINE_TIME_SOME,
     .then = LINE_PLACES,
     .only = false},
    {.name = "klog",
     .expression =
         "^(?<cut>(?<level>[IWEF])(?<time>(?:\\d{4})?\\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?) "
         "+)(?<tid>\\d+) (?<module>[^ :\\n]+:\\d+)\\] ",
     .needs = "] ",
     .groups = {"cut", "level", "time", "tid", "module"},
     .levels = {{"I", 20}, {"W", 30}, {"E", 40}, {"F", 50}},
     .time = LINE_TIME_SOME,
     .then = LINE_PLACES,
     .only = false},
    {.name = "redis",
     .expression =
         "^(?<pid>\\d+):(?<role>[MSCX]) (?<cut>(?<time>\\d\\d?[ -](?:Jan|Feb|Mar|Apr|May|Jun|"
         "Jul|Aug|Sep|Oct|Nov|Dec)[ -]\\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: [A-Z][A-Za-z"
         "_+-]*(?:/[A-Za-z_+-]+)*(?=\\]))?) )(?<said>(?<level>[.*#-]) )",
     .needs = ":",
     .groups = {"pid", "role", "cut", "time", "said", "level"},
     .levels = {{".", 10}, {"-", 10}, {"*", 25}, {"#", 30}},
     .time = LINE_TIME_SOME,
     .then = LINE_PLACES,
     .only = false},
    {.name = "celery",
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?"
         "(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP]["
         "SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?): )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:"
         "EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|"
         "MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|T"
         "L)|ALERT|P(?:ANIC|NC))))/)(?<module>[^\\]\\n]{1,128})\\] ",
     .needs = ": ",
     .groups = {"cut", "time", "said", "level", "module"},
     .time = LINE_TIME_SOME,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "bracket-head",
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?"
         "(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP]["
         "SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:E"
         "BUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|M"
         "ERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL"
         ")|ALERT|P(?:ANIC|NC)))) *)(?:\\] |(?<module>[^\\] \\n]+)\\] )",
     .needs = "[",
     .groups = {"cut", "time", "said", "level", "module"},
     .time = LINE_TIME_SOME,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "clock-head",
     .expression =
         "^(?<cut>\\[(?<time>\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?) )(?<said>(?<level>(?:(?:TR(?:A"
         "CE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:"
         "RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE("
         "?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) *)(?:\\] |(?<module>[^\\] \\n]+)\\] )",
     .needs = "[",
     .groups = {"cut", "time", "said", "level", "module"},
     .time = LINE_TIME_SOME,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "rails",
     .expression =
         "^(?<cut>[DIWEFA], \\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,"
         "]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|J"
         "ST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )#(?<pid>\\d+)(?<cut2>\\] *(?= ))"
         "(?<said> (?<level>DEBUG|INFO|WARN|ERROR|FATAL|ANY)) -- (?<app>[^:\\n]{0,64}): ",
     .needs = " -- ",
     .groups = {"cut", "time", "pid", "cut2", "said", "level", "app"},
     .time = LINE_TIME_SOME,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "jul",
     .expression =
         "^(?<cut>(?<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \\d\\d?, \\d{4}"
         " \\d\\d?:\\d\\d:\\d\\d(?:[^0-9\\n]{1,3}[AP]M)?) )(?<module>[^ \\n]+) (?<method>[^ \\n]+)\\"
         "n(?<said>(?<level>SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST): )",
     .needs = ", ",
     .groups = {"cut", "time", "module", "method", "said", "level"},
     .time = LINE_TIME_SOME,
     .then = LINE_MESSAGE,
     .only = false},
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
     .time = LINE_TIME_SOME,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "python-basic",
     .expression =
         "^(?<said>(?<level>(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL))):)(?<module>[A-Za-z_"
         "][A-Za-z0-9_.]*):(?=[^ \\n])",
     .needs = ":",
     .groups = {"said", "level", "module"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "uvicorn",
     .expression =
         "^(?<said>(?<level>(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL))|TRACE): {2,5})(?=[^ "
         "\\t\\n])",
     .needs = ":",
     .groups = {"said", "level"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "dotnet",
     .expression =
         "^(?<said>(?<level>trce|dbug|info|warn|fail|crit): )(?<module>[A-Za-z_][A-Za-z0-9"
         "_.`+]*)\\[(?<code>\\d+)\\]",
     .needs = ": ",
     .groups = {"said", "level", "module", "code"},
     .levels = {{"trce", 5}, {"dbug", 10}, {"fail", 40}, {"crit", 50}},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "logfmt",
     .expression =
         "^(?=[A-Za-z_@][^ =\"\\n]*=(?:\"(?:[^\"\\\\\\n]|\\\\[^\\n])*\"|[^ \"\\n]*) +[A-Za-z_@][^ =\"\\n]"
         "*=)(?<pairs>[^\\n]+)",
     .needs = "",
     .groups = {"pairs"},
     .time = LINE_TIME_FIELD,
     .then = LINE_PLACES,
     .only = false},
    {.name = "time",
     .expression =
         "^(?<cut>(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?"
         ":Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD"
         "]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)(?: - | ?\\| |: |[ \\t]+))(?=[^ \\t\\n])",
     .needs = "-",
     .groups = {"cut", "time"},
     .time = LINE_TIME_SOME,
     .then = LINE_AFTER,
     .only = false},
    {.name = "time-bracket",
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?"
         "(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP]["
         "SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)\\](?: - |: |[ \\t]*))(?=[^ \\t\\n])",
     .needs = "[",
     .groups = {"cut", "time"},
     .time = LINE_TIME_SOME,
     .then = LINE_AFTER,
     .only = false},
    {.name = "time-slash",
     .expression =
         "^(?<cut>(?<time>\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)(?: - |: |[ \\t]+)"
         ")(?=[^ \\t\\n])",
     .needs = "/",
     .groups = {"cut", "time"},
     .time = LINE_TIME_SOME,
     .then = LINE_AFTER,
     .only = false},
    {.name = "time-apache",
     .expression =
         "^(?<cut>\\[(?<time>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul"
         "|Aug|Sep|Oct|Nov|Dec) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})? \\d{4})\\][ \\t]+)(?=["
         "^ \\t\\n])",
     .needs = "[",
     .groups = {"cut", "time"},
     .time = LINE_TIME_SOME,
     .then = LINE_AFTER,
     .only = false},
    {.name = "time-clf",
     .expression =
         "^(?<cut>\\[(?<time>\\d\\d/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\\d{4}"
         "[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?: [+-]\\d{4})?)\\][ \\t]+)(?=[^ \\t\\n])",
     .needs = "[",
     .groups = {"cut", "time"},
     .time = LINE_TIME_SOME,
     .then = LINE_AFTER,
     .only = false},
    {.name = "time-dmy",
     .expression =
         "^(?<cut>\\[(?<time>\\d\\d?[ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ "
         "-]\\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: [A-Z][A-Za-z_+-]*(?:/[A-Za-z_+-]+)*(?="
         "\\]))?)\\][ \\t]+)(?=[^ \\t\\n])",
     .needs = "[",
     .groups = {"cut", "time"},
     .time = LINE_TIME_SOME,
     .then = LINE_AFTER,
     .only = false},
    {.name = "time-day",
     .expression =
         "^(?<cut>(?<time>\\d\\d?[ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ -]"
         "\\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: [A-Z][A-Za-z_+-]*(?:/[A-Za-z_+-]+)*(?=\\]"
         "))?)[ \\t]+)(?=[^ \\t\\n])",
     .needs = " ",
     .groups = {"cut", "time"},
     .time = LINE_TIME_SOME,
     .then = LINE_AFTER,
     .only = false},
    {.name = "time-bsd",
     .expression =
         "^(?<cut>(?<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \\d]\\d \\d\\d"
         ":\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)[ \\t]+)(?=[^ \\t\\n])",
     .needs = " ",
     .groups = {"cut", "time"},
     .time = LINE_TIME_SOME,
     .then = LINE_AFTER,
     .only = false},
    {.name = "time-epoch",
     .expression =
         "^(?<cut>\\[?(?<time>1\\d{9}\\.\\d{3,9}|1\\d{12})\\]?(?:: |[ \\t]+))(?=[^ \\t\\n])",
     .needs = "1",
     .groups = {"cut", "time"},
     .time = LINE_TIME_SOME,
     .then = LINE_AFTER,
     .only = false},
    {.name = "time-clock",
     .expression =
         "^(?<cut>\\[?(?<time>\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)\\]?(?: - | \\| |: |[ \\t]+))(?=["
         "^ \\t\\n])",
     .needs = ":",
     .groups = {"cut", "time"},
     .time = LINE_TIME_SOME,
     .then = LINE_AFTER,
     .only = true},
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
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "apache-error",
     .expression =
         "^\\[(?<module>[a-z0-9_-]+)(?<said>:(?<level>[a-z]+[1-8]?))\\] (?:\\[pid (?<pid>\\d+)"
         "(?::tid (?<tid>\\d+))?\\] )?(?:\\[(?:client|remote) (?<client>[^\\]\\n]+)\\] )?(?:(?<c"
         "ode>AH\\d+): )?",
     .needs = "] ",
     .groups = {"module", "said", "level", "pid", "tid", "client", "code"},
     .levels = {{"trace1", 5}, {"trace2", 5}, {"trace3", 5}, {"trace4", 5}, {"trace5", 5}, {"trace6", 5}, {"trace7", 5}, {"trace8", 5}},
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "apache-error-plain",
     .expression =
         "^(?<said>\\[:?(?<level>emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])\\"
         "] )(?:\\[pid (?<pid>\\d+)(?::tid (?<tid>\\d+))?\\] )?(?:\\[(?:client|remote) (?<clien"
         "t>[^\\]\\n]+)\\] )?(?:(?<code>AH\\d+): )?",
     .needs = "] ",
     .groups = {"said", "level", "pid", "tid", "client", "code"},
     .levels = {{"trace1", 5}, {"trace2", 5}, {"trace3", 5}, {"trace4", 5}, {"trace5", 5}, {"trace6", 5}, {"trace7", 5}, {"trace8", 5}},
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "lighttpd-error",
     .expression =
         "^\\((?<module>[A-Za-z0-9_./-]+\\.c)\\.(?<source>\\d+)\\) ",
     .needs = ".c",
     .groups = {"module", "source"},
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "php",
     .expression =
         "^PHP (?<said>(?<level>Warning|Notice):  )",
     .needs = "PHP ",
     .groups = {"said", "level"},
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "php-error",
     .expression =
         "^PHP (?<level>Fatal|Parse|Recoverable|Deprecated|Strict)(?: [A-Za-z]+){0,2}:  ?",
     .needs = "PHP ",
     .groups = {"level"},
     .levels = {{"Fatal", 50}, {"Parse", 40}, {"Recoverable", 40}, {"Deprecated", 25}, {"Strict", 25}},
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "postgres",
     .expression =
         "^\\[(?<pid>\\d+)(?:-\\d+)?\\]:? (?:(?<user>[^ @\\n]+)@(?<database>[^ \\n]+) )?(?:(?<sa"
         "id>(?<level>LOG|DEBUG[1-5]|INFO|NOTICE|WARNING|ERROR|FATAL|PANIC):  ?)|(?=(?:STA"
         "TEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATION): ))",
     .needs = "[",
     .groups = {"pid", "user", "database", "said", "level"},
     .levels = {{"LOG", 20}, {"DEBUG1", 10}, {"DEBUG2", 10}, {"DEBUG3", 10}, {"DEBUG4", 10}, {"DEBUG5", 10}},
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "mysql",
     .expression =
         "^(?<tid>\\d+) (?<said>\\[(?<level>System|Warning|ERROR|Note)\\] )(?:\\[(?<code>MY-\\d"
         "+)\\] \\[(?<module>[A-Za-z0-9_]+)\\] )?",
     .needs = "] ",
     .groups = {"tid", "said", "level", "code", "module"},
     .levels = {{"System", 25}, {"Note", 20}},
     .time = LINE_TIME_NONE,
     .then = LINE_PLACES,
     .only = false},
    {.name = "gunicorn",
     .expression =
         "^\\[(?<pid>\\d+)\\] (?<said>\\[(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?"
         ":O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVE"
         "RE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))"
         "))\\] )",
     .needs = "] ",
     .groups = {"pid", "said", "level"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "spring",
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|N"
         "OTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT"
         "(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) +)(?<pid>\\d+) -"
         "-- (?:\\[ *(?<app>[^\\]\\n]{1,128})\\] )?\\[ *(?<thread>[^\\]\\n]{1,128})\\] (?:\\[(?<tra"
         "ce>[0-9a-f -]{10,128})\\] )?(?<module>[^ \\n]+) *: ",
     .needs = " --- ",
     .groups = {"said", "level", "pid", "app", "thread", "trace", "module"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "logback",
     .expression =
         "^\\[(?<thread>[^\\]\\n]{1,128})\\] (?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|V"
         "ERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENC"
         "Y)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P"
         "(?:ANIC|NC)))) +)(?<module>[^ \\n]+)(?: +--? |: )",
     .needs = "] ",
     .groups = {"thread", "said", "level", "module"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "loguru",
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|N"
         "OTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT"
         "(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) *\\| )(?<module>"
         "[^ \\n]+:[^ \\n]+:\\d+) - ",
     .needs = " - ",
     .groups = {"said", "level", "module"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
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
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "python",
     .expression =
         "^(?<module>[A-Za-z_][A-Za-z0-9_.-]*) - (?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EB"
         "UG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|ME"
         "RG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)"
         "|ALERT|P(?:ANIC|NC)))) - )",
     .needs = " - ",
     .groups = {"module", "said", "level"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "monolog",
     .expression =
         "^(?<app>[A-Za-z0-9_-]+)(?<said>\\.(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE"
         "|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S"
         "(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANI"
         "C|NC))))): ",
     .needs = ": ",
     .groups = {"app", "said", "level"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "go",
     .expression =
         "^(?<module>[A-Za-z0-9_./@-]+\\.[A-Za-z]{1,5}:\\d+): ",
     .needs = ": ",
     .groups = {"module"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "level-thread",
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|N"
         "OTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT"
         "(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) +)\\[(?<thread>["
         "^\\]\\n]{1,128})\\] (?<module>[A-Za-z_][A-Za-z0-9_.$:]*)(?: +- |: )",
     .needs = "] ",
     .groups = {"said", "level", "thread", "module"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
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
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "level-module",
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|N"
         "OTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT"
         "(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))(?: - | \\| |[ \\t"
         "]+))(?<module>[A-Za-z_][A-Za-z0-9_.$:-]*): ",
     .needs = ": ",
     .groups = {"said", "level", "module"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
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
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "level",
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|N"
         "OTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT"
         "(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))(?: +- | *\\| |[ "
         "\\t]+))(?=[^ \\t\\n])",
     .needs = "",
     .groups = {"said", "level"},
     .time = LINE_TIME_NONE,
     .then = LINE_MESSAGE,
     .only = false},
};

/* The forms that may begin at a place with a byte, as bits. */
static const uint64_t line_first[LINE_PLACES][256] = {
    [LINE_LINE] = {[0] = 0x20000000, [1] = 0x20000000, [2] = 0x20000000, [3] = 0x20000000, [4] = 0x20000000, [5] = 0x20000000, [6] = 0x20000000, [7] = 0x20000000, [8] = 0x20000000, [9] = 0x20000000, [10] = 0x20000000, [11] = 0x20000000, [12] = 0x20000000, [13] = 0x20000000, [14] = 0x20000000, [15] = 0x20000000, [16] = 0x20000000, [17] = 0x20000000, [18] = 0x20000000, [19] = 0x20000000, [20] = 0x20000000, [21] = 0x20000000, [22] = 0x20000000, [23] = 0x20000000, [24] = 0x20000000, [25] = 0x20000000, [26] = 0x20000000, [27] = 0x20000000, [28] = 0x20000000, [29] = 0x20000000, [30] = 0x20000000, [31] = 0x20000000, [32] = 0x20000000, [33] = 0x20000000, [34] = 0x20000000, [35] = 0x20000000, [36] = 0x20000000, [37] = 0x20000600, [38] = 0x20000000, [39] = 0x20000000, [40] = 0x20000000, [41] = 0x20000000, [42] = 0x20000100, [43] = 0x20000000, [44] = 0x20000000, [45] = 0x20000f00, [46] = 0x20001f00, [47] = 0x20000000, [48] = 0x9160081f67, [49] = 0xd160081f67, [50] = 0x9160081f67, [51] = 0x9160081f67, [52] = 0x9160081f67, [53] = 0x9160081f67, [54] = 0x9160081f67, [55] = 0x9160081f67, [56] = 0x9160081f67, [57] = 0x9160081f67, [58] = 0x20001f00, [59] = 0x20000000, [60] = 0x200000b8, [61] = 0x20000000, [62] = 0x20000000, [63] = 0x20000000, [64] = 0x20000000, [65] = 0x2023801f13, [66] = 0x20001f03, [67] = 0x2e001f03, [68] = 0x202f809f13, [69] = 0x2e841f03, [70] = 0x2023841f13, [71] = 0x20008703, [72] = 0x20008703, [73] = 0x2e841703, [74] = 0x2021000713, [75] = 0x20000703, [76] = 0x20000703, [77] = 0x2021000713, [78] = 0x2023000713, [79] = 0x2021008713, [80] = 0x22008703, [81] = 0x20000703, [82] = 0x20000703, [83] = 0x2023000713, [84] = 0x2a000703, [85] = 0x20000703, [86] = 0x22000703, [87] = 0x2e841703, [88] = 0x20000703, [89] = 0x20000703, [90] = 0x20000703, [91] = 0xcea2731100, [92] = 0x20000000, [93] = 0x20001100, [94] = 0x20000000, [95] = 0x20000700, [96] = 0x20000000, [97] = 0x20001f03, [98] = 0x20001f03, [99] = 0x30001f03, [100] = 0x30001f03, [101] = 0x20001f03, [102] = 0x30001f03, [103] = 0x20000703, [104] = 0x20000703, [105] = 0x30000703, [106] = 0x20000703, [107] = 0x20000703, [108] = 0x20000703, [109] = 0x20000703, [110] = 0x20000703, [111] = 0x20000703, [112] = 0x20000703, [113] = 0x20000703, [114] = 0x20000703, [115] = 0x20000703, [116] = 0x30000703, [117] = 0x20000703, [118] = 0x20000703, [119] = 0x30000703, [120] = 0x20000703, [121] = 0x20000703, [122] = 0x20000703, [123] = 0x20000000, [124] = 0x20000000, [125] = 0x20000000, [126] = 0x20000000, [127] = 0x20000000, [128] = 0x20000000, [129] = 0x20000000, [130] = 0x20000000, [131] = 0x20000000, [132] = 0x20000000, [133] = 0x20000000, [134] = 0x20000000, [135] = 0x20000000, [136] = 0x20000000, [137] = 0x20000000, [138] = 0x20000000, [139] = 0x20000000, [140] = 0x20000000, [141] = 0x20000000, [142] = 0x20000000, [143] = 0x20000000, [144] = 0x20000000, [145] = 0x20000000, [146] = 0x20000000, [147] = 0x20000000, [148] = 0x20000000, [149] = 0x20000000, [150] = 0x20000000, [151] = 0x20000000, [152] = 0x20000000, [153] = 0x20000000, [154] = 0x20000000, [155] = 0x20000000, [156] = 0x20000000, [157] = 0x20000000, [158] = 0x20000000, [159] = 0x20000000, [160] = 0x20000000, [161] = 0x20000000, [162] = 0x20000000, [163] = 0x20000000, [164] = 0x20000000, [165] = 0x20000000, [166] = 0x20000000, [167] = 0x20000000, [168] = 0x20000000, [169] = 0x20000000, [170] = 0x20000000, [171] = 0x20000000, [172] = 0x20000000, [173] = 0x20000000, [174] = 0x20000000, [175] = 0x20000000, [176] = 0x20000000, [177] = 0x20000000, [178] = 0x20000000, [179] = 0x20000000, [180] = 0x20000000, [181] = 0x20000000, [182] = 0x20000000, [183] = 0x20000000, [184] = 0x20000000, [185] = 0x20000000, [186] = 0x20000000, [187] = 0x20000000, [188] = 0x20000000, [189] = 0x20000000, [190] = 0x20000000, [191] = 0x20000000, [192] = 0x20000000, [193] = 0x20000000, [194] = 0x20000000, [195] = 0x20000000, [196] = 0x20000000, [197] = 0x20000000, [198] = 0x20000000, [199] = 0x20000000, [200] = 0x20000000, [201] = 0x20000000, [202] = 0x20000000, [203] = 0x20000000, [204] = 0x20000000, [205] = 0x20000000, [206] = 0x20000000, [207] = 0x20000000, [208] = 0x20000000, [209] = 0x20000000, [210] = 0x20000000, [211] = 0x20000000, [212] = 0x20000000, [213] = 0x20000000, [214] = 0x20000000, [215] = 0x20000000, [216] = 0x20000000, [217] = 0x20000000, [218] = 0x20000000, [219] = 0x20000000, [220] = 0x20000000, [221] = 0x20000000, [222] = 0x20000000, [223] = 0x20000000, [224] = 0x20000000, [225] = 0x20000000, [226] = 0x20000000, [227] = 0x20000000, [228] = 0x20000000, [229] = 0x20000000, [230] = 0x20000000, [231] = 0x20000000, [232] = 0x20000000, [233] = 0x20000000, [234] = 0x20000000, [235] = 0x20000000, [236] = 0x20000000, [237] = 0x20000000, [238] = 0x20000000, [239] = 0x20000000, [240] = 0x20000000, [241] = 0x20000000, [242] = 0x20000000, [243] = 0x20000000, [244] = 0x20000000, [245] = 0x20000000, [246] = 0x20000000, [247] = 0x20000000, [248] = 0x20000000, [249] = 0x20000000, [250] = 0x20000000, [251] = 0x20000000, [252] = 0x20000000, [253] = 0x20000000, [254] = 0x20000000, [255] = 0x20000000},
    [LINE_AFTER] = {[0] = 0x20000000, [1] = 0x20000000, [2] = 0x20000000, [3] = 0x20000000, [4] = 0x20000000, [5] = 0x20000000, [6] = 0x20000000, [7] = 0x20000000, [8] = 0x20000000, [9] = 0x20000000, [10] = 0x20000000, [11] = 0x20000000, [12] = 0x20000000, [13] = 0x20000000, [14] = 0x20000000, [15] = 0x20000000, [16] = 0x20000000, [17] = 0x20000000, [18] = 0x20000000, [19] = 0x20000000, [20] = 0x20000000, [21] = 0x20000000, [22] = 0x20000000, [23] = 0x20000000, [24] = 0x20000000, [25] = 0x20000000, [26] = 0x20000000, [27] = 0x20000000, [28] = 0x20000000, [29] = 0x20000000, [30] = 0x20000000, [31] = 0x20000000, [32] = 0x20000000, [33] = 0x20000000, [34] = 0x20002000, [35] = 0x20000000, [36] = 0x20000000, [37] = 0x20000000, [38] = 0x20000000, [39] = 0x20000000, [40] = 0x80020000000, [41] = 0x20000000, [42] = 0x20000000, [43] = 0x20000000, [44] = 0x20000000, [45] = 0xc0000020000000, [46] = 0x80000020004000, [47] = 0x80000020000000, [48] = 0xc0800020004000, [49] = 0xc0800020004000, [50] = 0xc0800020004000, [51] = 0xc0800020004000, [52] = 0xc0800020004000, [53] = 0xc0800020004000, [54] = 0xc0800020004000, [55] = 0xc0800020004000, [56] = 0xc0800020004000, [57] = 0xc0800020004000, [58] = 0x20004000, [59] = 0x20000000, [60] = 0x20000000, [61] = 0x20000000, [62] = 0x20000000, [63] = 0x20000000, [64] = 0x80000020000000, [65] = 0x1dfa000020004000, [66] = 0xe0000020004000, [67] = 0x1dfa000020004000, [68] = 0x1dfa000020004000, [69] = 0x1dfa000020004000, [70] = 0x1dfa000020004000, [71] = 0xe0000020000000, [72] = 0xe0000020000000, [73] = 0x1dfa000020000000, [74] = 0xe0000020000000, [75] = 0xe0000020000000, [76] = 0xe0000020000000, [77] = 0xe0000020000000, [78] = 0x1dfa000020000000, [79] = 0xe0000020000000, [80] = 0x1dfa300020000000, [81] = 0xe0000020000000, [82] = 0xe0000020000000, [83] = 0x1dfa000020000000, [84] = 0x1dfa000020000000, [85] = 0xe0000020000000, [86] = 0x1dfa000020000000, [87] = 0x1dfa000020000000, [88] = 0xe0000020000000, [89] = 0xe0000020000000, [90] = 0xe0000020000000, [91] = 0x205470020004000, [92] = 0x20000000, [93] = 0x20004000, [94] = 0x20000000, [95] = 0xe0000020000000, [96] = 0x20000000, [97] = 0x8f0000020004000, [98] = 0xe0000020004000, [99] = 0x8f0000020004000, [100] = 0x8f0000020004000, [101] = 0x8f0000020004000, [102] = 0x8f0000020004000, [103] = 0xe0000020000000, [104] = 0xe0000020000000, [105] = 0x8f0000020000000, [106] = 0xe0000020000000, [107] = 0xe0000020000000, [108] = 0xe0000020000000, [109] = 0xe0000020000000, [110] = 0x8f0000020000000, [111] = 0xe0000020000000, [112] = 0x8f0000020000000, [113] = 0xe0000020000000, [114] = 0xe0000020000000, [115] = 0x8f0000020000000, [116] = 0x8f0000020000000, [117] = 0xe0000020000000, [118] = 0x8f0000020000000, [119] = 0x8f0000020000000, [120] = 0xe0000020000000, [121] = 0xe0000020000000, [122] = 0xe0000020000000, [123] = 0x20000000, [124] = 0x20000000, [125] = 0x20000000, [126] = 0x20000000, [127] = 0x20000000, [128] = 0x20000000, [129] = 0x20000000, [130] = 0x20000000, [131] = 0x20000000, [132] = 0x20000000, [133] = 0x20000000, [134] = 0x20000000, [135] = 0x20000000, [136] = 0x20000000, [137] = 0x20000000, [138] = 0x20000000, [139] = 0x20000000, [140] = 0x20000000, [141] = 0x20000000, [142] = 0x20000000, [143] = 0x20000000, [144] = 0x20000000, [145] = 0x20000000, [146] = 0x20000000, [147] = 0x20000000, [148] = 0x20000000, [149] = 0x20000000, [150] = 0x20000000, [151] = 0x20000000, [152] = 0x20000000, [153] = 0x20000000, [154] = 0x20000000, [155] = 0x20000000, [156] = 0x20000000, [157] = 0x20000000, [158] = 0x20000000, [159] = 0x20000000, [160] = 0x20000000, [161] = 0x20000000, [162] = 0x20000000, [163] = 0x20000000, [164] = 0x20000000, [165] = 0x20000000, [166] = 0x20000000, [167] = 0x20000000, [168] = 0x20000000, [169] = 0x20000000, [170] = 0x20000000, [171] = 0x20000000, [172] = 0x20000000, [173] = 0x20000000, [174] = 0x20000000, [175] = 0x20000000, [176] = 0x20000000, [177] = 0x20000000, [178] = 0x20000000, [179] = 0x20000000, [180] = 0x20000000, [181] = 0x20000000, [182] = 0x20000000, [183] = 0x20000000, [184] = 0x20000000, [185] = 0x20000000, [186] = 0x20000000, [187] = 0x20000000, [188] = 0x20000000, [189] = 0x20000000, [190] = 0x20000000, [191] = 0x20000000, [192] = 0x20000000, [193] = 0x20000000, [194] = 0x20000000, [195] = 0x20000000, [196] = 0x20000000, [197] = 0x20000000, [198] = 0x20000000, [199] = 0x20000000, [200] = 0x20000000, [201] = 0x20000000, [202] = 0x20000000, [203] = 0x20000000, [204] = 0x20000000, [205] = 0x20000000, [206] = 0x20000000, [207] = 0x20000000, [208] = 0x20000000, [209] = 0x20000000, [210] = 0x20000000, [211] = 0x20000000, [212] = 0x20000000, [213] = 0x20000000, [214] = 0x20000000, [215] = 0x20000000, [216] = 0x20000000, [217] = 0x20000000, [218] = 0x20000000, [219] = 0x20000000, [220] = 0x20000000, [221] = 0x20000000, [222] = 0x20000000, [223] = 0x20000000, [224] = 0x20000000, [225] = 0x20000000, [226] = 0x20000000, [227] = 0x20000000, [228] = 0x20000000, [229] = 0x20000000, [230] = 0x20000000, [231] = 0x20000000, [232] = 0x20000000, [233] = 0x20000000, [234] = 0x20000000, [235] = 0x20000000, [236] = 0x20000000, [237] = 0x20000000, [238] = 0x20000000, [239] = 0x20000000, [240] = 0x20000000, [241] = 0x20000000, [242] = 0x20000000, [243] = 0x20000000, [244] = 0x20000000, [245] = 0x20000000, [246] = 0x20000000, [247] = 0x20000000, [248] = 0x20000000, [249] = 0x20000000, [250] = 0x20000000, [251] = 0x20000000, [252] = 0x20000000, [253] = 0x20000000, [254] = 0x20000000, [255] = 0x20000000},
    [LINE_MESSAGE] = {[0] = 0x20000000, [1] = 0x20000000, [2] = 0x20000000, [3] = 0x20000000, [4] = 0x20000000, [5] = 0x20000000, [6] = 0x20000000, [7] = 0x20000000, [8] = 0x20000000, [9] = 0x20000000, [10] = 0x20000000, [11] = 0x20000000, [12] = 0x20000000, [13] = 0x20000000, [14] = 0x20000000, [15] = 0x20000000, [16] = 0x20000000, [17] = 0x20000000, [18] = 0x20000000, [19] = 0x20000000, [20] = 0x20000000, [21] = 0x20000000, [22] = 0x20000000, [23] = 0x20000000, [24] = 0x20000000, [25] = 0x20000000, [26] = 0x20000000, [27] = 0x20000000, [28] = 0x20000000, [29] = 0x20000000, [30] = 0x20000000, [31] = 0x20000000, [32] = 0x20000000, [33] = 0x20000000, [34] = 0x20002000, [35] = 0x20000000, [36] = 0x20000000, [37] = 0x20000600, [38] = 0x20000000, [39] = 0x20000000, [40] = 0x20000000, [41] = 0x20000000, [42] = 0x20000100, [43] = 0x20000000, [44] = 0x20000000, [45] = 0x20000700, [46] = 0x20001700, [47] = 0x20000000, [48] = 0x20001700, [49] = 0x20001700, [50] = 0x20001700, [51] = 0x20001700, [52] = 0x20001700, [53] = 0x20001700, [54] = 0x20001700, [55] = 0x20001700, [56] = 0x20001700, [57] = 0x20001700, [58] = 0x20001700, [59] = 0x20000000, [60] = 0x20000000, [61] = 0x20000000, [62] = 0x20000000, [63] = 0x20000000, [64] = 0x20000000, [65] = 0x20001700, [66] = 0x20001700, [67] = 0x20001700, [68] = 0x20009700, [69] = 0x20001700, [70] = 0x20001700, [71] = 0x20008700, [72] = 0x20008700, [73] = 0x20001700, [74] = 0x20000700, [75] = 0x20000700, [76] = 0x20000700, [77] = 0x20000700, [78] = 0x20000700, [79] = 0x20008700, [80] = 0x300020008700, [81] = 0x20000700, [82] = 0x20000700, [83] = 0x20000700, [84] = 0x20000700, [85] = 0x20000700, [86] = 0x20000700, [87] = 0x20001700, [88] = 0x20000700, [89] = 0x20000700, [90] = 0x20000700, [91] = 0x20001100, [92] = 0x20000000, [93] = 0x20001100, [94] = 0x20000000, [95] = 0x20000700, [96] = 0x20000000, [97] = 0x20001700, [98] = 0x20001700, [99] = 0x20001700, [100] = 0x20001700, [101] = 0x20001700, [102] = 0x20001700, [103] = 0x20000700, [104] = 0x20000700, [105] = 0x20000700, [106] = 0x20000700, [107] = 0x20000700, [108] = 0x20000700, [109] = 0x20000700, [110] = 0x20000700, [111] = 0x20000700, [112] = 0x20000700, [113] = 0x20000700, [114] = 0x20000700, [115] = 0x20000700, [116] = 0x20000700, [117] = 0x20000700, [118] = 0x20000700, [119] = 0x20000700, [120] = 0x20000700, [121] = 0x20000700, [122] = 0x20000700, [123] = 0x20000000, [124] = 0x20000000, [125] = 0x20000000, [126] = 0x20000000, [127] = 0x20000000, [128] = 0x20000000, [129] = 0x20000000, [130] = 0x20000000, [131] = 0x20000000, [132] = 0x20000000, [133] = 0x20000000, [134] = 0x20000000, [135] = 0x20000000, [136] = 0x20000000, [137] = 0x20000000, [138] = 0x20000000, [139] = 0x20000000, [140] = 0x20000000, [141] = 0x20000000, [142] = 0x20000000, [143] = 0x20000000, [144] = 0x20000000, [145] = 0x20000000, [146] = 0x20000000, [147] = 0x20000000, [148] = 0x20000000, [149] = 0x20000000, [150] = 0x20000000, [151] = 0x20000000, [152] = 0x20000000, [153] = 0x20000000, [154] = 0x20000000, [155] = 0x20000000, [156] = 0x20000000, [157] = 0x20000000, [158] = 0x20000000, [159] = 0x20000000, [160] = 0x20000000, [161] = 0x20000000, [162] = 0x20000000, [163] = 0x20000000, [164] = 0x20000000, [165] = 0x20000000, [166] = 0x20000000, [167] = 0x20000000, [168] = 0x20000000, [169] = 0x20000000, [170] = 0x20000000, [171] = 0x20000000, [172] = 0x20000000, [173] = 0x20000000, [174] = 0x20000000, [175] = 0x20000000, [176] = 0x20000000, [177] = 0x20000000, [178] = 0x20000000, [179] = 0x20000000, [180] = 0x20000000, [181] = 0x20000000, [182] = 0x20000000, [183] = 0x20000000, [184] = 0x20000000, [185] = 0x20000000, [186] = 0x20000000, [187] = 0x20000000, [188] = 0x20000000, [189] = 0x20000000, [190] = 0x20000000, [191] = 0x20000000, [192] = 0x20000000, [193] = 0x20000000, [194] = 0x20000000, [195] = 0x20000000, [196] = 0x20000000, [197] = 0x20000000, [198] = 0x20000000, [199] = 0x20000000, [200] = 0x20000000, [201] = 0x20000000, [202] = 0x20000000, [203] = 0x20000000, [204] = 0x20000000, [205] = 0x20000000, [206] = 0x20000000, [207] = 0x20000000, [208] = 0x20000000, [209] = 0x20000000, [210] = 0x20000000, [211] = 0x20000000, [212] = 0x20000000, [213] = 0x20000000, [214] = 0x20000000, [215] = 0x20000000, [216] = 0x20000000, [217] = 0x20000000, [218] = 0x20000000, [219] = 0x20000000, [220] = 0x20000000, [221] = 0x20000000, [222] = 0x20000000, [223] = 0x20000000, [224] = 0x20000000, [225] = 0x20000000, [226] = 0x20000000, [227] = 0x20000000, [228] = 0x20000000, [229] = 0x20000000, [230] = 0x20000000, [231] = 0x20000000, [232] = 0x20000000, [233] = 0x20000000, [234] = 0x20000000, [235] = 0x20000000, [236] = 0x20000000, [237] = 0x20000000, [238] = 0x20000000, [239] = 0x20000000, [240] = 0x20000000, [241] = 0x20000000, [242] = 0x20000000, [243] = 0x20000000, [244] = 0x20000000, [245] = 0x20000000, [246] = 0x20000000, [247] = 0x20000000, [248] = 0x20000000, [249] = 0x20000000, [250] = 0x20000000, [251] = 0x20000000, [252] = 0x20000000, [253] = 0x20000000, [254] = 0x20000000, [255] = 0x20000000},
};
