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
    {"HTTP", 10},
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

/* kinds: what group 1, 2 and so on holds; else the severity. */
static const struct { const char *pattern; int kinds[15]; } forms[] = {
    {"^[ \\t]*(?:(?:\\[?(?:[A-Z][a-z][a-z],? +)*[0-9][^ \\t\\]]*(?: (?:[0-9][^ \\"
        "t\\]]*|[A-Z][a-z][a-z]|[AP]M|UTC|GMT))*\\]?:?[ \\t]+)?(?:PHP )?\\[?([Tt][R"
        "r][Aa][Cc][Ee]|[Tt][Rr][Cc][Ee]|[Dd][Ee][Bb][Uu][Gg]|[Dd][Bb][Uu][Gg]|"
        "[Ii][Nn][Ff][Oo]|[Nn][Oo][Tt][Ii][Cc][Ee]|[Ww][Aa][Rr][Nn][Ii][Nn][Gg]"
        "|[Ww][Aa][Rr][Nn]|[Ee][Rr][Rr][Oo][Rr]|[Ff][Aa][Ii][Ll]|[Cc][Rr][Ii][T"
        "t][Ii][Cc][Aa][Ll]|[Cc][Rr][Ii][Tt]|[Ff][Aa][Tt][Aa][Ll] [Ee][Rr][Rr]["
        "Oo][Rr]|[Ff][Aa][Tt][Aa][Ll]|[Pp][Aa][Nn][Ii][Cc]|[Vv][Ee][Rr][Bb][Oo]"
        "[Ss][Ee]|[Ss][Ii][Ll][Ll][Yy]|[Pp][Aa][Rr][Ss][Ee] [Ee][Rr][Rr][Oo][Rr"
        "]|[Rr][Ee][Cc][Oo][Vv][Ee][Rr][Aa][Bb][Ll][Ee] [Ff][Aa][Tt][Aa][Ll] [E"
        "e][Rr][Rr][Oo][Rr]|[Dd][Ee][Pp][Rr][Ee][Cc][Aa][Tt][Ee][Dd]|[Ss][Tt][R"
        "r][Ii][Cc][Tt] [Ss][Tt][Aa][Nn][Dd][Aa][Rr][Dd][Ss])\\]?:(?:[ \\t]|$)|(?"
        ":\\[?(?:[A-Z][a-z][a-z],? +)*[0-9][^ \\t\\]]*(?: (?:[0-9][^ \\t\\]]*|[A-Z]["
        "a-z][a-z]|[AP]M|UTC|GMT))*\\]?:?[ \\t]+)?(TRACE|DEBUG[1-5]|DEBUG|DBUG|DE"
        "BU|INFORMATION|INFO|NOTICE|WARNING|WARN|ERROR|ERRO|ERR|EROR|CRITICAL|C"
        "RIT|FATAL|FATA|ALERT|EMERGENCY|EMERG|PANIC|DPANIC|SEVERE|VERBOSE|FINES"
        "T|FINER|FINE|CONFIG):|([IWEFD])[0-9][0-9][0-9][0-9](?:[0-9][0-9][0-9]["
        "0-9])? [0-9][0-9]:|([VDIWEF])/[A-Za-z0-9_.-]+ *(?:\\( *[0-9]+\\))?:|[0-9"
        "][0-9]-[0-9][0-9] [0-9:.]+ +[0-9]+ +[0-9]+ ([VDIWEF]) [^ ]|(?:\\[?(?:[A"
        "-Z][a-z][a-z],? +)*[0-9][^ \\t\\]]*(?: (?:[0-9][^ \\t\\]]*|[A-Z][a-z][a-z]"
        "|[AP]M|UTC|GMT))*\\]?:?[ \\t]+)?\\[([DIWECFTV])(?:\\]| [0-9])|([DIWEFA]), "
        "\\[[0-9]|\\[[^\\]]+\\] [A-Za-z0-9_-]+\\.(TRACE|DEBUG[1-5]|DEBUG|DBUG|DEBU|I"
        "NFORMATION|INFO|NOTICE|WARNING|WARN|ERROR|ERRO|ERR|EROR|CRITICAL|CRIT|"
        "FATAL|FATA|ALERT|EMERGENCY|EMERG|PANIC|DPANIC|SEVERE|VERBOSE):[ ]|\\[[0"
        "-9][^\\]]*: (TRACE|DEBUG[1-5]|DEBUG|DBUG|DEBU|INFORMATION|INFO|NOTICE|W"
        "ARNING|WARN|ERROR|ERRO|ERR|EROR|CRITICAL|CRIT|FATAL|FATA|ALERT|EMERGEN"
        "CY|EMERG|PANIC|DPANIC|SEVERE|VERBOSE)/[A-Za-z0-9_]|[^ \\t]+(?: [^ \\t]+)"
        "?\\t([Tt][Rr][Aa][Cc][Ee]|[Dd][Ee][Bb][Uu][Gg]|[Ii][Nn][Ff][Oo]|[Nn][Oo"
        "][Tt][Ii][Cc][Ee]|[Ww][Aa][Rr][Nn][Ii][Nn][Gg]|[Ww][Aa][Rr][Nn]|[Ee][R"
        "r][Rr][Oo][Rr]|[Ee][Rr][Rr]|[Cc][Rr][Ii][Tt][Ii][Cc][Aa][Ll]|[Cc][Rr]["
        "Ii][Tt]|[Ff][Aa][Tt][Aa][Ll]|[Aa][Ll][Ee][Rr][Tt]|[Ee][Mm][Ee][Rr][Gg]"
        "[Ee][Nn][Cc][Yy]|[Ee][Mm][Ee][Rr][Gg]|[Pp][Aa][Nn][Ii][Cc]|[Ss][Ee][Vv"
        "][Ee][Rr][Ee]|[Vv][Ee][Rr][Bb][Oo][Ss][Ee]|[Ss][Uu][Cc][Cc][Ee][Ss][Ss"
        "]|[Ff][Aa][Ii][Ll][Ee][Dd]|[Ff][Aa][Ii][Ll])\\t|[^ :]+:[0-9]+(?::[0-9]+"
        ")?: (fatal error|error|warning|note):[ ]|=(TRACE|DEBUG[1-5]|DEBUG|DBUG"
        "|DEBU|INFORMATION|INFO|NOTICE|WARNING|WARN|ERROR|ERRO|ERR|EROR|CRITICA"
        "L|CRIT|FATAL|FATA|ALERT|EMERGENCY|EMERG|PANIC|DPANIC|SEVERE|VERBOSE) R"
        "EPORT=|npm (ERR|WARN|error|warn|info|notice|verb|sill|http)!?[ ]|[0-9]"
        "+:[XCSM] [0-9]+ [A-Z][a-z][a-z] [0-9]+ [0-9:.]+ #[ ]()|[0-9]+:[XCSM] ["
        "0-9]+ [A-Z][a-z][a-z] [0-9]+ [0-9:.]+ \\*[ ]())",
     {FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, 30, 25}},
    {"^[ \\t]*(?:[0-9]+:[XCSM] [0-9]+ [A-Z][a-z][a-z] [0-9]+ [0-9:.]+ [.-][ ]"
        "()|thread '[^']*'(?: \\([0-9]+\\))? panicked at()|Traceback \\(most recen"
        "t call last\\):()|(?:Exception in thread|Caused by:|Uncaught|Unhandled "
        "exception)[ .]()|(?:\\(node:[0-9]+\\) .*|[^ :]+:[0-9]+: |)[A-Za-z_.]*War"
        "ning:[ ]()|(?:[A-Za-z_][A-Za-z0-9_]*\\.)*[A-Z][A-Za-z0-9_$]*(?:Error|Ex"
        "ception)(?:: | \\[|[\\r\\n]|$)())",
     {10, 50, 40, 40, 30, 40}},
    {"(?:(?:^|[ \\t\\r\\n\\[(<>|,:])(TRACE|DEBUG[1-5]|DEBUG|DBUG|DEBU|INFORMATIO"
        "N|INFO|NOTICE|WARNING|WARN|ERROR|ERRO|ERR|EROR|CRITICAL|CRIT|FATAL|FAT"
        "A|ALERT|EMERGENCY|EMERG|PANIC|DPANIC|SEVERE|VERBOSE)(?:[+-][0-9])?(?:["
        " \\t\\r\\n\\])>|,:[]|$)(?![^ ]* HTTP/)|(?:^|[ \\t\\])|:])[<\\[] *(?:[A-Za-z0-"
        "9_.-]*:)?([Tt][Rr][Aa][Cc][Ee]|[Dd][Ee][Bb][Uu][Gg]|[Ii][Nn][Ff][Oo]|["
        "Nn][Oo][Tt][Ii][Cc][Ee]|[Ww][Aa][Rr][Nn][Ii][Nn][Gg]|[Ww][Aa][Rr][Nn]|"
        "[Ee][Rr][Rr][Oo][Rr]|[Ee][Rr][Rr]|[Cc][Rr][Ii][Tt][Ii][Cc][Aa][Ll]|[Cc"
        "][Rr][Ii][Tt]|[Ff][Aa][Tt][Aa][Ll]|[Aa][Ll][Ee][Rr][Tt]|[Ee][Mm][Ee][R"
        "r][Gg][Ee][Nn][Cc][Yy]|[Ee][Mm][Ee][Rr][Gg]|[Pp][Aa][Nn][Ii][Cc]|[Ss]["
        "Ee][Vv][Ee][Rr][Ee]|[Vv][Ee][Rr][Bb][Oo][Ss][Ee]|[Ss][Uu][Cc][Cc][Ee]["
        "Ss][Ss]|[Ff][Aa][Ii][Ll][Ee][Dd]|[Ff][Aa][Ii][Ll])[1-8]? *[>\\]]|(?:^|["
        " \\t,;{(\\[])(?:level|lvl|severity|loglevel|log_level|log\\.level|levelna"
        "me|level_name|at)=[\"']?([Tt][Rr][Aa][Cc][Ee]|[Dd][Ee][Bb][Uu][Gg]|[Ii]"
        "[Nn][Ff][Oo]|[Nn][Oo][Tt][Ii][Cc][Ee]|[Ww][Aa][Rr][Nn][Ii][Nn][Gg]|[Ww"
        "][Aa][Rr][Nn]|[Ee][Rr][Rr][Oo][Rr]|[Ee][Rr][Rr]|[Cc][Rr][Ii][Tt][Ii][C"
        "c][Aa][Ll]|[Cc][Rr][Ii][Tt]|[Ff][Aa][Tt][Aa][Ll]|[Aa][Ll][Ee][Rr][Tt]|"
        "[Ee][Mm][Ee][Rr][Gg][Ee][Nn][Cc][Yy]|[Ee][Mm][Ee][Rr][Gg]|[Pp][Aa][Nn]"
        "[Ii][Cc]|[Ss][Ee][Vv][Ee][Rr][Ee]|[Vv][Ee][Rr][Bb][Oo][Ss][Ee]|[Ss][Uu"
        "][Cc][Cc][Ee][Ss][Ss]|[Ff][Aa][Ii][Ll][Ee][Dd]|[Ff][Aa][Ii][Ll]|[Dd][B"
        "b][Uu][Gg]|[Ee][Rr][Oo][Rr]|[Ii][Nn][Ff][Oo][Rr][Mm][Aa][Tt][Ii][Oo][N"
        "n]|[Tt][Rr][Cc][Ee]|[Dd][Pp][Aa][Nn][Ii][Cc]|[Ss][Ii][Ll][Ll][Yy]|[Hh]"
        "[Tt][Tt][Pp])[\"']?(?![A-Za-z0-9_])|\"(?:level|lvl|severity|log\\.level|l"
        "evelname|level_name)\": ?\"([Tt][Rr][Aa][Cc][Ee]|[Dd][Ee][Bb][Uu][Gg]|[I"
        "i][Nn][Ff][Oo]|[Nn][Oo][Tt][Ii][Cc][Ee]|[Ww][Aa][Rr][Nn][Ii][Nn][Gg]|["
        "Ww][Aa][Rr][Nn]|[Ee][Rr][Rr][Oo][Rr]|[Ee][Rr][Rr]|[Cc][Rr][Ii][Tt][Ii]"
        "[Cc][Aa][Ll]|[Cc][Rr][Ii][Tt]|[Ff][Aa][Tt][Aa][Ll]|[Aa][Ll][Ee][Rr][Tt"
        "]|[Ee][Mm][Ee][Rr][Gg][Ee][Nn][Cc][Yy]|[Ee][Mm][Ee][Rr][Gg]|[Pp][Aa][N"
        "n][Ii][Cc]|[Ss][Ee][Vv][Ee][Rr][Ee]|[Vv][Ee][Rr][Bb][Oo][Ss][Ee]|[Ss]["
        "Uu][Cc][Cc][Ee][Ss][Ss]|[Ff][Aa][Ii][Ll][Ee][Dd]|[Ff][Aa][Ii][Ll]|[Dd]"
        "[Bb][Uu][Gg]|[Ee][Rr][Oo][Rr]|[Ii][Nn][Ff][Oo][Rr][Mm][Aa][Tt][Ii][Oo]"
        "[Nn]|[Tt][Rr][Cc][Ee]|[Dd][Pp][Aa][Nn][Ii][Cc]|[Ss][Ii][Ll][Ll][Yy]|[H"
        "h][Tt][Tt][Pp])\"|(?:^|[0-9MZ\\]])[ \\t]*\\[?(TRC|VRB|DBG|INF|WRN|ERR|FTL|"
        "PNC)[ \\]]|[0-9] (FINEST|FINER|FINE|CONFIG)[ ]|\\| (SUCCESS) +\\||[AP]M +"
        "(LOG) \\[|[0-9] \\[(Note|System)\\][ ]|[ \\]](LOG|STATEMENT|DETAIL|HINT|CO"
        "NTEXT):[ ][ ]|: (error|warning|fatal|critical|panic):[ ])",
     {FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME, FORM_NAME}},
    {"^(?:<([0-9][0-9]?[0-9]?)>|[^%]*%[A-Z0-9_]+-([0-7])-[A-Z0-9_]+:)",
     {FORM_SYSLOG, FORM_SYSLOG}},
};
/* clang-format on */

#endif
