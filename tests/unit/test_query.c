/* SPDX-License-Identifier: MIT */
/* query: the cases that the page runs too, keys, and what expressions may cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "case_rows.h"
#include "format/query.c"

#define MOST_BESIDE 8

/* ---- the cases ---- */

/* Replaces the pictures of control characters in place. */
static char *replace_pictures(char *text)
{
    char *to = text;
    for (const char *p = text; *p; to++) {
        unsigned char third = (unsigned char)(p[1] ? p[2] : 0);
        if (strncmp(p, "\xe2\x90", 2) == 0 && third >= 0x80 && third <= 0xa1) {
            *to = (char)(third == 0xa1 ? 0x7f : third - 0x80);
            p += 3;
        } else {
            *to = *p++;
        }
    }
    *to = '\0';
    return text;
}

/* Splits "name=value;name=value" in place, behind the payload. */
static size_t split_beside(char *text, struct slice entry[2 * MOST_BESIDE])
{
    size_t n = 1;
    char *rest = text, *pair;
    while ((pair = strsep(&rest, ";")) != NULL && pair[0]) {
        char *value = strchr(pair, '=');
        assert_non_null(value);
        assert_true(n < MOST_BESIDE);
        entry[2 * n] = slice_make(pair, (size_t)(value - pair));
        entry[2 * n + 1] = slice_of(value + 1);
        n++;
    }
    return n;
}

/* Whether a record passes; "event" among the fields is the name of the event. */
static bool passes(const struct query *q, struct slice payload, char *beside)
{
    struct slice entry[2 * MOST_BESIDE] = {slice_of("data"), payload};
    struct record r;
    bool pass;
    assert_int_equal(record_from_entry(&r, (struct xid){1, 0}, entry, split_beside(beside, entry),
                                       "data", "event"),
                     0);
    pass = query_pass(q, &r);
    assert_int_equal(query_pass(q, &r), pass);
    record_end(&r);
    return pass;
}

static void test_records_pass_as_on_the_page(void **state)
{
    struct case_rows rows = case_rows_read("queries.tsv", 4);
    (void)state;
    for (size_t i = 0; i < rows.count; i++) {
        char why[QUERY_WHY], **row = rows.cells[i];
        /* pictures become NUL too, so lengths come first */
        struct query *q = query_new(slice_of(replace_pictures(row[0])), why);
        const char *found = "error";
        if (q)
            found = passes(q, slice_of(replace_pictures(row[1])), row[2]) ? "yes" : "no";
        else
            assert_true(why[0]);
        if (strcmp(found, row[3]) != 0)
            fail_msg("%s on %s: %s %s", row[0], row[1], found, why);
        query_free(q);
    }
    assert_true(rows.count > 400);
    case_rows_free(&rows);
}

static void test_wrong_queries_have_reasons(void **state)
{
    struct case_rows rows = case_rows_read("query_errors.tsv", 2);
    (void)state;
    for (size_t i = 0; i < rows.count; i++) {
        char why[QUERY_WHY];
        assert_null(query_new(slice_of(rows.cells[i][0]), why));
        assert_string_equal(why, rows.cells[i][1]);
    }
    case_rows_free(&rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_pass_as_on_the_page),
        cmocka_unit_test(test_wrong_queries_have_reasons),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
