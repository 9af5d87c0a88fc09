/* SPDX-License-Identifier: MIT */
/* cmd_verify: see cmd_verify.h.  The work is in verify/. */
#include "cmd_verify.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd_line.h"
#include "config/config.h"
#include "doctor/web_login.h"
#include "redis/address.h"
#include "redis/tls.h"
#include "verify/result.h"

#define FOR_MS 60000
#define CUTS   6

static const char help[] =
    "usage: sselog [-c FILE] verify [OPTION...] URL\n"
    "       sselog verify [--json] --read FILE...\n"
    "Follows a stream as a client does, over connections that it cuts itself, and says\n"
    "whether all records came, each once and in order.\n"
    "\n"
    "      --for SECONDS         how long; 60\n"
    "      --cuts NUMBER         about how often to cut the connection; 6\n"
    "      --seed NUMBER         of the moments of the cuts; it is printed\n"
    "  -u, --login USER[:PASS]   a login; without PASS it is read from standard input\n"
    "  -H, --header HEADER       a header of each request; may be repeated\n"
    "  -k, --insecure            accept any certificate\n"
    "      --local               connect to 127.0.0.1 in place of the host of the URL\n"
    "      --redis               compare with Redis, by the options of -c and of the environment\n"
    "      --log [NAME=]KEY      with --redis: the key of the log; may be repeated\n"
    "      --user USER           with --redis: the user whose log the URL shows\n"
    "      --tenant TENANT       the tenant of that user\n"
    "      --role ROLE           the role of that user\n"
    "      --read                the arguments are recorded streams; - is standard input\n"
    "      --json                print the result as a JSON object\n"
    "  -v, --verbose             tell of each connection, on standard error\n"
    "  -h, --help                this text\n"
    "\n"
    "It ends with 0: all came; 1: some did not, or twice; 2: that cannot be told.\n"
    "The manual is sselog-verify(1).\n";

enum long_option {
    OPTION_FOR = 256,
    OPTION_CUTS,
    OPTION_SEED,
    OPTION_LOCAL,
    OPTION_REDIS,
    OPTION_LOG,
    OPTION_USER,
    OPTION_TENANT,
    OPTION_ROLE,
    OPTION_READ,
    OPTION_JSON
};

static const struct option long_options[] = {
    {"for", required_argument, NULL, OPTION_FOR},
    {"cuts", required_argument, NULL, OPTION_CUTS},
    {"seed", required_argument, NULL, OPTION_SEED},
    {"login", required_argument, NULL, 'u'},
    {"header", required_argument, NULL, 'H'},
    {"insecure", no_argument, NULL, 'k'},
    {"local", no_argument, NULL, OPTION_LOCAL},
    {"redis", no_argument, NULL, OPTION_REDIS},
    {"log", required_argument, NULL, OPTION_LOG},
    {"user", required_argument, NULL, OPTION_USER},
    {"tenant", required_argument, NULL, OPTION_TENANT},
    {"role", required_argument, NULL, OPTION_ROLE},
    {"read", no_argument, NULL, OPTION_READ},
    {"json", no_argument, NULL, OPTION_JSON},
    {"verbose", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
    (void)number;
    stopped = 1;
}

/* ---- the command line ---- */

static int add_log(struct verify_options *o, const char *value)
{
    if (o->nlogs == VERIFY_LOGS || value[0] == '\0')
        return -1;
    o->logs[o->nlogs++] = value;
    return 0;
}

static int read_number(const char *value, uint64_t most, uint64_t *n)
{
    return slice_number(slice_of(value), 0, most, n);
}

/* Options that say what the arguments are. */
struct kind {
    bool reads; /* --read: files */
    bool asks;  /* an option for a URL was given */
};

static bool *flag_of(struct verify_options *o, struct kind *kind, int letter)
{
    switch (letter) {
    case 'k':
        return &o->insecure;
    case 'v':
        return &o->verbose;
    case OPTION_LOCAL:
        return &o->local;
    case OPTION_REDIS:
        return &o->redis;
    case OPTION_JSON:
        return &o->json;
    case OPTION_READ:
        return &kind->reads;
    default:
        return NULL;
    }
}

static const char **place_of(struct verify_options *o, int letter)
{
    return letter == OPTION_USER     ? &o->user
           : letter == OPTION_TENANT ? &o->tenant
           : letter == OPTION_ROLE   ? &o->role
                                     : NULL;
}

/* -1: a value is malformed. */
static int take_value(struct verify_options *o, int letter, const char *value)
{
    uint64_t n = 0;
    switch (letter) {
    case 'u':
        return web_login_read(value, &o->credentials);
    case 'H':
        return web_login_header(o->headers, value);
    case OPTION_FOR:
        return (o->duration = web_login_seconds(value)) > 0 ? 0 : -1;
    case OPTION_CUTS:
        if (read_number(value, 100000, &n))
            return -1;
        o->cuts = (unsigned)n;
        return 0;
    case OPTION_SEED:
        return read_number(value, UINT32_MAX, &o->seed);
    default:
        return add_log(o, value);
    }
}

static int take_option(struct verify_options *o, struct kind *kind, int letter, const char *value)
{
    const char **place = place_of(o, letter);
    bool *flag = flag_of(o, kind, letter);
    kind->asks = kind->asks || (letter != OPTION_READ && letter != OPTION_JSON);
    if (flag)
        *flag = true;
    else if (place)
        *place = value;
    else
        return take_value(o, letter, value);
    return 0;
}

/* The value of -u and -H may be a secret. */
static int malformed_value(int letter, char *const *argv)
{
    if (letter == 'u' || letter == 'H')
        return cmd_wrong("verify", "malformed value of -%c", letter);
    return cmd_wrong("verify", "malformed value: %s", argv[optind - 1]);
}

static int take_arguments(struct verify_options *o, struct kind kind, int argc, char **argv)
{
    if (kind.reads && kind.asks)
        return cmd_wrong("verify", "with --read only --json can be given: no server is asked");
    if (optind == argc)
        return cmd_wrong("verify", kind.reads ? "no file was given" : "no URL was given");
    if (kind.reads) {
        o->files = argv + optind;
        o->nfiles = (size_t)(argc - optind);
        return -1;
    }
    o->url = argv[optind];
    if (optind + 1 < argc)
        return cmd_wrong("verify", "it takes one URL, behind all options");
    if (strncmp(o->url, "http://", 7) != 0 && strncmp(o->url, "https://", 8) != 0)
        return cmd_wrong("verify", "the URL must begin with http:// or https://");
    if ((o->nlogs > 0 || o->user) && !o->redis)
        return cmd_wrong("verify", "--log and --user are for --redis, which is missing");
    if ((o->tenant || o->role) && !o->user)
        return cmd_wrong("verify", "--tenant and --role are those of --user, which is missing");
    return -1;
}

/* -1 to continue, else the exit status. */
static int read_options(int argc, char **argv, struct verify_options *o)
{
    int letter;
    struct kind kind = {0};
    optind = 1;
    opterr = 0;
    while ((letter = getopt_long(argc, argv, ":u:H:kvh", long_options, NULL)) != -1) {
        if (letter == 'h')
            return cmd_print(help);
        if (letter == '?' || letter == ':')
            return cmd_wrong_option("verify", letter, argv, long_options);
        if (take_option(o, &kind, letter, optarg))
            return malformed_value(letter, argv);
    }
    return take_arguments(o, kind, argc, argv);
}

/* ---- the work ---- */

static void on_event(void *arg, const struct event *e)
{
    count_event(arg, e);
}

/* Each file is a connection that resumed behind the last record of the one before.  -1: told. */
static int read_file(const char *name, struct count *c)
{
    char bytes[65536];
    struct events events;
    FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "re");
    if (!f)
        return cmd_wrong("verify", "%s cannot be opened: %s", name, strerror(errno)), -1;
    events_init(&events, on_event, c);
    count_connect(c, false);
    for (size_t n; !stopped && (n = fread(bytes, 1, sizeof bytes, f)) > 0;)
        events_feed(&events, bytes, n);
    int failed = ferror(f);
    events_free(&events);
    if (f != stdin)
        fclose(f);
    return failed ? (cmd_wrong("verify", "%s cannot be read", name), -1) : 0;
}

static int print_result(const struct verify_options *o, const struct result *v)
{
    struct buf b;
    buf_init(&b, 1024 * 1024);
    if (o->json)
        result_json(v, &b);
    else
        result_text(v, &b);
    fwrite(b.p, 1, b.len, stdout);
    buf_free(&b);
    return cmd_flush() ? RESULT_UNCHECKED : result_status(v);
}

static int check_files(const struct verify_options *o)
{
    static struct count c;
    int failed = 0;
    count_init(&c);
    for (size_t i = 0; i < o->nfiles && !failed; i++)
        failed = read_file(o->files[i], &c);
    count_finish(&c);
    int status = failed ? RESULT_UNCHECKED : print_result(o, &(struct result){.count = &c});
    count_free(&c);
    return status;
}

static int check_url(const struct verify_options *o, const struct config *config)
{
    static struct count c;
    struct followed followed;
    struct compared compared;
    const char *why = verify_start();
    if (why)
        return cmd_wrong("verify", "%s", why);
    count_init(&c);
    c.keeps_all = o->redis;
    fprintf(stderr, "following for %d s, seed %llu\n", (o->duration + 999) / 1000,
            (unsigned long long)o->seed);
    verify_follow(o, &c, &stopped, &followed);
    if (o->redis)
        compare_run(config, o, &c, &compared);
    struct result v = {.count = &c,
                       .followed = &followed,
                       .compared = o->redis ? &compared : NULL,
                       .seed = o->seed};
    int status = print_result(o, &v);
    count_free(&c);
    return status;
}

/* The first signal ends the stream, and what came so far is checked; another one ends the process.
 */
static void catch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_stop, .sa_flags = (int)SA_RESETHAND};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    signal(SIGPIPE, SIG_IGN);
}

/* Only --redis needs the options.  NULL: told. */
static struct config_base *load(const char *file, char *const *environment)
{
    struct buf why;
    buf_init(&why, 1024);
    struct config_base *base = config_load(file, environment, &why);
    const struct config *c = base ? config_of(base) : NULL;
    if (c && (address_start(&c->redis, &why) ||
              (c->redis.tls && redis_tls_start(c->redis.host, &why)))) {
        config_unload(base);
        base = NULL;
    }
    if (!base)
        cmd_wrong("verify", "%s", why.p ? why.p : "out of memory");
    buf_free(&why);
    return base;
}

int verify_run(int argc, char **argv, const char *file, char *const *environment)
{
    struct verify_options o = {.duration = FOR_MS, .cuts = CUTS};
    struct config_base *base = NULL;
    o.seed = (uint64_t)((unsigned)time(NULL) ^ (unsigned)getpid() << 16);
    int status = read_options(argc, argv, &o);
    if (status >= 0)
        return status;
    if (o.redis && !(base = load(file, environment)))
        return RESULT_UNCHECKED;
    catch_signals();
    status = o.nfiles > 0 ? check_files(&o) : check_url(&o, base ? config_of(base) : NULL);
    config_unload(base);
    return status;
}
