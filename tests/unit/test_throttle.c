/* SPDX-License-Identifier: MIT */
/*
 * throttle: the burst and what comes back with time, which addresses are one, that others are not
 * slowed, also when the table is flooded; and that threads do not get in each other's way.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "front/throttle.c"

#define START 5000000

static struct throttle *t;

static int set_up(void **state)
{
    (void)state;
    t = throttle_new();
    return t ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    throttle_free(t);
    throttle_free(NULL);
    return 0;
}

static void fail_times(const char *address, int n, int64_t now)
{
    while (n-- > 0)
        throttle_fail(t, address, now);
}

static void burst_then_one_at_a_time(void **state)
{
    int64_t now = START;
    (void)state;
    assert_false(throttle_blocks(t, "192.0.2.1", now));
    for (int i = 0; i < THROTTLE_BURST; i++) {
        assert_false(throttle_blocks(t, "192.0.2.1", now));
        throttle_fail(t, "192.0.2.1", now);
    }
    assert_true(throttle_blocks(t, "192.0.2.1", now));
    assert_true(throttle_blocks(t, "192.0.2.1", now + THROTTLE_REFILL_MS - 1));
    for (int i = 0; i < 3; i++) { /* one failure each time one came back */
        now += THROTTLE_REFILL_MS;
        assert_false(throttle_blocks(t, "192.0.2.1", now));
        throttle_fail(t, "192.0.2.1", now);
        assert_true(throttle_blocks(t, "192.0.2.1", now));
    }
    now += (int64_t)THROTTLE_BURST * THROTTLE_REFILL_MS; /* all are back, and no more than all */
    fail_times("192.0.2.1", THROTTLE_BURST - 1, now);
    assert_false(throttle_blocks(t, "192.0.2.1", now));
    throttle_fail(t, "192.0.2.1", now);
    assert_true(throttle_blocks(t, "192.0.2.1", now));
}

/* Failures over the burst cost no more than the burst. */
static void debt_is_bounded(void **state)
{
    (void)state;
    fail_times("192.0.2.1", 1000, START);
    assert_true(throttle_blocks(t, "192.0.2.1", START));
    assert_false(throttle_blocks(t, "192.0.2.1", START + THROTTLE_REFILL_MS));
}

static void which_addresses_are_one(void **state)
{
    static const struct {
        const char *failing, *asked;
        bool one;
    } rows[] = {
        {"192.0.2.1", "192.0.2.1", true},
        {"192.0.2.1", "192.0.2.2", false},
        {"192.0.2.1", "::ffff:192.0.2.1", true},
        {"::ffff:192.0.2.1", "::ffff:192.0.2.2", false},
        {"2001:db8::1", "2001:db8::ffff:1:2:3", true},
        {"2001:db8::1", "2001:db8:0:1::1", false},
        {"fe80::1%eth0", "fe80::2%eth1", true},
        {"::1", "127.0.0.1", false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct throttle *kept = t;
        t = throttle_new();
        fail_times(rows[i].failing, THROTTLE_BURST, START);
        assert_int_equal(throttle_blocks(t, rows[i].asked, START), rows[i].one);
        throttle_free(t);
        t = kept;
    }
}

/* No address: nobody to be slowed, as under a server that names none. */
static void what_is_no_address(void **state)
{
    static const char *const rows[] = {
        NULL,
        "",
        "unix:",
        "localhost",
        "192.0.2",
        "%eth0",
        "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        fail_times(rows[i], 2 * THROTTLE_BURST, START);
        assert_false(throttle_blocks(t, rows[i], START));
    }
}

static void name_address(char out[20], unsigned n)
{
    snprintf(out, 20, "10.%u.%u.%u", n >> 16 & 255, n >> 8 & 255, n & 255);
}

/* Half as many guilty addresses as there are places: none of the others is slowed by them. */
static void others_are_not_slowed(void **state)
{
    char address[20];
    (void)state;
    for (unsigned n = 0; n < THROTTLE_SLOTS / 2; n++) {
        name_address(address, n);
        fail_times(address, THROTTLE_BURST, START);
    }
    for (unsigned n = 100000; n < 110000; n++) {
        name_address(address, n);
        assert_false(throttle_blocks(t, address, START));
    }
}

/* A flood of addresses with one failure each does not wash out one that is over: of a full set
 * goes the one that has least to give back. */
static void a_flood_does_not_pardon(void **state)
{
    char address[20];
    (void)state;
    fail_times("192.0.2.1", THROTTLE_BURST, START);
    for (unsigned n = 0; n < 20 * THROTTLE_SLOTS; n++) {
        name_address(address, n);
        throttle_fail(t, address, START);
    }
    assert_true(throttle_blocks(t, "192.0.2.1", START));
}

/* Where an address's place is cannot be told from outside. */
static void the_table_is_keyed(void **state)
{
    unsigned char a[16];
    int same = 0;
    (void)state;
    assert_int_equal(read_address("192.0.2.1", a), 0);
    for (int i = 0; i < 20; i++) {
        struct throttle *other = throttle_new();
        assert_non_null(other);
        same += set_of(other, a) - other->sets[0] == set_of(t, a) - t->sets[0];
        throttle_free(other);
    }
    assert_true(same < 20);
}

static void *hammer(void *address)
{
    for (int i = 0; i < 2000; i++) {
        throttle_fail(t, address, START);
        throttle_blocks(t, "192.0.2.9", START);
    }
    return NULL;
}

static void threads_share_it(void **state)
{
    static char addresses[4][12] = {"192.0.2.1", "192.0.2.2", "192.0.2.1", "2001:db8::1"};
    pthread_t threads[4];
    (void)state;
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, hammer, addresses[i]), 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (int i = 0; i < 4; i++)
        assert_true(throttle_blocks(t, addresses[i], START));
    assert_false(throttle_blocks(t, "192.0.2.9", START));
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(burst_then_one_at_a_time), EACH(debt_is_bounded),       EACH(which_addresses_are_one),
        EACH(what_is_no_address),       EACH(others_are_not_slowed), EACH(a_flood_does_not_pardon),
        EACH(the_table_is_keyed),       EACH(threads_share_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
