/* SPDX-License-Identifier: MIT */
/*
 * auth, JSON values of sessions: which names they give, and which values give none.  A value
 * that is not strict JSON gives none, because two readers could see different users in it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "auth.c"
#include "auth_rows.h"

/* The value of a session, and what it makes of its request. */
struct value_row {
    const char *value;
    const char *outcome;
};

static void check_values(const struct value_row *rows, size_t n)
{
    struct config c = base_config();
    for (size_t i = 0; i < n; i++) {
        struct fake redis = {.keys = {{"session:abc", rows[i].value}}};
        struct row row = {"cookie", "HTTP_COOKIE=session=abc", rows[i].outcome, "GET session:abc;"};
        check_row(&c, &row, &redis);
    }
}

static void test_values_without_a_user_name_are_bad(void **state)
{
    static const struct value_row rows[] = {
        {"{\"user_id\":7}", "ok 7,,"},
        {"{\"user_id\":18446744073709551614}", "ok 18446744073709551614,,"},
        {"{\"user_id\":18446744073709551615}", "ok 18446744073709551615,,"},
        {"{\"user_id\":-9223372036854775808}", "ok -9223372036854775808,,"},
        /* json-c would give all numbers beyond 64 bits the same value: two users would be one. */
        {"{\"user_id\":18446744073709551616}", "ok 18446744073709551616,,"},
        {"{\"user_id\":99999999999999999999999}", "ok 99999999999999999999999,,"},
        {"{\"user_id\":-99999999999999999999999}", "ok -99999999999999999999999,,"},
        {"{\"user_id\":\"99999999999999999999999\"}", "ok 99999999999999999999999,,"},
        {"{\"user_id\":1.5}", "ok 1.5,,"},
        {"{\"user_id\":\"a\",\"tenant_id\":null,\"role\":\"\"}", "ok a,,"},
        {"{\"user_id\":\"a\",\"tenant_id\":12,\"role\":\"x\"}", "ok a,12,x"},
        {" \n{\"user_id\":\"a\"}\n ", "ok a,,"},
        {"{\"user_id\":\"\"}", "bad"},
        {"{\"user_id\":null}", "bad"},
        {"{\"user_id\":true}", "bad"},
        {"{\"user_id\":[\"a\"]}", "bad"},
        {"{\"user_id\":{\"a\":1}}", "bad"},
        {"{\"user_id\":\"a\",\"role\":[\"admin\"]}", "bad"},
        {"{\"user_id\":\"a\",\"tenant_id\":false}", "bad"},
        {"{\"user_id\":\"a\\u0000b\"}", "bad"},
        {"{\"user_id\":\"a\\u000ab\"}", "bad"},
        {"{\"user_id\":\"a\\ud800\"}", "bad"},
        {"{\"user_id\":\"a\xff\"}", "bad"},
        {"{\"user_id\":\"" N128 "n\"}", "bad"},
        {"{\"tenant_id\":\"acme\"}", "bad"},
        {"[\"a\"]", "bad"},
        {"\"a\"", "bad"},
        {"null", "bad"},
        {"", "bad"},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
         "bad"},
    };
    (void)state;
    check_values(rows, sizeof rows / sizeof *rows);
}

static void test_values_of_loose_json_are_bad(void **state)
{
    static const struct value_row rows[] = {
        {"{\"user_id\":\"a\"} x", "bad"},
        {"{\"user_id\":\"a\"}{}", "bad"},
        {"{\"user_id\":\"a\"", "bad"},
        {"{'user_id':'a'}", "bad"},
        /* json-c cuts a name at NUL, and reads more than JSON. */
        {"{\"user_id\":\"mallory\",\"user_id\\u0000\":\"bob\"}", "bad"},
        {"{\"user_id\":\"mallory\",\"role\\u0000x\":\"admin\"}", "bad"},
        {"{\"user_id\":\"mallory\",\"form\":{\"role\\u0000x\":\"admin\"}}", "bad"},
        {"{\"user_id\":NaN}", "bad"},
        {"{\"user_id\":Infinity}", "bad"},
        {"{\"user_id\":-Infinity}", "bad"},
        {"{\"user_id\":\"a\",\"score\":NaN}", "bad"},
        {"{\"user_id\":007}", "bad"},
        {"{\"user_id\":1.}", "bad"},
        {"{\"user_id\":\"a\"/**/}", "bad"},
        {"{\"user_id\":\"a\nb\"}", "bad"},
        /* Readers differ in which of two equal names counts. */
        {"{\"user_id\":\"mallory\",\"user_id\":\"bob\"}", "bad"},
        {"{\"user_id\":\"mallory\",\"user\\u005fid\":\"bob\"}", "bad"},
        {"{\"user_id\":\"a\",\"x\":{\"y\":1,\"y\":1}}", "bad"},
        {"{\"user_id\":\"a\",\"x\":[{\"y\":1},{\"y\":\":\"}]}", "ok a,,"},
    };
    (void)state;
    check_values(rows, sizeof rows / sizeof *rows);
}

static void test_json_pointers_find_nested_names(void **state)
{
    static const struct fake redis = {
        .keys = {{"session:abc", "{\"passport\":{\"user\":{\"id\":5}},\"a/b\":[\"t0\",\"t1\"]}"}}};
    struct config c = base_config();
    (void)state;
    c.user_field = text("/passport/user/id");
    c.tenant_field = text("/a~1b/1");
    check_row(&c,
              &(struct row){"cookie", "HTTP_COOKIE=session=abc", "ok 5,t1,", "GET session:abc;"},
              &redis);
}

static void test_still_valid_needs_the_same_names(void **state)
{
    static const struct {
        const char *value;
        bool valid;
    } rows[] = {
        {SESSION, true},
        {"{\"role\":\"viewer\",\"user_id\":\"alice\",\"tenant_id\":\"acme\",\"seen\":9}", true},
        {"{\"user_id\":\"bob\",\"tenant_id\":\"acme\",\"role\":\"viewer\"}", false},
        {"{\"user_id\":\"alice\",\"tenant_id\":\"other\",\"role\":\"viewer\"}", false},
        {"{\"user_id\":\"alice\",\"tenant_id\":\"acme\",\"role\":\"admin\"}", false},
        {"{\"user_id\":\"alice\",\"tenant_id\":\"acme\"}", false},
        {"{\"user_id\":\"alice\",\"tenant_id\":\"acme\",\"role\\u0000\":\"viewer\"}", false},
        {"{\"role\":\"viewer\",\"user_id\":\"alice\",\"tenant_id\":\"acme\",\"seen\":NaN}", false},
        {"{}", false},
        {"", false},
        {NULL, false},
    };
    struct config c = base_config();
    struct identity identity = {.user = "alice", .tenant = "acme", .role = "viewer"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice value = slice_of(rows[i].value);
        assert_int_equal(auth_still_valid(&c, &identity, rows[i].value ? &value : NULL),
                         rows[i].valid);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values_without_a_user_name_are_bad),
        cmocka_unit_test(test_values_of_loose_json_are_bad),
        cmocka_unit_test(test_json_pointers_find_nested_names),
        cmocka_unit_test(test_still_valid_needs_the_same_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
