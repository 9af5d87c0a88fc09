/* SPDX-License-Identifier: MIT */
/* pace: the interval of polls keeps a site within its processes and half a core. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/pace.c"

static void test_interval_fits_processes_and_core(void **state)
{
    static const struct {
        const char *what;
        struct pace_load load;
        unsigned least, interval;
    } rows[] = {
        {"one client", {1, 15, 5000, 2000}, 3000, 3000},
        {"the least interval rules", {100, 15, 5000, 2000}, 60000, 60000},
        {"1,000 polls of 3 ms of a core", {1000, 1500, 3000, 3000}, 3000, 6000},
        {"the polls of a stall are 15 processes", {1000, 15, 3000, 3000}, 3000, 16666},
        {"the polls of a stall are 10 processes", {200, 10, 3000, 3000}, 3000, 5000},
        {"1,000 polls that wait", {1000, 15, 300000, 1000}, 3000, 40000},
        {"held streams leave one process", {1000, 1, 15000, 1000}, 3000, 250000},
        {"no process is left: one is assumed", {1000, 0, 15000, 1000}, 3000, 250000},
        {"a cost that nobody knows", {1000, 1500, 0, 0}, 3000, 6000},
        {"a wait that nobody knows", {15000, 1500, 0, 1}, 1, 2500},
        {"at most an hour", {1000000, 1, 1000000, 1000000}, 3000, 3600000},
        {"numbers that somebody else wrote", {UINT64_MAX, 1, UINT64_MAX, UINT64_MAX}, 500, 3600000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].what);
        assert_int_equal(pace_interval(rows[i].least, &rows[i].load), rows[i].interval);
    }
}

static void test_jitter_makes_an_interval_longer_by_up_to_a_quarter(void **state)
{
    (void)state;
    assert_int_equal(pace_jittered(3000, 0), 3000);
    assert_int_equal(pace_jittered(3000, 750), 3750);
    assert_int_equal(pace_jittered(3000, 751), 3000);
    for (unsigned random = 0; random < 100000; random += 7) {
        unsigned every = pace_jittered(3000, random);
        assert_true(every >= 3000 && every <= 3750);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_interval_fits_processes_and_core),
        cmocka_unit_test(test_jitter_makes_an_interval_longer_by_up_to_a_quarter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
