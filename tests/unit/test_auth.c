/* SPDX-License-Identifier: MIT */
/*
 * auth: session cookies, bearer tokens and JWTs that are absent, good, wrong, malformed, too long,
 * sent twice, or sent while Redis is away.  The other test_auth_*.c test one topic each.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "auth.c"
#include "auth_rows.h"

static void test_cookie_finds_the_session(void **state)
{
    static const struct fake redis = {
        .keys = {{"session:abc", SESSION}, {"session:", SESSION}, {"session:def", SESSION}}};
    static const struct row rows[] = {
        {"cookie", "", "none", ""},
        {"cookie", "HTTP_COOKIE=other=abc; sessio=abc; xsession=abc", "none", ""},
        {"cookie", "HTTP_COOKIE=x=1; session=abc", "ok alice,acme,viewer", "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=unknown", "bad", "GET session:unknown;"},
        {"cookie", "HTTP_COOKIE=session=", "bad", ""},
        /* Equal cookies are one. Of different ones exactly one must be good. */
        {"cookie", "HTTP_COOKIE=session=abc; session=\"abc\"", "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=abc; session=x", "ok alice,acme,viewer",
         "GET session:abc;GET session:x;"},
        {"cookie", "HTTP_COOKIE=session=x; a=b; session=abc; session=x", "ok alice,acme,viewer",
         "GET session:x;GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=; session=a\x01; session=abc", "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=x; session=y", "bad", "GET session:x;GET session:y;"},
        {"cookie", "HTTP_COOKIE=session=abc; session=def", "bad",
         "GET session:abc;GET session:def;"},
        {"cookie", "HTTP_COOKIE=session=abc; session=def; session=x", "bad",
         "GET session:abc;GET session:def;GET session:x;"},
        {"cookie", "HTTP_COOKIE=session=1; session=2; session=3; session=abc",
         "ok alice,acme,viewer", "GET session:1;GET session:2;GET session:3;GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=abc; session=2; session=3; session=4; session=5", "bad",
         ""},
        {"cookie remote_user", "HTTP_COOKIE=session=x; session=y|REMOTE_USER=bob", "bad",
         "GET session:x;GET session:y;"},
        {"cookie", "HTTP_COOKIE=session=a\x01", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=" N256, "bad", "GET session:" N256 ";"},
        {"cookie", "HTTP_COOKIE=session=" N256 "n", "bad", ""},
        /* Braces in a value have no meaning. */
        {"cookie", "HTTP_COOKIE=session={id}", "bad", "GET session:{id};"},
        {"cookie remote_user", "HTTP_COOKIE=session=old|REMOTE_USER=bob", "bad",
         "GET session:old;"},
        {"cookie remote_user", "REMOTE_USER=bob", "ok bob,,", ""},
    };
    static const struct row away[] = {
        {"cookie", "HTTP_COOKIE=session=x; session=abc", "unavailable", "GET session:x;"},
        {"cookie remote_user", "HTTP_COOKIE=session=abc|REMOTE_USER=bob", "unavailable",
         "GET session:abc;"},
        {"remote_user cookie", "HTTP_COOKIE=session=abc|REMOTE_USER=bob", "ok bob,,", ""},
    };
    struct config c = base_config();
    (void)state;
    CHECK(rows, &c, &redis);
    CHECK(away, &c, &no_redis);
}

#define SHA_X    "f7e7c36e458e80e6b6a2c67d0a9ec09bd718dadd7bfa8d6bf6e7ad526e46c2f7"
#define SHA_DOTS "845e30448809e2bc8958eb025bfc795235d13b077a53d0c3abbd2385170dc9b8"

static void test_bearer_finds_its_key(void **state)
{
    static const struct fake redis = {.keys = {{"bearer:" SHA_X, SESSION},
                                               {"bearer:" SHA_DOTS, SESSION},
                                               {"raw:secret-1", SESSION}}};
    static const struct row rows[] = {
        {"bearer", "", "none", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret-1", "ok alice,acme,viewer",
         "GET bearer:" SHA_X ";"},
        {"bearer", "HTTP_AUTHORIZATION=bEARER  secret-1 ", "ok alice,acme,viewer",
         "GET bearer:" SHA_X ";"},
        {"bearer", "HTTP_AUTHORIZATION=Token secret-1", "ok alice,acme,viewer",
         "GET bearer:" SHA_X ";"},
        {"bearer", "REDIRECT_HTTP_AUTHORIZATION=Token secret-1", "ok alice,acme,viewer",
         "GET bearer:" SHA_X ";"},
        {"bearer", "HTTP_AUTHORIZATION=Bearer wrong", "bad",
         "GET bearer:8810ad581e59f2bc3928b261707a71308f7e139eb04820366dc4d5c18d980225;"},
        {"bearer", "HTTP_AUTHORIZATION=Basic c2VjcmV0LTE6", "none", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearers secret-1", "none", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer ", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret-1, Bearer secret-1", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret-1,Bearer", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret-1 x", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret\x01", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret\xc3\xab", "malformed", ""},
        /* When both methods are configured, the form of the token decides. */
        {"bearer", "HTTP_AUTHORIZATION=Bearer a.b.c", "ok alice,acme,viewer",
         "GET bearer:" SHA_DOTS ";"},
        {"bearer jwt", "HTTP_AUTHORIZATION=Bearer a.b.c", "bad", ""},
        {"jwt bearer", "HTTP_AUTHORIZATION=Bearer secret-1", "ok alice,acme,viewer",
         "GET bearer:" SHA_X ";"},
        {"jwt", "HTTP_AUTHORIZATION=Bearer secret-1", "bad", ""},
    };
    struct config c = base_config();
    (void)state;
    CHECK(rows, &c, &redis);
    check_row(&c, &(struct row){"bearer", rows[1].params, "unavailable", rows[1].asked}, &no_redis);
    c.bearer_key = text("raw:{token}");
    check_row(&c,
              &(struct row){"bearer", rows[1].params, "ok alice,acme,viewer", "GET raw:secret-1;"},
              &redis);
    check_row(&c, &(struct row){"bearer", "HTTP_AUTHORIZATION=Bearer " N256 N256, "bad", ""},
              &redis);
}

static void test_jwt_gives_the_identity(void **state)
{
    /* HS256 tokens, signed with secret; their claims are in the comments. */
#define JWT_ALICE                                                                                                        \
    "eyJhbGciOiJIUzI1NiJ9."                                                                                              \
    "eyJzdWIiOiJhbGljZSIsInRlbmFudF9pZCI6ImFjbWUiLCJyb2xlIjoidmlld2VyIiwiZXhwIjoxNzAwMDAwMTAwfQ."                        \
    "qCFGU143ClwFdiukQbGYtCmDXbQQJTVBxhiyIwc2CwE" /* {"sub":"alice","tenant_id":"acme","role":"viewer","exp":1700000100} \
                                                   */
#define JWT_SEVEN                                                                                  \
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjd9.8C4XqsNnpsCAlxLr8PQcTeVGwfjwfVykUtkimXWIvHU" /* {"sub":7}   \
                                                                                     */
#define JWT_OVER                                                                                   \
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6MTY5OTk5OTk5OX0."                            \
    "UlLGC5iwGabgXLibPMjqQbeua6GhqnjfvVSVbo4x-ps" /* {"sub":"alice","exp":1699999999} */
#define JWT_NOBODY                                                                                 \
    "eyJhbGciOiJIUzI1NiJ9.eyJ0ZW5hbnRfaWQiOiJhY21lIn0.hQrDkRe3SG0dj-wIgk8arnBR6fsQc4desdFck4WuHMk" /* {"tenant_id":"acme"} */
    static const struct row rows[] = {
        {"jwt", "", "none", ""},
        {"jwt", "HTTP_AUTHORIZATION=Bearer " JWT_ALICE, "ok alice,acme,viewer", ""},
        {"bearer jwt", "HTTP_AUTHORIZATION=Bearer " JWT_SEVEN, "ok 7,,", ""},
        {"jwt", "HTTP_COOKIE=jwt=" JWT_SEVEN, "ok 7,,", ""},
        {"bearer jwt", "HTTP_COOKIE=jwt=" JWT_SEVEN, "ok 7,,", ""},
        {"jwt", "HTTP_COOKIE=jwt=" JWT_SEVEN "; jwt=" JWT_SEVEN, "ok 7,,", ""},
        {"jwt", "HTTP_COOKIE=jwt=a.b.c; jwt=" JWT_SEVEN, "ok 7,,", ""},
        {"jwt", "HTTP_COOKIE=jwt=" JWT_ALICE "; jwt=" JWT_OVER, "ok alice,acme,viewer", ""},
        {"jwt", "HTTP_COOKIE=jwt=" JWT_ALICE "; jwt=" JWT_SEVEN, "bad", ""},
        {"jwt", "HTTP_COOKIE=jwt=a.b.c; jwt=x.y.z", "bad", ""},
        {"jwt", "HTTP_COOKIE=jwt=" JWT_ALICE "x", "bad", ""},
        {"jwt", "HTTP_COOKIE=jwt=", "bad", ""},
        /* The header comes before the cookie. */
        {"jwt", "HTTP_AUTHORIZATION=Bearer x.y.z|HTTP_COOKIE=jwt=" JWT_SEVEN, "bad", ""},
        {"jwt", "HTTP_AUTHORIZATION=Basic eHk=|HTTP_COOKIE=jwt=" JWT_SEVEN, "ok 7,,", ""},
        {"jwt", "HTTP_AUTHORIZATION=Bearer " JWT_OVER, "bad", ""},
        {"jwt", "HTTP_AUTHORIZATION=Bearer " JWT_NOBODY, "bad", ""},
        {"jwt remote_user", "HTTP_AUTHORIZATION=Bearer " JWT_OVER "|REMOTE_USER=a", "bad", ""},
    };
    static const struct {
        const char *params;
        enum auth_result result;
        int64_t ends;
    } ends[] = {
        {"HTTP_AUTHORIZATION=Bearer " JWT_ALICE, AUTH_OK, 1700000100},
        {"HTTP_COOKIE=jwt=a.b.c; jwt=" JWT_ALICE, AUTH_OK, 1700000100},
        {"HTTP_COOKIE=jwt=" JWT_ALICE "; jwt=a.b.c", AUTH_OK, 1700000100},
        {"HTTP_AUTHORIZATION=Bearer " JWT_OVER, AUTH_BAD, 1699999999},
        {"HTTP_AUTHORIZATION=Bearer x.y.z|HTTP_COOKIE=jwt=" JWT_SEVEN, AUTH_BAD, 0},
    };
    struct config c = base_config();
    struct fake none = no_redis;
    struct identity identity;
    (void)state;
    c.jwt_allow_no_exp = true;
    CHECK(rows, &c, &no_redis);
    set_methods(&c, "jwt");
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (identify(&c, ends[i].params, &none, &identity) != ends[i].result ||
            identity.ends != ends[i].ends)
            fail_msg("%s: %lld", ends[i].params, (long long)identity.ends);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cookie_finds_the_session),
        cmocka_unit_test(test_bearer_finds_its_key),
        cmocka_unit_test(test_jwt_gives_the_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
