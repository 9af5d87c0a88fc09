/* SPDX-License-Identifier: MIT */
/*
 * throttle: the burst and its refill, and the addresses that share a bucket.  Other addresses are
 * not blocked, even when the table is flooded.  Threads may share a table.
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

static void test_one_failure_per_refill_after_the_burst(void **state)
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
    for (int i = 0; i < 3; i++) { /* one failure for each refill */
        now += THROTTLE_REFILL_MS;
        assert_false(throttle_blocks(t, "192.0.2.1", now));
        throttle_fail(t, "192.0.2.1", now);
        assert_true(throttle_blocks(t, "192.0.2.1", now));
    }
    now += (int64_t)THROTTLE_BURST * THROTTLE_REFILL_MS; /* the bucket is full again */
    fail_times("192.0.2.1", THROTTLE_BURST - 1, now);
    assert_false(throttle_blocks(t, "192.0.2.1", now));
    throttle_fail(t, "192.0.2.1", now);
    assert_true(throttle_blocks(t, "192.0.2.1", now));
}

static void test_failures_beyond_the_burst_cost_no_more(void **state)
{
    (void)state;
    fail_times("192.0.2.1", 1000, START);
    assert_true(throttle_blocks(t, "192.0.2.1", START));
    assert_false(throttle_blocks(t, "192.0.2.1", START + THROTTLE_REFILL_MS));
}

static void test_equal_addresses_share_a_bucket(void **state)
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

/* Some web servers set no REMOTE_ADDR. */
static void test_text_without_address_is_never_blocked(void **state)
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

/* Half as many blocked addresses as there are slots. */
static void test_other_addresses_are_not_blocked(void **state)
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

/* Addresses with one failure each do not replace a blocked address.  A full set replaces the slot
 * whose bucket is full again first. */
static void test_flood_of_addresses_does_not_unblock(void **state)
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

/* An attacker cannot compute the set of an address. */
static void test_sets_are_chosen_by_a_secret_key(void **state)
{
    unsigned char a[16];
    int same = 0;
    (void)state;
    assert_int_equal(throttle_read_address("192.0.2.1", a), 0);
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

static void test_threads_may_call_at_once(void **state)
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
        EACH(test_one_failure_per_refill_after_the_burst),
        EACH(test_failures_beyond_the_burst_cost_no_more),
        EACH(test_equal_addresses_share_a_bucket),
        EACH(test_text_without_address_is_never_blocked),
        EACH(test_other_addresses_are_not_blocked),
        EACH(test_flood_of_addresses_does_not_unblock),
        EACH(test_sets_are_chosen_by_a_secret_key),
        EACH(test_threads_may_call_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
