/* SPDX-License-Identifier: MIT */
/* sse: the output is UTF-8, has exactly the lines of the payload, and is the same when it is
 * written in pieces. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "sse.c"

#define R "\xef\xbf\xbd"
#define S(text)                                                                                    \
    {                                                                                              \
        text, sizeof text - 1                                                                      \
    }

static const struct {
    struct slice payload;
    const char *lines; /* as written with "\n"; without NUL */
} payloads[] = {
    {S(""), "data: \n"},
    {S("one"), "data: one\n"},
    {S(" blank"), "data:  blank\n"},
    {S("a\nb"), "data: a\ndata: b\n"},
    {S("a\rb"), "data: a\ndata: b\n"},
    {S("a\r\nb"), "data: a\ndata: b\n"},
    {S("a\n\rb"), "data: a\ndata: \ndata: b\n"},
    {S("a\r\r\nb"), "data: a\ndata: \ndata: b\n"},
    {S("a\n"), "data: a\ndata: \n"},
    {S("a\r"), "data: a\ndata: \n"},
    {S("a\r\n"), "data: a\ndata: \n"},
    {S("\n\n"), "data: \ndata: \ndata: \n"},
    {S("x\n\nevent: end\rid: 9\r\nretry: 1"),
     "data: x\ndata: \ndata: event: end\ndata: id: 9\ndata: retry: 1\n"},
    {S("long enough for words\nand a line end at each\rplace of one"),
     "data: long enough for words\ndata: and a line end at each\ndata: place of one\n"},
    /* well-formed: first and last character of each length, and those beside the surrogates */
    {S("\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4"
       "\x8f\xbf\xbf"),
     "data: "
     "\x7f\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f"
     "\xbf\xbf\n"},
    /* U+2028 and NEL are no line ends in an event stream */
    {S("a\xe2\x80\xa8"
       "b\xc2\x85"
       "c"),
     "data: a\xe2\x80\xa8"
     "b\xc2\x85"
     "c\n"},
    /* ill-formed: the examples of Unicode 15, tables 3-8 to 3-11 */
    {S("\xc0\xaf\xe0\x80\xbf\xf0\x81\x82\x41"), "data: " R R R R R R R R "A\n"},
    {S("\xed\xa0\x80\xed\xbf\xbf\xed\xaf\x41"), "data: " R R R R R R R R "A\n"},
    {S("\xf4\x91\x92\x93\xff\x41\x80\xbf\x42"), "data: " R R R R R "A" R R "B\n"},
    {S("\xe1\x80\xe2\xf0\x91\x92\xf1\xbf\x41"), "data: " R R R R "A\n"},
    /* a sequence cut by a line end or by the end */
    {S("\xe2\x82\n\xac"), "data: " R "\ndata: " R "\n"},
    {S("\xe2\x82\r\n\xac"), "data: " R "\ndata: " R "\n"},
    {S("abcdefgh\xf0\x9f\x98"), "data: abcdefgh" R "\n"},
};

static void test_payload_becomes_data_lines(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof payloads / sizeof *payloads; i++) {
        struct buf b;
        buf_init(&b, 1000);
        sse_data(&b, "\n", payloads[i].payload);
        assert_string_equal(b.p, payloads[i].lines);
        buf_free(&b);
    }
}

/* All sizes of pieces: each byte of a payload is a boundary once. */
static void test_pieces_join_to_the_whole(void **state)
{
    static const char *const eols[] = {"\n", "\r\n"};
    (void)state;
    for (size_t i = 0; i < 2 * sizeof payloads / sizeof *payloads; i++) {
        struct slice payload = payloads[i / 2].payload;
        struct buf whole, joined;
        buf_init(&whole, 1000);
        buf_init(&joined, 1000);
        sse_data(&whole, eols[i % 2], payload);
        for (size_t room = 0; room <= whole.len + 1; room++) {
            struct sse_part part = {0};
            buf_clear(&joined);
            while (!part.done) {
                size_t before = joined.len;
                sse_data_part(&joined, eols[i % 2], payload, &part, room);
                assert_true(joined.len > before);
                assert_true(joined.len - before <= room + 16);
            }
            assert_string_equal(joined.p, whole.p);
        }
        buf_free(&whole);
        buf_free(&joined);
    }
}

/* The steps of eight bytes must find a line end at each offset. */
static void test_line_end_is_found_at_any_offset(void **state)
{
    static const char ends[] = "\n\r";
    (void)state;
    for (size_t i = 0; i < 2 * 40; i++) {
        char payload[40], expected[60];
        struct buf b;
        memset(payload, '\x0b', sizeof payload); /* between LF and CR, but neither */
        payload[i / 2] = ends[i % 2];
        snprintf(expected, sizeof expected, "data: %.*s\ndata: %.*s\n", (int)(i / 2), payload,
                 (int)(39 - i / 2), payload + i / 2 + 1);
        buf_init(&b, 1000);
        sse_data(&b, "\n", slice_make(payload, sizeof payload));
        assert_string_equal(b.p, expected);
        buf_free(&b);
    }
}

static void test_full_buffer_ends_the_payload(void **state)
{
    struct sse_part part = {0};
    struct buf b;
    (void)state;
    buf_init(&b, 20);
    sse_data(&b, "\n", slice_of("longer than the twenty bytes"));
    assert_true(b.failed);
    buf_clear(&b);
    for (int i = 0; i < 20 && !part.done; i++)
        sse_data_part(&b, "\n", slice_of("longer than the twenty bytes"), &part, 5);
    assert_true(part.done);
    assert_true(b.failed);
    buf_free(&b);
}

static void test_nul_stays_in_data(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 100);
    sse_data(&b, "\n", slice_make("a\0b", 3));
    assert_true(slice_equal(buf_slice(&b), slice_make("data: a\0b\n", 10)));
    buf_free(&b);
}

static void test_one_line_fields_keep_one_line(void **state)
{
    static const struct {
        struct slice value;
        const char *line;
    } cases[] = {
        {S("deploy"), "event: deploy\r\n"},
        {{NULL, 0}, "event: \r\n"},
        {S("a\nid: 1\r\n\r\ndata: x\0y"), "event: aid: 1data: xy\r\n"},
        {S("\r\n\0"), "event: \r\n"},
        {S("\xe2\x82\n\xac \xff\xc3\xa9"), "event: " R R " " R "\xc3\xa9\r\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        buf_init(&b, 100);
        sse_field(&b, "\r\n", "event", cases[i].value);
        assert_string_equal(b.p, cases[i].line);
        assert_int_equal(b.len, strlen(cases[i].line));
        buf_free(&b);
    }
}

static void test_retry_comment_and_utf8_have_their_bytes(void **state)
{
    struct buf b;
    (void)state;
    buf_init(&b, 100);
    sse_retry(&b, "\n", 3000);
    sse_end(&b, "\n");
    sse_comment(&b, "\r\n", "keep\nalive");
    sse_utf8(&b, slice_of("a\n\xff\r"));
    assert_string_equal(b.p, "retry: 3000\n\n: keepalive\r\n\r\na\n" R "\r");
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_payload_becomes_data_lines),
        cmocka_unit_test(test_pieces_join_to_the_whole),
        cmocka_unit_test(test_line_end_is_found_at_any_offset),
        cmocka_unit_test(test_full_buffer_ends_the_payload),
        cmocka_unit_test(test_nul_stays_in_data),
        cmocka_unit_test(test_one_line_fields_keep_one_line),
        cmocka_unit_test(test_retry_comment_and_utf8_have_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
