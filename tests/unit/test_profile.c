/* SPDX-License-Identifier: MIT */
/* profile: the rows are complete, and the plain profile writes the bytes of the manual. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "format/profile.c"

static const struct moment moment = {.retry_ms = 3412,
                                     .replayed = 120,
                                     .counts = {130, 7, 25},
                                     .unix_time = 1789000000.5,
                                     .keepalive_ms = 15000,
                                     .client = "c"};

static void test_rows_of_the_table_are_complete(void **state)
{
    const struct profile *p;
    (void)state;
    for (unsigned i = 0; (p = profile_at(i)) != NULL; i++) {
        assert_int_equal(p->id, i);
        assert_ptr_equal(profile_find(p->name), p);
        assert_true(strcmp(p->eol, "\n") == 0 || strcmp(p->eol, "\r\n") == 0);
        assert_int_equal(strncmp(p->content_type, "text/event-stream", 17) != 0,
                         p == profile_find("plain")->lines);
        assert_string_equal(p->headers + strlen(p->headers) - 2, "\r\n");
        assert_true(p->whole > 0);
    }
    assert_string_equal(profile_at(0)->name, "plain");
    assert_null(profile_find("Plain"));
    assert_null(profile_find(""));
}

static void test_plain_head_has_its_bytes(void **state)
{
    const struct profile *p = profile_find("plain");
    struct buf b;
    (void)state;
    buf_init(&b, 1000);
    profile_head(p, &b);
    assert_string_equal(b.p, "Status: 200 OK\r\n"
                             "Content-Type: text/event-stream\r\n"
                             "Cache-Control: no-store, no-transform\r\n"
                             "X-Accel-Buffering: no\r\n"
                             "X-Content-Type-Options: nosniff\r\n"
                             "Referrer-Policy: no-referrer\r\n");
    assert_null(p->presets);
    assert_false(p->keepalive_fixed);
    buf_free(&b);
}

/* haproxy that compresses holds the last record of a stream back unless it says no-transform. */
static void test_no_stream_is_stored_or_transformed_on_its_way(void **state)
{
    const struct profile *p;
    (void)state;
    for (unsigned i = 0; (p = profile_at(i)) != NULL; i++) {
        struct buf b;
        buf_init(&b, 4096);
        profile_head(p, &b);
        assert_non_null(strstr(b.p, "\r\nCache-Control: no-store, no-transform\r\n"));
        assert_null(strstr(strstr(b.p, "Cache-Control") + 1, "Cache-Control"));
        buf_free(&b);
    }
}

/* One function for each kind of frame. */
static void first_frame(const struct profile *p, struct buf *b)
{
    profile_first_frame(p, b, &moment);
}
static void live(const struct profile *p, struct buf *b)
{
    profile_live(p, b, &moment);
}
static void gap(const struct profile *p, struct buf *b)
{
    profile_gap(p, b, &(struct gap_frame){.after = "17-0", .next = "42-0", .lost = 25});
}
static void gap_unknown(const struct profile *p, struct buf *b)
{
    profile_gap(p, b, &(struct gap_frame){.lost = -1});
}
static void gap_in_log(const struct profile *p, struct buf *b)
{
    profile_gap(p, b, &(struct gap_frame){"web", "17-0", "42-0", 25, NULL});
}
static void gap_in_log_unknown(const struct profile *p, struct buf *b)
{
    profile_gap(p, b, &(struct gap_frame){.log = "web", .lost = -1, .reason = "tail"});
}
static void cursor(const struct profile *p, struct buf *b)
{
    profile_cursor(p, b, "web=5-0,api=7-0");
}
static void moved_in_logs(const struct profile *p, struct buf *b)
{
    profile_moved_to(p, b, "web=5-0,api=7-0");
}
static void gap_longest(const struct profile *p, struct buf *b)
{
    char id[XID_TEXT];
    xid_format(XID_MAX, id);
    profile_gap(p, b, &(struct gap_frame){.after = id, .next = id, .lost = INT64_MAX});
}
static void source_lost(const struct profile *p, struct buf *b)
{
    profile_source(p, b, false);
}
static void source_live(const struct profile *p, struct buf *b)
{
    profile_source(p, b, true);
}
static void keepalive(const struct profile *p, struct buf *b)
{
    profile_keepalive(p, b, &moment);
}
static void moved(const struct profile *p, struct buf *b)
{
    profile_moved(p, b, &(struct position){{1789000000456, 0}, RANK_UNKNOWN, 0});
}
static void ends(const struct profile *p, struct buf *b)
{
    for (enum end_reason reason = END_LIFETIME; reason <= END_REPLACED; reason++)
        profile_end(p, b, reason, &moment);
}
static void polled(const struct profile *p, struct buf *b)
{
    profile_end(p, b, END_POLL, &moment);
}
static void token(const struct profile *p, struct buf *b)
{
    profile_token(p, b, "abc-_", 40);
}
static void unavailable(const struct profile *p, struct buf *b)
{
    profile_unavailable(p, b, "viewers", &moment);
}

static void test_plain_frames_have_their_bytes(void **state)
{
    static const struct {
        void (*write)(const struct profile *, struct buf *);
        const char *bytes;
    } cases[] = {
        {first_frame, "retry: 3412\n\n"},
        {live, "event: live\ndata: {\"replayed\":120,\"sent\":130,\"withheld\":7,\"lost\":25}\n\n"},
        {gap, "event: gap\ndata: {\"after\":\"17-0\",\"next\":\"42-0\",\"lost\":25}\n\n"},
        {gap_unknown, "event: gap\ndata: {\"after\":null,\"next\":null,\"lost\":null}\n\n"},
        {gap_longest, "event: gap\ndata: {\"after\":\"18446744073709551615-18446744073709551615\","
                      "\"next\":\"18446744073709551615-18446744073709551615\","
                      "\"lost\":9223372036854775807}\n\n"},
        {gap_in_log, "event: gap\ndata: {\"log\":\"web\",\"after\":\"17-0\",\"next\":\"42-0\","
                     "\"lost\":25}\n\n"},
        {gap_in_log_unknown, "event: gap\ndata: {\"log\":\"web\",\"after\":null,\"next\":null,"
                             "\"lost\":null,\"reason\":\"tail\"}\n\n"},
        {cursor, "id: web=5-0,api=7-0\n"},
        {moved_in_logs, "id: web=5-0,api=7-0\n\n"},
        {source_lost, "event: source\ndata: {\"state\":\"lost\"}\n\n"},
        {source_live, "event: source\ndata: {\"state\":\"live\"}\n\n"},
        {keepalive, ": keepalive\n\n"},
        {moved, "id: 1789000000456-0\n\n"},
        {polled,
         "retry: 3412\nevent: end\ndata: "
         "{\"reason\":\"poll\",\"every\":3412,\"sent\":130,\"withheld\":7,\"lost\":25}\n\n"},
        {token, "event: token\ndata: {\"token\":\"abc-_\",\"expires_in\":40}\n\n"},
        {ends, "retry: 3412\nevent: end\ndata: "
               "{\"reason\":\"lifetime\",\"sent\":130,\"withheld\":7,\"lost\":25}\n\n"
               "retry: 3412\nevent: end\ndata: "
               "{\"reason\":\"shutdown\",\"sent\":130,\"withheld\":7,\"lost\":25}\n\n"
               "retry: 3412\nevent: end\ndata: "
               "{\"reason\":\"revoked\",\"sent\":130,\"withheld\":7,\"lost\":25}\n\n"
               "retry: 3412\nevent: end\ndata: "
               "{\"reason\":\"expired\",\"sent\":130,\"withheld\":7,\"lost\":25}\n\n"
               "retry: 3412\nevent: end\ndata: "
               "{\"reason\":\"replaced\",\"sent\":130,\"withheld\":7,\"lost\":25}\n\n"},
        {unavailable, "retry: 3412\nevent: unavailable\ndata: {\"reason\":\"viewers\"}\n\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        buf_init(&b, 1000);
        cases[i].write(profile_find("plain"), &b);
        assert_string_equal(b.p, cases[i].bytes);
        assert_false(b.failed);
        buf_free(&b);
    }
}

/* A page sees no comments: the keepalive is an event, without an id so that no cursor moves. */
static void test_envelope_sends_its_keepalive_as_an_event(void **state)
{
    static const struct {
        void (*write)(const struct profile *, struct buf *);
        const char *bytes;
    } cases[] = {
        {first_frame, "retry: 3412\n\nevent: ping\ndata: {\"every\":15000}\n\n"},
        {keepalive, "event: ping\ndata: {\"every\":15000}\n\n"},
        {moved, "id: 1789000000456-0\nevent: cursor\ndata: {}\n\n"},
        {moved_in_logs, "id: web=5-0,api=7-0\nevent: cursor\ndata: {}\n\n"},
        {cursor, "id: web=5-0,api=7-0\n"},
        {live, "event: live\ndata: {\"replayed\":120,\"sent\":130,\"withheld\":7,\"lost\":25}\n\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        buf_init(&b, 1000);
        cases[i].write(profile_find("envelope"), &b);
        assert_string_equal(b.p, cases[i].bytes);
        buf_free(&b);
    }
}

static void test_envelope_holds_the_entry_s_other_fields(void **state)
{
    static const struct {
        const char *name, *value, *bytes;
    } cases[] = {
        {"event", "deploy", "id: 7-1\ndata: {\"event\":\"deploy\",\"data\":\"x\"}\n\n"},
        {"host", "web2", "id: 7-1\ndata: {\"data\":\"x\",\"fields\":{\"host\":\"web2\"}}\n\n"},
        {"a\"b", "1\n\xff",
         "id: 7-1\ndata: {\"data\":\"x\",\"fields\":{\"a\\\"b\":\"1\\n\xef\xbf\xbd\"}}\n\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice fields[] = {slice_of("data"), slice_of("x"), slice_of(cases[i].name),
                                 slice_of(cases[i].value)};
        struct record r;
        struct buf b;
        buf_init(&b, 1000);
        assert_int_equal(record_from_entry(&r, (struct xid){7, 1}, fields, 2, "data", "event"), 0);
        profile_record(profile_find("envelope"), &b, &r, false, 0);
        assert_string_equal(b.p, cases[i].bytes);
        record_end(&r);
        buf_free(&b);
    }
}

/* EventSource fires "error" and "open" itself, and many pages close at an error. */
static void test_names_of_event_source_are_prefixed_outside_the_envelope(void **state)
{
    static const struct {
        const char *profile, *prefix, *event, *line;
    } cases[] = {
        {"plain", "", "error", "event: record-error\n"},
        {"plain", "", "open", "event: record-open\n"},
        {"plain", "", "er\r\nror", "event: record-error\n"},
        {"plain", "", "errors", "event: errors\n"},
        {"plain", "", "Error", "event: Error\n"},
        {"plain", "", " error", "event:  error\n"},
        {"plain", "", "message", "event: message\n"},
        {"plain", "", "end", "event: end\n"},
        {"plain", "", "record-error", "event: record-error\n"},
        {"plain", "app.", "error", "event: app.error\n"},
        {"plain", "app.", "deploy", "event: app.deploy\n"},
        {"plain", "app.", "end", "event: app.end\n"},
        {"plain", "er", "ror", "event: record-error\n"},
        {"plain", "app.", "", NULL},
        {"tod", "", "error", "event: record-error\r\n"},
        {"tod", "", "open", "event: record-open\r\n"},
        {"tod", "", "alert_fired", "event: alert_fired\r\n"},
        {"envelope", "app.", "error", "data: {\"event\":\"error\",\"data\":\"{}\"}\n"},
        {"envelope", "app.", "open", "data: {\"event\":\"open\",\"data\":\"{}\"}\n"},
        {"smarter", "app.", "error", NULL},
        {"astrbot", "app.", "error", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct profile *p = profile_find(cases[i].profile);
        struct record r;
        struct buf b;
        buf_init(&b, 1000);
        buf_room(&b, 1);
        record_from_message(&r, (struct xid){7, 1}, slice_of("{}"));
        r.has_id = true;
        r.event = slice_of(cases[i].event);
        r.event_prefix = slice_of(cases[i].prefix);
        profile_record(p, &b, &r, false, 0);
        assert_non_null(strstr(b.p, cases[i].line ? cases[i].line : "data: "));
        assert_true(cases[i].line || !strstr(b.p, "event:"));
        record_end(&r);
        buf_free(&b);
    }
}

static void test_plain_records_have_their_bytes(void **state)
{
    static const struct {
        bool has_id;
        const char *event, *data, *bytes;
    } cases[] = {
        {true, "deploy", "one\ntwo", "id: 7-1\nevent: deploy\ndata: one\ndata: two\n\n"},
        {true, "", "x", "id: 7-1\ndata: x\n\n"},
        {true, "", "", "id: 7-1\ndata: \n\n"},
        {true, "a\nid: 9", "x", "id: 7-1\nevent: aid: 9\ndata: x\n\n"},
        {false, "", "x", "data: x\n\n"},
        /* a record without an id never has the name of a control frame */
        {true, "end", "x", "id: 7-1\nevent: end\ndata: x\n\n"},
        {false, "end", "x", "data: x\n\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct profile *p = profile_find("plain");
        struct sse_part part = {0};
        struct record r;
        struct buf b;
        buf_init(&b, 1000);
        record_from_message(&r, (struct xid){7, 1}, slice_of(cases[i].data));
        r.has_id = cases[i].has_id;
        r.event = slice_of(cases[i].event);
        profile_record(p, &b, &r, i % 2 == 0, i);
        assert_string_equal(b.p, cases[i].bytes);
        /* a long payload is written in pieces, with the same bytes */
        buf_clear(&b);
        profile_open(p, &b, &r);
        while (!part.done)
            sse_data_part(&b, p->eol, r.data, &part, 1);
        sse_end(&b, p->eol);
        assert_string_equal(b.p, cases[i].bytes);
        record_end(&r);
        buf_free(&b);
    }
}

static void test_lines_have_their_bytes(void **state)
{
    static const struct {
        void (*write)(const struct profile *, struct buf *);
        const char *bytes;
    } cases[] = {
        {first_frame, "{\"control\":\"open\",\"retry\":3412}\n"},
        {live, "{\"control\":\"live\",\"replayed\":120,\"sent\":130,\"withheld\":7,\"lost\":25}\n"},
        {gap, "{\"control\":\"gap\",\"after\":\"17-0\",\"next\":\"42-0\",\"lost\":25}\n"},
        {gap_unknown, "{\"control\":\"gap\",\"after\":null,\"next\":null,\"lost\":null}\n"},
        {source_lost, "{\"control\":\"source\",\"state\":\"lost\"}\n"},
        {keepalive, "\n"},
        {gap_in_log, "{\"control\":\"gap\",\"log\":\"web\",\"after\":\"17-0\",\"next\":\"42-0\","
                     "\"lost\":25}\n"},
        {moved, "{\"control\":\"cursor\",\"id\":\"1789000000456-0\"}\n"},
        {moved_in_logs, "{\"control\":\"cursor\",\"id\":\"web=5-0,api=7-0\"}\n"},
        {cursor, ""},
        {unavailable, "{\"control\":\"unavailable\",\"reason\":\"viewers\",\"retry\":3412}\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf b;
        buf_init(&b, 1000);
        cases[i].write(profile_find("plain")->lines, &b);
        assert_string_equal(b.len > 0 ? b.p : "", cases[i].bytes);
        buf_free(&b);
    }
}

/* In a stream of several logs a record says its log and id, and profile_cursor() goes before its
 * frame. */
static void test_record_of_several_logs_names_its_log(void **state)
{
    static const struct {
        const char *profile, *event, *bytes;
    } cases[] = {
        {"envelope", "", "data: {\"log\":\"web\",\"id\":\"7-1\",\"data\":\"x\"}\n\n"},
        {"envelope", "deploy",
         "data: {\"log\":\"web\",\"id\":\"7-1\",\"event\":\"deploy\",\"data\":\"x\"}\n\n"},
        {"lines", "", "{\"log\":\"web\",\"id\":\"7-1\",\"data\":\"x\"}\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool lines = strcmp(cases[i].profile, "lines") == 0;
        const struct profile *p = lines ? profile_find("plain")->lines : profile_find("envelope");
        struct record r;
        struct buf b;
        buf_init(&b, 1000);
        record_from_message(&r, (struct xid){7, 1}, slice_of("x"));
        r.has_id = true;
        r.log = slice_of("web");
        r.event = slice_of(cases[i].event);
        profile_record(p, &b, &r, false, 0);
        assert_string_equal(b.p, cases[i].bytes);
        record_end(&r);
        buf_free(&b);
    }
}

/* A long record is sent without envelope: the name of its event says its log. */
static void test_long_record_of_several_logs_names_its_log(void **state)
{
    const struct profile *p = profile_find("envelope");
    (void)state;
    for (int many = 0; many < 2; many++) {
        struct record r;
        struct buf b;
        buf_init(&b, 1000);
        record_from_message(&r, (struct xid){7, 1}, slice_of("x"));
        r.has_id = true;
        r.log = slice_of(many ? "web" : NULL);
        profile_open(p, &b, &r);
        assert_string_equal(b.p, many ? "event: record.web\n" : "id: 7-1\nevent: record\n");
        record_end(&r);
        buf_free(&b);
    }
}

/* Any payload and name stays within its line, and within its members. */
static void test_records_are_lines_of_their_own(void **state)
{
    static const struct {
        bool has_id;
        const char *event, *data, *bytes;
    } cases[] = {
        {true, "deploy", "{\"a\":1}",
         "{\"id\":\"7-1\",\"event\":\"deploy\",\"data\":\"{\\\"a\\\":1}\"}\n"},
        {true, "", "", "{\"id\":\"7-1\",\"data\":\"\"}\n"},
        {true, "a\nb", "x\r\ny\xff",
         "{\"id\":\"7-1\",\"event\":\"a\\nb\",\"data\":\"x\\r\\ny\xef\xbf\xbd\"}\n"},
        {true, "end", "x", "{\"id\":\"7-1\",\"event\":\"end\",\"data\":\"x\"}\n"},
        {false, "", "x", "{\"data\":\"x\"}\n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct record r;
        struct buf b;
        buf_init(&b, 1000);
        record_from_message(&r, (struct xid){7, 1}, slice_of(cases[i].data));
        r.has_id = cases[i].has_id;
        r.event = slice_of(cases[i].event);
        profile_record(profile_find("plain")->lines, &b, &r, i % 2 == 0, i);
        assert_string_equal(b.p, cases[i].bytes);
        record_end(&r);
        buf_free(&b);
    }
}

static void test_line_of_a_very_long_record_is_cut(void **state)
{
    static char data[PROFILE_MAX_WRITTEN + 1];
    struct record r;
    struct buf b;
    (void)state;
    memset(data, 'x', sizeof data);
    buf_init(&b, 16 * 1024 * 1024);
    for (size_t over = 0; over < 2; over++) {
        record_from_message(&r, (struct xid){7, 1}, slice_make(data, PROFILE_MAX_WRITTEN + over));
        buf_clear(&b);
        profile_record(profile_find("plain")->lines, &b, &r, false, 0);
        assert_int_equal(strstr(b.p, ",\"size\":8388609}\n") != NULL, over);
        assert_in_range(b.len, over ? 64 * 1024 : PROFILE_MAX_WRITTEN,
                        over ? 64 * 1024 + 100 : PROFILE_MAX_WRITTEN + 100);
        record_end(&r);
    }
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows_of_the_table_are_complete),
        cmocka_unit_test(test_plain_head_has_its_bytes),
        cmocka_unit_test(test_no_stream_is_stored_or_transformed_on_its_way),
        cmocka_unit_test(test_plain_frames_have_their_bytes),
        cmocka_unit_test(test_envelope_sends_its_keepalive_as_an_event),
        cmocka_unit_test(test_envelope_holds_the_entry_s_other_fields),
        cmocka_unit_test(test_names_of_event_source_are_prefixed_outside_the_envelope),
        cmocka_unit_test(test_lines_have_their_bytes),
        cmocka_unit_test(test_record_of_several_logs_names_its_log),
        cmocka_unit_test(test_long_record_of_several_logs_names_its_log),
        cmocka_unit_test(test_records_are_lines_of_their_own),
        cmocka_unit_test(test_line_of_a_very_long_record_is_cut),
        cmocka_unit_test(test_plain_records_have_their_bytes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
