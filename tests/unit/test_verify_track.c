/* SPDX-License-Identifier: MIT */
/* track: the state behind each event, how a record stands to those before, and what ranks say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "verify/track.c"

static struct track t;

static struct position at(unsigned n, uint64_t rank)
{
    return (struct position){{n, 0}, rank, rank == RANK_UNKNOWN ? 0 : 0x80000001};
}

static uint64_t take(unsigned n, uint64_t rank)
{
    struct position p = at(n, rank);
    struct track_step step = track_step(&t, &p, true);
    track_advance(&t, &p, true, &step);
    track_keep(&t, p.id);
    return step.hole;
}

static void test_each_event_leads_to_its_state(void **state)
{
    static const struct {
        enum track_state from;
        enum track_event event;
        enum track_state to;
    } cases[] = {
        {TRACK_NEW, TRACK_PLACE, TRACK_WHOLE},
        {TRACK_NEW, TRACK_GAP, TRACK_NEW},
        {TRACK_NEW, TRACK_RESUME, TRACK_NEW},
        {TRACK_NEW, TRACK_EXPLAIN, TRACK_NEW},
        {TRACK_NEW, TRACK_CAUGHT, TRACK_NEW},
        {TRACK_WHOLE, TRACK_PLACE, TRACK_WHOLE},
        {TRACK_WHOLE, TRACK_SKIP, TRACK_HOLED},
        {TRACK_WHOLE, TRACK_GAP, TRACK_WHOLE},
        {TRACK_WHOLE, TRACK_RESUME, TRACK_WHOLE},
        {TRACK_HOLED, TRACK_PLACE, TRACK_HOLED},
        {TRACK_HOLED, TRACK_SKIP, TRACK_HOLED},
        {TRACK_HOLED, TRACK_CAUGHT, TRACK_HOLED},
        {TRACK_HOLED, TRACK_TURN, TRACK_WHOLE},
        {TRACK_HOLED, TRACK_EXPLAIN, TRACK_WHOLE},
        {TRACK_HOLED, TRACK_GAP, TRACK_HOLED},
        {TRACK_HOLED, TRACK_RESUME, TRACK_AGAIN},
        {TRACK_AGAIN, TRACK_PLACE, TRACK_AGAIN},
        {TRACK_AGAIN, TRACK_SKIP, TRACK_AGAIN_HOLED},
        {TRACK_AGAIN, TRACK_CAUGHT, TRACK_WHOLE},
        {TRACK_AGAIN, TRACK_TURN, TRACK_WHOLE},
        {TRACK_AGAIN, TRACK_EXPLAIN, TRACK_AGAIN},
        {TRACK_AGAIN, TRACK_GAP, TRACK_WHOLE},
        {TRACK_AGAIN, TRACK_RESUME, TRACK_AGAIN},
        {TRACK_AGAIN_HOLED, TRACK_PLACE, TRACK_AGAIN_HOLED},
        {TRACK_AGAIN_HOLED, TRACK_SKIP, TRACK_AGAIN_HOLED},
        {TRACK_AGAIN_HOLED, TRACK_CAUGHT, TRACK_HOLED},
        {TRACK_AGAIN_HOLED, TRACK_TURN, TRACK_WHOLE},
        {TRACK_AGAIN_HOLED, TRACK_EXPLAIN, TRACK_AGAIN},
        {TRACK_AGAIN_HOLED, TRACK_GAP, TRACK_HOLED},
        {TRACK_AGAIN_HOLED, TRACK_RESUME, TRACK_AGAIN},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("%d %d\n", cases[i].from, cases[i].event);
        assert_int_equal(track_next(cases[i].from, cases[i].event), cases[i].to);
    }
}

/* 2 and 5 came, 3 and 4 did not, and the part behind 2 is read again. */
static void read_again(void)
{
    track_init(&t, slice_of("web"), false);
    take(2, 2);
    take(5, 5);
    track_move(&t, TRACK_RESUME);
}

static void test_record_stands_to_those_that_came(void **state)
{
    static const struct {
        bool again, gap;
        unsigned id;
        enum track_arrival how;
    } cases[] = {
        {false, false, 6, TRACK_FRESH},      {false, false, 5, TRACK_REPEATED},
        {false, false, 4, TRACK_DISORDERED}, {false, true, 5, TRACK_RESTARTED},
        {false, true, 1, TRACK_RESTARTED},   {false, true, 9, TRACK_FRESH},
        {true, false, 3, TRACK_LATE},        {true, false, 5, TRACK_SEEN},
        {true, false, 6, TRACK_FRESH},       {true, false, 2, TRACK_REPEATED},
        {true, false, 1, TRACK_DISORDERED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("%d %d %u\n", cases[i].again, cases[i].gap, cases[i].id);
        read_again();
        if (!cases[i].again)
            take(5, 5);
        if (cases[i].gap)
            track_gap(&t, RANK_UNKNOWN);
        assert_int_equal(track_arrival(&t, (struct xid){cases[i].id, 0}), cases[i].how);
        track_free(&t);
    }
}

static void test_ranks_tell_the_size_of_a_hole(void **state)
{
    static const struct {
        uint64_t rank; /* of the record 9, behind one of rank 3 and so many without ranks */
        unsigned since;
        uint64_t lost; /* in a gap before it; 0: there is none */
        uint64_t hole;
        bool is_record, anchored;
    } cases[] = {
        {4, 0, 0, 0, true, true},
        {6, 0, 0, 2, true, true},
        {6, 2, 0, 0, true, true},
        {6, 1, 0, 1, true, true},
        {6, 0, 0, 3, false, true},
        {9, 0, 5, 0, true, true},
        {9, 0, 2, 3, true, true},
        {2, 0, 0, 0, true, true}, /* ranks were told again */
        {UINT64_MAX - 1, 0, 0, UINT64_MAX - 5, true, true},
        {9, 0, RANK_UNKNOWN, 0, true, false},
        {RANK_UNKNOWN, 0, 0, 0, true, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct position next = at(9, cases[i].rank);
        track_init(&t, slice_of(""), false);
        take(3, 3);
        for (unsigned n = 0; n < cases[i].since; n++)
            take(4 + n, RANK_UNKNOWN);
        if (cases[i].lost > 0)
            track_gap(&t, cases[i].lost);
        struct track_step step = track_step(&t, &next, cases[i].is_record);
        print_message("row %zu\n", i);
        assert_true(step.hole == cases[i].hole);
        assert_int_equal(step.anchored, cases[i].anchored);
        assert_false(step.other_life);
        track_free(&t);
    }
}

static void test_another_life_without_a_gap_is_found(void **state)
{
    struct position next = {{9, 0}, 40, 0x80000002};
    (void)state;
    track_init(&t, slice_of(""), false);
    take(3, 3);
    struct track_step step = track_step(&t, &next, true);
    assert_true(step.other_life && !step.anchored && step.hole == 0);
    track_gap(&t, RANK_UNKNOWN);
    assert_false(track_step(&t, &next, true).other_life);
    track_free(&t);
}

static void test_part_is_read_again_from_before_its_hole(void **state)
{
    (void)state;
    track_init(&t, slice_of("web"), false);
    take(1, 1);
    take(2, RANK_UNKNOWN);
    assert_true(take(5, 5) == 2);
    take(7, 7);
    assert_true(track_resume(&t)->id.ms == 2 && track_resume(&t)->rank == 2);
    assert_true(t.holes == 3);
    track_move(&t, TRACK_RESUME);
    assert_true(t.unread == 3 && t.holes == 0 && t.last.id.ms == 2);
    take(5, 5);
    assert_int_equal(t.state, TRACK_AGAIN_HOLED);
    track_move(&t, TRACK_EXPLAIN);
    assert_true(t.unread == 1);
    take(7, 7);
    assert_int_equal(t.state, TRACK_HOLED);
    assert_true(t.unread == 0);
    track_free(&t);
}

static void test_holes_that_were_not_reached_again_stay_unread(void **state)
{
    (void)state;
    track_init(&t, slice_of("web"), false);
    take(1, 1);
    take(3, 3);
    take(6, 6);
    track_move(&t, TRACK_RESUME);
    take(3, 3);
    assert_true(t.unread == 3 && t.holes == 1);
    track_move(&t, TRACK_RESUME);
    assert_true(t.unread == 3 && t.holes == 0 && t.again_to.ms == 6);
    track_free(&t);
}

static void test_ids_of_another_log_are_forgotten(void **state)
{
    (void)state;
    track_init(&t, slice_of("web"), true);
    take(5, 5);
    take(6, 6);
    track_gap(&t, RANK_UNKNOWN);
    track_turn(&t);
    take(1, 1);
    assert_true(t.seen.count == 1 && ids_have(&t.seen, (struct xid){1, 0}));
    track_free(&t);
}

static void test_what_cannot_be_read_again_is_returned(void **state)
{
    (void)state;
    read_again();
    assert_true(track_gap(&t, 3) == 2);
    assert_true(track_gap(&t, RANK_UNKNOWN) == 0);
    struct track_gaps told = track_untell(&t);
    assert_true(told.told == 2 && told.unknown == 1 && told.lost == 3);
    assert_true(track_untell(&t).told == 0);
    track_free(&t);
    read_again();
    assert_true(track_turn(&t) == 2);
    assert_int_equal(t.state, TRACK_WHOLE);
    track_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_event_leads_to_its_state),
        cmocka_unit_test(test_record_stands_to_those_that_came),
        cmocka_unit_test(test_ranks_tell_the_size_of_a_hole),
        cmocka_unit_test(test_another_life_without_a_gap_is_found),
        cmocka_unit_test(test_part_is_read_again_from_before_its_hole),
        cmocka_unit_test(test_holes_that_were_not_reached_again_stay_unread),
        cmocka_unit_test(test_ids_of_another_log_are_forgotten),
        cmocka_unit_test(test_what_cannot_be_read_again_is_returned),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
