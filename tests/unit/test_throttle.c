/* SPDX-License-Identifier: MIT */
/*
 * throttle: the budgets of wrong credentials, and the addresses that share one.  Other addresses
 * keep theirs, even when the table is flooded.  Threads may share a table.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "front/buckets.c"
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

static enum throttle_result wrong(const char *address, int64_t now)
{
    bool log;
    return throttle_fail(t, address, now, &log);
}

static void fail_times(const char *address, int n, int64_t now)
{
    while (n-- > 0)
        wrong(address, now);
}

/* Each step sends so many wrong credentials at a time in ms after the start. `wrong` of them are
 * told that they are wrong, the others that there were too many. */
static void test_wrong_credentials_are_answered_by_a_budget(void **state)
{
    enum { BURST = THROTTLE_BURST, REFILL = THROTTLE_REFILL_MS, FULL = BURST * REFILL };
    static const struct {
        const char *what, *address;
        struct {
            int64_t at;
            int sent, wrong;
        } steps[4];
    } rows[] = {
        {"the burst, then one for each refill",
         "192.0.2.1",
         {{0, 12, BURST}, {REFILL - 1, 1, 0}, {REFILL, 2, 1}, {3 * REFILL, 3, 2}}},
        {"those beyond the burst cost no more",
         "192.0.2.1",
         {{0, 1000, BURST}, {REFILL, 1, 1}, {REFILL + FULL, 20, BURST}}},
        {"IPv6", "2001:db8::1", {{0, 12, BURST}, {REFILL, 1, 1}}},
        {"without an address only the budget of all counts",
         NULL,
         {{0, THROTTLE_ALL_BURST + 5, THROTTLE_ALL_BURST},
          {THROTTLE_ALL_MS, 2, 1},
          {THROTTLE_ALL_MS * (THROTTLE_ALL_BURST + 1), 300, THROTTLE_ALL_BURST}}},
        {"no address", "unix:", {{0, 2 * BURST, 2 * BURST}}},
        {"no address", "localhost", {{0, 2 * BURST, 2 * BURST}}},
        {"no address", "192.0.2", {{0, 2 * BURST, 2 * BURST}}},
        {"no address", "%eth0", {{0, 2 * BURST, 2 * BURST}}},
        {"no address", "", {{0, 2 * BURST, 2 * BURST}}},
        {"too long",
         "1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111:1111",
         {{0, 2 * BURST, 2 * BURST}}},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tear_down(state);
        set_up(state);
        for (size_t k = 0; k < 4 && rows[i].steps[k].sent > 0; k++) {
            int told = 0;
            for (int n = 0; n < rows[i].steps[k].sent; n++)
                told += wrong(rows[i].address, START + rows[i].steps[k].at) == THROTTLE_WRONG;
            if (told != rows[i].steps[k].wrong)
                print_error("%s, step %zu\n", rows[i].what, k);
            assert_int_equal(told, rows[i].steps[k].wrong);
        }
    }
}

/* One address that goes on for ever takes nothing from the budget of all. */
static void test_one_address_does_not_use_up_the_budget_of_all(void **state)
{
    (void)state;
    fail_times("192.0.2.1", 10 * THROTTLE_ALL_BURST, START);
    assert_int_equal(wrong("192.0.2.2", START), THROTTLE_WRONG);
    assert_int_equal(wrong(NULL, START), THROTTLE_WRONG);
}

/* Many addresses together do. */
static void test_many_addresses_share_the_budget_of_all(void **state)
{
    char address[20];
    (void)state;
    for (int n = 0; n < THROTTLE_ALL_BURST; n++) {
        snprintf(address, sizeof address, "192.0.2.%d", n);
        assert_int_equal(wrong(address, START), THROTTLE_WRONG);
    }
    assert_int_equal(wrong("198.51.100.1", START), THROTTLE_TOO_MANY);
    assert_int_equal(wrong("198.51.100.2", START + THROTTLE_ALL_MS), THROTTLE_WRONG);
}

static void test_a_proxy_is_no_source(void **state)
{
    (void)state;
    assert_string_equal(throttle_source("192.0.2.1", false), "192.0.2.1");
    assert_null(throttle_source("192.0.2.1", true));
    assert_null(throttle_source(NULL, false));
}

static void test_a_line_is_due_once_a_minute(void **state)
{
    int lines = 0;
    bool log;
    (void)state;
    for (int i = 0; i < THROTTLE_BURST; i++) {
        throttle_fail(t, "192.0.2.1", START, &log);
        assert_false(log);
    }
    for (int64_t at = 1; at < 2 * THROTTLE_LOG_MS; at += 100) { /* 5 for each that is let through */
        throttle_fail(t, "192.0.2.1", START + at, &log);
        lines += log;
    }
    assert_int_equal(lines, 2);
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
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        tear_down(state);
        set_up(state);
        fail_times(rows[i].failing, THROTTLE_BURST, START);
        assert_int_equal(wrong(rows[i].asked, START) == THROTTLE_TOO_MANY, rows[i].one);
    }
}

static void name_address(char out[20], unsigned n)
{
    snprintf(out, 20, "10.%u.%u.%u", n >> 16 & 255, n >> 8 & 255, n & 255);
}

static bool in_table(const char *address)
{
    unsigned char a[16];
    assert_int_equal(throttle_read_address(address, a), 0);
    return find(set_of(t->addresses, a), a) != NULL;
}

/* Addresses with one failure each do not replace an address with many. A full set replaces the slot
 * whose bucket is full again first. */
static void test_flood_of_addresses_forgets_no_address_with_many(void **state)
{
    char address[20];
    (void)state;
    fail_times("192.0.2.1", THROTTLE_BURST, START);
    for (unsigned n = 0; n < 20 * BUCKETS; n++) {
        name_address(address, n);
        wrong(address, START);
    }
    assert_true(in_table("192.0.2.1"));
    assert_int_equal(wrong("192.0.2.1", START), THROTTLE_TOO_MANY);
}

/* Half as many addresses with many failures as there are slots. */
static void test_other_addresses_keep_their_budget(void **state)
{
    char address[20];
    int64_t now = START;
    (void)state;
    for (unsigned n = 0; n < BUCKETS / 2; n++) {
        name_address(address, n);
        fail_times(address, THROTTLE_BURST, now);
        now += THROTTLE_BURST * THROTTLE_ALL_MS; /* so the budget of all is never empty */
    }
    for (unsigned n = 100000; n < 100000 + THROTTLE_ALL_BURST / 2; n++) {
        name_address(address, n);
        assert_int_equal(wrong(address, now), THROTTLE_WRONG);
    }
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
        same += set_of(other->addresses, a) - other->addresses->sets[0] ==
                set_of(t->addresses, a) - t->addresses->sets[0];
        throttle_free(other);
    }
    assert_true(same < 20);
}

static void *hammer(void *address)
{
    for (int i = 0; i < 2000; i++) {
        wrong(address, START);
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
        assert_int_equal(wrong(addresses[i], START), THROTTLE_TOO_MANY);
    assert_int_equal(wrong("192.0.2.9", START), THROTTLE_WRONG);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_wrong_credentials_are_answered_by_a_budget),
        EACH(test_one_address_does_not_use_up_the_budget_of_all),
        EACH(test_many_addresses_share_the_budget_of_all),
        EACH(test_a_proxy_is_no_source),
        EACH(test_a_line_is_due_once_a_minute),
        EACH(test_equal_addresses_share_a_bucket),
        EACH(test_flood_of_addresses_forgets_no_address_with_many),
        EACH(test_other_addresses_keep_their_budget),
        EACH(test_sets_are_chosen_by_a_secret_key),
        EACH(test_threads_may_call_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
