/* SPDX-License-Identifier: MIT */
/*
 * place: what a viewer does next, and what it forgets when its record is missing, when it is sent a
 * record and when it goes live.  The other test_place_*.c are about cursors, XINFO, and starts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay/place.c"

#include "ids.h"

/* ---- what to do next ---- */

struct case_of_step {
    const char *what;
    enum place_state at;
    uint64_t id;
    enum cursor_at cursor_at;
    enum place_standing standing;
    enum place_doubt doubt;
    uint64_t history_to, clear_to, proof, proven;
    bool reading, tip_open, in_bulk;
    enum place_step step;
};

static void assert_step(const struct case_of_step *c, const struct ring *ring)
{
    struct cursor tip = {.id = ID(10), .at = c->tip_open ? CURSOR_NEXT : CURSOR_SENT};
    struct place p = {.cursor = {.id = ID(c->id), .at = c->cursor_at},
                      .state = c->at,
                      .doubt = c->doubt,
                      .standing = c->standing,
                      .history_to = ID(c->history_to),
                      .clear_to = ID(c->clear_to),
                      .proof = c->proof};
    struct place_facts f = {
        .tip = &tip, .proven = c->proven, .ring = c->in_bulk ? NULL : ring, .reading = c->reading};
    if (c->tip_open) /* position 9, sequence number at its greatest */
        p.cursor.id = xid_prev(ID(10)), p.clear_to = p.clear_to.ms ? xid_prev(ID(10)) : XID_ZERO;
    print_message("%s\n", c->what);
    assert_int_equal(place_next(&p, &f), c->step);
    f.tip = NULL;
    enum place_step unknown = place_is_sought(&p) && !f.reading ? PLACE_ASK : PLACE_WAIT;
    assert_int_equal(place_next(&p, &f), unknown);
}

/* The tip stands at 10, the ring holds the frames 6 and 8, and its floor is 5. */
static void assert_steps(const struct case_of_step *cases, size_t count)
{
    struct ring_store store = {.max = 10000};
    struct ring ring = {.floor = ID(5)};
    ring_add(&store, &ring, &(struct item){1, 0, ID(6), 6}, 1, "6");
    ring_add(&store, &ring, &(struct item){1, 0, ID(8), 8}, 1, "8");
    for (size_t i = 0; i < count; i++)
        assert_step(&cases[i], &ring);
    ring_reset(&store, &ring, XID_ZERO);
}

#define B PLACE_BEHIND
#define S CURSOR_SENT
#define M PLACE_MET

static void test_only_a_sought_place_without_a_read_asks(void **state)
{
    static const struct case_of_step cases[] = {
        {"sought", PLACE_ASKING, 4, S, M, 0, 0, 0, 0, 0, false, false, false, PLACE_ASK},
        {"counted, without a read", PLACE_COUNTING, 4, S, M, 0, 0, 0, 0, 0, false, false, false,
         PLACE_ASK},
        {"located, without a read", PLACE_LOCATING, 4, S, M, 0, 0, 0, 0, 0, false, false, false,
         PLACE_ASK},
        {"located", PLACE_LOCATING, 4, S, M, 0, 0, 0, 0, 0, true, false, false, PLACE_WAIT},
        {"live", PLACE_LIVE, 10, S, M, 0, 0, 0, 0, 0, false, false, false, PLACE_WAIT},
        {"ended", PLACE_NONE, 4, S, M, 0, 0, 0, 0, 0, false, false, false, PLACE_WAIT},
    };
    (void)state;
    assert_steps(cases, sizeof cases / sizeof *cases);
}

static void test_records_before_the_tip_come_from_the_ring_if_it_has_them(void **state)
{
    static const struct case_of_step cases[] = {
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
    };
    (void)state;
    assert_steps(cases, sizeof cases / sizeof *cases);
}

static void test_place_at_the_tip_goes_live_or_needs_a_proof(void **state)
{
    static const struct case_of_step cases[] = {
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
    };
    (void)state;
    assert_steps(cases, sizeof cases / sizeof *cases);
}

#undef B
#undef S
#undef M

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_a_sought_place_without_a_read_asks),
        cmocka_unit_test(test_records_before_the_tip_come_from_the_ring_if_it_has_them),
        cmocka_unit_test(test_place_at_the_tip_goes_live_or_needs_a_proof),
        cmocka_unit_test(test_range_without_the_record_seeks_again),
        cmocka_unit_test(test_seeking_again_forgets_what_was_known),
        cmocka_unit_test(test_sent_record_ends_freshness_and_doubt),
        cmocka_unit_test(test_joining_closes_the_cursor),
        cmocka_unit_test(test_tip_that_moves_up_is_read_from_where_it_was),
        cmocka_unit_test(test_request_sent_before_it_came_answers_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
