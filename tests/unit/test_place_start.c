/* SPDX-License-Identifier: MIT */
/*
 * place: viewers that bring no cursor.  Their history begins with the newest records or at a time,
 * and they go live at the end of the log.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay/place.c"

#include "ids.h"

/* ---- where the history begins ---- */

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

enum { KEEPS = 1, ALL = 2, ONCE = 4 }; /* the log has all it ever had; since_all; once */

/* The log has had the ids 1 to 9, of which 5 to 9 may be left. */
struct case_of_time {
    const char *what;
    unsigned how, history;
    uint64_t since, first; /* first 0: no record is left */
    enum place_finding found;
    enum cursor_at at;
    uint64_t id;
    enum place_standing standing;
};

static void assert_begins(const struct case_of_time *c)
{
    struct place p = {.state = PLACE_ASKING,
                      .standing = PLACE_FRESH,
                      .history = c->history,
                      .since = ID(c->since),
                      .since_all = c->how & ALL,
                      .once = c->how & ONCE,
                      .cursor.at = CURSOR_SENT};
    struct redis_info info = {.exists = true,
                              .length = c->first ? 5 : 0,
                              .has_added = true,
                              .added = c->how & KEEPS ? 5 : 9,
                              .last = ID(9),
                              .has_first = c->first > 0,
                              .first = ID(c->first)};
    struct gap gap;
    print_message("%s\n", c->what);
    assert_int_equal(place_on_info(&p, &info, &gap), c->found);
    assert_int_equal(p.cursor.at, c->at);
    assert_int_equal(p.cursor.id.ms, c->id);
    assert_int_equal(p.standing, c->standing);
    assert_int_equal(p.state, c->found == FIND_NEWEST ? PLACE_COUNTING : PLACE_BEHIND);
    if (c->found != FOUND_GAP)
        return;
    assert_int_equal(gap.after.ms, c->since - 1);
    assert_int_equal(gap.has_next, c->first > 0);
    assert_int_equal(gap.lost, -1);
    assert_false(gap.after_unknown);
}

static void test_history_begins_at_its_time(void **state)
{
    static const struct case_of_time cases[] = {
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
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_begins(&cases[i]);
}

static void test_place_that_is_kept_begins_at_its_time(void **state)
{
    static const struct case_of_time cases[] = {
        {"once, inside", ONCE, 100, 7, 5, FIND_NEWEST, CURSOR_SENT, 0, PLACE_FRESH},
        {"once, at the last", ONCE, 100, 9, 5, FIND_NEWEST, CURSOR_SENT, 0, PLACE_FRESH},
        {"once, before the first", ONCE, 100, 3, 5, FOUND_READY, CURSOR_NEXT, 5, PLACE_CLAIMED},
        {"once, after the last", ONCE, 100, 10, 5, FOUND_READY, CURSOR_SENT, 9, PLACE_CLAIMED},
        {"once, nothing left", ONCE, 100, 0, 0, FOUND_READY, CURSOR_SENT, 9, PLACE_CLAIMED},
        {"once, no history", ONCE, 0, 0, 5, FOUND_READY, CURSOR_SENT, 9, PLACE_CLAIMED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_begins(&cases[i]);
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

/* ---- when they go live ---- */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_fresh_place_begins_before_newest_records),
        cmocka_unit_test(test_history_begins_at_its_time),
        cmocka_unit_test(test_place_that_is_kept_begins_at_its_time),
        cmocka_unit_test(test_start_by_time_in_no_log_is_no_gap),
        cmocka_unit_test(test_newest_records_begin_at_the_first_found),
        cmocka_unit_test(test_open_place_beyond_the_tip_goes_live_when_the_end_is_proven),
        cmocka_unit_test(test_poll_at_the_tip_goes_live_when_the_tip_was_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
