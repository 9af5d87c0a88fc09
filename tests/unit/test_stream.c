/* SPDX-License-Identifier: MIT */
/* stream: the lifetime of streams.  Viewers that connect together must not reconnect together. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/stream.c"

enum { DRAWS = 50000 };

/* Each whole number of seconds in the range occurs. */
static void test_lifetimes_differ_by_up_to_a_tenth(void **state)
{
    static const struct {
        unsigned seconds, min;
    } cases[] = {{0, 0}, {5, 5}, {9, 9}, {10, 9}, {29, 27}, {3600, 3240}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned min = cases[i].min, count = cases[i].seconds - min + 1;
        bool seen[361] = {false};
        for (int n = 0; n < DRAWS; n++) {
            unsigned s = jittered_lifetime(cases[i].seconds);
            assert_in_range(s, min, cases[i].seconds);
            seen[s - min] = true;
        }
        for (unsigned n = 0; n < count; n++)
            assert_true(seen[n]);
    }
}

static const char *no_parameter(void *arg, const char *name, unsigned nth)
{
    (void)arg;
    (void)name;
    (void)nth;
    return NULL;
}

/* Returns the lifetime of a new stream. */
static unsigned lifetime_of_one(const struct config *c)
{
    struct context ctx = {
        .config = c, .profile_http = profile_http_of(c->profile), .request.get = no_parameter};
    struct admission *a = calloc(1, sizeof *a);
    buf_init(&ctx.head, 4096);
    assert_non_null(a);
    a->out.fd = -1;
    assert_int_equal(fill_admission(&ctx, a), 0);
    unsigned lifetime = a->lifetime;
    admission_free(a);
    buf_free(&ctx.head);
    return lifetime;
}

static void test_each_stream_draws_its_own_lifetime(void **state)
{
    char option[] = "SSELOG_LIFETIME=3600", *environment[] = {option, NULL};
    struct buf why;
    unsigned lifetimes[50], distinct = 0;
    (void)state;
    buf_init(&why, 4096);
    struct config_base *base = config_load(NULL, environment, &why);
    assert_non_null(base);
    for (unsigned i = 0; i < 50; i++) {
        bool known = false;
        lifetimes[i] = lifetime_of_one(config_of(base));
        assert_in_range(lifetimes[i], 3240, 3600);
        for (unsigned k = 0; k < i; k++)
            known = known || lifetimes[k] == lifetimes[i];
        distinct += !known;
    }
    assert_true(distinct > 10);
    config_unload(base);
    buf_free(&why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lifetimes_differ_by_up_to_a_tenth),
        cmocka_unit_test(test_each_stream_draws_its_own_lifetime),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
