/* SPDX-License-Identifier: MIT */
/*
 * config, requests: what the parameters of a request may set, beside what the process was given.
 * The configuration of a request shares what it does not change, also secrets and keys.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "config/option.c"
#include "config/config.c"
#include "config_loader.h"

/* The options that a request may not set. A change of this list is a change of the documented
 * behaviour. */
static void test_request_may_set_only_the_listed_options(void **state)
{
    static const char *const process[] = {"SSELOG_REDIS",         "SSELOG_REDIS_PASSWORD_FILE",
                                          "SSELOG_MAX_VIEWERS",   "SSELOG_MAX_PER_USER",
                                          "SSELOG_MAX_MEMORY",    "SSELOG_GATHER",
                                          "SSELOG_APPEND_BODY",   "SSELOG_APPEND_RATE",
                                          "SSELOG_FRONT_THREADS", "SSELOG_ALLOW_ROOT",
                                          "SSELOG_LOG",           "SSELOG_LOG_LEVEL",
                                          "SSELOG_LOG_USER",      "SSELOG_COOKIE_SECRET_FILE",
                                          "SSELOG_JWT_KEY_FILE"};
    size_t seen = 0;
    (void)state;
    for (size_t i = 0; i < OPTIONS; i++) {
        assert_non_null(options[i].fallback);
        assert_int_equal(strncmp(options[i].name, "SSELOG_", 7), 0);
        seen += !(options[i].flags & REQUEST);
    }
    assert_int_equal(seen, COUNT(process));
    for (size_t i = 0; i < COUNT(process); i++) {
        int at = option_find(slice_of(process[i]));
        assert_true(at >= 0 && !(options[at].flags & REQUEST));
    }
}

static void test_request_sets_only_what_it_may(void **state)
{
    static const struct {
        const char *param;
        const char *message; /* NULL: accepted */
    } rows[] = {
        {"SSELOG_HISTORY=5", NULL},
        {"SSELOG_ROUTE=/x/{user}", NULL},
        {"SSELOG_ROUTE=", NULL},
        {"SSELOG_HISTORY=x", "SSELOG_HISTORY=x (request): a whole number"},
        {"SSELOG_NO=x", "SSELOG_NO (request): no such option"},
        {"SSELOG_RETRI=1", "SSELOG_RETRI (request): no such option; did you mean SSELOG_RETRY?"},
        {"SSELOG_AUTH=header", "header needs SSELOG_TRUSTED"},
        {"SSELOG_AUTH=anonymous", "SSELOG_AUTH=anonymous gives no user"},
        {"SSELOG_REDIS=redis://evil", "SSELOG_REDIS (request): a request may not set this; give it "
                                      "to the process: FcgidInitialEnv "},
        {"SSELOG_REDIS=redis://h", NULL},
        {"SSELOG_MAX_VIEWERS=1", "SSELOG_MAX_VIEWERS (request): a request may not set this"},
        {"SSELOG_MAX_VIEWERS=10000", NULL},
        {"SSELOG_COOKIE_SECRET_FILE=/x", "a request may not set this"},
        {"SSELOG_PROFILE=bad", "(profile bad)"},
        {"SSELOG_HISTORY", "no such option"},
    };
    const char *environment[] = {"SSELOG_REDIS=redis://h", "SSELOG_ROUTE=/y/{app}", NULL};
    struct config_base *base = load(NULL, environment);
    (void)state;
    assert_non_null(base);
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *params[] = {"PATH_INFO=/", rows[i].param, NULL};
        const struct config *c = NULL;
        int result = for_request(base, params, &c);
        assert_int_equal(result, rows[i].message ? -1 : 0);
        if (result == 0)
            config_release(base, c);
        else
            assert_contains(message, rows[i].message);
    }
    config_unload(base);
}

static void test_request_without_options_shares_the_base(void **state)
{
    const char *environment[] = {"SSELOG_HISTORY=5", "SSELOG_REDIS=redis://:pw@h", NULL};
    const char *nothing[] = {"PATH_INFO=/", "HTTP_SSELOG_AUTH=x", NULL}, *empty[] = {NULL};
    const char *const *same_as_base[] = {nothing, empty, environment};
    struct config_base *base = load(NULL, environment);
    const struct config *c;
    (void)state;
    assert_non_null(base);
    for (size_t i = 0; i < COUNT(same_as_base); i++) {
        assert_int_equal(for_request(base, same_as_base[i], &c), 0);
        assert_ptr_equal(c, config_of(base));
        config_release(base, c);
    }
    assert_int_equal(for_request(base, NULL, &c), 0);
    assert_ptr_equal(c, config_of(base));
    config_release(base, NULL);
    config_unload(base);
}

/* The profile of a request has presets. Every other source except the defaults wins over them. */
static void test_request_may_choose_a_profile(void **state)
{
    const char *environment[] = {"SSELOG_STREAM=own:{user}", NULL};
    const char *params[] = {"SSELOG_PROFILE=preset", NULL};
    const char *repeated[] = {"SSELOG_PROFILE=preset", "SSELOG_KEEPALIVE=15", NULL};
    struct config_base *base = load(NULL, environment);
    const struct config *c;
    (void)state;
    assert_non_null(base);
    assert_int_equal(for_request(base, params, &c), 0);
    assert_string_equal(c->profile->name, "preset");
    assert_int_equal(c->keepalive, 30);
    assert_string_equal(c->route, "/t/{tenant}/stream");
    assert_string_equal(c->stream, "own:{user}");
    assert_int_equal(config_of(base)->keepalive, 15);
    config_release(base, c);
    assert_int_equal(for_request(base, repeated, &c), 0);
    assert_int_equal(c->keepalive, 15);
    config_release(base, c);
    config_unload(base);
}

/* An empty value in a request unsets the option. */
static void test_request_may_unset_an_option(void **state)
{
    const char *environment[] = {"SSELOG_LOGIN_URL=/login", "SSELOG_JWT_ISS=me",
                                 "SSELOG_ROUTE=/x/{app}", NULL};
    const char *params[] = {"SSELOG_LOGIN_URL=", "SSELOG_JWT_ISS=", "SSELOG_ROUTE=", NULL};
    struct config_base *base = load(NULL, environment);
    const struct config *c;
    (void)state;
    assert_non_null(base);
    assert_int_equal(for_request(base, params, &c), 0);
    assert_null(c->login_url);
    assert_null(c->jwt_iss);
    assert_null(c->route);
    config_release(base, c);
    config_unload(base);
}

/* A cookie secret may hold any byte, also NUL. */
static void test_requests_share_the_cookie_secret(void **state)
{
    const char *params[] = {"SSELOG_HISTORY=1", NULL};
    const struct config *c;
    char setting[128];
    (void)state;
    snprintf(setting, sizeof setting, "SSELOG_COOKIE_SECRET_FILE=%s", path_b);
    write_file(path_b, "a\0b", 3, 0600);
    struct config_base *base = load_one(setting);
    unlink(path_b);
    assert_non_null(base);
    assert_int_equal(for_request(base, params, &c), 0);
    assert_int_equal(c->cookie_secret.len, 3);
    assert_memory_equal(c->cookie_secret.p, "a\0b", 3);
    config_release(base, c);
    config_unload(base);
}

/* The key of the base is not read again, so a request needs no file system. */
static void test_requests_share_the_jwt_key(void **state)
{
    const char *params[] = {"SSELOG_JWT_ISS=me", NULL}, *rsa[] = {"SSELOG_JWT_ALG=RS256", NULL};
    const struct config *c;
    char setting[128];
    (void)state;
    snprintf(setting, sizeof setting, "SSELOG_JWT_KEY_FILE=%s", path_b);
    write_file(path_b, "0123456789abcdef\n", 17, 0600);
    struct config_base *base = load_one(setting);
    unlink(path_b);
    assert_non_null(base);
    assert_int_equal(for_request(base, params, &c), 0);
    assert_string_equal(c->jwt_key.p, "0123456789abcdef");
    config_release(base, c);
    assert_int_equal(for_request(base, rsa, &c), -1);
    config_unload(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_request_may_set_only_the_listed_options),
        cmocka_unit_test(test_request_sets_only_what_it_may),
        cmocka_unit_test(test_request_without_options_shares_the_base),
        cmocka_unit_test(test_request_may_choose_a_profile),
        cmocka_unit_test(test_request_may_unset_an_option),
        cmocka_unit_test(test_requests_share_the_cookie_secret),
        cmocka_unit_test(test_requests_share_the_jwt_key),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
