/* SPDX-License-Identifier: MIT */
/* cmd_send: see cmd_send.h. */
#include "cmd_send.h"

#include <getopt.h>

#include "base/diag.h"
#include "cmd_line.h"
#include "format/level.h"
#include "send/join.h"
#include "send/send.h"

#define MAXLEN_DEFAULT 10000

static const char help[] =
    "usage: sselog [-c FILE] send [OPTION...]\n"
    "Adds each line of standard input to a log as a record.\n"
    "\n"
    "  -l, --log LOG            stream key; else SSELOG_STREAM if it names no {...}\n"
    "  -e, --event EVENT        event name of the records; pages get error and open as\n"
    "                           record-error, record-open, because EventSource fires\n"
    "                           events of these names itself\n"
    "  -n, --max-length NUMBER  about how many records the log keeps; 10000, or with\n"
    "                           --keep no limit\n"
    "      --keep TIME          about how long it keeps them, such as 90s, 5m, 12h, 3d, 2w\n"
    "  -p, --publish            PUBLISH too, to the key's name without a leading \"stream:\"\n"
    "\n"
    "where records come from, if not from standard input:\n"
    "      --follow FILE        as tail -F, over rotation and restarts; may be repeated\n"
    "      --state FILE         keeps the places in these files, or in the journal\n"
    "      --producer NAME      keeps in Redis up to where this input is sent, over restarts\n"
    "      --list KEY           moves a list of Redis, which others fill by RPUSH\n"
    "      --newest-first       they fill it by LPUSH\n"
    "\n"
    "what a record is:\n"
    "      --json               a JSON object: time, level, host, message\n"
    "      --journal            the same, from the lines of journalctl -f -o json\n"
    "      --level LEVEL        the level of records that name none; implies --json\n"
    "      --host HOST          the host, if not this machine; implies --json\n"
    "      --field NAME=VALUE   one more member; may be repeated; implies --json\n"
    "      --join[=EXPR]        a record has several lines: those that are indented, and\n"
    "                           those that match EXPR, continue it\n"
    "      --join-start EXPR    only a line that matches EXPR starts a record\n"
    "  -h, --help               this text\n"
    "\n"
    "The manual is sselog-send(1).\n";

enum long_option {
    OPTION_KEEP = 256,
    OPTION_FOLLOW,
    OPTION_STATE,
    OPTION_PRODUCER,
    OPTION_LIST,
    OPTION_NEWEST_FIRST,
    OPTION_JSON,
    OPTION_JOURNAL,
    OPTION_LEVEL,
    OPTION_HOST,
    OPTION_FIELD,
    OPTION_JOIN,
    OPTION_JOIN_START
};

static const struct option long_options[] = {
    {"log", required_argument, NULL, 'l'},
    {"event", required_argument, NULL, 'e'},
    {"max-length", required_argument, NULL, 'n'},
    {"keep", required_argument, NULL, OPTION_KEEP},
    {"publish", no_argument, NULL, 'p'},
    {"follow", required_argument, NULL, OPTION_FOLLOW},
    {"state", required_argument, NULL, OPTION_STATE},
    {"producer", required_argument, NULL, OPTION_PRODUCER},
    {"list", required_argument, NULL, OPTION_LIST},
    {"newest-first", no_argument, NULL, OPTION_NEWEST_FIRST},
    {"json", no_argument, NULL, OPTION_JSON},
    {"journal", no_argument, NULL, OPTION_JOURNAL},
    {"level", required_argument, NULL, OPTION_LEVEL},
    {"host", required_argument, NULL, OPTION_HOST},
    {"field", required_argument, NULL, OPTION_FIELD},
    {"join", optional_argument, NULL, OPTION_JOIN},
    {"join-start", required_argument, NULL, OPTION_JOIN_START},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* The options of the command line. */
static struct send_options given;
static bool publish;

/* Where an option of one text is kept; NULL: the option has another form. */
static const char **place_of(int letter)
{
    switch (letter) {
    case 'l':
        return &given.log;
    case 'e':
        return &given.event;
    case OPTION_STATE:
        return &given.state;
    case OPTION_LIST:
        return &given.list;
    case OPTION_JOIN:
        return &given.continues;
    case OPTION_JOIN_START:
        return &given.starts;
    default:
        return NULL;
    }
}

/* The value of an option that is part of JSON objects. NULL, or why it is malformed. */
static const char *take_member(int letter, char *value)
{
    if (given.form == FORM_TEXT)
        given.form = FORM_JSON;
    if (letter == OPTION_FIELD)
        return options_field(&given, value);
    if (letter == OPTION_LEVEL && level_of_name(slice_of(value)) < 0)
        return "no level has this name";
    *(letter == OPTION_LEVEL ? &given.level : &given.host) = slice_of(value);
    return value[0] ? NULL : "it is empty";
}

static const char *take_number(int letter, const char *value)
{
    uint64_t n;
    if (letter == OPTION_KEEP)
        return options_keep(value, &given.keep) == 0
                   ? NULL
                   : "a number with one of the units s, m, h, d, w is wanted, at most ten "
                     "years";
    if (slice_number(slice_of(value), 1, 1000000000, &n))
        return "a whole number from 1 to 1000000000 is wanted";
    given.maxlen = (unsigned long)n;
    return NULL;
}

static const char *take_file(const char *value)
{
    if (given.nfiles == SEND_FILES)
        return "too many files";
    if (value[0] == '\0' || strchr(value, '\n'))
        return "it is no path";
    given.files[given.nfiles++] = value;
    return NULL;
}

/* NULL, or why the value is malformed. */
static const char *take_value(int letter, char *value)
{
    const char **place = place_of(letter);
    if (place) {
        *place = value;
        return letter == 'e' || value[0] ? NULL : "it is empty";
    }
    if (letter == OPTION_PRODUCER) {
        given.producer = value;
        return options_producer(value);
    }
    if (letter == OPTION_FOLLOW)
        return take_file(value);
    if (letter == 'n' || letter == OPTION_KEEP)
        return take_number(letter, value);
    return take_member(letter, value);
}

static void take_flag(int letter)
{
    publish = publish || letter == 'p';
    given.newest_first = given.newest_first || letter == OPTION_NEWEST_FIRST;
    given.join = given.join || letter == OPTION_JOIN || letter == OPTION_JOIN_START;
    if (letter == OPTION_JOURNAL || (letter == OPTION_JSON && given.form == FORM_TEXT))
        given.form = letter == OPTION_JOURNAL ? FORM_JOURNAL : FORM_JSON;
}

/* 0, or the exit status. */
static int check_options(void)
{
    struct buf why;
    const char *conflict = options_conflict(&given);
    if (conflict)
        return cmd_wrong("send", "%s", conflict);
    buf_init(&why, 1024);
    struct join *join = join_new(given.continues, given.starts, &why);
    int status = join ? 0 : cmd_wrong("send", "%s", why.p ? why.p : "out of memory");
    join_free(join);
    buf_free(&why);
    return status;
}

/* The value is a word of its own behind the option, or stands in its word. */
static int malformed(int letter, char *const *argv, const char *why)
{
    const char *word = argv[optind - (optarg == argv[optind - 1] ? 2 : 1)];
    char name[] = {'-', (char)letter, '\0'};
    bool is_long = strncmp(word, "--", 2) == 0;
    return cmd_wrong("send", "malformed value %s of %.*s: %s", optarg, (int)strcspn(word, "="),
                     is_long ? word : name, why);
}

int cmd_send_read(int argc, char **argv)
{
    int letter;
    optind = 1;
    opterr = 0;
    while ((letter = getopt_long(argc, argv, ":l:e:n:ph", long_options, NULL)) != -1) {
        if (letter == 'h')
            return cmd_print(help);
        if (letter == '?' || letter == ':')
            return cmd_wrong_option("send", letter, argv, long_options);
        take_flag(letter);
        const char *why = optarg ? take_value(letter, optarg) : NULL;
        if (why)
            return malformed(letter, argv, why);
    }
    if (optind < argc)
        return cmd_wrong("send",
                         "it takes no argument, but here is %s; a file is for --follow, "
                         "an expression for --join=EXPR",
                         argv[optind]);
    int status = check_options();
    return status ? status : -1;
}

int cmd_send_run(const struct config *c)
{
    if (!given.log && strchr(c->stream, '{'))
        return cmd_wrong("send", "name the log with -l: SSELOG_STREAM depends on the user");
    if (!given.log)
        given.log = c->stream;
    if (publish)
        given.channel = strncmp(given.log, "stream:", 7) == 0 ? given.log + 7 : given.log;
    if (given.maxlen == 0 && given.keep == 0)
        given.maxlen = MAXLEN_DEFAULT;
    diag_start(); /* else a blocked standard error would block the program that writes to us */
    return send_run(c, &given);
}
