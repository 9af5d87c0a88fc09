/* SPDX-License-Identifier: MIT */
/* cmd_token: see cmd_token.h. */
#include "cmd_token.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "auth.h"
#include "base/diag.h"
#include "cmd_line.h"
#include "front/token.h"
#include "identity/session.h"
#include "redis_io.h"

#define DEADLINE_MS 5000 /* for Redis */

static const char help[] =
    "usage: sselog [-c FILE] token -u USER [OPTION...]\n"
    "Makes an exchange token, which opens one stream, and prints it.\n"
    "\n"
    "  -u, --user USER        whose stream; required\n"
    "  -t, --tenant TENANT    the user's tenant\n"
    "  -r, --role ROLE        the user's role\n"
    "  -T, --seconds SECONDS  how long it can be used, 1 to 86400; SSELOG_TOKEN_TTL\n"
    "  -h, --help             this text\n"
    "\n"
    "The manual is sselog-token(1).\n";

static const struct option long_options[] = {
    {"user", required_argument, NULL, 'u'}, {"tenant", required_argument, NULL, 't'},
    {"role", required_argument, NULL, 'r'}, {"seconds", required_argument, NULL, 'T'},
    {"help", no_argument, NULL, 'h'},       {NULL, 0, NULL, 0},
};

/* The options of the command line. */
static struct identity who = {.method = AUTH_TOKEN};
static uint64_t lifetime; /* seconds; 0: that of the configuration */

static int take_name(const char *text, char out[IDENTITY_MAX_NAME + 1])
{
    out[0] = '\0';
    return text[0] ? session_set_name(out, slice_of(text)) : 0;
}

/* -1: the value is malformed. */
static int take_option(int letter, const char *value)
{
    if (letter == 'u')
        return take_name(value, who.user);
    if (letter == 't')
        return take_name(value, who.tenant);
    if (letter == 'r')
        return take_name(value, who.role);
    return slice_number(slice_of(value), 1, 86400, &lifetime);
}

int token_read(int argc, char **argv)
{
    int letter;
    optind = 1;
    opterr = 0;
    while ((letter = getopt_long(argc, argv, ":u:t:r:T:h", long_options, NULL)) != -1) {
        if (letter == 'h')
            return cmd_print(help);
        if (letter == '?' || letter == ':')
            return cmd_wrong_option("token", letter, argv, long_options);
        if (take_option(letter, optarg) && letter == 'T')
            return cmd_wrong("token", "-T takes 1 to 86400 seconds, but here is %s", optarg);
        if (take_option(letter, optarg))
            return cmd_wrong("token", "malformed value of -%c: %s", letter, optarg);
    }
    if (optind < argc)
        return cmd_wrong("token", "it takes no argument, but here is %s", argv[optind]);
    return who.user[0] ? -1 : cmd_wrong("token", "-u USER is missing");
}

int token_run(const struct config *c)
{
    char token[TOKEN_SIZE];
    unsigned seconds = lifetime ? (unsigned)lifetime : c->token_ttl;
    int status = EXIT_FAILURE;
    struct redis_sync *redis = redis_sync_new(&c->redis, DEADLINE_MS);
    enum token_result r = redis ? token_make(redis, c, &who, seconds, token) : TOKEN_IMPOSSIBLE;
    if (r == TOKEN_STORED) {
        puts(token);
        status = cmd_flush();
    } else if (r == TOKEN_IMPOSSIBLE) {
        diag(DIAG_ERROR, "token", "the token could not be made");
    } else {
        diag(DIAG_ERROR, "token", "the token could not be put into Redis");
    }
    redis_sync_free(redis);
    auth_wipe(token, sizeof token);
    return status;
}
