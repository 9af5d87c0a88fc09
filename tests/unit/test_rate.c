/* SPDX-License-Identifier: MIT */
/* rate: each name has its share, and a batch is taken as a whole. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "front/rate.c"

#define START ((int64_t)1000 * SECOND)
#define RATE  1000

static void test_name_that_is_ahead_waits(void **state)
{
    static const struct {
        int64_t at; /* s */
        const char *name;
        size_t bytes;
        unsigned wait;
    } rows[] = {
        {0, "ann", 1000, 0},   {0, "ann", 1000, 0}, {0, "ann", 1, 0},    {0, "ann", 1, 1},
        {0, "bob", 100000, 0}, {0, "bob", 1, 99},   {1, "ann", 5000, 0}, {1, "ann", 1, 5},
        {5, "ann", 1, 1},      {6, "ann", 1, 0},    {90, "bob", 1, 9},   {98, "bob", 1, 0},
        {98, "", 1, 0},
    };
    struct rate *r = rate_new();
    (void)state;
    assert_non_null(r);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%zu\n", i);
        assert_int_equal(
            rate_take(r, rows[i].name, rows[i].bytes, RATE, START + rows[i].at * SECOND),
            rows[i].wait);
    }
    rate_free(r);
    rate_free(NULL);
}

static void test_without_a_limit_nobody_waits(void **state)
{
    struct rate *r = rate_new();
    (void)state;
    for (int i = 0; i < 100; i++)
        assert_int_equal(rate_take(r, "ann", (size_t)1 << 30, 0, START), 0);
    rate_free(r);
}

/* A second has a whole number of parts: a rate above a byte each us is kept too. */
static void test_small_batches_of_a_fast_producer_count(void **state)
{
    struct rate *r = rate_new();
    unsigned taken = 0;
    (void)state;
    while (rate_take(r, "ann", 1000, (size_t)100 * 1000 * 1000, START) == 0)
        taken++;
    assert_in_range(taken, 200000, 200002);
    rate_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_name_that_is_ahead_waits),
        cmocka_unit_test(test_without_a_limit_nobody_waits),
        cmocka_unit_test(test_small_batches_of_a_fast_producer_count),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
