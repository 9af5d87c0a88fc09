/* SPDX-License-Identifier: MIT */
/* json: only strict JSON is read; two rules add to that; scalars keep their text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "format/json.c"

#define S(text)                                                                                    \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }

static bool is_read(struct slice text, int depth, unsigned rules)
{
    struct json_object *o = json_read(text, depth, rules);
    json_object_put(o);
    return o != NULL;
}

static void test_numbers_follow_the_grammar(void **state)
{
    static const char *const good[] = {"0",    "-0",   "10",  "-1",     "0.0",   "1.50", "1e3",
                                       "1E+3", "1e-3", "0e0", "-1.5e2", "1e400", "0.1E1"};
    static const char *const bad[] = {
        "00",  "01",  "-",    "-01",  "1.",        ".5",  "1.e1", "1e",  "1e+", "+1",  "1.5.",
        "1-2", "--1", "0x10", "1e1.", "-Infinity", "NaN", "nan",  "1_0", "1 2", "- 1", "1e 1"};
    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (!is_read(slice_of(good[i]), 1, 0))
            fail_msg("%s", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[64];
        snprintf(text, sizeof text, "{\"a\":%s}", bad[i]);
        if (is_read(slice_of(bad[i]), 1, 0) || is_read(slice_of(text), 1, 0))
            fail_msg("%s", bad[i]);
    }
}

static void test_numbers_that_are_not_finite_are_read_only_on_request(void **state)
{
    static const char *const numbers[] = {"NaN", "Infinity", "-Infinity", "[NaN,-Infinity]"};
    static const char *const others[] = {"nan",  "-NaN", "Inf",      "infinity",
                                         "NaNs", "1NaN", "+Infinity"};
    (void)state;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        assert_true(is_read(slice_of(numbers[i]), 2, JSON_NAN));
        assert_false(is_read(slice_of(numbers[i]), 2, JSON_UNIQUE | JSON_UTF8));
    }
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(is_read(slice_of(others[i]), 2, JSON_NAN));
}

static void test_rules_refuse_equal_names_and_illformed_utf8(void **state)
{
    static const struct {
        struct slice text;
        bool plain, unique, utf8;
    } rows[] = {
        {S("{}"), true, true, true},
        {S("[]"), true, true, true},
        {S("\"a:b\""), true, true, true},
        {S("{\"a\":1,\"b\":\":\"}"), true, true, true},
        {S("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":null}]}"), true, true, true},
        {S("{\"a\" : [[{\"b\":{}}]]}"), true, true, true},
        {S("{\"\":1,\"\\\":\":2}"), true, true, true},
        {S("{\"a\":1,\"a\":1}"), true, false, true},
        {S("{\"a\":1,\"\\u0061\":1}"), true, false, true},
        {S("{\"a\":{\"b\":1,\"c\":2},\"a\":3}"), true, false, true},
        {S("{\"a\":[{\"b\":1,\"b\":null}]}"), true, false, true},
        /* json-c reads both as U+FFFD. */
        {S("{\"\\ud800\":1,\"\\udc00\":2}"), true, false, true},
        {S("{\"a\":\"\xc3\xa9\"}"), true, true, true},
        {S("{\"a\":\"\xff\"}"), true, true, false},
        {S("{\"\xc3\":1}"), true, true, false},
        {S("{\"a\":\"\xed\xa0\x80\"}"), true, true, false},
        {S("{\"a\":1,\"a\\u0000\":2}"), false, false, false},
        {S("{\"a\":\"\\u0000\"}"), true, true, true},
        {S("{\"a\":1}\0"), false, false, false},
        {S("{\"a\":1}\0{\"a\":2}"), false, false, false},
        {S("null"), false, false, false},
        {S(""), false, false, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (is_read(rows[i].text, 8, JSON_LAST_COUNTS) != rows[i].plain ||
            is_read(rows[i].text, 8, JSON_UNIQUE) != rows[i].unique ||
            is_read(rows[i].text, 8, JSON_UTF8) != rows[i].utf8)
            fail_msg("row %zu: %s", i, rows[i].text.p);
}

static void test_depth_counts_arrays_and_objects(void **state)
{
    (void)state;
    assert_true(is_read(slice_of("1"), 1, 0));
    assert_true(is_read(slice_of("[1]"), 1, 0));
    assert_false(is_read(slice_of("[[1]]"), 1, 0));
    assert_true(is_read(slice_of("{\"a\":[1]}"), 2, 0));
    assert_false(is_read(slice_of("{\"a\":[{\"b\":1}]}"), 2, 0));
}

static void test_scalars_give_their_text(void **state)
{
    static const struct {
        const char *json, *text;
    } rows[] = {
        {"\"x\"", "x"},
        {"42", "42"},
        {"-7", "-7"},
        {"1.50", "1.50"},
        {"1e3", "1e3"},
        {"true", "true"},
        {"18446744073709551615", "18446744073709551615"},
        {"18446744073709551616", "18446744073709551616"},
        {"-9223372036854775809", "-9223372036854775809"},
        {"123456789012345678901234567890", "123456789012345678901234567890"},
        {"1234567890123456789e0", "1234567890123456789e0"},
        {"[]", NULL},
        {"{}", NULL},
    };
    struct slice text;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct json_object *o = json_read(slice_of(rows[i].json), 1, 0);
        assert_non_null(o);
        if (json_text(o, &text) != (rows[i].text != NULL) ||
            (rows[i].text && !slice_equal(text, slice_of(rows[i].text))))
            fail_msg("%s", rows[i].json);
        json_object_put(o);
    }
    assert_false(json_text(NULL, &text));
}

static void test_paths_that_may_lead_to_a_member_are_found(void **state)
{
    static const char paths[][16] = {"level", "log.level", "log_level", "le", "levels.a", "x"};
    static const struct {
        const char *json;
        uint64_t found;
    } rows[] = {
        {"{\"level\":null,\"b\":1}", 1},
        {"{\"log\":3,\"log_level\":3}", 2 | 4},
        {"{\"log.level\":3}", 2},
        {"{\"\":1,\"levels\":{}}", 16},
        {"{}", 0},
        {"[1]", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct json_object *o = json_read(slice_of(rows[i].json), 2, 0);
        if (json_leading(o, paths[0], sizeof *paths, 6) != rows[i].found)
            fail_msg("%s", rows[i].json);
        json_object_put(o);
    }
    assert_int_equal(json_leading(NULL, paths[0], sizeof *paths, 6), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_numbers_follow_the_grammar),
        cmocka_unit_test(test_numbers_that_are_not_finite_are_read_only_on_request),
        cmocka_unit_test(test_rules_refuse_equal_names_and_illformed_utf8),
        cmocka_unit_test(test_depth_counts_arrays_and_objects),
        cmocka_unit_test(test_scalars_give_their_text),
        cmocka_unit_test(test_paths_that_may_lead_to_a_member_are_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
