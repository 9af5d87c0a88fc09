/* SPDX-License-Identifier: MIT */
/* unicode: characters of UTF-8 and of JSON strings are read, and case is folded one for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/unicode.c"

static void test_case_is_folded_one_character_for_one(void **state)
{
    static const struct {
        uint32_t from, to;
    } cases[] = {
        {'A', 'a'},         {'z', 'z'},           {'@', '@'},         {'[', '['},
        {0xc9, 0xe9},       /* E with acute */
        {0x416, 0x436},     /* Cyrillic */
        {0x3a3, 0x3c3},     /* sigma */
        {0x3c2, 0x3c3},     /* final sigma */
        {0x212a, 'k'},      /* the sign of kelvin */
        {0x17f, 's'},       /* long s */
        {0xdf, 0xdf},       /* sharp s: "ss" would be full folding */
        {0x1e9e, 0xdf},     /* its capital */
        {0x130, 0x130},     /* dotted I folds only fully, or in Turkish */
        {0x131, 0x131},     /* dotless i */
        {0x1f88, 0x1f80},   /* Greek with iota below */
        {0x1fbc, 0x1fb3},   /* the same, of another block */
        {0x13f8, 0x13f0},   /* Cherokee folds to its capitals */
        {0xab70, 0x13a0},   /* Cherokee */
        {0x10400, 0x10428}, /* Deseret */
        {0xfb01, 0xfb01},   /* ligature fi */
        {0x4e2d, 0x4e2d},   /* a script without case */
        {0xfffd, 0xfffd},   {0x10ffff, 0x10ffff}, {0xe0001, 0xe0001}, {0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (unicode_fold(cases[i].from) != cases[i].to)
            fail_msg("U+%04X gives U+%04X", cases[i].from, unicode_fold(cases[i].from));
}

static void test_folding_twice_changes_nothing(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c++) {
        uint32_t folded = unicode_fold(c);
        if (folded > 0x10ffff || unicode_fold(folded) != folded)
            fail_msg("U+%04X", c);
    }
}

static void test_what_is_written_is_read(void **state)
{
    (void)state;
    for (uint32_t c = 0; c <= 0x10ffff; c += c < 0x900 ? 1 : 251) {
        char bytes[4];
        size_t n = unicode_write(c, bytes), len;
        uint32_t expected = c >= 0xd800 && c <= 0xdfff ? UNICODE_REPLACEMENT : c;
        assert_int_equal(unicode_read(bytes, n, &len), expected);
        assert_true(len == n || expected != c);
    }
}

static void test_character_of_a_json_string(void **state)
{
    static const struct {
        const char *text;
        uint32_t c;
        size_t len;
    } cases[] = {
        {"a", 'a', 1},
        {"\"", UNICODE_END, 1},
        {"\xc3\xa9", 0xe9, 2},
        {"\xff", UNICODE_REPLACEMENT, 1},
        {"\\n", '\n', 2},
        {"\\\"", '"', 2},
        {"\\/", '/', 2},
        {"\\\\", '\\', 2},
        {"\\u00e9x", 0xe9, 6},
        {"\\u00E9", 0xe9, 6},
        {"\\u0000", 0, 6},
        {"\\ud83d\\ude00", 0x1f600, 12},
        {"\\ud83d", UNICODE_REPLACEMENT, 6},
        {"\\ud83d\\u0041", UNICODE_REPLACEMENT, 6},
        {"\\ud83d\\uzzzz", UNICODE_REPLACEMENT, 6},
        {"\\ud83d\\ude0", UNICODE_REPLACEMENT, 6},
        {"\\ude00\\ud83d", UNICODE_REPLACEMENT, 6},
        {"\n", UNICODE_BAD, 0},
        {"\\x", UNICODE_BAD, 0},
        {"\\u00e", UNICODE_BAD, 0},
        {"\\u00g0", UNICODE_BAD, 0},
        {"\\", UNICODE_BAD, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t at = 0;
        uint32_t c = unicode_json(slice_of(cases[i].text), &at);
        if (c != cases[i].c || (c != UNICODE_BAD && at != cases[i].len))
            fail_msg("%s: %x, %zu", cases[i].text, c, at);
    }
}

static void test_texts_are_equal_without_case(void **state)
{
    static const struct {
        const char *a, *b;
        bool equal;
    } cases[] = {
        {"", "", true},
        {"Audit", "AUDIT", true},
        {"\xd0\x90\xd1\x83", "\xd0\xb0\xd0\xa3", true}, /* Cyrillic */
        {"a", "ab", false},
        {"ab", "a", false},
        {"\xff", "\xfe", true}, /* both are shown as U+FFFD */
        {"a\xff", "a", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(unicode_equal(slice_of(cases[i].a), slice_of(cases[i].b)), cases[i].equal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_case_is_folded_one_character_for_one),
        cmocka_unit_test(test_folding_twice_changes_nothing),
        cmocka_unit_test(test_what_is_written_is_read),
        cmocka_unit_test(test_character_of_a_json_string),
        cmocka_unit_test(test_texts_are_equal_without_case),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
