/* SPDX-License-Identifier: MIT */
/* member: which member of an object is found, and which texts have none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/member.c"

static void test_member_is_found_as_json_has_it(void **state)
{
    static const struct {
        const char *text, *value; /* of "a"; NULL: not found */
    } cases[] = {
        {"{\"a\":3}", "3"},
        {"{ \"b\" : {\"a\":1} , \"a\" :\t3 }", "3"},
        {"{\"b\":[1,{\"a\":2}],\"a\":null}", "null"},
        {"{\"b\":\"\\\"a\\\":1\",\"a\":2}", "2"},
        {"{\"b\":\",\\\"a\\\":\\\"x\\\"\",\"a\":\"y\"}", "\"y\""},
        {"{\"a\":1,\"a\":2}", "1"},
        {"{\"a\":[1, 2]}", "[1, 2]"},
        {"{\"a\":1,\"b\":\"cut he", "1"},
        {"{\"a\":\"cut he", NULL},
        {"{\"b\":\"cut he", NULL},
        {"{\"aa\":1}", NULL},
        {"{\"b\":\"a\"}", NULL},
        {"{\"b\":{\"a\":1}}", NULL},
        {"{b:1,\"a\":1}", NULL},
        {"[\"a\",1]", NULL},
        {"\"a\":1", NULL},
        {"{}", NULL},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice value;
        print_message("%s\n", cases[i].text);
        assert_int_equal(member_find(slice_of(cases[i].text), "a", &value), cases[i].value != NULL);
        assert_true(!cases[i].value || slice_equal(value, slice_of(cases[i].value)));
    }
}

static void test_number_is_whole_and_not_negative(void **state)
{
    static const struct {
        const char *text;
        bool found;
        uint64_t number;
    } cases[] = {
        {"{\"n\":0}", true, 0},
        {"{\"n\":18446744073709551614}", true, UINT64_MAX - 1},
        {"{\"n\":18446744073709551615}", false, 0},
        {"{\"n\":-1}", false, 0},
        {"{\"n\":1.5}", false, 0},
        {"{\"n\":1e3}", false, 0},
        {"{\"n\":\"1\"}", false, 0},
        {"{\"n\":null}", false, 0},
        {"{}", false, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t n = 0;
        print_message("%s\n", cases[i].text);
        assert_int_equal(member_number(slice_of(cases[i].text), "n", &n), cases[i].found);
        assert_true(!cases[i].found || n == cases[i].number);
    }
}

static void test_string_has_no_escapes(void **state)
{
    struct slice s;
    (void)state;
    assert_true(member_string(slice_of("{\"s\":\"a b\"}"), "s", &s));
    assert_true(slice_equal(s, slice_of("a b")));
    assert_true(member_string(slice_of("{\"s\":\"\"}"), "s", &s));
    assert_int_equal(s.len, 0);
    assert_false(member_string(slice_of("{\"s\":\"a\\nb\"}"), "s", &s));
    assert_false(member_string(slice_of("{\"s\":1}"), "s", &s));
    assert_false(member_string(slice_make(NULL, 0), "s", &s));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_member_is_found_as_json_has_it),
        cmocka_unit_test(test_number_is_whole_and_not_negative),
        cmocka_unit_test(test_string_has_no_escapes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
