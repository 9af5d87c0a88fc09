/* SPDX-License-Identifier: MIT */
/* access: an explanation answers nothing and counts nothing, and a token stays; no byte of a secret
 * key is shown. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_io.h"

static const char *asked; /* the last look-up */
static enum sync_result redis_says;
static const char *value_there;
static size_t shown_bytes;

static enum sync_result fake_get(struct redis_sync *s, const char *key, size_t shown, bool take,
                                 struct buf *value)
{
    (void)s;
    (void)key;
    asked = take ? "GETDEL" : "GET";
    shown_bytes = shown;
    if (redis_says == SYNC_OK)
        assert_int_equal(buf_adds(value, value_there), 0);
    return redis_says;
}

#define redis_sync_get fake_get
#include "front/access.c"
#undef redis_sync_get

static const char *param(void *arg, const char *name, unsigned nth)
{
    const char *const *pairs = arg;
    for (; nth == 0 && *pairs; pairs += 2)
        if (strcmp(pairs[0], name) == 0)
            return pairs[1];
    return NULL;
}

static struct config config_with(const enum auth_method *methods)
{
    struct config c = {.session_key = (char *)(uintptr_t) "session:{id}",
                       .bearer_key = (char *)(uintptr_t) "keys:{sha256}",
                       .token_key = (char *)(uintptr_t) "sse_token:{token}",
                       .cookie = (char *)(uintptr_t) "session",
                       .user_field = (char *)(uintptr_t) "/user_id",
                       .tenant_field = (char *)(uintptr_t) "/tenant_id",
                       .role_field = (char *)(uintptr_t) "/role"};
    for (size_t i = 0; methods[i] != AUTH_END; i++)
        c.auth[i] = methods[i];
    return c;
}

static void test_explanation_takes_no_token_and_answers_nothing(void **state)
{
    static const enum auth_method methods[] = {AUTH_TOKEN, AUTH_BEARER, AUTH_END};
    static const struct {
        const char *name, *text; /* a parameter of the request */
        enum sync_result redis;
        int status;
        enum why why;
        const char *asked;
    } cases[] = {
        {"QUERY_STRING", "token=0123456789abcdef", SYNC_OK, 200, WHY_OK, "GET"},
        {"QUERY_STRING", "token=0123456789abcdef", SYNC_MISSING, 401, WHY_TOKEN_UNKNOWN, "GET"},
        {"QUERY_STRING", "token=0123456789abcdef", SYNC_DOWN, 503, WHY_UNAVAILABLE, "GET"},
        {"HTTP_AUTHORIZATION", "Bearer a b", SYNC_OK, 400, WHY_AUTHORIZATION_MALFORMED, "nothing"},
        {"QUERY_STRING", "a=b", SYNC_OK, 401, WHY_NONE, "nothing"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *params[] = {"REQUEST_METHOD", "GET",         "SCRIPT_NAME", "/logs",
                                cases[i].name,    cases[i].text, NULL};
        struct config config = config_with(methods);
        struct context ctx = {.config = &config};
        const char *problem;
        asked = "nothing";
        redis_says = cases[i].redis;
        value_there = "{\"user_id\":\"ann\"}";
        assert_int_equal(request_parse(&ctx.request, param, (void *)params, &problem), 0);
        assert_int_equal(access_explain(&ctx), cases[i].status);
        assert_int_equal(ctx.refusal.why, cases[i].why);
        assert_string_equal(asked, cases[i].asked);
        assert_string_equal(ctx.identity.user, cases[i].status == 200 ? "ann" : "");
        assert_int_equal(ctx.head.len + ctx.body.len, 0);
        assert_false(ctx.refused);
        request_free(&ctx.request);
    }
    assert_int_equal(shown_bytes, strlen("sse_token:"));
}

static void test_only_the_beginning_of_a_template_is_shown(void **state)
{
    static const enum auth_method none[] = {AUTH_END};
    static const struct {
        const char *session, *bearer, *token, *key;
        size_t shown;
    } cases[] = {
        {"session:{id}", "bearer:{sha256}", "sse_token:{token}", "session:abc", 8},
        {"session:{id}", "bearer:{sha256}", "sse_token:{token}", "sse_token:abc", 10},
        {"session:{id}", "bearer:{sha256}", "sse_token:{token}", "other:abc", 0},
        {"session:{id}", "s{sha256}", "sse_token:{token}", "session:abc", 1},
        {"{id}", "bearer:{sha256}", "sse_token:{token}", "bearer:abc", 0},
        {"a{id}:b", "c", "d", "axyz:b", 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct config c = config_with(none);
        c.session_key = (char *)(uintptr_t)cases[i].session;
        c.bearer_key = (char *)(uintptr_t)cases[i].bearer;
        c.token_key = (char *)(uintptr_t)cases[i].token;
        if (access_shown(&c, cases[i].key) != cases[i].shown)
            fail_msg("case %zu: %zu", i, access_shown(&c, cases[i].key));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_explanation_takes_no_token_and_answers_nothing),
        cmocka_unit_test(test_only_the_beginning_of_a_template_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
