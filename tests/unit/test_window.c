/* SPDX-License-Identifier: MIT */
/* window: which records a request for /history wants, and from where they are read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "front/window.c"

#define NOW INT64_C(1789000000000)

static const struct pair filters[] = {{NULL, NULL}};

struct given {
    const char *method, *query;
};

static const char *parameter(void *arg, const char *name, unsigned nth)
{
    const struct given *g = arg;
    return nth > 0                               ? NULL
           : strcmp(name, "QUERY_STRING") == 0   ? g->query
           : strcmp(name, "REQUEST_METHOD") == 0 ? g->method
                                                 : NULL;
}

static const char *read_query(const char *method, const char *query, struct window *w)
{
    struct given g = {method, query};
    struct request r;
    const char *why;
    assert_int_equal(request_parse(&r, parameter, &g, &why), 0);
    why = window_read(&r, filters, NOW, w);
    request_free(&r);
    return why;
}

/* "older from 5-0 down to 3-0", "newer from 3-0 up to 5-0", "newer after 3-0 up to -". A * marks
 * that newer records than the first are not wanted. The end is in the range. */
static void describe(const struct window *w, char out[160])
{
    char at[XID_TEXT] = "-", end[XID_TEXT] = "-";
    struct xid last = range_last(&w->range);
    if (xid_cmp(w->at, XID_MAX) != 0)
        xid_format(w->at, at);
    if (!w->forward || w->range.has_to)
        xid_format(w->forward ? last : w->range.from, end);
    snprintf(out, 160, "%s %s %s%s %s %s", w->forward ? "newer" : "older",
             w->claimed ? "after" : "from", at, w->has_end && !w->forward ? "*" : "",
             w->forward ? "up to" : "down to", end);
}

static void test_window_is_inside_the_range_on_both_ways(void **state)
{
    static const struct {
        const char *query, *window;
    } rows[] = {
        {"", "older from - down to 0-0"},
        {"before=9-1", "older from 9-0* down to 0-0"},
        {"before=9", "older from 8-18446744073709551615* down to 0-0"},
        {"before=0-0", "older from 0-0* down to 0-0"},
        {"after=9-1", "newer after 9-1 up to -"},
        {"after=9-1&dir=forward", "newer after 9-1 up to -"},
        {"after=0-0", "newer after 0-0 up to -"},
        {"dir=backward", "older from - down to 0-0"},
        {"dir=forward", "newer from 0-0 up to -"},
        {"dir=", "older from - down to 0-0"},
        {"from=5", "older from - down to 5-0"},
        {"from=5&dir=forward", "newer from 5-0 up to -"},
        {"to=7-1", "older from 7-0* down to 0-0"},
        {"to=7-1&dir=forward", "newer from 0-0 up to 7-0"},
        {"from=5&to=7-1", "older from 7-0* down to 5-0"},
        {"from=5&to=7-1&dir=forward", "newer from 5-0 up to 7-0"},
        {"from=5&to=7-1&before=6-3", "older from 6-2* down to 5-0"},
        {"from=5&to=7-1&before=8-3&dir=backward", "older from 7-0* down to 5-0"},
        {"from=5&to=7-1&after=6-3", "newer after 6-3 up to 7-0"},
        {"from=5&after=5-0", "newer after 5-0 up to -"},
        /* what was lost before the range is no gap in it */
        {"from=5&after=4-9", "newer from 5-0 up to -"},
        {"from=5&before=6-1", "older from 6-0* down to 5-0"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct window w;
        char text[160];
        assert_null(read_query("GET", rows[i].query, &w));
        describe(&w, text);
        assert_string_equal(text, rows[i].window);
        assert_int_equal(w.limit, LIMIT);
    }
}

static void test_wrong_window_is_told_with_the_name_of_its_parameter(void **state)
{
    static const struct {
        const char *query, *why;
    } rows[] = {
        {"limit=0", "limit must be a number from 1 to 1000"},
        {"limit=1001", "limit must be a number from 1 to 1000"},
        {"before=1-0&after=1-0", "after and before cannot be given together"},
        {"wait=5", "wait needs after, and no to"},
        {"wait=5&before=1-0", "wait needs after, and no to"},
        {"wait=5&from=1&dir=forward", "wait needs after, and no to"},
        {"wait=5&after=1-0&to=5", "wait needs after, and no to"},
        {"wait=301&after=1-0", "wait must be a number of seconds from 0 to 300"},
        {"after=5", "after must be an id, such as 0-0"},
        {"after=x-", "after must be an id, such as 0-0"},
        {"before=x", "before must be an id"},
        {"dir=up", "dir must be forward or backward"},
        {"dir=forward&before=5-0", "before cannot be given with dir=forward"},
        {"dir=backward&after=5-0", "after cannot be given with dir=backward"},
        {"from=6&to=5", "from must not be later than to"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct window w;
        const char *why = read_query("GET", rows[i].query, &w);
        assert_non_null(why);
        assert_string_equal(why, rows[i].why);
    }
}

static void test_only_a_request_for_a_body_waits(void **state)
{
    struct window w;
    (void)state;
    assert_null(read_query("GET", "after=1-0&wait=7&limit=3&from=1", &w));
    assert_int_equal(w.wait, 7);
    assert_int_equal(w.limit, 3);
    assert_null(read_query("HEAD", "after=1-0&wait=7", &w));
    assert_int_equal(w.wait, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_window_is_inside_the_range_on_both_ways),
        cmocka_unit_test(test_wrong_window_is_told_with_the_name_of_its_parameter),
        cmocka_unit_test(test_only_a_request_for_a_body_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
