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

/* ---- keys ---- */

static void test_equal_queries_have_one_key(void **state)
{
    static const struct {
        const char *query, *key;
    } cases[] = {
        {"", ""},
        {" \"\" ", ""},
        {"b A", "\"a\" \"b\""},
        {"a a \"A\"", "\"a\""},
        {"-\"c:\\new\"", "-\"c:\\\\new\""},
        {"\"say \\\"hi\\\"\"", "\"say \\\"hi\\\"\""},
        {"!\xc3\x89", "-\"\xc3\xa9\""},
        {"a\xff", "\"a\xef\xbf\xbd\""},
        {"u=B,a,b", "u=\"a\",\"b\""},
        {"u~\"X Y\"", "u~\"x y\""},
        {"u~\"\"", "u~\"\""},
        {"n>=5.0 n>=5", "n>=5"},
        {"n<1e999", "n<1e999"},
        {"n>0.1", "n>0.10000000000000001"},
        {"level=err,INFO,notice", "level=info,error"},
        {"level=unknown,fatal", "level=unknown,critical"},
        {"level>=warn", "level>=WARNING"},
        {"/a\\/b/gsi", "/a\\/b/is"},
        {"/x/ n=1 level=info w", "\"w\" level=info n=\"1\" /x/"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char why[QUERY_WHY];
        struct query *q = query_new(slice_of(cases[i].query), why), *again;
        assert_non_null(q);
        if (!slice_equal(query_key(q), slice_of(cases[i].key)))
            fail_msg("%s: %s", cases[i].query, query_key(q).p);
        again = query_new(query_key(q), why);
        assert_true(slice_equal(query_key(again), query_key(q)));
        query_free(again);
        query_free(q);
    }
    query_free(NULL);
}

static void test_query_is_plain_if_it_only_seeks_texts(void **state)
{
    static const char *const plain[] = {"", "a -b \"c d\""}, *const others[] = {
                                                                 "a n=1", "level=info a", "/a/ b"};
    char why[QUERY_WHY];
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct query *q = query_new(slice_of(plain[i]), why);
        assert_true(query_is_plain(q));
        query_free(q);
    }
    for (size_t i = 0; i < 3; i++) {
        struct query *q = query_new(slice_of(others[i]), why);
        assert_false(query_is_plain(q));
        query_free(q);
    }
}

/* ---- costs ---- */

/* A payload of one letter, and an exclamation mark at its end. */
static struct slice letters(size_t len)
{
    char *p = malloc(len);
    assert_non_null(p);
    memset(p, 'a', len);
    p[len - 1] = '!';
    return slice_make(p, len);
}

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Each would take minutes or years by backtracking, or seconds by scanning. The limit is a hundred
 * times what they take. */
static void test_hostile_expressions_end_soon_and_let_the_record_pass(void **state)
{
    static const char *const hostile[] = {
        "/^(a+)+$/",
        "/(a|aa)+[bc]$/",
        "/(a*)*[xy]/",
        "/\\w+[@#]/",
        "/.*.*.*[xy]/",
        "/a*a*a*a*a*[xy]/",
        "/(?<=a)a+[xy]/",
        "/(?:a?){50}a{50}[xy]/",
        "/(a*)\\1[xy]/",
        "/(?:a+){2,}[xy]/",
        "/a{1000}a{1000}a{1000}[xy]/",
        "-/^(a+)+$/",
        "-/\\w+[@#]/",
    };
    struct slice text = letters(65536);
    (void)state;
    for (size_t i = 0; i < sizeof hostile / sizeof *hostile; i++) {
        char why[QUERY_WHY], none[] = "";
        double before = seconds();
        struct query *q = query_new(slice_of(hostile[i]), why);
        assert_non_null(q);
        if (!passes(q, text, none))
            fail_msg("%s", hostile[i]);
        if (seconds() - before > 10)
            fail_msg("%s takes %.1f s", hostile[i], seconds() - before);
        query_free(q);
    }
    free((char *)(uintptr_t)text.p);
}

static void test_expressions_look_at_64_kib(void **state)
{
    char why[QUERY_WHY], none[] = "";
    struct query *expression = query_new(slice_of("/!/"), why);
    struct query *word = query_new(slice_of("\"!\""), why);
    (void)state;
    for (size_t over = 0; over < 2; over++) {
        struct slice text = letters(65536 + over);
        assert_int_equal(passes(expression, text, none), over == 0);
        assert_true(passes(word, text, none));
        free((char *)(uintptr_t)text.p);
    }
    query_free(expression);
    query_free(word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_pass_as_on_the_page),
        cmocka_unit_test(test_wrong_queries_have_reasons),
        cmocka_unit_test(test_equal_queries_have_one_key),
        cmocka_unit_test(test_query_is_plain_if_it_only_seeks_texts),
        cmocka_unit_test(test_hostile_expressions_end_soon_and_let_the_record_pass),
        cmocka_unit_test(test_expressions_look_at_64_kib),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
