/* SPDX-License-Identifier: MIT */
/* storm: many invalidations that are false end the use of invalidations for a time. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay/storm.c"

/* n of them within one ms; returns whether a storm begins. */
static bool invalidations(struct storm *s, int64_t now, size_t n, size_t logs)
{
    bool begins = false;
    for (size_t i = 0; i < n; i++)
        begins = storm_on_invalidation(s, now, logs) || begins;
    return begins;
}

static void test_only_many_invalidations_in_one_second_are_a_storm(void **state)
{
    static const struct {
        int64_t at;
        size_t count, logs;
        bool begins;
    } rows[] = {
        {5000, 1000, 0, false},    {6000, 1000, 0, false}, {6999, 1, 0, true},
        {5000, 1000, 0, false},    {6001, 1000, 0, false}, {7001, 1000, 0, false},
        {5000, 5000, 1000, false}, {5001, 1, 1000, true},
    };
    struct storm s = {0};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (rows[i].at == 5000)
            s = (struct storm){0};
        assert_int_equal(invalidations(&s, rows[i].at, rows[i].count, rows[i].logs),
                         rows[i].begins);
    }
}

/* A busy server: each invalidation leads to new records. */
static void test_invalidations_with_news_are_no_storm(void **state)
{
    struct storm s = {0};
    (void)state;
    storm_on_news(&s);
    for (int i = 0; i < 100000; i++) {
        assert_false(storm_on_invalidation(&s, 5000, 0));
        storm_on_news(&s);
    }
}

static void test_storms_that_follow_each_other_last_longer(void **state)
{
    static const unsigned lengths[] = {60000, 120000, 240000, 480000, 960000, 960000};
    struct storm s = {0};
    int64_t now = 1000;
    (void)state;
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        assert_true(invalidations(&s, now, 1001, 0));
        assert_false(invalidations(&s, now, 5000, 0)); /* it is known */
        assert_false(storm_is_over(&s, now + lengths[i] - 1));
        now += lengths[i];
        assert_true(storm_is_over(&s, now));
        assert_false(storm_is_over(&s, now));
        now += 2000;
    }
    now += STORM_LAST_MS; /* a quiet time */
    assert_true(invalidations(&s, now, 1001, 0));
    assert_true(storm_is_over(&s, now + STORM_FIRST_MS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_many_invalidations_in_one_second_are_a_storm),
        cmocka_unit_test(test_invalidations_with_news_are_no_storm),
        cmocka_unit_test(test_storms_that_follow_each_other_last_longer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
