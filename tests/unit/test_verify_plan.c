/* SPDX-License-Identifier: MIT */
/* plan: what the end of a connection means, and what follows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "verify/plan.c"

static void test_end_of_a_connection_has_its_meaning(void **state)
{
    static const struct {
        struct plan_end end;
        enum outcome outcome;
    } cases[] = {
        {{.status = 200, .is_stream = true, .begun = true, .late = true}, OUTCOME_CUT},
        {{.status = 200, .is_stream = true, .begun = true, .late = true, .over = true},
         OUTCOME_CUT},
        {{.status = 200, .is_stream = true, .begun = true, .done = true}, OUTCOME_CUT},
        {{.status = 200, .is_stream = true, .begun = true, .ended = true}, OUTCOME_ENDED},
        {{.status = 200, .is_stream = true, .begun = true, .ended = true, .over = true},
         OUTCOME_ENDED},
        {{.status = 200, .is_stream = true, .begun = true}, OUTCOME_BROKEN},
        {{.status = 200, .is_stream = true}, OUTCOME_BROKEN},
        {{.status = 200, .is_stream = true, .late = true}, OUTCOME_NOTHING},
        {{.status = 200, .is_stream = true, .late = true, .over = true}, OUTCOME_OVER},
        {{.status = 0}, OUTCOME_NOTHING},
        {{.status = 0, .over = true}, OUTCOME_NOTHING},
        {{.status = 0, .late = true}, OUTCOME_NOTHING},
        {{.status = 0, .late = true, .over = true}, OUTCOME_OVER},
        {{.status = 401, .digest = true}, OUTCOME_DIGEST},
        {{.status = 401}, OUTCOME_REFUSED},
        {{.status = 403, .digest = true}, OUTCOME_REFUSED},
        {{.status = 200}, OUTCOME_REFUSED},
        {{.status = 404}, OUTCOME_REFUSED},
        {{.status = 429}, OUTCOME_BUSY},
        {{.status = 499}, OUTCOME_REFUSED},
        {{.status = 500}, OUTCOME_BUSY},
        {{.status = 503}, OUTCOME_BUSY},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("row %zu\n", i);
        assert_int_equal(plan_outcome(&cases[i].end), cases[i].outcome);
    }
}

static void test_outcome_has_its_pause(void **state)
{
    static const struct {
        enum outcome outcome;
        int64_t pause;
    } cases[] = {
        {OUTCOME_CUT, 0},     {OUTCOME_ENDED, 20},  {OUTCOME_BROKEN, 20},
        {OUTCOME_BUSY, 7000}, {OUTCOME_DIGEST, 0},  {OUTCOME_NOTHING, PLAN_RETRY},
        {OUTCOME_OVER, 0},    {OUTCOME_REFUSED, 0},
    };
    static const struct plan_times times = {.retry = 20, .after = 7000};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(plan_pause(cases[i].outcome, &times), cases[i].pause);
}

static void test_only_a_server_without_any_stream_is_given_up(void **state)
{
    static const struct {
        enum outcome outcome;
        unsigned opened, broken;
        bool gives_up;
    } cases[] = {
        {OUTCOME_REFUSED, 0, 0, true},  {OUTCOME_REFUSED, 9, 0, true},
        {OUTCOME_NOTHING, 0, 2, false}, {OUTCOME_NOTHING, 0, 3, true},
        {OUTCOME_NOTHING, 1, 3, false}, {OUTCOME_BUSY, 0, 9, false},
        {OUTCOME_BROKEN, 1, 9, false},  {OUTCOME_OVER, 0, 3, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(plan_gives_up(cases[i].outcome, cases[i].opened, cases[i].broken),
                         cases[i].gives_up);
}

static void test_patience_ends_with_the_check(void **state)
{
    (void)state;
    assert_int_equal(plan_patience(1000, 60000), PLAN_PATIENCE);
    assert_int_equal(plan_patience(1000, 1500), 500);
    assert_int_equal(plan_patience(1500, 1500), 0);
    assert_int_equal(plan_patience(2000, 1500), 0);
}

static void test_cut_comes_a_tenth_to_twice_the_mean_time_from_now(void **state)
{
    static const struct {
        int64_t now, ends, duration;
        unsigned cuts;
        uint64_t random;
        int64_t at;
    } cases[] = {
        {0, 60000, 60000, 5, 0, 1000},
        {0, 60000, 60000, 5, 20000, 21000},
        {0, 60000, 60000, 5, 20001, 1000},
        {50000, 60000, 60000, 5, 5000, 56000},
        {50000, 60000, 60000, 5, 19000, 60000},
        {0, 60000, 60000, 0, 1, 60000},
        {10, 60000, 100, 100000, UINT64_MAX, 10},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(plan_cut(cases[i].now, cases[i].ends, cases[i].duration, cases[i].cuts,
                                  cases[i].random),
                         cases[i].at);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_end_of_a_connection_has_its_meaning),
        cmocka_unit_test(test_outcome_has_its_pause),
        cmocka_unit_test(test_only_a_server_without_any_stream_is_given_up),
        cmocka_unit_test(test_patience_ends_with_the_check),
        cmocka_unit_test(test_cut_comes_a_tenth_to_twice_the_mean_time_from_now),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
