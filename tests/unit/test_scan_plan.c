/* SPDX-License-Identifier: MIT */
/* scan_plan: what a search is asked for, and what ends it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "config/config.h"
#include "front/scan_plan.c"
#include "given.h"

#define NOW INT64_C(1789000000000)

static const struct pair no_filters[] = {{NULL, NULL}};
static char dir[] = "dir", from[] = "from", field[] = "field";
static const struct pair dirs[] = {{dir, field}, {from, field}, {NULL, NULL}};

/* "forward 5-0 10": the direction, the place where the client resumes and the limit; or the first
 * word of what is wrong. "over" goes before. */
static void describe(const char *header, const char *query, const struct pair *filters,
                     char out[80])
{
    struct given g = {header, query};
    struct request r;
    struct scan_wish w;
    const char *why;
    char id[XID_TEXT];
    assert_int_equal(request_parse(&r, parameter, &g, &why), 0);
    const char *over = scan_is_over(&r) ? "over " : "";
    why = scan_read(&r, filters, NOW, &w);
    if (why) {
        snprintf(out, 80, "%.*s", (int)strcspn(why, " "), why);
    } else {
        xid_format(w.at, id);
        snprintf(out, 80, "%s%s%s %s %u", over, w.forward ? "forward" : "backward",
                 w.resumed ? " on" : "", w.resumed ? id : "-", (unsigned)w.limit);
    }
    request_free(&r);
}

static void test_wish_is_that_of_the_query(void **state)
{
    static const struct {
        const char *header, *query, *wish;
    } rows[] = {
        {NULL, "", "backward - 1000"},
        {NULL, "dir=backward&limit=10000", "backward - 10000"},
        {NULL, "dir=forward&limit=1", "forward - 1"},
        {NULL, "from=5-3&to=9-0&dir=forward", "forward - 1000"},
        {NULL, "from=5-3&to=9-1", "backward - 1000"},
        {NULL, "to=9", "backward - 1000"},
        {NULL, "at=7-2", "backward on 7-2 1000"},
        {NULL, "at=7-2&to=5-1", "backward on 7-2 1000"},
        {NULL, "at=7-2&dir=forward", "forward on 7-2 1000"},
        {NULL, "at=7-2&dir=forward&from=8-1", "forward on 7-2 1000"},
        {"6-6", "at=7-2", "backward on 6-6 1000"},
        {"6-6", "", "backward on 6-6 1000"},
        {"undefined", "at=7-2", "backward on 7-2 1000"},
        {"over", "at=7-2", "over backward on 7-2 1000"},
        {NULL, "at=", "backward - 1000"},
        {NULL, "at=7", "at"},
        {NULL, "at=x-1", "at"},
        {NULL, "dir=up", "dir"},
        {NULL, "limit=0", "limit"},
        {NULL, "limit=10001", "limit"},
        {NULL, "limit=-1", "limit"},
        {NULL, "from=x", "from"},
        {NULL, "from=9-0&to=5-0", "from"},
        {NULL, "q=x&level=error", "backward - 1000"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char wish[80];
        describe(rows[i].header, rows[i].query, no_filters, wish);
        assert_string_equal(wish, rows[i].wish);
    }
}

static void test_filter_of_that_name_is_no_part(void **state)
{
    char wish[80];
    (void)state;
    describe(NULL, "dir=up&from=ann", dirs, wish);
    assert_string_equal(wish, "backward - 1000");
}

static void test_end_is_the_first_reason_that_holds(void **state)
{
    static const struct {
        struct scan_facts facts;
        const char *end;
        bool final;
    } rows[] = {
        {{.limit = 1}, "", true},
        {{.limit = 1, .age = SCAN_MS - 1}, "", true},
        {{.limit = 1, .age = SCAN_MS}, "deadline", false},
        {{.limit = 2, .matched = 2, .age = SCAN_MS}, "limit", true},
        {{.limit = 2, .matched = 2, .all_read = true}, "done", true},
        {{.limit = 1, .all_read = true, .replaced = true, .stopping = true}, "done", true},
        {{.limit = 1, .replaced = true, .age = SCAN_MS}, "replaced", true},
        {{.limit = 1, .replaced = true, .stopping = true}, "shutdown", false},
        {{.limit = 1, .all_read = true, .lost = true}, "unavailable", false},
        {{.limit = 1, .all_read = true, .lost = true, .failed = true}, "failed", true},
        {{.limit = 1, .all_read = true, .failed = true, .expired = true}, "expired", true},
        {{.limit = 1, .all_read = true, .expired = true, .revoked = true}, "revoked", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum scan_end end = scan_decide(&rows[i].facts);
        assert_string_equal(scan_end_name(end), rows[i].end);
        assert_int_equal(scan_is_final(end), rows[i].final);
    }
}

static void test_progress_is_told_four_times_a_second(void **state)
{
    (void)state;
    assert_false(scan_tells(0));
    assert_false(scan_tells(249));
    assert_true(scan_tells(250));
    assert_true(scan_tells(10000));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_wish_is_that_of_the_query),
        cmocka_unit_test(test_filter_of_that_name_is_no_part),
        cmocka_unit_test(test_end_is_the_first_reason_that_holds),
        cmocka_unit_test(test_progress_is_told_four_times_a_second),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
