/* SPDX-License-Identifier: MIT */
/* start: which of the cursors of a request counts, and what a time is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "front/start.c"
#include "given.h"

#define NOW INT64_C(1789000000000)

/* "history", "after 1-0", "since 1-0" or "malformed", with " lost" behind. */
static void describe(const char *header, const char *query, const struct start_of *of, char out[80])
{
    static const char *const names[] = {
        [START_HISTORY] = "history",
        [START_AFTER] = "after ",
        [START_SINCE] = "since ",
        [START_MALFORMED] = "malformed",
    };
    struct given g = {header, query};
    struct request r;
    const char *why;
    char id[XID_TEXT] = "";
    assert_int_equal(request_parse(&r, parameter, &g, &why), 0);
    struct start s = start_find(&r, of, NOW);
    if (s.kind == START_AFTER || s.kind == START_SINCE)
        xid_format(s.at.id, id);
    snprintf(out, 80, "%s%s%s", names[s.kind], id, s.lost ? " lost" : "");
    request_free(&r);
}

/* A request, and where its stream starts: see describe. */
struct start_row {
    const char *header, *query, *strict, *lenient;
};

static void check_starts(const struct start_row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char strict[80], lenient[80];
        describe(rows[i].header, rows[i].query, &(struct start_of){.lenient = false}, strict);
        describe(rows[i].header, rows[i].query, &(struct start_of){.lenient = true}, lenient);
        assert_string_equal(strict, rows[i].strict);
        assert_string_equal(lenient, rows[i].lenient);
    }
}

static void test_greatest_cursor_of_header_and_query_counts(void **state)
{
    static const struct start_row rows[] = {
        {NULL, "", "history", "history"},
        {"", "last_event_id=", "history", "history"},
        {"5-0", "", "after 5-0", "after 5-0"},
        {NULL, "last_event_id=5-0", "after 5-0", "after 5-0"},
        {NULL, "lastEventId=5-0", "after 5-0", "after 5-0"},
        {NULL, "lastEventID=5-0", "after 5-0", "after 5-0"},
        {NULL, "Last-Event-ID=5-0", "after 5-0", "after 5-0"},
        {NULL, "last_event_ids=5-0", "history", "history"},
        /* a polyfill keeps the address, and adds its newest id in its own way */
        {NULL, "last_event_id=5-0&lastEventId=7-0", "after 7-0", "after 7-0"},
        {NULL, "lastEventId=7-0&last_event_id=5-0", "after 7-0", "after 7-0"},
        {NULL, "last_event_id=7-0&last_event_id=5-0", "after 7-0", "after 7-0"},
        {"5-0", "last_event_id=7-0", "after 7-0", "after 7-0"},
        {"7-0", "last_event_id=5-0", "after 7-0", "after 7-0"},
        {"10-0", "last_event_id=9-0", "after 10-0", "after 10-0"}, /* as numbers */
        {"x", "last_event_id=5-0", "after 5-0", "after 5-0"},
        {"5-0", "last_event_id=x", "after 5-0", "after 5-0"},
        {"null", "lastEventId=5-0", "after 5-0", "after 5-0"},
    };
    (void)state;
    check_starts(rows, sizeof rows / sizeof *rows);
}

/* 0 is the beginning, and no time. */
static void test_cursor_without_a_hyphen_is_a_time(void **state)
{
    static const struct start_row rows[] = {
        {"5", "", "since 5-1", "history"},
        {NULL, "last_event_id=5", "since 5-1", "history"},
        {"0", "", "after 0-0", "history"},
        {NULL, "last_event_id=0-0", "after 0-0", "after 0-0"},
        {"5", "lastEventId=5-0", "after 5-0", "after 5-0"},
        {"5-0", "lastEventId=5", "after 5-0", "after 5-0"},
        {"6", "lastEventId=5-0", "since 6-1", "after 5-0"},
    };
    (void)state;
    check_starts(rows, sizeof rows / sizeof *rows);
}

/* EventSource would repeat the header for ever, so it is not refused. */
static void test_malformed_cursor_in_a_header_is_a_gap(void **state)
{
    static const struct start_row rows[] = {
        {"x", "", "history lost", "history"},
        {"1-x", "", "history lost", "history"},
        {"18446744073709551616-0", "", "history lost", "history"},
        {"x", "last_event_id=x", "history lost", "history"},
        {NULL, "last_event_id=x", "malformed", "history"},
        {NULL, "last_event_id=1-x", "malformed", "history"},
        {NULL, "last_event_id=-", "malformed", "history"},
        {NULL, "last_event_id=$", "malformed", "history"},
        {NULL, "last_event_id=x&lastEventId=null", "history lost", "history"},
    };
    (void)state;
    check_starts(rows, sizeof rows / sizeof *rows);
}

/* Pages and the clients of other servers send these. One that no server makes is malformed. */
static void test_cursor_of_another_server_is_a_gap(void **state)
{
    static const struct start_row rows[] = {
        {NULL, "last_event_id=null", "history lost", "history"},
        {NULL, "lastEventId=undefined", "history lost", "history"},
        {NULL, "last_event_id=NaN", "history lost", "history"},
        {NULL, "last_event_id=-1", "history lost", "history"},
        {NULL, "last_event_id=1450755280:0", "history lost", "history"},
        {NULL, "last_event_id=1450755280:-,[1]", "history lost", "history"},
        {NULL, "last_event_id=1450755280:", "malformed", "history"},
        {NULL, "last_event_id=1450755280:x", "malformed", "history"},
        {NULL, "last_event_id=urn:uuid:1b4e28ba-2fa1-11d2-883f-0016d3cca427", "history lost",
         "history"},
        {NULL, "lastEventID=1b4e28ba-2fa1-11d2-883f-0016d3cca427", "history lost", "history"},
        {NULL, "lastEventID=earliest", "history lost", "history"},
        {NULL, "lastEventID=1b4e28ba-2fa1-11d2-883f-0016d3cca42", "malformed", "history"},
    };
    (void)state;
    check_starts(rows, sizeof rows / sizeof *rows);
}

/* A time would pass over what an outage held up. */
static void test_time_counts_without_a_cursor_only(void **state)
{
    static const struct start_row rows[] = {
        {NULL, "since=15m", "since 1788999100000-0", "since 1788999100000-0"},
        {NULL, "since=1970-01-01T00:00:01Z", "since 1000-0", "since 1000-0"},
        {"5-0", "since=15m", "after 5-0", "after 5-0"},
        {"x", "since=15m", "since 1788999100000-0 lost", "since 1788999100000-0"},
        {NULL, "since=", "history", "history"},
        {NULL, "since=x", "malformed", "history"},
        {NULL, "since=15m&last_event_id=x", "malformed", "since 1788999100000-0"},
    };
    (void)state;
    check_starts(rows, sizeof rows / sizeof *rows);
}
/* In a stream of several logs a cursor says where each of them starts. */
static void test_log_starts_at_its_part_of_the_cursor(void **state)
{
    static const struct {
        const char *header, *query, *starts; /* of the log "web" */
    } rows[] = {
        {NULL, "", "history"},
        {"web=5-0", "", "after 5-0"},
        {"api=7-0,web=5-0", "", "after 5-0"},
        {NULL, "last_event_id=web=5-0,api=7-0", "after 5-0"},
        {NULL, "last_event_id=web%3D5-0%2Capi%3D7-0", "after 5-0"},
        {"web=0-0", "", "after 0-0"},
        /* a log that is left out begins like a new one */
        {"api=7-0", "", "history"},
        {NULL, "last_event_id=api=7-0", "history"},
        {"api=7-0", "since=15m", "since 1788999100000-0"},
        {"web=5-0", "since=15m", "after 5-0"},
        /* the greatest of this log counts, not of the others */
        {"web=5-0,api=9-0", "last_event_id=web=7-0,api=1-0", "after 7-0"},
        {"web=7-0", "last_event_id=web=5-0", "after 7-0"},
        {"web=5-0", "last_event_id=api=9-0", "after 5-0"},
        {"api=9-0", "last_event_id=web=5-0", "after 5-0"},
        {"x", "last_event_id=web=5-0", "after 5-0"},
        /* an id of one log is of none of them, nor is a time */
        {"5-0", "", "history lost"},
        {NULL, "last_event_id=5-0", "malformed"},
        {NULL, "last_event_id=web=5", "malformed"},
        {"web=5-0,", "", "history lost"},
        {"web=5-0,web=6-0", "", "history lost"},
        {"web=5-0,", "last_event_id=api=7-0", "history lost"},
        {NULL, "last_event_id=web=5-0,", "malformed"},
        {NULL, "last_event_id=null", "history lost"},
        {NULL, "last_event_id=api=7-0&lastEventId=x", "malformed"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char starts[80];
        describe(rows[i].header, rows[i].query, &(struct start_of){.log = "web"}, starts);
        assert_string_equal(starts, rows[i].starts);
    }
}

#define W4 "999999999w999999999w999999999w999999999w"

static void test_time_is_a_duration_or_of_rfc_3339(void **state)
{
    static const struct {
        const char *text;
        int64_t ms;
    } cases[] = {
        {"0s", NOW},
        {"90s", NOW - 90000},
        {"15m", NOW - 15 * 60000},
        {"2h", NOW - 2 * 3600000},
        {"1h30m", NOW - 5400000},
        {"1d", NOW - INT64_C(86400000)},
        {"2w", NOW - INT64_C(14 * 86400) * 1000},
        {"999999999w", 0},
        /* milliseconds beyond 64 bits */
        {W4 W4 W4 W4, 0},
        {"1970-01-01T00:00:00Z", 0},
        {"1969-12-31T23:59:59Z", 0},
        {"0001-01-01T00:00:00Z", 0},
        {"2026-09-10T00:26:40Z", NOW},
        {"2026-09-10t00:26:40z", NOW},
        {"2026-09-10 00:26:40Z", NOW},
        {"2026-09-10T02:26:40+02:00", NOW},
        {"2026-09-10T02:26:40 02:00", NOW}, /* '+' in a query */
        {"2026-09-09T18:56:40-05:30", NOW},
        {"2026-09-10T00:26:40.5Z", NOW + 500},
        {"2026-09-10T00:26:40.123456789Z", NOW + 123},
        {"2026-09-10T00:26:40.009Z", NOW + 9},
        {"2024-02-29T00:00:00Z", INT64_C(1709164800000)},
        {"2000-02-29T00:00:00Z", INT64_C(951782400000)},
        {"2016-12-31T23:59:60Z", INT64_C(1483228800000)},
        {"9999-12-31T23:59:59Z", INT64_C(253402300799000)},
        {"2024-02-29", INT64_C(1709164800000)},
        {"1969-12-31", 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms = -1;
        assert_int_equal(start_time(cases[i].text, NOW, &ms), 0);
        assert_int_equal(ms, cases[i].ms);
    }
}

static void test_other_text_is_no_time(void **state)
{
    static const char *const cases[] = {
        "",
        "15",
        "m",
        "-15m",
        "15 m",
        "15M",
        "15mm",
        "1.5h",
        "1234567890s",
        "1789000000",
        "2026-09-10T",
        "2026-09-1",
        "2026-02-29",
        "2026-09-10Z",
        "2026-09-10T00:26Z",
        "2026-09-10T00:26:40",
        "2026-09-10T00:26:40.Z",
        "2026-09-10T00:26:40Z ",
        "2026-09-10T00:26:40+0200",
        "2026-09-10T00:26:40+24:00",
        "2026-09-10T00:26:61Z",
        "2026-09-10T24:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-09-00T00:00:00Z",
        "2026-9-10T00:26:40Z",
        "26-09-10T00:26:40Z",
        "yesterday",
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t ms;
        assert_int_equal(start_time(cases[i], NOW, &ms), -1);
    }
}

static void test_names_that_ask_for_a_range_are_known(void **state)
{
    static const char *const ranges[] = {
        "afterId", "from",  "to",     "start",     "end",    "since",    "until", "count", "offset",
        "page",    "Limit", "LIMITS", "limits",    "Before", "per_page", "After", "AFTER", "tail",
        "max",     "last",  "lines",  "before-id", "before", "after",    "limit"};
    static const char *const others[] = {"q",   "level",  "whose",         "history", "",
                                         "tok", "agents", "last_event_id", "toe",     "endpoint"};
    (void)state;
    for (size_t i = 0; i < sizeof ranges / sizeof *ranges; i++)
        assert_true(start_is_range(ranges[i]));
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        assert_false(start_is_range(others[i]));
}

static void test_first_id_of_a_time_is_its_millisecond(void **state)
{
    (void)state;
    assert_int_equal(xid_cmp(start_id_at(17), (struct xid){17, 0}), 0);
    assert_int_equal(xid_cmp(start_id_at(-1), XID_ZERO), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_greatest_cursor_of_header_and_query_counts),
        cmocka_unit_test(test_cursor_without_a_hyphen_is_a_time),
        cmocka_unit_test(test_malformed_cursor_in_a_header_is_a_gap),
        cmocka_unit_test(test_cursor_of_another_server_is_a_gap),
        cmocka_unit_test(test_time_counts_without_a_cursor_only),
        cmocka_unit_test(test_log_starts_at_its_part_of_the_cursor),
        cmocka_unit_test(test_time_is_a_duration_or_of_rfc_3339),
        cmocka_unit_test(test_other_text_is_no_time),
        cmocka_unit_test(test_names_that_ask_for_a_range_are_known),
        cmocka_unit_test(test_first_id_of_a_time_is_its_millisecond),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
