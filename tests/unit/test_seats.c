/* SPDX-License-Identifier: MIT */
/* seats: what a claim on a seat meets, and who may wait for one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "relay/seats.c"

static struct budget budget = {.max = 1000};

static enum seat_result take(struct seats *s, enum seat_holder_kind kind, const char *name,
                             struct seat **seat)
{
    struct seat_holder holder = {kind, name};
    return seats_take(s, &holder, seat);
}

/* Takes `taken` seats for other users and `own` for the holder, then one more. */
static void test_limits_are_counted_by_holder(void **state)
{
    static const struct {
        enum seat_holder_kind kind;
        unsigned own, others;
        enum seat_result result;
        bool waits;
    } cases[] = {
        {HOLDER_USER, 0, 0, SEAT_TAKEN, false},        {HOLDER_USER, 2, 0, SEAT_TAKEN, false},
        {HOLDER_USER, 3, 0, SEAT_USER_FULL, true},     {HOLDER_USER, 2, 38, SEAT_FULL, true},
        {HOLDER_USER, 0, 40, SEAT_FULL, false},        {HOLDER_ADDRESS, 29, 0, SEAT_TAKEN, false},
        {HOLDER_ADDRESS, 30, 0, SEAT_USER_FULL, true}, {HOLDER_NOBODY, 39, 0, SEAT_TAKEN, false},
        {HOLDER_NOBODY, 40, 0, SEAT_FULL, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct seats *s = seats_new(40, 3, &budget);
        struct seat *own[40], *others[40], *seat;
        char name[32];
        for (unsigned k = 0; k < cases[i].others; k++) {
            snprintf(name, sizeof name, "other %u", k);
            assert_int_equal(take(s, HOLDER_USER, name, &others[k]), SEAT_TAKEN);
        }
        for (unsigned k = 0; k < cases[i].own; k++)
            assert_int_equal(take(s, cases[i].kind, "ann", &own[k]), SEAT_TAKEN);
        assert_int_equal(take(s, cases[i].kind, "ann", &seat), cases[i].result);
        assert_int_equal(seat && cases[i].result != SEAT_TAKEN, cases[i].waits);
        if (cases[i].waits)
            seats_leave(s, seat);
        else if (cases[i].result == SEAT_TAKEN)
            seats_give(s, seat);
        for (unsigned k = 0; k < cases[i].own; k++)
            seats_give(s, own[k]);
        for (unsigned k = 0; k < cases[i].others; k++)
            seats_give(s, others[k]);
        assert_null(s->tree);
        assert_int_equal(s->taken, 0);
        seats_free(s);
    }
}

static void test_claim_that_waits_gets_the_first_free_seat(void **state)
{
    struct seats *s = seats_new(10, 1, &budget);
    struct seat *first, *second, *third;
    (void)state;
    assert_int_equal(take(s, HOLDER_USER,
                          "a\x1f"
                          "ann",
                          &first),
                     SEAT_TAKEN);
    assert_false(seats_are_awaited(s, first));
    assert_int_equal(take(s, HOLDER_USER,
                          "a\x1f"
                          "ann",
                          &second),
                     SEAT_USER_FULL);
    assert_int_equal(take(s, HOLDER_USER,
                          "a\x1f"
                          "ann",
                          &third),
                     SEAT_USER_FULL);
    assert_true(seats_are_awaited(s, first));
    assert_false(seats_claim(s, second));
    seats_give(s, first);
    assert_int_equal(seats_given(s), 1);
    assert_true(seats_claim(s, second));
    assert_false(seats_claim(s, third));
    seats_leave(s, third);
    assert_false(seats_are_awaited(s, second));
    seats_give(s, second);
    assert_null(s->tree);
    seats_free(s);
}

static void test_claims_that_wait_are_bounded(void **state)
{
    struct seats *s = seats_new(10, 1, &budget);
    struct seat *first, *waiting[SEATS_MAX_AWAITED], *one_more;
    (void)state;
    assert_int_equal(take(s, HOLDER_USER, "ann", &first), SEAT_TAKEN);
    for (size_t i = 0; i < SEATS_MAX_AWAITED; i++) {
        assert_int_equal(take(s, HOLDER_USER, "ann", &waiting[i]), SEAT_USER_FULL);
        assert_non_null(waiting[i]);
    }
    assert_int_equal(take(s, HOLDER_USER, "ann", &one_more), SEAT_USER_FULL);
    assert_null(one_more);
    for (size_t i = 0; i < SEATS_MAX_AWAITED; i++)
        seats_leave(s, waiting[i]);
    seats_give(s, first);
    seats_free(s);
}

static void test_bytes_are_counted_for_the_process_and_the_holder(void **state)
{
    struct seats *s = seats_new(10, 1, &budget);
    struct seat_holder ann = {HOLDER_USER, "ann"}, address = {HOLDER_ADDRESS, "192.0.2.1"},
                       nobody = {HOLDER_NOBODY, ""};
    struct seat *a = seats_account(s, &ann), *b = seats_account(s, &address),
                *n = seats_account(s, &nobody);
    struct charge of_a = {0}, of_b = {0}, of_n = {0}, of_none = {0};
    (void)state;
    seats_charge(s, a, &of_a, (struct charge){100, 150}); /* a share is 250 */
    assert_int_equal(budget.used, 100);
    assert_int_equal(seats_room(s, a), BUDGET_HOLDER_FULL);
    assert_int_equal(seats_room(s, b), BUDGET_ROOM);
    seats_charge(s, a, &of_a, (struct charge){100, 149});
    assert_int_equal(seats_room(s, a), BUDGET_ROOM);
    seats_charge(s, b, &of_b, (struct charge){250, 0});
    assert_int_equal(seats_room(s, b), BUDGET_HOLDER_FULL);
    seats_charge(s, n, &of_n, (struct charge){600, 0}); /* it stands for many */
    assert_int_equal(seats_room(s, n), BUDGET_ROOM);
    seats_charge(s, NULL, &of_none, (struct charge){50, 0});
    assert_int_equal(seats_room(s, NULL), BUDGET_FULL);
    assert_int_equal(seats_room(s, a), BUDGET_FULL);
    seats_charge(s, NULL, &of_none, (struct charge){0});
    seats_charge(s, a, &of_a, (struct charge){0});
    seats_charge(s, b, &of_b, (struct charge){0});
    seats_charge(s, n, &of_n, (struct charge){0});
    assert_int_equal(budget.used, 0);
    seats_release(s, a);
    seats_release(s, b);
    seats_release(s, n);
    assert_null(s->tree);
    seats_free(s);
}

/* Unread bytes of a viewer outlive its seat. */
static void test_account_stays_while_bytes_are_charged_to_it(void **state)
{
    struct seats *s = seats_new(10, 1, &budget);
    struct seat *seat, *again;
    (void)state;
    assert_int_equal(take(s, HOLDER_USER, "ann", &seat), SEAT_TAKEN);
    assert_ptr_equal(seats_hold(s, seat), seat);
    seats_give(s, seat);
    assert_int_equal(take(s, HOLDER_USER, "ann", &again), SEAT_TAKEN);
    assert_ptr_equal(again, seat);
    seats_give(s, seat);
    seats_release(s, seat);
    assert_null(s->tree);
    seats_free(s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_limits_are_counted_by_holder),
        cmocka_unit_test(test_claim_that_waits_gets_the_first_free_seat),
        cmocka_unit_test(test_claims_that_wait_are_bounded),
        cmocka_unit_test(test_bytes_are_counted_for_the_process_and_the_holder),
        cmocka_unit_test(test_account_stays_while_bytes_are_charged_to_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
