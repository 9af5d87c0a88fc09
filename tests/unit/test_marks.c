/* SPDX-License-Identifier: MIT */
/*
 * marks: the newest records are marks, and older ones at growing distances.  It makes no difference
 * in which order they were added.  Those that left the log are forgotten; the end of a former log
 * is kept.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "relay/marks.c"

#include "ids.h"

static void add_up_to(struct marks *m, uint64_t last)
{
    for (uint64_t n = 1; n <= last; n++)
        marks_add(m, ID(n), 10 + n);
}

static uint64_t newest_before(const struct marks *m, uint64_t n)
{
    const struct mark *mark = marks_before(m, ID(n));
    return mark ? mark->id.ms : 0;
}

static void test_newest_records_are_marks(void **state)
{
    (void)state;
    for (uint64_t last = 1; last < 300; last++) {
        struct marks m = {0};
        add_up_to(&m, last);
        for (uint64_t n = 1; n <= last; n++) {
            const struct mark *mark = marks_find(&m, ID(n));
            if (n + MARKS_RECENT > last)
                assert_non_null(mark);
            if (mark)
                assert_int_equal(mark->rank, 10 + n);
        }
        assert_null(marks_find(&m, ID(last + 1)));
        assert_int_equal(newest_before(&m, last + 1), last);
        assert_int_equal(newest_before(&m, last), last - 1);
    }
}

/* So many of the newest records are lost: the newest mark that is left is not much further away. */
static void test_older_marks_are_at_growing_distances(void **state)
{
    (void)state;
    for (uint64_t lost = 1; lost <= 2000; lost *= 2) {
        uint64_t sum = 0, runs = 0;
        for (uint64_t last = 5000; last < 6000; last += 100, runs++) {
            struct marks m = {0};
            add_up_to(&m, last);
            sum += last - newest_before(&m, last - lost + 1);
        }
        assert_true(sum >= runs * lost);
        assert_true(sum <= runs * 4 * lost);
    }
}

static int compare_marks(const void *a, const void *b)
{
    return xid_cmp(((const struct mark *)a)->id, ((const struct mark *)b)->id);
}

static void test_order_of_additions_makes_no_difference(void **state)
{
    struct marks forward = {0}, mixed_up = {0}, twice = {0};
    (void)state;
    add_up_to(&forward, 101);
    for (uint64_t n = 1; n <= 101; n++)
        marks_add(&mixed_up, ID(1 + n * 37 % 101), 10 + 1 + n * 37 % 101);
    add_up_to(&twice, 101);
    add_up_to(&twice, 101);
    qsort(twice.at, MARKS, sizeof *twice.at, compare_marks);
    qsort(mixed_up.at, MARKS, sizeof *mixed_up.at, compare_marks);
    qsort(forward.at, MARKS, sizeof *forward.at, compare_marks);
    assert_memory_equal(&forward, &mixed_up, sizeof forward);
    assert_memory_equal(&forward, &twice, sizeof forward);
}

static void test_log_that_lost_its_tail_goes_on_at_a_mark(void **state)
{
    (void)state;
    for (uint64_t end = 1; end <= 100; end++) {
        struct marks m = {0};
        m.epoch = 5;
        add_up_to(&m, 100);
        const struct mark *mark = marks_before(&m, ID(end + 1));
        if (!mark)
            continue;
        uint64_t at = mark->id.ms;
        marks_return(&m, mark, (struct mark){ID(100), 110});
        assert_int_equal(newest_before(&m, UINT64_MAX), at);
        assert_int_equal(m.epoch, 5);
        add_up_to(&m, at + MARKS_RECENT);
        for (uint64_t n = at + 1; n <= at + MARKS_RECENT; n++)
            assert_non_null(marks_find(&m, ID(n)));
    }
}

static void test_former_log_comes_back(void **state)
{
    struct marks m = {0};
    (void)state;
    add_up_to(&m, 100);
    m.epoch = 5;
    marks_leave(&m, (struct mark){ID(100), 110});
    assert_int_equal(newest_before(&m, UINT64_MAX), 100);
    assert_int_equal(marks_find(&m, ID(100))->rank, 110);
    assert_null(marks_find(&m, ID(99)));
    assert_int_equal(m.epoch, EPOCH_UNKNOWN);
    m.epoch = 6;
    for (uint64_t n = 1; n <= 1000; n++)
        marks_add(&m, ID(n == 1 ? 50 : 2000 + n), n);
    marks_return(&m, marks_find(&m, ID(100)), (struct mark){ID(3000), 1000});
    assert_int_equal(m.epoch, 5);
    assert_int_equal(newest_before(&m, 3000), 100);
    assert_int_equal(newest_before(&m, 100), 0); /* what the other log had at 50 */
    assert_int_equal(marks_find(&m, ID(100))->rank, 110);
    marks_return(&m, marks_find(&m, ID(3000)), (struct mark){ID(100), 110});
    assert_int_equal(m.epoch, 6);
    assert_non_null(marks_find(&m, ID(100)));
}

static void test_ends_are_kept_once(void **state)
{
    struct marks m = {0};
    (void)state;
    marks_leave(&m, (struct mark){ID(100), 110});
    marks_leave(&m, (struct mark){XID_ZERO, 0}); /* a log without records */
    marks_leave(&m, (struct mark){ID(100), 110});
    marks_leave(&m, (struct mark){ID(50), 7});
    assert_non_null(marks_find(&m, ID(100)));
    assert_non_null(marks_find(&m, ID(50)));
    marks_leave(&m, (struct mark){ID(60), 7});
    assert_null(marks_find(&m, ID(100)));
}

static void test_life_is_over_when_another_began(void **state)
{
    uint32_t first = epoch_first(ID(1)), second = epoch_first(ID(2));
    struct marks m = {.epoch = 7};
    (void)state;
    assert_false(marks_is_over(&m, EPOCH_UNKNOWN));
    assert_false(marks_is_over(&m, 7));
    assert_false(marks_is_over(&m, 8)); /* another process named it */
    assert_false(marks_is_over(&m, first));
    marks_leave(&m, (struct mark){ID(5), 5});
    assert_true(marks_is_over(&m, 7));
    assert_false(marks_is_over(&m, EPOCH_UNKNOWN));
    m.epoch = first;
    assert_true(marks_is_over(&m, second));
    assert_false(marks_is_over(&m, first));
    marks_return(&m, marks_find(&m, ID(5)), (struct mark){ID(9), 9});
    assert_false(marks_is_over(&m, 7));
    assert_true(marks_is_over(&m, first));
}

static void test_no_record_is_no_mark(void **state)
{
    struct marks m = {0};
    (void)state;
    assert_null(marks_find(&m, XID_ZERO));
    marks_add(&m, XID_ZERO, 0);
    assert_null(marks_find(&m, XID_ZERO));
    assert_null(marks_before(&m, XID_MAX));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_newest_records_are_marks),
        cmocka_unit_test(test_older_marks_are_at_growing_distances),
        cmocka_unit_test(test_order_of_additions_makes_no_difference),
        cmocka_unit_test(test_log_that_lost_its_tail_goes_on_at_a_mark),
        cmocka_unit_test(test_former_log_comes_back),
        cmocka_unit_test(test_ends_are_kept_once),
        cmocka_unit_test(test_life_is_over_when_another_began),
        cmocka_unit_test(test_no_record_is_no_mark),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
