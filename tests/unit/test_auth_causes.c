/* SPDX-License-Identifier: MIT */
/*
 * auth, causes: each way in which a request gets no identity has a word of its own.  The log, the
 * figures and the doctor tell them apart by it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "auth.c"
#include "auth_rows.h"

#define TOKEN_16 "tttttttttttttttt"

static const struct fake sessions_and_tokens = {
    .keys = {{"session:abc", SESSION},
             {"session:pickle", "\x80\x04}"},
             {"session:nobody", "{\"name\":\"a\"}"},
             {"session:tenant", "{\"user_id\":\"a\",\"tenant_id\":\"\\u0001\"}"},
             {"session:two", SESSION},
             {"sse_token:" TOKEN_16, "{\"user_id\":\"a\",\"sselog\":{\"ends\":1}}"},
             {"sse_token:" TOKEN_16 "2", "{\"user_id\":\"a\",\"sselog\":{\"vouch\":\"gone\"}}"},
             {"sse_token:" TOKEN_16 "3", "[]"}}};

/* A request, and the words of its cause.  Each line of the log has the first of them. */
struct cause_row {
    const char *methods, *params, *words; /* why, method, claim */
};

static void check_causes(const struct cause_row *rows, size_t n)
{
    struct config c = base_config();
    struct identity identity;
    for (size_t i = 0; i < n; i++) {
        struct fake f = sessions_and_tokens;
        char words[128];
        set_methods(&c, rows[i].methods);
        identify(&c, rows[i].params, &f, &identity);
        snprintf(words, sizeof words, "%s %s%s%s", why_word(cause.why),
                 auth_method_name(cause.method), cause.claim ? " " : "",
                 cause.claim ? cause.claim : "");
        if (strcmp(words, rows[i].words) != 0)
            fail_msg("%s: %s: is %s", rows[i].methods, rows[i].params, words);
    }
}

static void test_causes_of_names_have_words_of_their_own(void **state)
{
    static const struct cause_row rows[] = {
        {"anonymous", "", "ok anonymous"},
        {"remote_user", "", "none none"},
        {"remote_user", "REMOTE_USER=\x01", "user-malformed remote_user REMOTE_USER"},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=401",
         "failed-login none REMOTE_USER"},
        {"header", "REMOTE_ADDR=192.0.2.1|HTTP_X_REMOTE_USER=a",
         "untrusted-proxy none X-Remote-User"},
        {"header", "REMOTE_ADDR=10.16.0.1|HTTP_X_REMOTE_USER=a, b",
         "user-malformed header X-Remote-User"},
        {"header", "REMOTE_ADDR=10.16.0.1", "none none"},
    };
    (void)state;
    check_causes(rows, sizeof rows / sizeof *rows);
}

static void test_causes_of_cookies_have_words_of_their_own(void **state)
{
    static const struct cause_row rows[] = {
        {"cookie", "", "none none"},
        {"cookie", "HTTP_COOKIE=session=x", "session-unknown cookie"},
        {"cookie", "HTTP_COOKIE=session=", "session-malformed cookie"},
        {"cookie", "HTTP_COOKIE=session=pickle", "session-not-json cookie"},
        {"cookie", "HTTP_COOKIE=session=nobody", "session-no-user cookie /user_id"},
        {"cookie", "HTTP_COOKIE=session=tenant", "session-names cookie"},
        {"cookie", "HTTP_COOKIE=session=nobody; session=x", "cookies-none cookie"},
        {"cookie", "HTTP_COOKIE=session=abc; session=two", "cookies-several cookie"},
        {"cookie", "HTTP_COOKIE=session=1; session=2; session=3; session=4; session=5",
         "cookies-many cookie"},
        {"cookie", "SERVER_SOFTWARE=Apache", "none none"},
    };
    (void)state;
    check_causes(rows, sizeof rows / sizeof *rows);
}

static void test_causes_of_tokens_have_words_of_their_own(void **state)
{
    static const struct cause_row rows[] = {
        {"bearer", "", "none none"},
        {"bearer", "SERVER_SOFTWARE=nginx/1.22.1", "none none"},
        {"bearer", "SERVER_SOFTWARE=Apache/2.4", "no-authorization none"},
        {"jwt", "SERVER_SOFTWARE=Apache", "no-authorization none"},
        {"bearer", "HTTP_AUTHORIZATION=Basic YTpi", "other-scheme none"},
        {"bearer", "HTTP_AUTHORIZATION=Bearer a b", "authorization-malformed bearer"},
        {"bearer", "HTTP_AUTHORIZATION=Bearer unknown", "bearer-unknown bearer"},
        {"token", "", "none none"},
        {"token", "QUERY_STRING=token=short", "token-malformed token"},
        {"token", "QUERY_STRING=token=" TOKEN_16 "&token=" TOKEN_16, "token-malformed token"},
        {"token", "QUERY_STRING=token=" TOKEN_16 "9", "token-unknown token"},
        {"token", "QUERY_STRING=token=" TOKEN_16, "token-expired token"},
        {"token", "QUERY_STRING=token=" TOKEN_16 "2", "token-login token"},
        {"token", "QUERY_STRING=token=" TOKEN_16 "3", "token-no-user token /user_id"},
        {"jwt", "HTTP_AUTHORIZATION=Bearer a.b", "jwt-malformed jwt"},
        {"jwt", "HTTP_COOKIE=jwt=a.b", "jwt-malformed jwt"},
    };
    (void)state;
    check_causes(rows, sizeof rows / sizeof *rows);
}

/* Of several methods without a credential. */
static void test_cause_that_tells_most_counts(void **state)
{
    static const struct cause_row rows[] = {
        {"header bearer remote_user",
         "REMOTE_ADDR=192.0.2.1|HTTP_X_REMOTE_USER=a|SERVER_SOFTWARE=Apache",
         "untrusted-proxy none X-Remote-User"},
        {"cookie bearer token", "SERVER_SOFTWARE=Apache", "no-authorization none"},
        {"bearer token", "SERVER_SOFTWARE=Apache|QUERY_STRING=token=short",
         "token-malformed token"},
        {"header remote_user", "REMOTE_ADDR=192.0.2.1|HTTP_X_REMOTE_USER=a|REMOTE_USER=a",
         "ok remote_user"},
    };
    (void)state;
    check_causes(rows, sizeof rows / sizeof *rows);
}

static void test_redis_that_is_away_is_a_cause(void **state)
{
    struct config c = base_config();
    struct fake away = {.away = true};
    struct identity identity;
    (void)state;
    set_methods(&c, "cookie");
    identify(&c, "HTTP_COOKIE=session=abc", &away, &identity);
    assert_int_equal(cause.why, WHY_UNAVAILABLE);
    assert_int_equal(cause.method, AUTH_COOKIE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_causes_of_names_have_words_of_their_own),
        cmocka_unit_test(test_causes_of_cookies_have_words_of_their_own),
        cmocka_unit_test(test_causes_of_tokens_have_words_of_their_own),
        cmocka_unit_test(test_cause_that_tells_most_counts),
        cmocka_unit_test(test_redis_that_is_away_is_a_cause),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
