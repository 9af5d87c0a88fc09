/* SPDX-License-Identifier: MIT */
/* loki_push: the records of Loki's protobuf form, and what is wrong with a malformed one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/loki_push.c"

#include "hex.h"

/* The records with a '|' behind each, or NUMBER and the fault. */
static void check(struct slice body, const char *wanted)
{
    struct incoming in = {0};
    struct buf got;
    buf_init(&got, 1000);
    struct slice part = exact(body);
    enum incoming_result result = incoming_read(&in, INCOMING_LOKI_PROTOBUF, part);
    for (size_t i = 0; result == INCOMING_OK && i < in.count; i++) {
        buf_add(&got, in.records[i].p, in.records[i].len);
        buf_addc(&got, '|');
    }
    if (result == INCOMING_MALFORMED)
        buf_addf(&got, "%zu %s", in.number, in.fault);
    else if (result != INCOMING_OK)
        buf_addf(&got, "result %d in %zu", result, in.number);
    assert_string_equal(got.p ? got.p : "", wanted);
    free((void *)(uintptr_t)part.p);
    buf_free(&got);
    incoming_free(&in);
}

#define T0    "\"time\":\"1970-01-01T00:00:00.000000000Z\""
#define LABEL "0a 07 '{a=\"x\"}'"
#define ENTRY "12 05 0a00 12 01 'l'" /* at 0 s, the line is "l" */

static void test_records_of_pushes(void **state)
{
    static const char *const rows[][2] = {
        {"", ""},
        {"0a 00", ""},
        {"0a 09 " LABEL, ""},
        {"0a 10 " LABEL ENTRY, "{" T0 ",\"a\":\"x\",\"message\":\"l\"}|"},
        /* labels behind the entries, no labels, no line, an empty line */
        {"0a 10 " ENTRY LABEL, "{" T0 ",\"a\":\"x\",\"message\":\"l\"}|"},
        {"0a 0d 12 02 0a00 " ENTRY "0a 00",
         "{" T0 ",\"message\":\"\"}|{" T0 ",\"message\":\"l\"}|"},
        {"0a 08 12 04 0a00 1200 0a 00", "{" T0 ",\"message\":\"\"}|"},
        /* two streams, fields that are not known, and one of another wire type */
        {"12 04 'loki' 0a 12 " LABEL ENTRY "18 05 0a 10 08 07 0d '1234' " ENTRY "1801",
         "{" T0 ",\"a\":\"x\",\"message\":\"l\"}|{" T0 ",\"message\":\"l\"}|"},
        /* 1700000000 s and 123456789 ns */
        {"0a 12 12 10 0a 0b 08 80e2cfaa06 10 959aef3a 12 01 'x'",
         "{\"time\":\"2023-11-14T22:13:20.123456789Z\",\"message\":\"x\"}|"},
        /* the last second that 64 bits of nanoseconds can tell as a whole, and the next */
        {"0a 0d 12 0b 0a 06 08 88f48bdc44 12 01 'x'",
         "{\"time\":\"2554-07-21T23:34:32.000000000Z\",\"message\":\"x\"}|"},
        {"0a 0d 12 0b 0a 06 08 89f48bdc44 12 01 'x'", "1 has no time from 1970 to 2554"},
        {"0a 0c 12 0a 0a 08 08 01 10 ff93ebdc03",
         "{\"time\":\"1970-01-01T00:00:01.999999999Z\",\"message\":\"\"}|"},
        /* metadata; time and message are ours; it may come first */
        {"0a 1a " LABEL "12 0f 0a00 12 01 'l' 1a 08 0a 01 'k' 12 03 '\"v\n'",
         "{" T0 ",\"a\":\"x\",\"k\":\"\\\"v\\n\",\"message\":\"l\"}|"},
        {"0a 1b 12 19 1a 06 0a 04 'time' 1a 09 0a 07 'message' 0a00 1a 02 0a00",
         "{" T0 ",\"\":\"\",\"message\":\"\"}|"},
        /* bytes that are no UTF-8 */
        {"0a 0a 12 08 0a00 12 04 'a' ff00 7f",
         "{" T0 ",\"message\":\"a\xef\xbf\xbd\\u0000\x7f\"}|"},
    };
    (void)state;
    struct buf bytes;
    buf_init(&bytes, 1000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i][0]);
        check(from_hex(&bytes, rows[i][0]), rows[i][1]);
    }
    buf_free(&bytes);
}

static void test_malformed_pushes_are_refused(void **state)
{
    static const char *const rows[][2] = {
        {"0a", "0 is not in Loki's protobuf form"},
        {"0a 02 0a", "0 is not in Loki's protobuf form"},
        {"'{\"streams\":[]}'", "0 is not in Loki's protobuf form"},
        {"0a 01 0a", "1 is not in a stream of Loki's protobuf form"},
        {"0a 07 " ENTRY "0a 01 12", "2 is not in a stream of Loki's protobuf form"},
        {"0a 04 0a 02 '{a'", "1 has labels that are not {name=\"value\", ...}"},
        {"0a 0b " ENTRY "12 02 12 05", "2 is not an entry of Loki's protobuf form"},
        {"0a 05 12 03 12 01 'x'", "1 has no time from 1970 to 2554"},
        {"0a 04 12 02 08 00", "1 has no time from 1970 to 2554"},
        {"0a 05 12 03 0a 01 08", "1 has no time from 1970 to 2554"},
        /* -1 s, -1 ns, 10^9 ns */
        {"0a 0f 12 0d 0a 0b 08 ffffffffffffffffff01", "1 has no time from 1970 to 2554"},
        {"0a 0f 12 0d 0a 0b 10 ffffffffffffffffff01", "1 has no time from 1970 to 2554"},
        {"0a 0a 12 08 0a 06 10 8094ebdc03", "1 has no time from 1970 to 2554"},
        {"0a 07 12 05 0a00 1a 01 0a", "1 has malformed metadata"},
    };
    (void)state;
    struct buf bytes;
    buf_init(&bytes, 1000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i][0]);
        check(from_hex(&bytes, rows[i][0]), rows[i][1]);
    }
    buf_free(&bytes);
}

/* A message with one field: the text that b has. */
static void wrap(struct buf *b, char tag)
{
    struct buf whole;
    buf_init(&whole, b->max);
    buf_addc(&whole, tag);
    for (size_t n = b->len;; n >>= 7) {
        buf_addc(&whole, (char)((n & 0x7f) | (n > 0x7f ? 0x80 : 0)));
        if (n <= 0x7f)
            break;
    }
    buf_add(&whole, b->p, b->len);
    buf_free(b);
    *b = whole;
}

static void fill(struct buf *b, const char *text, int times)
{
    for (int i = 0; i < times; i++)
        buf_adds(b, text);
}

static void test_records_and_their_length_are_limited(void **state)
{
    struct buf body, entry;
    (void)state;
    buf_init(&body, 10 * INCOMING_RECORD);
    buf_init(&entry, 10 * INCOMING_RECORD);
    for (int i = 0; i <= INCOMING_RECORDS; i++)
        from_hex(&entry, ENTRY), buf_add(&body, entry.p, entry.len);
    wrap(&body, '\x0a');
    check(buf_slice(&body), "result 3 in 10001");

    buf_clear(&body);
    fill(&body, "x", INCOMING_RECORD);
    wrap(&body, '\x12');
    buf_add(&body, "\x0a\0", 2);
    wrap(&body, '\x12');
    wrap(&body, '\x0a');
    check(buf_slice(&body), "result 2 in 1");

    /* a control character takes six bytes of JSON */
    buf_clear(&body);
    fill(&body, "\x01", INCOMING_RECORD / 3);
    wrap(&body, '\x12');
    buf_add(&body, "\x0a\0", 2);
    wrap(&body, '\x12');
    wrap(&body, '\x0a');
    check(buf_slice(&body), "result 2 in 1");
    buf_free(&body);
    buf_free(&entry);
}

/* Labels are repeated in each record, so a short body could make a long batch. */
static void test_labels_do_not_fill_the_memory(void **state)
{
    static const struct {
        int length;
        const char *wanted;
    } rows[] = {{500000, "result 4 in 68"}, {INCOMING_RECORD, "result 2 in 1"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf body, entry;
        buf_init(&body, 4 * INCOMING_RECORD);
        buf_init(&entry, 100);
        buf_adds(&body, "{a=\"");
        fill(&body, "x", rows[i].length);
        buf_adds(&body, "\"}");
        wrap(&body, '\x0a');
        for (int k = 0; k < 1000; k++)
            from_hex(&entry, ENTRY), buf_add(&body, entry.p, entry.len);
        wrap(&body, '\x0a');
        check(buf_slice(&body), rows[i].wanted);
        buf_free(&body);
        buf_free(&entry);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_records_of_pushes),
        cmocka_unit_test(test_malformed_pushes_are_refused),
        cmocka_unit_test(test_records_and_their_length_are_limited),
        cmocka_unit_test(test_labels_do_not_fill_the_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
