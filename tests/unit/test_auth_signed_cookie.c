/* SPDX-License-Identifier: MIT */
/*
 * auth, signed cookies: without a right signature there is no look-up.  The comparison takes the
 * same time for each place of a wrong byte.
 */
#include <nettle/memops.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

/* Counts the comparisons in constant time. */
static unsigned compared;
static int counted_memeql_sec(const void *a, const void *b, size_t n)
{
    compared++;
    return memeql_sec(a, b, n);
}
#undef memeql_sec
#define memeql_sec counted_memeql_sec
#include "identity/signed_cookie.c"
#include "auth.c"
#include "auth_rows.h"

/* The signatures were made by the Node module cookie-signature with the secret "keyboard cat". */
static void test_signed_cookie_needs_its_signature(void **state)
{
#define SIG_RAW     "BpxCrWRpvZMh/wk/djl34N+m+VQEU7K/5WenLwJCgFU"
#define SIG_ENCODED "BpxCrWRpvZMh%2Fwk%2Fdjl34N%2Bm%2BVQEU7K%2F5WenLwJCgFU"
    static const struct fake redis = {.keys = {{"session:abc", SESSION}, {"session:a.b", SESSION}}};
    static const struct row rows[] = {
        {"cookie", "HTTP_COOKIE=session=s:abc." SIG_RAW, "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=s%3Aabc." SIG_ENCODED, "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=s%3aabc." SIG_ENCODED, "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=s:a.b.sKNesNyAbFAJ+fsoA7qNx4Tsyo+r5keVpJkZSzFMXZw",
         "ok alice,acme,viewer", "GET session:a.b;"},
        /* Without a right signature there is no look-up. */
        {"cookie", "HTTP_COOKIE=session=abc", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=abc." SIG_RAW, "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:abd." SIG_RAW, "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:abc." SIG_RAW "=", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:abc.", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:abc", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:." SIG_RAW, "bad", ""},
        {"cookie", "HTTP_COOKIE=session=j:abc." SIG_RAW, "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s%3Aabc.%2", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s%3Aabc.%zz", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:" N256 "n." SIG_RAW, "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:abc." SIG_RAW "; session=x", "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=s:abd." SIG_RAW "; session=s:abc." SIG_RAW,
         "ok alice,acme,viewer", "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=s:abd." SIG_RAW "; session=x", "bad", ""},
    };
    struct config c = base_config();
    (void)state;
    c.cookie_secret = slice_of("keyboard cat");
    CHECK(rows, &c, &redis);
}

/* memeql_sec compares a signature of the right length once; the place of a wrong byte does not
 * matter. */
static void test_signatures_are_compared_in_constant_time(void **state)
{
    static const char good[] = SIG_RAW;
    struct fake redis = {.keys = {{"session:abc", SESSION}}};
    struct config c = base_config();
    char params[128], signature[sizeof good];
    struct identity identity;
    (void)state;
    c.cookie_secret = slice_of("keyboard cat");
    set_methods(&c, "cookie");
    for (size_t at = 0; at < sizeof good; at++) { /* the last round changes nothing */
        memcpy(signature, good, sizeof good);
        if (at < sizeof good - 1)
            signature[at] = signature[at] == 'x' ? 'y' : 'x';
        snprintf(params, sizeof params, "HTTP_COOKIE=session=s:abc.%s", signature);
        compared = 0;
        assert_int_equal(identify(&c, params, &redis, &identity),
                         at < sizeof good - 1 ? AUTH_BAD : AUTH_OK);
        assert_int_equal(compared, 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_signed_cookie_needs_its_signature),
        cmocka_unit_test(test_signatures_are_compared_in_constant_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
