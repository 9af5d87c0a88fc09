/* SPDX-License-Identifier: MIT */
/* pyjson: JSON becomes the bytes of Python's json.dumps, and is always accepted by a strict
 * parser. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/pyjson.c"

#define BOTH(in, out)                                                                              \
    {                                                                                              \
        in, sizeof in - 1, out, out                                                                \
    }
#define EACH(in, ascii, utf8)                                                                      \
    {                                                                                              \
        in, sizeof in - 1, ascii, utf8                                                             \
    }
#define NONE(in)                                                                                   \
    {                                                                                              \
        in, sizeof in - 1, NULL, NULL                                                              \
    }

/* The expected texts come from json.dumps(json.loads(in)) of Python 3.11. The group "made harmless"
 * differs as pyjson.h describes. */
static const struct {
    const char *in;
    size_t len;
    const char *ascii, *utf8;
} texts[] = {
    BOTH("{}", "{}"),
    BOTH(" [ ] ", "[]"),
    BOTH("{\n  \"message\": \"x\",\n  \"level\":\"INFO\"\n}",
         "{\"message\": \"x\", \"level\": \"INFO\"}"),
    BOTH("[1,-2,3.50,1e400,-0.0,123456789012345678901234567890]",
         "[1, -2, 3.50, 1e400, -0.0, 123456789012345678901234567890]"),
    BOTH("[[],{},[{\"a\":[1]}],null,true,false]", "[[], {}, [{\"a\": [1]}], null, true, false]"),
    BOTH("\"a\\/b\\b\\f\\n\\r\\t\\\"\\\\\"", "\"a/b\\b\\f\\n\\r\\t\\\"\\\\\""),
    BOTH("\"\\u0041\\u001b\\u0000\"", "\"A\\u001b\\u0000\""),
    EACH("\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\"", "\"\\u00e4 \\u20ac \\ud83d\\ude00\"",
         "\"\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80\""),
    EACH("\"\\ud83d\\uDE00\\u2028\"", "\"\\ud83d\\ude00\\u2028\"",
         "\"\xf0\x9f\x98\x80\xe2\x80\xa8\""),
    EACH("\"\x7f\"", "\"\\u007f\"", "\"\x7f\""),
    /* made harmless */
    BOTH("[NaN,Infinity,-Infinity]", "[null, null, null]"),
    EACH("\"\\ud800 \\udc00\\ud800\\ud800\"", "\"\\ufffd \\ufffd\\ufffd\\ufffd\"",
         "\"\xef\xbf\xbd \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""),
    EACH("{\"\xff\":\"\xc3\"}", "{\"\\ufffd\": \"\\ufffd\"}",
         "{\"\xef\xbf\xbd\": \"\xef\xbf\xbd\"}"),
    NONE(""),
    NONE("  "),
    NONE("{"),
    NONE("[1"),
    NONE("[1,]"),
    NONE("{\"a\":1,}"),
    NONE("{\"a\"}"),
    NONE("{a:1}"),
    NONE("{} {}"),
    NONE("[1}"),
    NONE("01"),
    NONE("-"),
    NONE("1."),
    NONE("1e"),
    NONE("+1"),
    NONE("nul"),
    NONE("nan"),
    NONE("\"a\nb\""),
    NONE("\"open"),
    NONE("\"\\x\""),
    NONE("\"\\u12g4\""),
    NONE("\"\\"),
    NONE("'a'"),
    NONE("1\0"),
    NONE("plain text"),
};

static void test_json_is_rewritten_like_python(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct slice in = slice_make(texts[i].in, texts[i].len);
        const char *const out[] = {texts[i].ascii, texts[i].utf8};
        for (int style = PYJSON_ASCII; style <= PYJSON_UTF8; style++) {
            struct buf b;
            buf_init(&b, 1000);
            buf_adds(&b, "before ");
            enum pyjson_kind kind = pyjson_text(&b, in, (enum pyjson_style)style, NULL);
            assert_int_equal(kind == PYJSON_NONE, out[style] == NULL);
            assert_string_equal(b.p + 7, out[style] ? out[style] : "");
            assert_int_equal(pyjson_text(NULL, in, (enum pyjson_style)style, NULL), kind);
            buf_free(&b);
        }
    }
}

static void test_kind_of_the_value_is_returned(void **state)
{
    (void)state;
    assert_int_equal(pyjson_text(NULL, slice_of(" {}"), PYJSON_ASCII, NULL), PYJSON_OBJECT);
    assert_int_equal(pyjson_text(NULL, slice_of("[{}]"), PYJSON_ASCII, NULL), PYJSON_OTHER);
    assert_int_equal(pyjson_text(NULL, slice_of("7"), PYJSON_ASCII, NULL), PYJSON_OTHER);
}

static void test_member_is_found(void **state)
{
    static const struct {
        const char *in, *value;
    } cases[] = {
        {"{\"m\":\"x\"}", "\"x\""},  {"{ \"m\" : [ 1, {\"m\":2} ] , \"n\":3}", "[ 1, {\"m\":2} ]"},
        {"{\"n\":{\"m\":1}}", NULL}, {"[{\"m\":1}]", NULL},
        {"{\"m\":1,\"m\":2}", "2"},  {"{\"m\":null}", "null"},
        {"{\"m\":1", NULL},          {"{}", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pyjson_member m = {.name = "m"};
        pyjson_text(NULL, slice_of(cases[i].in), PYJSON_ASCII, &m);
        assert_true(slice_equal(m.value, slice_of(cases[i].value)));
    }
}

static void test_nesting_too_deep_has_its_own_kind(void **state)
{
    char text[2 * PYJSON_MAX_DEPTH + 2];
    (void)state;
    for (size_t n = PYJSON_MAX_DEPTH; n <= PYJSON_MAX_DEPTH + 1; n++) {
        memset(text, '[', n);
        memset(text + n, ']', n);
        assert_int_equal(pyjson_text(NULL, slice_make(text, 2 * n), PYJSON_ASCII, NULL),
                         n > PYJSON_MAX_DEPTH ? PYJSON_DEEP : PYJSON_OTHER);
    }
}

static void test_bytes_become_a_string(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 1000);
    pyjson_string(&b, slice_make("a\0\x1b[31m\"\xe2\x82\xac\xff", 12), PYJSON_ASCII);
    assert_string_equal(b.p, "\"a\\u0000\\u001b[31m\\\"\\u20ac\\ufffd\"");
    buf_free(&b);
}

static void test_doubles_are_written_like_repr(void **state)
{
    static const struct {
        double d;
        const char *text;
    } cases[] = {
        {1766742118.1234567, "1766742118.1234567"},
        {1766742118, "1766742118.0"},
        {0.1, "0.1"},
        {0.1 + 0.2, "0.30000000000000004"},
        {1e300, "1e+300"},
        {0, "0.0"},
        {-0.0, "-0.0"},
        {-1.5, "-1.5"},
        {1e-4, "0.0001"},
        {0.00012345, "0.00012345"},
        {1e-5, "1e-05"},
        {-1.5e-7, "-1.5e-07"},
        {1e15, "1000000000000000.0"},
        {123456789012345.6, "123456789012345.6"},
        {9999999999999998.0, "9999999999999998.0"},
        {1e16, "1e+16"},
        {1.2345678901234568e16, "1.2345678901234568e+16"},
        {1.7976931348623157e308, "1.7976931348623157e+308"},
        {2.2250738585072014e-308, "2.2250738585072014e-308"},
        {2.225073858507201e-308, "2.225073858507201e-308"},
        {5e-324, "5e-324"},
        {1.5e-323, "1.5e-323"},
        /* powers of two, where the nearest shorter decimal belongs to the smaller double */
        {5.684341886080802e-14, "5.684341886080802e-14"},
        {9.5367431640625e-07, "9.5367431640625e-07"},
        {9007199254740992, "9007199254740992.0"},
        {INFINITY, "null"},
        {NAN, "null"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        buf_init(&b, 100);
        pyjson_double(&b, cases[i].d);
        assert_string_equal(b.p, cases[i].text);
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_json_is_rewritten_like_python),
        cmocka_unit_test(test_kind_of_the_value_is_returned),
        cmocka_unit_test(test_member_is_found),
        cmocka_unit_test(test_nesting_too_deep_has_its_own_kind),
        cmocka_unit_test(test_bytes_become_a_string),
        cmocka_unit_test(test_doubles_are_written_like_repr),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
