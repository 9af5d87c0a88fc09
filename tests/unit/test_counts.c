/* SPDX-License-Identifier: MIT */
/* counts: the number of a place in its view, and the sums of a connection. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay/counts.c"

static void test_number_is_known_beside_a_frame(void **state)
{
    static const struct {
        uint64_t id;
        enum cursor_at at;
        bool none; /* no frame follows */
        bool known;
        uint32_t n;
    } cases[] = {
        {10, CURSOR_SENT, false, true, 3}, /* where the ring begins */
        {9, CURSOR_SENT, false, false, 0},
        {12, CURSOR_SENT, false, true, 4}, /* the frame before */
        {13, CURSOR_SENT, false, false, 0},
        {14, CURSOR_NEXT, false, true, 5}, /* the frame itself */
        {16, CURSOR_SENT, true, true, 7},  /* the last one */
        {17, CURSOR_SENT, true, false, 0},
    };
    static const struct item items[] = {{1, 4, {12, 0}, 1}, {2, 5, {14, 0}, 2}};
    struct ring_store store = {.max = 4096};
    struct ring ring = {.withheld = 3};
    size_t i;
    (void)state;
    ring_reset(&store, &ring, (struct xid){10, 0});
    ring_add(&store, &ring, items, 2, "ab");
    ring_add(&store, &ring, &(struct item){1, 7, {16, 0}, 3}, 1, "c");
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct cursor c = {.id = {cases[k].id, 0}, .at = cases[k].at};
        const struct piece *p = ring_after(&ring, cursor_position(&c), &i);
        struct withheld_number n = counts_number_at(&ring, cases[k].none ? NULL : p, i, &c);
        assert_int_equal(n.known, cases[k].known);
        if (n.known)
            assert_int_equal(n.n, cases[k].n);
    }
    ring_reset(&store, &ring, (struct xid){20, 0});
}

static void test_counts_add_up(void **state)
{
    struct stream_counts c = {0};
    (void)state;
    counts_add(&c, (struct withheld_number){3, true}, 5, 10);
    counts_add(&c, (struct withheld_number){UINT32_MAX, true}, 1, 0); /* it goes on at 0 */
    counts_add_gap(&c, 25);
    counts_add_gap(&c, -1);
    assert_int_equal(c.sent, 10);
    assert_int_equal(c.withheld, 4);
    assert_int_equal(c.lost, 25);
    counts_add(&c, (struct withheld_number){0, false}, 9, 1);
    counts_add(&c, (struct withheld_number){3, true}, 5, 1);
    assert_int_equal(c.withheld, -1);
    assert_int_equal(c.sent, 12);
}

/* Records that it passed would be counted once more. */
static void test_records_passed_twice_are_not_counted(void **state)
{
    struct stream_counts none = {.withheld = 0}, some = {.withheld = 3};
    (void)state;
    counts_begin_again(&none);
    counts_begin_again(&some);
    assert_int_equal(none.withheld, 0);
    assert_int_equal(some.withheld, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_number_is_known_beside_a_frame),
        cmocka_unit_test(test_counts_add_up),
        cmocka_unit_test(test_records_passed_twice_are_not_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
