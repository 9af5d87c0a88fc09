/* SPDX-License-Identifier: MIT */
/* budget: who may hold more, and who is cut off. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay/budget.c"

static void test_room_ends_at_the_limit_and_at_the_share(void **state)
{
    static const struct {
        size_t used, held;
        bool limited;
        enum budget_room room;
    } cases[] = {
        {0, 0, true, BUDGET_ROOM},          {99, 24, true, BUDGET_ROOM},
        {50, 25, true, BUDGET_HOLDER_FULL}, {50, 25, false, BUDGET_ROOM},
        {100, 0, true, BUDGET_FULL},        {500, 400, true, BUDGET_FULL},
        {100, 0, false, BUDGET_FULL},       {99, 99, false, BUDGET_ROOM},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(budget_room(100, cases[i].used, cases[i].held, cases[i].limited),
                         cases[i].room);
}

/* Slow peers of some users hold all memory: a stream of another goes on, within a reserve. */
static void test_holder_of_nothing_goes_on_when_all_is_full(void **state)
{
    static const struct {
        enum budget_room room;
        size_t used, held;
        bool on;
    } cases[] = {
        {BUDGET_ROOM, 99, 20, true},  {BUDGET_FULL, 100, 0, true},
        {BUDGET_FULL, 149, 0, true},  {BUDGET_FULL, 150, 0, false},
        {BUDGET_FULL, 100, 1, false}, {BUDGET_HOLDER_FULL, 50, 25, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(budget_lets_on(cases[i].room, 100, cases[i].used, cases[i].held),
                         cases[i].on);
}

static void test_those_that_wait_are_looked_at_when_a_quarter_is_free(void **state)
{
    (void)state;
    assert_true(budget_is_eased(100, 75));
    assert_false(budget_is_eased(100, 76));
    assert_false(budget_is_eased(100, 400));
}

static void test_stream_is_cut_off_only_for_memory_that_others_need(void **state)
{
    static const struct {
        enum budget_room room;
        int64_t stalled;
        bool cut;
    } cases[] = {
        {BUDGET_FULL, BUDGET_STALL_MS, true},
        {BUDGET_HOLDER_FULL, BUDGET_STALL_MS, true},
        {BUDGET_FULL, BUDGET_STALL_MS - 1, false},
        {BUDGET_ROOM, 100 * BUDGET_STALL_MS, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(budget_cuts(cases[i].room, cases[i].stalled), cases[i].cut);
}

static void test_sum_follows_what_is_held(void **state)
{
    (void)state;
    assert_int_equal(budget_moved(10, 0, 5), 15);
    assert_int_equal(budget_moved(10, 7, 5), 8);
    assert_int_equal(budget_moved(10, 10, 0), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_room_ends_at_the_limit_and_at_the_share),
        cmocka_unit_test(test_holder_of_nothing_goes_on_when_all_is_full),
        cmocka_unit_test(test_those_that_wait_are_looked_at_when_a_quarter_is_free),
        cmocka_unit_test(test_stream_is_cut_off_only_for_memory_that_others_need),
        cmocka_unit_test(test_sum_follows_what_is_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
