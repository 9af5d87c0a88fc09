/* SPDX-License-Identifier: MIT */
/* incoming: the records of each form of body, and the record at fault. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/incoming.c"

static size_t allocations_left = SIZE_MAX;

static bool allocation_fails(void)
{
    return allocations_left == 0 || (allocations_left--, false);
}

#include "wrap_malloc.h"

/* The records with a '|' behind each, or the result and number of a fault. */
static void check(enum incoming_form form, struct slice body, const char *wanted)
{
    struct incoming in = {0};
    struct buf got;
    buf_init(&got, 100000);
    enum incoming_result result = incoming_read(&in, form, body);
    for (size_t i = 0; result == INCOMING_OK && i < in.count; i++) {
        buf_add(&got, in.records[i].p, in.records[i].len);
        buf_addc(&got, '|');
    }
    if (result != INCOMING_OK)
        buf_addf(&got, "fault %d in %zu", result, in.number);
    assert_string_equal(got.p ? got.p : "", wanted);
    buf_free(&got);
    incoming_free(&in);
}

static void test_records_of_each_form(void **state)
{
    static const struct {
        enum incoming_form form;
        const char *body, *wanted;
    } rows[] = {
        {INCOMING_LINES, "", ""},
        {INCOMING_LINES, "\n\r\n", ""},
        {INCOMING_LINES, "one", "one|"},
        {INCOMING_LINES, "one\ntwo\n", "one|two|"},
        {INCOMING_LINES, "one\r\n\n two \n\xff", "one| two |\xff|"},
        {INCOMING_LINES, "a\rb\r\r\n", "a\rb\r|"},
        {INCOMING_LINES,
         "\xef\xbb\xbf"
         "one\n\xef\xbb\xbf",
         "one|\xef\xbb\xbf|"},
        {INCOMING_NDJSON, "{\"a\":1}\n\n \t\r\n[2]\r\n\"x\"", "{\"a\":1}|[2]|\"x\"|"},
        {INCOMING_NDJSON, "{\"a\":1}\n{\"a\":}\n", "fault 1 in 2"},
        {INCOMING_NDJSON, "\n{} {}\n", "fault 1 in 1"},
        {INCOMING_NDJSON, "\"\xff\"", "fault 1 in 1"},
        {INCOMING_JSON, "[]", ""},
        {INCOMING_JSON, " [ {\"a\": 1} , 2,\"x\", [3] ] ", "{\"a\": 1}|2|\"x\"|[3]|"},
        {INCOMING_JSON, " {\"a\":[1]}\n", "{\"a\":[1]}|"},
        {INCOMING_JSON, "[1,2", "fault 1 in 3"},
        {INCOMING_JSON, "[1,nope]", "fault 1 in 2"},
        {INCOMING_JSON, "[1,]", "fault 1 in 2"},
        {INCOMING_JSON, "[1] 2", "fault 1 in 0"},
        {INCOMING_JSON, "{\"a\":1}{", "fault 1 in 0"},
        {INCOMING_JSON, "{\"a\":1", "fault 1 in 1"},
        {INCOMING_JSON, "\"x\"", "fault 1 in 0"},
        {INCOMING_JSON, "1", "fault 1 in 0"},
        {INCOMING_JSON, "", "fault 1 in 0"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].body);
        check(rows[i].form, slice_of(rows[i].body), rows[i].wanted);
    }
    check(INCOMING_LINES, slice_make("a\0b\n", 4), "a");
}

/* As the body of a FastCGI request without content. */
static void test_body_without_bytes(void **state)
{
    static const char *const wanted[] = {
        [INCOMING_LINES] = "",
        [INCOMING_NDJSON] = "",
        [INCOMING_JSON] = "fault 1 in 0",
        [INCOMING_LOKI] = "fault 1 in 0",
        [INCOMING_LOKI_PROTOBUF] = "",
    };
    (void)state;
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        check((enum incoming_form)i, (struct slice){0}, wanted[i]);
}

#define STREAM "{\"streams\":[{\"stream\":{\"host\":\"a\"},\"values\":["

static void test_records_of_loki(void **state)
{
    static const struct {
        const char *body, *wanted;
    } rows[] = {
        {"{\"streams\":[]}", ""},
        {"{\"streams\":[{}]}", ""},
        {STREAM "[\"0\",\"x\"]]}]}",
         "{\"time\":\"1970-01-01T00:00:00.000000000Z\",\"host\":\"a\",\"message\":\"x\"}|"},
        {STREAM "[\"951782400000000001\",\"x\\n\"]]}]}",
         "{\"time\":\"2000-02-29T00:00:00.000000001Z\",\"host\":\"a\",\"message\":\"x\\n\"}|"},
        {STREAM "[\"18446744073709551615\",\"\"]]}]}",
         "{\"time\":\"2554-07-21T23:34:33.709551615Z\",\"host\":\"a\",\"message\":\"\"}|"},
        {STREAM "[1704067199999999999,\"x\",{\"k\":\"v\",\"time\":\"t\"}]]}]}",
         "{\"time\":\"2023-12-31T23:59:59.999999999Z\",\"host\":\"a\",\"k\":\"v\",\"message\":"
         "\"x\"}|"},
        /* labels behind the values, other members, and names that are ours */
        {"{\"x\":[1],\"streams\":[{\"values\":[[\"0\",\"x\"]],\"y\":{},\"stream\":{\"message\":"
         "\"m\","
         "\"level\":\"warn\"}},{\"values\":[[\"0\",\"y\"]]}]}",
         "{\"time\":\"1970-01-01T00:00:00.000000000Z\",\"level\":\"warn\",\"message\":\"x\"}|"
         "{\"time\":\"1970-01-01T00:00:00.000000000Z\",\"message\":\"y\"}|"},
        {STREAM "[\"0\",\"x\"],[\"\",\"x\"]]}]}", "fault 1 in 2"},
        {STREAM "[\"-1\",\"x\"]]}]}", "fault 1 in 1"},
        {STREAM "[1.5,\"x\"]]}]}", "fault 1 in 1"},
        {STREAM "[\"0\",1]]}]}", "fault 1 in 1"},
        {STREAM "[\"0\"]]}]}", "fault 1 in 1"},
        {STREAM "[\"0\",\"x\",{},1]]}]}", "fault 1 in 1"},
        {STREAM "[\"0\",\"x\",[]]]}]}", "fault 1 in 1"},
        {STREAM "[\"0\",\"x\",{\"k\":1}]]}]}", "fault 1 in 1"},
        {STREAM "{}]}]}", "fault 1 in 1"},
        {"{\"streams\":[{\"stream\":{\"host\":1},\"values\":[]}]}", "fault 1 in 1"},
        {"{\"streams\":[{\"stream\":[],\"values\":[]}]}", "fault 1 in 1"},
        {"{\"streams\":[{\"values\":{}}]}", "fault 1 in 1"},
        {"{\"streams\":[1]}", "fault 1 in 1"},
        {"{\"streams\":{}}", "fault 1 in 0"},
        {"{\"streams\":[]", "fault 1 in 0"},
        {"{}", "fault 1 in 0"},
        {"[]", "fault 1 in 0"},
        {"", "fault 1 in 0"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].body);
        check(INCOMING_LOKI, slice_of(rows[i].body), rows[i].wanted);
    }
}

static void test_records_and_their_length_are_limited(void **state)
{
    struct buf body;
    (void)state;
    buf_init(&body, 4 * INCOMING_RECORD);
    for (int i = 0; i < INCOMING_RECORDS; i++)
        buf_adds(&body, "1\n");
    struct incoming in = {0};
    assert_int_equal(incoming_read(&in, INCOMING_NDJSON, buf_slice(&body)), INCOMING_OK);
    assert_int_equal(in.count, INCOMING_RECORDS);
    incoming_free(&in);
    buf_adds(&body, "1");
    check(INCOMING_LINES, buf_slice(&body), "fault 3 in 10001");
    buf_clear(&body);
    buf_adds(&body, "a\n");
    for (int i = 0; i < INCOMING_RECORD; i++)
        buf_addc(&body, 'x');
    assert_int_equal(incoming_read(&in, INCOMING_LINES, buf_slice(&body)), INCOMING_OK);
    incoming_free(&in);
    buf_addc(&body, 'x');
    check(INCOMING_LINES, buf_slice(&body), "fault 2 in 2");
    buf_free(&body);
}

/* Labels are repeated in each record, so a short body could make a long batch. */
static void test_labels_of_loki_do_not_fill_the_memory(void **state)
{
    struct buf body;
    (void)state;
    buf_init(&body, 4 * INCOMING_RECORD);
    buf_adds(&body, "{\"streams\":[{\"stream\":{\"l\":\"");
    for (int i = 0; i < 500000; i++)
        buf_addc(&body, 'x');
    buf_adds(&body, "\"},\"values\":[[\"0\",\"\"]");
    for (int i = 0; i < 1000; i++)
        buf_adds(&body, ",[\"0\",\"\"]");
    buf_adds(&body, "]}]}");
    check(INCOMING_LOKI, buf_slice(&body), "fault 4 in 68");
    buf_free(&body);
}

/* Memory that runs out is no fault of the batch. */
static void test_out_of_memory_is_told_apart(void **state)
{
    static const struct {
        enum incoming_form form;
        const char *body;
        size_t len;
    } rows[] = {
        {INCOMING_LINES, "one\ntwo\n", 8},
        {INCOMING_JSON, "[1,2]", 5},
        {INCOMING_LOKI, STREAM "[\"0\",\"x\"],[\"1\",\"y\"]]}]}",
         sizeof STREAM "[\"0\",\"x\"],[\"1\",\"y\"]]}]}" - 1},
        {INCOMING_LOKI_PROTOBUF, "\x0a\x12\x0a\x07{a=\"b\"}\x12\x07\x0a\x02\x08\x01\x12\x01x", 20},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        enum incoming_result result = INCOMING_NO_MEMORY;
        size_t given = 0;
        for (; result == INCOMING_NO_MEMORY && given < 100; given++) {
            struct incoming in = {0};
            allocations_left = given;
            result = incoming_read(&in, rows[i].form, slice_make(rows[i].body, rows[i].len));
            allocations_left = SIZE_MAX;
            incoming_free(&in);
        }
        assert_int_equal(result, INCOMING_OK);
        assert_true(given > 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_of_each_form),
        cmocka_unit_test(test_body_without_bytes),
        cmocka_unit_test(test_records_of_loki),
        cmocka_unit_test(test_records_and_their_length_are_limited),
        cmocka_unit_test(test_labels_of_loki_do_not_fill_the_memory),
        cmocka_unit_test(test_out_of_memory_is_told_apart),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
