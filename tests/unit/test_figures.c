/* SPDX-License-Identifier: MIT */
/* figures: answers count by endpoint and class, refusals by status and cause. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/figures.c"

/* The sum of all counters. */
static uint64_t all(const struct figures *f, uint64_t *refused)
{
    uint64_t sum = 0;
    *refused = 0;
    for (int i = 0; i <= ENDPOINTS; i++)
        for (int c = 0; c < FIGURES_CLASSES; c++)
            sum += f->requests[i][c];
    for (int i = 0; i < WHY_COUNT; i++)
        for (int c = 0; c < FIGURES_NCODES; c++)
            *refused += f->refused[i][c];
    return sum;
}

static void test_each_answer_counts_in_one_place(void **state)
{
    (void)state;
    static const struct {
        enum endpoint_kind endpoint;
        int status;
        enum why why;
        int class; /* -1: it does not count */
    } rows[] = {
        {ENDPOINT_STREAM, 200, WHY_OK, 0},        {ENDPOINT_TOKEN, 302, WHY_NONE, 1},
        {ENDPOINT_HISTORY, 401, WHY_NONE, 2},     {ENDPOINT_LIVEZ, 503, WHY_FAILED, 3},
        {ENDPOINTS, 404, WHY_NOT_FOUND, 2},       {ENDPOINT_STREAM, 599, WHY_OK, 3},
        {ENDPOINT_STREAM, 418, WHY_THROTTLED, 2}, {ENDPOINT_STREAM, 0, WHY_OK, -1},
        {ENDPOINT_STREAM, 199, WHY_OK, -1},       {ENDPOINT_STREAM, 600, WHY_FAILED, -1},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct figures f = {0};
        uint64_t refused;
        figures_count(&f, rows[i].endpoint, rows[i].status, rows[i].why);
        assert_int_equal(all(&f, &refused), rows[i].class >= 0);
        assert_int_equal(refused, rows[i].class >= 0 && rows[i].why != WHY_OK);
        if (rows[i].class >= 0)
            assert_int_equal(f.requests[rows[i].endpoint][rows[i].class], 1);
        if (refused)
            assert_int_equal(f.refused[rows[i].why][figures_code(rows[i].status)], 1);
    }
    figures_count(NULL, ENDPOINT_STREAM, 200, WHY_OK);
}

/* The usual status of each cause is among them, so /metrics shows it from the start. */
static void test_codes_are_told_apart(void **state)
{
    (void)state;
    static const int of_batches[] = {400, 409, 411, 413, 415, 422, 429, 500, 503, 507};
    for (int i = 0; i < FIGURES_NCODES - 1; i++) {
        assert_int_equal(figures_code(figures_codes[i]), i);
        assert_true(i == 0 || figures_codes[i] > figures_codes[i - 1]);
    }
    assert_int_equal(figures_codes[FIGURES_NCODES - 1], 0);
    for (size_t i = 0; i < sizeof of_batches / sizeof *of_batches; i++)
        assert_int_equal(figures_codes[figures_code(of_batches[i])], of_batches[i]);
    assert_int_equal(figures_code(302), FIGURES_NCODES - 1);
    for (enum why why = WHY_OK + 1; why < WHY_COUNT; why++)
        assert_true(figures_code(why_status(why)) < FIGURES_NCODES - 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_answer_counts_in_one_place),
        cmocka_unit_test(test_codes_are_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
