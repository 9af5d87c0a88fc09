/* SPDX-License-Identifier: MIT */
/* profile_smarter, profile_json: bytes of the dialects' frames. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "../../profile_smarter.c"

static const struct moment moment = {
    .retry_ms = 3000, .unix_time = 1789000000.5, .client = "0-4", .has_id = true, .id = {9, 1}};

static void records(void **state)
{
    static const struct {
        const char *profile;
        bool has_id, history;
        uint64_t nth;
        const char *event, *data, *bytes;
    } cases[] = {
        {"smarter", true, true, 0, "", "{\"message\":\"x\"}",
         "event: bulk\ndata: [{\"message\": \"x\"}"},
        {"smarter", true, true, 1, "", "text", ", {\"message\": \"text\"}"},
        {"smarter", true, true, 2, "", "7", ", {\"message\": \"7\"}"},
        {"smarter", true, true, 2, "", "{\"a\":1}", ", {\"a\": 1, \"message\": \"{\\\"a\\\":1}\"}"},
        {"smarter", true, true, 2, "", "{}", ", {\"message\": \"{}\"}"},
        {"smarter", true, false, 0, "x", "{\n\"message\": \"m\"\n}\n",
         "id: 7-1\ndata: {\ndata: \"message\": \"m\"\ndata: }\n\n"},
        {"smarter", true, false, 0, "", "", "id: 7-1\ndata: \n\n"},
        {"smarter", true, false, 0, "", "a\r\n", "id: 7-1\ndata: a\n\n"},
        {"smarter", false, false, 0, "", "[1]", "data: {\"message\": \"[1]\"}\n\n"},
        {"tod", true, false, 0, "alert_fired", "{\"a\":\n1}",
         "id: 7-1\r\nevent: alert_fired\r\ndata: {\"a\": 1}\r\n\r\n"},
        {"tod", true, false, 0, "", "{}", "id: 7-1\r\nevent: unknown\r\ndata: {}\r\n\r\n"},
        {"tod", true, false, 0, "x", "text", ""},
        {"swf", true, false, 0, "", "{\"msg_type\":\"heartbeat\"}",
         "id: 7-1\nevent: heartbeat\ndata: {\"msg_type\": \"heartbeat\"}\n\n"},
        {"swf", false, false, 0, "", "{\"msg_type\":\"heartbeat\"}",
         "event: message\ndata: {\"msg_type\": \"heartbeat\"}\n\n"},
        {"swf", false, false, 0, "", "{}", "event: message\ndata: {}\n\n"},
        {"swf", false, false, 0, "", "[]", ""},
        {"astrbot", true, false, 0, "x", "{\"time\":1.0}",
         "id: 7-1\ndata: {\"type\": \"log\", \"time\": 1.0}\n\n"},
        {"astrbot", true, false, 0, "", "{}", "id: 7-1\ndata: {\"type\": \"log\"}\n\n"},
        {"astrbot", true, false, 0, "", "a",
         "id: 7-1\ndata: {\"type\": \"log\", \"level\": \"INFO\", \"time\": 0.007, \"data\": "
         "\"a\"}\n\n"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct profile *p = profile_find(cases[i].profile);
        struct record r;
        struct buf b;

        record_from_message(&r, (struct xid){7, 1}, slice_of(cases[i].data));
        r.has_id = cases[i].has_id;
        r.event = slice_of(cases[i].event);
        buf_init(&b, 1000);
        buf_room(&b, 1);
        profile_record(p, &b, &r, cases[i].history, cases[i].nth);
        assert_string_equal(b.len > 0 ? b.p : "", cases[i].bytes);
        record_end(&r);
        buf_free(&b);
    }
}

/* hello, keepalive and live of each. */
static void frames(void **state)
{
    static const struct {
        const char *profile, *hello, *keepalive, *live;
    } cases[] = {
        {"smarter", "retry: 3000\n\n", ": keepalive\n\n", "event: bulk\ndata: []\n\n"},
        {"tod", "", ": heartbeat\r\n\r\n", ""},
        {"swf", "event: connected\ndata: {\"client_id\": \"0-4\", \"status\": \"connected\"}\n\n",
         "id: 9-1\nevent: heartbeat\ndata: {\"timestamp\": 1789000000.5}\n\n", ""},
        {"astrbot", "", ": keepalive\n\n", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct profile *p = profile_find(cases[i].profile);
        void (*const write[])(const struct profile *, struct buf *, const struct moment *) = {
            profile_hello, profile_keepalive, profile_live};
        const char *const bytes[] = {cases[i].hello, cases[i].keepalive, cases[i].live};

        for (size_t k = 0; k < 3; k++) {
            struct buf b;

            buf_init(&b, 1000);
            write[k](p, &b, &moment);
            assert_string_equal(b.len > 0 ? b.p : "", bytes[k]);
            buf_free(&b);
        }
    }
}

/* One array, closed once; none for who resumes. */
static void bulk_ends(void **state)
{
    const struct profile *p = profile_find("smarter");
    struct moment m = {.replayed = 2};
    struct buf b;

    (void)state;
    buf_init(&b, 100);
    profile_live(p, &b, &m);
    assert_string_equal(b.p, "]\n\n");
    buf_clear(&b);
    m.resumed = true;
    profile_live(p, &b, &m);
    assert_int_equal(b.len, 0);
    buf_free(&b);
}

#define SIZE_TOLD "(a record of 9437184 bytes)"
#define NOTE      "{\"message\": \"" SIZE_TOLD "\"}"

/* What would be escaped into more than a batch holds is told by its size, as each shows a text;
 * what is no object stays unsent where such were never sent. */
static void too_long(void **state)
{
    static const struct {
        const char *profile, *object, *text;
    } cases[] = {
        {"smarter", "event: bulk\ndata: [" NOTE, "event: bulk\ndata: [" NOTE},
        {"tod", "id: 7-1\r\nevent: unknown\r\ndata: " NOTE "\r\n\r\n", ""},
        {"swf", "id: 7-1\nevent: message\ndata: " NOTE "\n\n", ""},
        {"astrbot",
         "id: 7-1\ndata: {\"type\": \"log\", \"level\": \"INFO\", \"time\": 0.007, \"data\": "
         "\"" SIZE_TOLD "\"}\n\n",
         "id: 7-1\ndata: {\"type\": \"log\", \"level\": \"INFO\", \"time\": 0.007, \"data\": "
         "\"" SIZE_TOLD "\"}\n\n"},
    };
    size_t len = 9 * 1024 * 1024;
    char *payload = malloc(len);

    (void)state;
    assert_non_null(payload);
    memset(payload, 1, len);
    for (size_t i = 0; i < 2 * sizeof cases / sizeof *cases; i++) {
        const struct profile *p = profile_find(cases[i / 2].profile);
        struct record r;
        struct buf b;

        memcpy(payload, i % 2 ? "no json" : " {\"a\":1", 7);
        record_from_message(&r, (struct xid){7, 1}, slice_make(payload, len));
        r.has_id = true;
        buf_init(&b, 64u * 1024 * 1024);
        buf_room(&b, 1);
        profile_record(p, &b, &r, true, 0);
        assert_string_equal(b.p, i % 2 ? cases[i / 2].text : cases[i / 2].object);
        record_end(&r);
        buf_free(&b);
    }
    free(payload);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records),
        cmocka_unit_test(frames),
        cmocka_unit_test(bulk_ends),
        cmocka_unit_test(too_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
