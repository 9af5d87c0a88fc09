/* SPDX-License-Identifier: MIT */
/* risk: which settings are warned of. Each row names the options, in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "config/risk.c"
#include "config/value.h"

#define S16 "0123456789abcdef"

struct row {
    const char *trusted; /* networks; NULL: none */
    const char *jwt, *cookie;
    enum jwt_algorithm alg;
    enum auth_method auth[3];
    const char *session, *bearer, *token; /* NULL: the default */
    const char *stream, *channel;
    const char *options;
    bool append, open_password;
    char **append_roles;
};

static char producer[] = "producer";
static char *no_roles[] = {NULL}, *a_role[] = {producer, NULL};

static size_t read_networks(const char *text, struct network out[4])
{
    struct slice word;
    size_t n = 0;
    while (text && value_next_word(&text, &word))
        assert_null(value_read_network(word, &out[n++]));
    return n;
}

static void check_rows(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct row *row = &rows[i];
        struct network networks[4];
        struct risk risks[RISKS_MAX];
        char seen[512] = "";
        struct config c = {
            .auth = {row->auth[0], row->auth[1], row->auth[2]},
            .trusted = networks,
            .ntrusted = read_networks(row->trusted, networks),
            .jwt_alg = row->alg,
            .jwt_key = slice_of(row->jwt),
            .cookie_secret = slice_of(row->cookie),
            .session_key = (char *)(uintptr_t)(row->session ? row->session : "session:{id}"),
            .bearer_key = (char *)(uintptr_t)(row->bearer ? row->bearer : "bearer:{sha256}"),
            .token_key = (char *)(uintptr_t)(row->token ? row->token : "sse_token:{token}"),
            .stream = (char *)(uintptr_t)(row->stream ? row->stream : "stream:logs:{user}"),
            .channel = (char *)(uintptr_t)row->channel,
            .append = row->append,
            .append_roles = row->append_roles ? row->append_roles : no_roles,
        };
        size_t found = risk_find(&c, row->open_password, risks);
        assert_true(found <= RISKS_MAX);
        for (size_t k = 0; k < found; k++) {
            size_t len = strlen(seen);
            assert_non_null(risks[k].text);
            snprintf(seen + len, sizeof seen - len, "%s%s", k ? " " : "", risks[k].option);
        }
        if (strcmp(seen, row->options) != 0)
            fail_msg("row %zu: \"%s\", not \"%s\"", i, seen, row->options);
    }
}

static void test_wide_networks_are_warned_of(void **state)
{
    static const struct row rows[] = {
        {.trusted = NULL, .options = ""},
        {.trusted = "127.0.0.1 ::1", .options = ""},
        {.trusted = "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16", .options = ""},
        {.trusted = "fc00::/7 fe80::/10", .options = ""},
        {.trusted = "0.0.0.0/0", .options = "SSELOG_TRUSTED"},
        {.trusted = "::1 ::/0", .options = "SSELOG_TRUSTED"},
        {.trusted = "0.0.0.0/1 128.0.0.0/1", .options = "SSELOG_TRUSTED"},
        {.trusted = "2.0.0.0/7", .options = "SSELOG_TRUSTED"},
        {.trusted = "2000::/3", .options = "SSELOG_TRUSTED"},
        {.trusted = "::ffff:0:0/96", .options = "SSELOG_TRUSTED"},
        {.trusted = "::/8", .options = "SSELOG_TRUSTED"},
        {.trusted = "::fff0:0:0/92", .options = "SSELOG_TRUSTED"},
        {.trusted = "::ffff:10.0.0.0/104", .options = ""},
        {.trusted = "64::/16", .options = ""},
    };
    (void)state;
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void test_short_secrets_are_warned_of(void **state)
{
    static const struct row rows[] = {
        {.jwt = S16 S16, .cookie = S16 S16, .options = ""},
        {.jwt = S16 "0123456789abcde", .options = "SSELOG_JWT_KEY_FILE"},
        {.jwt = S16,
         .cookie = "keyboard cat",
         .options = "SSELOG_JWT_KEY_FILE SSELOG_COOKIE_SECRET_FILE"},
        {.jwt = "-----BEGIN", .alg = JWT_RS256, .options = ""},
        {.cookie = S16 "0123456789abcde", .options = "SSELOG_COOKIE_SECRET_FILE"},
    };
    (void)state;
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void test_keys_that_may_be_of_two_kinds_are_warned_of(void **state)
{
    static const struct row rows[] = {
        {.auth = {AUTH_COOKIE, AUTH_BEARER}, .options = ""},
        {.auth = {AUTH_COOKIE}, .session = "sse_token:{id}", .options = "SSELOG_SESSION_KEY"},
        {.auth = {AUTH_COOKIE},
         .session = "s:{id}",
         .token = "s:t:{token}",
         .options = "SSELOG_SESSION_KEY"},
        {.auth = {AUTH_COOKIE},
         .session = "s:t:{id}",
         .token = "s:{token}",
         .options = "SSELOG_SESSION_KEY"},
        /* Parts in common are no danger while neither is the start of the other. */
        {.auth = {AUTH_COOKIE}, .session = "app:s:{id}", .token = "app:t:{token}", .options = ""},
        {.auth = {AUTH_COOKIE}, .session = "app:{id}:s", .token = "app:{token}:t", .options = ""},
        {.auth = {AUTH_COOKIE},
         .session = "app:{id}:s",
         .token = "app:{token}",
         .options = "SSELOG_SESSION_KEY"},
        /* A method that is not used looks up no key. */
        {.auth = {AUTH_REMOTE_USER}, .session = "sse_token:{id}", .options = ""},
        {.auth = {AUTH_COOKIE}, .session = "k:{id}", .bearer = "k:{token}", .options = ""},
        {.auth = {AUTH_BEARER, AUTH_COOKIE},
         .session = "k:{id}",
         .bearer = "k:{token}",
         .options = "SSELOG_SESSION_KEY"},
        {.auth = {AUTH_BEARER}, .bearer = "sse_token:{token}", .options = "SSELOG_BEARER_KEY"},
        {.auth = {AUTH_COOKIE},
         .session = "{id}:s",
         .options = "SSELOG_SESSION_KEY SSELOG_SESSION_KEY"},
        {.auth = {AUTH_COOKIE},
         .session = "{id}:s",
         .token = "{token}:t",
         .options = "SSELOG_SESSION_KEY SSELOG_TOKEN_KEY"},
        {.auth = {AUTH_COOKIE, AUTH_BEARER},
         .trusted = "::/0",
         .jwt = S16,
         .cookie = S16,
         .session = "{id}s",
         .bearer = "{token}s",
         .token = "{token}s",
         .options = "SSELOG_TRUSTED SSELOG_JWT_KEY_FILE SSELOG_COOKIE_SECRET_FILE "
                    "SSELOG_SESSION_KEY SSELOG_SESSION_KEY SSELOG_SESSION_KEY "
                    "SSELOG_BEARER_KEY SSELOG_BEARER_KEY SSELOG_TOKEN_KEY"},
    };
    (void)state;
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void test_quotes_around_keys_are_warned_of(void **state)
{
    static const struct row rows[] = {
        {.stream = "\"stream:logs:{user}\"", .options = "SSELOG_STREAM"},
        {.stream = "'stream:logs:{user}'", .options = "SSELOG_STREAM"},
        {.stream = "stream:\"{user}\"", .options = ""},
        {.channel = "\"logs\"",
         .token = "\"t:{token}\"",
         .options = "SSELOG_CHANNEL SSELOG_TOKEN_KEY"},
    };
    (void)state;
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void test_log_that_everybody_may_write_is_warned_of(void **state)
{
    static const struct row rows[] = {
        {.auth = {AUTH_ANONYMOUS}, .options = "SSELOG_APPEND", .append = true},
        {.auth = {AUTH_ANONYMOUS}, .options = ""},
        {.auth = {AUTH_ANONYMOUS}, .options = "", .append = true, .append_roles = a_role},
        {.auth = {AUTH_REMOTE_USER}, .options = "", .append = true},
    };
    (void)state;
    check_rows(rows, sizeof rows / sizeof *rows);
}

static void test_password_that_every_user_may_read_is_warned_of(void **state)
{
    static const struct row rows[] = {
        {.options = "SSELOG_REDIS", .open_password = true},
        {.trusted = "::/0", .options = "SSELOG_REDIS SSELOG_TRUSTED", .open_password = true},
    };
    (void)state;
    check_rows(rows, sizeof rows / sizeof *rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wide_networks_are_warned_of),
        cmocka_unit_test(test_short_secrets_are_warned_of),
        cmocka_unit_test(test_keys_that_may_be_of_two_kinds_are_warned_of),
        cmocka_unit_test(test_quotes_around_keys_are_warned_of),
        cmocka_unit_test(test_log_that_everybody_may_write_is_warned_of),
        cmocka_unit_test(test_password_that_every_user_may_read_is_warned_of),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
