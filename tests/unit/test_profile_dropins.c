/* SPDX-License-Identifier: MIT */
/* profile_smarter, profile_json: the bytes of the frames of smarter, tod, swf and astrbot. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/profile_smarter.c"

static const struct moment moment = {
    .retry_ms = 3000, .unix_time = 1789000000.5, .client = "0-4", .has_id = true, .id = {9, 1}};

static void test_records_have_the_original_bytes(void **state)
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
        {"swf", true, false, 0, "", "{\"msg_type\":\"stf_gen\",\"x\":NaN,\"y\":[-Infinity]}",
         "id: 7-1\nevent: stf_gen\ndata: {\"msg_type\": \"stf_gen\", \"x\": null, \"y\": "
         "[null]}\n\n"},
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

/* The first frame, keepalive and live frame of each. */
static void test_frames_have_the_original_bytes(void **state)
{
    static const struct {
        const char *profile, *first_frame, *keepalive, *live;
    } cases[] = {
        {"smarter", "retry: 3000\n\n", ": keepalive\n\n", "event: bulk\ndata: []\nid: 9-1\n\n"},
        {"tod", "", ": heartbeat\r\n\r\n", ""},
        {"swf", "event: connected\ndata: {\"client_id\": \"0-4\", \"status\": \"connected\"}\n\n",
         "id: 9-1\nevent: heartbeat\ndata: {\"timestamp\": 1789000000.5}\n\n", ""},
        {"astrbot", "", ": keepalive\n\n", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct profile *p = profile_find(cases[i].profile);
        void (*const write[])(const struct profile *, struct buf *, const struct moment *) = {
            profile_first_frame, profile_keepalive, profile_live};
        const char *const bytes[] = {cases[i].first_frame, cases[i].keepalive, cases[i].live};
        for (size_t k = 0; k < 3; k++) {
            struct buf b;
            buf_init(&b, 1000);
            write[k](p, &b, &moment);
            assert_string_equal(b.len > 0 ? b.p : "", bytes[k]);
            buf_free(&b);
        }
    }
}

enum notice { GAP, LOST, BACK, MOVED, ENDED, UNAVAILABLE, NOTICES };

static void write_notice(const struct profile *p, struct buf *b, enum notice n)
{
    if (n == GAP)
        profile_gap(p, b, &(struct gap_frame){.after = "1-0", .next = "4-0", .lost = 2});
    else if (n == MOVED)
        profile_moved(p, b, &(struct position){moment.id, RANK_UNKNOWN, 0});
    else if (n == ENDED)
        profile_end(p, b, END_REVOKED, &moment);
    else if (n == UNAVAILABLE)
        profile_unavailable(p, b, "why", &moment);
    else
        profile_source(p, b, n == BACK);
}

/* Gaps, outages and ends have the form of plain with the profile's line ends, or are not sent. */
static void test_notices_have_the_form_of_plain_or_are_not_sent(void **state)
{
    static const char *const lines[NOTICES][4] = {
        [GAP] = {"event: gap", "data: {\"after\":\"1-0\",\"next\":\"4-0\",\"lost\":2}", ""},
        [LOST] = {"event: source", "data: {\"state\":\"lost\"}", ""},
        [BACK] = {"event: source", "data: {\"state\":\"live\"}", ""},
        [MOVED] = {"id: 9-1", ""},
        [ENDED] = {"retry: 3000", "event: end", "data: {\"reason\":\"revoked\"}", ""},
        [UNAVAILABLE] = {"retry: 3000", "event: unavailable", "data: {\"reason\":\"why\"}", ""},
    };
    static const struct {
        const char *profile, *eol;
        bool told;
    } cases[] = {{"smarter", "\n", true},
                 {"tod", "\r\n", true},
                 {"swf", "\n", false},
                 {"astrbot", "\n", true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (enum notice n = 0; n < NOTICES; n++) {
            struct buf got, wanted;
            buf_init(&got, 1000);
            buf_init(&wanted, 1000);
            write_notice(profile_find(cases[i].profile), &got, n);
            for (size_t k = 0; cases[i].told && k < 4 && lines[n][k]; k++)
                buf_addf(&wanted, "%s%s", lines[n][k], cases[i].eol);
            assert_string_equal(got.len > 0 ? got.p : "", wanted.len > 0 ? wanted.p : "");
            buf_free(&got);
            buf_free(&wanted);
        }
    }
}

/* Without a preset the default of 15 s applies. */
static void test_presets_set_the_keepalive(void **state)
{
    static const char *const cases[][2] = {
        {"smarter", NULL}, {"tod", NULL}, {"swf", "30"}, {"astrbot", NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct preset *p = profile_find(cases[i][0])->presets;
        while (p->option && strcmp(p->option, "SSELOG_KEEPALIVE") != 0)
            p++;
        assert_string_equal(p->option ? p->value : "", cases[i][1] ? cases[i][1] : "");
    }
}

/* A client that resumes gets no array. */
static void test_bulk_array_is_closed_once(void **state)
{
    const struct profile *p = profile_find("smarter");
    struct moment m = {.replayed = 2};
    struct buf b;
    (void)state;
    buf_init(&b, 100);
    profile_live(p, &b, &m);
    assert_string_equal(b.p, "]\n\n");
    buf_clear(&b);
    m.has_id = true;
    m.id = (struct xid){9, 1};
    profile_live(p, &b, &m);
    assert_string_equal(b.p, "]\nid: 9-1\n\n");
    buf_clear(&b);
    m.resumed = true;
    profile_live(p, &b, &m);
    assert_int_equal(b.len, 0);
    buf_free(&b);
}

#define SIZE_TOLD "(a record of 9437184 bytes)"
#define NOTE      "{\"message\": \"" SIZE_TOLD "\"}"

/* A record that is too long to be rewritten becomes a text about its size.  tod and swf send that
 * text in an object. */
static void test_too_long_record_becomes_its_size(void **state)
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
        cmocka_unit_test(test_records_have_the_original_bytes),
        cmocka_unit_test(test_frames_have_the_original_bytes),
        cmocka_unit_test(test_notices_have_the_form_of_plain_or_are_not_sent),
        cmocka_unit_test(test_presets_set_the_keepalive),
        cmocka_unit_test(test_bulk_array_is_closed_once),
        cmocka_unit_test(test_too_long_record_becomes_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
