/* SPDX-License-Identifier: MIT */
/* xid: ids are parsed, formatted and compared as two unsigned 64-bit numbers, and have neighbours.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/xid.c"

static void test_ids_are_parsed_or_refused(void **state)
{
    static const struct {
        const char *text;
        int result;
        struct xid id;
        const char *again; /* the text of xid_format */
    } cases[] = {
        {"0-0", 0, {0, 0}, "0-0"},
        {"1789000000000-7", 0, {1789000000000, 7}, "1789000000000-7"},
        {"1789000000000", 0, {1789000000000, 0}, "1789000000000-0"},
        {"01-02", 0, {1, 2}, "1-2"},
        {"18446744073709551615-18446744073709551615",
         0,
         {UINT64_MAX, UINT64_MAX},
         "18446744073709551615-18446744073709551615"},
        {"18446744073709551616-0", -1, {0, 0}, NULL},
        {"0-18446744073709551616", -1, {0, 0}, NULL},
        {"", -1, {0, 0}, NULL},
        {"-", -1, {0, 0}, NULL},
        {"-1", -1, {0, 0}, NULL},
        {"1-", -1, {0, 0}, NULL},
        {"1--1", -1, {0, 0}, NULL},
        {"1-2-3", -1, {0, 0}, NULL},
        {"1-+2", -1, {0, 0}, NULL},
        {" 1-2", -1, {0, 0}, NULL},
        {"1-2\n", -1, {0, 0}, NULL},
        {"1-*", -1, {0, 0}, NULL},
        {"$", -1, {0, 0}, NULL},
        {"+", -1, {0, 0}, NULL},
        {"(1-2", -1, {0, 0}, NULL},
        {"0x1-0", -1, {0, 0}, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct xid id = {5, 5};
        char text[XID_TEXT];
        assert_int_equal(xid_parse(slice_of(cases[i].text), &id), cases[i].result);
        if (cases[i].result < 0) {
            assert_int_equal(xid_cmp(id, (struct xid){5, 5}), 0);
            continue;
        }
        assert_int_equal(xid_cmp(id, cases[i].id), 0);
        assert_int_equal(xid_format(id, text), strlen(cases[i].again));
        assert_string_equal(text, cases[i].again);
    }
}

static void test_nul_does_not_end_an_id(void **state)
{
    struct xid id;
    (void)state;
    assert_int_equal(xid_parse(slice_make("1-2\0", 4), &id), -1);
    assert_int_equal(xid_parse(slice_make("1\0-2", 4), &id), -1);
    assert_int_equal(xid_parse(slice_make(NULL, 0), &id), -1);
    assert_int_equal(xid_parse(slice_make("12-345", 4), &id), 0);
    assert_true(id.seq == 3);
}

/* As text, 9 is after 10. */
static void test_ids_compare_as_numbers(void **state)
{
    static const struct xid rising[] = {
        {0, 0},          {0, 9},  {0, 10},         {9, 0},
        {9, UINT64_MAX}, {10, 0}, {UINT64_MAX, 0}, {UINT64_MAX, UINT64_MAX},
    };
    int n = sizeof rising / sizeof *rising;
    (void)state;
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            int order = xid_cmp(rising[i], rising[j]);
            assert_int_equal((order > 0) - (order < 0), (i > j) - (i < j));
        }
    }
}

static void test_neighbours_carry(void **state)
{
    static const struct {
        struct xid id, next;
    } cases[] = {
        {{0, 0}, {0, 1}},
        {{7, 41}, {7, 42}},
        {{7, UINT64_MAX}, {8, 0}},
        {{UINT64_MAX, UINT64_MAX - 1}, {UINT64_MAX, UINT64_MAX}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(xid_cmp(xid_next(cases[i].id), cases[i].next), 0);
        assert_int_equal(xid_cmp(xid_prev(cases[i].next), cases[i].id), 0);
    }
    assert_int_equal(xid_cmp(xid_next(XID_MAX), XID_MAX), 0);
    assert_int_equal(xid_cmp(xid_prev(XID_ZERO), XID_ZERO), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_are_parsed_or_refused),
        cmocka_unit_test(test_nul_does_not_end_an_id),
        cmocka_unit_test(test_ids_compare_as_numbers),
        cmocka_unit_test(test_neighbours_carry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
