/* SPDX-License-Identifier: MIT */
/* options and list: values of the command line, and the pure parts of moving a list. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "send/list.c"
#include "send/options.c"

static void test_how_long_a_log_keeps_records(void **state)
{
    static const struct {
        const char *text;
        uint64_t ms; /* 0: malformed */
    } cases[] = {
        {"1s", 1000},
        {"90s", 90000},
        {"5m", 300000},
        {"12h", UINT64_C(12) * 3600 * 1000},
        {"3d", UINT64_C(3) * 86400 * 1000},
        {"2w", UINT64_C(14) * 86400 * 1000},
        {"3650d", UINT64_C(3650) * 86400 * 1000},
        {"3651d", 0},
        {"0d", 0},
        {"3", 0},
        {"d", 0},
        {"", 0},
        {"3D", 0},
        {"3 d", 0},
        {"-3d", 0},
        {"1.5h", 0},
        {"99999999999999999999s", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t ms = 0;
        assert_int_equal(options_keep(cases[i].text, &ms), cases[i].ms ? 0 : -1);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void test_fields(void **state)
{
    static const struct {
        const char *text, *name, *value; /* name NULL: refused */
    } cases[] = {
        {"env=prod", "env", "prod"},
        {"a=", "a", ""},
        {"b=x=y", "b", "x=y"},
        {"env=again", NULL, NULL},
        {"env", NULL, NULL},
        {"=x", NULL, NULL},
        {"", NULL, NULL},
        {"time=1", NULL, NULL},
        {"level=x", NULL, NULL},
        {"host=x", NULL, NULL},
        {"unit=x", NULL, NULL},
        {"message=x", NULL, NULL},
    };
    static char texts[sizeof cases / sizeof *cases][20], more[SEND_FIELDS][20];
    struct send_options o = {0};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t before = o.nfields;
        snprintf(texts[i], sizeof texts[i], "%s", cases[i].text);
        const char *why = options_field(&o, texts[i]);
        assert_int_equal(why != NULL, cases[i].name == NULL);
        assert_int_equal(o.nfields, before + (why == NULL));
        if (why)
            continue;
        assert_true(slice_equal(o.fields[before].name, slice_of(cases[i].name)));
        assert_true(slice_equal(o.fields[before].value, slice_of(cases[i].value)));
    }
    for (size_t i = o.nfields; i <= SEND_FIELDS; i++) {
        size_t at = i < SEND_FIELDS ? i : 0;
        snprintf(more[at], sizeof more[at], "more%zu=x", i);
        assert_int_equal(options_field(&o, more[at]) == NULL, i < SEND_FIELDS);
    }
}

static void test_options_that_do_not_fit_together(void **state)
{
    static const struct {
        struct send_options o;
        bool fits;
    } cases[] = {
        {{0}, true},
        {{.nfiles = 1, .join = true, .state = "s", .form = FORM_JSON}, true},
        {{.list = "l", .newest_first = true, .form = FORM_JSON}, true},
        {{.join = true, .starts = "x"}, true},
        {{.join = true, .continues = "x"}, true},
        {{.nfiles = 1, .form = FORM_JOURNAL}, true},
        {{.list = "l", .nfiles = 1}, false},
        {{.list = "l", .join = true}, false},
        {{.form = FORM_JOURNAL, .join = true}, false},
        {{.join = true, .starts = "x", .continues = "y"}, false},
        {{.state = "s"}, false},
        {{.newest_first = true}, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(options_conflict(&cases[i].o) == NULL, cases[i].fits);
}

static void test_more_elements_are_read_at_once_while_they_are_short(void **state)
{
    static const struct {
        size_t most, count, bytes, next;
    } cases[] = {
        {1, 1, 10, 2},
        {1, 0, 0, 1},
        {128, 128, 1000, 256},
        {BUNDLE_MAX, BUNDLE_MAX, 1000, BUNDLE_MAX},
        {8, 7, 10, 8},
        {8, 8, BUNDLE_BYTES, 16},
        {8, 8, BUNDLE_BYTES + 1, 4},
        {1, 1, BUNDLE_BYTES + 1, 1},
        {128, 1, BUNDLE_BYTES + 1, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(list_pace(cases[i].most, cases[i].count, cases[i].bytes), cases[i].next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_how_long_a_log_keeps_records),
        cmocka_unit_test(test_fields),
        cmocka_unit_test(test_options_that_do_not_fit_together),
        cmocka_unit_test(test_more_elements_are_read_at_once_while_they_are_short),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
