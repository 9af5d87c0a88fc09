/* SPDX-License-Identifier: MIT */
/* level_table: made by `make tables` from format/levels.txt. It is included by format/level.c only. */
#ifndef SSELOG_FORMAT_LEVEL_TABLE_H
#define SSELOG_FORMAT_LEVEL_TABLE_H

/* clang-format off */
#define NAME_MOST 24

/* Sorted, in capitals. */
static const struct { char name[NAME_MOST]; int severity; } names[] = {
    {"ALERT", 50},
    {"C", 50},
    {"CONFIG", 10},
    {"CONTEXT", 20},
    {"CRIT", 50},
    {"CRITICAL", 50},
    {"D", 10},
    {"DBG", 10},
    {"DBUG", 10},
    {"DEBU", 10},
    {"DEBUG", 10},
    {"DEPRECATED", 25},
    {"DETAIL", 20},
    {"DPANIC", 50},
    {"E", 40},
    {"EMERG", 50},
    {"EMERGENCY", 50},
    {"EROR", 40},
    {"ERR", 40},
    {"ERRO", 40},
    {"ERROR", 40},
    {"EXCEPTION", 40},
    {"F", 50},
    {"FAIL", 40},
    {"FAILED", 40},
    {"FAILURE", 40},
    {"FATA", 50},
    {"FATAL", 50},
    {"FATAL ERROR", 50},
    {"FAULT", 50},
    {"FINE", 10},
    {"FINER", 10},
    {"FINEST", 5},
    {"FTL", 50},
    {"HINT", 20},
    {"HTTP", 20},
    {"I", 20},
    {"INCIDENT_ERROR", 40},
    {"INF", 20},
    {"INFO", 20},
    {"INFORMATION", 20},
    {"INFORMATIONAL", 20},
    {"LOCATION", 20},
    {"LOG", 20},
    {"N", 25},
    {"NOTE", 20},
    {"NOTICE", 25},
    {"NOTIFICATION", 25},
    {"PANI", 50},
    {"PANIC", 50},
    {"PARSE ERROR", 50},
    {"PNC", 50},
    {"QUERY", 20},
    {"RECOVERABLE FATAL ERROR", 40},
    {"SEVERE", 40},
    {"SHOUT", 50},
    {"SILL", 5},
    {"SILLY", 5},
    {"STATEMENT", 20},
    {"STRICT STANDARDS", 25},
    {"SUCCESS", 25},
    {"SYSTEM", 25},
    {"T", 5},
    {"TRAC", 5},
    {"TRACE", 5},
    {"TRC", 5},
    {"TRCE", 5},
    {"V", 5},
    {"VERB", 10},
    {"VERBOSE", 10},
    {"VRB", 5},
    {"W", 30},
    {"WARN", 30},
    {"WARNING", 30},
    {"WRN", 30},
};

static const struct step { uint64_t from; int severity; } steps[] = {
    {(uint64_t)0, 50},
    {(uint64_t)3, 40},
    {(uint64_t)4, 30},
    {(uint64_t)5, 25},
    {(uint64_t)6, 20},
    {(uint64_t)7, 10},
    {(uint64_t)8, 5},
    {(uint64_t)20, 10},
    {(uint64_t)30, 20},
    {(uint64_t)40, 30},
    {(uint64_t)50, 40},
    {(uint64_t)60, 50},
    {(uint64_t)100, 10},
    {(uint64_t)200, 20},
    {(uint64_t)250, 25},
    {(uint64_t)300, 30},
    {(uint64_t)400, 40},
    {(uint64_t)500, 50},
    {(uint64_t)601, -1},
    {(uint64_t)0, 50},
    {(uint64_t)3, 40},
    {(uint64_t)4, 30},
    {(uint64_t)5, 25},
    {(uint64_t)6, 20},
    {(uint64_t)7, 10},
    {(uint64_t)8, -1},
    {(uint64_t)0, -1},
    {(uint64_t)1, 5},
    {(uint64_t)10, 10},
    {(uint64_t)20, 20},
    {(uint64_t)25, 25},
    {(uint64_t)30, 30},
    {(uint64_t)40, 40},
    {(uint64_t)50, 50},
    {(uint64_t)100, -1},
    {(uint64_t)0, -1},
    {(uint64_t)1, 5},
    {(uint64_t)5, 10},
    {(uint64_t)9, 20},
    {(uint64_t)13, 30},
    {(uint64_t)17, 40},
    {(uint64_t)21, 50},
    {(uint64_t)25, -1},
};
/* Where each scale begins in steps; the last one ends the table. */
static const int scales[] = {0, 19, 26, 35, 43};

/* scale: -1 for none; beside the field `peer`, which may be NULL, it is `other`. */
static const struct { const char *name; int scale; const char *peer; int other; } fields[] = {
    {"level", 0, "levelname", 2},
    {"levelname", 2, NULL, -1},
    {"level_name", -1, NULL, -1},
    {"severity", 1, NULL, -1},
    {"severityText", -1, NULL, -1},
    {"severity_text", -1, NULL, -1},
    {"SeverityText", -1, NULL, -1},
    {"lvl", 0, NULL, -1},
    {"log.level", 0, NULL, -1},
    {"loglevel", 0, NULL, -1},
    {"log_level", 0, NULL, -1},
    {"logLevel", 0, NULL, -1},
    {"LogLevel", -1, NULL, -1},
    {"@l", -1, NULL, -1},
    {"Level", -1, NULL, -1},
    {"LEVEL", -1, NULL, -1},
    {"Severity", -1, NULL, -1},
    {"record.level.name", -1, NULL, -1},
    {"level.name", -1, NULL, -1},
    {"level.levelStr", -1, NULL, -1},
    {"levelName", -1, NULL, -1},
    {"detected_level", -1, NULL, -1},
    {"error_severity", -1, NULL, -1},
    {"PRIORITY", 1, NULL, -1},
    {"levelno", 2, NULL, -1},
    {"record.level.no", 2, NULL, -1},
    {"severityNumber", 3, NULL, -1},
    {"severity_number", 3, NULL, -1},
    {"SeverityNumber", 3, NULL, -1},
};

static const char *const messages[] = {
    "message",
    "msg",
    "data",
    "text",
    "log",
    "event",
    "short_message",
    "MESSAGE",
    "RenderedMessage",
    "@m",
    "@mt",
    "Message",
    "MessageTemplate",
    "body",
    "body.stringValue",
    "fields.message",
    "textPayload",
    "record.message",
    "error.message",
};

/* kinds: what group 1, 2 and so on holds; else the severity. */
static const struct { enum form_turn turn; const char *pattern; int kinds[15]; } forms[] = {
    {FORM_FIRST, "^(?:([IWEFD])[0-9][0-9][0-9][0-9](?:[0-9][0-9][0-9][0-9])? [0-9][0-9]:"
        "|([VDIWEF])/[A-Za-z0-9_.-]+ *(?:\\( *[0-9]+\\))?:|[0-9][0-9]-[0-9][0-9] "
        "[0-9:.]+ +[0-9]+ +[0-9]+ ([VDIWEF]) [^ ]|([DIWEFA]), \\[[0-9]|\\[[^\\]]+\\"
        "] [A-Za-z0-9_-]+\\.(TRACE|DEBUG[1-5]?|DBUG|DEBU|INFORMATION|INFO|NOTICE"
        "|WARNING|WARN|ERROR|ERRO?|EROR|CRITICAL|CRIT|FATAL?|ALERT|EMERGENCY|EM"
        "ERG|PANIC|DPANIC|SEVERE|VERBOSE|TRC|VRB|DBG|WRN|FTL|PNC):[ ]|\\[[0-9][^"
        "\\]]*: (TRACE|DEBUG[1-5]?|DBUG|DEBU|INFORMATION|INFO|NOTICE|WARNING|WAR"
        "N|ERROR|ERRO?|EROR|CRITICAL|CRIT|FATAL?|ALERT|EMERGENCY|EMERG|PANIC|DP"
        "ANIC|SEVERE|VERBOSE|TRC|VRB|DBG|WRN|FTL|PNC)/[A-Za-z0-9_]|[0-9][^ \\t]*"
        "(?: [^ \\t]+)?\\t([Tt][Rr][Aa][Cc][Ee]|[Dd][Ee][Bb][Uu][Gg]|[Ii][Nn][Ff]"
        "[Oo]|[Nn][Oo][Tt][Ii][Cc][Ee]|[Ww][Aa][Rr][Nn][Ii][Nn][Gg]|[Ww][Aa][Rr"
        "][Nn]|[Ee][Rr][Rr][Oo][Rr]|[Ee][Rr][Rr]|[Cc][Rr][Ii][Tt][Ii][Cc][Aa][L"
        "l]|[Cc][Rr][Ii][Tt]|[Ff][Aa][Tt][Aa][Ll]|[Aa][Ll][Ee][Rr][Tt]|[Ee][Mm]"
        "[Ee][Rr][Gg][Ee][Nn][Cc][Yy]|[Ee][Mm][Ee][Rr][Gg]|[Pp][Aa][Nn][Ii][Cc]"
        "|[Ss][Ee][Vv][Ee][Rr][Ee]|[Vv][Ee][Rr][Bb][Oo][Ss][Ee]|[Ss][Uu][Cc][Cc"
        "][Ee][Ss][Ss]|[Ff][Aa][Ii][Ll][Ee][Dd]|[Ff][Aa][Ii][Ll])\\t|[^ :]+:[0-9"
        "]+(?::[0-9]+)?: (fatal error|error|warning|note):[ ]|=(TRACE|DEBUG[1-5"
        "]?|DBUG|DEBU|INFORMATION|INFO|NOTICE|WARNING|WARN|ERROR|ERRO?|EROR|CRI"
        "TICAL|CRIT|FATAL?|ALERT|EMERGENCY|EMERG|PANIC|DPANIC|SEVERE|VERBOSE|TR"
        "C|VRB|DBG|WRN|FTL|PNC) REPORT=|npm (ERR|WARN|error|warn|info|notice|ve"
        "rb|sill|http)!?[ ]|(INF)[ ]|[0-9]+:[XCSM] [0-9]+ [A-Z][a-z][a-z] [0-9]"
        "+ [0-9:.]+ #[ ]()|[0-9]+:[XCSM] [0-9]+ [A-Z][a-z][a-z] [0-9]+ [0-9:.]+"
        " \\*[ ]()|[0-9]+:[XCSM] [0-9]+ [A-Z][a-z][a-z] [0-9]+ [0-9:.]+ [.-][ ]("
        ")|thread '[^']*'(?: \\([0-9]+\\))? panicked at())",
     {FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, 30, 25, 10, 50}},
    {FORM_FIRST, "^(?:Traceback \\(most recent call last\\):()|(?:Exception in thread|Caus"
        "ed by:|Uncaught|Unhandled exception)[ .]()|(?:\\(node:[0-9]+\\) .*|[^ :]"
        "+:[0-9]+: |)[A-Za-z_.]*Warning:[ ]()|(?:[A-Za-z_][A-Za-z0-9_]*\\.)*[A-Z"
        "][A-Za-z0-9_$]*(?:Error|Exception)(?:: | \\[|[\\r\\n]|$)())",
     {40, 40, 30, 40}},
    {FORM_FIRST, "^(?:\\[?(?:[A-Z][a-z][a-z],? +)*[0-9][^ \\t\\]]*(?: (?:[0-9][^ \\t\\]]*|[A-"
        "Z][a-z][a-z]|[AP]M|UTC|GMT))*\\]?[ \\t]+)?(?:(?:PHP )?\\[?([Tt][Rr][Aa][C"
        "c][Ee]|[Tt][Rr][Cc][Ee]|[Dd][Ee][Bb][Uu][Gg]|[Dd][Bb][Uu][Gg]|[Ii][Nn]"
        "[Ff][Oo]|[Nn][Oo][Tt][Ii][Cc][Ee]|[Ww][Aa][Rr][Nn][Ii][Nn][Gg]|[Ww][Aa"
        "][Rr][Nn]|[Ee][Rr][Rr][Oo][Rr]|[Ff][Aa][Ii][Ll]|[Cc][Rr][Ii][Tt][Ii][C"
        "c][Aa][Ll]|[Cc][Rr][Ii][Tt]|[Ff][Aa][Tt][Aa][Ll] [Ee][Rr][Rr][Oo][Rr]|"
        "[Ff][Aa][Tt][Aa][Ll]|[Pp][Aa][Nn][Ii][Cc]|[Vv][Ee][Rr][Bb][Oo][Ss][Ee]"
        "|[Ss][Ii][Ll][Ll][Yy]|[Pp][Aa][Rr][Ss][Ee] [Ee][Rr][Rr][Oo][Rr]|[Rr][E"
        "e][Cc][Oo][Vv][Ee][Rr][Aa][Bb][Ll][Ee] [Ff][Aa][Tt][Aa][Ll] [Ee][Rr][R"
        "r][Oo][Rr]|[Dd][Ee][Pp][Rr][Ee][Cc][Aa][Tt][Ee][Dd]|[Ss][Tt][Rr][Ii][C"
        "c][Tt] [Ss][Tt][Aa][Nn][Dd][Aa][Rr][Dd][Ss])\\]?:(?:[ \\t]|$)|(TRACE|DEB"
        "UG[1-5]?|DBUG|DEBU|INFORMATION|INFO|NOTICE|WARNING|WARN|ERROR|ERRO?|ER"
        "OR|CRITICAL|CRIT|FATAL?|ALERT|EMERGENCY|EMERG|PANIC|DPANIC|SEVERE|VERB"
        "OSE|TRC|VRB|DBG|WRN|FTL|PNC|FINEST|FINER|FINE|CONFIG):|\\[([DIWECFTV])("
        "?:\\]| [0-9]))",
     {FORM_NAME, FORM_NAME, FORM_NAME}},
    {FORM_WITHIN, "(?<![^ \\t\\r\\n\\[(<>|,:])(TRACE|DEBUG[1-5]?|DBUG|DEBU|INFORMATION|INFO|N"
        "OTICE|WARNING|WARN|ERROR|ERRO?|EROR|CRITICAL|CRIT|FATAL?|ALERT|EMERGEN"
        "CY|EMERG|PANIC|DPANIC|SEVERE|VERBOSE|TRC|VRB|DBG|WRN|FTL|PNC)(?:[+-][0"
        "-9])?(?:[ \\t\\r\\n\\])>|,:[]|$)(?![^ ]* HTTP/)",
     {FORM_NAME}},
    {FORM_WITHIN, "(?<![^ \\t\\])|:])[<\\[] *(?:[A-Za-z0-9_.-]*:)?([Tt][Rr][Aa][Cc][Ee]|[Dd]"
        "[Ee][Bb][Uu][Gg]|[Ii][Nn][Ff][Oo]|[Nn][Oo][Tt][Ii][Cc][Ee]|[Ww][Aa][Rr"
        "][Nn][Ii][Nn][Gg]|[Ww][Aa][Rr][Nn]|[Ee][Rr][Rr][Oo][Rr]|[Ee][Rr][Rr]|["
        "Cc][Rr][Ii][Tt][Ii][Cc][Aa][Ll]|[Cc][Rr][Ii][Tt]|[Ff][Aa][Tt][Aa][Ll]|"
        "[Aa][Ll][Ee][Rr][Tt]|[Ee][Mm][Ee][Rr][Gg][Ee][Nn][Cc][Yy]|[Ee][Mm][Ee]"
        "[Rr][Gg]|[Pp][Aa][Nn][Ii][Cc]|[Ss][Ee][Vv][Ee][Rr][Ee]|[Vv][Ee][Rr][Bb"
        "][Oo][Ss][Ee]|[Ss][Uu][Cc][Cc][Ee][Ss][Ss]|[Ff][Aa][Ii][Ll][Ee][Dd]|[F"
        "f][Aa][Ii][Ll])[1-8]? *[>\\]]",
     {FORM_NAME}},
    {FORM_WITHIN, "(?<![^ \\t,;{(\\[])(?:level|lvl|severity|loglevel|log_level|log\\.level|l"
        "evelname|level_name|at)=[\"']?([Tt][Rr][Aa][Cc][Ee]|[Dd][Ee][Bb][Uu][Gg"
        "]|[Ii][Nn][Ff][Oo]|[Nn][Oo][Tt][Ii][Cc][Ee]|[Ww][Aa][Rr][Nn][Ii][Nn][G"
        "g]|[Ww][Aa][Rr][Nn]|[Ee][Rr][Rr][Oo][Rr]|[Ee][Rr][Rr]|[Cc][Rr][Ii][Tt]"
        "[Ii][Cc][Aa][Ll]|[Cc][Rr][Ii][Tt]|[Ff][Aa][Tt][Aa][Ll]|[Aa][Ll][Ee][Rr"
        "][Tt]|[Ee][Mm][Ee][Rr][Gg][Ee][Nn][Cc][Yy]|[Ee][Mm][Ee][Rr][Gg]|[Pp][A"
        "a][Nn][Ii][Cc]|[Ss][Ee][Vv][Ee][Rr][Ee]|[Vv][Ee][Rr][Bb][Oo][Ss][Ee]|["
        "Ss][Uu][Cc][Cc][Ee][Ss][Ss]|[Ff][Aa][Ii][Ll][Ee][Dd]|[Ff][Aa][Ii][Ll]|"
        "[Dd][Bb][Uu][Gg]|[Ee][Rr][Oo][Rr]|[Ii][Nn][Ff][Oo][Rr][Mm][Aa][Tt][Ii]"
        "[Oo][Nn]|[Tt][Rr][Cc][Ee]|[Dd][Pp][Aa][Nn][Ii][Cc]|[Ss][Ii][Ll][Ll][Yy"
        "]|[Hh][Tt][Tt][Pp])[\"']?(?![A-Za-z0-9_])",
     {FORM_NAME}},
    {FORM_WITHIN, "\"(?:level|lvl|severity|log\\.level|levelname|level_name)\": ?\"([Tt][Rr]["
        "Aa][Cc][Ee]|[Dd][Ee][Bb][Uu][Gg]|[Ii][Nn][Ff][Oo]|[Nn][Oo][Tt][Ii][Cc]"
        "[Ee]|[Ww][Aa][Rr][Nn][Ii][Nn][Gg]|[Ww][Aa][Rr][Nn]|[Ee][Rr][Rr][Oo][Rr"
        "]|[Ee][Rr][Rr]|[Cc][Rr][Ii][Tt][Ii][Cc][Aa][Ll]|[Cc][Rr][Ii][Tt]|[Ff]["
        "Aa][Tt][Aa][Ll]|[Aa][Ll][Ee][Rr][Tt]|[Ee][Mm][Ee][Rr][Gg][Ee][Nn][Cc]["
        "Yy]|[Ee][Mm][Ee][Rr][Gg]|[Pp][Aa][Nn][Ii][Cc]|[Ss][Ee][Vv][Ee][Rr][Ee]"
        "|[Vv][Ee][Rr][Bb][Oo][Ss][Ee]|[Ss][Uu][Cc][Cc][Ee][Ss][Ss]|[Ff][Aa][Ii"
        "][Ll][Ee][Dd]|[Ff][Aa][Ii][Ll]|[Dd][Bb][Uu][Gg]|[Ee][Rr][Oo][Rr]|[Ii]["
        "Nn][Ff][Oo][Rr][Mm][Aa][Tt][Ii][Oo][Nn]|[Tt][Rr][Cc][Ee]|[Dd][Pp][Aa]["
        "Nn][Ii][Cc]|[Ss][Ii][Ll][Ll][Yy]|[Hh][Tt][Tt][Pp])\"",
     {FORM_NAME}},
    {FORM_WITHIN, "(?<=[0-9MZ\\]|] )(INF|FINEST|FINER|FINE|CONFIG|SUCCESS)(?:[ ]|\\](?: |$)"
        ")",
     {FORM_NAME}},
    {FORM_WITHIN, "(?<![^ \\]])(LOG|STATEMENT|DETAIL|HINT|CONTEXT)(?::[ ][ ]| \\[)",
     {FORM_NAME}},
    {FORM_WITHIN, "(?<=[0-9] )\\[(Note|System)\\][ ]",
     {FORM_NAME}},
    {FORM_WITHIN, ": (error|warning|fatal|critical|panic):[ ]",
     {FORM_NAME}},
    {FORM_LAST, "^<([0-9][0-9]?[0-9]?)>",
     {FORM_SYSLOG}},
    {FORM_LAST, "%[A-Z0-9_]+-([0-7])-[A-Z0-9_]+:",
     {FORM_SYSLOG}},
};
/* clang-format on */

#endif
