/* SPDX-License-Identifier: MIT */
/* line_table: made by `make tables` from format/lines.txt. It is included by format/line.c only. */
#ifndef SSELOG_FORMAT_LINE_TABLE_H
#define SSELOG_FORMAT_LINE_TABLE_H

/* clang-format off */
#define LINE_LOOK 5
#define LINE_END 256

/* Texts that matches have, and where in each its rarest byte is. */
static const struct { char text[32]; uint8_t rarest; } line_needs[] = {
    {"| ", 0}, {" std", 1}, {"-", 0}, {"T", 0}, {":", 0}, {".", 0}, {">1 ", 0}, {"<", 0}, {": ", 0}, {"]: ", 0},
    {"[", 0}, {">", 0}, {"] \"", 0}, {" [", 1}, {"\" ", 0}, {"/", 0}, {" - ", 1}, {" \"", 1}, {" - \"", 1},
    {" ms - ", 4}, {"[GIN] ", 0}, {" | ", 1}, {"\"", 0}, {" => generated ", 1}, {" bytes in ", 1}, {" (HTTP/", 1},
    {"[pid: ", 0}, {") {", 0}, {"} [", 0}, {"] ", 0}, {"|", 0}, {"]", 0}, {" -- ", 1}, {", [", 0}, {" #", 1}, {", ", 0},
    {"=", 0}, {"1", 0}, {"#", 0}, {".c.", 0}, {") ", 0}, {"(", 0}, {"PHP ", 0}, {":  ", 0}, {"] [", 0}, {" --- ", 1},
    {"{", 0}, {"}", 0},
};
static const struct line_form line_forms[] = {
    {.name = "compose", .needs = 0x1,
     .expression =
         "^(?<service>[A-Za-z0-9][A-Za-z0-9_.-]*[_-]\\d{1,4}) +\\| ",
     .groups = {"service"},
     .then = LINE_LINE},
    {.name = "compose-name", .needs = 0x1,
     .expression =
         "^(?<service>[A-Za-z0-9][A-Za-z0-9_.-]*) +\\| ",
     .groups = {"service"},
     .then = LINE_LINE, .only = true},
    {.name = "cri", .needs = 0x3e,
     .expression =
         "^(?<cut>(?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{1,9}(?:Z|[+-]\\d\\d:\\d\\d)) (?<stream>stdout|stderr) [FP](?::[^ \\n]*)? )",
     .groups = {"cut", "time", "stream"},
     .then = LINE_LINE},
    {.name = "syslog-5424", .needs = 0xc0,
     .expression =
         "^(?<cut><(?<pri>\\d{1,3})>1 (?:-|(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d"
         ")?| (?:Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)) )(?<hostname>[^ \\n]+) (?<a"
         "pp>[^ \\n]+) (?<pid>[^ \\n]+) (?<msgid>[^ \\n]+) (?:-|(?<pairs>(?:\\[[^ =\\]\"\\n]+(?: [^ =\\]\"\\n]+=\"[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*\""
         ")*\\])+))(?: (?:\\xef\\xbb\\xbf)?|(?![^\\n]))",
     .groups = {"cut", "pri", "time", "hostname", "app", "pid", "msgid", "pairs"},
     .then = LINE_LINE},
    {.name = "syslog", .needs = 0x100,
     .expression =
         "^(?<cut>(?:<(?<pri>\\d{1,3})>)?(?<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,"
         "9})?) )(?<hostname>[A-Za-z0-9_.:-]+) (?<app>[A-Za-z0-9_./@()-]+)(?:\\[(?<pid>[0-9]+)\\])?: ",
     .groups = {"cut", "pri", "time", "hostname", "app", "pid"},
     .then = LINE_LINE},
    {.name = "syslog-iso", .needs = 0x100,
     .expression =
         "^(?<cut>(?:<(?<pri>\\d{1,3})>)?(?<time>\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?[+-]\\d\\d:?\\d\\d|\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d"
         ":\\d\\d(?:[.,]\\d{1,9})?Z) )(?!(?:(?:T(?:R(?:ACE|C)|r(?:ace|c))|tr(?:ace|c)|D(?:EBUG|ebug|BG|bg)|d(?:ebug|bg)|V(?:ERBOSE|erbose"
         ")|verbose|I(?:NF(?:O(?:RMATION)?)?|nf(?:o(?:rmation)?)?)|inf(?:o(?:rmation)?)?|N(?:OTICE|otice)|notice|W(?:ARN(?:ING)?|arn(?"
         ":ing)?|RN|rn)|w(?:arn(?:ing)?|rn)|E(?:RR(?:OR)?|rr(?:or)?|MERG(?:ENCY)?|merg(?:ency)?)|e(?:rr(?:or)?|merg(?:ency)?)|S(?:EVER"
         "E|evere|UCCESS|uccess)|s(?:evere|uccess)|C(?:RIT(?:ICAL)?|rit(?:ical)?|ONFIG|onfig)|c(?:rit(?:ical)?|onfig)|F(?:ATAL|atal|IN"
         "E(?:R|ST)?|ine(?:r|st)?|TL|tl)|f(?:atal|ine(?:r|st)?|tl)|A(?:LERT|lert)|alert|P(?:ANIC|anic|NC|nc)|p(?:anic|nc))) )(?<hostna"
         "me>[A-Za-z0-9_.:-]+) (?<app>[A-Za-z0-9_./@()-]+)(?:\\[(?<pid>[0-9]+)\\]|(?=: [^ ])): ",
     .groups = {"cut", "pri", "time", "hostname", "app", "pid"},
     .then = LINE_LINE},
    {.name = "heroku", .needs = 0x604,
     .expression =
         "^(?<cut>(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|E"
         "ES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )(?<app>[A-Za-z][A-Za-z0-9_-]*)\\[(?<process>[A-Za-z"
         "][A-Za-z0-9_-]*(?:\\.\\d+)?)\\]: ",
     .groups = {"cut", "time", "app", "process"},
     .then = LINE_LINE},
    {.name = "syslog-pri", .needs = 0x880,
     .expression =
         "^(?<cut><(?<pri>\\d{1,3})>)(?=[^ \\n])",
     .groups = {"cut", "pri"},
     .then = LINE_LINE},
    {.name = "python-basic", .needs = 0x10,
     .expression =
         "^(?<said>(?<level>(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL))):)(?<module>[A-Za-z_][A-Za-z0-9_.]*):(?=[^ \\n])",
     .groups = {"said", "level", "module"},
     .then = LINE_MESSAGE},
    {.name = "vhost-combined", .needs = 0xf010,
     .expression =
         "^(?<hostname>[A-Za-z0-9_.\\[\\]:*-]+:\\d+) (?<host>[A-Za-z0-9_.:%-]+) (?<ident>[^ \\n]+) (?<user>[^ \\n]+) (?<cut>\\[(?<time>\\d\\d/"
         "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\\d{4}[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?: [+-]\\d{4})?)\\] )\"(?<request>(?<"
         "method>[A-Z][A-Za-z_-]+) (?<path>[^ \"\\n]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\" (?<status>\\d{3}"
         ") (?<size>\\d+|-)(?: \"(?<referer>[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\" \"(?<agent>[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\")?",
     .groups = {"hostname", "host", "ident", "user", "cut", "time", "request", "method", "path", "protocol", "status", "size", "referer", "agent"},
     .then = LINE_PLACES},
    {.name = "lighttpd-access", .needs = 0xf010,
     .expression =
         "^(?<host>[A-Za-z0-9_.:%-]+) (?<hostname>[A-Za-z0-9_.\\[\\]:-]*[A-Za-z0-9_.\\[\\]:][A-Za-z0-9_.\\[\\]:-]*) (?<user>[^ \\n]+) (?<cut>"
         "\\[(?<time>\\d\\d/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\\d{4}[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?: [+-]\\d{4})?)\\] )"
         "\"(?<request>(?<method>[A-Z][A-Za-z_-]+) (?<path>[^ \"\\n]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\" "
         "(?<status>\\d{3}) (?<size>\\d+|-)(?: \"(?<referer>[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\" \"(?<agent>[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\")?"
         "(?: (?<duration>\\d+(?:\\.\\d+)?)(?=[ \\n]|(?![^\\n])))?",
     .groups = {"host", "hostname", "user", "cut", "time", "request", "method", "path", "protocol", "status", "size", "referer", "agent", "duration"},
     .then = LINE_PLACES},
    {.name = "access", .needs = 0xf010,
     .expression =
         "^(?<host>[A-Za-z0-9_.:%-]+) (?:(?<ident>[^ \\n]+) )?(?<user>[^ \\n]+|\"[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*\") (?<cut>\\[(?<time>\\d\\d/("
         "?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\\d{4}[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?: [+-]\\d{4})?)\\] )\"(?<request>(?<m"
         "ethod>[A-Z][A-Za-z_-]+) (?<path>[^ \"\\n]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\" (?<status>\\d{3})"
         " (?<size>\\d+|-)(?: \"(?<referer>[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\" \"(?<agent>[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\")?(?: (?<duration>"
         "\\d+(?:\\.\\d+)?)(?=[ \\n]|(?![^\\n])))?",
     .groups = {"host", "ident", "user", "cut", "time", "request", "method", "path", "protocol", "status", "size", "referer", "agent", "duration"},
     .then = LINE_PLACES},
    {.name = "fpm-access", .needs = 0x3c010,
     .expression =
         "^(?<client>[0-9A-Fa-f.:-]+) -  ?(?:(?<user>[^ \\n]+) )?(?<cut>(?<time>\\d\\d/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
         ")/\\d{4}[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?: [+-]\\d{4})?) )\"(?<request>(?<method>[A-Z][A-Za-z_-]+) (?<path>[^ \"\\n]+)(?: (?<pro"
         "tocol>[A-Z]+/[0-9.]+))?|[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\" (?<status>\\d{3})(?![^ \\n])",
     .groups = {"client", "user", "cut", "time", "request", "method", "path", "protocol", "status"},
     .then = LINE_PLACES},
    {.name = "uvicorn-access", .needs = 0x44010,
     .expression =
         "^(?<said>(?:(?<level>(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL))): +)?)(?<client>[0-9A-Fa-f.:\\[\\]]+:\\d+) - \"(?<request>(?<meth"
         "od>[A-Z][A-Za-z_-]+) (?<path>[^ \"\\n]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\" (?<status>\\d{3})(?!"
         "[^ \\n])",
     .groups = {"said", "level", "client", "request", "method", "path", "protocol", "status"},
     .then = LINE_PLACES},
    {.name = "django-access", .needs = 0x4000,
     .expression =
         "^\"(?<request>(?<method>[A-Z][A-Za-z_-]+) (?<path>[^ \"\\n]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\""
         " (?<status>\\d{3}) (?<size>\\d+|-)(?![^ \\n])",
     .groups = {"request", "method", "path", "protocol", "status", "size"},
     .then = LINE_PLACES},
    {.name = "php-access", .needs = 0x2200,
     .expression =
         "^(?<client>[0-9A-Fa-f.:\\[\\]]+:\\d+) \\[(?<status>\\d{3})\\]: (?<method>[A-Z]+) (?<path>[^ \\n]+)",
     .groups = {"client", "status", "method", "path"},
     .then = LINE_PLACES},
    {.name = "morgan", .needs = 0x80020,
     .expression =
         "^(?<method>GET|HEAD|POST|PUT|DELETE|PATCH|OPTIONS) (?<path>[^ \\n]+) (?<status>\\d{3}) (?<duration>\\d+\\.\\d+ ms) - (?<size>\\d+|"
         "-)(?![^ \\n])",
     .groups = {"method", "path", "status", "duration", "size"},
     .then = LINE_PLACES},
    {.name = "gin", .needs = 0x718010,
     .expression =
         "^(?<cut>\\[GIN\\] (?<time>\\d{4}/\\d\\d/\\d\\d - \\d\\d:\\d\\d:\\d\\d) \\| +)(?<status>\\d{3}) \\| +(?<duration>[0-9.]+[^ |\\n]*) \\| +(?<clie"
         "nt>[0-9A-Fa-f.:\\[\\]]+) \\| (?<method>[A-Z]+) +\"(?<path>[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\"",
     .groups = {"cut", "time", "status", "duration", "client", "method", "path"},
     .then = LINE_PLACES},
    {.name = "uwsgi", .needs = 0x7f800000,
     .expression =
         "^\\[pid: (?<pid>\\d+)\\|[^\\]\\n]*\\] (?<client>[^ \\n]*) \\((?<user>[^)\\n]*)\\) \\{[^}\\n]*\\} (?<cut>\\[(?<time>(?:Mon|Tue|Wed|Thu|Fri|"
         "Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})? \\d{4})\\] )(?<method>[A-Z"
         "]+) (?<path>[^ \\n]+) => generated (?<size>\\d+) bytes in (?<duration>\\d+ [a-z]+) \\((?<protocol>HTTP/[0-9.]+) (?<status>\\d{3})"
         "\\)",
     .groups = {"pid", "client", "user", "cut", "time", "method", "path", "size", "duration", "protocol", "status"},
     .then = LINE_PLACES},
    {.name = "klog", .needs = 0x20000010,
     .expression =
         "^(?<cut>(?<level>[IWEF])(?<time>(?:\\d{4})?\\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?) +(?<tid>\\d+) )(?<module>[^ :\\n]+:\\d+)\\] ",
     .groups = {"cut", "level", "time", "tid", "module"},
     .levels = {{"I", 20}, {"W", 30}, {"E", 40}, {"F", 50}},
     .then = LINE_PLACES},
    {.name = "redis", .needs = 0x10,
     .expression =
         "^(?<pid>\\d+):(?<role>[MSCX]) (?<cut>(?<time>\\d\\d?[ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ -]\\d{4} \\d\\d:\\d\\d:"
         "\\d\\d(?:[.,]\\d{1,9})?(?: [A-Z][A-Za-z_+-]*(?:/[A-Za-z_+-]+)*(?=\\]))?) )(?<said>(?<level>[.*#-]) )",
     .groups = {"pid", "role", "cut", "time", "said", "level"},
     .levels = {{".", 10}, {"-", 10}, {"*", 25}, {"#", 30}},
     .then = LINE_PLACES},
    {.name = "celery", .needs = 0x80008504,
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T"
         "|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?): )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)"
         "|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ON"
         "FIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))/)(?<module>[^\\]\\n]+)(?<cut2>\\])(?= )",
     .groups = {"cut", "time", "said", "level", "module", "cut2"},
     .then = LINE_MESSAGE},
    {.name = "bracket-head", .needs = 0x20000414,
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T"
         "|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|"
         "VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONF"
         "IG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))\\] )",
     .groups = {"cut", "time", "said", "level"},
     .then = LINE_MESSAGE},
    {.name = "bracket-module", .needs = 0x80000414,
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T"
         "|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|"
         "VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONF"
         "IG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) +)(?<module>[^\\] \\n]+)(?<cut2>\\])(?= )",
     .groups = {"cut", "time", "said", "level", "module", "cut2"},
     .then = LINE_MESSAGE},
    {.name = "clock-head", .needs = 0x20000410,
     .expression =
         "^(?<cut>\\[(?<time>\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?) )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION"
         ")?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?"
         "|TL)|ALERT|P(?:ANIC|NC))))\\] )",
     .groups = {"cut", "time", "said", "level"},
     .then = LINE_MESSAGE},
    {.name = "clock-module", .needs = 0x80000410,
     .expression =
         "^(?<cut>\\[(?<time>\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?) )(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION"
         ")?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?"
         "|TL)|ALERT|P(?:ANIC|NC)))) +)(?<module>[^\\] \\n]+)(?<cut2>\\])(?= )",
     .groups = {"cut", "time", "said", "level", "module", "cut2"},
     .then = LINE_MESSAGE},
    {.name = "rails", .needs = 0x780000100,
     .expression =
         "^(?<cut>[DIWEFA], \\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC"
         "|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?) )#(?<pid>\\d+)(?<cut2>\\] *(?= ))(?<said>"
         " (?<level>DEBUG|INFO|WARN|ERROR|FATAL|ANY)) -- (?<app>[^:\\n]*): ",
     .groups = {"cut", "time", "pid", "cut2", "said", "level", "app"},
     .then = LINE_MESSAGE},
    {.name = "jul", .needs = 0x800000100,
     .expression =
         "^(?<cut>(?<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \\d\\d?, \\d{4} \\d\\d?:\\d\\d:\\d\\d(?:[^0-9\\n]{1,3}[AP]M)?) )(?"
         "<module>[^ \\n]+) (?<function>[^ \\n]+)\\n(?<said>(?<level>SEVERE|WARNING|INFO|CONFIG|FINE|FINER|FINEST): )",
     .groups = {"cut", "time", "module", "function", "said", "level"},
     .then = LINE_MESSAGE},
    {.name = "level-time", .needs = 0x14,
     .expression =
         "^(?<said>\\[?(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|M"
         "ERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))\\]?:? +)(?:\\[(?<threa"
         "d>[^\\]\\n]+)\\] )?(?<cut>\\[?(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?"
         ":Z|UTC|GMT|CES?T|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)\\]?(?: - | \\| |: |[ \\t]+))(?=[^ \\t"
         "\\n])",
     .groups = {"said", "level", "thread", "cut", "time"},
     .then = LINE_MESSAGE},
    {.name = "uvicorn", .needs = 0x10,
     .expression =
         "^(?<said>(?<level>(?:(?:DEBUG|INFO|WARNING|ERROR|CRITICAL))|TRACE): {2,5})(?=[^ \\t\\n])",
     .groups = {"said", "level"},
     .then = LINE_MESSAGE},
    {.name = "dotnet", .needs = 0x80000500,
     .expression =
         "^(?<said>(?<level>trce|dbug|info|warn|fail|crit): )(?<module>[A-Za-z_][A-Za-z0-9_.`+]*)\\[(?<code>\\d+)\\]",
     .groups = {"said", "level", "module", "code"},
     .levels = {{"trce", 5}, {"dbug", 10}, {"fail", 40}, {"crit", 50}},
     .then = LINE_MESSAGE},
    {.name = "logfmt", .needs = 0x1000000000,
     .expression =
         "^(?=[A-Za-z_@][A-Za-z0-9_.@\\/-]*=(?:\"[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*\"|[^ \"\\n]*) +[A-Za-z_@][A-Za-z0-9_.@\\/-]*=)(?<pairs>[^\\n]"
         "+)",
     .groups = {"pairs"},
     .then = LINE_PLACES, .pairs = true},
    {.name = "time", .needs = 0x14,
     .expression =
         "^(?<cut>(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T|E"
         "ES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)(?: - | ?\\| |: |[ \\t]+))(?=[^ \\t\\n])",
     .groups = {"cut", "time"},
     .then = LINE_AFTER},
    {.name = "time-bracket", .needs = 0x80000414,
     .expression =
         "^(?<cut>\\[(?<time>\\d{4}-\\d\\d-\\d\\d(?:[T ]\\d\\d| {1,2}\\d):\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?:Z|[+-]\\d\\d(?::?\\d\\d)?| (?:Z|UTC|GMT|CES?T"
         "|EES?T|WES?T|BST|IST|MSK|JST|[ECMP][SD]T|[+-]\\d\\d:?\\d\\d)(?![A-Za-z0-9]))?)\\](?: - |: |[ \\t]*))(?=[^ \\t\\n])",
     .groups = {"cut", "time"},
     .then = LINE_AFTER},
    {.name = "time-slash", .needs = 0x8010,
     .expression =
         "^(?<cut>(?<time>\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)(?: - |: |[ \\t]+))(?=[^ \\t\\n])",
     .groups = {"cut", "time"},
     .then = LINE_AFTER},
    {.name = "time-apache", .needs = 0x80000410,
     .expression =
         "^(?<cut>\\[(?<time>(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) (?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d"
         "(?:[.,]\\d{1,9})? \\d{4})\\][ \\t]+)(?=[^ \\t\\n])",
     .groups = {"cut", "time"},
     .then = LINE_AFTER},
    {.name = "time-clf", .needs = 0x80008410,
     .expression =
         "^(?<cut>\\[(?<time>\\d\\d/(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)/\\d{4}[: ]\\d\\d:\\d\\d:\\d\\d(?:\\.\\d{1,6})?(?: [+-]\\d{4"
         "})?)\\][ \\t]+)(?=[^ \\t\\n])",
     .groups = {"cut", "time"},
     .then = LINE_AFTER},
    {.name = "time-dmy", .needs = 0x80000410,
     .expression =
         "^(?<cut>\\[(?<time>\\d\\d?[ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ -]\\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: [A"
         "-Z][A-Za-z_+-]*(?:/[A-Za-z_+-]+)*(?=\\]))?)\\][ \\t]+)(?=[^ \\t\\n])",
     .groups = {"cut", "time"},
     .then = LINE_AFTER},
    {.name = "time-day", .needs = 0x10,
     .expression =
         "^(?<cut>(?<time>\\d\\d?[ -](?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[ -]\\d{4} \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?(?: [A-Z"
         "][A-Za-z_+-]*(?:/[A-Za-z_+-]+)*(?=\\]))?)[ \\t]+)(?=[^ \\t\\n])",
     .groups = {"cut", "time"},
     .then = LINE_AFTER},
    {.name = "time-bsd", .needs = 0x10,
     .expression =
         "^(?<cut>(?<time>(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \\d]\\d \\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)[ \\t]+)(?=[^ \\t\\n"
         "])",
     .groups = {"cut", "time"},
     .then = LINE_AFTER},
    {.name = "time-epoch", .needs = 0x2000000000,
     .expression =
         "^(?<cut>\\[?(?<time>1\\d{9}\\.\\d{3,9}|1\\d{12})\\]?(?:: |[ \\t]+))(?=[^ \\t\\n])",
     .groups = {"cut", "time"},
     .then = LINE_AFTER},
    {.name = "time-clock", .needs = 0x10,
     .expression =
         "^(?<cut>\\[?(?<time>\\d\\d:\\d\\d:\\d\\d(?:[.,]\\d{1,9})?)\\]?(?: - | \\| |: |[ \\t]+))(?=[^ \\t\\n])",
     .groups = {"cut", "time"},
     .then = LINE_AFTER, .only = true},
    {.name = "nginx-error", .needs = 0x4020000500,
     .expression =
         "^(?<said>\\[(?<level>debug|info|notice|warn|error|crit|alert|emerg)\\] )(?<pid>\\d+)#(?<tid>\\d+): (?:\\*(?<connection>\\d+) )?(?:"
         "[^\\n]*?, client: (?<client>[^ ,\\n]+)(?:, server: (?<server>[^ ,\\n]*))?(?:, request: \"(?<request>(?<method>[A-Z][A-Za-z_-]+) "
         "(?<path>[^ \"\\n]+)(?: (?<protocol>[A-Z]+/[0-9.]+))?|[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\")?(?:, (?:sub[^\"\\n]*|upstream): \"(?<upstr"
         "eam>[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\")?(?:, host: \"(?<hostname>[^\"\\\\\\n]*(?:\\\\[^\\n][^\"\\\\\\n]*)*)\")?)?",
     .groups = {"said", "level", "pid", "tid", "connection", "client", "server", "request", "method", "path", "protocol", "upstream", "hostname"},
     .levels = {{"warn", 30}},
     .then = LINE_PLACES},
    {.name = "apache-error", .needs = 0x20000410,
     .expression =
         "^\\[(?<module>[a-z0-9_-]+)(?<said>:(?<level>[a-z]+[1-8]?))\\] (?:\\[pid (?<pid>\\d+)(?::tid (?<tid>\\d+))?\\] )?(?:\\[(?:client|rem"
         "ote) (?<client>[^\\]\\n]+)\\] )?(?:(?:\\(\\d+\\)[^:\\n]*: )?(?<code>AH\\d+): )?",
     .groups = {"module", "said", "level", "pid", "tid", "client", "code"},
     .levels = {{"trace1", 5}, {"trace2", 5}, {"trace3", 5}, {"trace4", 5}, {"trace5", 5}, {"trace6", 5}, {"trace7", 5}, {"trace8", 5}},
     .then = LINE_MESSAGE},
    {.name = "apache-error-plain", .needs = 0x20000400,
     .expression =
         "^(?<said>\\[:?(?<level>emerg|alert|crit|error|warn|notice|info|debug|trace[1-8])\\] )(?:\\[pid (?<pid>\\d+)(?::tid (?<tid>\\d+))?"
         "\\] )?(?:\\[(?:client|remote) (?<client>[^\\]\\n]+)\\] )?(?:(?:\\(\\d+\\)[^:\\n]*: )?(?<code>AH\\d+): )?",
     .groups = {"said", "level", "pid", "tid", "client", "code"},
     .levels = {{"trace1", 5}, {"trace2", 5}, {"trace3", 5}, {"trace4", 5}, {"trace5", 5}, {"trace6", 5}, {"trace7", 5}, {"trace8", 5}},
     .then = LINE_MESSAGE},
    {.name = "lighttpd-error", .needs = 0x38000000000,
     .expression =
         "^\\((?<module>[A-Za-z0-9_./-]+\\.c)\\.(?<source>\\d+)\\) (?:FastCGI-stderr: ?)?",
     .groups = {"module", "source"},
     .then = LINE_MESSAGE},
    {.name = "php", .needs = 0xc0000000000,
     .expression =
         "^PHP (?<said>(?<level>Warning|Notice):  )",
     .groups = {"said", "level"},
     .then = LINE_PLACES},
    {.name = "php-error", .needs = 0x40000000100,
     .expression =
         "^PHP (?<level>Fatal|Parse|Recoverable|Deprecated|Strict)(?: [A-Za-z]+){0,2}:  ?",
     .groups = {"level"},
     .levels = {{"Fatal", 50}, {"Parse", 50}, {"Recoverable", 40}, {"Deprecated", 25}, {"Strict", 25}},
     .then = LINE_PLACES},
    {.name = "postgres", .needs = 0x80000500,
     .expression =
         "^\\[(?<pid>\\d+)(?:-\\d+)?\\]:? (?:(?<user>[^ @\\n]+)@(?<database>[^ \\n]+) )?(?<said>(?<level>LOG|DEBUG[1-5]|INFO|NOTICE|WARNING|"
         "ERROR|FATAL|PANIC):  ?)",
     .groups = {"pid", "user", "database", "said", "level"},
     .levels = {{"LOG", 20}, {"DEBUG1", 10}, {"DEBUG2", 10}, {"DEBUG3", 10}, {"DEBUG4", 10}, {"DEBUG5", 10}},
     .then = LINE_PLACES},
    {.name = "postgres-more", .needs = 0x80000500,
     .expression =
         "^\\[(?<pid>\\d+)(?:-\\d+)?\\]:? (?:(?<user>[^ @\\n]+)@(?<database>[^ \\n]+) )?(?<level>STATEMENT|DETAIL|HINT|CONTEXT|QUERY|LOCATIO"
         "N): ",
     .groups = {"pid", "user", "database", "level"},
     .levels = {{"STATEMENT", 20}, {"DETAIL", 20}, {"HINT", 20}, {"CONTEXT", 20}, {"QUERY", 20}, {"LOCATION", 20}},
     .then = LINE_PLACES},
    {.name = "mysql", .needs = 0x20002000,
     .expression =
         "^(?<tid>\\d+) (?<said>\\[(?<level>System|Warning|ERROR|Note)\\] )(?:\\[(?<code>MY-\\d+)\\] \\[(?<module>[A-Za-z0-9_]+)\\] )?",
     .groups = {"tid", "said", "level", "code", "module"},
     .levels = {{"System", 25}, {"Note", 20}},
     .then = LINE_PLACES},
    {.name = "gunicorn", .needs = 0x100000000000,
     .expression =
         "^\\[(?<pid>\\d+)\\] (?<said>\\[(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|"
         "E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))\\] )",
     .groups = {"pid", "said", "level"},
     .then = LINE_MESSAGE},
    {.name = "spring", .needs = 0x200020000500,
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG"
         "(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) +)(?<pid>\\d+) --- (?:\\["
         " *(?<app>[^\\]\\n]+)\\] )?\\[ *(?<thread>[^\\]\\n]+)\\] (?:\\[(?<trace>[0-9a-f -]{10,128})\\] )?(?<module>[^ \\n]+) *: ",
     .groups = {"said", "level", "pid", "app", "thread", "trace", "module"},
     .then = LINE_MESSAGE},
    {.name = "logback", .needs = 0x20000400,
     .expression =
         "^\\[(?<thread>[^\\]\\n]+)\\] (?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)"
         "?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))"
         " +)(?<module>[^ \\n]+)(?: +--? |: )",
     .groups = {"thread", "said", "level", "module"},
     .then = LINE_MESSAGE},
    {.name = "loguru", .needs = 0x10011,
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG"
         "(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) *\\| )(?<module>[^ \\n]+:"
         "[^ \\n]+:\\d+) - ",
     .groups = {"said", "level", "module"},
     .then = LINE_MESSAGE},
    {.name = "zap", .needs = 0x30,
     .expression =
         "^(?<said>(?<level>(?:(?:T(?:R(?:ACE|C)|r(?:ace|c))|tr(?:ace|c)|D(?:EBUG|ebug|BG|bg)|d(?:ebug|bg)|V(?:ERBOSE|erbose)|verbose|"
         "I(?:NF(?:O(?:RMATION)?)?|nf(?:o(?:rmation)?)?)|inf(?:o(?:rmation)?)?|N(?:OTICE|otice)|notice|W(?:ARN(?:ING)?|arn(?:ing)?|RN|"
         "rn)|w(?:arn(?:ing)?|rn)|E(?:RR(?:OR)?|rr(?:or)?|MERG(?:ENCY)?|merg(?:ency)?)|e(?:rr(?:or)?|merg(?:ency)?)|S(?:EVERE|evere|UC"
         "CESS|uccess)|s(?:evere|uccess)|C(?:RIT(?:ICAL)?|rit(?:ical)?|ONFIG|onfig)|c(?:rit(?:ical)?|onfig)|F(?:ATAL|atal|INE(?:R|ST)?"
         "|ine(?:r|st)?|TL|tl)|f(?:atal|ine(?:r|st)?|tl)|A(?:LERT|lert)|alert|P(?:ANIC|anic|NC|nc)|p(?:anic|nc))))\\t)(?:(?<logger>[^\\t"
         "\\n:]+)\\t)?(?<module>[A-Za-z0-9_./@-]+\\.[A-Za-z]{1,5}:\\d+)\\t",
     .groups = {"said", "level", "logger", "module"},
     .then = LINE_MESSAGE},
    {.name = "python", .needs = 0x10000,
     .expression =
         "^(?<module>[A-Za-z_][A-Za-z0-9_.-]*) - (?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|"
         "W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P"
         "(?:ANIC|NC)))) - )",
     .groups = {"module", "said", "level"},
     .then = LINE_MESSAGE},
    {.name = "monolog", .needs = 0x120,
     .expression =
         "^(?<app>[A-Za-z0-9_-]+)(?<said>\\.(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)"
         "?|RN)|E(?:RR(?:OR)?|MERG(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))"
         "): ",
     .groups = {"app", "said", "level"},
     .then = LINE_MESSAGE},
    {.name = "go", .needs = 0x120,
     .expression =
         "^(?<module>[A-Za-z0-9_./@-]+\\.[A-Za-z]{1,5}:\\d+): ",
     .groups = {"module"},
     .then = LINE_MESSAGE},
    {.name = "level-thread", .needs = 0x20000400,
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG"
         "(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) +)\\[(?<thread>[^\\]\\n]+)"
         "\\] (?<module>[A-Za-z_][A-Za-z0-9_.$:]*)(?: +- |: )",
     .groups = {"said", "level", "thread", "module"},
     .then = LINE_MESSAGE},
    {.name = "level-bracket", .needs = 0x80000400,
     .expression =
         "^(?<said>\\[ ?(?<level>(?:(?:T(?:R(?:ACE|C)|r(?:ace|c))|tr(?:ace|c)|D(?:EBUG|ebug|BG|bg)|d(?:ebug|bg)|V(?:ERBOSE|erbose)|verb"
         "ose|I(?:NF(?:O(?:RMATION)?)?|nf(?:o(?:rmation)?)?)|inf(?:o(?:rmation)?)?|N(?:OTICE|otice)|notice|W(?:ARN(?:ING)?|arn(?:ing)?"
         "|RN|rn)|w(?:arn(?:ing)?|rn)|E(?:RR(?:OR)?|rr(?:or)?|MERG(?:ENCY)?|merg(?:ency)?)|e(?:rr(?:or)?|merg(?:ency)?)|S(?:EVERE|ever"
         "e|UCCESS|uccess)|s(?:evere|uccess)|C(?:RIT(?:ICAL)?|rit(?:ical)?|ONFIG|onfig)|c(?:rit(?:ical)?|onfig)|F(?:ATAL|atal|INE(?:R|"
         "ST)?|ine(?:r|st)?|TL|tl)|f(?:atal|ine(?:r|st)?|tl)|A(?:LERT|lert)|alert|P(?:ANIC|anic|NC|nc)|p(?:anic|nc)))) *\\](?: - |: |[ "
         "\\t]*))(?:\\[(?<module>[A-Za-z0-9_.:$-]+) *\\][ \\t]*)?(?=[^ \\t\\n])",
     .groups = {"said", "level", "module"},
     .then = LINE_MESSAGE},
    {.name = "tracing", .needs = 0xc00000000100,
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG"
         "(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC)))) +)(?<span>[A-Za-z_][A-Z"
         "a-z0-9_]*\\{[^}\\n]*\\}(?::[A-Za-z_][A-Za-z0-9_]*(?:\\{[^}\\n]*\\})?)*): (?<module>[A-Za-z_][A-Za-z0-9_:]*): ",
     .groups = {"said", "level", "span", "module"},
     .then = LINE_MESSAGE},
    {.name = "level-module", .needs = 0x100,
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG"
         "(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))(?: - | \\| |[ \\t]+))(?<m"
         "odule>[A-Za-z_][A-Za-z0-9_.$:-]*): ",
     .groups = {"said", "level", "module"},
     .then = LINE_MESSAGE},
    {.name = "level-colon", .needs = 0x10,
     .expression =
         "^(?<said>(?<level>(?:(?:T(?:R(?:ACE|C)|r(?:ace|c))|tr(?:ace|c)|D(?:EBUG|ebug|BG|bg)|d(?:ebug|bg)|V(?:ERBOSE|erbose)|verbose|"
         "I(?:NF(?:O(?:RMATION)?)?|nf(?:o(?:rmation)?)?)|inf(?:o(?:rmation)?)?|N(?:OTICE|otice)|notice|W(?:ARN(?:ING)?|arn(?:ing)?|RN|"
         "rn)|w(?:arn(?:ing)?|rn)|E(?:RR(?:OR)?|rr(?:or)?|MERG(?:ENCY)?|merg(?:ency)?)|e(?:rr(?:or)?|merg(?:ency)?)|S(?:EVERE|evere|UC"
         "CESS|uccess)|s(?:evere|uccess)|C(?:RIT(?:ICAL)?|rit(?:ical)?|ONFIG|onfig)|c(?:rit(?:ical)?|onfig)|F(?:ATAL|atal|INE(?:R|ST)?"
         "|ine(?:r|st)?|TL|tl)|f(?:atal|ine(?:r|st)?|tl)|A(?:LERT|lert)|alert|P(?:ANIC|anic|NC|nc)|p(?:anic|nc)))): *)(?=[^ \\t\\n])",
     .groups = {"said", "level"},
     .then = LINE_MESSAGE},
    {.name = "level", .needs = 0x0,
     .expression =
         "^(?<said>(?<level>(?:(?:TR(?:ACE|C)|D(?:EBUG|BG)|VERBOSE|INF(?:O(?:RMATION)?)?|NOTICE|W(?:ARN(?:ING)?|RN)|E(?:RR(?:OR)?|MERG"
         "(?:ENCY)?)|S(?:EVERE|UCCESS)|C(?:RIT(?:ICAL)?|ONFIG)|F(?:ATAL|INE(?:R|ST)?|TL)|ALERT|P(?:ANIC|NC))))(?: +- | *\\| |[ \\t]+))(?"
         "=[^ \\t\\n])",
     .groups = {"said", "level"},
     .then = LINE_MESSAGE},
};
/* Classes of bytes; the last one stands for the end of a text. */
static const uint8_t line_classes[LINE_END + 1] = {
    0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 0, 4, 0, 0, 5, 0,
    0, 6, 0, 7, 0, 8, 9, 10, 11, 12, 13, 12, 12, 12, 12, 12, 12, 12, 12, 14, 0, 15, 0, 16, 0, 17, 18, 19, 20, 21, 22, 23,
    24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 28, 34, 35, 36, 37, 38, 39, 40, 28, 28, 41, 0, 42, 0, 43, 0, 44, 45, 46, 47,
    48, 49, 50, 51, 52, 53, 53, 54, 55, 56, 57, 58, 53, 59, 60, 61, 62, 63, 64, 53, 65, 53, 0, 66, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 2,
};
/* The forms that may begin at a place, and which of them allow a class at each of the first bytes, as bits. */
static const struct { uint8_t forms[64]; uint64_t masks[LINE_LOOK][67]; } line_at[LINE_PLACES] = {
    [LINE_LINE] = {.forms = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 46, 47},
     .masks = {
        {
         0x20000000, 0x20000000, 0x0, 0x20000000, 0x20000000, 0x20000c00, 0x20000000, 0x20000200, 0x20000000, 0x20001e00,
         0x20003e00, 0x20000000, 0x9160043e67, 0xd160043e67, 0x20003e00, 0x200000b8, 0x20000000, 0x20000000, 0x2027003e13,
         0x20003e03, 0x2c003f03, 0x202f007f13, 0x2d023f03, 0x2027023e13, 0x20004e03, 0x20004e03, 0x2d022f03, 0x2022000e13,
         0x20000e03, 0x20000e03, 0x2022000e13, 0x2026000e13, 0x2022004e13, 0x30024004e03, 0x20000e03, 0x2026000e13,
         0x2c000e03, 0x20000e03, 0x24000e03, 0x2d022f03, 0x20000e03, 0xcea4f9a200, 0x20002200, 0x20000e00, 0x20003e03,
         0x20003e03, 0x30003e03, 0x30003e03, 0x20003e03, 0x30003e03, 0x20000e03, 0x20000e03, 0x30000e03, 0x20000e03,
         0x20000e03, 0x20000e03, 0x20000e03, 0x20000e03, 0x20000e03, 0x20000e03, 0x20000e03, 0x30000e03, 0x20000e03,
         0x20000e03, 0x30000e03, 0x20000e03, 0x20000000,},
        {
         0x20000000, 0x20000000, 0x20000000, 0x1020001c02, 0x20000000, 0x20000c00, 0x20000000, 0x20000200, 0x21000000,
         0x1020001e03, 0x20003e03, 0x20000000, 0xdde0fe3eff, 0xdde0fe3eff, 0x20043e00, 0x20000000, 0x20000000, 0x20000000,
         0x2c007f03, 0x24003e03, 0x24003e03, 0x24003e03, 0x2c007f03, 0x224003e03, 0x20008e03, 0x30020000e03, 0x24000e03,
         0x20000e03, 0x20000e03, 0x24000e03, 0x224000e03, 0x2c002f03, 0x24004e03, 0x24004e03, 0x2c002f03, 0x224000e03,
         0x224000e03, 0x24004e03, 0x24000e03, 0x224000e03, 0x20000e03, 0x20002200, 0x20002200, 0x20000e03, 0x2032003e13,
         0x30003e03, 0x2022003e13, 0x20003e03, 0x2022003e13, 0x20003e03, 0x20000e03, 0x20000e03, 0x20000e03, 0x20000e03,
         0x20000e03, 0x20000e03, 0x30000e03, 0x2022000e13, 0x2022010e13, 0x30000e03, 0x20000e03, 0x20000e03, 0x2022000e13,
         0x20000e03, 0x20000e03, 0x20000e03, 0x20000000,},
        {
         0x20000800, 0x20000800, 0x20000000, 0x1821001c02, 0x20000800, 0x20000c00, 0x20000800, 0x20000a00, 0x20000800,
         0x1820001e03, 0x20003e03, 0x20000800, 0xcde0fe3eff, 0xcde0fe3eff, 0x8020043e00, 0x20000800, 0x200008b8, 0x20000800,
         0x102c007e03, 0x2c003f03, 0x24043e03, 0x1020003e03, 0x24003e03, 0x102c003f03, 0x24000e03, 0x20000e03, 0x2c00af03,
         0x1020000e03, 0x20000e03, 0x24004e03, 0x1024040e03, 0x1024000e03, 0x1024000e03, 0x30020000e03, 0x2c002f03,
         0x1020044e03, 0x24004e03, 0x24000e03, 0x24000e03, 0x20000e03, 0x20040e03, 0x20002e00, 0x20002e00, 0x20000e03,
         0x220003e03, 0x2022003e13, 0x2032003e13, 0x20003e03, 0x220003e03, 0x30003e03, 0x2022000e13, 0x220000e03, 0x30010e03,
         0x20000e03, 0x2022000e13, 0x20000e03, 0x2022000e13, 0x220000e03, 0x2022000e13, 0x2232000e13, 0x20000e03,
         0x2022000e13, 0x230000e03, 0x2022000e13, 0x20000e03, 0x2022000e13, 0x20000802,},
        {
         0x20000880, 0x20000880, 0x20000080, 0x32826047e93, 0x20000880, 0x20000c80, 0x20000880, 0x20000a80, 0x20000880,
         0x820001e83, 0x20003e83, 0x420000880, 0xc1e03e3eff, 0xc1e03e3eff, 0x8024c43e80, 0x20000880, 0x200008b8, 0x20000880,
         0x1824003e93, 0x24003e83, 0x2c047e83, 0x1820007e93, 0x24007e83, 0x1824003e93, 0x24000e83, 0x20000e83, 0x24004e83,
         0x1820000e93, 0x20000e83, 0x24000e83, 0x1820040e93, 0x182c00af93, 0x182c002f93, 0x20000e83, 0x24000e83, 0x1820040e93,
         0x2c006f83, 0x2c002f83, 0x24000e83, 0x20000e83, 0x20040e83, 0x21002e80, 0x24002e80, 0x20000e83, 0x1020003e83,
         0x20003e83, 0x1020003e83, 0x220013e83, 0x1230003e83, 0x20003e83, 0x30000e83, 0x20000e83, 0x220000e83, 0x20000e83,
         0x30000e83, 0x20000e83, 0x230000e83, 0x1030000e83, 0x1020000e83, 0x20000e83, 0x20000e83, 0x230000e83, 0x1220000e83,
         0x20000e83, 0x20000e83, 0x20000e83, 0x20000882,},
        {
         0x20005c82, 0x20005c82, 0x20000082, 0x2224047e9b, 0x20005c82, 0x20005e82, 0x20005c82, 0x20005e82, 0x20005c82,
         0x60007ee7, 0x20007e83, 0x120005c82, 0xe0a7fe7eb3, 0xe0a7fe7ebb, 0x3c057f82, 0x20005c82, 0x20005cba, 0x20005c82,
         0xc24007e93, 0x24007e83, 0x24047e83, 0x20c20007e93, 0x2c007e83, 0x20c24007e93, 0x2c007f83, 0x20005e83, 0x2c007f83,
         0xc20005e93, 0x20005e83, 0x24005e83, 0xc20045e93, 0x10c24005e93, 0xc24005e93, 0x20020005e83, 0x2002c007f83,
         0x20c24045e93, 0x24005e83, 0x24005e83, 0x20005e83, 0x10020005e83, 0x20045e83, 0x24007e82, 0x2400fe82, 0x20005e83,
         0x1820007e93, 0x1020007e83, 0x1820007e93, 0x20007e83, 0x1820007e93, 0x20007e83, 0x1020005e83, 0x20005e83, 0x20005e83,
         0x20005e83, 0x1020005e83, 0x20005e83, 0x1020005e83, 0x1820005e93, 0x1820005e93, 0x1020005e83, 0x20005e83,
         0x1020005e83, 0x1820005e93, 0x1020005e83, 0x20005e83, 0x1020005e83, 0x20005c83,},
     }},
    [LINE_AFTER] = {.forms = {14, 15, 31, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60, 61, 62, 63, 64},
     .masks = {
        {
         0x4, 0x4, 0x0, 0x4, 0x5, 0x4, 0x44, 0x4, 0x4, 0xc0004, 0x80006, 0x80004, 0xc0806, 0xc0806, 0x6, 0x4, 0x4, 0x80004,
         0x3dfa006, 0xe0006, 0x3dfa006, 0x3dfa006, 0x3dfa006, 0x3dfa006, 0xe0004, 0xe0004, 0x3dfa004, 0xe0004, 0xe0004,
         0xe0004, 0xe0004, 0x3dfa004, 0xe0004, 0x3dfa184, 0xe0004, 0x3dfa004, 0x3dfa004, 0xe0004, 0x3dfa004, 0x3dfa004,
         0xe0004, 0x20563e, 0x6, 0xe0004, 0x10f0006, 0xe0006, 0x10f0006, 0x10f0006, 0x10f0006, 0x10f0006, 0xe0004, 0xe0004,
         0x10f0004, 0xe0004, 0xe0004, 0xe0004, 0x10f0004, 0xe0004, 0x10f0004, 0xe0004, 0x10f0004, 0x10f0004, 0xe0004,
         0x10f0004, 0x10f0004, 0xe0004, 0x4,},
        {
         0x4005, 0x4005, 0x4, 0x224805, 0x4005, 0x4005, 0x4005, 0x4005, 0x4005, 0xe4055, 0xe4047, 0x84045, 0xe5e57, 0xe5e57,
         0x4027, 0x4005, 0x4005, 0x84005, 0x3ffe047, 0x3dfe047, 0x2e4047, 0x2e4047, 0x3ffe047, 0x2e4047, 0xe4045, 0xe41c5,
         0x3ffe045, 0xe4045, 0xe4045, 0x3dfe045, 0x3dfe045, 0x3ffe045, 0x3dfe045, 0x2e4045, 0x3dfe045, 0x2e4045, 0x3ffe045,
         0x3dfe045, 0x2e4045, 0x2e4045, 0xe4045, 0x4007, 0x7, 0xe4055, 0x12f407f, 0x10f4057, 0x2e407f, 0x2e407f, 0x12f407f,
         0x2e4057, 0xe4055, 0xe4055, 0x12f407d, 0xe4055, 0x10f4055, 0x10f4055, 0x12f407d, 0x10f4055, 0x2e4055, 0x10f4055,
         0x2e4055, 0x12f4075, 0x10f4055, 0x2e4055, 0x2e407d, 0xe4055, 0x4005,},
        {
         0x4005, 0x4005, 0x4, 0x24805, 0x4005, 0x4005, 0x4005, 0x4005, 0x4005, 0xe4655, 0xe4047, 0x84045, 0xe5e57, 0xe5e57,
         0x4017, 0x4005, 0x4005, 0x84005, 0x3ffe047, 0x3ffe047, 0x3ffe047, 0x2e4047, 0x3ffe047, 0x3ffe047, 0x3dfe045, 0xe4045,
         0x3ffe045, 0xe4045, 0xe4045, 0x3ffe045, 0x2e4045, 0x3ffe045, 0x2e4045, 0x2e41c5, 0x3ffe045, 0x2e4045, 0x3ffe045,
         0x2e4045, 0x3ffe045, 0x2e4045, 0xe4045, 0x4807, 0x5607, 0xe4055, 0x12f407f, 0x12f4057, 0x12f4077, 0x2e4077,
         0x12f407f, 0x12f4057, 0x10f4055, 0xe4055, 0x12f4075, 0xe4055, 0x12f407d, 0x2e407d, 0x12f407d, 0x2e407d, 0x2e4055,
         0x12f407d, 0x2e4055, 0x12f4075, 0x2e4055, 0x12f4055, 0x2e4075, 0xe4055, 0x4005,},
        {
         0x4005, 0x2814005, 0x4, 0x2d2ff87, 0x4005, 0x4005, 0x4005, 0x4005, 0x4005, 0xe4655, 0xe4047, 0x84045, 0xe5e57,
         0xe5e57, 0x1084617, 0x4005, 0x4005, 0x84005, 0x3ffe047, 0x3ffe047, 0x3ffe047, 0xe4047, 0x3ffe847, 0x3ffe047,
         0x2e4045, 0xe4045, 0x3ffe045, 0xe4045, 0xe4045, 0x2e4045, 0x2e4045, 0x3ffe845, 0x3ffe045, 0xe4045, 0x3ffe045,
         0xe4845, 0x3ffe045, 0x3ffe045, 0x2e4045, 0xe4845, 0xe4045, 0x4807, 0x5607, 0xe4055, 0x12f4077, 0x12f407f, 0x12f4057,
         0xe4057, 0x12f407f, 0x12f407f, 0x2e4055, 0xe4055, 0x12f407d, 0xe4055, 0x2e4075, 0x2e4075, 0x12f4075, 0x12f4075,
         0xe4055, 0x12f407d, 0xe4055, 0x12f407d, 0x12f4055, 0x2e4055, 0xe4055, 0xe4055, 0x200c005,},
        {
         0x3014605, 0x3814605, 0x3000004, 0x3f3fe07, 0x3014605, 0x3014605, 0x3014605, 0x3014605, 0x3014605, 0x38f4655,
         0x30f4647, 0x3094645, 0x30f7e57, 0x30f7e57, 0x3084617, 0x3014605, 0x3014605, 0x3094005, 0x3ef4647, 0x3ef4647,
         0x3ffe647, 0x3cf4747, 0x3ffee47, 0x3ef4747, 0x3ffe645, 0x3cf4645, 0x3ffe645, 0x3cf4645, 0x3cf4645, 0x3ffe645,
         0x3cf4645, 0x3ef4ec5, 0x3ffe645, 0x3cf4745, 0x3ffef45, 0x3dfef45, 0x3ffe645, 0x3ef4645, 0x3ef4645, 0x3cf4ec5,
         0x3cf4645, 0x3115e07, 0x3215617, 0x3cf4655, 0x3ef4e77, 0x3ef4677, 0x3ef4677, 0x3cf4657, 0x3ef4677, 0x3ef4677,
         0x3ef4655, 0x3cf4655, 0x3ef467d, 0x3cf4655, 0x3ef4655, 0x3cf4655, 0x3ef467d, 0x3ef4e7d, 0x3cf4655, 0x3ef467d,
         0x3cf4655, 0x3ef467d, 0x3ef467d, 0x3ef4655, 0x3cf4655, 0x3cf4e55, 0x381c605,},
     }},
    [LINE_MESSAGE] = {.forms = {9, 10, 11, 13, 14, 16, 31, 46, 47},
     .masks = {
        {
         0x40, 0x40, 0x0, 0x40, 0x50, 0x46, 0x40, 0x41, 0x40, 0x47, 0x4f, 0x40, 0x4f, 0x4f, 0x4f, 0x40, 0x40, 0x40, 0x4f,
         0x4f, 0x4f, 0x6f, 0x4f, 0x4f, 0x67, 0x67, 0x4f, 0x47, 0x47, 0x47, 0x47, 0x47, 0x67, 0x1e7, 0x47, 0x47, 0x47, 0x47,
         0x47, 0x4f, 0x47, 0x49, 0x49, 0x47, 0x4f, 0x4f, 0x4f, 0x4f, 0x4f, 0x4f, 0x47, 0x47, 0x47, 0x47, 0x47, 0x47, 0x47,
         0x47, 0x47, 0x47, 0x47, 0x47, 0x47, 0x47, 0x47, 0x47, 0x40,},
        {
         0x50, 0x50, 0x40, 0x56, 0x50, 0x56, 0x50, 0x51, 0x50, 0x57, 0x5f, 0x50, 0x5f, 0x5f, 0x5f, 0x50, 0x50, 0x50, 0x7f,
         0x5f, 0x5f, 0x5f, 0x7f, 0x5f, 0x57, 0x1d7, 0x57, 0x57, 0x57, 0x57, 0x57, 0x5f, 0x77, 0x77, 0x5f, 0x57, 0x57, 0x77,
         0x57, 0x57, 0x57, 0x59, 0x59, 0x57, 0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57,
         0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x50,},
        {
         0x54, 0x54, 0x40, 0x56, 0x54, 0x56, 0x54, 0x55, 0x54, 0x57, 0x5f, 0x54, 0x5f, 0x5f, 0x5f, 0x54, 0x54, 0x54, 0x7f,
         0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x57, 0x57, 0x5f, 0x57, 0x57, 0x77, 0x57, 0x57, 0x57, 0x1d7, 0x5f, 0x77, 0x77, 0x57,
         0x57, 0x57, 0x57, 0x5f, 0x5f, 0x57, 0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57,
         0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x54,},
        {
         0x54, 0x54, 0x40, 0x1ff, 0x54, 0x56, 0x54, 0x55, 0x54, 0x57, 0x5f, 0x54, 0x5f, 0x5f, 0x5f, 0x54, 0x54, 0x54, 0x5f,
         0x5f, 0x7f, 0x7f, 0x7f, 0x5f, 0x57, 0x57, 0x77, 0x57, 0x57, 0x57, 0x57, 0x5f, 0x5f, 0x57, 0x57, 0x57, 0x7f, 0x5f,
         0x57, 0x57, 0x57, 0x5f, 0x5f, 0x57, 0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x5f, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57,
         0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x57, 0x54,},
        {
         0x76, 0x76, 0x40, 0x7f, 0x76, 0x77, 0x76, 0x77, 0x76, 0x7f, 0x7f, 0x76, 0x7f, 0x7f, 0x7f, 0x76, 0x76, 0x76, 0x7f,
         0x7f, 0x7f, 0x17f, 0x7f, 0x17f, 0x7f, 0x77, 0x7f, 0x77, 0x77, 0x77, 0x77, 0xf7, 0x77, 0x177, 0x17f, 0x177, 0x77,
         0x77, 0x77, 0xf7, 0x77, 0x7f, 0x7f, 0x77, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x7f, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77,
         0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x77, 0x76,},
     }},
};
/* clang-format on */

#endif
