/* SPDX-License-Identifier: MIT */
/*
 * place: cursors.  Where one stands, which answer of Redis proves it, and which reads are shared.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay/place.c"

#include "ids.h"

/* ---- position, proof and rank ---- */

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

/* ---- its record was deleted ---- */

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_position_is_last_id_that_needs_no_sending),
        cmocka_unit_test(test_read_proves_cursor_only_by_its_record),
        cmocka_unit_test(test_reads_are_shared_only_from_equal_cursors),
        cmocka_unit_test(test_rank_of_open_cursor_holds_at_its_first_record),
        cmocka_unit_test(test_end_of_a_log_has_a_rank_where_redis_counts),
        cmocka_unit_test(test_read_after_deleted_record_begins_before_it),
        cmocka_unit_test(test_record_before_a_deleted_one_is_another_logs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
