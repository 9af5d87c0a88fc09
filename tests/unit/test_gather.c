/* SPDX-License-Identifier: MIT */
/* gather: how long a log pauses after a hand-out, and which log is read next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"

static int64_t now;

static int64_t fake_ms(void)
{
    return now;
}

#define clock_ms fake_ms
#include "relay/gather.c"

static struct relay relay;
static struct log logs[3];

static int set_up(void **state)
{
    (void)state;
    relay = (struct relay){.limits = {.gather_ms = 50}};
    for (int i = 0; i < 3; i++)
        logs[i] = (struct log){.relay = &relay};
    now = relay.now = 1000;
    return 0;
}

static void pause_after(int i, int64_t took)
{
    logs[i].fanout_us = took;
    gather_begin(&logs[i]);
}

static void test_pause_grows_with_the_hand_out_up_to_the_limit(void **state)
{
    static const struct {
        unsigned limit;
        int64_t took, pause;
    } rows[] = {
        {50, 0, 0},     {50, 5, 0},       {50, 83, 0},    {50, 84, 1},          {50, 350, 4},
        {50, 1000, 12}, {50, 4166, 49},   {50, 4167, 50}, {50, 70000, 50},      {0, 70000, 0},
        {1, 70000, 1},  {1000, 5000, 60}, {1000, 1, 0},   {1000, 100000, 1000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(gather_pause(rows[i].limit, rows[i].took), rows[i].pause);
}

static void test_log_is_held_until_its_pause_is_over(void **state)
{
    (void)state;
    now = 1010; /* the hand-out took so long in this turn */
    pause_after(0, 2000);
    assert_true(gather_holds(&logs[0]));
    assert_int_equal(gather_due(&relay), 1034);
    relay.now = 1033;
    assert_true(gather_holds(&logs[0]));
    assert_null(gather_next(&relay));
    relay.now = 1034;
    assert_false(gather_holds(&logs[0]));
    assert_ptr_equal(gather_next(&relay), &logs[0]);
    assert_null(gather_next(&relay));
    assert_int_equal(gather_due(&relay), INT64_MAX);
}

static void test_log_without_news_is_not_waited_for(void **state)
{
    (void)state;
    pause_after(0, 2000);
    assert_int_equal(gather_due(&relay), INT64_MAX);
    now++; /* the turn goes on */
    pause_after(1, 20);
    assert_false(gather_holds(&logs[1]));
}

static void test_each_log_has_its_own_pause(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        pause_after(i, i == 1 ? 1000 : 3000 - 1000 * i / 2); /* the second ends first */
        assert_true(gather_holds(&logs[i]));
    }
    assert_int_equal(gather_due(&relay), 1012);
    relay.now = 1024;
    assert_ptr_not_equal(gather_next(&relay), gather_next(&relay));
    assert_null(gather_next(&relay));
    assert_int_equal(gather_due(&relay), 1036);
}

static void test_freed_log_is_forgotten(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++) {
        pause_after(i, 1000);
        assert_true(gather_holds(&logs[i]));
    }
    gather_forget(&logs[1]);
    gather_forget(&logs[1]);
    relay.now = 1012;
    assert_ptr_not_equal(gather_next(&relay), &logs[1]);
    assert_ptr_not_equal(gather_next(&relay), &logs[1]);
    assert_null(gather_next(&relay));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_pause_grows_with_the_hand_out_up_to_the_limit, set_up),
        cmocka_unit_test_setup(test_log_is_held_until_its_pause_is_over, set_up),
        cmocka_unit_test_setup(test_log_without_news_is_not_waited_for, set_up),
        cmocka_unit_test_setup(test_each_log_has_its_own_pause, set_up),
        cmocka_unit_test_setup(test_freed_log_is_forgotten, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
