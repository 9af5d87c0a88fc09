/* SPDX-License-Identifier: MIT */
/* omit: lines that are alike are told once a minute with their number, and all together within a
 * burst and a rate. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/omit.c"

static uint64_t repeated, omitted;

static bool due(struct omit *p, uint64_t kind, int64_t now)
{
    repeated = omitted = 99;
    return omit_is_due(p, kind, now, &repeated, &omitted);
}

static void test_alike_lines_are_due_once_a_minute(void **state)
{
    struct omit p = {0};
    (void)state;
    assert_true(due(&p, 1, 5));
    assert_int_equal(repeated + omitted, 0);
    for (int i = 0; i < 7; i++)
        assert_false(due(&p, 1, 6 + i));
    assert_true(due(&p, 2, 20));
    assert_int_equal(repeated, 0);
    assert_false(due(&p, 1, 4 + OMIT_ALIKE_MS));
    assert_true(due(&p, 1, 5 + OMIT_ALIKE_MS));
    assert_int_equal(repeated, 8);
    assert_false(due(&p, 1, 6 + OMIT_ALIKE_MS));
    assert_true(due(&p, 1, 5 + 3 * OMIT_ALIKE_MS));
    assert_int_equal(repeated, 1);
    assert_int_equal(omitted, 0);
}

static void test_many_kinds_fill_no_disk(void **state)
{
    struct omit p = {0};
    unsigned told = 0;
    uint64_t left_out = 0, kind = 1;
    (void)state;
    for (int64_t now = 0; now < 1000 * OMIT_EVERY_MS; now += 10)
        if (due(&p, kind++, now)) {
            told++;
            left_out += omitted;
        }
    assert_in_range(told, 1000, 1000 + OMIT_BURST);
    assert_int_equal(told + left_out + p.omitted, kind - 1);
    while (!due(&p, kind, 2000 * OMIT_EVERY_MS))
        ;
    assert_int_equal(p.omitted, 0);
}

/* The lines of a kind that is forgotten for another are counted among the others. */
static void test_forgotten_kind_is_counted(void **state)
{
    struct omit p = {0};
    uint64_t left_out = 0;
    (void)state;
    assert_true(due(&p, 1, 1));
    assert_false(due(&p, 1, 2));
    assert_false(due(&p, 1, 3));
    for (uint64_t kind = 2; kind <= OMIT_KEPT + 1; kind++) {
        assert_true(due(&p, kind, (int64_t)kind * OMIT_EVERY_MS));
        left_out += omitted;
    }
    assert_int_equal(left_out, 2);
    assert_true(due(&p, 1, (OMIT_KEPT + 2) * OMIT_EVERY_MS));
    assert_int_equal(repeated, 0);
}

static void test_lines_of_no_kind_are_only_counted(void **state)
{
    struct omit p = {0};
    (void)state;
    for (int i = 0; i < OMIT_BURST; i++)
        assert_true(due(&p, 0, 7));
    assert_false(due(&p, 0, 7));
    assert_false(due(&p, 0, 8));
    assert_true(due(&p, 0, 7 + OMIT_EVERY_MS));
    assert_int_equal(omitted, 2);
    assert_int_equal(repeated, 0);
}

static void test_kinds_differ_where_their_parts_do(void **state)
{
    (void)state;
    assert_true(omit_kind(omit_kind(0, "ab"), "c") != omit_kind(omit_kind(0, "a"), "bc"));
    assert_true(omit_kind(0, "a") == omit_kind(0, "a"));
    assert_true(omit_kind(0, "") != omit_kind(omit_kind(0, ""), ""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_alike_lines_are_due_once_a_minute),
        cmocka_unit_test(test_many_kinds_fill_no_disk),
        cmocka_unit_test(test_forgotten_kind_is_counted),
        cmocka_unit_test(test_lines_of_no_kind_are_only_counted),
        cmocka_unit_test(test_kinds_differ_where_their_parts_do),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
