/* SPDX-License-Identifier: MIT */
/* record: entries become payloads, and only payloads that are strict JSON have fields. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/record.c"

#define S(text)                                                                                    \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }

static void test_entry_gives_payload_and_event(void **state)
{
    static const struct slice fields[] = {S("data"),    S("one"), S("event"), S("deploy"),
                                          S("other"),   S("x"),   S("data"),  S("two"),
                                          S("event\0"), S("no")};
    struct record r;
    (void)state;
    assert_int_equal(record_from_entry(&r, (struct xid){3, 4}, fields, 5, "data", "event"), 0);
    assert_true(r.has_id && r.id.ms == 3 && r.id.seq == 4);
    assert_true(slice_equal(r.data, slice_of("two")));
    assert_ptr_equal(r.data.p, fields[7].p); /* not copied */
    assert_true(slice_equal(r.event, slice_of("deploy")));
    record_end(&r);
    record_end(&r);
    record_from_message(&r, XID_ZERO, slice_of("{\"a\":1}"));
    assert_false(r.has_id);
    assert_int_equal(r.event.len, 0);
    assert_non_null(record_json(&r));
    record_end(&r);
    assert_null(record_json(&r));
}

static void test_entry_without_payload_becomes_an_object(void **state)
{
    static const struct {
        struct slice fields[6];
        size_t pairs;
        const char *data;
    } cases[] = {
        {{{0}}, 0, "{}"},
        {{S("a"), S("1"), S("b"), S("x y")}, 2, "{\"a\":\"1\",\"b\":\"x y\"}"},
        {{S("a"), S("1"), S("b"), S("2"), S("a"), S("3")}, 3, "{\"b\":\"2\",\"a\":\"3\"}"},
        {{S("q\"\\"), S("\n\r\t\x01\x1f/\x7f")},
         1,
         "{\"q\\\"\\\\\":\"\\n\\u000d\\u0009\\u0001\\u001f/\x7f\"}"},
        {{S("\xff"), S("\xe2\x82")}, 1, "{\"\xef\xbf\xbd\":\"\xef\xbf\xbd\"}"},
        {{S("\xff"), S("1"), S("\xfe"), S("2")}, 2, "{\"\xef\xbf\xbd\":\"2\"}"},
        {{S("n\0l"), S("\0"), S("n"), S("3")}, 2, "{\"n\\u0000l\":\"\\u0000\",\"n\":\"3\"}"},
        {{S(""), {NULL, 0}}, 1, "{\"\":\"\"}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct json_object *json;
        struct record r;
        assert_int_equal(
            record_from_entry(&r, XID_ZERO, cases[i].fields, cases[i].pairs, "data", "event"), 0);
        assert_string_equal(r.data.p, cases[i].data);
        json = json_tokener_parse(r.data.p);
        assert_non_null(json);
        json_object_put(json);
        record_end(&r);
    }
}

static void test_made_payload_has_its_fields(void **state)
{
    static const struct slice fields[] = {S("run"), S("7\"8"), S("event"), S("log")};
    struct slice text;
    struct record r;
    (void)state;
    record_from_entry(&r, XID_ZERO, fields, 2, "data", "event");
    assert_true(slice_equal(r.event, slice_of("log")));
    assert_true(record_field(&r, "run", RECORD_ANY, &text));
    assert_true(slice_equal(text, slice_of("7\"8")));
    assert_true(record_field(&r, "event", RECORD_ANY, &text));
    record_end(&r);
}

#define MAX_PAIRS 4

struct entry {
    const char *fields[2 * MAX_PAIRS]; /* names and values, then NULL */
};

static struct record make_entry(const struct entry *e, struct slice fields[2 * MAX_PAIRS])
{
    struct record r;
    size_t n = 0;
    for (; n < (size_t)2 * MAX_PAIRS && e->fields[n]; n++)
        fields[n] = slice_of(e->fields[n]);
    assert_int_equal(record_from_entry(&r, XID_ZERO, fields, n / 2, "data", "event"), 0);
    return r;
}

static void test_payload_s_field_comes_before_the_entry_s(void **state)
{
    static const struct {
        struct entry entry;
        const char *any, *payload, *own; /* the field "a"; NULL: there is none */
    } cases[] = {
        {{{"data", "text", "a", "1"}}, "1", NULL, "1"},
        {{{"a", "1", "data", "text", "a", "2"}}, "2", NULL, "2"},
        {{{"data", "{\"a\":3}", "a", "1"}}, "3", "3", "1"},
        {{{"data", "{\"a\":\"\"}", "a", "1"}}, "", "", "1"},
        {{{"data", "{\"a\":null}", "a", "1"}}, "1", NULL, "1"},
        {{{"data", "{\"a\":[1]}", "a", "1"}}, NULL, NULL, "1"},
        {{{"data", "{\"a\":{}}", "a", "1"}}, NULL, NULL, "1"},
        {{{"data", "{\"b\":3}", "a", "1"}}, "1", NULL, "1"},
        {{{"data", "{\"a\":3}"}}, "3", "3", NULL},
        {{{"data", "text", "A", "1", "event", "a"}}, NULL, NULL, NULL},
        /* without a payload field all fields are the payload */
        {{{"a", "1", "b", "2"}}, "1", "1", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *want[] = {cases[i].any, cases[i].payload, cases[i].own};
        for (int from = RECORD_ANY; from <= RECORD_ENTRY; from++) {
            struct slice fields[2 * MAX_PAIRS], text;
            struct record r = make_entry(&cases[i].entry, fields);
            bool found = record_field(&r, "a", (enum record_field_source)from, &text);
            if (found != (want[from] != NULL) ||
                (found && !slice_equal(text, slice_of(want[from]))))
                fail_msg("case %zu from %d", i, from);
            record_end(&r);
        }
    }
}

static void test_payload_and_event_are_no_fields_of_the_entry(void **state)
{
    static const struct entry entry = {{"data", "text", "event", "deploy"}};
    struct slice fields[2 * MAX_PAIRS], text;
    struct record r = make_entry(&entry, fields);
    (void)state;
    assert_false(record_field(&r, "data", RECORD_ANY, &text));
    assert_false(record_field(&r, "event", RECORD_ANY, &text));
    record_end(&r);
    assert_false(record_field(&r, "level", RECORD_ANY, &text));
}

static void test_fields_beside_the_payload_are_bounded(void **state)
{
    enum { PAIRS = RECORD_MAX_BESIDE + 5 };
    static char names[PAIRS][8], large[RECORD_MAX_BESIDE_BYTES];
    struct slice fields[2 * PAIRS], out[2 * RECORD_MAX_BESIDE];
    struct record r;
    (void)state;
    for (size_t i = 0; i < PAIRS; i++) {
        snprintf(names[i], sizeof names[i], "n%zu", i);
        fields[2 * i] = fields[2 * i + 1] = slice_of(names[i]);
    }
    fields[0] = slice_of("data");
    fields[2] = slice_of("event");
    fields[4] = slice_of("n5");                   /* the later one counts */
    fields[6] = slice_make("n\0x", 3);            /* no name everywhere */
    fields[8] = slice_make("\xff", 1);            /* nor is this */
    fields[13] = slice_make(large, sizeof large); /* too large, and the next ones are not */
    assert_int_equal(record_from_entry(&r, XID_ZERO, fields, PAIRS, "data", "event"), 0);
    assert_int_equal(record_beside(&r, out), RECORD_MAX_BESIDE - 6);
    assert_true(slice_equal(out[0], slice_of("n5")) && slice_equal(out[1], slice_of("n5")));
    assert_true(slice_equal(out[2], slice_of("n7")));
    record_end(&r);
    assert_int_equal(record_beside(&r, out), 0);
    assert_int_equal(record_from_entry(&r, XID_ZERO, fields, PAIRS, "other", "event"), 0);
    assert_int_equal(record_beside(&r, out), 0); /* they are in the payload */
    record_end(&r);
}

struct field_case {
    struct slice payload;
    const char *text; /* of the field "a"; NULL: there is none */
};

static void assert_fields(const struct field_case *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct slice text = {0};
        struct record r;
        record_from_message(&r, XID_ZERO, cases[i].payload);
        if (record_field(&r, "a", RECORD_ANY, &text) != (cases[i].text != NULL))
            fail_msg("case %zu: %s", i, cases[i].payload.p);
        if (cases[i].text && !slice_equal(text, slice_of(cases[i].text)))
            fail_msg("case %zu: %.*s", i, (int)text.len, text.p);
        record_end(&r);
    }
}

static void test_values_of_fields_are_read_as_text(void **state)
{
    static const struct field_case cases[] = {
        {S("{\"a\":\"x\"}"), "x"},
        {S("{\"a\":\"\"}"), ""},
        {S("{\"a\":\"\\u00e9\\n\"}"), "\xc3\xa9\n"},
        {S(" {\"b\":1,\"a\":42} \r\n\t"), "42"},
        {S("{\"a\":-42}"), "-42"},
        {S("{\"a\":true}"), "true"},
        {S("{\"a\":false}"), "false"},
        {S("{\"a\":1.50}"), "1.50"},
        {S("{\"a\":1e3}"), "1e3"},
        {S("{\"a\":1.5E+300}"), "1.5E+300"},
        {S("{\"a\":1,\"a\":2}"), "2"},
        {S("{\"a\":\"bad \xff bytes\"}"), "bad \xff bytes"},
    };
    (void)state;
    assert_fields(cases, sizeof cases / sizeof *cases);
}

/* 64 bits and beyond. */
static void test_numbers_of_any_size_are_kept(void **state)
{
    static const struct field_case cases[] = {
        {S("{\"a\":9223372036854775807}"), "9223372036854775807"},
        {S("{\"a\":18446744073709551615}"), "18446744073709551615"},
        {S("{\"a\":18446744073709551616}"), "18446744073709551616"},
        {S("{\"a\":123456789012345678901234567890,\"b\":[99999999999999999999]}"),
         "123456789012345678901234567890"},
        {S("{\"a\":-9223372036854775808}"), "-9223372036854775808"},
        {S("{\"a\":-9223372036854775809}"), "-9223372036854775809"},
        {S("{\"a\":18446744073709551616.5}"), "18446744073709551616.5"},
        {S("{\"a\":\"18446744073709551616\"}"), "18446744073709551616"},
        {S("{\"a\":\"18446744073709551616e0\"}"), "18446744073709551616e0"},
        {S("{\"a\":1e0}"), "1e0"},
        {S("{\"b\":18446744073709551616,\"a\":\"after\"}"), "after"},
    };
    (void)state;
    assert_fields(cases, sizeof cases / sizeof *cases);
}

static void test_numbers_of_python_that_are_not_finite_are_kept(void **state)
{
    static const struct field_case cases[] = {
        {S("{\"a\":NaN}"), "NaN"},
        {S("{\"a\":1,\"b\":NaN}"), "1"},
        {S("{\"b\":[NaN, -Infinity],\"a\":Infinity}"), "Infinity"},
        {S("{\"a\":-Infinity}"), "-Infinity"},
    };
    (void)state;
    assert_fields(cases, sizeof cases / sizeof *cases);
}

static void test_other_values_have_no_text(void **state)
{
    static const struct field_case cases[] = {
        {S("{\"a\":null}"), NULL},
        {S("{\"a\":{}}"), NULL},
        {S("{\"a\":[1]}"), NULL},
        {S("{\"b\":{\"a\":1}}"), NULL},
        {S("{\"A\":1}"), NULL},
        {S("[{\"a\":1}]"), NULL},
        {S("\"a\""), NULL},
        {S("42"), NULL},
        {S("a"), NULL},
        {S(""), NULL},
    };
    (void)state;
    assert_fields(cases, sizeof cases / sizeof *cases);
}

/* json-c accepts some of these. */
static void test_only_strict_json_has_fields(void **state)
{
    static const struct field_case cases[] = {
        {S("{\"a\":1} x"), NULL},
        {S("{\"a\":1}{\"a\":2}"), NULL},
        {S("{\"a\":1}\0"), NULL},
        {S("{\"a\":1}\0x"), NULL},
        {S("{\"a\":1"), NULL},
        {S("{\"a\":1,}"), NULL},
        {S("{'a':1}"), NULL},
        {S("{a:1}"), NULL},
        {S("{\"a\":1/**/}"), NULL},
        {S("{\"a\":1,\"b\":nan}"), NULL},
        {S("{\"a\":1,\"b\":NAN}"), NULL},
        {S("{\"a\":1,\"b\":-NaN}"), NULL},
        {S("{\"a\":1,\"b\":NaNs}"), NULL},
        {S("{\"a\":1,\"b\":1NaN}"), NULL},
        {S("{\"a\":1,\"b\":Inf}"), NULL},
        {S("{\"a\":1,\"b\":infinity}"), NULL},
        {S("{\"a\":1,\"b\":--Infinity}"), NULL},
        {S("{\"a\":1,NaN:2}"), NULL},
        {S("{\"a\":1,\"b\":TRUE}"), NULL},
        {S("{\"a\":1,\"b\":\"line\nend\"}"), NULL},
        {S("{\"a\":1,\"b\":\"\x01\"}"), NULL},
        {S("{\"a\":1,\"b\":\"open}"), NULL},
        {S("{\"a\":1,\"b\":\"open\\"), NULL},
        {S("\xef\xbb\xbf{\"a\":1}"), NULL},
        {S("{\"a\":1,\"b\":-}"), NULL},
    };
    (void)state;
    assert_fields(cases, sizeof cases / sizeof *cases);
}

/* json-c would cut the name to "a". */
static void test_name_with_a_nul_is_another_name(void **state)
{
    static const struct field_case cases[] = {
        {S("{\"a\\u0000b\":1}"), NULL},
        {S("{\"a\":1,\"a\\u0000\" :2}"), NULL},
        {S("{\"a\":\"x\\\\u0000\"}"), "x\\u0000"},
        {S("{\"\\\\\\u0000\":1,\"a\":1}"), NULL},
    };
    (void)state;
    assert_fields(cases, sizeof cases / sizeof *cases);
}

static void test_nul_in_a_string_is_kept(void **state)
{
    struct slice text;
    struct record r;
    (void)state;
    record_from_message(&r, XID_ZERO, slice_of("{\"a\":\"x\\u0000y\"}"));
    assert_true(record_field(&r, "a", RECORD_ANY, &text));
    assert_true(slice_equal(text, slice_make("x\0y", 3)));
    record_end(&r);
}

static void test_other_values_than_objects_are_json(void **state)
{
    static const struct {
        const char *payload;
        enum json_type type;
    } cases[] = {
        {"42", json_type_int},
        {" 42\n", json_type_int},
        {"\"x\"", json_type_string},
        {"[]", json_type_array},
        {"true", json_type_boolean},
        {"null", json_type_null},
        {"", json_type_null},
        {"  ", json_type_null},
        {"4 2", json_type_null},
        {"-1.5", json_type_double},
        {"99999999999999999999", json_type_double},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record r;
        record_from_message(&r, XID_ZERO, slice_of(cases[i].payload));
        assert_int_equal(json_object_get_type(record_json(&r)), cases[i].type);
        record_end(&r);
    }
}

/* {"a":1,"b":[[..[0]..]]}: a value in RECORD_MAX_DEPTH containers is the deepest. */
static void test_depth_is_bounded(void **state)
{
    (void)state;
    for (size_t arrays = RECORD_MAX_DEPTH - 2; arrays < RECORD_MAX_DEPTH + 3; arrays++) {
        struct slice text;
        struct record r;
        struct buf b;
        buf_init(&b, 4000);
        buf_adds(&b, "{\"a\":1,\"b\":");
        for (size_t i = 0; i < arrays; i++)
            buf_addc(&b, '[');
        buf_addc(&b, '0');
        for (size_t i = 0; i < arrays; i++)
            buf_addc(&b, ']');
        buf_addc(&b, '}');
        record_from_message(&r, XID_ZERO, buf_slice(&b));
        assert_int_equal(record_field(&r, "a", RECORD_ANY, &text), arrays + 1 <= RECORD_MAX_DEPTH);
        record_end(&r);
        buf_free(&b);
    }
}

static void test_long_payloads_have_no_fields(void **state)
{
    static const char start[] = "{\"a\":\"";
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        size_t len = RECORD_MAX_PARSE + more;
        char *payload = malloc(len);
        struct slice text;
        struct record r;
        assert_non_null(payload);
        memset(payload, 'x', len);
        memcpy(payload, start, sizeof start - 1);
        memcpy(payload + len - 2, "\"}", 2);
        record_from_message(&r, XID_ZERO, slice_make(payload, len));
        assert_int_equal(record_field(&r, "a", RECORD_ANY, &text), more == 0);
        record_end(&r);
        free(payload);
    }
}

static void test_path_leads_into_nested_objects(void **state)
{
    static const struct slice beside[] = {S("data"), S(""),          S("host"),
                                          S("web1"), S("log.level"), S("entry")};
    static const struct {
        const char *payload, *path, *text; /* text NULL: no such field */
    } cases[] = {
        {"{\"level\":\"info\"}", "level", "info"},
        {"{\"log\":{\"level\":\"info\"}}", "log.level", "info"},
        {"{\"log.level\":\"flat\",\"log\":{\"level\":\"deep\"}}", "log.level", "flat"},
        {"{\"a\":{\"b\":{\"c\":3}}}", "a.b.c", "3"},
        {"{\"a\":{\"b.c\":3}}", "a.b.c", "3"},
        {"{\"a\":{\"b\":{}}}", "a.b", NULL},
        {"{\"a\":{\"b\":1}}", "a.b.c", NULL},
        {"{\"a\":1}", "a.", NULL},
        {"{\"\":{\"b\":1}}", ".b", "1"},
        {"{\"\":1}", "", "1"},
        {"{\"a\":[{\"b\":1}]}", "a.b", NULL},
        {"{\"log\":{\"level\":null}}", "log.level", "entry"},
        {"{\"log\":7}", "log.level", "entry"},
        {"text", "host", "web1"},
        {"{\"host\":\"mine\"}", "host", "mine"},
        {"{}", "data", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice fields[6], out;
        struct record r;
        memcpy(fields, beside, sizeof fields);
        fields[1] = slice_of(cases[i].payload);
        assert_int_equal(record_from_entry(&r, XID_ZERO, fields, 3, "data", "event"), 0);
        bool found = record_path(&r, cases[i].path, &out);
        if (found != (cases[i].text != NULL) ||
            (found && !slice_equal(out, slice_of(cases[i].text))))
            fail_msg("case %zu: %s in %s", i, cases[i].path, cases[i].payload);
        record_end(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entry_gives_payload_and_event),
        cmocka_unit_test(test_entry_without_payload_becomes_an_object),
        cmocka_unit_test(test_made_payload_has_its_fields),
        cmocka_unit_test(test_payload_s_field_comes_before_the_entry_s),
        cmocka_unit_test(test_payload_and_event_are_no_fields_of_the_entry),
        cmocka_unit_test(test_fields_beside_the_payload_are_bounded),
        cmocka_unit_test(test_values_of_fields_are_read_as_text),
        cmocka_unit_test(test_numbers_of_any_size_are_kept),
        cmocka_unit_test(test_numbers_of_python_that_are_not_finite_are_kept),
        cmocka_unit_test(test_other_values_have_no_text),
        cmocka_unit_test(test_only_strict_json_has_fields),
        cmocka_unit_test(test_name_with_a_nul_is_another_name),
        cmocka_unit_test(test_nul_in_a_string_is_kept),
        cmocka_unit_test(test_other_values_than_objects_are_json),
        cmocka_unit_test(test_depth_is_bounded),
        cmocka_unit_test(test_long_payloads_have_no_fields),
        cmocka_unit_test(test_path_leads_into_nested_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
