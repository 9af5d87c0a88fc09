/* SPDX-License-Identifier: MIT */
/* events: the events of a stream, however its bytes are cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "verify/events.c"

static char got[1024];

static void on_event(void *arg, const struct event *e)
{
    size_t n = strlen(got);
    (void)arg;
    snprintf(got + n, sizeof got - n, "[%s%.*s|%.*s|%s%.*s|%d]", e->has_id ? "" : "-",
             (int)e->id.len, e->id.p ? e->id.p : "", (int)e->name.len, e->name.p ? e->name.p : "",
             e->has_data ? "" : "-", (int)e->data.len, e->data.p ? e->data.p : "",
             e->has_retry ? (int)e->retry : -1);
}

static void feed(const char *text, size_t piece)
{
    struct events s;
    got[0] = '\0';
    events_init(&s, on_event, NULL);
    for (size_t len = strlen(text), at = 0; at < len; at += piece)
        events_feed(&s, text + at, len - at < piece ? len - at : piece);
    events_end(&s);
    events_free(&s);
}

static void test_events_are_those_of_a_browser(void **state)
{
    static const struct {
        const char *text, *events;
    } cases[] = {
        {"", ""},
        {"\n\n", ""},
        {": keepalive\n\n", ""},
        {"retry: 3000\n\n", "[-||-|3000]"},
        {"retry: 3x\n\n", "[-||-|-1]"},
        {"id: 1-0\ndata: a\n\n", "[1-0||a|-1]"},
        {"id: 1-0\ndata: a\ndata: b\n\n", "[1-0||a\nb|-1]"},
        {"id: 1-0\n\n", "[1-0||-|-1]"},
        {"id:1-0\r\ndata:a\r\n\r\nid: 2-0\r\ndata\r\n\r\n", "[1-0||a|-1][2-0|||-1]"},
        {"id: 1-0\rdata:  a\r\r", "[1-0|| a|-1]"},
        {"event: gap\ndata: {\"lost\":3}\n\n", "[-|gap|{\"lost\":3}|-1]"},
        {"\xef\xbb\xbfid: 1-0\n\n", "[1-0||-|-1]"},
        {"data: a\n\ndata: unfinished\n", "[-||a|-1]"},
        {"nonsense\nid: 1-0\n\n", "[1-0||-|-1]"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t piece = 1; piece < 40; piece++) {
            feed(cases[i].text, piece);
            assert_string_equal(got, cases[i].events);
        }
}

static size_t kept;

static void on_long(void *arg, const struct event *e)
{
    (void)arg;
    kept = e->data.len;
}

static void test_long_data_is_cut(void **state)
{
    struct events s;
    char text[1000];
    (void)state;
    memset(text, 'x', sizeof text);
    events_init(&s, on_long, NULL);
    events_feed(&s, "data: ", 6);
    for (int i = 0; i < 100; i++)
        events_feed(&s, text, sizeof text);
    events_feed(&s, "\n\n", 2);
    assert_in_range(kept, 1, DATA_KEPT);
    events_feed(&s, "data: y\n\n", 9);
    assert_int_equal(kept, 1);
    events_free(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_events_are_those_of_a_browser),
        cmocka_unit_test(test_long_data_is_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
