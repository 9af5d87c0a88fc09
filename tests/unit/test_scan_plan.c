/* SPDX-License-Identifier: MIT */
/* scan_plan: where a search begins, what ends it, and which records it misses. */
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

/* "forward 5-0 10": the direction, the first id to read and the limit; or the first word of what is
 * wrong. "over" goes before. */
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
        xid_format(scan_start(&w), id);
        snprintf(out, 80, "%s%s%s %s %u", over, w.forward ? "forward" : "backward",
                 w.resumed ? " on" : "", id, (unsigned)w.limit);
    }
    request_free(&r);
}

#define NEWEST "18446744073709551615-18446744073709551615"

static void test_search_begins_at_the_right_end_of_its_part(void **state)
{
    static const struct {
        const char *header, *query, *wish;
    } rows[] = {
        {NULL, "", "backward " NEWEST " 1000"},
        {NULL, "dir=backward&limit=10000", "backward " NEWEST " 10000"},
        {NULL, "dir=forward&limit=1", "forward 0-0 1"},
        {NULL, "from=5-3&to=9-0&dir=forward", "forward 5-3 1000"},
        {NULL, "from=5-3&to=9-1", "backward 9-0 1000"},
        {NULL, "to=9", "backward 8-18446744073709551615 1000"},
        {NULL, "at=7-2", "backward on 7-1 1000"},
        {NULL, "at=7-2&to=5-1", "backward on 5-0 1000"},
        {NULL, "at=7-2&dir=forward", "forward on 7-2 1000"},
        {NULL, "at=7-2&dir=forward&from=8-1", "forward on 8-1 1000"},
        {"6-6", "at=7-2", "backward on 6-5 1000"},
        {"6-6", "", "backward on 6-5 1000"},
        {"undefined", "at=7-2", "backward on 7-1 1000"},
        {"over", "at=7-2", "over backward on 7-1 1000"},
        {NULL, "at=", "backward " NEWEST " 1000"},
        {NULL, "at=7", "at"},
        {NULL, "at=x-1", "at"},
        {NULL, "dir=up", "dir"},
        {NULL, "limit=0", "limit"},
        {NULL, "limit=10001", "limit"},
        {NULL, "limit=-1", "limit"},
        {NULL, "from=x", "from"},
        {NULL, "from=9-0&to=5-0", "from"},
        {NULL, "until=5-0", "a"},
        {NULL, "before=5-0", "a"},
        {NULL, "q=x&level=error", "backward " NEWEST " 1000"},
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
    assert_string_equal(wish, "backward " NEWEST " 1000");
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

/* "none", or the ids before and behind the missing records. */
static void describe_gap(bool is_gap, const struct gap *gap, char out[96])
{
    char after[XID_TEXT], next[XID_TEXT];
    xid_format(gap->after, after);
    xid_format(gap->next, next);
    snprintf(out, 96, "%s %s", after, gap->has_next ? next : "-");
    if (!is_gap)
        snprintf(out, 96, "none");
    else
        assert_int_equal(gap->lost, -1);
}

static void test_search_backward_misses_what_was_trimmed_meanwhile(void **state)
{
    static const struct {
        const char *query;
        uint64_t oldest, first; /* 0: no record */
        const char *gap;
    } rows[] = {
        {"", 5, 5, "none"},
        {"", 5, 3, "2-18446744073709551615 5-0"},
        {"", 0, 3, "2-18446744073709551615 -"},
        {"", 0, 0, "none"},
        {"from=4-0", 5, 3, "3-18446744073709551615 5-0"},
        {"from=5-0", 5, 3, "none"},
        {"to=3-0", 0, 3, "none"},
        {"to=9-0", 0, 3, "2-18446744073709551615 -"},
        {"at=7-0", 5, 5, "none"},
        {"at=7-0", 0, 7, "none"},
        {"at=7-0", 0, 3, "2-18446744073709551615 7-0"},
        {"at=7-0", 0, 8, "0-0 7-0"},
        {"at=7-0", 0, 0, "0-0 7-0"},
        {"at=7-0&from=7-0", 0, 8, "none"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct given g = {NULL, rows[i].query};
        struct request r;
        struct scan_wish w;
        struct gap gap = {.lost = 0};
        const char *why;
        char text[96];
        assert_int_equal(request_parse(&r, parameter, &g, &why), 0);
        assert_null(scan_read(&r, no_filters, NOW, &w));
        const struct redis_info info = {
            .exists = true, .has_first = rows[i].first > 0, .first = {rows[i].first, 0}};
        const struct xid oldest = {rows[i].oldest, 0};
        bool is_gap = scan_lost_below(&w, rows[i].oldest ? &oldest : NULL, &info, &gap);
        describe_gap(is_gap, &gap, text);
        assert_string_equal(text, rows[i].gap);
        request_free(&r);
    }
}

static void test_search_forward_misses_what_was_trimmed_after_its_place(void **state)
{
    static const struct {
        struct redis_info info;
        const char *gap;
    } rows[] = {
        {{.exists = true, .has_first = true, .first = {3, 0}, .last = {9, 0}}, "none"},
        {{.exists = true, .has_first = true, .first = {7, 1}, .last = {9, 0}}, "7-0 7-1"},
        {{.exists = true, .last = {9, 0}}, "7-0 -"},
        {{.exists = true, .last = {7, 0}}, "none"},
        {{.exists = false}, "7-0 -"},
        {{.exists = true, .has_first = true, .first = {3, 0}, .last = {6, 9}},
         "7-0 -"}, /* another log */
        {{.exists = true, .last = {6, 9}}, "7-0 -"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gap gap;
        char text[96];
        bool is_gap = scan_lost_above((struct xid){7, 0}, &rows[i].info, &gap);
        describe_gap(is_gap, &gap, text);
        assert_string_equal(text, rows[i].gap);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_search_begins_at_the_right_end_of_its_part),
        cmocka_unit_test(test_filter_of_that_name_is_no_part),
        cmocka_unit_test(test_end_is_the_first_reason_that_holds),
        cmocka_unit_test(test_progress_is_told_four_times_a_second),
        cmocka_unit_test(test_search_backward_misses_what_was_trimmed_meanwhile),
        cmocka_unit_test(test_search_forward_misses_what_was_trimmed_after_its_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
