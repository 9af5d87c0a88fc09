/* SPDX-License-Identifier: MIT */
/* filter: records pass or are withheld by its rules; keys of different filters differ. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "format/filter.c"

/* A filter_spec that fits on one line; the last rule has field NULL. */
struct words {
    struct filter_rule match[3], lists[3];
    const char *level;
    const char *skip[3];
    const char *query;
    unsigned status_level;
};

static struct filter *build(const struct words *w)
{
    struct filter_spec spec = {
        .match = w->match,
        .lists = w->lists,
        .level = w->level,
        .skip_levels = w->skip,
        .query = slice_of(w->query),
        .status_level = w->status_level,
    };
    while (w->match[spec.nmatch].field)
        spec.nmatch++;
    while (w->lists[spec.nlists].field)
        spec.nlists++;
    return filter_new(&spec);
}

struct decision {
    struct words w;
    const char *payload;
    bool pass;
};

static void assert_decisions(const struct decision *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct filter *f = build(&cases[i].w);
        struct record r;
        assert_non_null(f);
        record_from_message(&r, XID_ZERO, slice_of(cases[i].payload));
        if (filter_pass(f, &r) != cases[i].pass)
            fail_msg("case %zu: %s", i, cases[i].payload);
        record_end(&r);
        filter_free(f);
    }
}

static void test_each_record_passes_without_a_rule(void **state)
{
    static const struct decision cases[] = {
        {{.level = NULL}, "anything", true},
        {{.level = NULL}, "", true},
    };
    (void)state;
    assert_decisions(cases, sizeof cases / sizeof *cases);
    filter_free(NULL);
}

static void test_field_must_equal_its_match(void **state)
{
    static const struct decision cases[] = {
        {{.match = {{"t", "a"}}}, "{\"t\":\"a\"}", true},
        {{.match = {{"t", "a"}}}, "{\"t\":\"b\"}", false},
        {{.match = {{"t", "a"}}}, "{\"t\":\"A\"}", false},
        {{.match = {{"t", "a"}}}, "{\"t\":\"a\",\"x\":NaN}", true},
        {{.match = {{"t", "a"}}}, "{\"t\":\"b\",\"x\":NaN}", false},
        {{.match = {{"t", "a"}}}, "{\"t\":\"ab\"}", false},
        {{.match = {{"t", "a"}}}, "{\"t\":\"a\\u0000\"}", false},
        {{.match = {{"t", "a"}}}, "{\"t\":null}", false},
        {{.match = {{"t", "a"}}}, "{\"t\":[\"a\"]}", false},
        {{.match = {{"t", "a"}}}, "{}", false},
        {{.match = {{"t", "a"}}}, "a", false},
        {{.match = {{"t", "a"}}}, "", false},
        {{.match = {{"t", "a"}}}, "{\"t\":\"b\",\"t\\u0000\":\"a\"}", false},
        {{.match = {{"t", "a,b"}}}, "{\"t\":\"a\"}", false},
        {{.match = {{"t", "a,b"}}}, "{\"t\":\"a,b\"}", true},
        {{.match = {{"t", "42"}}}, "{\"t\":42}", true},
        {{.match = {{"t", ""}}}, "{\"t\":\"\"}", false},
        {{.match = {{"t", ""}}}, "{}", false},
        {{.match = {{"t", "a"}, {"u", "b"}}}, "{\"t\":\"a\",\"u\":\"b\"}", true},
        {{.match = {{"t", "a"}, {"u", "b"}}}, "{\"t\":\"a\",\"u\":\"c\"}", false},
    };
    (void)state;
    assert_decisions(cases, sizeof cases / sizeof *cases);
}

static void test_one_item_of_each_list_must_be_equal(void **state)
{
    static const struct decision cases[] = {
        {{.lists = {{"r", "1"}}}, "{\"r\":1}", true},
        {{.lists = {{"r", "3, 1 ,2"}}}, "{\"r\":\"2\"}", true},
        {{.lists = {{"r", "3, 1 ,2"}}}, "{\"r\":\"4\"}", false},
        {{.lists = {{"r", "3, 1 ,2"}}}, "{}", false},
        {{.lists = {{"r", "1"}}}, "{\"r\":1,\"x\":Infinity}", true},
        {{.lists = {{"r", ",,b c,"}}}, "{\"r\":\"b c\"}", true},
        {{.lists = {{"r", ",,b c,"}}}, "{\"r\":\"\"}", false},
        {{.lists = {{"r", ""}}}, "{}", true},
        {{.lists = {{"r", " , ,"}}}, "not json", true},
        {{.lists = {{"r", ","}, {"s", "1"}}}, "{\"s\":1}", true},
        {{.lists = {{"r", "1,2"}, {"s", "1"}}}, "{\"r\":2,\"s\":1}", true},
        {{.lists = {{"r", "1,2"}, {"s", "1"}}}, "{\"r\":2,\"s\":2}", false},
        /* a list does not pass records that match withholds */
        {{.match = {{"t", "a"}}, .lists = {{"t", "a,b"}}}, "{\"t\":\"b\"}", false},
    };
    (void)state;
    assert_decisions(cases, sizeof cases / sizeof *cases);
}

static void test_level_withholds_lower_levels(void **state)
{
    static const struct decision cases[] = {
        {{.level = "warning"}, "{\"level\":\"WARN\"}", true},
        {{.level = "warning"}, "{\"level\":\"info\"}", false},
        {{.level = "warning"}, "{\"level\":\"Error\"}", true},
        {{.level = "warning"}, "{\"levelname\":\"INFO\"}", false},
        {{.level = "warning"}, "{\"severity\":\"notice\"}", false},
        {{.level = "warning"}, "{\"level\":\"ERROR\",\"severity\":\"INFO\"}", true},
        {{.level = "warning"}, "{\"level\":null,\"severity\":\"INFO\"}", false},
        {{.level = "warning"}, "{\"level\":30}", false},
        {{.level = "warning"}, "{\"level\":40}", true},
        {{.level = "warning"}, "{\"level\":6}", false},
        {{.level = "error"}, "{\"level\":40}", false},
        {{.level = "critical"}, "{\"level\":50}", false},
        {{.level = "error"}, "2026/11/28 11:44:35 [warn] 12#12: x", false},
        {{.level = "error"}, "2026/11/28 11:44:35 [error] 12#12: x", true},
        {{.level = "error"}, "{\"msg\":\"INFO x\"}", false},
        {{.level = "warning"}, "{\"level\":\"odd\"}", true},
        {{.level = "warning"}, "{\"level\":-1}", true},
        {{.level = "warning"}, "{\"level\":NaN}", true},
        {{.level = "warning"}, "{\"level\":\"info\",\"x\":NaN}", false},
        {{.level = "warning"}, "{\"level\":\"\"}", true},
        {{.level = "warning"}, "{}", true},
        {{.level = "warning"}, "not json", true},
    };
    (void)state;
    assert_decisions(cases, sizeof cases / sizeof *cases);
}

static void test_skipped_levels_are_withheld(void **state)
{
    static const struct decision cases[] = {
        {{.skip = {"DEBUG"}}, "{\"level\":\"debug\"}", false},
        {{.skip = {"debug"}}, "{\"level\":\"DBUG\"}", false},
        {{.skip = {"debug"}}, "{\"level\":20}", false},
        {{.skip = {"debug"}}, "DEBUG x", false},
        {{.skip = {"debug"}}, "debug x", true},
        {{.skip = {"debug"}}, "{\"level\":\"info\"}", true},
        {{.skip = {"debug"}}, "{\"level\":\"trace\"}", true},
        {{.skip = {"debug"}}, "{\"level\":\"DEBUG\",\"x\":-Infinity}", false},
        {{.skip = {"debug", "Audit"}}, "{\"level\":\"AUDIT\"}", false},
        {{.skip = {"debug", "Audit"}}, "{\"level\":\"other\"}", true},
        {{.skip = {"\xc3\xa9t\xc3\xa9"}}, "{\"level\":\"\xc3\x89T\\u00c9\"}", false},
        {{.skip = {"debug", "Audit"}}, "{}", true},
        {{.skip = {"debug"}}, "not json", true},
        {{.level = "info", .skip = {"error"}}, "{\"level\":\"error\"}", false},
    };
    (void)state;
    assert_decisions(cases, sizeof cases / sizeof *cases);
}

#define ACCESS(status) "10.0.0.7 - - [28/Nov/2026:11:44:35 +0000] \"GET / HTTP/1.1\" " status " 5"

static void test_status_of_a_line_is_its_level_by_option(void **state)
{
    static const struct decision cases[] = {
        {{.level = "critical", .status_level = 500}, ACCESS("503"), false},
        {{.level = "error", .status_level = 500}, ACCESS("503"), true},
        {{.level = "critical"}, ACCESS("503"), true}, /* unknown */
        {{.level = "critical", .status_level = 500}, ACCESS("404"), true},
        {{.level = "error", .status_level = 400}, ACCESS("404"), false},
        {{.skip = {"error"}, .status_level = 500}, ACCESS("503"), false},
        {{.skip = {"error"}}, ACCESS("503"), true},
        {{.query = "-level=error", .status_level = 500}, ACCESS("503"), false},
        {{.query = "status>=400"}, ACCESS("503"), true},
        {{.query = "status>=400"}, ACCESS("200"), false},
        {{.query = "status>=400"},
         "10.0.0.7 - [28/Nov/2026:11:44:35 +0000] \"GET / HTTP/1.1\" 404 5",
         true},
    };
    (void)state;
    assert_decisions(cases, sizeof cases / sizeof *cases);
}

static void test_text_is_found_in_any_case(void **state)
{
    static const struct decision cases[] = {
        {{.query = "b"}, "abc", true},
        {{.query = "ABC"}, "xxabcxx", true},
        {{.query = "abc"}, "xxAbC", true},
        {{.query = "abc"}, "ab", false},
        {{.query = "abc"}, "ababd", false},
        {{.query = "aab"}, "aaab", true},
        {{.query = "abacababac"}, "abacabacababac", true},
        {{.query = "abacababac"}, "abacabacababad", false},
        {{.query = "aabaaac"}, "aabaaabaaac", true},
        {{.query = "x"}, "", false},
        {{.query = "[@{"},
         "{`[@[",
         false}, /* not letters, but they differ only in the bit that is the case of letters */
        {{.query = "\xc3\xa9"}, "caf\xc3\xa9", true},
        {{.query = "\xc3\xa9"}, "CAF\xc3\x89", true},
        {{.query = "caf\xc3\xa9"}, "{\"m\":\"CAF\\u00c9\"}", true},
        {{.query = "say \"hi\""}, "{\"m\":\"say \\\"hi\\\"\"}", true},
        {{.query = "x", .lists = {{"r", "1"}}}, "{\"r\":1}", false},
        {{.query = "x", .lists = {{"r", "1"}}}, "{\"r\":1,\"m\":\"X\"}", true},
    };
    (void)state;
    assert_decisions(cases, sizeof cases / sizeof *cases);
}

/* An entry has the payload and one more field. */
static void test_filter_sees_the_entry_s_other_fields(void **state)
{
    static const struct {
        struct words w;
        const char *payload, *name, *value;
        bool pass;
    } cases[] = {
        {{.level = "info"}, "text", "level", "DEBUG", false},
        {{.level = "info"}, "text", "level", "warn", true},
        {{.level = "info"}, "text", "severity", "7", false},
        {{.level = "info"}, "text", "severity", "10", true},
        {{.level = "info"}, "{\"level\":\"ERROR\"}", "level", "DEBUG", true},
        {{.level = "info"}, "{\"level\":\"DEBUG\"}", "level", "ERROR", false},
        {{.level = "info"}, "{\"severity\":\"ERROR\"}", "level", "DEBUG", true},
        {{.level = "info"}, "{\"level\":null}", "level", "DEBUG", false},
        {{.level = "info"}, "{\"m\":1}", "levelname", "DEBUG", false},
        {{.skip = {"debug"}}, "text", "level", "Debug", false},
        {{.skip = {"debug"}}, "{\"level\":\"INFO\"}", "level", "Debug", true},
        {{.lists = {{"host", "web1,web2"}}}, "text", "host", "web2", true},
        {{.lists = {{"host", "web1,web2"}}}, "text", "host", "web3", false},
        {{.lists = {{"host", "web2"}}}, "{\"host\":\"web1\"}", "host", "web2", false},
        {{.lists = {{"host", "web1"}}}, "{\"host\":\"web1\"}", "host", "web2", true},
        {{.match = {{"t", "a"}}}, "text", "t", "a", true},
        {{.match = {{"t", "a"}}}, "text", "t", "b", false},
        {{.match = {{"t", "a"}}}, "text", "u", "a", false},
        {{.match = {{"t", "a"}}}, "{\"t\":\"a\"}", "u", "b", true},
        {{.match = {{"t", "a"}}}, "{\"t\":\"a\"}", "t", "a", true},
        /* both have it: neither of them decides who may see it */
        {{.match = {{"t", "a"}}}, "{\"t\":\"a\"}", "t", "b", false},
        {{.match = {{"t", "a"}}}, "{\"t\":\"b\"}", "t", "a", false},
        {{.match = {{"t", "a"}}}, "{\"t\":{}}", "t", "a", false},
        {{.match = {{"t", "a"}}}, "{\"t\":null}", "t", "a", true},
        {{.match = {{"t", ""}}}, "text", "t", "", false},
        {{.query = "WEB2"}, "text", "host", "web2", true},
        {{.query = "host"}, "text", "host", "web2", false},
        {{.query = "web2"}, "text", "event", "web2", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct slice fields[] = {slice_of(cases[i].name), slice_of(cases[i].value),
                                       slice_of("data"), slice_of(cases[i].payload)};
        struct filter *f = build(&cases[i].w);
        struct record r;
        assert_int_equal(record_from_entry(&r, XID_ZERO, fields, 2, "data", "event"), 0);
        if (filter_pass(f, &r) != cases[i].pass)
            fail_msg("case %zu: %s beside %s", i, cases[i].payload, cases[i].value);
        record_end(&r);
        filter_free(f);
    }
}

/* A value of an entry has no NUL behind it. */
static void test_time_of_an_entry_is_read_within_its_length(void **state)
{
    static const char digits[] = "2.759";
    struct filter_spec spec = {.since_field = "time", .since = 2.755, .until = XID_MAX};
    struct filter *f = filter_new(&spec);
    (void)state;
    for (size_t len = 0; len < sizeof digits; len++) {
        struct slice fields[] = {slice_of("data"), slice_of("text"), slice_of("time"),
                                 slice_make(digits, len)};
        struct record r;
        assert_int_equal(record_from_entry(&r, XID_ZERO, fields, 2, "data", "event"), 0);
        assert_int_equal(filter_pass(f, &r), len == sizeof digits - 1);
        record_end(&r);
    }
    filter_free(f);
}

static void test_json_is_parsed_only_for_a_rule(void **state)
{
    static const struct {
        struct words w;
        bool parsed;
    } cases[] = {
        {{.level = NULL}, false},          {{.query = "a"}, false},
        {{.lists = {{"r", ", "}}}, false}, {{.query = "nowhere", .match = {{"a", "1"}}}, false},
        {{.match = {{"a", "1"}}}, true},   {{.level = "info"}, true},
        {{.skip = {"debug"}}, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct filter *f = build(&cases[i].w);
        struct record r;
        record_from_message(&r, XID_ZERO, slice_of("{\"a\":\"1\"}"));
        filter_pass(f, &r);
        assert_int_equal(r.parsed, cases[i].parsed);
        record_end(&r);
        filter_free(f);
    }
}

static void test_different_filters_have_different_keys(void **state)
{
    static const struct words different[] = {
        {.level = NULL},
        {.level = "info"},
        {.level = "notice"},
        {.skip = {"info"}},
        {.skip = {"info", "debug"}},
        {.query = "info"},
        {.query = "0:"},
        {.query = "-info"},
        {.query = "info 0:"},
        {.query = "/info/"},
        {.query = "/info/i"},
        {.query = "a=info"},
        {.query = "a~info"},
        {.query = "level=info"},
        {.query = "level>=info"},
        {.match = {{"a", "b"}}},
        {.lists = {{"a", "b"}}},
        {.match = {{"a", "b"}}, .lists = {{"a", "b"}}},
        {.match = {{"a", "b,c"}}},
        {.lists = {{"a", "b,c"}}},
        {.lists = {{"a", "b"}, {"a", "c"}}},
        {.lists = {{"a", "b"}, {"c", "d"}}},
        {.lists = {{"a", "b,c,d"}}},
        {.lists = {{"ab", "c"}}},
        {.lists = {{"a", "bc"}}},
        {.lists = {{"a", "1:b"}}},
        {.lists = {{"a1;1:b", "c"}}},
        {.match = {{"a", "1:b"}}},
        {.lists = {{"a", "1;b"}}}, /* without lengths it would equal the next */
        {.lists = {{"a1;", "b"}}},
    };
    static const struct words same[][2] = {
        {{.level = "warn"}, {.level = "WARNING"}},
        {{.query = "Abc"}, {.query = "aBC"}},
        {{.query = "a b"}, {.query = "b  \"A\" b"}},
        {{.query = "level=err"}, {.query = "level=ERROR"}},
        {{.query = "\"\""}, {.query = NULL}},
        {{.query = "\xc3\xa9"}, {.query = "\xc3\x89"}},
        {{.lists = {{"a", "x, y"}}}, {.lists = {{"a", "y,x,,y"}}}},
        {{.lists = {{"a", ","}}}, {.level = NULL}},
    };
    size_t n = sizeof different / sizeof *different;
    (void)state;
    for (size_t i = 0; i < n * n; i++) {
        struct filter *a = build(&different[i / n]), *b = build(&different[i % n]);
        if (slice_equal(filter_key(a), filter_key(b)) != (i / n == i % n))
            fail_msg("%zu and %zu: %s", i / n, i % n, filter_key(a).p);
        filter_free(a);
        filter_free(b);
    }
    for (size_t i = 0; i < sizeof same / sizeof *same; i++) {
        struct filter *a = build(&same[i][0]), *b = build(&same[i][1]);
        assert_true(slice_equal(filter_key(a), filter_key(b)));
        filter_free(a);
        filter_free(b);
    }
}

/* Most streams have no filter, so that one takes no memory. */
static void test_filters_without_a_rule_are_one(void **state)
{
    struct words none = {.level = NULL}, empty = {.lists = {{"a", ","}}}, some = {.level = "INFO"};
    struct filter *a = build(&none), *b = build(&empty), *c = build(&some);
    (void)state;
    assert_ptr_equal(a, b);
    assert_ptr_not_equal(a, c);
    filter_free(a);
    assert_int_equal(filter_key(b).len, 0);
    filter_free(b);
    filter_free(c);
}

static void test_unknown_level_is_refused(void **state)
{
    static const char *const names[] = {"", "loud", "info,debug", "20"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        struct filter_spec spec = {.level = names[i]};
        errno = 0;
        assert_null(filter_new(&spec));
        assert_int_equal(errno, EINVAL);
    }
}

static void test_wrong_query_is_refused_with_its_reason(void **state)
{
    char why[QUERY_WHY] = "x";
    struct filter_spec spec = {.query = slice_of("level=foo"), .why = why};
    (void)state;
    assert_null(filter_new(&spec));
    assert_int_equal(errno, EINVAL);
    assert_string_equal(why, "\"foo\" is no level");
    spec.query = slice_of("level=info");
    spec.level = "loud";
    assert_null(filter_new(&spec));
    assert_int_equal(errno, EINVAL);
    assert_string_equal(why, "");
}

/* The time that an expression takes would tell about a record that the viewer may not see. */
static void test_expressions_are_tried_only_on_records_that_match(void **state)
{
    struct words w = {.match = {{"t", "a"}}, .query = "/(x+x+)+[yz]/"};
    struct filter *f = build(&w);
    struct record r;
    (void)state;
    record_from_message(&r, XID_ZERO,
                        slice_of("{\"t\":\"a\",\"m\":\"xxxxxxxxxxxxxxxxxxxxxxxxxx\"}"));
    assert_true(filter_pass(f, &r));
    record_end(&r);
    record_from_message(&r, XID_ZERO,
                        slice_of("{\"t\":\"b\",\"m\":\"xxxxxxxxxxxxxxxxxxxxxxxxxx\"}"));
    assert_false(filter_pass(f, &r));
    record_end(&r);
    filter_free(f);
}

static void test_strings_are_copied(void **state)
{
    char field[] = "run", values[] = "1,2", skip[] = "debug", text[] = "run";
    const char *const skips[] = {skip, NULL};
    struct filter_rule rule = {field, values};
    struct filter_spec spec = {
        .lists = &rule, .nlists = 1, .skip_levels = skips, .query = slice_of(text)};
    struct filter *f = filter_new(&spec);
    struct record r;
    (void)state;
    memset(field, 'x', sizeof field - 1);
    memset(values, 'x', sizeof values - 1);
    memset(skip, 'x', sizeof skip - 1);
    memset(text, 'x', sizeof text - 1);
    record_from_message(&r, XID_ZERO, slice_of("{\"run\":2,\"level\":\"info\"}"));
    assert_true(filter_pass(f, &r));
    record_end(&r);
    record_from_message(&r, XID_ZERO, slice_of("{\"run\":2,\"level\":\"debug\"}"));
    assert_false(filter_pass(f, &r));
    record_end(&r);
    filter_free(f);
}

/* skip_texts and skip_loggers; since_field up to an id. */
static void test_skipped_and_older_records_are_withheld(void **state)
{
    static const char *const texts[] = {" DEBUG ", "marker()", NULL}, *const loggers[] = {"a.b",
                                                                                          NULL};
    static const struct {
        uint64_t ms;
        const char *payload;
        bool pass, since;
    } cases[] = {
        {1, "a DEBUG b", false, false},
        {1, "DEBUG b", true, false},
        {1, "a debug b", true, false},
        {1, "{\"m\":\"by marker() x\"}", false, false},
        {1, "{\"m\":\"by marker\\u0028) x\"}", false, false},
        {1, "{\"logger\":\"a.b\"}", false, false},
        {1, "{\"logger\":\"a.b.c\"}", true, false},
        {1, "", true, false},
        {5, "{\"time\":2.5}", false, true},
        {5, "{\"time\":2.75}", true, true},
        {5, "{\"time\":\"2.75\"}", true, true},
        {5, "{\"time\":null}", false, true},
        {5, "{\"time\":NaN}", false, true},
        {5, "{\"time\":2.75,\"x\":NaN}", true, true},
        {5, "text", false, true},
        {6, "{\"time\":1}", true, true},
        {6, "text", true, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct filter_spec spec = {.skip_texts = texts, .skip_loggers = loggers};
        struct filter *plain = filter_new(&spec), *f;
        struct record r;
        if (cases[i].since) {
            spec.since_field = "time";
            spec.since = 2.5;
            spec.until = (struct xid){5, 7};
        }
        f = filter_new(&spec);
        assert_non_null(f);
        assert_int_equal(slice_equal(filter_key(plain), filter_key(f)), !cases[i].since);
        record_from_message(&r, (struct xid){cases[i].ms, 7}, slice_of(cases[i].payload));
        assert_int_equal(filter_pass(f, &r), cases[i].pass);
        record_end(&r);
        filter_free(plain);
        filter_free(f);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_record_passes_without_a_rule),
        cmocka_unit_test(test_field_must_equal_its_match),
        cmocka_unit_test(test_one_item_of_each_list_must_be_equal),
        cmocka_unit_test(test_level_withholds_lower_levels),
        cmocka_unit_test(test_skipped_levels_are_withheld),
        cmocka_unit_test(test_status_of_a_line_is_its_level_by_option),
        cmocka_unit_test(test_text_is_found_in_any_case),
        cmocka_unit_test(test_filter_sees_the_entry_s_other_fields),
        cmocka_unit_test(test_time_of_an_entry_is_read_within_its_length),
        cmocka_unit_test(test_json_is_parsed_only_for_a_rule),
        cmocka_unit_test(test_different_filters_have_different_keys),
        cmocka_unit_test(test_filters_without_a_rule_are_one),
        cmocka_unit_test(test_unknown_level_is_refused),
        cmocka_unit_test(test_wrong_query_is_refused_with_its_reason),
        cmocka_unit_test(test_expressions_are_tried_only_on_records_that_match),
        cmocka_unit_test(test_strings_are_copied),
        cmocka_unit_test(test_skipped_and_older_records_are_withheld),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
