/* SPDX-License-Identifier: MIT */
/* address: threads get an address of the Redis host that works, and wait only while one may come.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis/address.c"

static char found[ADDRESS_TEXT];

static int set_up(void **state)
{
    (void)state;
    memset(&published, 0, sizeof published);
    memset(found, 0, sizeof found);
    return 0;
}

/* The deadline 0 is in the past, so the call does not wait. */
static void assert_found(const char *address)
{
    assert_int_equal(address_wait("redis.example", 0, found), address != NULL);
    assert_string_equal(found, address ? address : "");
}

static void test_numeric_host_is_its_own_address(void **state)
{
    (void)state;
    address_publish("192.0.2.1", true);
    assert_true(address_wait("192.0.2.9", INT64_MAX, found));
    assert_string_equal(found, "192.0.2.9");
    assert_true(address_wait("2001:db8::1", INT64_MAX, found));
    assert_string_equal(found, "2001:db8::1");
}

static void test_address_that_works_is_kept(void **state)
{
    (void)state;
    assert_found(NULL);
    address_publish("192.0.2.1", false);
    assert_found("192.0.2.1");
    address_publish("192.0.2.2", false);
    assert_found("192.0.2.2");
    address_publish("192.0.2.2", true);
    address_publish("192.0.2.3", false);
    assert_found("192.0.2.2");
    address_publish("192.0.2.4", true);
    assert_found("192.0.2.4");
    address_publish_failure();
    assert_found("192.0.2.4");
}

/* A test that waited for INT64_MAX would not end. */
static void test_wait_ends_when_no_better_address_can_come(void **state)
{
    (void)state;
    address_publish_failure();
    assert_false(address_wait("redis.example", INT64_MAX, found));
    address_publish("192.0.2.1", false);
    int64_t start = clock_ms();
    assert_true(address_wait("redis.example", start + 20, found));
    assert_true(clock_ms() >= start + 20);
    address_publish("192.0.2.1", true);
    assert_true(address_wait("redis.example", INT64_MAX, found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_numeric_host_is_its_own_address, set_up),
        cmocka_unit_test_setup(test_address_that_works_is_kept, set_up),
        cmocka_unit_test_setup(test_wait_ends_when_no_better_address_can_come, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
