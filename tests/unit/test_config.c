/* SPDX-License-Identifier: MIT */
/*
 * config: the defaults, the precedence of the sources, what a reload changes, and what is printed
 * and warned of.  A failed allocation at any place is an error and leaks nothing.
 * test_config_values.c tests values, test_config_files.c files, test_config_request.c requests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

/* For the files under test: the n-th allocation from now fails; negative: none. */
static long fail_after = -1;

static int fails(void)
{
    return fail_after >= 0 && fail_after-- == 0;
}

static void *failing_calloc(size_t n, size_t size)
{
    return fails() ? NULL : calloc(n, size);
}

static void *failing_malloc(size_t size)
{
    return fails() ? NULL : malloc(size);
}

#define calloc failing_calloc
#define malloc failing_malloc
#include "config/value.c"
#include "config/option.c"
#include "config/reader.c"
#include "config/config.c"
#undef calloc
#undef malloc

#include "config_loader.h"

static void test_defaults_are_as_documented(void **state)
{
    const char *none[] = {"PATH=/bin", "HTTP_SSELOG_AUTH=anonymous", NULL};
    struct config_base *base = load(NULL, none);
    (void)state;
    assert_non_null(base);
    const struct config *c = config_of(base);
    assert_string_equal(c->redis.host, "127.0.0.1");
    assert_int_equal(c->redis.port, 6379);
    assert_int_equal(c->auth[0], AUTH_REMOTE_USER);
    assert_int_equal(c->auth[1], AUTH_END);
    assert_string_equal(c->profile->name, "plain");
    assert_string_equal(c->stream, "stream:logs:{user}");
    assert_int_equal(c->history, 2000);
    assert_int_equal(c->history_age, 0);
    assert_int_equal(c->hold, HOLD_ALL);
    assert_string_equal(c->hold_key, "sselog:hold");
    assert_int_equal(c->poll, 3000);
    assert_int_equal(c->processes, 15);
    assert_null(c->event_prefix);
    assert_int_equal(c->keepalive, 15);
    assert_int_equal(c->retry, 3000);
    assert_int_equal(c->lifetime, 3600);
    assert_int_equal(c->max_viewers, 10000);
    assert_int_equal(c->max_per_user, 20);
    assert_int_equal(c->max_memory, 64 * 1024 * 1024);
    assert_int_equal(c->front_threads, 2);
    assert_int_equal(c->append_body, 4 * 1024 * 1024);
    assert_int_equal(c->append_rate, 32 * 1024 * 1024);
    assert_int_equal(c->append_maxlen, 10000);
    assert_false(c->append || config_appends(c));
    assert_int_equal(c->token_ttl, 30);
    assert_true(c->enabled);
    assert_int_equal(c->status_level, 0);
    assert_true(c->jwt_require[0].name == NULL && c->jwt_refuse[0] == NULL);
    assert_false(c->jwt_allow_no_exp);
    assert_false(c->allow_root);
    assert_null(c->route);
    assert_null(c->login_url);
    assert_string_equal(c->user_header, "X-Remote-User");
    assert_null(c->tenant_header);
    assert_null(c->role_header);
    assert_null(c->cors[0]);
    assert_null(c->admin_roles[0]);
    assert_null(c->filters[0].name);
    assert_null(c->match[0].name);
    assert_int_equal(c->ntrusted, 0);
    assert_int_equal(c->cookie_secret.len, 0);
    assert_int_equal(c->log_level, DIAG_INFO);
    assert_false(c->log_user_hash);
    config_unload(base);
    config_unload(NULL);
}

static void test_sources_have_precedence(void **state)
{
    static const char file[] = "# options\n\n  SSELOG_HISTORY = 7 \r\nSSELOG_RETRY=700\n"
                               "REDIS_URL=redis://file\nSSELOG_FIELD=a # b = c";
    const char *environment[] = {"SSELOG_HISTORY=8", "SSELOG_HISTORY=8", "REDIS_URL=redis://env",
                                 "SSELOG_PROFILE=preset", NULL};
    const char *params[] = {"SSELOG_HISTORY=10", "REDIS_URL=redis://request", "HTTP_X=y", NULL};
    const struct config *c;
    (void)state;
    write_file(path_a, file, sizeof file - 1, 0644);
    struct config_base *base = load(path_a, environment);
    assert_non_null(base);
    assert_int_equal(config_of(base)->history, 8);
    assert_int_equal(config_of(base)->retry, 700);
    assert_int_equal(config_of(base)->keepalive, 30);
    assert_string_equal(config_of(base)->redis.host, "env");
    assert_string_equal(config_of(base)->field, "a # b = c");
    assert_string_equal(config_of(base)->stream, "events:{tenant}");
    assert_int_equal(for_request(base, params, &c), 0);
    assert_int_equal(c->history, 10);
    assert_int_equal(c->keepalive, 30);
    assert_string_equal(c->redis.host, "env");
    config_release(base, c);
    config_unload(base);
}

static void test_sselog_redis_wins_over_redis_url(void **state)
{
    static const char file[] = "SSELOG_REDIS=redis://file\n";
    const char *environment[] = {"REDIS_URL=redis://env", NULL};
    (void)state;
    write_file(path_a, file, sizeof file - 1, 0644);
    struct config_base *base = load(path_a, environment);
    assert_non_null(base);
    assert_string_equal(config_of(base)->redis.host, "file");
    config_unload(base);
}

/* Calls of config_each_restart. */
static char restarts[2000];

static void note_restart(void *arg, const char *line)
{
    (void)arg;
    size_t len = strlen(restarts);
    snprintf(restarts + len, sizeof restarts - len, "%s\n", line);
}

#define AGAIN "needs a restart; the former value stays in use"

static void test_options_that_only_a_restart_changes(void **state)
{
    static const struct {
        const char *before, *after;
        const char *line; /* NULL: none */
    } rows[] = {
        {"SSELOG_HISTORY=5", "SSELOG_HISTORY=6", NULL},
        {"SSELOG_LOG_LEVEL=info", "SSELOG_LOG_LEVEL=debug", NULL},
        {"SSELOG_MAX_VIEWERS=10000", "X=", NULL}, /* the default */
        {"SSELOG_MAX_VIEWERS=5", "SSELOG_MAX_VIEWERS=6",
         "SSELOG_MAX_VIEWERS=6 (environment): " AGAIN},
        {"SSELOG_FRONT_THREADS=5", "X=", "SSELOG_FRONT_THREADS=2 (default): " AGAIN},
        {"SSELOG_LOG=stderr", "SSELOG_LOG=syslog", "SSELOG_LOG=syslog (environment): " AGAIN},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=redis://a:1/0", NULL},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=redis://ann:pw@a:1", NULL},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=redis://:pw@b:1",
         "SSELOG_REDIS (environment): " AGAIN},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=redis://a:2",
         "SSELOG_REDIS (environment): " AGAIN},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=redis://a:1/3",
         "SSELOG_REDIS (environment): " AGAIN},
        {"SSELOG_REDIS=redis://a:1", "SSELOG_REDIS=unix:///a",
         "SSELOG_REDIS (environment): " AGAIN},
        {"REDIS_URL=unix:///a", "SSELOG_REDIS=unix:///a", NULL},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct config_base *before = load_one(rows[i].before), *after = load_one(rows[i].after);
        char wanted[200] = "";
        assert_true(before && after);
        if (rows[i].line)
            snprintf(wanted, sizeof wanted, "%s\n", rows[i].line);
        restarts[0] = '\0';
        config_each_restart(before, after, note_restart, NULL);
        assert_string_equal(restarts, wanted);
        assert_int_equal(config_same_redis(before, after), !strstr(wanted, "SSELOG_REDIS"));
        config_unload(before);
        config_unload(after);
    }
}

/* Each option of the process is read again, or is named as one that needs a restart. */
static void test_options_of_the_process_that_a_reload_sets(void **state)
{
    static const char *const again[] = {
        "SSELOG_REDIS",    "SSELOG_REDIS_PASSWORD_FILE", "SSELOG_APPEND_RATE",  "SSELOG_LOG_LEVEL",
        "SSELOG_LOG_USER", "SSELOG_COOKIE_SECRET_FILE",  "SSELOG_JWT_KEY_FILE", NULL};
    (void)state;
    for (size_t i = 0; i < OPTIONS; i++) {
        bool request = options[i].flags & REQUEST, restart = options[i].flags & RESTART;
        bool listed = value_find_word(slice_of(options[i].name), again) >= 0;
        if (request ? restart || listed : restart == listed)
            fail_msg("%s: it has RESTART, or is in the list above", options[i].name);
    }
}

static void test_last_reference_frees_the_snapshot(void **state)
{
    (void)state;
    struct config_base *base = load_one("SSELOG_HISTORY=5");
    const struct config_base *held = config_hold(base);
    assert_ptr_equal(held, base);
    config_unload(base);
    assert_int_equal(config_of(held)->history, 5);
    config_unload(held);
}

static void count_warnings(void *arg, const char *line)
{
    char *all = arg;
    snprintf(all + strlen(all), 1000 - strlen(all), "%s\n", line);
}

static void test_warnings_name_the_option_and_hide_secrets(void **state)
{
    char setting[128], all[1000] = "";
    const char *environment[] = {"SSELOG_TRUSTED=0.0.0.0/0", setting, NULL};
    (void)state;
    snprintf(setting, sizeof setting, "SSELOG_COOKIE_SECRET_FILE=%s", path_b);
    write_file(path_b, "hunter2\n", 8, 0600);
    struct config_base *base = load(NULL, environment);
    unlink(path_b);
    assert_non_null(base);
    config_warn(base, count_warnings, all);
    assert_contains(all, "SSELOG_TRUSTED=0.0.0.0/0 (environment): a network in it");
    assert_contains(all, "\nSSELOG_COOKIE_SECRET_FILE=/");
    assert_contains(all, "less than 32 bytes");
    assert_null(strstr(all, "hunter"));
    config_unload(base);
    base = load_one("SSELOG_HISTORY=1");
    all[0] = '\0';
    config_warn(base, count_warnings, all);
    assert_string_equal(all, "");
    config_unload(base);
}

static void test_password_is_warned_of_where_every_user_may_read_it(void **state)
{
    static const struct {
        const char *line, *environment;
        mode_t mode;
        bool warned;
    } rows[] = {
        {"SSELOG_REDIS=redis://:hunter2@a/0", NULL, 0644, true},
        {"REDIS_URL=redis://:hunter2@a/0", NULL, 0604, true},
        {"SSELOG_REDIS=redis://:hunter2@a/0", NULL, 0640, false},
        {"SSELOG_REDIS=redis://a/0", NULL, 0644, false},
        {"SSELOG_REDIS=redis://a/0", "SSELOG_REDIS=redis://:hunter2@a/0", 0644, false},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(rows); i++) {
        const char *environment[] = {rows[i].environment, NULL};
        char all[1000] = "", wanted[256];
        write_file(path_a, rows[i].line, strlen(rows[i].line), rows[i].mode);
        struct config_base *base = load(path_a, environment);
        assert_non_null(base);
        config_warn(base, count_warnings, all);
        config_unload(base);
        snprintf(wanted, sizeof wanted, "SSELOG_REDIS (file %s:1): every user ", path_a);
        if (rows[i].warned)
            assert_contains(all, wanted);
        else
            assert_string_equal(all, "");
        assert_null(strstr(all, "hunter"));
    }
}

static void test_print_hides_only_secrets(void **state)
{
    const char *environment[] = {"SSELOG_REDIS=redis://u%0a:hunter2@[::1]:7/3",
                                 "SSELOG_PROFILE=preset", NULL};
    struct config_base *base = load(NULL, environment);
    struct buf out;
    (void)state;
    assert_non_null(base);
    buf_init(&out, 64 * 1024);
    config_print(base, &out);
    assert_false(out.failed);
    assert_null(strstr(out.p, "hunter"));
    assert_contains(out.p, "SSELOG_REDIS=redis://u\\x0a@[::1]:7/3");
    assert_contains(out.p, "# environment, password set\n");
    assert_contains(out.p, "\nSSELOG_KEEPALIVE=30 ");
    assert_contains(out.p, "# profile preset\n");
    assert_contains(out.p, "\nSSELOG_JWT_KEY_FILE=unset ");
    size_t lines = 0;
    for (size_t i = 0; i < out.len; i++)
        lines += out.p[i] == '\n';
    assert_int_equal(lines, OPTIONS);
    buf_free(&out);
    config_unload(base);
}

/* Each allocation fails once. Sanitizers and valgrind find leaks. */
static void test_out_of_memory_is_an_error(void **state)
{
    static const char file[] = "SSELOG_CORS=https://a.example https://b.example\n"
                               "SSELOG_FILTERS=a=b c=d\nSSELOG_TRUSTED=::1 10.0.0.0/8\n";
    const char *environment[] = {"SSELOG_REDIS=redis://u:p@h", "SSELOG_ROUTE=/{app}", NULL};
    struct config_base *base = NULL;
    long n;
    (void)state;
    write_file(path_a, file, sizeof file - 1, 0644);
    for (n = 0; base == NULL; n++) {
        fail_after = n;
        base = load(path_a, environment);
        fail_after = -1;
        if (base == NULL)
            assert_contains(message, "out of memory");
    }
    assert_true(n > 40);
    const char *params[] = {"SSELOG_HISTORY=1", "SSELOG_ADMIN_ROLES=a b", NULL};
    const struct config *c;
    int result = -1;
    for (n = 0; result < 0; n++) {
        fail_after = n;
        result = for_request(base, params, &c);
        fail_after = -1;
    }
    assert_true(n > 30);
    config_release(base, c);
    config_unload(base);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_defaults_are_as_documented),
        cmocka_unit_test(test_sources_have_precedence),
        cmocka_unit_test(test_sselog_redis_wins_over_redis_url),
        cmocka_unit_test(test_options_that_only_a_restart_changes),
        cmocka_unit_test(test_options_of_the_process_that_a_reload_sets),
        cmocka_unit_test(test_last_reference_frees_the_snapshot),
        cmocka_unit_test(test_warnings_name_the_option_and_hide_secrets),
        cmocka_unit_test(test_password_is_warned_of_where_every_user_may_read_it),
        cmocka_unit_test(test_print_hides_only_secrets),
        cmocka_unit_test(test_out_of_memory_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_directory, remove_directory);
}
