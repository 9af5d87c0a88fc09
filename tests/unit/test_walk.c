/* SPDX-License-Identifier: MIT */
/* walk: a text is read as a strict JSON parser reads it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/walk.c"

struct json_case {
    const char *text;
    bool json;
};

static void assert_json(const struct json_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (walk_is_json(slice_of(cases[i].text)) != cases[i].json)
            fail_msg("%s", cases[i].text);
}

static void test_only_json_is_json(void **state)
{
    static const struct json_case cases[] = {
        {"{}", true},
        {"[]", true},
        {" [ ] ", true},
        {"{\"a\":1,\"b\":[1,{\"c\":null}],\"a\":2}", true},
        {"[1 , 2]", true},
        {"\r\n1\t", true},
        {"", false},
        {" ", false},
        {"1 2", false},
        {"[1,]", false},
        {"[,1]", false},
        {"[1", false},
        {"{\"a\"}", false},
        {"{\"a\":}", false},
        {"{\"a\":1,}", false},
        {"{a:1}", false},
        {"{1:2}", false},
        {"{\"a\":1 \"b\":2}", false},
        {"[1 2]", false},
        {"[1}", false},
        {"{\"a\":1]", false},
        {"// a\n1", false},
        {"]", false},
        {"}", false},
        {",", false},
        {":", false},
        {"\xef\xbb\xbf[]", false},
    };
    (void)state;
    assert_json(cases, sizeof cases / sizeof *cases);
}

static void test_only_numbers_and_words_of_json_are_json(void **state)
{
    static const struct json_case cases[] = {
        {"0", true},         {"-0.5e+3", true}, {"true", true}, {"null", true},
        {"01", false},       {"-", false},      {"1.", false},  {".5", false},
        {"1e", false},       {"+1", false},     {"0x1", false}, {"NaN", false},
        {"Infinity", false}, {"True", false},   {"nul", false}, {"nulll", false},
    };
    (void)state;
    assert_json(cases, sizeof cases / sizeof *cases);
    assert_false(walk_is_json(slice_make("1\0", 2)));
}

static void test_only_strings_of_json_are_json(void **state)
{
    static const struct json_case cases[] = {
        {"\"\"", true},         {"\"a\\u00e4\\n\\\"\"", true},
        {"\"\xc3\xa4\"", true}, {"\"\\ud800\"", true},
        {"'a'", false},         {"\"", false},
        {"\"\\\"", false},      {"\"\\x\"", false},
        {"\"\\u12g4\"", false}, {"\"\\u12\"", false},
        {"\"\n\"", false},      {"\"\xff\"", false},
        {"\"\xc3\"", false},    {"\"\xed\xa0\x80\"", false},
    };
    (void)state;
    assert_json(cases, sizeof cases / sizeof *cases);
    assert_false(walk_is_json(slice_make("\"a\0b\"", 5)));
}

static void test_depth_is_limited(void **state)
{
    char text[4 * WALK_DEPTH];
    (void)state;
    for (int extra = 0; extra < 2; extra++) {
        size_t n = WALK_DEPTH + (size_t)extra;
        memset(text, '[', n);
        memset(text + n, ']', n);
        assert_int_equal(walk_is_json(slice_make(text, 2 * n)), extra == 0);
        for (size_t i = 0; i < n; i++)
            memcpy(text + i, i % 2 ? "{" : "[", 1);
        assert_false(walk_is_json(slice_make(text, 2 * n)));
    }
}

static void test_tokens_have_their_source(void **state)
{
    static const struct {
        enum walk_token token;
        const char *text;
    } rows[] = {
        {WALK_OBJECT, "{"},
        {WALK_NAME, "\"a\""},
        {WALK_ARRAY, "["},
        {WALK_NUMBER, "1"},
        {WALK_STRING, "\"x\\\"y\""},
        {WALK_WORD, "true"},
        {WALK_END, "]"},
        {WALK_NAME, "\"b\""},
        {WALK_OBJECT, "{"},
        {WALK_END, "}"},
        {WALK_END, "}"},
        {WALK_DONE, ""},
        {WALK_DONE, ""},
    };
    struct walk w = walk_of(slice_of(" { \"a\" : [ 1 ,\"x\\\"y\", true ] , \"b\":{ } } "));
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        assert_int_equal(walk_next(&w), rows[i].token);
        assert_true(slice_equal(w.text, slice_of(rows[i].text)));
    }
}

static void test_value_is_skipped_as_a_whole(void **state)
{
    struct walk w = walk_of(slice_of("[ {\"a\":[1]} ,2]"));
    struct slice text;
    (void)state;
    assert_int_equal(walk_skip(&w, &text), -1 + 1);
    assert_true(slice_equal(text, slice_of("[ {\"a\":[1]} ,2]")));
    assert_int_equal(walk_skip(&w, &text), -1);
    w = walk_of(slice_of("[ {\"a\":[1]} ,2]"));
    assert_int_equal(walk_next(&w), WALK_ARRAY);
    assert_int_equal(walk_skip(&w, &text), 0);
    assert_true(slice_equal(text, slice_of("{\"a\":[1]}")));
    assert_int_equal(walk_skip(&w, &text), 0);
    assert_true(slice_equal(text, slice_of("2")));
    assert_int_equal(walk_skip(&w, &text), -1); /* the array ends */
}

static void test_a_name_is_compared_without_escapes(void **state)
{
    struct walk w = walk_of(slice_of("{\"stream\":1,\"strea\\u006d\":2}"));
    (void)state;
    walk_next(&w);
    assert_int_equal(walk_next(&w), WALK_NAME);
    assert_true(walk_is(&w, "stream"));
    assert_false(walk_is(&w, "strea"));
    walk_next(&w);
    assert_int_equal(walk_next(&w), WALK_NAME);
    assert_false(walk_is(&w, "stream"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_json_is_json),
        cmocka_unit_test(test_only_numbers_and_words_of_json_are_json),
        cmocka_unit_test(test_only_strings_of_json_are_json),
        cmocka_unit_test(test_depth_is_limited),
        cmocka_unit_test(test_tokens_have_their_source),
        cmocka_unit_test(test_value_is_skipped_as_a_whole),
        cmocka_unit_test(test_a_name_is_compared_without_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
