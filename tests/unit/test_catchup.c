/* SPDX-License-Identifier: MIT */
/*
 * catchup: reads for viewers behind the tip, in orders that the simulation meets rarely.  They are
 * shared, queued and refused; the newest records are counted page by page.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tail_log.h"

/* ---- which reads are sent ---- */

static void test_reads_of_viewers_are_shared_and_queued(void **state)
{
    (void)state;
    relay.limits.reads = 1;
    put(0, PLACE_BEHIND, 5);
    put(1, PLACE_BEHIND, 5);
    put(2, PLACE_BEHIND, 6);
    for (int i = 0; i < VIEWERS; i++)
        catchup_read_after(&viewers[i].first);
    assert_int_equal(asked, 1);
    asks_range(0, 5, 10, 4); /* the tip is read apart */
    assert_ptr_equal(viewers[0].first.read, viewers[1].first.read);
    assert_int_equal(viewers[2].first.waits, WAIT_TURN);
    ANSWER(0, 5, 6, 7);
    assert_true(peer_got(0, "id: 7-0"));
    assert_true(peer_got(1, "id: 7-0"));
    asks_range(1, 10, 0, 16); /* to prove to the first two that they are at the end */
    asks_range(2, 6, 10, 16);
}

static void test_read_that_was_sent_before_a_viewer_came_is_not_shared(void **state)
{
    (void)state;
    put(0, PLACE_BEHIND, 5);
    viewers[1].first.place.came = relay.requests;
    put(1, PLACE_BEHIND, 5);
    catchup_read_after(&viewers[0].first);
    catchup_read_after(&viewers[1].first);
    assert_int_equal(asked, 1);
    put(2, PLACE_BEHIND, 5);
    viewers[2].first.place.came = relay.requests;
    catchup_read_after(&viewers[2].first);
    assert_int_equal(asked, 2);
}

/* The same for the reads of viewers: the records after a cursor, the newest, the one before. */
static void test_refused_read_of_a_viewer_is_told(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        for (int lost = 0; lost < 2; lost++) {
            struct redis_info info = info_of(1, 10, 9);
            tear_down(NULL);
            set_up(NULL);
            put(0, PLACE_BEHIND, 5);
            if (kind == 0) {
                catchup_read_after(&viewers[0].first);
            } else if (kind == 1) {
                viewers[0].first.place = (struct place){.state = PLACE_COUNTING, .history = 3};
                catchup_find_newest(&viewers[0].first);
            } else {
                viewers[0].first.place.state = PLACE_LOCATING;
                catchup_find_before(&viewers[0].first, info.first);
            }
            relay.up = false;
            fail_range(0, lost ? REDIS_LOST : REDIS_REFUSED);
            assert_int_equal(viewers[0].state == VIEWER_OPEN, lost);
            assert_int_equal(viewers[0].first.waits, WAIT_NONE);
        }
    }
}

/* ---- records for viewers behind ---- */

/* A batch holds less than its answer when the records are large. */
static void test_answer_up_to_the_tip_is_its_end_only_if_whole(void **state)
{
    static const struct {
        const char *what;
        unsigned bytes; /* 4 times as many are in a batch; a frame has 17 */
        uint64_t ids[5];
        uint64_t then;
        bool end;
    } cases[] = {
        {"whole", 100, {5, 6, 7}, 7, true},
        {"nothing", 100, {5}, 5, true},
        {"full", 100, {5, 6, 7, 8}, 8, false},
        {"more than a batch", 5, {5, 6, 7}, 7, true},
        {"much more than a batch", 4, {5, 6, 7}, 6, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        relay.limits.read_bytes = cases[i].bytes;
        put(0, PLACE_BEHIND, 5);
        catchup_read_after(&viewers[0].first);
        relay.up = false;
        print_message("%s\n", cases[i].what);
        answer_range(0, cases[i].ids);
        assert_int_equal(viewers[0].first.place.cursor.id.ms, cases[i].then);
        assert_int_equal(viewers[0].first.place.clear_to.ms, cases[i].end ? 10 : 0);
    }
}

static void test_read_without_its_record_asks(void **state)
{
    (void)state;
    put(0, PLACE_BEHIND, 5);
    viewers[0].first.place.cursor.located = true;
    viewers[0].first.place.cursor.before = ID(3);
    catchup_read_after(&viewers[0].first);
    ANSWER(0, 4, 6);
    assert_true(peer_got(0, ""));
    assert_int_equal(viewers[0].first.place.state, PLACE_ASKING);
    assert_int_equal(viewers[0].first.place.doubt, DOUBT_MISSING);
    assert_int_equal(viewers[0].first.place.came, relay.requests - 1); /* that of the XINFO */
    assert_false(viewers[0].first.place.cursor.located);
    asks_info(1);
}

/* Each of them came to ask before the XINFO was sent. */
static void test_viewers_of_a_read_without_its_record_share_an_xinfo(void **state)
{
    struct redis_info info = info_of(6, 10, 5);
    (void)state;
    for (int i = 0; i < 3; i++) {
        put(i, PLACE_BEHIND, 5);
        catchup_read_after(&viewers[i].first);
    }
    ANSWER(0, 6);
    asks_info(1);
    assert_int_equal(asked, 2);
    answer_info(1, &info);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(viewers[i].first.place.state, PLACE_BEHIND);
        assert_true(peer_got(i, "event: gap"));
    }
}

/* A record that does not fit would be read for ever: the client comes back when there is memory. */
static void test_viewer_without_memory_for_its_records_ends(void **state)
{
    (void)state;
    buf_free(&relay.batch.bytes);
    buf_init(&relay.batch.bytes, 8);
    put(0, PLACE_BEHIND, 5);
    catchup_read_after(&viewers[0].first);
    ANSWER(0, 5, 6);
    assert_int_equal(viewers[0].state, VIEWER_CLOSED);
    assert_true(peer_got(0, ""));
}

static void test_view_that_is_gone_is_given_nothing(void **state)
{
    (void)state;
    put(0, PLACE_BEHIND, 5);
    catchup_read_after(&viewers[0].first);
    reads_forget(&viewers[0].first);
    reads_forget_view(&relay, &w);
    ANSWER(0, 5, 6);
    assert_int_equal(relay.nreads, 0);
    assert_int_equal(viewers[0].first.place.cursor.id.ms, 5);
}

/* A viewer that ended in this turn still waits for the read. */
static void test_viewer_that_ended_is_given_nothing(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_BEHIND, 5);
        if (kind == 1) {
            viewers[0].first.place = (struct place){.state = PLACE_COUNTING, .history = 3};
            catchup_find_newest(&viewers[0].first);
        } else if (kind == 2) {
            viewers[0].first.place.state = PLACE_LOCATING;
            catchup_find_before(&viewers[0].first, ID(1));
        } else {
            catchup_read_after(&viewers[0].first);
        }
        viewer_close(&viewers[0]);
        if (kind == 1)
            ANSWER(0, 10, 9, 8);
        else if (kind == 3)
            ANSWER(0, 4, 6); /* without its record */
        else
            ANSWER(0, 5, 6);
        assert_int_equal(viewers[0].first.place.state, PLACE_NONE);
        assert_true(peer_got(0, ""));
    }
}

/* ---- the newest records ---- */

static void count_newest(int i, unsigned history)
{
    viewers[i].phase = PHASE_HISTORY;
    viewers[i].first.place = (struct place){.state = PLACE_COUNTING, .history = history};
    viewers[i].first.place.standing = PLACE_FRESH;
    catchup_find_newest(&viewers[i].first);
}

/* Each page begins with the last record of the page before. */
static void test_newest_records_are_counted_page_by_page(void **state)
{
    (void)state;
    count_newest(0, 6);
    asks_range(0, 0, 0, 4);
    count_newest(1, 6);
    assert_int_equal(asked, 1); /* it is shared */
    uint64_t sent_before = ((const struct read *)requests[0].arg)->number;
    ANSWER(0, 30, 29, 28, 27);
    asks_range(1, 0, 27, 3);
    const struct read *q = requests[1].arg;
    assert_int_equal(q->history, 6);
    assert_int_equal(q->number, sent_before);
    assert_int_equal(viewers[0].first.waits, WAIT_READ);
    assert_int_equal(viewers[1].first.waits, WAIT_READ);
    relay.up = false;
    ANSWER(1, 27, 26, 25);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(viewers[i].first.place.state, PLACE_BEHIND);
        assert_int_equal(viewers[i].first.place.cursor.at, CURSOR_NEXT);
        assert_int_equal(viewers[i].first.place.cursor.id.ms, 25);
    }
}

static void test_newest_records_end_where_the_log_does(void **state)
{
    static const struct {
        uint64_t ids[4];
        uint64_t begin; /* 0: with any record */
    } cases[] = {{{30, 29, 28}, 28}, {{30}, 30}, {{0}, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        count_newest(0, 6);
        relay.up = false;
        answer_range(0, cases[i].ids);
        assert_int_equal(viewers[0].first.place.state, PLACE_BEHIND);
        assert_int_equal(viewers[0].first.place.cursor.at,
                         cases[i].begin ? CURSOR_NEXT : CURSOR_OPEN);
        assert_int_equal(viewers[0].first.place.cursor.id.ms, cases[i].begin);
    }
}

/* The log was recreated or trimmed between the pages. */
static void test_pages_of_two_logs_are_no_history(void **state)
{
    static const uint64_t second[][4] = {{26, 25, 24}, {20, 19}, {0}};
    (void)state;
    for (size_t i = 0; i < sizeof second / sizeof *second; i++) {
        tear_down(NULL);
        set_up(NULL);
        count_newest(0, 6);
        ANSWER(0, 30, 29, 28, 27);
        answer_range(1, second[i]);
        assert_int_equal(viewers[0].first.place.state, PLACE_ASKING);
        asks_info(2);
        l.under_way--;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_reads_of_viewers_are_shared_and_queued),
        TEST(test_read_that_was_sent_before_a_viewer_came_is_not_shared),
        TEST(test_refused_read_of_a_viewer_is_told),
        TEST(test_answer_up_to_the_tip_is_its_end_only_if_whole),
        TEST(test_read_without_its_record_asks),
        TEST(test_viewers_of_a_read_without_its_record_share_an_xinfo),
        TEST(test_viewer_without_memory_for_its_records_ends),
        TEST(test_view_that_is_gone_is_given_nothing),
        TEST(test_viewer_that_ended_is_given_nothing),
        TEST(test_newest_records_are_counted_page_by_page),
        TEST(test_newest_records_end_where_the_log_does),
        TEST(test_pages_of_two_logs_are_no_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
