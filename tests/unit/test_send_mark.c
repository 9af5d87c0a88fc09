/* SPDX-License-Identifier: MIT */
/* mark: places in files, and what their rotation means. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "send/mark.c"

static void test_a_mark_is_read_as_it_was_written(void **state)
{
    static const struct mark marks[] = {
        {0},
        {.device = 1, .inode = 2, .offset = 300, .changed = 4, .length = 256, .hash = 6},
        {.device = UINT64_MAX, .offset = UINT64_MAX, .hash = UINT64_MAX},
    };
    static const char *const paths[] = {"/var/log/a", "a b", " "};
    (void)state;
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        struct mark m;
        struct slice path;
        struct buf out;
        buf_init(&out, 1000);
        mark_write(&out, &marks[i], paths[i]);
        assert_int_equal(mark_read(slice_make(out.p, out.len - 1), &m, &path), 0);
        assert_memory_equal(&m, &marks[i], sizeof m);
        assert_true(slice_equal(path, slice_of(paths[i])));
        buf_free(&out);
    }
}

static void test_malformed_lines_are_no_marks(void **state)
{
    static const char *const lines[] = {
        "",
        "a",
        "1 2 3 4 3 6",
        "1 2 3 4 3 6 ",
        "1 2 3 4 x 6 /a",
        "1 2 -3 4 3 6 /a",
        "1 2 300 4 257 6 /a", /* a longer head than there is */
        "1 2 3 4 4 6 /a",     /* longer than what was read */
        "1 2 99999999999999999999 4 3 6 /a",
    };
    (void)state;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct mark m;
        struct slice path;
        assert_int_equal(mark_read(slice_of(lines[i]), &m, &path), -1);
    }
}

static void test_a_place_of_lines_is_read_as_it_was_written(void **state)
{
    static const struct mark_lines places[] = {{0, 0}, {1, 2}, {UINT64_MAX, UINT64_MAX}};
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct mark_lines m;
        struct buf out;
        buf_init(&out, 100);
        mark_lines_write(&out, &places[i]);
        assert_int_equal(mark_lines_read(buf_slice(&out), &m), 0);
        assert_memory_equal(&m, &places[i], sizeof m);
        buf_free(&out);
    }
}

static void test_malformed_texts_are_no_places_of_lines(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "1",
        "1 ",
        " 1",
        "1 2 ",
        "1 2 3",
        "1  2",
        "-1 2",
        "1 x",
        "1 18446744073709551616",
        "s=a;i=1",
    };
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct mark_lines m;
        assert_int_equal(mark_lines_read(slice_of(texts[i]), &m), -1);
    }
}

static void test_names_of_a_rotation_and_their_order(void **state)
{
    static const char *const newest_first[] = {
        "app.log",    "app.log.0",        "app.log.1",          "app.log.2",
        "app.log.10", "app.log-20260103", "app.log-2026-01-02", "app.log.20260101",
    };
    static const char *const others[] = {
        "app.lo",        "app.logs", "app.log.gz", "app.log.1.gz",
        "app.log.state", "app.log-", "app.log.",   "app.log.-1",
        "app.log.1~",    "other",    "",           ".app.log",
    };
    uint64_t age, before = 0;
    (void)state;
    for (size_t i = 0; i < sizeof newest_first / sizeof *newest_first; i++) {
        assert_true(mark_age("app.log", newest_first[i], &age));
        assert_true(i == 0 ? age == 0 : age > before);
        before = age;
    }
    assert_true(mark_age("app.log", "app.log.old", &age));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(mark_age("app.log", others[i], &age));
}

#define FILES 3

static void test_the_file_of_a_mark_is_found(void **state)
{
    static const struct mark m = {
        .device = 1, .inode = 7, .offset = 100, .changed = 50, .length = 100, .hash = 1};
    static const struct {
        struct mark_file files[FILES]; /* device, inode, size, changed, age, same head */
        int found;
    } cases[] = {
        {{{1, 7, 100, 50, 0, true}}, 0},
        {{{1, 8, 500, 90, 0, false}, {1, 7, 120, 60, 1, true}}, 1},
        {{{1, 7, 99, 60, 0, true}}, -1},                           /* it was emptied */
        {{{1, 7, 200, 60, 0, false}}, -1},                         /* and has other lines */
        {{{1, 7, 20, 60, 0, false}, {1, 9, 130, 60, 1, true}}, 1}, /* which a copy has */
        {{{1, 9, 130, 60, 1, true}, {1, 7, 120, 60, 0, true}}, 1}, /* itself before a copy */
        {{{1, 9, 130, 40, 1, true}}, -1},                          /* an older file begins alike */
        {{{2, 7, 130, 40, 1, true}}, -1},
        {{{1, 9, 130, 60, 1, false}}, -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(mark_find(&m, cases[i].files, FILES), cases[i].found);
    struct mark empty = {.device = 1, .inode = 7};
    struct mark_file other = {1, 9, 130, 60, 0, true};
    assert_int_equal(mark_find(&empty, &other, 1), -1);
}

static void test_the_next_file_is_the_one_that_was_written_next(void **state)
{
    static const struct mark m = {.device = 1, .inode = 7, .changed = 50};
    static const struct {
        struct mark_file files[FILES];
        int next;
    } cases[] = {
        {{{1, 7, 9, 50, 0, true}}, -1},
        {{{1, 8, 9, 60, 0, true}, {1, 7, 9, 50, 1, true}}, 0},
        {{{1, 8, 9, 60, 0, true}, {1, 9, 9, 55, 1, true}, {1, 7, 9, 50, 2, true}}, 1},
        {{{1, 8, 9, 60, 0, true}, {1, 7, 9, 50, 1, true}, {1, 9, 9, 40, 2, true}}, 0},
        /* at the same time: by their names */
        {{{1, 8, 9, 50, 0, true}, {1, 9, 9, 50, 1, true}, {1, 7, 9, 50, 2, true}}, 1},
        {{{1, 9, 9, 50, 2, true}, {1, 7, 9, 50, 1, true}, {1, 8, 9, 50, 0, true}}, 2},
        /* the file is gone: by the time at which it was written last */
        {{{1, 8, 9, 60, 0, true}, {1, 9, 9, 55, 1, true}, {1, 6, 9, 40, 2, true}}, 1},
        {{{1, 6, 9, 40, 0, true}}, -1},
        /* it is gone, and a new file has its inode */
        {{{1, 7, 9, 60, 0, false}, {1, 9, 9, 55, 1, true}, {1, 6, 9, 40, 2, true}}, 1},
        {{{1, 7, 9, 60, 0, false}}, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n = 0;
        while (n < FILES && cases[i].files[n].device)
            n++;
        assert_int_equal(mark_next(&m, cases[i].files, n), cases[i].next);
    }
}

static void test_steps_of_an_open_file(void **state)
{
    static const struct {
        struct mark_facts facts; /* size, read, same head, replaced, quiet, age */
        enum mark_step step;
    } cases[] = {
        {{10, 10, true, false, 0, 0}, MARK_WAIT},
        {{11, 10, true, false, 0, 0}, MARK_READ},
        {{11, 10, true, true, 9999, 9999}, MARK_READ}, /* first the rest of a renamed file */
        {{10, 10, true, true, MARK_QUIET_MS - 1, MARK_QUIET_MS - 1}, MARK_WAIT},
        {{10, 10, true, true, MARK_QUIET_MS, 0}, MARK_NEXT},
        {{10, 10, true, true, MARK_QUIET_MS, -9999}, MARK_NEXT},
        {{10, 10, true, true, 0, MARK_QUIET_MS}, MARK_NEXT}, /* it was left long ago */
        {{10, 10, true, false, 9999, 9999}, MARK_WAIT},
        {{9, 10, true, false, 0, 0}, MARK_FIND},
        {{0, 10, false, true, 9999, 9999}, MARK_FIND},
        {{20, 10, false, false, 0, 0}, MARK_FIND}, /* emptied, and longer already */
        {{0, 0, true, false, 0, 0}, MARK_WAIT},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(mark_decide(&cases[i].facts), cases[i].step);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_a_mark_is_read_as_it_was_written),
        cmocka_unit_test(test_malformed_lines_are_no_marks),
        cmocka_unit_test(test_a_place_of_lines_is_read_as_it_was_written),
        cmocka_unit_test(test_malformed_texts_are_no_places_of_lines),
        cmocka_unit_test(test_names_of_a_rotation_and_their_order),
        cmocka_unit_test(test_the_file_of_a_mark_is_found),
        cmocka_unit_test(test_the_next_file_is_the_one_that_was_written_next),
        cmocka_unit_test(test_steps_of_an_open_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
