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
         "^(?<cut><(?<pri>\\d{1,3})>1 (?:-|(?<time>\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]"
         "\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JS"
         "T|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)) )(?<hostname>[^ \\n]{1,255}) (?<"
         "app>[^ \\n]{1,48}) (?<pid>[^ \\n]{1,128}) (?<msgid>[^ \\n]{1,32}) (?:-|(?<pairs>(?:"
         "\\[[^ =\\]\"\\n]{1,128}(?: [^ =\\]\"\\n]{1,128}=\"(?:[^\"\\\\\\n]|\\\\[^\\n])*\")*\\])+))(?: \\xef"
         "\\xbb\\xbf?|(?![^\\n]))",
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
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d"
         "(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d"
         ":?\\d\\d)(?![A-Za-z0-9]))?): )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERB"
         "OSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?"
         ")|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:"
         "ANIC|NC))))/)(?<module>[^\\]\\n]{1,128})\\] ",
     .needs = ": ",
     .groups = {"cut", "time", "said", "level", "module"},
     .time = LINE_TIME_SOME,
     .then = LINE_MESSAGE,
     .only = false},
    {.name = "bracket-head",
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d"
         "(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d"
         ":?\\d\\d)(?![A-Za-z0-9]))?) )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBO"
         "SE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)"
         "|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:A"
         "NIC|NC)))) *)(?:\\] |(?<module>[^\\] \\n]+)\\] )",
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
         "^(?<cut>[DIWEFA], \\[(?<time>\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:"
         "Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]"
         "T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )#(?<pid>\\d+)\\] +(?<said>(?<level>DEBUG|INFO"
         "|WARN|ERROR|FATAL|ANY) )-- (?<app>[^:\\n]{0,64}): ",
     .needs = ", [",
     .groups = {"cut", "time", "pid", "said", "level", "app"},
     .levels = {{"A", -1}},
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
         "(?<thread>[^\\]\\n]{1,128})\\] )?(?<cut>\\[?(?<time>\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\"
         "d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IS"
         "T|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)\\]?(?: - | \\| |: |[ \\t]+)"
         ")(?=[^ \\t\\n])",
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
         "^(?<cut>(?<time>\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?"
         "::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?"
         "\\d\\d)(?![A-Za-z0-9]))?)(?: - | ?\\| |: |[ \\t]+))(?=[^ \\t\\n])",
     .needs = "-",
     .groups = {"cut", "time"},
     .time = LINE_TIME_SOME,
     .then = LINE_AFTER,
     .only = false},
    {.name = "time-bracket",
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d"
         "(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d"
         ":?\\d\\d)(?![A-Za-z0-9]))?)\\](?: - |: |[ \\t]*))(?=[^ \\t\\n])",
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
     .levels = {{"Fatal", 40}, {"Parse", 40}, {"Recoverable", 40}, {"Deprecated", 25}, {"Strict", 25}},
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
     .levels = {{"System", 20}, {"Note", 20}},
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
         "-- (?:\\[ *(?<app>[^\\]\\n]{1,128})\\] )?\\[ *(?<thread>[^\\]\\n]{1,128})\\] (?<module>["
         "^ \\n]+) *: ",
     .needs = " --- ",
     .groups = {"said", "level", "pid", "app", "thread", "module"},
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
    [LINE_LINE] = {[0] = 0x10000000, [1] = 0x10000000, [2] = 0x10000000, [3] = 0x10000000, [4] = 0x10000000, [5] = 0x10000000, [6] = 0x10000000, [7] = 0x10000000, [8] = 0x10000000, [9] = 0x10000000, [10] = 0x10000000, [11] = 0x10000000, [12] = 0x10000000, [13] = 0x10000000, [14] = 0x10000000, [15] = 0x10000000, [16] = 0x10000000, [17] = 0x10000000, [18] = 0x10000000, [19] = 0x10000000, [20] = 0x10000000, [21] = 0x10000000, [22] = 0x10000000, [23] = 0x10000000, [24] = 0x10000000, [25] = 0x10000000, [26] = 0x10000000, [27] = 0x10000000, [28] = 0x10000000, [29] = 0x10000000, [30] = 0x10000000, [31] = 0x10000000, [32] = 0x10000000, [33] = 0x10000000, [34] = 0x10000000, [35] = 0x10000000, [36] = 0x10000000, [37] = 0x10000300, [38] = 0x10000000, [39] = 0x10000000, [40] = 0x10000000, [41] = 0x10000000, [42] = 0x10000080, [43] = 0x10000000, [44] = 0x10000000, [45] = 0x10000780, [46] = 0x10000f80, [47] = 0x10000000, [48] = 0x48b0040fa7, [49] = 0x68b0040fa7, [50] = 0x48b0040fa7, [51] = 0x48b0040fa7, [52] = 0x48b0040fa7, [53] = 0x48b0040fa7, [54] = 0x48b0040fa7, [55] = 0x48b0040fa7, [56] = 0x48b0040fa7, [57] = 0x48b0040fa7, [58] = 0x10000f80, [59] = 0x10000000, [60] = 0x10000078, [61] = 0x10000000, [62] = 0x10000000, [63] = 0x10000000, [64] = 0x10000000, [65] = 0x1011c00f93, [66] = 0x10000f83, [67] = 0x17000f83, [68] = 0x1017c04f93, [69] = 0x17420f83, [70] = 0x1011c20f93, [71] = 0x10004383, [72] = 0x10004383, [73] = 0x17420b83, [74] = 0x1010800393, [75] = 0x10000383, [76] = 0x10000383, [77] = 0x1010800393, [78] = 0x1011800393, [79] = 0x1010804393, [80] = 0x11004383, [81] = 0x10000383, [82] = 0x10000383, [83] = 0x1011800393, [84] = 0x15000383, [85] = 0x10000383, [86] = 0x11000383, [87] = 0x17420b83, [88] = 0x10000383, [89] = 0x10000383, [90] = 0x10000383, [91] = 0x6751398880, [92] = 0x10000000, [93] = 0x10000880, [94] = 0x10000000, [95] = 0x10000380, [96] = 0x10000000, [97] = 0x10000f83, [98] = 0x10000f83, [99] = 0x18000f83, [100] = 0x18000f83, [101] = 0x10000f83, [102] = 0x18000f83, [103] = 0x10000383, [104] = 0x10000383, [105] = 0x18000383, [106] = 0x10000383, [107] = 0x10000383, [108] = 0x10000383, [109] = 0x10000383, [110] = 0x10000383, [111] = 0x10000383, [112] = 0x10000383, [113] = 0x10000383, [114] = 0x10000383, [115] = 0x10000383, [116] = 0x18000383, [117] = 0x10000383, [118] = 0x10000383, [119] = 0x18000383, [120] = 0x10000383, [121] = 0x10000383, [122] = 0x10000383, [123] = 0x10000000, [124] = 0x10000000, [125] = 0x10000000, [126] = 0x10000000, [127] = 0x10000000, [128] = 0x10000000, [129] = 0x10000000, [130] = 0x10000000, [131] = 0x10000000, [132] = 0x10000000, [133] = 0x10000000, [134] = 0x10000000, [135] = 0x10000000, [136] = 0x10000000, [137] = 0x10000000, [138] = 0x10000000, [139] = 0x10000000, [140] = 0x10000000, [141] = 0x10000000, [142] = 0x10000000, [143] = 0x10000000, [144] = 0x10000000, [145] = 0x10000000, [146] = 0x10000000, [147] = 0x10000000, [148] = 0x10000000, [149] = 0x10000000, [150] = 0x10000000, [151] = 0x10000000, [152] = 0x10000000, [153] = 0x10000000, [154] = 0x10000000, [155] = 0x10000000, [156] = 0x10000000, [157] = 0x10000000, [158] = 0x10000000, [159] = 0x10000000, [160] = 0x10000000, [161] = 0x10000000, [162] = 0x10000000, [163] = 0x10000000, [164] = 0x10000000, [165] = 0x10000000, [166] = 0x10000000, [167] = 0x10000000, [168] = 0x10000000, [169] = 0x10000000, [170] = 0x10000000, [171] = 0x10000000, [172] = 0x10000000, [173] = 0x10000000, [174] = 0x10000000, [175] = 0x10000000, [176] = 0x10000000, [177] = 0x10000000, [178] = 0x10000000, [179] = 0x10000000, [180] = 0x10000000, [181] = 0x10000000, [182] = 0x10000000, [183] = 0x10000000, [184] = 0x10000000, [185] = 0x10000000, [186] = 0x10000000, [187] = 0x10000000, [188] = 0x10000000, [189] = 0x10000000, [190] = 0x10000000, [191] = 0x10000000, [192] = 0x10000000, [193] = 0x10000000, [194] = 0x10000000, [195] = 0x10000000, [196] = 0x10000000, [197] = 0x10000000, [198] = 0x10000000, [199] = 0x10000000, [200] = 0x10000000, [201] = 0x10000000, [202] = 0x10000000, [203] = 0x10000000, [204] = 0x10000000, [205] = 0x10000000, [206] = 0x10000000, [207] = 0x10000000, [208] = 0x10000000, [209] = 0x10000000, [210] = 0x10000000, [211] = 0x10000000, [212] = 0x10000000, [213] = 0x10000000, [214] = 0x10000000, [215] = 0x10000000, [216] = 0x10000000, [217] = 0x10000000, [218] = 0x10000000, [219] = 0x10000000, [220] = 0x10000000, [221] = 0x10000000, [222] = 0x10000000, [223] = 0x10000000, [224] = 0x10000000, [225] = 0x10000000, [226] = 0x10000000, [227] = 0x10000000, [228] = 0x10000000, [229] = 0x10000000, [230] = 0x10000000, [231] = 0x10000000, [232] = 0x10000000, [233] = 0x10000000, [234] = 0x10000000, [235] = 0x10000000, [236] = 0x10000000, [237] = 0x10000000, [238] = 0x10000000, [239] = 0x10000000, [240] = 0x10000000, [241] = 0x10000000, [242] = 0x10000000, [243] = 0x10000000, [244] = 0x10000000, [245] = 0x10000000, [246] = 0x10000000, [247] = 0x10000000, [248] = 0x10000000, [249] = 0x10000000, [250] = 0x10000000, [251] = 0x10000000, [252] = 0x10000000, [253] = 0x10000000, [254] = 0x10000000, [255] = 0x10000000},
    [LINE_AFTER] = {[0] = 0x10000000, [1] = 0x10000000, [2] = 0x10000000, [3] = 0x10000000, [4] = 0x10000000, [5] = 0x10000000, [6] = 0x10000000, [7] = 0x10000000, [8] = 0x10000000, [9] = 0x10000000, [10] = 0x10000000, [11] = 0x10000000, [12] = 0x10000000, [13] = 0x10000000, [14] = 0x10000000, [15] = 0x10000000, [16] = 0x10000000, [17] = 0x10000000, [18] = 0x10000000, [19] = 0x10000000, [20] = 0x10000000, [21] = 0x10000000, [22] = 0x10000000, [23] = 0x10000000, [24] = 0x10000000, [25] = 0x10000000, [26] = 0x10000000, [27] = 0x10000000, [28] = 0x10000000, [29] = 0x10000000, [30] = 0x10000000, [31] = 0x10000000, [32] = 0x10000000, [33] = 0x10000000, [34] = 0x10001000, [35] = 0x10000000, [36] = 0x10000000, [37] = 0x10000000, [38] = 0x10000000, [39] = 0x10000000, [40] = 0x40010000000, [41] = 0x10000000, [42] = 0x10000000, [43] = 0x10000000, [44] = 0x10000000, [45] = 0x60000010000000, [46] = 0x40000010002000, [47] = 0x40000010000000, [48] = 0x60400010002000, [49] = 0x60400010002000, [50] = 0x60400010002000, [51] = 0x60400010002000, [52] = 0x60400010002000, [53] = 0x60400010002000, [54] = 0x60400010002000, [55] = 0x60400010002000, [56] = 0x60400010002000, [57] = 0x60400010002000, [58] = 0x10002000, [59] = 0x10000000, [60] = 0x10000000, [61] = 0x10000000, [62] = 0x10000000, [63] = 0x10000000, [64] = 0x40000010000000, [65] = 0xefd000010002000, [66] = 0x70000010002000, [67] = 0xefd000010002000, [68] = 0xefd000010002000, [69] = 0xefd000010002000, [70] = 0xefd000010002000, [71] = 0x70000010000000, [72] = 0x70000010000000, [73] = 0xefd000010000000, [74] = 0x70000010000000, [75] = 0x70000010000000, [76] = 0x70000010000000, [77] = 0x70000010000000, [78] = 0xefd000010000000, [79] = 0x70000010000000, [80] = 0xefd180010000000, [81] = 0x70000010000000, [82] = 0x70000010000000, [83] = 0xefd000010000000, [84] = 0xefd000010000000, [85] = 0x70000010000000, [86] = 0xefd000010000000, [87] = 0xefd000010000000, [88] = 0x70000010000000, [89] = 0x70000010000000, [90] = 0x70000010000000, [91] = 0x102a38010002000, [92] = 0x10000000, [93] = 0x10002000, [94] = 0x10000000, [95] = 0x70000010000000, [96] = 0x10000000, [97] = 0x478000010002000, [98] = 0x70000010002000, [99] = 0x478000010002000, [100] = 0x478000010002000, [101] = 0x478000010002000, [102] = 0x478000010002000, [103] = 0x70000010000000, [104] = 0x70000010000000, [105] = 0x478000010000000, [106] = 0x70000010000000, [107] = 0x70000010000000, [108] = 0x70000010000000, [109] = 0x70000010000000, [110] = 0x478000010000000, [111] = 0x70000010000000, [112] = 0x478000010000000, [113] = 0x70000010000000, [114] = 0x70000010000000, [115] = 0x478000010000000, [116] = 0x478000010000000, [117] = 0x70000010000000, [118] = 0x478000010000000, [119] = 0x478000010000000, [120] = 0x70000010000000, [121] = 0x70000010000000, [122] = 0x70000010000000, [123] = 0x10000000, [124] = 0x10000000, [125] = 0x10000000, [126] = 0x10000000, [127] = 0x10000000, [128] = 0x10000000, [129] = 0x10000000, [130] = 0x10000000, [131] = 0x10000000, [132] = 0x10000000, [133] = 0x10000000, [134] = 0x10000000, [135] = 0x10000000, [136] = 0x10000000, [137] = 0x10000000, [138] = 0x10000000, [139] = 0x10000000, [140] = 0x10000000, [141] = 0x10000000, [142] = 0x10000000, [143] = 0x10000000, [144] = 0x10000000, [145] = 0x10000000, [146] = 0x10000000, [147] = 0x10000000, [148] = 0x10000000, [149] = 0x10000000, [150] = 0x10000000, [151] = 0x10000000, [152] = 0x10000000, [153] = 0x10000000, [154] = 0x10000000, [155] = 0x10000000, [156] = 0x10000000, [157] = 0x10000000, [158] = 0x10000000, [159] = 0x10000000, [160] = 0x10000000, [161] = 0x10000000, [162] = 0x10000000, [163] = 0x10000000, [164] = 0x10000000, [165] = 0x10000000, [166] = 0x10000000, [167] = 0x10000000, [168] = 0x10000000, [169] = 0x10000000, [170] = 0x10000000, [171] = 0x10000000, [172] = 0x10000000, [173] = 0x10000000, [174] = 0x10000000, [175] = 0x10000000, [176] = 0x10000000, [177] = 0x10000000, [178] = 0x10000000, [179] = 0x10000000, [180] = 0x10000000, [181] = 0x10000000, [182] = 0x10000000, [183] = 0x10000000, [184] = 0x10000000, [185] = 0x10000000, [186] = 0x10000000, [187] = 0x10000000, [188] = 0x10000000, [189] = 0x10000000, [190] = 0x10000000, [191] = 0x10000000, [192] = 0x10000000, [193] = 0x10000000, [194] = 0x10000000, [195] = 0x10000000, [196] = 0x10000000, [197] = 0x10000000, [198] = 0x10000000, [199] = 0x10000000, [200] = 0x10000000, [201] = 0x10000000, [202] = 0x10000000, [203] = 0x10000000, [204] = 0x10000000, [205] = 0x10000000, [206] = 0x10000000, [207] = 0x10000000, [208] = 0x10000000, [209] = 0x10000000, [210] = 0x10000000, [211] = 0x10000000, [212] = 0x10000000, [213] = 0x10000000, [214] = 0x10000000, [215] = 0x10000000, [216] = 0x10000000, [217] = 0x10000000, [218] = 0x10000000, [219] = 0x10000000, [220] = 0x10000000, [221] = 0x10000000, [222] = 0x10000000, [223] = 0x10000000, [224] = 0x10000000, [225] = 0x10000000, [226] = 0x10000000, [227] = 0x10000000, [228] = 0x10000000, [229] = 0x10000000, [230] = 0x10000000, [231] = 0x10000000, [232] = 0x10000000, [233] = 0x10000000, [234] = 0x10000000, [235] = 0x10000000, [236] = 0x10000000, [237] = 0x10000000, [238] = 0x10000000, [239] = 0x10000000, [240] = 0x10000000, [241] = 0x10000000, [242] = 0x10000000, [243] = 0x10000000, [244] = 0x10000000, [245] = 0x10000000, [246] = 0x10000000, [247] = 0x10000000, [248] = 0x10000000, [249] = 0x10000000, [250] = 0x10000000, [251] = 0x10000000, [252] = 0x10000000, [253] = 0x10000000, [254] = 0x10000000, [255] = 0x10000000},
    [LINE_MESSAGE] = {[0] = 0x10000000, [1] = 0x10000000, [2] = 0x10000000, [3] = 0x10000000, [4] = 0x10000000, [5] = 0x10000000, [6] = 0x10000000, [7] = 0x10000000, [8] = 0x10000000, [9] = 0x10000000, [10] = 0x10000000, [11] = 0x10000000, [12] = 0x10000000, [13] = 0x10000000, [14] = 0x10000000, [15] = 0x10000000, [16] = 0x10000000, [17] = 0x10000000, [18] = 0x10000000, [19] = 0x10000000, [20] = 0x10000000, [21] = 0x10000000, [22] = 0x10000000, [23] = 0x10000000, [24] = 0x10000000, [25] = 0x10000000, [26] = 0x10000000, [27] = 0x10000000, [28] = 0x10000000, [29] = 0x10000000, [30] = 0x10000000, [31] = 0x10000000, [32] = 0x10000000, [33] = 0x10000000, [34] = 0x10001000, [35] = 0x10000000, [36] = 0x10000000, [37] = 0x10000300, [38] = 0x10000000, [39] = 0x10000000, [40] = 0x10000000, [41] = 0x10000000, [42] = 0x10000080, [43] = 0x10000000, [44] = 0x10000000, [45] = 0x10000380, [46] = 0x10000b80, [47] = 0x10000000, [48] = 0x10000b80, [49] = 0x10000b80, [50] = 0x10000b80, [51] = 0x10000b80, [52] = 0x10000b80, [53] = 0x10000b80, [54] = 0x10000b80, [55] = 0x10000b80, [56] = 0x10000b80, [57] = 0x10000b80, [58] = 0x10000b80, [59] = 0x10000000, [60] = 0x10000000, [61] = 0x10000000, [62] = 0x10000000, [63] = 0x10000000, [64] = 0x10000000, [65] = 0x10000b80, [66] = 0x10000b80, [67] = 0x10000b80, [68] = 0x10004b80, [69] = 0x10000b80, [70] = 0x10000b80, [71] = 0x10004380, [72] = 0x10004380, [73] = 0x10000b80, [74] = 0x10000380, [75] = 0x10000380, [76] = 0x10000380, [77] = 0x10000380, [78] = 0x10000380, [79] = 0x10004380, [80] = 0x180010004380, [81] = 0x10000380, [82] = 0x10000380, [83] = 0x10000380, [84] = 0x10000380, [85] = 0x10000380, [86] = 0x10000380, [87] = 0x10000b80, [88] = 0x10000380, [89] = 0x10000380, [90] = 0x10000380, [91] = 0x10000880, [92] = 0x10000000, [93] = 0x10000880, [94] = 0x10000000, [95] = 0x10000380, [96] = 0x10000000, [97] = 0x10000b80, [98] = 0x10000b80, [99] = 0x10000b80, [100] = 0x10000b80, [101] = 0x10000b80, [102] = 0x10000b80, [103] = 0x10000380, [104] = 0x10000380, [105] = 0x10000380, [106] = 0x10000380, [107] = 0x10000380, [108] = 0x10000380, [109] = 0x10000380, [110] = 0x10000380, [111] = 0x10000380, [112] = 0x10000380, [113] = 0x10000380, [114] = 0x10000380, [115] = 0x10000380, [116] = 0x10000380, [117] = 0x10000380, [118] = 0x10000380, [119] = 0x10000380, [120] = 0x10000380, [121] = 0x10000380, [122] = 0x10000380, [123] = 0x10000000, [124] = 0x10000000, [125] = 0x10000000, [126] = 0x10000000, [127] = 0x10000000, [128] = 0x10000000, [129] = 0x10000000, [130] = 0x10000000, [131] = 0x10000000, [132] = 0x10000000, [133] = 0x10000000, [134] = 0x10000000, [135] = 0x10000000, [136] = 0x10000000, [137] = 0x10000000, [138] = 0x10000000, [139] = 0x10000000, [140] = 0x10000000, [141] = 0x10000000, [142] = 0x10000000, [143] = 0x10000000, [144] = 0x10000000, [145] = 0x10000000, [146] = 0x10000000, [147] = 0x10000000, [148] = 0x10000000, [149] = 0x10000000, [150] = 0x10000000, [151] = 0x10000000, [152] = 0x10000000, [153] = 0x10000000, [154] = 0x10000000, [155] = 0x10000000, [156] = 0x10000000, [157] = 0x10000000, [158] = 0x10000000, [159] = 0x10000000, [160] = 0x10000000, [161] = 0x10000000, [162] = 0x10000000, [163] = 0x10000000, [164] = 0x10000000, [165] = 0x10000000, [166] = 0x10000000, [167] = 0x10000000, [168] = 0x10000000, [169] = 0x10000000, [170] = 0x10000000, [171] = 0x10000000, [172] = 0x10000000, [173] = 0x10000000, [174] = 0x10000000, [175] = 0x10000000, [176] = 0x10000000, [177] = 0x10000000, [178] = 0x10000000, [179] = 0x10000000, [180] = 0x10000000, [181] = 0x10000000, [182] = 0x10000000, [183] = 0x10000000, [184] = 0x10000000, [185] = 0x10000000, [186] = 0x10000000, [187] = 0x10000000, [188] = 0x10000000, [189] = 0x10000000, [190] = 0x10000000, [191] = 0x10000000, [192] = 0x10000000, [193] = 0x10000000, [194] = 0x10000000, [195] = 0x10000000, [196] = 0x10000000, [197] = 0x10000000, [198] = 0x10000000, [199] = 0x10000000, [200] = 0x10000000, [201] = 0x10000000, [202] = 0x10000000, [203] = 0x10000000, [204] = 0x10000000, [205] = 0x10000000, [206] = 0x10000000, [207] = 0x10000000, [208] = 0x10000000, [209] = 0x10000000, [210] = 0x10000000, [211] = 0x10000000, [212] = 0x10000000, [213] = 0x10000000, [214] = 0x10000000, [215] = 0x10000000, [216] = 0x10000000, [217] = 0x10000000, [218] = 0x10000000, [219] = 0x10000000, [220] = 0x10000000, [221] = 0x10000000, [222] = 0x10000000, [223] = 0x10000000, [224] = 0x10000000, [225] = 0x10000000, [226] = 0x10000000, [227] = 0x10000000, [228] = 0x10000000, [229] = 0x10000000, [230] = 0x10000000, [231] = 0x10000000, [232] = 0x10000000, [233] = 0x10000000, [234] = 0x10000000, [235] = 0x10000000, [236] = 0x10000000, [237] = 0x10000000, [238] = 0x10000000, [239] = 0x10000000, [240] = 0x10000000, [241] = 0x10000000, [242] = 0x10000000, [243] = 0x10000000, [244] = 0x10000000, [245] = 0x10000000, [246] = 0x10000000, [247] = 0x10000000, [248] = 0x10000000, [249] = 0x10000000, [250] = 0x10000000, [251] = 0x10000000, [252] = 0x10000000, [253] = 0x10000000, [254] = 0x10000000, [255] = 0x10000000},
};
