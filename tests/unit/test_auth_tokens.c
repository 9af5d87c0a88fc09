/* SPDX-License-Identifier: MIT */
/*
 * auth, exchange tokens: how they are made and found, that each is accepted once, and that none
 * outlives the login that it was made from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "auth.c"
#include "auth_rows.h"

#define T43 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ-_01234"

static void test_token_is_accepted_once(void **state)
{
    static const struct fake redis = {
        .keys = {{"sse_token:" T43, SESSION}, {"sse_token:" N16, "{\"tenant_id\":\"acme\"}"}}};
    static const struct row rows[] = {
        {"token", "", "none", ""},
        {"token", "QUERY_STRING=tokens=" T43, "none", ""},
        {"token", "QUERY_STRING=token=" T43, "ok alice,acme,viewer", "GETDEL sse_token:" T43 ";"},
        {"token", "QUERY_STRING=token=" N256, "bad", "GETDEL sse_token:" N256 ";"},
        {"token", "QUERY_STRING=token=" N16, "bad", "GETDEL sse_token:" N16 ";"},
        {"token", "QUERY_STRING=token=" N256 "n", "bad", ""},
        {"token", "QUERY_STRING=token=123456789012345", "bad", ""},
        {"token", "QUERY_STRING=token=", "bad", ""},
        {"token", "QUERY_STRING=token=" N16 "*", "bad", ""},
        {"token", "QUERY_STRING=token=" N16 "%0a", "bad", ""},
        {"token", "QUERY_STRING=token=" T43 "&token=" T43, "bad", ""},
        {"token", "QUERY_STRING=token=" T43 "&a=b&token=", "bad", ""},
    };
    struct config c = base_config();
    struct fake once = redis;
    struct identity identity;
    (void)state;
    CHECK(rows, &c, &redis);
    check_row(&c, &(struct row){"token", rows[2].params, "unavailable", rows[2].asked}, &no_redis);
    set_methods(&c, "token");
    assert_int_equal(identify(&c, rows[2].params, &once, &identity), AUTH_OK);
    assert_int_equal(identify(&c, rows[2].params, &once, &identity), AUTH_BAD);
}

static void test_made_tokens_differ_and_are_well_formed(void **state)
{
    char a[44], b[44], key[IDENTITY_MAX_KEY + 1];
    struct config c = base_config();
    (void)state;
    assert_int_equal(auth_make_token(a), 0);
    assert_int_equal(auth_make_token(b), 0);
    assert_int_equal(strlen(a), 43);
    assert_string_not_equal(a, b);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(auth_make_token(a), 0);
        assert_int_equal(auth_token_key(&c, slice_of(a), key), 0);
    }
    assert_string_equal(key + strlen("sse_token:"), a);
}

static void test_token_value_reads_back_as_the_identity(void **state)
{
    static const struct {
        const char *user_field, *tenant_field, *role_field;
        int result;
    } rows[] = {
        {"/user_id", "/tenant_id", "/role", 0},
        {"/passport/user/id", "/passport/tenant", "/passport/user/role", 0},
        {"/a~1b/c~0d", "/x/0", "/x/1", 0},
        {"/user", "/user/tenant", "/role", -1},
        {"/user", "/user", "/role", -1},
        {"", "/tenant", "/role", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct config c = base_config();
        struct identity identity = {.user = "al\"ice", .tenant = "a:b", .role = "viewer"}, back;
        struct buf value;
        c.user_field = text(rows[i].user_field);
        c.tenant_field = text(rows[i].tenant_field);
        c.role_field = text(rows[i].role_field);
        buf_init(&value, 4096);
        if (auth_token_value(&c, &identity, &value) != rows[i].result)
            fail_msg("row %zu", i);
        struct fake redis = {.keys = {{"sse_token:" T43, value.p}}};
        set_methods(&c, "token");
        if (rows[i].result == 0) {
            assert_int_equal(identify(&c, "QUERY_STRING=token=" T43, &redis, &back), AUTH_OK);
            assert_string_equal(back.user, identity.user);
            assert_string_equal(back.tenant, identity.tenant);
            assert_string_equal(back.role, identity.role);
            assert_string_equal(back.revocation_key, "");
            assert_int_equal(back.ends, 0);
        }
        buf_free(&value);
    }
}

static void test_token_ends_with_its_login(void **state)
{
    static const struct {
        int64_t ends;
        const char *session; /* the present value of the revocation key; NULL: gone */
        enum auth_result result;
    } rows[] = {
        {NOW + 1, "{\"user_id\":\"alice\"}", AUTH_OK},
        {0, "{\"user_id\":\"alice\"}", AUTH_OK},
        {NOW, "{\"user_id\":\"alice\"}", AUTH_BAD},
        {NOW + 1, NULL, AUTH_BAD},
        {NOW + 1, "{\"user_id\":\"bob\"}", AUTH_BAD},
        {NOW + 1, "{\"user_id\":\"alice\",\"role\":\"admin\"}", AUTH_BAD},
        {NOW + 1, "", AUTH_BAD},
    };
    struct config c = base_config();
    (void)state;
    set_methods(&c, "token");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct identity identity = {.user = "alice",
                                    .ends = rows[i].ends,
                                    .revocation_key = "session:abc"},
                        back;
        struct buf value;
        buf_init(&value, 4096);
        assert_int_equal(auth_token_value(&c, &identity, &value), 0);
        struct fake redis = {
            .keys = {{"sse_token:" T43, value.p}, {"session:abc", rows[i].session}}};
        if (identify(&c, "QUERY_STRING=token=" T43, &redis, &back) != rows[i].result)
            fail_msg("row %zu", i);
        bool over = rows[i].ends == NOW;
        assert_int_equal(back.ends, rows[i].result == AUTH_OK || over ? rows[i].ends : 0);
        assert_string_equal(back.revocation_key, rows[i].result == AUTH_OK ? "session:abc" : "");
        buf_free(&value);
    }
}

/* Another program may have written the member with our end. */
static void test_only_a_future_time_is_an_end(void **state)
{
    static const struct {
        const char *own;
        enum auth_result result;
        int64_t ends;
    } rows[] = {
        {"{}", AUTH_OK, 0},
        {"{\"ends\":1700000001}", AUTH_OK, 1700000001},
        {"{\"ends\":9223372036854775807}", AUTH_OK, INT64_C(1000000000000000)},
        {"{\"ends\":0}", AUTH_BAD, 0},
        {"{\"ends\":-1}", AUTH_BAD, -1},
        {"{\"ends\":1700000001,\"ends\":1800000000}", AUTH_BAD, 0},
        {"{\"ends\":1,\"ends\\u0000\":1800000000}", AUTH_BAD, 0},
        {"{\"ends\":\"1700000001\"}", AUTH_BAD, 0},
        {"{\"ends\":null}", AUTH_BAD, 0},
        {"{\"ends\":1e300}", AUTH_BAD, 0},
        {"{\"vouch\":\"\"}", AUTH_BAD, 0},
        {"{\"vouch\":\"a\\u0000b\"}", AUTH_BAD, 0},
    };
    struct config c = base_config();
    (void)state;
    set_methods(&c, "token");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char value[256];
        struct identity identity;
        snprintf(value, sizeof value, "{\"user_id\":\"a\",\"sselog\":%s}", rows[i].own);
        struct fake redis = {.keys = {{"sse_token:" T43, value}}};
        if (identify(&c, "QUERY_STRING=token=" T43, &redis, &identity) != rows[i].result ||
            identity.ends != rows[i].ends)
            fail_msg("row %zu: ends %lld", i, (long long)identity.ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_token_is_accepted_once),
        cmocka_unit_test(test_made_tokens_differ_and_are_well_formed),
        cmocka_unit_test(test_token_value_reads_back_as_the_identity),
        cmocka_unit_test(test_token_ends_with_its_login),
        cmocka_unit_test(test_only_a_future_time_is_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
