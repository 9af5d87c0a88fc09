/* SPDX-License-Identifier: MIT */
/*
 * revocation: a key that is not read for lack of memory is read later, and a viewer whose key
 * cannot be read is refused.  A function that counts replaces Redis.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_io.h"

static int asked, no_memory;
static redis_value_fn *answer;
static void *answer_arg;

static int fake_get(struct redis_feed *f, const char *key, size_t shown, redis_value_fn *fn,
                    void *arg)
{
    (void)shown;
    (void)f;
    (void)key;
    if (no_memory)
        return -1;
    asked++;
    answer = fn;
    answer_arg = arg;
    return 0;
}
#define redis_feed_get fake_get
#include "relay/revocation.c"

static char key[] = "session:abc";
static int released;

static bool is_present(void *arg, const struct slice *value)
{
    (void)arg;
    return value != NULL;
}

static void release(void *arg)
{
    assert_ptr_equal(arg, key);
    released++;
}

static void end(struct viewer *v, enum end_reason reason)
{
    (void)v;
    (void)reason;
}

static struct admission admission(void)
{
    return (struct admission){
        .revocation_key = key, .still_valid = is_present, .release = release, .arg = key};
}

static void answer_good(void)
{
    struct slice value = slice_of("{}");
    answer(answer_arg, REDIS_OK, &value);
}

static int set_up(void **state)
{
    (void)state;
    asked = no_memory = released = 0;
    return 0;
}

static void test_changed_key_is_read_later_when_memory_fails(void **state)
{
    struct relay r = {.up = true, .now = 1000, .next_sweep = INT64_MAX};
    struct viewer v = {.relay = &r};
    struct admission a = admission();
    (void)state;
    assert_int_equal(revocation_attach(&v, &a, end), 0);
    answer_good();
    revocation_look_due(&r);
    assert_int_equal(r.next_sweep, INT64_MAX);
    no_memory = 1;
    revocation_invalidated(&r, slice_of(key));
    for (int i = 0; i < 2; i++) {
        assert_int_equal(r.next_sweep, r.now + RETRY_MS);
        r.now = r.next_sweep;
        r.next_sweep = INT64_MAX;
        revocation_look_due(&r);
    }
    assert_int_equal(asked, 1);
    no_memory = 0;
    revocation_look_due(&r);
    assert_int_equal(asked, 2);
    answer_good();
    revocation_look_due(&r);
    assert_int_equal(asked, 2);
    revocation_detach(&v);
    assert_null(r.revocation_tree);
    assert_null(a.release); /* it is the viewer's now */
    assert_int_equal(released, 1);
}

static void test_viewer_is_refused_when_its_key_cannot_be_read(void **state)
{
    struct relay r = {.up = true, .next_sweep = INT64_MAX};
    struct viewer v = {.relay = &r};
    struct admission a = admission();
    (void)state;
    no_memory = 1;
    assert_int_equal(revocation_attach(&v, &a, end), -1);
    revocation_detach(&v);
    assert_null(r.revocation_tree);
    assert_null(a.release); /* it is the viewer's now */
    assert_int_equal(released, 1);
    revocation_look_due(&r);
}

/* The relay reads all keys when Redis is back. */
static void test_no_key_is_due_while_redis_is_away(void **state)
{
    struct relay r = {.next_sweep = INT64_MAX};
    struct viewer v = {.relay = &r};
    struct admission a = admission();
    (void)state;
    no_memory = 1;
    assert_int_equal(revocation_attach(&v, &a, end), 0);
    assert_int_equal(r.next_sweep, INT64_MAX);
    no_memory = 0;
    r.up = true;
    revocation_look_all(&r);
    assert_int_equal(asked, 1);
    answer_good();
    revocation_detach(&v);
    assert_null(r.revocation_tree);
    assert_null(a.release); /* it is the viewer's now */
    assert_int_equal(released, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(test_changed_key_is_read_later_when_memory_fails, set_up),
        cmocka_unit_test_setup(test_viewer_is_refused_when_its_key_cannot_be_read, set_up),
        cmocka_unit_test_setup(test_no_key_is_due_while_redis_is_away, set_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
