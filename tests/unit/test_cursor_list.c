/* SPDX-License-Identifier: MIT */
/* cursor_list: which texts are the cursor of several logs, and what they say about one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/cursor_list.c"

static void test_only_whole_items_of_different_names_are_a_list(void **state)
{
    static const struct {
        const char *text;
        bool is;
    } cases[] = {
        {"a=1-0", true},
        {"a=1-0,b=2-0", true},
        {"b=2-0,a=1-0", true},
        {"a=0-0", true},
        {"a=18446744073709551615-18446744073709551615", true},
        {"a=1-0,aa=1-0", true},
        {"", false},
        {"a", false},
        {"a=", false},
        {"=1-0", false},
        {"a=1", false},
        {"a=-", false},
        {"a=1-", false},
        {"a=1-x", false},
        {"a=18446744073709551616-0", false},
        {"a=1-0,", false},
        {",a=1-0", false},
        {",", false},
        {"a=1-0,,b=2-0", false},
        {"a=1-0,b", false},
        {"a,b=2-0", false},
        {"a=1-0,a=2-0", false},
        {"a=1-0,b=2-0,a=1-0", false},
        {"a=b=1-0", false},
        {"a=1-0 ", false},
        {"a= 1-0", false},
        {"5-0", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cursor_list_is(cases[i].text), cases[i].is);
}

/* n logs from "a" on, in a buffer that the caller frees. */
static void add_logs(struct buf *b, unsigned n)
{
    char name[] = "a";
    buf_init(b, 1000);
    for (unsigned i = 0; i < n; i++, name[0]++)
        cursor_list_add(b, name, &(struct position){{i + 1, i}, i == 1 ? 7 : RANK_UNKNOWN, 0xa});
}

static void test_list_has_sixteen_logs_at_most(void **state)
{
    (void)state;
    for (unsigned n = CURSOR_LIST_MOST - 1; n <= CURSOR_LIST_MOST + 1; n++) {
        struct buf b;
        add_logs(&b, n);
        assert_int_equal(cursor_list_is(b.p), n <= CURSOR_LIST_MOST);
        buf_free(&b);
    }
}

static void test_what_was_added_is_found(void **state)
{
    struct buf b;
    struct position at;
    (void)state;
    add_logs(&b, 3);
    assert_string_equal(b.p, "a=1-0,b=2-1~7.a,c=3-2");
    assert_true(cursor_list_find(b.p, "a", &at));
    assert_int_equal(xid_cmp(at.id, (struct xid){1, 0}), 0);
    assert_true(cursor_list_find(b.p, "b", &at));
    assert_true(at.rank == 7 && at.epoch == 0xa);
    assert_true(cursor_list_find(b.p, "c", &at));
    assert_int_equal(xid_cmp(at.id, (struct xid){3, 2}), 0);
    assert_false(cursor_list_find(b.p, "d", &at));
    assert_false(cursor_list_find(b.p, "", &at));
    buf_free(&b);
}

/* A name is found as a whole, and where the list ends. */
static void test_name_is_not_found_inside_another(void **state)
{
    static const struct {
        const char *text, *name;
        uint64_t ms; /* 0: not found */
    } cases[] = {
        {"web=5-0", "we", 0},
        {"web=5-0", "web2", 0},
        {"web=5-0", "eb", 0},
        {"web=5-0", "5-0", 0},
        {"web2=6-0,web=5-0", "web", 5},
        {"web=5-0,web2=6-0", "web2", 6},
        {"", "web", 0},
        {"web", "web", 0},
        {"api=1-0,web", "web", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct position at;
        bool found = cursor_list_find(cases[i].text, cases[i].name, &at);
        assert_int_equal(found, cases[i].ms != 0);
        assert_true(!found || at.id.ms == cases[i].ms);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_whole_items_of_different_names_are_a_list),
        cmocka_unit_test(test_list_has_sixteen_logs_at_most),
        cmocka_unit_test(test_what_was_added_is_found),
        cmocka_unit_test(test_name_is_not_found_inside_another),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
