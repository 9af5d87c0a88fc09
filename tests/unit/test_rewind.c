/* SPDX-License-Identifier: MIT */
/*
 * rewind: a log comes back without its newest records.  A mark that is left proves that it is the
 * same log: viewers are told a gap and go on there.  Without one it is another log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tail_log.h"

#define TAIL_GAP(after)                                                                            \
    "event: gap\ndata: {\"after\":\"" after                                                        \
    "-0\",\"next\":null,\"lost\":null,\"reason\":\"tail\"}\n\n"

/* The tip stood at 10, and the log ends at that id, with so many records. */
static void comes_back(uint64_t last, uint64_t length)
{
    struct redis_info info = info_of(1, last, length);
    l.tip.state = PLACE_ASKING;
    l.tip.doubt = DOUBT_MISSING;
    tip_on_info(&l, &info);
}

static void mark_records(uint64_t first, uint64_t last)
{
    for (uint64_t id = first; id <= last; id++)
        marks_add(&l.marks, ID(id), 100 + id);
}

static void assert_goes_on_after(int i, enum place_state state, uint64_t id)
{
    const struct place *p = &viewers[i].first.place;
    assert_int_equal(p->state, state);
    assert_int_equal(p->cursor.id.ms, id);
    assert_int_equal(p->cursor.at, CURSOR_SENT);
}

static void test_viewers_go_on_at_the_last_record_that_is_left(void **state)
{
    (void)state;
    mark_records(3, 10);
    put(0, PLACE_LIVE, 10);
    put(1, PLACE_LIVE, 10);
    comes_back(8, 8);
    assert_int_equal(l.tip.state, PLACE_LOCATING);
    asks_range(0, 1, 8, 1);
    assert_true(peer_got(0, ""));
    ANSWER(0, 8);
    assert_int_equal(l.tip.cursor.id.ms, 8);
    assert_int_equal(l.tip.cursor.rank, 108);
    for (int i = 0; i < 2; i++) {
        assert_true(peer_got(i, TAIL_GAP("10")));
        assert_goes_on_after(i, PLACE_LIVE, 8);
    }
    asks_range(1, 8, 0, 4); /* the tip is read on */
    ANSWER(1, 8, 9);
    assert_true(peer_got(0, "id: 9-0\n"));
    assert_null(marks_find(&l.marks, ID(10)));
}

/* The last record that is left is no mark: it may be a new one. */
static void test_older_mark_is_looked_for(void **state)
{
    (void)state;
    marks_add(&l.marks, ID(4), 104);
    marks_add(&l.marks, ID(6), 106);
    put(0, PLACE_LIVE, 10);
    comes_back(8, 8);
    asks_range(0, 1, 8, 1);
    ANSWER(0, 8);
    asks_range(1, 1, 6, 1);
    ANSWER(1, 5);
    asks_range(2, 1, 4, 1);
    assert_true(peer_got(0, ""));
    ANSWER(2, 4);
    assert_true(peer_got(0, TAIL_GAP("10")));
    assert_goes_on_after(0, PLACE_LIVE, 4);
    asks_range(3, 4, 0, 4);
}

static void test_log_without_marks_is_another_one(void **state)
{
    static const struct {
        const char *what;
        uint64_t mark, last, found;
        bool searched;
    } cases[] = {
        {"no mark", 0, 8, 0, false},
        {"only of the lost tail", 9, 8, 0, false},
        {"before the first record", 1, 8, 0, false},
        {"not found", 5, 8, 4, true},
        {"nothing left", 5, 8, 0, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        print_message("%s\n", cases[i].what);
        if (cases[i].mark)
            marks_add(&l.marks, ID(cases[i].mark), 1);
        put(0, PLACE_LIVE, 10);
        struct redis_info info = info_of(2, cases[i].last, 7);
        l.tip.state = PLACE_ASKING;
        l.tip.doubt = DOUBT_MISSING;
        tip_on_info(&l, &info);
        if (cases[i].searched) {
            asks_range(0, 2, 8, 1);
            answer_range(0, &(const uint64_t[]){8, 0}[cases[i].found == 0]);
            if (cases[i].found) {
                assert_true(peer_got(0, ""));
                asks_range(1, 2, 5, 1);
                answer_range(1, (const uint64_t[]){cases[i].found, 0});
            }
        }
        assert_true(peer_got(0, "\"next\":\"2-0\",\"lost\":null}\n"));
        assert_int_equal(l.tip.cursor.id.ms, 2);
        /* Its end may come back. */
        assert_non_null(marks_find(&l.marks, ID(10)));
    }
}

/* It was renamed back while the mark was looked for. */
static void test_log_that_is_back_goes_on(void **state)
{
    (void)state;
    mark_records(3, 10);
    put(0, PLACE_LIVE, 10);
    struct redis_info info = info_of(1, 14, 12);
    info.added = 3; /* another log */
    l.tip.cursor.rank = 8;
    l.tip.state = PLACE_ASKING;
    tip_on_info(&l, &info);
    asks_range(0, 1, 10, 1);
    ANSWER(0, 10);
    assert_true(peer_got(0, ""));
    assert_goes_on_after(0, PLACE_LIVE, 10);
    asks_range(1, 10, 0, 4);
}

static void test_failure_is_told_and_a_lost_answer_is_not(void **state)
{
    static const enum redis_result results[] = {REDIS_REFUSED, REDIS_LOST};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        tear_down(NULL);
        set_up(NULL);
        mark_records(3, 10);
        put(0, PLACE_LIVE, 10);
        comes_back(8, 8);
        fail_range(0, results[i]);
        assert_int_equal(viewers[0].state == VIEWER_OPEN, results[i] == REDIS_LOST);
        assert_int_equal(l.tip.cursor.id.ms, 10);
        assert_true(l.tip.state == PLACE_LIVE || l.tip.state == PLACE_BEHIND);
    }
}

/* Without memory for the search the tip is read again, which asks again. */
static void test_search_without_memory_is_made_later(void **state)
{
    (void)state;
    mark_records(3, 10);
    put(0, PLACE_LIVE, 10);
    no_reads = true;
    comes_back(8, 8);
    assert_int_equal(asked, 0);
    assert_int_equal(l.tip.cursor.id.ms, 10);
    assert_true(l.stale);
    assert_true(peer_got(0, ""));
}

/* viewers[0] is behind, with all that the log lost; viewers[1] too, in a place that is not known;
 * viewers[2] has nothing of that. */
static void test_viewers_behind_go_on_if_their_place_is_known(void **state)
{
    (void)state;
    mark_records(3, 9);
    w.ring.floor = ID(9);
    put(0, PLACE_BEHIND, 9);
    put(1, PLACE_BEHIND, 10);
    put(2, PLACE_BEHIND, 5);
    comes_back(7, 7);
    ANSWER(0, 7);
    assert_true(peer_got(0, TAIL_GAP("9")));
    assert_int_equal(viewers[0].first.place.cursor.id.ms, 7);
    assert_int_equal(viewers[1].first.place.cursor.id.ms, 10);
    assert_true(peer_got(1, ""));
    assert_int_equal(viewers[2].first.place.cursor.id.ms, 5);
    assert_true(peer_got(2, ""));
}

/* The mark is before the last record that is left: who stands between the two goes on there. */
static void test_viewer_between_mark_and_end_stays_there(void **state)
{
    (void)state;
    mark_records(4, 4);
    put(0, PLACE_BEHIND, 6);
    viewers[0].first.place.standing = PLACE_MET;
    put(1, PLACE_BEHIND, 9);
    viewers[1].first.place.standing = PLACE_MET;
    put(2, PLACE_LIVE, 10);
    comes_back(8, 8);
    ANSWER(0, 8);
    ANSWER(1, 4);
    assert_true(peer_got(0, ""));
    assert_int_equal(viewers[0].first.place.cursor.id.ms, 6);
    assert_true(peer_got(1, TAIL_GAP("9")));
    assert_int_equal(viewers[1].first.place.cursor.id.ms, 4);
    assert_true(peer_got(2, TAIL_GAP("10")));
    assert_goes_on_after(2, PLACE_LIVE, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_viewers_go_on_at_the_last_record_that_is_left),
        TEST(test_older_mark_is_looked_for),
        TEST(test_log_without_marks_is_another_one),
        TEST(test_log_that_is_back_goes_on),
        TEST(test_failure_is_told_and_a_lost_answer_is_not),
        TEST(test_search_without_memory_is_made_later),
        TEST(test_viewers_behind_go_on_if_their_place_is_known),
        TEST(test_viewer_between_mark_and_end_stays_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
