/* SPDX-License-Identifier: MIT */
/* buf: growth, the maximum, additions that are whole or not made, numbers read and written. */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

/* Allocations above a limit fail.  All allocations are counted. */
static size_t memory_left = SIZE_MAX;
static unsigned growths;

static void *test_realloc_limited(void *p, size_t size)
{
    growths++;
    return size > memory_left ? NULL : realloc(p, size);
}

#define realloc test_realloc_limited
#include "base/buf.c"
#undef realloc

static void test_new_buffer_allocates_nothing(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 10);
    assert_null(b.p);
    assert_int_equal(buf_add(&b, NULL, 0), 0);
    assert_string_equal(b.p, "");
    buf_free(&b);
    assert_null(b.p);
    assert_int_equal(b.max, 10);
    buf_free(NULL);
}

static void test_maximum_is_exact_and_additions_are_whole(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 10);
    assert_int_equal(buf_adds(&b, "12345"), 0);
    assert_int_equal(buf_adds(&b, "67890"), 0);
    assert_int_equal(b.len, 10);
    assert_int_equal(buf_addc(&b, 'x'), -1);
    assert_true(b.failed);
    assert_string_equal(b.p, "1234567890");
    buf_clear(&b);
    assert_false(b.failed);
    assert_string_equal(b.p, "");
    assert_int_equal(buf_adds(&b, "12345678901"), -1);
    assert_int_equal(b.len, 0);
    buf_free(&b);
}

/* A small piece must not be added after a piece that did not fit. */
static void test_failed_buffer_accepts_nothing(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 4);
    buf_adds(&b, "ab");
    buf_adds(&b, "too long");
    assert_int_equal(buf_addc(&b, 'c'), -1);
    assert_int_equal(buf_addf(&b, "%d", 1), -1);
    assert_int_equal(buf_room(&b, 0), -1);
    assert_string_equal(b.p, "ab");
    buf_free(&b);
    assert_false(b.failed);
}

static void test_huge_sizes_do_not_overflow(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, SIZE_MAX);
    assert_int_equal(buf_addc(&b, 'x'), 0);
    assert_int_equal(buf_room(&b, SIZE_MAX), -1);
    assert_true(b.failed);
    buf_free(&b);
}

static void test_out_of_memory_marks_failed(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1000);
    assert_int_equal(buf_adds(&b, "kept"), 0);
    memory_left = 100;
    assert_int_equal(buf_addf(&b, "%200d", 1), -1);
    memory_left = SIZE_MAX;
    assert_true(b.failed && b.starved);
    assert_string_equal(b.p, "kept");
    buf_clear(&b);
    assert_false(b.starved);
    assert_int_equal(buf_addf(&b, "%1001d", 1), -1);
    assert_true(b.failed && !b.starved);
    buf_free(&b);
}

static void test_capacity_doubles(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1000000);
    growths = 0;
    for (int i = 0; i < 1000000; i++)
        assert_int_equal(buf_addc(&b, (char)i), 0);
    assert_true(growths < 20);
    assert_true(b.cap <= b.max + 1);
    buf_free(&b);
}

static void test_formatted_text_is_added_whole_or_not(void **state)
{
    static const struct {
        size_t max, before;
        const char *text;
        int result;
    } cases[] = {
        {1000, 0, "", 0},     {1000, 0, "short", 0}, {1000, 60, "over the first allocation", 0},
        {65, 60, "exact", 0}, {64, 60, "exact", -1}, {64, 63, "x", 0},
        {64, 64, "x", -1},    {64, 64, "", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char filler[100], expected[200];
        struct buf b;
        memset(filler, '.', sizeof filler);
        filler[cases[i].before] = '\0';
        snprintf(expected, sizeof expected, "%s%s", filler, cases[i].result ? "" : cases[i].text);
        buf_init(&b, cases[i].max);
        buf_adds(&b, filler);
        assert_int_equal(buf_addf(&b, "%s", cases[i].text), cases[i].result);
        assert_string_equal(b.p, expected);
        assert_int_equal(b.len, strlen(expected));
        buf_free(&b);
    }
}

static void test_cut_shortens_at_the_end(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 5);
    buf_cut(&b, 0); /* nothing is allocated */
    buf_adds(&b, "abc");
    buf_cut(&b, 3);
    assert_string_equal(b.p, "abc");
    buf_cut(&b, 1);
    assert_string_equal(b.p, "a");
    assert_int_equal(b.len, 1);
    assert_int_equal(buf_adds(&b, "too long"), -1);
    buf_cut(&b, 0);
    assert_true(b.failed && b.len == 0);
    buf_free(&b);
}

static void test_drop_removes_at_the_start(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 100);
    buf_drop(&b, 0);
    buf_adds(&b, "abcdef");
    buf_drop(&b, 2);
    assert_string_equal(b.p, "cdef");
    buf_drop(&b, 4);
    assert_string_equal(b.p, "");
    assert_int_equal(b.len, 0);
    buf_free(&b);
}

static void test_large_buffer_that_is_mostly_unused_shrinks(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1000000);
    buf_shrink(&b);
    assert_null(b.p);
    for (int i = 0; i < 150000; i++)
        buf_addc(&b, (char)('a' + i % 26));
    size_t cap = b.cap;
    buf_drop(&b, 26 * 100);
    buf_shrink(&b);
    assert_int_equal(b.cap, cap); /* most of it is used */
    buf_drop(&b, 26 * 4000);
    buf_shrink(&b);
    assert_int_equal(b.cap, b.len + 1);
    assert_int_equal(strlen(b.p), 150000 - 26 * 4100);
    assert_int_equal(b.p[0], 'a');
    assert_int_equal(buf_adds(&b, "more"), 0);
    buf_free(&b);
}

static void test_bytes_may_be_nul(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 100);
    buf_add(&b, "a\0b", 3);
    assert_true(slice_equal(buf_slice(&b), slice_make("a\0b", 3)));
    assert_false(slice_equal(buf_slice(&b), slice_make("a\0c", 3)));
    assert_false(slice_equal(buf_slice(&b), slice_of("a")));
    assert_true(slice_equal(slice_of(NULL), slice_of("")));
    buf_free(&b);
}

static void test_secrets_are_wiped(void **state)
{
    static const char zero[64];
    struct buf b;
    (void)state;
    buf_init(&b, 1000);
    b.secret = true;
    assert_int_equal(buf_adds(&b, "sent, and kept"), 0);
    buf_drop(&b, 6);
    assert_string_equal(b.p, "and kept");
    assert_memory_equal(b.p + b.len, zero, 7);
    for (int i = 0; i < 40; i++) /* grows */
        assert_int_equal(buf_adds(&b, "0123456789"), 0);
    assert_int_equal(b.len, 408);
    assert_memory_equal(b.p + 398, "0123456789", 11);
    buf_clear(&b);
    assert_memory_equal(b.p, zero, sizeof zero);
    buf_free(&b);
    assert_true(b.secret);
}

static void test_numbers_are_parsed_within_bounds(void **state)
{
    static const struct {
        const char *text;
        uint64_t least, most;
        int result;
        uint64_t number;
    } cases[] = {
        {"0", 0, 9, 0, 0},
        {"007", 0, 9, 0, 7},
        {"5", 5, 5, 0, 5},
        {"4", 5, 9, -1, 0},
        {"10", 0, 9, -1, 0},
        {"18446744073709551615", 0, UINT64_MAX, 0, UINT64_MAX},
        {"18446744073709551616", 0, UINT64_MAX, -1, 0},
        {"99999999999999999999", 0, UINT64_MAX, -1, 0},
        {"184467440737095516150", 0, UINT64_MAX, -1, 0},
        {"", 0, 9, -1, 0},
        {"-1", 0, 9, -1, 0},
        {"+1", 0, 9, -1, 0},
        {" 1", 0, 9, -1, 0},
        {"1 ", 0, 9, -1, 0},
        {"0x1", 0, 9, -1, 0},
        {"1.0", 0, 9, -1, 0},
        {"\xb2", 0, 9, -1, 0},
    };
    uint64_t n;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        n = 77;
        assert_int_equal(slice_number(slice_of(cases[i].text), cases[i].least, cases[i].most, &n),
                         cases[i].result);
        assert_true(n == (cases[i].result ? 77 : cases[i].number));
    }
    assert_int_equal(slice_number(slice_make("1\0", 2), 0, 9, &n), -1);
}

static void test_hexadecimal_digits_become_bytes(void **state)
{
    static const struct {
        const char *text;
        int byte;
    } cases[] = {{"00", 0}, {"7f", 127}, {"aB", 171}, {"Ff", 255}, {"41z", 65}, {"", -1},
                 {"4", -1}, {"4g", -1},  {"g4", -1},  {" 4", -1},  {"+4", -1},  {"0x", -1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(slice_hex_byte(slice_of(cases[i].text)), cases[i].byte);
    assert_int_equal(slice_hex_byte(slice_make("412", 1)), -1);
    assert_int_equal(slice_hex_byte(slice_make("\0"
                                               "1",
                                               2)),
                     -1);
    assert_int_equal(slice_hex_byte(slice_make("1\0", 2)), -1);
}

static void test_numbers_are_written_in_decimal(void **state)
{
    static const uint64_t numbers[] = {0, 9, 10, 1234567890, UINT64_MAX - 1, UINT64_MAX};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        char out[NUMBER_DIGITS + 1] = "....................", printed[NUMBER_DIGITS + 1];
        size_t len = number_format(numbers[i], out);
        assert_int_equal(len, snprintf(printed, sizeof printed, "%" PRIu64, numbers[i]));
        assert_memory_equal(out, printed, len);
        assert_true(out[len] == '.' || len == NUMBER_DIGITS);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_new_buffer_allocates_nothing),
        cmocka_unit_test(test_maximum_is_exact_and_additions_are_whole),
        cmocka_unit_test(test_failed_buffer_accepts_nothing),
        cmocka_unit_test(test_huge_sizes_do_not_overflow),
        cmocka_unit_test(test_out_of_memory_marks_failed),
        cmocka_unit_test(test_capacity_doubles),
        cmocka_unit_test(test_formatted_text_is_added_whole_or_not),
        cmocka_unit_test(test_cut_shortens_at_the_end),
        cmocka_unit_test(test_drop_removes_at_the_start),
        cmocka_unit_test(test_large_buffer_that_is_mostly_unused_shrinks),
        cmocka_unit_test(test_bytes_may_be_nul),
        cmocka_unit_test(test_secrets_are_wiped),
        cmocka_unit_test(test_numbers_are_parsed_within_bounds),
        cmocka_unit_test(test_numbers_are_written_in_decimal),
        cmocka_unit_test(test_hexadecimal_digits_become_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
