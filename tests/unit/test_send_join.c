/* SPDX-License-Identifier: MIT */
/* lines and join: where records end, at once and byte by byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "send/join.c"
#include "send/lines.c"

/* The records of text with "|" after each, as join_copy writes them. step: bytes that come at a
 * time. */
static void take_all(const struct join *j, const char *text, size_t step, struct buf *out)
{
    size_t start = 0, have = 0, held = 0, used;
    struct slice record;
    do {
        have = have + step < strlen(text) ? have + step : strlen(text);
        bool end = have == strlen(text);
        while (join_next(j, slice_make(text + start, have - start), end, false, &held, &record,
                         &used)) {
            join_copy(out, record);
            buf_addc(out, '|');
            start += used;
        }
    } while (have < strlen(text));
    assert_int_equal(start, strlen(text));
}

static void test_records_of_several_lines(void **state)
{
    static const struct {
        const char *continues, *starts, *text, *records;
    } cases[] = {
        {NULL, NULL, "a\nb\n", "a|b|"},
        {NULL, NULL, "a\n b\n\tc\nd\n", "a\n b\n\tc|d|"},
        {NULL, NULL, "a\r\n b\r\nd\r\n", "a\n b|d|"},
        {NULL, NULL, " a\n b", " a\n b|"},
        {NULL, NULL, "a\n\n b\n", "a|\n b|"},
        {NULL, NULL, "a\n", "a|"},
        {NULL, NULL, "", ""},
        {"^Caused by", NULL, "a\n b\nCaused by: c\n d\ne\n", "a\n b\nCaused by: c\n d|e|"},
        {"^}$", NULL, "{\n a\n}\nb", "{\n a\n}|b|"},
        {"^$", NULL, "a\n\nb\n", "a\n|b|"},
        {NULL, "^[0-9]{4}-", "2026-a\nx\n y\n2026-b\n", "2026-a\nx\n y|2026-b|"},
        {NULL, "^[0-9]{4}-", "x\ny\n2026-b\n", "x\ny|2026-b|"},
        {NULL, "^a|^b", "a\nb\nc", "a|b\nc|"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        buf_init(&out, 1000);
        struct join *j = join_new(cases[i].continues, cases[i].starts, &out);
        assert_non_null(j);
        for (size_t step = 1; step < 20; step += 18) {
            buf_clear(&out);
            take_all(j, cases[i].text, step, &out);
            assert_string_equal(out.p ? out.p : "", cases[i].records);
        }
        join_free(j);
        buf_free(&out);
    }
}

static void test_without_join_each_line_is_a_record(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 1000);
    take_all(NULL, "a\n b\n\nc", 1, &out);
    assert_string_equal(out.p, "a| b||c|");
    buf_free(&out);
}

/* The record that waits is given out; the line that is not complete stays. */
static void test_flush_ends_the_record_that_waits(void **state)
{
    static const char text[] = "a\n b\n c";
    size_t held = 0, used;
    struct slice record;
    struct buf why;
    (void)state;
    buf_init(&why, 100);
    struct join *j = join_new(NULL, NULL, &why);
    struct slice all = slice_of(text);
    assert_false(join_next(j, all, false, false, &held, &record, &used));
    assert_int_equal(held, 5);
    assert_true(join_next(j, all, false, true, &held, &record, &used));
    assert_int_equal(used, 5);
    assert_true(slice_equal(record, slice_of("a\n b")));
    assert_false(join_next(j, slice_of(" c"), false, true, &held, &record, &used));
    join_free(j);
}

static void test_a_record_never_exceeds_the_maximum(void **state)
{
    static char text[LINES_MAX + 40000];
    size_t held = 0, used, start = 0, records = 0;
    struct slice record;
    struct buf why;
    (void)state;
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = i % 20000 == 19999 ? '\n' : ' ';
    buf_init(&why, 100);
    struct join *j = join_new(NULL, NULL, &why);
    while (join_next(j, slice_make(text + start, sizeof text - start), true, false, &held, &record,
                     &used)) {
        assert_in_range(used, 20000, LINES_MAX);
        start += used;
        records++;
    }
    assert_int_equal(start, sizeof text);
    assert_int_equal(records, 2);
    join_free(j);
}

static void test_malformed_expressions_are_told(void **state)
{
    static const char *const cases[] = {"(", "[a", "a{2,1}"};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        const char *text = cases[i / 2];
        struct buf why;
        buf_init(&why, 1000);
        assert_null(i % 2 ? join_new(text, NULL, &why) : join_new(NULL, text, &why));
        assert_non_null(strstr(why.p, text));
        buf_free(&why);
    }
}

static void test_only_the_start_of_a_line_is_matched(void **state)
{
    static char line[JOIN_LOOK + 2];
    struct buf why;
    (void)state;
    buf_init(&why, 100);
    struct join *j = join_new("x", NULL, &why);
    memset(line, 'a', sizeof line);
    line[JOIN_LOOK - 1] = 'x';
    assert_true(join_continues(j, slice_make(line, sizeof line)));
    line[0] = '\0';
    assert_false(join_continues(j, slice_make(line, sizeof line)));
    line[0] = line[JOIN_LOOK - 1] = 'a';
    assert_false(join_continues(j, slice_make(line, sizeof line)));
    line[JOIN_LOOK] = 'x';
    assert_false(join_continues(j, slice_make(line, sizeof line)));
    join_free(j);
}

static void test_byte_order_mark(void **state)
{
    static const struct {
        const char *text;
        int open, end;
    } cases[] = {
        {"\xef\xbb\xbf", 3, 3}, {"\xef\xbb\xbfx", 3, 3}, {"", -1, 0}, {"\xef", -1, 0},
        {"\xef\xbb", -1, 0},    {"\xefx", 0, 0},         {"a", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(lines_mark(slice_of(cases[i].text), false), cases[i].open);
        assert_int_equal(lines_mark(slice_of(cases[i].text), true), cases[i].end);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_of_several_lines),
        cmocka_unit_test(test_without_join_each_line_is_a_record),
        cmocka_unit_test(test_flush_ends_the_record_that_waits),
        cmocka_unit_test(test_a_record_never_exceeds_the_maximum),
        cmocka_unit_test(test_malformed_expressions_are_told),
        cmocka_unit_test(test_only_the_start_of_a_line_is_matched),
        cmocka_unit_test(test_byte_order_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
