/* SPDX-License-Identifier: MIT */
/* search: a text is found in a payload as the payload's reader sees it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/search.c"

#define CAFE   "caf\xc3\xa9"
#define PRIVET "\xd0\xbf\xd1\x80\xd0\xb8\xd0\xb2\xd0\xb5\xd1\x82" /* six Cyrillic letters */

struct row {
    const char *text, *payload;
    bool found;
};

static void check(const struct row *row, enum search_case how)
{
    struct search *s = search_new(slice_of(row->text), how);
    assert_non_null(s);
    if (search_find(s, slice_of(row->payload)) != row->found)
        fail_msg("%s in %s: %d expected", row->text, row->payload, row->found);
    search_free(s);
}

/* In both cases. */
static void test_escape_sequences_of_json_are_read(void **state)
{
    static const struct row rows[] = {
        {CAFE, "{\"m\":\"caf\\u00e9\"}", true},
        {CAFE, "{\"m\":\"caf\\u00E9\"}", true},
        {CAFE, "{\"m\":\"" CAFE "\"}", true},
        {"/api/users", "{\"path\":\"\\/api\\/users\"}", true},
        {"<nil>", "{\"m\":\"\\u003cnil\\u003e\"}", true},
        {"say \"hi\"", "{\"m\":\"say \\\"hi\\\"\"}", true},
        {PRIVET, "{\"m\":\"\\u043f\\u0440\\u0438\\u0432\\u0435\\u0442\"}", true},
        {"\xf0\x9f\x98\x80", "[\"\\ud83d\\ude00\"]", true},
        {"\xef\xbf\xbd", "[\"\\ud83d\"]", true},
        {"a\nb", "\"a\\nb\"", true},
        {"c:\\new", " \t{\"m\":\"c:\\\\new\"}", true},
        {"\\u00e9", "{\"m\":\"caf\\u00e9\"}", true}, /* the payload's own bytes are found too */
        {"say \\\"hi", "{\"m\":\"say \\\"hi\\\"\"}", true},
        {"hi\"}", "{\"m\":\"\\u0068i\"}", true},
        {":true,\"n\":-1.5e+3,\"caf\xc3\xa9", "{\"a\":true,\"n\":-1.5e+3,\"caf\\u00e9\":NaN}",
         true},
        {"x", "{\"m\":\"\\\\\\\"\",\"k\":\"\\u0078\"}", true},
        {CAFE, "{\"m\":\"cafe\\u00e8\"}", false},
        {"\\u00e8", "{\"m\":\"caf\\u00e9\"}", false},
        /* no JSON: the bytes are what its reader sees */
        {CAFE, "caf\\u00e9", false},
        {CAFE, "[info] \"caf\\u00e9\"", false},
        {CAFE, "{\"m\":\"\\x\",\"n\":\"caf\\u00e9\"}", false},
        {CAFE, "{\"m\":\"\n\",\"n\":\"caf\\u00e9\"}", false},
        {"b", "{\"m\":\"\\u0061", false},
        {"b", "{\"m\":\"\\u0061\"}", false},
        {"b", "\\", false},
        {"b", "\"\\", false},
        {"b", "[\"\\u006", false},
        {"b", "", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        check(&rows[i], SEARCH_FOLDED);
        check(&rows[i], SEARCH_EXACT);
    }
}

static void test_case_is_ignored_in_all_scripts(void **state)
{
    static const struct row rows[] = {
        {"CAF\xc3\x89", "ein " CAFE, true},
        {CAFE, "CAF\xc3\x89", true},
        {CAFE, "{\"m\":\"CAF\\u00c9\"}", true},
        {PRIVET, "{\"m\":\"\\u041f\\u0420\\u0418\\u0412\\u0415\\u0422\"}", true},
        {PRIVET, "\xd0\x9f\xd0\xa0\xd0\x98\xd0\x92\xd0\x95\xd0\xa2", true},
        {"kelvin",
         "20 \xe2\x84\xaa"
         "elvin",
         true},
        {"20 \xe2\x84\xaa", "20 k", true},
        {"\xc8\xba", "\xe2\xb1\xa5", true}, /* two bytes fold to three */
        {"stra\xc3\x9f"
         "e",
         "STRA\xe1\xba\x9e"
         "E",
         true},
        {"strasse",
         "stra\xc3\x9f"
         "e",
         false},                 /* one character is never two */
        {"[@{", "{`[@[", false}, /* these differ by the bit of case */
        {"\xc3\xa9", "\xc3\xa8", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(&rows[i], SEARCH_FOLDED);
}

/* A search steps over bytes at which no match can begin. */
static void test_each_character_is_found_by_what_it_folds_to(void **state)
{
    (void)state;
    for (uint32_t c = 1; c <= 0x10ffff; c++) {
        uint32_t folded = unicode_fold(c);
        if (folded == c || (c >= 0xd800 && c <= 0xdfff))
            continue;
        char text[4], payload[] = "--xxxx-";
        struct search *s = search_new(slice_make(text, unicode_write(folded, text)), SEARCH_FOLDED);
        assert_non_null(s);
        unicode_write(c, payload + 2);
        if (!search_find(s, slice_of(payload)))
            fail_msg("U+%04X in U+%04X", folded, c);
        search_free(s);
    }
}

static void test_exact_search_minds_case(void **state)
{
    static const struct row rows[] = {
        {"DEBUG", "a DEBUG b", true},
        {"DEBUG", "a debug b", false},
        {"\xc3\x89", "{\"m\":\"\\u00c9\"}", true},
        {"\xc3\x89", "{\"m\":\"\\u00e9\"}", false},
        {"\xe9", "caf\xe9", true}, /* Latin-1 */
        {"\xe9", "caf\xe8", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(&rows[i], SEARCH_EXACT);
}

static void test_ill_formed_utf8_is_sought_as_it_is_shown(void **state)
{
    static const struct row rows[] = {
        {"b",
         "a\xff"
         "b",
         true},
        {"ab",
         "a\xff"
         "b",
         false},
        {"\xef\xbf\xbd",
         "a\xff"
         "b",
         true},
        {"\xe9", "caf\xe9", true},
        {"\xc3", CAFE, false}, /* half of a character */
        {"\xa9", CAFE, false},
        {"x", "\xe2\x82", false},
        {"x", "\xf0\x9f\x98x", true},
        {"\xff\xfe", "\xff\xfe", true},
        {CAFE, "\xff{\"m\":\"caf\\u00e9\"}", false},
        {CAFE, "{\"m\":\"\xff caf\\u00e9\"}", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        check(&rows[i], SEARCH_FOLDED);
}

static void test_equal_searches_have_equal_forms(void **state)
{
    static const struct {
        const char *a, *b;
        enum search_case how;
        bool equal;
    } cases[] = {
        {"Caf\xc3\x89", CAFE, SEARCH_FOLDED, true}, {"\xff", "\xfe", SEARCH_FOLDED, true},
        {"\xff", "\xfe", SEARCH_EXACT, false},      {"A", "a", SEARCH_EXACT, false},
        {"a", "b", SEARCH_FOLDED, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct search *a = search_new(slice_of(cases[i].a), cases[i].how);
        struct search *b = search_new(slice_of(cases[i].b), cases[i].how);
        assert_int_equal(slice_equal(search_form(a), search_form(b)), cases[i].equal);
        search_free(a);
        search_free(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_escape_sequences_of_json_are_read),
        cmocka_unit_test(test_case_is_ignored_in_all_scripts),
        cmocka_unit_test(test_each_character_is_found_by_what_it_folds_to),
        cmocka_unit_test(test_exact_search_minds_case),
        cmocka_unit_test(test_ill_formed_utf8_is_sought_as_it_is_shown),
        cmocka_unit_test(test_equal_searches_have_equal_forms),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
