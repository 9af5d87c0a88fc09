/* SPDX-License-Identifier: MIT */
/* level, wrap and journal: records as JSON objects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "send/journal.c"
#include "send/level.c"
#include "send/wrap.c"

#define NOW  INT64_C(1767323045678)
#define TIME "\"time\":\"2026-01-02T03:04:05.678Z\""

static void test_the_first_level_of_a_text_is_found(void **state)
{
    static const struct {
        const char *text, *level; /* NULL: none */
    } cases[] = {
        {"ERROR disk full", "ERROR"},
        {"2026-01-02 [WARN] x", "WARN"},
        {"[main] WARNING: x", "WARNING"},
        {"x ERR y INFO", "ERR"},
        {"ERRO", "ERRO"},
        {"error: small letters before a colon", "error"},
        {"an error is a word", NULL},
        {"Error", NULL},
        {"E1128 11:44:33.1 7 pool.go:12] x", "ERROR"},
        {"Traceback (most recent call last):", "ERROR"},
        {"<11>x", "ERROR"},
        {"TERROR", NULL},
        {"ERROR_CODE=3", NULL},
        {"ERROR2", NULL},
        {"time=1 level=warn msg=x", "warn"},
        {"level=\"error\"", "error"},
        {"level=error_x", NULL},
        {"sublevel=warn", NULL},
        {"level=odd INFO", "INFO"},
        {"level= warn", NULL},
        {"level", NULL},
        {"level=", NULL},
        {"FATAL", "FATAL"},
        {"(DEBUG)", "DEBUG"},
        {"", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice level = slice_of("untouched");
        bool found = level_find(slice_of(cases[i].text), &level);
        assert_int_equal(found, cases[i].level != NULL);
        assert_true(slice_equal(level, slice_of(found ? cases[i].level : "untouched")));
    }
}

static void test_text_becomes_an_object(void **state)
{
    static const struct send_field fields[] = {{{"env", 3}, {"prod", 4}}, {{"n\"", 2}, {"\n", 1}}};
    static const struct {
        struct wrap wrap;
        const char *text, *object;
    } cases[] = {
        {{.host = {"h", 1}}, "hello", "{" TIME ",\"host\":\"h\",\"message\":\"hello\"}"},
        {{.host = {"h", 1}},
         "ERROR x",
         "{" TIME ",\"level\":\"ERROR\",\"host\":\"h\",\"message\":\"ERROR x\"}"},
        {{.host = {"h", 1}, .level = {"info", 4}},
         "x",
         "{" TIME ",\"level\":\"info\",\"host\":\"h\",\"message\":\"x\"}"},
        {{.host = {"h", 1}, .level = {"info", 4}},
         "WARN",
         "{" TIME ",\"level\":\"WARN\",\"host\":\"h\",\"message\":\"WARN\"}"},
        {{.host = {"h", 1}, .fields = fields, .nfields = 2},
         "",
         "{" TIME ",\"host\":\"h\",\"env\":\"prod\",\"n\\\"\":\"\\n\",\"message\":\"\"}"},
        {{.host = {"h", 1}},
         "\x01\"\\\xff\t\xc3\xa9",
         "{" TIME ",\"host\":\"h\",\"message\":\"\\u0001\\\"\\\\\xef\xbf\xbd\\t\xc3\xa9\"}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        buf_init(&out, 1000);
        wrap_text(&out, &cases[i].wrap, slice_of(cases[i].text), NOW);
        assert_string_equal(out.p, cases[i].object);
        buf_free(&out);
    }
}

static void test_an_object_gets_only_what_is_asked_for_and_missing(void **state)
{
    static const struct send_field fields[] = {{{"env", 3}, {"prod", 4}}};
    static const struct wrap none = {.host = {"h", 1}}, all = {.host = {"h", 1},
                                                               .host_asked = true,
                                                               .level = {"info", 4},
                                                               .fields = fields,
                                                               .nfields = 1};
    static const struct {
        const struct wrap *wrap;
        const char *text, *object; /* NULL: it is no object */
    } cases[] = {
        {&none, "{\"a\":1}", "{\"a\":1}"},
        {&none, " { \"a\" : 1e2 } ", " { \"a\" : 1e2 } "},
        {&none, "{}", "{}"},
        {&none, "[1]", NULL},
        {&none, "{\"a\":1} x", NULL},
        {&none, "{\"a\":1", NULL},
        {&none, "{a:1}", NULL},
        {&none, "null", NULL},
        {&none, "", NULL},
        {&all, "{}", "{\"level\":\"info\",\"host\":\"h\",\"env\":\"prod\"}"},
        {&all, "{ \t}  ", "{\"level\":\"info\",\"host\":\"h\",\"env\":\"prod\"}"},
        {&all, "{\"a\":{\"level\":1}}",
         "{\"a\":{\"level\":1},\"level\":\"info\",\"host\":\"h\",\"env\":\"prod\"}"},
        {&all, "{\"level\":\"x\",\"host\":null,\"env\":\"y\"}",
         "{\"level\":\"x\",\"host\":null,\"env\":\"y\"}"},
        {&all, "{\"severity\":3}", "{\"severity\":3,\"host\":\"h\",\"env\":\"prod\"}"},
        {&all, "{\"levelname\":\"INFO\"}",
         "{\"levelname\":\"INFO\",\"host\":\"h\",\"env\":\"prod\"}"},
        {&all, "{\"a\":\"}\"}", "{\"a\":\"}\",\"level\":\"info\",\"host\":\"h\",\"env\":\"prod\"}"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        buf_init(&out, 1000);
        bool made = wrap_object(&out, cases[i].wrap, slice_of(cases[i].text));
        assert_int_equal(made, cases[i].object != NULL);
        assert_string_equal(out.p ? out.p : "", made ? cases[i].object : "");
        buf_free(&out);
    }
}

static void test_entries_of_the_journal(void **state)
{
    static const struct wrap plain = {.host = {"h", 1}},
                             asked = {.host = {"h", 1}, .host_asked = true, .level = {"info", 4}};
    static const struct {
        const struct wrap *wrap;
        const char *line, *object;
    } cases[] = {
        {&plain,
         "{\"__CURSOR\":\"s=1\",\"__REALTIME_TIMESTAMP\":\"1700000000123456\",\"PRIORITY\":\"3\","
         "\"_HOSTNAME\":\"box\",\"_SYSTEMD_UNIT\":\"a.service\",\"SYSLOG_IDENTIFIER\":\"a\","
         "\"MESSAGE\":\"hello\"}",
         "{\"time\":\"2023-11-14T22:13:20.123Z\",\"level\":\"err\",\"host\":\"box\",\"unit\":\"a."
         "service\",\"message\":\"hello\"}"},
        {&plain, "{\"SYSLOG_IDENTIFIER\":\"cron\",\"PRIORITY\":7,\"MESSAGE\":[104,105,255,10]}",
         "{" TIME
         ",\"level\":\"debug\",\"host\":\"h\",\"unit\":\"cron\",\"message\":\"hi\xef\xbf\xbd"
         "\\n\"}"},
        {&plain, "{\"MESSAGE\":null}", "{" TIME ",\"host\":\"h\",\"message\":\"" TOO_LONG "\"}"},
        {&plain, "{\"MESSAGE\":[\"a\",\"b\"]}", "{" TIME ",\"host\":\"h\",\"message\":\"a\"}"},
        {&plain, "{\"MESSAGE\":[[97,98],\"c\"]}", "{" TIME ",\"host\":\"h\",\"message\":\"ab\"}"},
        {&plain, "{\"MESSAGE\":[null,\"c\"]}",
         "{" TIME ",\"host\":\"h\",\"message\":\"" TOO_LONG "\"}"},
        {&plain, "{\"MESSAGE\":[]}", "{" TIME ",\"host\":\"h\",\"message\":\"\"}"},
        {&plain, "{\"PRIORITY\":\"8\"}", "{" TIME ",\"host\":\"h\",\"message\":\"\"}"},
        {&plain, "{\"__REALTIME_TIMESTAMP\":\"99999999999999999999\",\"MESSAGE\":\"x\"}",
         "{" TIME ",\"host\":\"h\",\"message\":\"x\"}"},
        {&asked, "{\"_HOSTNAME\":\"box\",\"MESSAGE\":\"ERROR\"}",
         "{" TIME ",\"level\":\"info\",\"host\":\"h\",\"message\":\"ERROR\"}"},
        {&asked, "{\"PRIORITY\":\"0\"}",
         "{" TIME ",\"level\":\"emerg\",\"host\":\"h\",\"message\":\"\"}"},
        {&plain, "-- No entries --", NULL},
        {&plain, "[]", NULL},
        {&plain, "{\"MESSAGE\":", NULL},
        {&plain, "", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        buf_init(&out, 1000);
        bool made = journal_record(&out, cases[i].wrap, slice_of(cases[i].line), NOW);
        assert_int_equal(made, cases[i].object != NULL);
        assert_string_equal(out.p ? out.p : "", made ? cases[i].object : "");
        buf_free(&out);
    }
}

/* Those of syslog(3), by the names that the console and the filters know. */
static void test_each_priority_of_the_journal_has_its_level(void **state)
{
    static const char *const names[] = {"emerg",   "alert",  "crit", "err",
                                        "warning", "notice", "info", "debug"};
    (void)state;
    for (int priority = 0; priority < 8; priority++) {
        char text[] = {(char)('0' + priority), '\0'};
        assert_string_equal(level_of_priority(slice_of(text)), names[priority]);
        assert_true(level_of_name(slice_of(names[priority])) >= 0);
    }
}

static void test_cursor_of_the_last_complete_entry(void **state)
{
    static const struct {
        const char *text, *cursor;
    } cases[] = {
        {"{\"__CURSOR\":\"s=1;i=2\"}\n", "s=1;i=2"},
        {"{\"__CURSOR\":\"a\"}\n{\"__CURSOR\":\"b\",\"MESSAGE\":\"\\n\"}\n{\"__CURSOR\":\"c\"}",
         "b"},
        {"{\"__CURSOR\":\"a\"}\n-- Reboot --\n", "before"},
        {"{\"__CURSOR\":\"\"}\n", "before"},
        {"{\"__CURSOR\":null}\n", "before"},
        {"{\"MESSAGE\":\"x\"}\n", "before"},
        {"{\"__CURSOR\":\"a\"}", "before"},
        {"\n", "before"},
        {"", "before"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out;
        buf_init(&out, 100);
        buf_adds(&out, "before");
        journal_cursor(slice_of(cases[i].text), &out);
        assert_int_equal(out.len, strlen(cases[i].cursor));
        assert_memory_equal(out.p, cases[i].cursor, out.len);
        buf_free(&out);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_first_level_of_a_text_is_found),
        cmocka_unit_test(test_text_becomes_an_object),
        cmocka_unit_test(test_an_object_gets_only_what_is_asked_for_and_missing),
        cmocka_unit_test(test_entries_of_the_journal),
        cmocka_unit_test(test_each_priority_of_the_journal_has_its_level),
        cmocka_unit_test(test_cursor_of_the_last_complete_entry),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
