/* SPDX-License-Identifier: MIT */
/* breaker: whether a call may go to Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis/breaker.c"

static struct breaker breaker = BREAKER_CLOSED, other = BREAKER_CLOSED;
static int64_t now;

static int set_up(void **state)
{
    (void)state;
    breaker.open = breaker.trial_running = false;
    now = 1000000;
    return 0;
}

static void assert_refused(void)
{
    bool trial;
    assert_false(breaker_enter(&breaker, now, &trial));
    assert_false(trial);
}

static void assert_allowed(bool as_trial)
{
    bool trial;
    assert_true(breaker_enter(&breaker, now, &trial));
    assert_int_equal(trial, as_trial);
}

/* Opens the breaker by a time-out. */
static void open_breaker(void)
{
    assert_allowed(false);
    breaker_leave(&breaker, now, false, BREAKER_TIMEOUT);
    assert_refused();
}

static void test_closed_breaker_allows_all(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        assert_allowed(false);
    breaker_leave(&breaker, now, false, BREAKER_SUCCESS);
    breaker_leave(&breaker, now, false,
                  BREAKER_LOST); /* the loss of one connection is not an outage */
    assert_allowed(false);
}

static void test_timeout_opens_until_the_trial(void **state)
{
    (void)state;
    open_breaker();
    now += PAUSE_MS - 1;
    assert_refused();
    now++;
    assert_allowed(true);
    assert_refused(); /* one trial at a time; a trial has no time limit here */
    now += 10 * PAUSE_MS;
    assert_refused();
    breaker_leave(&breaker, now, true, BREAKER_SUCCESS);
    assert_allowed(false);
}

static void test_failed_trial_opens_again(void **state)
{
    static const enum breaker_result failures[] = {BREAKER_TIMEOUT, BREAKER_LOST};
    (void)state;
    open_breaker();
    for (size_t i = 0; i < sizeof failures / sizeof *failures; i++) {
        now += PAUSE_MS;
        assert_allowed(true);
        breaker_leave(&breaker, now, true, failures[i]);
        assert_refused();
        now += PAUSE_MS - 1;
        assert_refused();
        now++;
        assert_allowed(true);
        breaker_leave(&breaker, now, true, BREAKER_TIMEOUT);
    }
}

/* A call that is never the trial waits for the pause only. */
static void test_pause_ends_without_a_trial(void **state)
{
    (void)state;
    assert_false(breaker_pauses(&breaker, now));
    open_breaker();
    now += PAUSE_MS - 1;
    assert_true(breaker_pauses(&breaker, now));
    now++;
    assert_false(breaker_pauses(&breaker, now));
    assert_allowed(true); /* the trial is still to come */
}

/* A call that started before the breaker opened may succeed. */
static void test_late_success_closes(void **state)
{
    (void)state;
    assert_allowed(false);
    open_breaker();
    breaker_leave(&breaker, now, false, BREAKER_SUCCESS);
    assert_allowed(false);
}

/* A lane whose calls are long opens its own only. */
static void test_breakers_are_independent(void **state)
{
    bool trial;
    (void)state;
    open_breaker();
    assert_true(breaker_enter(&other, now, &trial));
    assert_false(trial || breaker_pauses(&other, now));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_closed_breaker_allows_all, set_up),
        cmocka_unit_test_setup(test_timeout_opens_until_the_trial, set_up),
        cmocka_unit_test_setup(test_failed_trial_opens_again, set_up),
        cmocka_unit_test_setup(test_pause_ends_without_a_trial, set_up),
        cmocka_unit_test_setup(test_late_success_closes, set_up),
        cmocka_unit_test_setup(test_breakers_are_independent, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
