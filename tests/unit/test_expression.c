/* SPDX-License-Identifier: MIT */
/* expression: finds what JavaScript finds, tells its groups, and never takes long. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "format/expression.c"

static void test_what_is_found(void **state)
{
    static const struct {
        const char *pattern;
        unsigned flags;
        const char *text;
        const char *found; /* NULL: nothing */
    } cases[] = {
        {"b+", 0, "abbc", "bb"},
        {"B", 0, "abc", NULL},
        {"B", EXPRESSION_FOLD, "abc", "b"},
        {"\xc3\x89", EXPRESSION_FOLD | EXPRESSION_UTF, "caf\xc3\xa9", "\xc3\xa9"},
        {"^.$", EXPRESSION_UTF, "\xc3\xa9", "\xc3\xa9"},
        {"^b$", 0, "a\nb\nc", NULL},
        {"^b$", EXPRESSION_LINES, "a\nb\nc", "b"},
        {"a$", 0, "a\n", NULL},
        {"a.b", 0, "a\nb", NULL},
        {"a.b", EXPRESSION_DOTALL, "a\nb", "a\nb"},
        {"", 0, "abc", ""},
        {"", 0, "", ""},
        {"x", 0, "", NULL},
        {"b", EXPRESSION_UTF,
         "\xff\xfe"
         "b\xff",
         "b"},
        {".", EXPRESSION_UTF, "\xff", NULL},
        {"\\u00e9", EXPRESSION_UTF, "\xc3\xa9", "\xc3\xa9"},
        {"\\u{e9}", EXPRESSION_UTF, "\xc3\xa9", "\xc3\xa9"},
        {"a[]", 0, "a]", NULL},
        {"(?:(x)|y)\\1z", 0, "yz", "yz"},
        {"(?<=a)b(?!c)", 0, "abcab", "b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *why = NULL;
        struct expression_match m;
        struct expression *e = expression_new(slice_of(cases[i].pattern), cases[i].flags, &why);
        assert_non_null(e);
        enum expression_result r = expression_find(e, slice_of(cases[i].text), &m);
        assert_int_equal(r, expression_find(e, slice_of(cases[i].text), NULL));
        if ((r == EXPRESSION_FOUND) != (cases[i].found != NULL) ||
            (cases[i].found && !slice_equal(m.group[0], slice_of(cases[i].found))))
            fail_msg("case %zu: /%s/ in \"%s\"", i, cases[i].pattern, cases[i].text);
        expression_free(e);
    }
    expression_free(NULL);
}

static void test_malformed_patterns_are_refused_with_a_reason(void **state)
{
    static const char *const patterns[] = {"(", "a{2,1}", "[b-a]", "*", "\\C", "(?<n>a)(?<n>b)"};
    char deep[2 * (PATTERN_DEPTH + 1) + 1] = {0};
    const char *why;
    (void)state;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        why = NULL;
        assert_null(expression_new(slice_of(patterns[i]), EXPRESSION_UTF, &why));
        assert_non_null(why);
    }
    memset(deep, '(', PATTERN_DEPTH + 1);
    memset(deep + PATTERN_DEPTH + 1, ')', PATTERN_DEPTH + 1);
    assert_null(expression_new(slice_of(deep), 0, &why));
    assert_string_equal(why, "parentheses are too deeply nested");
}

static void test_groups_are_told_by_name(void **state)
{
    static const char pattern[] = "^(?<status>[0-9]{3})(?: (?<size>[0-9]+))?"
                                  "()()()()()()()()()()()()()(?<sixteenth>)";
    const char *why;
    struct expression *e = expression_new(slice_of(pattern), 0, &why);
    struct expression_match m;
    (void)state;
    assert_non_null(e);
    assert_int_equal(expression_group(e, "status"), 1);
    assert_int_equal(expression_group(e, "size"), 2);
    assert_int_equal(expression_group(e, "sixteenth"), -1);
    assert_int_equal(expression_group(e, "other"), -1);
    assert_int_equal(expression_find(e, slice_of("404"), &m), EXPRESSION_FOUND);
    assert_true(slice_equal(m.group[1], slice_of("404")));
    assert_null(m.group[2].p);
    assert_non_null(m.group[3].p);
    expression_free(e);
}

/* Each of these takes exponential or quadratic time where nothing limits it. */
static void test_search_that_takes_too_long_is_given_up(void **state)
{
    static const char *const patterns[] = {"^(a+)+$", "(a|aa)+$", "(.*)*x", "a*a*a*a*b",
                                           "(a?){99}b"};
    static char text[10001];
    const char *why;
    (void)state;
    memset(text, 'a', sizeof text - 1);
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct expression *e = expression_new(slice_of(patterns[i]), EXPRESSION_UTF, &why);
        text[sizeof text - 2] = '!';
        assert_non_null(e);
        /* PCRE2 may see at once that a letter is missing. */
        if (expression_find(e, slice_of(text), NULL) == EXPRESSION_FOUND)
            fail_msg("/%s/", patterns[i]);
        expression_free(e);
    }
    struct expression *e = expression_new(slice_of("^(a+)+$"), EXPRESSION_UTF, &why);
    assert_int_equal(expression_find(e, slice_of(text), NULL), EXPRESSION_LIMIT);
    expression_free(e);
}

/* Expressions that readers write for ordinary records must fit into the limit. */
static void test_ordinary_search_is_no_limit(void **state)
{
    static const char *const patterns[] = {"time ?out|refused", "[a-z]+=[0-9]+$", "\\bq[a-z]*\\b",
                                           "user=(?:bob|alice).*status=5[0-9]{2}"};
    static char text[65537];
    const char *why;
    (void)state;
    for (size_t i = 0; i < sizeof text - 1; i++)
        text[i] = "GET /orders/1 200 user=anna took=12ms "[i % 38];
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        struct expression *e = expression_new(slice_of(patterns[i]), EXPRESSION_UTF, &why);
        assert_int_equal(expression_find(e, slice_of(text), NULL), EXPRESSION_NO);
        assert_int_equal(expression_find(e, slice_make(text, 200), NULL), EXPRESSION_NO);
        expression_free(e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_found),
        cmocka_unit_test(test_malformed_patterns_are_refused_with_a_reason),
        cmocka_unit_test(test_groups_are_told_by_name),
        cmocka_unit_test(test_search_that_takes_too_long_is_given_up),
        cmocka_unit_test(test_ordinary_search_is_no_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
