/* SPDX-License-Identifier: MIT */
/* range: what the parameters from and to of a request mean. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "front/range.c"

#define NOW INT64_C(1789000000000) /* 2026-09-10T00:26:40Z */

static const struct pair no_filters[] = {{NULL, NULL}};

static const char *parameter(void *arg, const char *name, unsigned nth)
{
    return nth > 0                               ? NULL
           : strcmp(name, "QUERY_STRING") == 0   ? arg
           : strcmp(name, "REQUEST_METHOD") == 0 ? "GET"
                                                 : NULL;
}

static const char *read_query(const char *query, struct range *g)
{
    struct request r;
    const char *why;
    assert_int_equal(request_parse(&r, parameter, (void *)(uintptr_t)query, &why), 0);
    why = range_read(&r, no_filters, NOW, g);
    request_free(&r);
    return why;
}

/* "1-0 2-0", with "-" where an end is not given. */
static void describe(const struct range *g, char out[100])
{
    char from[XID_TEXT] = "-", to[XID_TEXT] = "-";
    if (g->has_from)
        xid_format(g->from, from);
    if (g->has_to)
        xid_format(g->to, to);
    snprintf(out, 100, "%s %s", from, to);
}

static void test_range_has_ids_times_dates_and_durations(void **state)
{
    static const struct {
        const char *query, *range;
    } rows[] = {
        {"", "- -"},
        {"from=&to=", "- -"},
        {"from=5", "5-0 -"},
        {"to=5", "- 5-0"},
        {"from=5-7&to=5-9", "5-7 5-9"},
        {"from=0&to=0", "0-0 0-0"},
        {"from=5-7&to=5-7", "5-7 5-7"},
        {"from=1788998400000&to=1789000000000", "1788998400000-0 1789000000000-0"},
        {"from=2026-09-10&to=2026-09-11", "1788998400000-0 1789084800000-0"},
        {"from=2026-09-10T02:26:40%2B02:00", "1789000000000-0 -"},
        {"from=2026-09-10T02:26:40+02:00", "1789000000000-0 -"}, /* '+' is a blank here */
        {"from=2026-09-10T00:26:40.125Z&to=2026-09-10T00:26:40.126Z",
         "1789000000125-0 1789000000126-0"},
        {"from=15m&to=0s", "1788999100000-0 1789000000000-0"},
        {"from=1960-01-01", "0-0 -"},
        {"from=18446744073709551615-18446744073709551615",
         "18446744073709551615-18446744073709551615 -"},
        {"from=1&from=2", "2-0 -"}, /* as with all parameters the last counts */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct range g;
        char text[100];
        assert_null(read_query(rows[i].query, &g));
        describe(&g, text);
        assert_string_equal(text, rows[i].range);
    }
}

static void test_wrong_range_is_told_with_the_name_of_its_parameter(void **state)
{
    static const struct {
        const char *query, *why;
    } rows[] = {
        {"from=x", "from must be "},
        {"from=-1", "from must be "},
        {"from=1-", "from must be "},
        {"from=1-2-3", "from must be "},
        {"from=18446744073709551616", "from must be "},
        {"from=2026-09-10T02:26:40", "from must be "}, /* without a zone */
        {"from=yesterday", "from must be "},
        {"to=2026-02-30", "to must be "},
        {"from=5&to=x", "to must be "},
        {"from=5-1&to=5", "from must not be later than to"},
        {"from=1m&to=2m", "from must not be later than to"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct range g;
        const char *why = read_query(rows[i].query, &g);
        assert_non_null(why);
        assert_memory_equal(why, rows[i].why, strlen(rows[i].why));
    }
}

/* A site may have given these names to its filters before there were ranges. */
static void test_name_of_a_filter_asks_for_no_range(void **state)
{
    static char from[] = "from", page[] = "page", field[] = "sender";
    static const struct pair filters[] = {{from, field}, {page, field}, {NULL, NULL}};
    static const char *const known[] = {"from", "to", NULL};
    static const struct {
        const char *query, *unknown;
    } rows[] = {
        {"", NULL},          {"from=x&to=5", NULL},    {"page=2&q=x", NULL}, {"offset=", "offset"},
        {"to=5&TO=6", "TO"}, {"before=5-0", "before"},
    };
    struct request r;
    const char *why;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(request_parse(&r, parameter, (void *)(uintptr_t)rows[i].query, &why), 0);
        const char *unknown = range_unknown(&r, filters, known);
        assert_string_equal(unknown ? unknown : "", rows[i].unknown ? rows[i].unknown : "");
        assert_null(range_arg(&r, filters, "from"));
        request_free(&r);
    }
}

/* Neighbouring ranges share no record. */
static void test_from_is_in_the_range_and_to_is_not(void **state)
{
    struct range g;
    (void)state;
    assert_null(read_query("from=5&to=6", &g));
    assert_false(range_has(&g, (struct xid){4, UINT64_MAX}));
    assert_true(range_has(&g, (struct xid){5, 0}));
    assert_true(range_has(&g, (struct xid){5, UINT64_MAX}));
    assert_false(range_has(&g, (struct xid){6, 0}));
    assert_int_equal(xid_cmp(range_last(&g), (struct xid){5, UINT64_MAX}), 0);
    assert_false(range_is_empty(&g));
    assert_null(read_query("", &g));
    assert_true(range_has(&g, XID_ZERO));
    assert_true(range_has(&g, XID_MAX));
    assert_int_equal(xid_cmp(range_last(&g), XID_MAX), 0);
    assert_false(range_is_empty(&g));
}

static void test_range_between_equal_ends_is_empty(void **state)
{
    static const char *const rows[] = {"to=0", "from=0&to=0", "from=5-7&to=5-7"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct range g;
        assert_null(read_query(rows[i], &g));
        assert_true(range_is_empty(&g));
        assert_false(range_has(&g, g.from));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_range_has_ids_times_dates_and_durations),
        cmocka_unit_test(test_wrong_range_is_told_with_the_name_of_its_parameter),
        cmocka_unit_test(test_name_of_a_filter_asks_for_no_range),
        cmocka_unit_test(test_from_is_in_the_range_and_to_is_not),
        cmocka_unit_test(test_range_between_equal_ends_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
