/* SPDX-License-Identifier: MIT */
/*
 * tail: what the answer to XINFO STREAM does to a log and its viewers, in orders that the
 * simulation meets rarely.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tail_log.h"

/* ---- when it is asked for ---- */

static void test_viewer_that_asks_is_asked_for_once(void **state)
{
    (void)state;
    for (enum info_state info = INFO_NONE; info <= INFO_HELD; info++) {
        asked = 0;
        l.info = info;
        put(0, PLACE_ASKING, 5);
        want(&viewers[0].first, PLACE_ASK);
        assert_int_equal(asked, info == INFO_NONE);
        l.info = info;
        asked = 0;
        put(0, PLACE_BEHIND, 12);
        want(&viewers[0].first, PLACE_SUSPECT);
        assert_int_equal(asked, info == INFO_NONE);
        assert_int_equal(viewers[0].first.place.state, PLACE_ASKING);
        assert_int_equal(viewers[0].first.place.doubt, DOUBT_MISSING);
    }
    l.info = INFO_NONE;
    l.under_way = 0;
}

static void test_refused_info_is_told(void **state)
{
    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_ASKING, 5);
        l.tip.state = PLACE_ASKING;
        l.stale = false;
        ask_for_info(&l);
        assert_int_equal(l.under_way, 1);
        requests[0].info_fn(&l, lost ? REDIS_LOST : REDIS_REFUSED, NULL);
        assert_int_equal(l.info, INFO_NONE);
        assert_int_equal(l.under_way, 0);
        assert_int_equal(viewers[0].state == VIEWER_OPEN, lost);
        assert_int_equal(l.tip.state, lost ? PLACE_ASKING : PLACE_LIVE);
        assert_int_equal(l.stale, !lost);
    }
}

static void test_info_without_memory_is_asked_for_soon(void **state)
{
    (void)state;
    no_memory = true;
    ask_for_info(&l);
    assert_int_equal(l.info, INFO_NONE);
    assert_int_equal(relay.next_sweep, relay.now + RETRY_MS);
    no_memory = false;
    l.tip.state = PLACE_ASKING;
    check(&l);
    asks_info(0);
    l.under_way--;
}

/* The read that finds a place has no memory: for a viewer's history, for its cursor, for the tip.
 * XINFO, which asks for that read, is not repeated as fast as Redis answers. */
static void test_place_without_memory_for_its_read_is_asked_for_later(void **state)
{
    struct redis_info info = info_of(1, 30, 30);
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_ASKING, 5);
        if (kind == 0)
            viewers[0].first.place = (struct place){.state = PLACE_ASKING, .history = 3};
        l.tip.state = kind == 2 ? PLACE_ASKING : PLACE_LIVE;
        l.live = 1; /* the tip does not move to the end */
        no_reads = true;
        ask_for_info(&l);
        answer_info(0, &info);
        assert_int_equal(asked, 1);
        assert_int_equal(relay.next_sweep, relay.now + RETRY_MS);
        relay.now += RETRY_MS - 1;
        relay.next_sweep = INT64_MAX; /* a sweep that another one called for */
        check(&l);
        log_serve(&viewers[0]);
        assert_int_equal(asked, 1);
        assert_int_equal(relay.next_sweep, relay.now + 1);
        relay.now++;
        check(&l);
        log_serve(&viewers[0]);
        asks_info(1);
        assert_int_equal(asked, 2);
        l.under_way--;
        l.live = 0;
    }
}

/* ---- viewers ---- */

/* Only a request that was sent after a viewer came answers it. */
static void test_info_places_only_viewers_that_came_before(void **state)
{
    struct redis_info info = info_of(1, 10, 9);
    (void)state;
    put(0, PLACE_ASKING, 10);
    viewers[0].first.place.came = relay.requests;
    ask_for_info(&l);
    put(1, PLACE_ASKING, 10);
    viewers[1].first.place.came = relay.requests;
    ask_for_info(&l);
    assert_int_equal(asked, 1);
    answer_info(0, &info);
    assert_int_equal(viewers[0].first.place.state, PLACE_LIVE);
    assert_int_equal(viewers[1].first.place.state, PLACE_ASKING);
    assert_int_equal(asked, 2);
    answer_info(1, &info);
    assert_int_equal(viewers[1].first.place.state, PLACE_LIVE);
    assert_int_equal(asked, 2);
    assert_int_equal(l.under_way, 0);
}

/* A viewer that is served may ask again, while the answer is handled. */
static void test_info_answers_no_viewer_that_came_while_it_is_handled(void **state)
{
    struct redis_info info = info_of(20, 30, 9);
    struct view second = w;
    (void)state;
    put(0, PLACE_BEHIND, 10);
    viewers[0].first.place.proof = l.proven =
        1; /* it is to be placed again: it is beyond the tip */
    l.tip.cursor = sent(9);
    l.live = 1;
    put(1, PLACE_ASKING, 10);
    viewers[1].first.place.came = relay.requests + 1; /* the request after this one answers it */
    w.followers = &viewers[0].first;
    viewers[0].first.next = NULL;
    second.followers = &viewers[1].first;
    viewers[1].first.next = NULL;
    viewers[1].first.view = &second;
    second.next = NULL;
    w.next = &second;
    ask_for_info(&l);
    answer_info(0, &info);
    assert_int_equal(viewers[0].first.place.doubt, DOUBT_MISSING);
    assert_int_equal(viewers[1].first.place.state, PLACE_ASKING);
    assert_int_equal(viewers[1].first.place.cursor.id.ms, 10);
    l.live = 0;
    l.under_way--;
}

/* The tip is in the log that was there before: its read shows that, and then viewers are placed. */
static void test_viewers_are_placed_after_a_tip_in_a_former_log(void **state)
{
    static const enum place_state tips[] = {PLACE_BEHIND, PLACE_LOCATING};
    struct redis_info info = info_of(1, 8, 8);
    (void)state;
    for (size_t i = 0; i < sizeof tips / sizeof *tips; i++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_ASKING, 3);
        ask_for_info(&l);
        l.tip.state = tips[i];
        answer_info(0, &info);
        assert_int_equal(viewers[0].first.place.state, PLACE_ASKING);
        assert_int_equal(l.info, INFO_HELD);
        assert_int_equal(asked, 1);
        l.tip.state = PLACE_LIVE;
        tip_answered(&l);
        assert_int_equal(asked, 2);
        answer_info(1, &info);
        assert_int_equal(viewers[0].first.place.state, PLACE_LOCATING);
        asks_range(2, 1, 3, 1);
    }
}

static void test_viewer_that_waits_for_its_read_is_not_placed(void **state)
{
    struct redis_info info = info_of(1, 10, 9);
    (void)state;
    put(0, PLACE_LOCATING, 5);
    catchup_find_before(&viewers[0].first, ID(1));
    ask_for_info(&l);
    answer_info(1, &info);
    assert_int_equal(viewers[0].first.place.state, PLACE_LOCATING);
    assert_int_equal(viewers[0].first.waits, WAIT_READ);
    assert_int_equal(asked, 2);
}

static void test_gap_of_a_viewer_is_told_with_its_place(void **state)
{
    struct redis_info info = info_of(20, 30, 9);
    (void)state;
    put(0, PLACE_ASKING, 5);
    put(1, PLACE_LIVE, 10);
    l.tip.state = PLACE_BEHIND;
    ask_for_info(&l);
    answer_info(0, &info);
    assert_true(peer_got(0, "event: gap"));
    assert_int_equal(viewers[0].first.place.cursor.id.ms, 20);
    l.tip.state = PLACE_LIVE;
}

/* ---- the tip ---- */

static void test_tip_is_left_only_while_no_viewer_is_at_it(void **state)
{
    static const struct {
        const char *what;
        enum place_state tip;
        bool live;
        uint64_t last, rank, added;
        uint64_t then;
        uint64_t then_rank;
        bool searched;
    } cases[] = {
        {"not known", PLACE_NONE, false, 14, 9, 12, 14, 12, false},
        {"left", PLACE_LIVE, false, 14, 9, 12, 14, 12, true},
        {"not moved", PLACE_LIVE, false, 10, 9, 9, 10, 9, false},
        {"not moved, rank unknown", PLACE_LIVE, false, 10, RANK_UNKNOWN, 9, 10, 9, false},
        {"the same end, fewer records", PLACE_LIVE, false, 10, 9, 3, 10, 3, true},
        {"viewers at it", PLACE_LIVE, true, 14, 9, 12, 10, 9, false},
        {"being read", PLACE_BEHIND, false, 14, 9, 12, 10, 9, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct redis_info info = info_of(1, cases[i].last, cases[i].added);
        l.tip = (struct place){.cursor = sent(10), .state = cases[i].tip};
        l.tip.cursor.rank = cases[i].rank;
        l.live = cases[i].live;
        l.stale = false;
        print_message("%s\n", cases[i].what);
        size_t before = asked;
        log_on_info(&l, &info, false);
        assert_int_equal(asked > before, cases[i].searched);
        if (cases[i].searched)
            ANSWER(before, 10); /* the record of the tip is still there */
        assert_int_equal(l.tip.cursor.id.ms, cases[i].then);
        assert_int_equal(l.tip.cursor.rank, cases[i].then_rank);
        bool left = cases[i].then != 10 || cases[i].then_rank < 9;
        assert_int_equal(l.stale, left); /* it is read, so that Redis tracks the key */
    }
    l.live = 0;
}

/* A later log that lost as many records would look as if nothing were missing. */
static void test_tip_at_a_deleted_record_gets_no_rank(void **state)
{
    struct redis_info info = info_of(1, 10, 9);
    (void)state;
    l.tip = (struct place){.cursor = sent(10), .state = PLACE_LIVE};
    l.tip.cursor.located = true;
    log_on_info(&l, &info, false);
    assert_true(l.tip.cursor.rank == RANK_UNKNOWN);
}

/* Viewers beyond a new tip stand in a log that was there before. */
static void test_new_tip_places_viewers_beyond_it_again(void **state)
{
    static const struct {
        uint64_t id;
        bool reads;
        enum place_state then;
        enum place_doubt doubt;
    } cases[] = {{5, false, PLACE_BEHIND, DOUBT_NONE},
                 {14, false, PLACE_BEHIND, DOUBT_NONE},
                 {15, false, PLACE_ASKING, DOUBT_NONE},
                 {15, true, PLACE_BEHIND, DOUBT_NONE}};
    struct redis_info info = info_of(1, 14, 9);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_BEHIND, cases[i].id);
        viewers[0].first.place.doubt = DOUBT_DELETED; /* in the former log */
        viewers[0].first.place.standing = PLACE_MET;
        if (cases[i].reads)
            catchup_read_after(&viewers[0].first);
        ring_add(&relay.rings, &w.ring, &(struct item){2, 0, ID(12), 1}, 1, "12");
        tip_at_end(&l, &info);
        assert_int_equal(viewers[0].first.place.state, cases[i].then);
        assert_int_equal(viewers[0].first.place.doubt, cases[i].doubt);
        assert_int_equal(viewers[0].first.place.standing, PLACE_CLAIMED);
        assert_null(w.ring.first);
        assert_int_equal(w.ring.floor.ms, 14);
    }
}

static void test_gap_of_the_tip_is_told_where_it_was_met(void **state)
{
    static const struct {
        const char *what;
        enum place_state state;
        uint64_t id;
        bool reads, gap;
        enum place_state then;
        uint64_t then_id;
    } cases[] = {
        {"live at the tip", PLACE_LIVE, 10, false, true, PLACE_LIVE, 20},
        {"behind", PLACE_BEHIND, 5, false, false, PLACE_ASKING, 5},
        {"behind, reads", PLACE_BEHIND, 5, true, false, PLACE_BEHIND, 5},
        {"asks", PLACE_ASKING, 5, false, false, PLACE_ASKING, 5},
    };
    struct gap gap = {.after = {10, 0}, .lost = 3};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, cases[i].state, cases[i].id);
        viewers[0].first.place.doubt = DOUBT_DELETED;
        viewers[0].first.place.standing = PLACE_MET;
        if (cases[i].reads)
            catchup_read_after(&viewers[0].first);
        l.tip.cursor = sent(20);
        print_message("%s\n", cases[i].what);
        tip_gap(&l, &gap);
        assert_int_equal(peer_got(0, "event: gap"), cases[i].gap);
        assert_int_equal(viewers[0].first.place.state, cases[i].then);
        assert_int_equal(viewers[0].first.place.cursor.id.ms, cases[i].then_id);
        assert_int_equal(viewers[0].first.place.doubt, DOUBT_NONE);
        /* The ring of the log that is there now serves only who proves a place in it. */
        assert_int_equal(viewers[0].first.place.standing,
                         cases[i].then == PLACE_LIVE ? PLACE_MET : PLACE_CLAIMED);
        assert_int_equal(w.ring.floor.ms, 20);
    }
}

/* XINFO may tell of it before the invalidation comes.  The tip moves into the new log first. */
static void test_recreated_log_moves_its_tip_before_viewers_are_placed(void **state)
{
    struct redis_info info = info_of(1, 4, 4);
    (void)state;
    put(0, PLACE_LIVE, 10);
    put(1, PLACE_ASKING, 3);
    ask_for_info(&l);
    answer_info(0, &info);
    assert_true(peer_got(0, "event: gap"));
    assert_int_equal(l.tip.cursor.id.ms, 1);
    assert_int_equal(viewers[1].first.place.state, PLACE_ASKING);
    assert_int_equal(asked, 2);
    ANSWER(1, 1, 2, 3, 4);
    answer_info(2, &info);
    assert_int_equal(viewers[1].first.place.state, PLACE_LOCATING);
}

static void test_tip_by_info(void **state)
{
    static const struct {
        const char *what;
        uint64_t first, last, added, deleted;
        bool missing, located;
        enum place_state then;
        bool stale;
        uint64_t proven, id;
        bool gap;
    } cases[] = {
        {"at the end", 1, 10, 9, 0, false, false, PLACE_LIVE, false, 7, 10, false},
        {"its record deleted", 1, 14, 12, 10, true, false, PLACE_LOCATING, false, 5, 10, false},
        {"the same, located", 1, 14, 12, 10, true, true, PLACE_LIVE, true, 5, 10, false},
        {"trimmed up to it", 11, 14, 12, 0, false, false, PLACE_LIVE, true, 5, 11, false},
        {"trimmed past it", 12, 14, 12, 0, false, false, PLACE_LIVE, true, 5, 12, true},
        {"recreated", 1, 4, 4, 0, false, false, PLACE_LIVE, true, 5, 1, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct redis_info info = info_of(cases[i].first, cases[i].last, cases[i].added);
        tear_down(NULL);
        set_up(NULL);
        info.length = cases[i].added - (cases[i].first - 1 - (cases[i].last - cases[i].added));
        if (cases[i].first == 1)
            info.length = cases[i].added;
        info.deleted = ID(cases[i].deleted);
        put(0, PLACE_LIVE, 10);
        l.tip.state = PLACE_ASKING;
        l.tip.doubt = cases[i].missing ? DOUBT_MISSING : DOUBT_NONE;
        l.tip.cursor.located = cases[i].located;
        l.tip.cursor.rank = 8;
        l.asked = 7;
        l.proven = 5;
        relay.up = false; /* the tip is read when all is done */
        print_message("%s\n", cases[i].what);
        tip_on_info(&l, &info);
        assert_int_equal(l.tip.state, cases[i].then);
        assert_int_equal(l.stale, cases[i].stale);
        assert_int_equal(l.proven, cases[i].proven);
        assert_int_equal(l.tip.cursor.id.ms, cases[i].id);
        assert_int_equal(peer_got(0, "event: gap"), cases[i].gap);
        if (cases[i].then == PLACE_LOCATING)
            asks_range(0, cases[i].first, 10, 1);
        assert_int_equal(viewers[0].first.place.state, PLACE_LIVE);
    }
}

/* XINFO once more tells whether the record before was found in the same log. */
static void test_record_before_the_tip_is_looked_at_again(void **state)
{
    static const struct {
        const char *what;
        uint64_t ids[2];
        enum redis_result result;
        enum place_state then;
        bool located;
    } cases[] = {{"found before", {8}, REDIS_OK, PLACE_ASKING, true},
                 {"its own", {10}, REDIS_OK, PLACE_BEHIND, false}, /* and it is read again */
                 {"none", {0}, REDIS_OK, PLACE_ASKING, false},
                 {"refused", {0}, REDIS_REFUSED, PLACE_LIVE, false},
                 {"lost", {0}, REDIS_LOST, PLACE_BEHIND, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_LIVE, 10);
        l.tip.state = PLACE_LOCATING;
        l.tip.doubt = DOUBT_MISSING;
        l.stale = false;
        find_before_tip(&l, ID(1));
        print_message("%s\n", cases[i].what);
        if (cases[i].result == REDIS_OK)
            answer_range(0, cases[i].ids);
        else
            fail_range(0, cases[i].result);
        assert_int_equal(l.tip.state, cases[i].then);
        assert_int_equal(l.tip.cursor.located, cases[i].located);
        assert_int_equal(viewers[0].state == VIEWER_OPEN, cases[i].result != REDIS_REFUSED);
        if (cases[i].then == PLACE_ASKING)
            asks_info(1);
        if (cases[i].then == PLACE_BEHIND)
            asks_range(1, 10, 0, 4);
        l.under_way -= cases[i].then == PLACE_ASKING;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_viewer_that_asks_is_asked_for_once),
        TEST(test_refused_info_is_told),
        TEST(test_info_without_memory_is_asked_for_soon),
        TEST(test_place_without_memory_for_its_read_is_asked_for_later),
        TEST(test_info_places_only_viewers_that_came_before),
        TEST(test_info_answers_no_viewer_that_came_while_it_is_handled),
        TEST(test_viewers_are_placed_after_a_tip_in_a_former_log),
        TEST(test_viewer_that_waits_for_its_read_is_not_placed),
        TEST(test_gap_of_a_viewer_is_told_with_its_place),
        TEST(test_tip_is_left_only_while_no_viewer_is_at_it),
        TEST(test_tip_at_a_deleted_record_gets_no_rank),
        TEST(test_new_tip_places_viewers_beyond_it_again),
        TEST(test_gap_of_the_tip_is_told_where_it_was_met),
        TEST(test_recreated_log_moves_its_tip_before_viewers_are_placed),
        TEST(test_tip_by_info),
        TEST(test_record_before_the_tip_is_looked_at_again),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
