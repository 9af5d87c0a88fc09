/* SPDX-License-Identifier: MIT */
/* cmd_doctor: see cmd_doctor.h. The checks are in doctor/. */
#include "cmd_doctor.h"

#include <errno.h>
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "auth.h"
#include "cmd_line.h"
#include "doctor/local.h"
#include "doctor/web_login.h"
#include "doctor/rights.h"
#include "doctor/web.h"
#include "doctor/write.h"

#define PATIENCE_MS 2000

static const char help[] =
    "usage: sselog [-c FILE] [-s SOCKET] doctor [OPTION...] [URL]\n"
    "Finds out why no record comes. Without a URL it checks this machine and Redis.\n"
    "\n"
    "      --as USER             check as this user, who will serve, or with -s connects;\n"
    "                            only for root\n"
    "      --user USER           look at the log of this user\n"
    "      --tenant TENANT       the tenant of that user\n"
    "      --role ROLE           the role of that user\n"
    "      --json                print each finding as a JSON object\n"
    "  -v, --verbose             print passed checks too\n"
    "\n"
    "with a URL:\n"
    "      --url-only            check nothing of this machine\n"
    "      --local               connect to 127.0.0.1 in place of the host of the URL\n"
    "  -u, --login USER[:PASS]   a login; without PASS it is read from standard input\n"
    "  -H, --header HEADER       a header of each request; may be repeated\n"
    "  -k, --insecure            accept any certificate\n"
    "      --origin ORIGIN       whether pages of this origin may read the stream\n"
    "      --access-log FILE     whether query strings are written to it\n"
    "      --hold SECONDS        how long to hold the stream open\n"
    "      --patience SECONDS    how long to wait for its first byte; 2\n"
    "      --write               add records to the log, and measure when they arrive\n"
    "      --producer FILE       options with the SSELOG_REDIS of a producer, for --write\n"
    "  -h, --help                this text\n"
    "\n"
    "The manual is sselog-doctor(1).\n";

static int usage(const char *what)
{
    return cmd_wrong("doctor", "%s", what);
}

enum long_option {
    OPTION_AS = 256,
    OPTION_USER,
    OPTION_TENANT,
    OPTION_ROLE,
    OPTION_JSON,
    OPTION_WRITE,
    OPTION_PRODUCER,
    OPTION_LOCAL,
    OPTION_URL_ONLY,
    OPTION_ORIGIN,
    OPTION_ACCESS_LOG,
    OPTION_PATIENCE,
    OPTION_HOLD
};

static const struct option long_options[] = {
    {"as", required_argument, NULL, OPTION_AS},
    {"user", required_argument, NULL, OPTION_USER},
    {"tenant", required_argument, NULL, OPTION_TENANT},
    {"role", required_argument, NULL, OPTION_ROLE},
    {"json", no_argument, NULL, OPTION_JSON},
    {"verbose", no_argument, NULL, 'v'},
    {"login", required_argument, NULL, 'u'},
    {"header", required_argument, NULL, 'H'},
    {"insecure", no_argument, NULL, 'k'},
    {"write", no_argument, NULL, OPTION_WRITE},
    {"producer", required_argument, NULL, OPTION_PRODUCER},
    {"local", no_argument, NULL, OPTION_LOCAL},
    {"url-only", no_argument, NULL, OPTION_URL_ONLY},
    {"origin", required_argument, NULL, OPTION_ORIGIN},
    {"access-log", required_argument, NULL, OPTION_ACCESS_LOG},
    {"patience", required_argument, NULL, OPTION_PATIENCE},
    {"hold", required_argument, NULL, OPTION_HOLD},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

/* Where an option of one text is kept; NULL: the option has another form. */
static const char **place_of(struct doctor_options *o, int letter)
{
    switch (letter) {
    case OPTION_AS:
        return &o->as;
    case OPTION_USER:
        return &o->user;
    case OPTION_TENANT:
        return &o->tenant;
    case OPTION_ROLE:
        return &o->role;
    case OPTION_PRODUCER:
        return &o->producer;
    case OPTION_ORIGIN:
        return &o->origin;
    case OPTION_ACCESS_LOG:
        return &o->access_log;
    default:
        return NULL;
    }
}

/* The same for an option without a value. */
static bool *flag_of(struct doctor_options *o, struct report *r, int letter)
{
    switch (letter) {
    case OPTION_JSON:
        return &r->json;
    case OPTION_WRITE:
        return &o->write;
    case OPTION_LOCAL:
        return &o->local;
    case OPTION_URL_ONLY:
        return &o->url_only;
    case 'k':
        return &o->insecure;
    case 'v':
        return &r->verbose;
    default:
        return NULL;
    }
}

/* -1: a value is malformed. */
static int take_option(struct doctor_options *o, struct report *r, int letter, const char *value)
{
    const char **place = place_of(o, letter);
    bool *flag = flag_of(o, r, letter);
    if (place)
        *place = value;
    else if (flag)
        *flag = true;
    else if (letter == OPTION_PATIENCE)
        return (o->patience = web_login_seconds(value)) > 0 ? 0 : -1;
    else if (letter == OPTION_HOLD)
        return (o->hold = web_login_seconds(value)) >= 0 ? 0 : -1;
    else if (letter == 'u')
        return web_login_read(value, &o->credentials);
    else
        return web_login_header(o->headers, value);
    return 0;
}

/* The word before optind holds the option, or its value; that of -u and -H may be a secret. */
static int malformed_value(int letter, char *const *argv)
{
    if (letter == 'u' || letter == 'H')
        return cmd_wrong("doctor", "malformed value of -%c", letter);
    return cmd_wrong("doctor", "malformed value: %s", argv[optind - 1]);
}

/* -1 to continue, else the exit status. */
static int read_options(int argc, char **argv, struct doctor_options *o, struct report *r)
{
    int letter;
    optind = 1;
    opterr = 0;
    while ((letter = getopt_long(argc, argv, ":u:H:kvh", long_options, NULL)) != -1) {
        if (letter == 'h')
            return cmd_print(help);
        if (letter == '?' || letter == ':')
            return cmd_wrong_option("doctor", letter, argv, long_options);
        if (take_option(o, r, letter, optarg))
            return malformed_value(letter, argv);
    }
    if (optind < argc)
        o->url = argv[optind++];
    if (optind < argc)
        return usage("it takes one URL, behind all options");
    if (o->url && strncmp(o->url, "http://", 7) != 0 && strncmp(o->url, "https://", 8) != 0)
        return usage("the URL must begin with http:// or https://");
    if (o->write && (!o->url || !o->user))
        return usage("--write needs a URL and --user, the user whose log the URL shows");
    if ((o->tenant || o->role) && !o->user)
        return usage("--tenant and --role are those of --user, which is missing");
    if (o->url_only && (o->write || o->as || o->socket))
        return usage("--url-only checks nothing of this machine");
    if (!o->url &&
        (o->url_only || o->origin || o->access_log || o->credentials || o->headers[0] || o->local))
        return usage("an option for a URL was given, but no URL");
    return -1;
}

/* Checks this machine and Redis. Behind a socket a process of another user serves, to which root
 * passes secrets: the user of --as only connects there. */
static struct config_base *check_local(const struct doctor_options *o, const char *nonce,
                                       char *const *environment, struct report *r)
{
    if (!o->socket && local_become(o, r))
        return NULL;
    struct config_base *base = local_load(o, environment, r);
    if (!base)
        return NULL;
    const struct config *c = config_of(base);
    local_libraries(c, r);
    rights_check(c, o, nonce, r);
    if (!o->socket || local_become(o, r) == 0)
        local_socket(o, c, r);
    return base;
}

/* A file that only root may read is opened before the doctor becomes another user. */
static FILE *open_access_log(const struct doctor_options *o)
{
    FILE *f = o->access_log ? fopen(o->access_log, "re") : NULL;
    if (f)
        fseek(f, 0, SEEK_END);
    return f;
}

int doctor_run(int argc, char **argv, const char *file, const char *socket,
               char *const *environment)
{
    struct doctor_options o = {.file = file, .socket = socket, .patience = PATIENCE_MS, .hold = -1};
    struct report r = {.to = stdout, .terminal = isatty(STDOUT_FILENO)};
    char nonce[44];
    int status = read_options(argc, argv, &o, &r);
    if (status >= 0)
        return status;
    signal(SIGPIPE, SIG_IGN);
    FILE *access_log = open_access_log(&o);
    if (o.access_log && !access_log)
        return cmd_wrong("doctor", "the access log %s cannot be opened: %s", o.access_log,
                         strerror(errno));
    if (auth_make_token(nonce))
        return usage("there are no random numbers");
    struct config_base *base = o.url_only ? NULL : check_local(&o, nonce, environment, &r);
    struct browser b = {
        .options = &o, .report = &r, .nonce = nonce, .config = base ? config_of(base) : NULL};
    bool answers = o.url && web_check(&b, access_log);
    if (answers && o.write && base)
        write_check(&b);
    config_unload(base);
    if (access_log)
        fclose(access_log);
    status = report_end(&r);
    return cmd_flush() ? EXIT_FAILURE : status;
}
