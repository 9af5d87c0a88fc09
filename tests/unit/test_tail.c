/* SPDX-License-Identifier: MIT */
/*
 * tail: the tip of a log is read when Redis tells of a change or a viewer needs it, in orders
 * that the simulation meets rarely.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tail_log.h"

/* ---- a viewer comes ---- */

static void test_new_viewer_reads_only_from_a_cursor_up_to_the_tip(void **state)
{
    static const struct {
        enum place_standing standing;
        enum place_state tip;
        uint64_t id;
        enum place_state then;
    } cases[] = {{PLACE_CLAIMED, PLACE_LIVE, 9, PLACE_BEHIND},
                 {PLACE_CLAIMED, PLACE_LIVE, 10, PLACE_BEHIND},
                 {PLACE_CLAIMED, PLACE_LIVE, 11, PLACE_ASKING},
                 {PLACE_CLAIMED, PLACE_NONE, 9, PLACE_ASKING},
                 {PLACE_FRESH, PLACE_LIVE, 0, PLACE_ASKING}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put(0, PLACE_ASKING, cases[i].id);
        viewers[0].first.place.standing = cases[i].standing;
        l.tip.state = cases[i].tip;
        begin(&viewers[0].first);
        assert_int_equal(viewers[0].first.place.state, cases[i].then);
    }
}

/* ---- the tip is read ---- */

static void test_tip_is_read_when_it_is_stale_and_needed(void **state)
{
    static const struct {
        const char *what;
        bool stale, up, live;
        enum place_state tip;
        uint64_t wanted, proven;
        bool read, hands_out;
        int64_t read_at;
    } cases[] = {
        {"stale", true, true, true, PLACE_LIVE, 0, 0, true, false, 0},
        {"not stale", false, true, true, PLACE_LIVE, 0, 0, false, false, 0},
        {"Redis away", true, false, true, PLACE_LIVE, 0, 0, false, false, 0},
        {"no one needs it", true, true, false, PLACE_LIVE, 3, 3, false, false, 0},
        {"a viewer waits", true, true, false, PLACE_LIVE, 4, 3, true, false, 0},
        {"under way", true, true, true, PLACE_BEHIND, 0, 0, false, false, 0},
        {"asks", true, true, true, PLACE_ASKING, 0, 0, false, false, 0},
        {"not known", true, true, true, PLACE_NONE, 0, 0, false, false, 0},
        {"hands out", true, true, true, PLACE_LIVE, 0, 0, false, true, 0},
        {"pauses", true, true, true, PLACE_LIVE, 0, 0, false, false, 100001},
        {"has paused", true, true, true, PLACE_LIVE, 0, 0, true, false, 100000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asked = 0;
        relay.up = cases[i].up;
        l.fanouts = cases[i].hands_out ? (struct fanout *)&l : NULL; /* only compared */
        l.read_at = cases[i].read_at;
        l.stale = cases[i].stale;
        l.live = cases[i].live;
        l.tip.state = cases[i].tip;
        l.wanted = cases[i].wanted;
        l.proven = cases[i].proven;
        l.asked = 3;
        print_message("%s\n", cases[i].what);
        look(&l);
        assert_int_equal(asked, cases[i].read);
        if (!cases[i].read)
            continue;
        asks_range(0, 10, 0, 4);
        assert_false(l.stale);
        assert_int_equal(l.asked, 4);
        assert_int_equal(l.tip.state, PLACE_BEHIND);
        read_free(requests[0].arg);
    }
    l.live = 0;
    l.fanouts = NULL;
    gather_forget(&l);
}

static void test_log_pauses_after_its_hand_out_if_no_more_is_there(void **state)
{
    static const struct {
        const char *what;
        uint64_t ids[5];
        bool pauses;
    } cases[] = {{"whole", {10, 11, 12}, true},
                 {"full", {10, 11, 12, 13}, false},
                 {"nothing new", {10}, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asked = 0;
        put(0, PLACE_LIVE, 10);
        l.tip.cursor = sent(10);
        l.weight = 0;
        l.stale = true;
        l.read_at = 0;
        look(&l);
        relay.up = false; /* the next read would end at once */
        answer_range(0, cases[i].ids);
        relay.up = true;
        print_message("%s\n", cases[i].what);
        assert_int_equal(l.read_at > 0, cases[i].pauses);
    }
}

/* Its viewers get the records in a later turn.  Until then the tip is not read on, and no viewer is
 * placed in a log that is another one by now. */
static void test_tip_rests_when_all_viewers_have_what_was_read(void **state)
{
    struct redis_info info = info_of(1, 8, 8);
    (void)state;
    for (int i = 0; i < VIEWERS; i++)
        put(i, PLACE_LIVE, 10);
    relay.limits.slice_us = 0; /* a slice reaches nobody */
    l.stale = true;
    look(&l);
    l.stale = true;
    ANSWER(0, 10, 12);
    assert_true(peer_got(0, ""));
    put(1, PLACE_ASKING, 3);
    ask_for_info(&l);
    answer_info(1, &info);
    assert_int_equal(l.info, INFO_HELD);
    assert_int_equal(viewers[1].first.place.state, PLACE_ASKING);
    assert_int_equal(asked, 2);
    relay.limits.slice_us = INT64_MAX;
    tail_run(&relay);
    assert_true(peer_got(0, "id: 12-0"));
    assert_true(peer_got(2, "id: 12-0"));
    asks_info(2);
    assert_int_equal(l.read_at, relay.now + 10);
    relay.now = l.read_at;
    tail_run(&relay);
    asks_range(3, 12, 0, 16);
    read_free(requests[3].arg);
}

/* Each view makes frames of its own of what was read, and all are made in one turn. */
static void test_tip_with_many_views_is_read_in_smaller_steps(void **state)
{
    static struct view views[5];
    static const struct {
        unsigned frames, count;
        int views;
    } rows[] = {{1000, 20, 0}, {30, 20, 1}, {30, 16, 2}, {30, 11, 3},
                {30, 7, 5},    {4, 2, 4},   {4, 2, 5}};
    (void)state;
    l.weight = 5; /* 20 records a read */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        l.views = &w;
        for (int k = 0; k < 5; k++) {
            views[k] = (struct view){.next = l.views,
                                     .followers = k < rows[i].views ? &viewers[0].first : NULL};
            l.views = &views[k];
        }
        w.followers = NULL;
        relay.limits.frames = rows[i].frames;
        assert_int_equal(tip_count(&l), rows[i].count);
    }
    l.views = &w;
}

static void test_tip_without_memory_is_read_later(void **state)
{
    (void)state;
    put(0, PLACE_LIVE, 10);
    l.stale = no_memory = true;
    look(&l);
    assert_true(l.stale);
    assert_int_equal(l.asked, 0);
    assert_int_equal(l.tip.state, PLACE_LIVE);
    no_memory = false;
    check(&l);
    asks_range(0, 10, 0, 4);
}

static void test_answer_moves_the_tip(void **state)
{
    static const struct {
        const char *what;
        uint64_t ids[5];
        bool changed, located, stale;
        uint64_t proven, tip;
    } cases[] = {
        {"nothing new", {10}, false, false, false, 6, 10},
        {"nothing new, changed meanwhile", {10}, true, false, true, 6, 10},
        {"two", {10, 11, 12}, false, false, false, 6, 12},
        {"full", {10, 11, 12, 13}, false, false, true, 5, 13},
        {"located, nothing new", {8}, false, true, false, 6, 10},
        {"located, one", {8, 11}, false, true, false, 6, 11},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asked = 0;
        put(0, PLACE_LIVE, 10);
        l.tip.cursor = (struct cursor){.id = ID(10), .rank = 7, .located = cases[i].located};
        l.tip.cursor.at = cases[i].located ? CURSOR_NEXT : CURSOR_SENT;
        l.tip.cursor.before = ID(8);
        l.asked = l.proven = 5;
        l.weight = 0;
        l.stale = true;
        print_message("%s\n", cases[i].what);
        l.read_at = 0;
        look(&l);
        l.stale = cases[i].changed;
        relay.up = false; /* the next read would end at once */
        answer_range(0, cases[i].ids);
        relay.up = true;
        assert_int_equal(l.stale, cases[i].stale);
        assert_int_equal(l.proven, cases[i].proven);
        assert_int_equal(l.tip.state, PLACE_LIVE);
        assert_int_equal(l.tip.cursor.id.ms, cases[i].tip);
        assert_int_equal(l.tip.cursor.at, CURSOR_SENT);
        assert_int_equal(l.tip.cursor.rank, 7 + cases[i].tip - 10);
        if (cases[i].tip > 10)
            assert_false(l.tip.cursor.located);
    }
}

static void test_tip_whose_record_is_missing_asks(void **state)
{
    (void)state;
    put(0, PLACE_LIVE, 10);
    l.stale = true;
    look(&l);
    ANSWER(0, 11);
    assert_int_equal(l.tip.state, PLACE_ASKING);
    assert_int_equal(l.tip.cursor.id.ms, 10);
    asks_info(1);
    assert_true(peer_got(0, ""));
}

static void test_refused_read_is_told_and_a_lost_one_is_not(void **state)
{
    static const enum redis_result results[] = {REDIS_LOST, REDIS_REFUSED, REDIS_WRONGTYPE};
    (void)state;
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_LIVE, 10);
        l.stale = true;
        l.wanted = 9;
        look(&l);
        relay.up = false;
        fail_range(0, results[i]);
        assert_true(l.stale); /* a read that was refused is not tracked */
        assert_int_equal(l.tip.state, PLACE_LIVE);
        assert_int_equal(l.wanted, results[i] == REDIS_LOST ? 9 : l.proven);
        assert_int_equal(viewers[0].state != VIEWER_OPEN, results[i] != REDIS_LOST);
    }
}

/* A read that is under way may have been sent before the record that the viewer has. */
static void test_proof_is_a_read_of_the_tip_sent_from_now_on(void **state)
{
    (void)state;
    put(0, PLACE_BEHIND, 10);
    l.asked = l.proven = 5;
    want(&viewers[0].first, PLACE_PROVE);
    assert_int_equal(viewers[0].first.place.proof, 6);
    asks_range(0, 10, 0, 4);
    put(1, PLACE_BEHIND, 10);
    want(&viewers[1].first, PLACE_PROVE);
    assert_int_equal(viewers[1].first.place.proof, 7);
    assert_int_equal(asked, 1);
    assert_int_equal(l.wanted, 7);
    ANSWER(0, 10);
    assert_int_equal(l.proven, 6);
    asks_range(1, 10, 0, 16); /* for the second viewer */
    ANSWER(1, 10);
    assert_int_equal(l.proven, 7);
    assert_int_equal(asked, 2);
}

/* ---- changes and outages ---- */

static void test_change_is_looked_at_at_once(void **state)
{
    static const struct slice all = {0};
    (void)state;
    put(0, PLACE_LIVE, 10);
    relay.logs = &l;
    tail_invalidated(&relay, all);
    asks_range(0, 10, 0, 4);
    tail_invalidated(&relay, all);
    assert_int_equal(asked, 1);
    assert_true(l.stale);
    ANSWER(0, 10);
    assert_int_equal(asked, 2); /* what changed since the first read was sent */
}

static void test_tip_with_live_viewers_is_read_now_and_then(void **state)
{
    (void)state;
    put(0, PLACE_LIVE, 10);
    l.look_at = relay.now + 1;
    assert_int_equal(check(&l), l.look_at);
    assert_int_equal(asked, 0);
    relay.now++;
    check(&l);
    assert_int_equal(asked, 1);
    assert_int_equal(l.look_at, relay.now + LOOK_AGAIN_MS);
}

static void test_nothing_is_read_while_redis_is_away(void **state)
{
    (void)state;
    relay.up = false;
    put(0, PLACE_BEHIND, 5);
    catchup_read_after(&viewers[0].first);
    ask_for_info(&l);
    assert_int_equal(asked, 0);
    assert_int_equal(viewers[0].first.waits, WAIT_NONE);
    assert_int_equal(l.info, INFO_NONE);
}

static void test_viewers_go_on_when_redis_is_back(void **state)
{
    (void)state;
    put(0, PLACE_BEHIND, 5);
    put(1, PLACE_ASKING, 5);
    put(2, PLACE_LIVE, 10);
    up(&l);
    assert_int_equal(asked, 3);
    asks_range(0, 10, 0, 4);
    asked = 0;
    l.tip.state = PLACE_ASKING;
    l.info = INFO_NONE;
    up(&l);
    asks_info(0);
    l.under_way--;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_new_viewer_reads_only_from_a_cursor_up_to_the_tip),
        TEST(test_tip_is_read_when_it_is_stale_and_needed),
        TEST(test_log_pauses_after_its_hand_out_if_no_more_is_there),
        TEST(test_tip_rests_when_all_viewers_have_what_was_read),
        TEST(test_tip_with_many_views_is_read_in_smaller_steps),
        TEST(test_tip_without_memory_is_read_later),
        TEST(test_answer_moves_the_tip),
        TEST(test_tip_whose_record_is_missing_asks),
        TEST(test_refused_read_is_told_and_a_lost_one_is_not),
        TEST(test_proof_is_a_read_of_the_tip_sent_from_now_on),
        TEST(test_change_is_looked_at_at_once),
        TEST(test_tip_with_live_viewers_is_read_now_and_then),
        TEST(test_nothing_is_read_while_redis_is_away),
        TEST(test_viewers_go_on_when_redis_is_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
