/* SPDX-License-Identifier: MIT */
/* reasons: one line a minute of each kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "redis/reasons.c"

static void test_each_kind_is_logged_once_a_minute(void **state)
{
    static const struct {
        int64_t at;
        const char *who, *why;
        bool logged;
    } steps[] = {
        {5, "command connection", "Connection refused", true},
        {6, "command connection", "Connection refused", false},
        {7, "connecting", "LOADING Redis is loading", true}, /* the newest reason */
        {8, "command connection", "Connection refused", false},
        {9, "connecting", "LOADING Redis is loading", false},
        {10, "invalidation connection", "Connection refused", true},
        {11, "XRANGE a", "MOVED 3999 10.0.0.1:6379", true},
        {12, "XRANGE a", "MOVED 12 10.0.0.2:6379", false},
        {13, "XRANGE b", "MOVED 3999 10.0.0.1:6379", true}, /* another key */
        {60004, "command connection", "Connection refused", false},
        {60005, "command connection", "Connection refused", true},
        {60006, "connecting", "LOADING Redis is loading", false},
        {60007, "connecting", "LOADING Redis is loading", true},
    };
    struct reasons r = {0};
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        assert_int_equal(reasons_are_new(&r, steps[i].who, steps[i].why, steps[i].at),
                         steps[i].logged);
}

/* A server that gives another reason each time does not fill the log either. */
static void test_kinds_of_a_minute_are_bounded(void **state)
{
    struct reasons r = {0};
    int logged = 0;
    (void)state;
    for (int i = 0; i < 26 * 26; i++) {
        char why[3] = {(char)('a' + i / 26), (char)('a' + i % 26), '\0'};
        logged += reasons_are_new(&r, "x", why, 1000 + i);
    }
    assert_int_equal(logged, REASONS_KEPT);
    assert_true(reasons_are_new(&r, "x", "later", 1000 + REASONS_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_kind_is_logged_once_a_minute),
        cmocka_unit_test(test_kinds_of_a_minute_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
