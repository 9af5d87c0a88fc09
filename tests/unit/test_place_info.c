/* SPDX-License-Identifier: MIT */
/*
 * place: where a cursor goes on after XINFO STREAM was answered, and which gap is told.  The log
 * was trimmed, thinned out or recreated meanwhile.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay/place.c"

#include "ids.h"

#define NONE RANK_UNKNOWN
#define OLD  UINT64_MAX /* added, deleted: a server that does not tell it */

struct case_of_info {
    const char *what;
    enum cursor_at at;
    uint64_t id, rank;
    uint64_t first, last, length, added; /* last 0: no such key */
    enum place_finding found;
    int64_t lost;
    enum cursor_at then;
    uint64_t then_id, then_rank;
};

static struct redis_info info_of(const struct case_of_info *c)
{
    return (struct redis_info){.exists = c->last > 0,
                               .length = c->length,
                               .last = ID(c->last),
                               .has_first = c->first > 0,
                               .first = ID(c->first),
                               .has_added = c->last > 0 && c->added != OLD,
                               .added = c->added != OLD ? c->added : 0};
}

static void assert_goes_on(const struct case_of_info *c)
{
    struct place p = {.state = PLACE_ASKING, .standing = PLACE_CLAIMED};
    p.cursor = (struct cursor){.id = ID(c->id), .at = c->at, .rank = c->rank};
    struct xid before = cursor_position(&p.cursor);
    struct redis_info info = info_of(c);
    struct gap gap;
    print_message("%s\n", c->what);
    assert_int_equal(place_on_info(&p, &info, &gap), c->found);
    if (c->found == FOUND_GAP) {
        assert_int_equal(gap.lost, c->lost);
        assert_int_equal(xid_cmp(gap.after, before), 0);
        assert_int_equal(gap.has_next, info.has_first);
        assert_int_equal(xid_cmp(gap.next, info.first), 0);
    }
    assert_int_equal(p.state, c->found == FIND_BEFORE ? PLACE_LOCATING : PLACE_BEHIND);
    assert_int_equal(p.doubt, DOUBT_NONE);
    assert_int_equal(p.cursor.at, c->then);
    assert_int_equal(p.cursor.id.ms, c->then_id);
    assert_int_equal(p.cursor.rank, c->then_rank);
}

static void test_info_places_a_cursor_of_an_empty_log(void **state)
{
    static const struct case_of_info cases[] = {
        {"log empty before and now", CURSOR_SENT, 0, 0, 0, 0, 0, 0, FOUND_END, 0, CURSOR_SENT, 0,
         0},
        {"log removed", CURSOR_SENT, 5, 5, 0, 0, 0, 0, FOUND_GAP, -1, CURSOR_SENT, 0, 0},
        {"first records of an empty log", CURSOR_SENT, 0, 0, 1, 3, 3, 3, FOUND_READY, 0,
         CURSOR_NEXT, 1, 0},
        {"first records, some trimmed since", CURSOR_SENT, 0, 0, 3, 5, 3, 5, FOUND_GAP, 2,
         CURSOR_NEXT, 3, 2},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_goes_on(&cases[i]);
}

static void test_info_tells_what_a_trimmed_log_has_lost(void **state)
{
    static const struct case_of_info cases[] = {
        {"at the end, all trimmed", CURSOR_SENT, 5, 5, 0, 5, 0, 5, FOUND_END, 0, CURSOR_SENT, 5, 5},
        {"at the end, old server", CURSOR_SENT, 5, 5, 0, 5, 0, OLD, FOUND_END, 0, CURSOR_SENT, 5,
         5},
        {"at the end, rank unknown", CURSOR_SENT, 5, NONE, 0, 5, 0, 5, FOUND_END, 0, CURSOR_SENT, 5,
         5},
        {"trimmed up to it", CURSOR_SENT, 5, 5, 6, 9, 4, 9, FOUND_READY, 0, CURSOR_NEXT, 6, 5},
        {"trimmed past it", CURSOR_SENT, 5, 5, 8, 9, 2, 9, FOUND_GAP, 2, CURSOR_NEXT, 8, 7},
        {"all trimmed", CURSOR_SENT, 5, 5, 0, 9, 0, 9, FOUND_GAP, 4, CURSOR_SENT, 9, 9},
        {"trimmed past it, rank unknown", CURSOR_SENT, 5, NONE, 8, 9, 2, 9, FOUND_GAP, -1,
         CURSOR_NEXT, 8, 7},
        {"trimmed past it, old server", CURSOR_SENT, 5, 5, 8, 9, 2, OLD, FOUND_GAP, -1, CURSOR_NEXT,
         8, NONE},
        {"only its record is gone", CURSOR_SENT, 5, 5, 2, 9, 7, 9, FIND_BEFORE, 0, CURSOR_SENT, 5,
         5},
        {"the next is gone", CURSOR_NEXT, 5, 4, 8, 9, 2, 9, FOUND_GAP, 3, CURSOR_NEXT, 8, 7},
        {"the next, as many gone as before it", CURSOR_NEXT, 5, 4, 8, 9, 2, 6, FOUND_GAP, -1,
         CURSOR_NEXT, 8, 4},
        {"the next, the last of all, is gone", CURSOR_NEXT, 5, 4, 0, 5, 0, 5, FOUND_GAP, 1,
         CURSOR_SENT, 5, 5},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_goes_on(&cases[i]);
}

static void test_info_tells_that_a_log_was_recreated(void **state)
{
    static const struct case_of_info cases[] = {
        {"recreated, lower ids", CURSOR_SENT, 50, 9, 1, 3, 3, 3, FOUND_GAP, -1, CURSOR_NEXT, 1, 0},
        {"recreated, lower ids, all trimmed", CURSOR_SENT, 50, 5, 0, 8, 0, 8, FOUND_GAP, -1,
         CURSOR_SENT, 8, 8},
        {"recreated, fewer records", CURSOR_SENT, 5, 5, 8, 9, 2, 2, FOUND_GAP, -1, CURSOR_NEXT, 8,
         0},
        {"recreated, more records", CURSOR_SENT, 5, 5, 8, 19, 12, 12, FOUND_GAP, -1, CURSOR_NEXT, 8,
         0},
        {"recreated, rank unknown", CURSOR_SENT, 5, NONE, 8, 9, 2, 2, FOUND_GAP, -1, CURSOR_NEXT, 8,
         0},
        {"more there than were added", CURSOR_SENT, 5, 5, 8, 9, 9, 3, FOUND_GAP, -1, CURSOR_NEXT, 8,
         NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_goes_on(&cases[i]);
}

/* Records that XDEL removed make the counts of Redis say less.  The max-deleted-entry-id tells
 * whether this log ever had the record at a cursor. */
static void test_deleted_records_make_counts_say_less(void **state)
{
    static const struct {
        const char *what;
        bool missing;
        uint64_t id, rank, first, last, length, added, deleted;
        enum place_finding found;
        int64_t lost;
        uint64_t then_rank;
    } cases[] = {
        {"it was deleted", true, 5, NONE, 2, 9, 7, 9, 5, FIND_BEFORE, 0, NONE},
        {"one beyond was deleted", true, 5, NONE, 2, 9, 7, 9, 8, FIND_BEFORE, 0, NONE},
        {"never in this log", true, 5, NONE, 2, 9, 7, 9, 4, FOUND_GAP, -1, NONE},
        {"never in this log, none deleted", true, 5, NONE, 2, 9, 8, 9, 0, FOUND_GAP, -1, 1},
        {"fewer were ever added", true, 5, 9, 2, 9, 3, 4, 8, FOUND_GAP, -1, NONE},
        {"not looked for yet", false, 5, NONE, 2, 9, 8, 9, 4, FIND_BEFORE, 0, NONE},
        {"trimmed, never deleted", true, 5, NONE, 8, 9, 2, 9, 0, FOUND_GAP, -1, 7},
        {"old server", true, 5, NONE, 2, 9, 8, 9, OLD, FIND_BEFORE, 0, NONE},
        {"trimmed past it, none deleted", true, 5, 5, 8, 9, 2, 9, 0, FOUND_GAP, 2, 7},
        {"trimmed past it, one deleted before", true, 5, 5, 8, 9, 2, 9, 3, FOUND_GAP, -1, 7},
        {"trimmed up to it, one deleted before", true, 5, 5, 6, 9, 4, 9, 3, FOUND_READY, 0, 5},
        {"trimmed past it, a hole behind the first", true, 5, 5, 7, 9, 2, 9, 8, FOUND_GAP, -1,
         NONE},
        {"first records, the second deleted", true, 0, 0, 1, 3, 2, 3, 2, FOUND_GAP, -1, NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place p = {.state = PLACE_ASKING, .standing = PLACE_CLAIMED};
        p.cursor = (struct cursor){.id = ID(cases[i].id), .at = CURSOR_SENT, .rank = cases[i].rank};
        p.doubt = cases[i].missing ? DOUBT_MISSING : DOUBT_NONE;
        struct redis_info info = {.exists = true,
                                  .length = cases[i].length,
                                  .last = ID(cases[i].last),
                                  .has_first = true,
                                  .first = ID(cases[i].first),
                                  .has_added = true,
                                  .added = cases[i].added,
                                  .has_deleted = cases[i].deleted != OLD};
        info.deleted = ID(info.has_deleted ? cases[i].deleted : 0);
        struct gap gap;
        print_message("%s\n", cases[i].what);
        assert_int_equal(place_on_info(&p, &info, &gap), cases[i].found);
        if (cases[i].found == FOUND_GAP)
            assert_int_equal(gap.lost, cases[i].lost);
        assert_int_equal(p.cursor.rank, cases[i].then_rank);
    }
}

static void test_record_before_is_believed_the_second_time(void **state)
{
    static const struct {
        uint64_t found; /* 0: none */
        enum place_doubt doubt, left;
        enum place_finding then;
        enum place_state at;
        bool located;
    } cases[] = {
        {5, DOUBT_NONE, DOUBT_NONE, FOUND_READY, PLACE_BEHIND, false},
        {5, DOUBT_MISSING, DOUBT_NONE, FOUND_READY, PLACE_BEHIND, false},
        {3, DOUBT_NONE, DOUBT_MISSING, FIND_BY_INFO, PLACE_ASKING, false},
        {3, DOUBT_MISSING, DOUBT_MISSING, FIND_BY_INFO, PLACE_ASKING, true},
        {0, DOUBT_NONE, DOUBT_NONE, FIND_BY_INFO, PLACE_ASKING, false},
        {0, DOUBT_MISSING, DOUBT_MISSING, FIND_BY_INFO, PLACE_ASKING, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place p = {.cursor = {.id = ID(5), .at = CURSOR_SENT, .rank = 5},
                          .state = PLACE_LOCATING,
                          .doubt = cases[i].doubt};
        struct xid found = ID(cases[i].found);
        assert_int_equal(place_on_before(&p, cases[i].found ? &found : NULL, 17), cases[i].then);
        assert_int_equal(p.state, cases[i].at);
        assert_int_equal(p.doubt, cases[i].left);
        assert_int_equal(p.cursor.located, cases[i].located);
        assert_int_equal(cursor_read_from(&p.cursor).ms, cases[i].located ? 3 : 5);
    }
}

/* After the record before a deleted one was found, XINFO once more lets it read on, with the doubt
 * that its cursor may lie beyond the tip. */
static void test_deleted_record_is_remembered(void **state)
{
    static const struct {
        uint64_t id, last;
        enum cursor_at at;
        bool located;
        enum place_finding found;
        enum place_doubt left;
    } cases[] = {
        {5, 9, CURSOR_SENT, true, FOUND_READY, DOUBT_DELETED},
        {9, 9, CURSOR_SENT, false, FOUND_END, DOUBT_DELETED},
        {12, 9, CURSOR_SENT, false, FOUND_GAP, DOUBT_NONE},
        {12, 9, CURSOR_SENT, true, FOUND_GAP, DOUBT_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place p = {.cursor = {.id = ID(cases[i].id),
                                     .at = cases[i].at,
                                     .located = cases[i].located,
                                     .before = ID(3),
                                     .rank = RANK_UNKNOWN},
                          .state = PLACE_ASKING,
                          .standing = PLACE_CLAIMED,
                          .doubt = DOUBT_MISSING};
        struct redis_info info = {.exists = true, .length = 3, .last = ID(cases[i].last)};
        struct gap gap;
        info.has_first = true;
        info.first = ID(2);
        assert_int_equal(place_on_info(&p, &info, &gap), cases[i].found);
        assert_int_equal(p.doubt, cases[i].left);
        assert_int_equal(p.state, PLACE_BEHIND);
        assert_int_equal(p.cursor.located, cases[i].located && p.cursor.id.ms == 5);
        place_doubt_again(&p);
        assert_int_equal(p.doubt, DOUBT_NONE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_info_places_a_cursor_of_an_empty_log),
        cmocka_unit_test(test_info_tells_what_a_trimmed_log_has_lost),
        cmocka_unit_test(test_info_tells_that_a_log_was_recreated),
        cmocka_unit_test(test_deleted_records_make_counts_say_less),
        cmocka_unit_test(test_record_before_is_believed_the_second_time),
        cmocka_unit_test(test_deleted_record_is_remembered),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
