/* SPDX-License-Identifier: MIT */
/* loki_labels: labels in the form of Prometheus become members of a JSON object. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/loki_labels.c"

#include "hex.h"

#define BAD NULL

static void check(struct slice text, const char *wanted)
{
    struct buf out;
    buf_init(&out, 1000);
    struct slice part = exact(text);
    int result = loki_labels_read(part, &out);
    free((void *)(uintptr_t)part.p);
    assert_int_equal(result, wanted ? 0 : -1);
    if (wanted)
        assert_string_equal(out.p ? out.p : "", wanted);
    buf_free(&out);
}

static void test_labels_as_programs_write_them(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"{}", ""},
        {" { } ", BAD},
        {"{job=\"x\"}", ",\"job\":\"x\""},
        {"{job=\"x\", level=\"error\"}", ",\"job\":\"x\",\"level\":\"error\""},
        {"{a=\"1\",b=\"\",}", ",\"a\":\"1\",\"b\":\"\""},
        {"{ a = \"1\" , b\t=\n\"2\" }", ",\"a\":\"1\",\"b\":\"2\""},
        {"{time=\"x\",message=\"y\",times=\"z\"}", ",\"times\":\"z\""},
        {"{\"service.name\"=\"x\",service.id=\"y\"}",
         ",\"service.name\":\"x\",\"service.id\":\"y\""},
        {"{a=\"q\\\"b\\\\n\\n\\t\\r\"}", ",\"a\":\"q\\\"b\\\\n\\n\\t\\r\""},
        {"{a=\"\\a\\b\\f\\v\\'\"}", ",\"a\":\"\\u0007\\b\\f\\u000b'\""},
        {"{a=\"\\x41\\u00e9\\U0001f600\\u20ac\"}",
         ",\"a\":\"A\xc3\xa9\xf0\x9f\x98\x80\xe2\x82\xac\""},
        {"{a=\"\\xc3\\xa9\\xff\\x00\"}", ",\"a\":\"\xc3\xa9\xef\xbf\xbd\\u0000\""},
        {"{a=\"\xc3\xa9\xff\"}", ",\"a\":\"\xc3\xa9\xef\xbf\xbd\""},
        {"{a=\"a, b={}\"}", ",\"a\":\"a, b={}\""},
        {"job=\"x\"", BAD},
        {"{", BAD},
        {"{job", BAD},
        {"{job=", BAD},
        {"{job=\"", BAD},
        {"{job=\"x", BAD},
        {"{job=\"x\\", BAD},
        {"{job=\"x\\\"", BAD},
        {"{job=\"x\"", BAD},
        {"{job=\"x\",", BAD},
        {"{job=\"x\"}}", BAD},
        {"{job=\"x\" level=\"y\"}", BAD},
        {"{,}", BAD},
        {"{=\"x\"}", BAD},
        {"{job=x}", BAD},
        {"{job=~\"x\"}", BAD},
        {"{job:\"x\"}", BAD},
        {"{a=\"\\q\"}", BAD},
        {"{a=\"\\x4\"}", BAD},
        {"{a=\"\\x4g\"}", BAD},
        {"{a=\"\\u00e\"}", BAD},
        {"{a=\"\\ud83d\"}", BAD},
        {"{a=\"\\U00110000\"}", BAD},
        {"{\"a\"}", BAD},
        {"{\"a", BAD},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i][0]);
        check(slice_of(rows[i][0]), rows[i][1]);
    }
    check(slice_make("{a\0=\"x\"}", 8), BAD);
    check(slice_make("{a=\"\\\0\"}", 8), BAD);
    check(slice_make("{a=\"x\0\"}", 8), ",\"a\":\"x\\u0000\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_labels_as_programs_write_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
