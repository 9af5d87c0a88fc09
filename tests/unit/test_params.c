/* SPDX-License-Identifier: MIT */
/* params: which names are taken, and what counts when a name comes twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "gateway/params.c"

static void test_names_that_tell_who_asks_must_agree(void **state)
{
    static const struct {
        const char *name;
        enum param_class class;
    } cases[] = {
        {"REMOTE_USER", PARAM_MUST_AGREE},
        {"REMOTE_ADDR", PARAM_MUST_AGREE},
        {"AUTH_TYPE", PARAM_MUST_AGREE},
        {"REDIRECT_REMOTE_USER", PARAM_MUST_AGREE},
        {"REDIRECT_STATUS", PARAM_MUST_AGREE},
        {"REDIRECT_REDIRECT_STATUS", PARAM_MUST_AGREE},
        {"REDIRECT_HTTP_AUTHORIZATION", PARAM_MUST_AGREE},
        {"SSELOG_AUTH", PARAM_MUST_AGREE},
        {"SSELOG_", PARAM_MUST_AGREE},
        {"SSELOG", PARAM_LAST_COUNTS},
        {"REDIRECT", PARAM_LAST_COUNTS},
        {"REMOTE_USERS", PARAM_LAST_COUNTS},
        {"REMOTE_USE", PARAM_LAST_COUNTS},
        {"REMOTE_PORT", PARAM_LAST_COUNTS},
        {"remote_user", PARAM_LAST_COUNTS},
        {"HTTP_REMOTE_USER", PARAM_LAST_COUNTS},
        {"HTTP_SSELOG_AUTH", PARAM_LAST_COUNTS},
        {"SCRIPT_NAME", PARAM_LAST_COUNTS},
        {"PATH_INFO", PARAM_LAST_COUNTS},
        {"QUERY_STRING", PARAM_LAST_COUNTS},
        {"", PARAM_LAST_COUNTS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (params_class(slice_of(cases[i].name)) != cases[i].class)
            fail_msg("%s", cases[i].name);
    }
}

static void test_names_with_equals_or_control_characters_do_not_fit(void **state)
{
    static const struct {
        struct slice name;
        bool fits;
    } cases[] = {
        {{"REMOTE_USER", 11}, true},
        {{"", 0}, true},
        {{"ProgramFiles(x86)", 17}, true},
        {{"a b", 3}, true},
        {{"\xc3\xa4", 2}, true},
        {{"REMOTE_USER=bob", 15}, false},
        {{"=", 1}, false},
        {{"REMOTE_USER=", 12}, false},
        {{"A\0B", 3}, false},
        {{"A\n", 2}, false},
        {{"\tA", 2}, false},
        {{"A\x1f", 2}, false},
        {{"A\x7f", 2}, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        if (params_name_fits(cases[i].name) != cases[i].fits)
            fail_msg("case %zu", i);
    }
}

static void test_last_of_equal_names_counts(void **state)
{
    char *const params[] = {
        (char *)(uintptr_t) "PATH_INFO=/a",   (char *)(uintptr_t) "PATH_INFOS=/b",
        (char *)(uintptr_t) "PATH_INFO=/c=d", (char *)(uintptr_t) "PATH_INFO",
        (char *)(uintptr_t) "PATH=/e",        NULL};
    (void)state;
    assert_string_equal(params_find(params, "PATH_INFO", 0), "/c=d");
    assert_string_equal(params_find(params, "PATH_INFO", 1), "/a");
    assert_null(params_find(params, "PATH_INFO", 2));
    assert_string_equal(params_find(params, "PATH", 0), "/e");
    assert_null(params_find(params, "PATH_INF", 0));
    assert_null(params_find(params + 5, "PATH", 0));
}

/* The name that params_contradiction finds, for up to four parameters. */
static void test_contradiction_is_found_in_any_order(void **state)
{
    static const struct {
        const char *params[5];
        const char *name;
    } cases[] = {
        {{NULL}, NULL},
        {{"REMOTE_USER=ann"}, NULL},
        {{"REMOTE_USER=ann", "REMOTE_USER=bob"}, "REMOTE_USER"},
        {{"REMOTE_USER=bob", "A=1", "REMOTE_USER=ann", "B=2"}, "REMOTE_USER"},
        {{"REMOTE_USER=", "REMOTE_USER=ann"}, "REMOTE_USER"},
        {{"REMOTE_USER=ann", "REMOTE_USER="}, "REMOTE_USER"},
        {{"REMOTE_USER=ann", "REMOTE_USER=annn"}, "REMOTE_USER"},
        {{"REMOTE_USER=ann", "REMOTE_USER=ann", "REMOTE_USER=bob"}, "REMOTE_USER"},
        {{"REMOTE_USER=ann", "REMOTE_USER=ann"}, NULL},
        {{"REMOTE_USER=", "REMOTE_USER="}, NULL},
        {{"REMOTE_USER=ann", "REMOTE_USERS=bob", "HTTP_REMOTE_USER=bob"}, NULL},
        {{"REMOTE_ADDR=127.0.0.1", "REMOTE_ADDR=192.0.2.1"}, "REMOTE_ADDR"},
        {{"AUTH_TYPE=Basic", "AUTH_TYPE="}, "AUTH_TYPE"},
        {{"REDIRECT_REMOTE_USER=a", "REDIRECT_REMOTE_USER=b"}, "REDIRECT_REMOTE_USER"},
        {{"SSELOG_STREAM=a", "SSELOG_HISTORY=1", "SSELOG_STREAM=b"}, "SSELOG_STREAM"},
        {{"SSELOG_STREAM=a", "SSELOG_HISTORY=1", "SSELOG_STREAM=a"}, NULL},
        {{"SCRIPT_NAME=/a", "SCRIPT_NAME=/b", "QUERY_STRING=", "QUERY_STRING=x"}, NULL},
        {{"REMOTE_USER", "REMOTE_USER=ann"}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice found = params_contradiction((char *const *)(uintptr_t)cases[i].params);
        if (!slice_equal(found, slice_of(cases[i].name)))
            fail_msg("case %zu: %.*s", i, (int)found.len, found.p ? found.p : "");
    }
}

static void test_paths_that_take_records(void **state)
{
    static const struct {
        const char *name, *value;
        bool takes;
    } rows[] = {
        {"PATH_INFO", "/append", true},           {"PATH_INFO", "/acme/append", true},
        {"PATH_INFO", "/loki/api/v1/push", true}, {"SCRIPT_NAME", "/sselog/append", true},
        {"PATH_INFO", "/append/", false},         {"PATH_INFO", "append", false},
        {"PATH_INFO", "/xappend", false},         {"PATH_INFO", "", false},
        {"QUERY_STRING", "/append", false},       {"HTTP_PATH_INFO", "/append", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(params_takes_records(slice_of(rows[i].name), slice_of(rows[i].value)),
                         rows[i].takes);
}

static void test_options_that_may_allow_records(void **state)
{
    static const struct {
        const char *name;
        bool may;
    } rows[] = {{"SSELOG_APPEND", true},
                {"SSELOG_APPEND_ROLES", true},
                {"SSELOG_APPEND_BODY", false},
                {"SSELOG_APPENDS", false},
                {"HTTP_SSELOG_APPEND", false}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(params_may_append(slice_of(rows[i].name)), rows[i].may);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options_that_may_allow_records),
        cmocka_unit_test(test_names_that_tell_who_asks_must_agree),
        cmocka_unit_test(test_names_with_equals_or_control_characters_do_not_fit),
        cmocka_unit_test(test_last_of_equal_names_counts),
        cmocka_unit_test(test_contradiction_is_found_in_any_order),
        cmocka_unit_test(test_paths_that_take_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
