/* SPDX-License-Identifier: MIT */
/* tally: buckets of time, and how many records each has, counted or estimated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/tally.c"

static void test_span_is_divided_into_buckets_of_equal_width(void **state)
{
    static const struct {
        uint64_t from, to;
        unsigned wanted;
        uint64_t width;
        unsigned count;
    } rows[] = {
        {0, 0, 120, 0, 0},
        {5, 4, 120, 0, 0},
        {0, 1, 120, 1, 1},
        {7, 17, 10, 1, 10},
        {7, 17, 1000, 1, 10}, /* no bucket is shorter than a millisecond */
        {0, 100, 3, 34, 3},
        {0, 101, 100, 2, 51}, /* the last one is shorter */
        {0, 86400000, 120, 720000, 120},
        {0, UINT64_MAX, 1, UINT64_MAX, 1},
        {0, UINT64_MAX, 1000, UINT64_MAX / 1000 + 1, 1000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tally_axis a = tally_axis(rows[i].from, rows[i].to, rows[i].wanted);
        assert_int_equal(a.width, rows[i].width);
        assert_int_equal(a.count, rows[i].count);
    }
}

/* Checks the members that tally_write() appends. */
static void assert_written(const struct tally *t, bool by_level, const char *expected)
{
    struct buf b;
    buf_init(&b, 4096);
    tally_write(t, &b, by_level);
    assert_string_equal(b.p, expected);
    buf_free(&b);
}

static struct tally tally_of(uint64_t from, uint64_t to, unsigned wanted)
{
    struct tally t;
    struct tally_axis a = tally_axis(from, to, wanted);
    assert_int_equal(tally_init(&t, &a), 0);
    return t;
}

static void test_records_count_in_the_bucket_of_their_time(void **state)
{
    struct tally t = tally_of(100, 130, 3);
    (void)state;
    tally_count(&t, 100, 0, true);
    tally_count(&t, 109, 3, true);
    tally_count(&t, 110, 5, true);
    tally_count(&t, 129, 3, true);
    tally_count(&t, 129, 3, false); /* withheld by the filter */
    assert_written(&t, false, "\"buckets\":[2,1,1]");
    assert_written(&t, true,
                   "\"levels\":[\"DEBUG\",\"INFO\",\"WARNING\",\"ERROR\",\"CRITICAL\",\"OTHER\"],"
                   "\"buckets\":[[1,0,0,1,0,0],[0,0,0,0,0,1],[0,0,0,1,0,0]]");
    tally_free(&t);
    t = tally_of(5, 5, 3);
    assert_written(&t, false, "\"buckets\":[]");
    tally_free(&t);
}

/* Together the cells are the span, and none is in two buckets. */
static void test_cells_fill_the_buckets(void **state)
{
    static const struct {
        uint64_t from, to;
        unsigned buckets, cells;
    } rows[] = {{100, 200, 10, 8}, {100, 103, 3, 8}, {100, 201, 10, 4},
                {0, 7, 2, 3},      {0, 1, 1, 1},     {0, UINT64_MAX, 1, 8}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct tally t = tally_of(rows[i].from, rows[i].to, rows[i].buckets);
        struct tally_cell c;
        uint64_t at = rows[i].from;
        tally_sample(&t, rows[i].cells);
        for (unsigned n = 0; tally_cell(&t, n, &c); n++) {
            assert_int_equal(c.from, at);
            assert_true(c.to >= c.from);
            if (c.to > c.from)
                assert_ptr_equal(row_at(&t, c.from), row_at(&t, c.to - 1));
            at = c.to;
        }
        assert_int_equal(at, rows[i].to);
        tally_free(&t);
    }
}

static void test_span_has_its_first_time_and_not_its_last(void **state)
{
    struct tally t = tally_of(100, 130, 3), none = tally_of(5, 5, 3);
    (void)state;
    assert_false(tally_has(&t, 99));
    assert_true(tally_has(&t, 100));
    assert_true(tally_has(&t, 129));
    assert_false(tally_has(&t, 130));
    assert_false(tally_has(&none, 5));
    tally_free(&none);
    tally_free(&t);
}

/* 10 entries in 20 of 100 ms are 50 in all of them. */
static void test_sample_stands_for_its_whole_cell(void **state)
{
    static const unsigned shown[LEVEL_CLASSES] = {[1] = 8, [3] = 1}; /* one is withheld */
    struct tally t = tally_of(0, 200, 2);
    (void)state;
    tally_sample(&t, 1);
    tally_add(&t, &(struct tally_cell){0, 100}, 10, 80, shown, false);
    tally_add(&t, &(struct tally_cell){100, 200}, 10, 130, shown, true);
    assert_written(&t, false, "\"buckets\":[45,9]");
    tally_bound(&t, 60, true); /* as many as there are */
    assert_written(&t, false, "\"buckets\":[45,9]");
    tally_bound(&t, 1000, false);
    assert_written(&t, false, "\"buckets\":[45,9]");
    tally_bound(&t, 35, false); /* 25 in the first bucket, of which a tenth is withheld */
    assert_written(&t, false, "\"buckets\":[23,9]");
    tally_bound(&t, 110, true);
    assert_written(&t, false, "\"buckets\":[90,9]");
    tally_bound(&t, 5, false);
    assert_written(&t, false, "\"buckets\":[0,9]");
    tally_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_span_is_divided_into_buckets_of_equal_width),
        cmocka_unit_test(test_records_count_in_the_bucket_of_their_time),
        cmocka_unit_test(test_cells_fill_the_buckets),
        cmocka_unit_test(test_span_has_its_first_time_and_not_its_last),
        cmocka_unit_test(test_sample_stands_for_its_whole_cell),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
