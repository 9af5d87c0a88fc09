/* SPDX-License-Identifier: MIT */
/*
 * place: each decision by itself in tables, then a model.  The model is a log that is added to,
 * trimmed, thinned out and recreated at random, and a reader that knows only what Redis would
 * answer.  Records that the reader missed must have been told, and no others.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "relay/place.c"

#define ID(n) ((struct xid){(n), 0})

static void test_position_is_last_id_that_needs_no_sending(void **state)
{
    static const struct {
        struct cursor c;
        struct xid position;
    } cases[] = {
        {{.id = {7, 3}, .at = CURSOR_SENT}, {7, 3}},
        {{.id = {7, 3}, .at = CURSOR_NEXT}, {7, 2}},
        {{.id = {7, 0}, .at = CURSOR_NEXT}, {6, UINT64_MAX}},
        {{.id = {0, 0}, .at = CURSOR_OPEN}, {0, 0}},
        {{.id = {0, 0}, .at = CURSOR_SENT}, {0, 0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(xid_cmp(cursor_position(&cases[i].c), cases[i].position), 0);
}

static void test_read_proves_cursor_only_by_its_record(void **state)
{
    static const struct {
        enum cursor_at at;
        uint64_t first; /* id of the first entry; 0: there is none */
        bool proven;
        size_t start;
    } cases[] = {
        {CURSOR_SENT, 10, true, 1}, {CURSOR_SENT, 11, false, 0}, {CURSOR_SENT, 0, false, 0},
        {CURSOR_NEXT, 10, true, 0}, {CURSOR_NEXT, 11, false, 0}, {CURSOR_NEXT, 0, false, 0},
        {CURSOR_OPEN, 10, true, 0}, {CURSOR_OPEN, 11, true, 0},  {CURSOR_OPEN, 0, true, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cursor c = {.id = ID(10), .at = cases[i].at};
        struct redis_entry e = {.id = ID(cases[i].first)};
        size_t start = 99;
        assert_int_equal(cursor_proven(&c, &e, cases[i].first > 0, &start), cases[i].proven);
        if (cases[i].proven)
            assert_int_equal(start, cases[i].start);
    }
}

static void test_reads_are_shared_only_from_equal_cursors(void **state)
{
    static const struct {
        struct cursor c;
        bool equal; /* to 7-3, SENT, rank 5, located at 6-0 */
    } cases[] = {
        {{.id = {7, 3}, .at = CURSOR_SENT, .rank = 5, .located = true, .before = {6, 0}}, true},
        {{.id = {7, 4}, .at = CURSOR_SENT, .rank = 5, .located = true, .before = {6, 0}}, false},
        {{.id = {7, 3}, .at = CURSOR_NEXT, .rank = 5, .located = true, .before = {6, 0}}, false},
        {{.id = {7, 3}, .at = CURSOR_SENT, .rank = 6, .located = true, .before = {6, 0}}, false},
        {{.id = {7, 3}, .at = CURSOR_SENT, .rank = 5, .located = true, .before = {5, 0}}, false},
        {{.id = {7, 3}, .at = CURSOR_SENT, .rank = 5, .before = {6, 0}}, false},
    };
    struct cursor with = cases[0].c, without = cases[5].c, stale = without;
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_int_equal(cursor_equal(&with, &cases[i].c), cases[i].equal);
        assert_int_equal(cursor_equal(&cases[i].c, &with), cases[i].equal);
    }
    stale.before = ID(1); /* not in use */
    assert_true(cursor_equal(&without, &stale));
}

/* The rank of an open cursor was counted for the record that was the first then. */
static void test_rank_of_open_cursor_holds_at_its_first_record(void **state)
{
    static const struct {
        enum cursor_at at;
        uint64_t first, rank;
    } cases[] = {{CURSOR_OPEN, 4, 7}, {CURSOR_OPEN, 5, RANK_UNKNOWN}, {CURSOR_NEXT, 5, 7}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cursor c = {.at = cases[i].at, .before = ID(4), .rank = 7};
        cursor_begin_read(&c, ID(cases[i].first));
        assert_true(c.rank == cases[i].rank);
    }
}

static void test_end_of_a_log_has_a_rank_where_redis_counts(void **state)
{
    static const struct {
        bool exists, counted;
        uint64_t rank;
    } cases[] = {{true, true, 9}, {true, false, RANK_UNKNOWN}, {false, false, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct redis_info info = {.exists = cases[i].exists, .has_added = cases[i].counted};
        info.last = ID(cases[i].exists ? 20 : 0);
        info.added = cases[i].counted ? 9 : 0;
        struct cursor c = cursor_at_end(&info);
        assert_true(c.rank == cases[i].rank);
        assert_int_equal(c.id.ms, info.last.ms);
        assert_int_equal(c.at, CURSOR_SENT);
    }
}

#define NONE RANK_UNKNOWN
#define OLD  UINT64_MAX /* added, deleted: a server that does not tell it */

static void test_info_tells_where_a_cursor_goes_on(void **state)
{
    static const struct {
        const char *what;
        enum cursor_at at;
        uint64_t id, rank;
        uint64_t first, last, length, added; /* last 0: no such key */
        enum place_finding found;
        int64_t lost;
        enum cursor_at then;
        uint64_t then_id, then_rank;
    } cases[] = {
        {"log empty before and now", CURSOR_SENT, 0, 0, 0, 0, 0, 0, FOUND_END, 0, CURSOR_SENT, 0,
         0},
        {"log removed", CURSOR_SENT, 5, 5, 0, 0, 0, 0, FOUND_GAP, -1, CURSOR_SENT, 0, 0},
        {"first records of an empty log", CURSOR_SENT, 0, 0, 1, 3, 3, 3, FOUND_READY, 0,
         CURSOR_NEXT, 1, 0},
        {"first records, some trimmed since", CURSOR_SENT, 0, 0, 3, 5, 3, 5, FOUND_GAP, 2,
         CURSOR_NEXT, 3, 2},
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
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place p = {.state = PLACE_ASKING, .standing = PLACE_CLAIMED};
        p.cursor = (struct cursor){.id = ID(cases[i].id), .at = cases[i].at, .rank = cases[i].rank};
        struct xid before = cursor_position(&p.cursor);
        struct redis_info info = {.exists = cases[i].last > 0,
                                  .length = cases[i].length,
                                  .last = ID(cases[i].last),
                                  .has_first = cases[i].first > 0,
                                  .first = ID(cases[i].first),
                                  .has_added = cases[i].last > 0 && cases[i].added != OLD,
                                  .added = cases[i].added != OLD ? cases[i].added : 0};
        struct gap gap;
        print_message("%s\n", cases[i].what);
        assert_int_equal(place_on_info(&p, &info, &gap), cases[i].found);
        if (cases[i].found == FOUND_GAP) {
            assert_int_equal(gap.lost, cases[i].lost);
            assert_int_equal(xid_cmp(gap.after, before), 0);
            assert_int_equal(gap.has_next, info.has_first);
            assert_int_equal(xid_cmp(gap.next, info.first), 0);
        }
        assert_int_equal(p.state, cases[i].found == FIND_BEFORE ? PLACE_LOCATING : PLACE_BEHIND);
        assert_int_equal(p.doubt, DOUBT_NONE);
        assert_int_equal(p.cursor.at, cases[i].then);
        assert_int_equal(p.cursor.id.ms, cases[i].then_id);
        assert_int_equal(p.cursor.rank, cases[i].then_rank);
    }
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

/* The record at a cursor was deleted: reads begin at the one before it, the position stays. */
static void test_read_after_deleted_record_begins_before_it(void **state)
{
    struct cursor c = {.id = ID(5), .at = CURSOR_SENT, .large = true, .rank = 5};
    struct redis_entry before = {.id = ID(3)}, own = {.id = ID(5)};
    size_t start;
    (void)state;
    assert_int_equal(cursor_read_from(&c).ms, 5);
    cursor_locate(&c, ID(3));
    assert_int_equal(cursor_read_from(&c).ms, 3);
    assert_int_equal(cursor_position(&c).ms, 5);
    assert_false(c.large);
    assert_true(c.rank == RANK_UNKNOWN);
    assert_true(cursor_proven(&c, &before, 1, &start));
    assert_int_equal(start, 1);
    assert_false(cursor_proven(&c, &own, 1, &start));
    c.at = CURSOR_NEXT; /* a cursor that waits for a deleted record was sent the one before */
    assert_true(cursor_proven(&c, &before, 1, &start));
    assert_int_equal(start, 1);
}

/* Redis lost the newest records, and others came in their place: an answer has a record where the
 * cursor knows of none. */
static void test_record_before_a_deleted_one_is_another_logs(void **state)
{
    static const struct {
        uint64_t second; /* id of the second entry; 0: there is none */
        bool proven;
    } rows[] = {{0, true}, {4, false}, {5, false}, {6, true}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct redis_entry e[] = {{.id = ID(3)}, {.id = ID(rows[i].second)}};
        struct cursor c = {.id = ID(5), .at = CURSOR_SENT};
        size_t start, count = rows[i].second ? 2 : 1;
        cursor_locate(&c, ID(3));
        assert_int_equal(cursor_proven(&c, e, count, &start), rows[i].proven);
        c = (struct cursor){.id = ID(3), .at = CURSOR_SENT}; /* its record is there */
        assert_true(cursor_proven(&c, e, count, &start));
    }
}

/* ---- what to do next ---- */

static void test_next_step(void **state)
{
    /* The tip stands at 10, the ring holds the frames 6 and 8, and its floor is 5. */
    static const struct {
        const char *what;
        enum place_state at;
        uint64_t id;
        enum cursor_at cursor_at;
        enum place_standing standing;
        enum place_doubt doubt;
        uint64_t history_to, clear_to, proof, proven;
        bool reading, tip_open, in_bulk;
        enum place_step step;
    } cases[] = {
#define B PLACE_BEHIND
#define S CURSOR_SENT
#define M PLACE_MET
        {"sought", PLACE_ASKING, 4, S, M, 0, 0, 0, 0, 0, false, false, false, PLACE_ASK},
        {"counted, without a read", PLACE_COUNTING, 4, S, M, 0, 0, 0, 0, 0, false, false, false,
         PLACE_ASK},
        {"located, without a read", PLACE_LOCATING, 4, S, M, 0, 0, 0, 0, 0, false, false, false,
         PLACE_ASK},
        {"located", PLACE_LOCATING, 4, S, M, 0, 0, 0, 0, 0, true, false, false, PLACE_WAIT},
        {"live", PLACE_LIVE, 10, S, M, 0, 0, 0, 0, 0, false, false, false, PLACE_WAIT},
        {"ended", PLACE_NONE, 4, S, M, 0, 0, 0, 0, 0, false, false, false, PLACE_WAIT},
        {"before the ring", B, 4, S, M, 0, 0, 0, 0, 0, false, false, false, PLACE_READ},
        {"before the ring, a read under way", B, 4, S, M, 0, 0, 0, 0, 0, true, false, false,
         PLACE_WAIT},
        {"at the ring's floor", B, 5, S, M, 0, 0, 0, 0, 0, false, false, false, PLACE_FROM_RING},
        {"between frames", B, 7, S, M, 0, 0, 0, 0, 0, false, false, false, PLACE_FROM_RING},
        {"claimed, a frame", B, 6, S, PLACE_CLAIMED, 0, 0, 0, 0, 0, false, false, false,
         PLACE_FROM_RING},
        {"claimed, no frame", B, 7, S, PLACE_CLAIMED, 0, 0, 0, 0, 0, false, false, false,
         PLACE_READ},
        {"fresh, no frame", B, 7, S, PLACE_FRESH, 0, 0, 0, 0, 0, false, false, false, PLACE_READ},
        {"inside its history", B, 6, S, M, 0, 8, 0, 0, 0, false, false, false, PLACE_READ},
        {"at the end of its history", B, 8, S, M, 0, 8, 0, 0, 0, false, false, false,
         PLACE_FROM_RING},
        {"in a bulk", B, 8, S, M, 0, 0, 0, 0, 0, false, false, true, PLACE_READ},
        {"at the tip", B, 10, S, M, 0, 0, 0, 0, 0, false, false, false, PLACE_GO_LIVE},
        {"waits for a record after the tip", B, 11, CURSOR_NEXT, M, 0, 0, 0, 0, 0, false, false,
         false, PLACE_PROVE},
        {"at the tip, inside its history", B, 10, S, M, 0, 12, 0, 0, 0, false, false, false,
         PLACE_PROVE},
        {"at the tip, which is open", B, 9, S, M, 0, 0, 0, 0, 0, false, true, false, PLACE_PROVE},
        {"nothing found up to the tip", B, 4, S, M, 0, 0, 10, 0, 0, false, false, false,
         PLACE_PROVE},
        {"the same, the proof awaited", B, 4, S, M, 0, 0, 10, 3, 2, false, false, false,
         PLACE_WAIT},
        {"the same, proven", B, 4, S, M, 0, 0, 10, 3, 3, false, false, false, PLACE_GO_LIVE},
        {"the same, proven, the tip open", B, 4, S, M, 0, 0, 9, 3, 3, false, true, false,
         PLACE_PROVE},
        {"beyond the tip", B, 12, S, M, 0, 0, 0, 0, 0, false, false, false, PLACE_PROVE},
        {"beyond the end of the log", B, 12, S, M, 0, 0, 0, 3, 4, false, false, false,
         PLACE_SUSPECT},
        {"beyond the end, its record deleted", B, 12, S, M, DOUBT_DELETED, 0, 0, 3, 4, false, false,
         false, PLACE_GO_LIVE},
#undef B
#undef S
#undef M
    };
    struct ring_store store = {.max = 10000};
    struct ring ring = {.floor = ID(5)};
    (void)state;
    ring_add(&store, &ring, &(struct item){1, ID(6), 6}, 1, "6");
    ring_add(&store, &ring, &(struct item){1, ID(8), 8}, 1, "8");
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct cursor tip = {.id = ID(10), .at = cases[i].tip_open ? CURSOR_NEXT : CURSOR_SENT};
        struct place p = {.cursor = {.id = ID(cases[i].id), .at = cases[i].cursor_at},
                          .state = cases[i].at,
                          .doubt = cases[i].doubt,
                          .standing = cases[i].standing,
                          .history_to = ID(cases[i].history_to),
                          .clear_to = ID(cases[i].clear_to),
                          .proof = cases[i].proof};
        struct place_facts f = {.tip = &tip,
                                .proven = cases[i].proven,
                                .ring = cases[i].in_bulk ? NULL : &ring,
                                .reading = cases[i].reading};
        if (cases[i].tip_open) /* position 9, sequence number at its greatest */
            p.cursor.id = xid_prev(ID(10)),
            p.clear_to = p.clear_to.ms ? xid_prev(ID(10)) : XID_ZERO;
        print_message("%s\n", cases[i].what);
        assert_int_equal(place_next(&p, &f), cases[i].step);
        f.tip = NULL;
        enum place_step unknown = place_is_sought(&p) && !f.reading ? PLACE_ASK : PLACE_WAIT;
        assert_int_equal(place_next(&p, &f), unknown);
    }
    ring_reset(&store, &ring, XID_ZERO);
}

/* ---- places that brought no cursor ---- */

static void test_fresh_place_begins_before_newest_records(void **state)
{
    static const struct {
        const char *what;
        unsigned history;
        uint64_t length, last;
        enum place_doubt doubt;
        enum place_finding found;
        enum place_state then;
        enum cursor_at at;
        uint64_t id, history_to;
        enum place_doubt left;
    } cases[] = {
        {"no history", 0, 5, 9, DOUBT_NONE, FOUND_READY, PLACE_BEHIND, CURSOR_SENT, 9, 0,
         DOUBT_NONE},
        {"all of it", 5, 5, 9, DOUBT_NONE, FOUND_READY, PLACE_BEHIND, CURSOR_OPEN, 0, 9,
         DOUBT_NONE},
        {"some of it", 4, 5, 9, DOUBT_NONE, FIND_NEWEST, PLACE_COUNTING, CURSOR_SENT, 7, 9,
         DOUBT_NONE},
        {"no such log", 4, 0, 0, DOUBT_NONE, FOUND_READY, PLACE_BEHIND, CURSOR_SENT, 0, 0,
         DOUBT_NONE},
        {"at the last record, not missing", 0, 5, 7, DOUBT_NONE, FOUND_READY, PLACE_BEHIND,
         CURSOR_SENT, 7, 0, DOUBT_NONE},
        {"its record missing", 0, 5, 9, DOUBT_MISSING, FOUND_READY, PLACE_BEHIND, CURSOR_SENT, 9, 0,
         DOUBT_NONE},
        {"its record, the last, missing", 0, 5, 7, DOUBT_MISSING, FOUND_READY, PLACE_BEHIND,
         CURSOR_SENT, 7, 0, DOUBT_DELETED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place p = {.state = PLACE_ASKING,
                          .standing = PLACE_FRESH,
                          .history = cases[i].history,
                          .doubt = cases[i].doubt,
                          .cursor = {.id = ID(7), .at = CURSOR_SENT}};
        struct redis_info info = {.exists = cases[i].last > 0,
                                  .length = cases[i].length,
                                  .last = ID(cases[i].last),
                                  .has_first = cases[i].length > 0,
                                  .first = ID(1)};
        struct gap gap;
        print_message("%s\n", cases[i].what);
        assert_int_equal(place_on_info(&p, &info, &gap), cases[i].found);
        assert_int_equal(p.state, cases[i].then);
        assert_int_equal(p.cursor.at, cases[i].at);
        assert_int_equal(p.cursor.id.ms, cases[i].id);
        assert_int_equal(p.history_to.ms, cases[i].history_to);
        assert_int_equal(p.doubt, cases[i].left);
        /* A place without history is owed each record from now on. */
        assert_int_equal(p.standing, cases[i].history ? PLACE_FRESH : PLACE_CLAIMED);
        if (p.cursor.at == CURSOR_OPEN)
            assert_int_equal(p.cursor.before.ms, 1);
    }
}

/* The log has had the ids 1 to 9, of which 5 to 9 may be left. */
static void test_history_begins_at_its_time(void **state)
{
    enum { KEEPS = 1, ALL = 2, ONCE = 4 }; /* the log has all it ever had; since_all; once */
    static const struct {
        const char *what;
        unsigned how, history;
        uint64_t since, first; /* first 0: no record is left */
        enum place_finding found;
        enum cursor_at at;
        uint64_t id;
        enum place_standing standing;
    } cases[] = {
        {"inside", 0, 100, 7, 5, FOUND_READY, CURSOR_OPEN, 7, PLACE_FRESH},
        {"at the first", 0, 100, 5, 5, FOUND_READY, CURSOR_OPEN, 0, PLACE_FRESH},
        {"before the first", 0, 100, 3, 5, FOUND_READY, CURSOR_OPEN, 0, PLACE_FRESH},
        {"after the last", 0, 100, 10, 5, FOUND_READY, CURSOR_OPEN, 10, PLACE_FRESH},
        {"more than the newest N", 0, 2, 3, 5, FIND_NEWEST, CURSOR_SENT, 0, PLACE_FRESH},
        {"no history", 0, 0, 3, 5, FOUND_READY, CURSOR_SENT, 9, PLACE_CLAIMED},
        {"all inside", ALL, UINT32_MAX, 7, 5, FOUND_READY, CURSOR_OPEN, 7, PLACE_FRESH},
        {"all from the first", ALL, UINT32_MAX, 5, 5, FOUND_READY, CURSOR_OPEN, 0, PLACE_FRESH},
        {"all, some lost", ALL, UINT32_MAX, 3, 5, FOUND_GAP, CURSOR_NEXT, 5, PLACE_CLAIMED},
        {"all, none lost", ALL | KEEPS, UINT32_MAX, 3, 5, FOUND_READY, CURSOR_OPEN, 0, PLACE_FRESH},
        {"all, each lost", ALL, UINT32_MAX, 3, 0, FOUND_GAP, CURSOR_SENT, 9, PLACE_CLAIMED},
        {"all, after the last", ALL, UINT32_MAX, 10, 0, FOUND_READY, CURSOR_OPEN, 0, PLACE_FRESH},
        {"all, the newest N are left", ALL, 2, 3, 5, FIND_NEWEST, CURSOR_SENT, 0, PLACE_FRESH},
        {"all, no history", ALL, 0, 3, 5, FOUND_READY, CURSOR_SENT, 9, PLACE_CLAIMED},
        {"once, inside", ONCE, 100, 7, 5, FIND_NEWEST, CURSOR_SENT, 0, PLACE_FRESH},
        {"once, at the last", ONCE, 100, 9, 5, FIND_NEWEST, CURSOR_SENT, 0, PLACE_FRESH},
        {"once, before the first", ONCE, 100, 3, 5, FOUND_READY, CURSOR_NEXT, 5, PLACE_CLAIMED},
        {"once, after the last", ONCE, 100, 10, 5, FOUND_READY, CURSOR_SENT, 9, PLACE_CLAIMED},
        {"once, nothing left", ONCE, 100, 0, 0, FOUND_READY, CURSOR_SENT, 9, PLACE_CLAIMED},
        {"once, no history", ONCE, 0, 0, 5, FOUND_READY, CURSOR_SENT, 9, PLACE_CLAIMED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place p = {.state = PLACE_ASKING,
                          .standing = PLACE_FRESH,
                          .history = cases[i].history,
                          .since = ID(cases[i].since),
                          .since_all = cases[i].how & ALL,
                          .once = cases[i].how & ONCE,
                          .cursor.at = CURSOR_SENT};
        struct redis_info info = {.exists = true,
                                  .length = cases[i].first ? 5 : 0,
                                  .has_added = true,
                                  .added = cases[i].how & KEEPS ? 5 : 9,
                                  .last = ID(9),
                                  .has_first = cases[i].first > 0,
                                  .first = ID(cases[i].first)};
        struct gap gap;
        print_message("%s\n", cases[i].what);
        assert_int_equal(place_on_info(&p, &info, &gap), cases[i].found);
        assert_int_equal(p.cursor.at, cases[i].at);
        assert_int_equal(p.cursor.id.ms, cases[i].id);
        assert_int_equal(p.standing, cases[i].standing);
        assert_int_equal(p.state, cases[i].found == FIND_NEWEST ? PLACE_COUNTING : PLACE_BEHIND);
        if (cases[i].found != FOUND_GAP)
            continue;
        assert_int_equal(gap.after.ms, cases[i].since - 1);
        assert_int_equal(gap.has_next, cases[i].first > 0);
        assert_int_equal(gap.lost, -1);
        assert_false(gap.after_unknown);
    }
}

/* A log that does not exist has lost nothing that a start by time could miss. */
static void test_start_by_time_in_no_log_is_no_gap(void **state)
{
    static const struct redis_info none;
    struct gap gap;
    (void)state;
    for (int once = 0; once < 2; once++) {
        struct place p = {.standing = PLACE_FRESH, .history = UINT32_MAX, .since = ID(3)};
        p.since_all = true;
        p.once = once;
        assert_int_equal(place_on_info(&p, &none, &gap), FOUND_READY);
        assert_int_equal(p.cursor.at, CURSOR_SENT);
        assert_int_equal(xid_cmp(p.cursor.id, XID_ZERO), 0);
    }
}

/* No record from its time on is known: it is not suspected of being in another log. */
static void test_open_place_beyond_the_tip_goes_live_when_the_end_is_proven(void **state)
{
    struct cursor tip = {.id = ID(5), .at = CURSOR_SENT};
    struct place p = {.state = PLACE_BEHIND, .cursor = {.id = ID(9), .at = CURSOR_OPEN}};
    struct place_facts f = {.tip = &tip, .proven = 3};
    (void)state;
    assert_int_equal(place_next(&p, &f), PLACE_PROVE);
    p.proof = 4;
    assert_int_equal(place_next(&p, &f), PLACE_WAIT);
    f.proven = 4;
    assert_int_equal(place_next(&p, &f), PLACE_GO_LIVE);
    p.cursor.at = CURSOR_SENT;
    assert_int_equal(place_next(&p, &f), PLACE_SUSPECT);
}

/* A poll comes to a tip that nobody follows: only a read that is sent from now on shows that
 * nothing follows. */
static void test_poll_at_the_tip_goes_live_when_the_tip_was_read(void **state)
{
    struct cursor tip = {.id = ID(10), .at = CURSOR_SENT};
    struct place p = {.cursor = tip, .state = PLACE_BEHIND, .to_prove = true};
    struct place_facts f = {.tip = &tip, .proven = 7};
    (void)state;
    place_see_tip(&p, f.proven);
    assert_int_equal(place_next(&p, &f), PLACE_PROVE);
    p.proof = 8;
    place_see_tip(&p, f.proven);
    assert_int_equal(place_next(&p, &f), PLACE_WAIT);
    f.proven = 8;
    place_see_tip(&p, f.proven);
    assert_int_equal(place_next(&p, &f), PLACE_GO_LIVE);
    /* The read found records: they are sent, and need no other proof. */
    tip.id = ID(12);
    assert_int_equal(place_next(&p, &f), PLACE_READ);
    p.proof = 0;
    place_sent(&p, ID(12), RANK_UNKNOWN);
    place_see_tip(&p, f.proven);
    assert_int_equal(place_next(&p, &f), PLACE_GO_LIVE);
}

static void test_newest_records_begin_at_the_first_found(void **state)
{
    struct xid first = ID(6);
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool empty = i & 1, once = i & 2;
        struct place p = {.state = PLACE_COUNTING, .doubt = DOUBT_DELETED, .since = ID(3)};
        p.once = once;
        p.history_to = ID(8);
        place_on_newest(&p, empty ? NULL : &first);
        assert_int_equal(p.state, PLACE_BEHIND);
        assert_int_equal(p.cursor.at, !empty ? CURSOR_NEXT : once ? CURSOR_SENT : CURSOR_OPEN);
        assert_int_equal(p.cursor.id.ms, !empty ? 6 : once ? 8 : 3);
        assert_int_equal(p.standing, once ? PLACE_CLAIMED : PLACE_FRESH);
        assert_true(p.cursor.rank == RANK_UNKNOWN);
        assert_int_equal(p.doubt, DOUBT_NONE);
    }
}

/* ---- a record that is missing ---- */

static void test_range_without_the_record_seeks_again(void **state)
{
    struct redis_entry own = {.id = ID(4)}, other = {.id = ID(6)};
    size_t start;
    (void)state;
    for (int found = 0; found < 2; found++) {
        struct place p = {
            .cursor = {.id = ID(5), .at = CURSOR_SENT, .located = true, .before = ID(4)},
            .state = PLACE_BEHIND,
            .standing = PLACE_MET,
            .proof = 3};
        enum place_finding is = place_on_range(&p, found ? &own : &other, 1, 17, &start);
        assert_int_equal(is, found ? FOUND_READY : FIND_BY_INFO);
        assert_int_equal(p.state, found ? PLACE_BEHIND : PLACE_ASKING);
        assert_int_equal(p.doubt, found ? DOUBT_NONE : DOUBT_MISSING);
        assert_int_equal(p.standing, found ? PLACE_MET : PLACE_CLAIMED);
        assert_int_equal(p.came, found ? 0 : 17);
        assert_int_equal(p.proof, found ? 3 : 0);
        assert_int_equal(p.cursor.located, found);
    }
}

/* A place that is sought again may be in another log: nothing that was known of it counts there. */
static void test_seeking_again_forgets_what_was_known(void **state)
{
    static const struct {
        enum place_standing standing, stands;
        enum place_doubt doubt, left;
    } cases[] = {{PLACE_FRESH, PLACE_FRESH, DOUBT_NONE, DOUBT_NONE},
                 {PLACE_CLAIMED, PLACE_CLAIMED, DOUBT_MISSING, DOUBT_MISSING},
                 {PLACE_MET, PLACE_CLAIMED, DOUBT_DELETED, DOUBT_NONE}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place p = {.state = PLACE_LIVE,
                          .standing = cases[i].standing,
                          .doubt = cases[i].doubt,
                          .clear_to = ID(9),
                          .proof = 3};
        place_seek(&p);
        assert_int_equal(p.state, PLACE_ASKING);
        assert_int_equal(p.standing, cases[i].stands);
        assert_int_equal(p.doubt, cases[i].left);
        assert_int_equal(p.clear_to.ms, 0);
        assert_int_equal(p.proof, 0);
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

/* ---- sent, joined ---- */

static void test_sent_record_ends_freshness_and_doubt(void **state)
{
    struct place p = {.standing = PLACE_FRESH, .doubt = DOUBT_DELETED, .cursor.located = true};
    (void)state;
    place_sent(&p, ID(8), 4);
    assert_int_equal(p.standing, PLACE_CLAIMED);
    assert_int_equal(p.doubt, DOUBT_NONE);
    assert_int_equal(p.cursor.id.ms, 8);
    assert_int_equal(p.cursor.at, CURSOR_SENT);
    assert_int_equal(p.cursor.rank, 4);
    assert_false(p.cursor.located);
    p.standing = PLACE_MET;
    place_sent(&p, ID(9), 5);
    assert_int_equal(p.standing, PLACE_MET);
}

static void test_joining_closes_the_cursor(void **state)
{
    static const struct {
        uint64_t id;
        enum cursor_at at;
        uint64_t then, read_from;
    } cases[] = {{4, CURSOR_SENT, 10, 10},
                 {10, CURSOR_SENT, 10, 10},
                 {0, CURSOR_OPEN, 10, 10},
                 {12, CURSOR_NEXT, 10, 10},
                 {12, CURSOR_SENT, 12, 10}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct place tip = {.cursor = {.id = ID(10), .at = CURSOR_SENT, .rank = 7}};
        struct place p = {.cursor = {.id = ID(cases[i].id), .at = cases[i].at},
                          .doubt = DOUBT_DELETED,
                          .proof = 2};
        place_join(&p, &tip);
        assert_int_equal(p.cursor.at, CURSOR_SENT);
        assert_int_equal(p.cursor.id.ms, cases[i].then);
        assert_int_equal(p.standing, PLACE_MET);
        assert_int_equal(p.doubt, DOUBT_NONE);
        assert_int_equal(p.proof, 0);
        assert_int_equal(tip.cursor.id.ms, cases[i].then);
        assert_int_equal(cursor_read_from(&tip.cursor).ms, cases[i].read_from);
        assert_true(tip.cursor.rank == (cases[i].then == 10 ? 7 : RANK_UNKNOWN));
    }
}

/* The record at the tip was deleted, and the viewer's after it too. */
static void test_tip_that_moves_up_is_read_from_where_it_was(void **state)
{
    (void)state;
    for (uint64_t id = 10; id <= 12; id++) {
        struct place tip = {.cursor = {.id = ID(10), .at = CURSOR_SENT}};
        struct place p = {.cursor = {.id = ID(id), .at = CURSOR_SENT}};
        tip.cursor.located = true;
        tip.cursor.before = ID(8);
        place_join(&p, &tip);
        assert_int_equal(tip.cursor.id.ms, id);
        assert_int_equal(cursor_read_from(&tip.cursor).ms, 8);
        assert_true(cursor_equal(&p.cursor, &tip.cursor));
    }
}

static void test_request_sent_before_it_came_answers_nothing(void **state)
{
    struct place p = {.came = 5};
    (void)state;
    assert_false(place_is_answered_by(&p, 4));
    assert_true(place_is_answered_by(&p, 5));
    assert_true(place_is_answered_by(&p, 6));
}

/* ---- the model ---- */

#define MOST 4096

enum fate { THERE, TRIMMED, DELETED };

/* The log as Redis keeps it; record n of all times has id n + 1. */
struct model {
    uint64_t seed;
    size_t made;  /* records of all times */
    size_t begin; /* the first record of the log of today */
    enum fate fate[MOST];
    unsigned times[MOST]; /* delivered */
    bool thinned;         /* some were taken out of the middle */
    bool renewed;         /* the log was removed since the reader looked last */
    struct place reader;
    struct xid told; /* all up to here was delivered or told as lost */
};

static unsigned dice(struct model *m, unsigned sides)
{
    m->seed ^= m->seed << 13;
    m->seed ^= m->seed >> 7;
    m->seed ^= m->seed << 17;
    return (unsigned)(m->seed % sides);
}

static struct redis_info info_of(const struct model *m)
{
    struct redis_info info = {.exists = m->made > m->begin, .has_added = m->made > m->begin};
    if (!info.exists)
        return info;
    info.added = m->made - m->begin;
    info.last = ID(m->made);
    for (size_t i = m->made; i-- > m->begin;) {
        if (m->fate[i] != THERE)
            continue;
        info.length++;
        info.has_first = true;
        info.first = ID(i + 1);
    }
    return info;
}

static void change(struct model *m)
{
    unsigned what = dice(m, 100);
    if (what < 55) {
        for (unsigned n = 1 + dice(m, 5); n > 0 && m->made < MOST; n--)
            m->made++;
    } else if (what < 80) {
        unsigned n = dice(m, dice(m, 4) == 0 ? 12 : 4);
        for (size_t i = m->begin; i < m->made && n > 0; i++) {
            n -= m->fate[i] == THERE;
            if (m->fate[i] == THERE)
                m->fate[i] = TRIMMED;
        }
    } else if (what < 97) {
        size_t i = m->made > m->begin ? m->begin + dice(m, (unsigned)(m->made - m->begin)) : MOST;
        if (i < MOST && m->fate[i] == THERE) {
            m->fate[i] = DELETED;
            m->thinned = true;
        }
    } else if (m->made > m->begin) {
        for (; m->begin < m->made; m->begin++)
            if (m->fate[m->begin] == THERE)
                m->fate[m->begin] = TRIMMED;
        m->renewed = true;
        if (m->reader.cursor.id.ms == 0) /* waits for the beginning of the next log */
            m->told = ID(m->begin);
    }
}

/* How many records between the reader and next were never delivered, by what became of them. */
static void count_missed(const struct model *m, uint64_t next, int64_t *trimmed, int64_t *deleted)
{
    *trimmed = *deleted = 0;
    for (uint64_t i = m->told.ms; i + 1 < next && i < m->made; i++) {
        *trimmed += m->times[i] == 0 && m->fate[i] == TRIMMED;
        *deleted += m->times[i] == 0 && m->fate[i] == DELETED;
    }
}

static int64_t deleted_ever(const struct model *m)
{
    int64_t n = 0;
    for (size_t i = 0; i < m->made; i++)
        n += m->fate[i] == DELETED;
    return n;
}

static void gap_is_true(struct model *m, const struct gap *gap, bool knew_rank)
{
    int64_t trimmed, deleted;
    uint64_t next = gap->has_next ? gap->next.ms : m->made + 1;
    count_missed(m, next, &trimmed, &deleted);
    if (knew_rank && !m->renewed)
        assert_true(trimmed + deleted_ever(m) > 0);
    if (gap->lost >= 0 && !m->renewed) {
        assert_true(gap->lost >= trimmed);
        assert_true(gap->lost <= trimmed + deleted_ever(m));
        if (!m->thinned)
            assert_int_equal(gap->lost, trimmed);
    }
    if (!m->renewed && knew_rank)
        assert_true(gap->lost > 0);
    m->told = ID(next - 1);
}

/* The last record at or before the cursor, as tail.c finds it. */
static bool locate(struct model *m)
{
    for (uint64_t i = m->reader.cursor.id.ms; i-- > m->begin;) {
        if (i < m->made && m->fate[i] == THERE) {
            m->reader.cursor.id = ID(i + 1);
            return true;
        }
    }
    return false;
}

static size_t read_from(const struct model *m, struct redis_entry *out, size_t most)
{
    size_t n = 0, from = m->reader.cursor.id.ms > 0 ? m->reader.cursor.id.ms - 1 : 0;
    for (size_t i = from < m->begin ? m->begin : from; i < m->made && n < most; i++)
        if (m->fate[i] == THERE)
            out[n++] = (struct redis_entry){.id = ID(i + 1)};
    return n;
}

static void deliver(struct model *m, const struct redis_entry *e, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        int64_t trimmed, deleted;
        uint64_t id = e[i].id.ms;
        if (m->reader.cursor.at != CURSOR_OPEN) {
            count_missed(m, id, &trimmed, &deleted);
            assert_int_equal(trimmed, 0); /* else loss was silent */
        }
        assert_int_equal(m->times[id - 1]++, 0);
        assert_true(id > m->told.ms);
        m->told = e[i].id;
        m->reader.cursor.rank += m->reader.cursor.rank != RANK_UNKNOWN;
        m->reader.cursor.id = e[i].id;
        m->reader.cursor.at = CURSOR_SENT;
    }
}

static void look(struct model *m)
{
    struct redis_entry e[8] = {{.pairs = 0}};
    struct gap gap;
    size_t start, n = read_from(m, e, 1 + dice(m, 8));
    if (cursor_proven(&m->reader.cursor, e, n, &start)) {
        deliver(m, e + start, n - (start < n ? start : n));
        return;
    }
    struct redis_info info = info_of(m);
    bool knew = m->reader.cursor.rank != RANK_UNKNOWN;
    m->reader.doubt = DOUBT_MISSING;
    switch (place_on_info(&m->reader, &info, &gap)) {
    case FOUND_GAP:
        gap_is_true(m, &gap, knew);
        break;
    case FIND_BEFORE:
        assert_true(locate(m));
        break;
    case FOUND_END:
        assert_true(m->made == m->begin || m->reader.cursor.id.ms == m->made);
        break;
    default:
        break;
    }
    m->renewed = false;
}

/* The reader comes back with the id it was told last and nothing else. */
static void come_back(struct model *m)
{
    if (m->reader.cursor.at == CURSOR_SENT && m->reader.cursor.id.ms > 0 &&
        m->reader.cursor.id.ms == m->told.ms)
        m->reader.cursor = (struct cursor){.id = m->told, .at = CURSOR_SENT, .rank = RANK_UNKNOWN};
}

static void follow(struct model *m, bool renew)
{
    m->reader = (struct place){.cursor.at = CURSOR_SENT, .standing = PLACE_CLAIMED};
    for (int i = 0; i < 300 && m->made < MOST - 8; i++) {
        size_t begin = m->begin;
        change(m);
        if (!renew && m->begin != begin)
            return;
        if (m->renewed) /* what comes then is trimmed only after the reader looked */
            m->made += 1 + dice(m, 8);
        for (unsigned n = m->renewed ? 1 : dice(m, 3); n > 0; n--)
            look(m);
        if (dice(m, 20) == 0 && !m->renewed)
            come_back(m);
    }
    for (int i = 0; i < 2000; i++)
        look(m);
    for (size_t i = m->begin; i < m->made; i++)
        assert_true(m->times[i] == 1 || m->fate[i] != THERE || i < m->told.ms);
}

static void test_model_reader_misses_nothing_silently(void **state)
{
    struct model *m = malloc(sizeof *m);
    (void)state;
    assert_non_null(m);
    for (uint64_t seed = 1; seed <= 3000; seed++) {
        *m = (struct model){.seed = seed * 0x9e3779b97f4a7c15u};
        follow(m, seed % 2 == 0);
    }
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_position_is_last_id_that_needs_no_sending),
        cmocka_unit_test(test_read_proves_cursor_only_by_its_record),
        cmocka_unit_test(test_reads_are_shared_only_from_equal_cursors),
        cmocka_unit_test(test_rank_of_open_cursor_holds_at_its_first_record),
        cmocka_unit_test(test_end_of_a_log_has_a_rank_where_redis_counts),
        cmocka_unit_test(test_info_tells_where_a_cursor_goes_on),
        cmocka_unit_test(test_deleted_records_make_counts_say_less),
        cmocka_unit_test(test_read_after_deleted_record_begins_before_it),
        cmocka_unit_test(test_record_before_a_deleted_one_is_another_logs),
        cmocka_unit_test(test_next_step),
        cmocka_unit_test(test_fresh_place_begins_before_newest_records),
        cmocka_unit_test(test_history_begins_at_its_time),
        cmocka_unit_test(test_start_by_time_in_no_log_is_no_gap),
        cmocka_unit_test(test_open_place_beyond_the_tip_goes_live_when_the_end_is_proven),
        cmocka_unit_test(test_poll_at_the_tip_goes_live_when_the_tip_was_read),
        cmocka_unit_test(test_newest_records_begin_at_the_first_found),
        cmocka_unit_test(test_range_without_the_record_seeks_again),
        cmocka_unit_test(test_seeking_again_forgets_what_was_known),
        cmocka_unit_test(test_record_before_is_believed_the_second_time),
        cmocka_unit_test(test_deleted_record_is_remembered),
        cmocka_unit_test(test_sent_record_ends_freshness_and_doubt),
        cmocka_unit_test(test_joining_closes_the_cursor),
        cmocka_unit_test(test_tip_that_moves_up_is_read_from_where_it_was),
        cmocka_unit_test(test_request_sent_before_it_came_answers_nothing),
        cmocka_unit_test(test_model_reader_misses_nothing_silently),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
