/* SPDX-License-Identifier: MIT */
/* sought: a batch among the entries of a log, and the proof that it is not there. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "redis/sought.c"

/* Each letter is a value, '.' an entry without one. */
static void test_batch_is_found_among_entries(void **state)
{
    static const struct {
        const char *batch, *entries;
        size_t first; /* of the batch, from 1; 0: it is not there */
    } rows[] = {
        {"a", "a", 1},
        {"a", "ba", 2},
        {"a", "", 0},
        {"ab", "ab", 1},
        {"ab", "aab", 2},
        {"ab", "aba", 1},
        {"ab", "a.b", 0},
        {"ab", "acb", 0},
        {"aab", "aaab", 2},
        {"aaa", "aa.aaa", 4},
        {"abab", "abcabab", 4},
        {"abac", "ababac", 3},
        {"aabaaa", "aabaabaaa", 4},
        {"abc", "ab", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice values[8];
        size_t n = strlen(rows[i].batch), found = 0;
        struct sought m;
        print_message("%s in %s\n", rows[i].batch, rows[i].entries);
        for (size_t k = 0; k < n; k++)
            values[k] = slice_make(rows[i].batch + k, 1);
        assert_int_equal(sought_init(&m, values, n), 0);
        for (size_t k = 0; rows[i].entries[k] && !found; k++) {
            struct slice value = slice_make(rows[i].entries + k, 1);
            if (sought_entry(&m, (struct xid){k + 1, 0}, *value.p == '.' ? NULL : &value))
                found = k + 1;
        }
        assert_int_equal(found ? found - n + 1 : 0, rows[i].first);
        assert_int_equal(found ? sought_first(&m).ms : 0, rows[i].first);
        assert_int_equal(found ? sought_last(&m).ms : 0, found);
        sought_free(&m);
    }
}

static void test_absence_is_proved(void **state)
{
    static const struct {
        const char *what;
        struct sought_facts f;
        bool absent;
    } rows[] = {
        {"no log, before and now", {.ended = true}, true},
        {"no log now", {.after = {5, 0}}, true},
        {"no record since", {.after = {5, 0}, .info.last = {5, 0}}, true},
        {"all records since were read",
         {.after = {5, 0}, .has_after = true, .ended = true, .info.last = {6, 0}},
         true},
        {"the search was too long",
         {.after = {5, 0}, .has_after = true, .info.last = {6, 0}},
         false},
        {"records since may be trimmed",
         {.after = {5, 0}, .ended = true, .info.last = {6, 0}},
         false},
        {"a record since was deleted",
         {.after = {5, 0},
          .has_after = true,
          .ended = true,
          .info = {.last = {7, 0}, .has_deleted = true, .deleted = {6, 0}}},
         false},
        {"a record before was deleted",
         {.after = {5, 0},
          .has_after = true,
          .ended = true,
          .info = {.last = {7, 0}, .has_deleted = true, .deleted = {5, 0}}},
         true},
        {"another log that has all its records",
         {.after = {5, 0},
          .ended = true,
          .info = {.last = {7, 0}, .has_added = true, .added = 2, .length = 2}},
         true},
        {"a log that was trimmed",
         {.ended = true, .info = {.last = {7, 0}, .has_added = true, .added = 3, .length = 2}},
         false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].what);
        assert_int_equal(sought_is_absent(&rows[i].f), rows[i].absent);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_batch_is_found_among_entries),
                                       cmocka_unit_test(test_absence_is_proved)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
