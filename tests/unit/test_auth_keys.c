/* SPDX-License-Identifier: MIT */
/*
 * auth, the keys that an identity may read: templates are filled from its names and from what the
 * route captured.  Different names never make one key.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "auth.c"
#include "auth_rows.h"

/* The captures come from a pattern and a path. */
struct key_row {
    const char *user, *tenant, *role;
    const char *pattern, *path;
    const char *template;
    const char *outcome; /* the key, or the result's name */
};

static void test_key_is_refused_to_other_identities(void **state)
{
    static const struct key_row rows[] = {
        {"alice", "", "", NULL, NULL, "stream:logs:{user}", "stream:logs:alice"},
        {"a:b", "", "", NULL, NULL, "stream:logs:{user}", "stream:logs:a:b"},
        {"{tenant}", "t", "", NULL, NULL, "log:{user}", "log:{tenant}"},
        {"", "", "", NULL, NULL, "stream:{user}", "forbidden"},
        {"", "", "", NULL, NULL, "public", "public"},
        {"alice", "", "", NULL, NULL, "{tenant}:{user}", "forbidden"},
        {"alice", "", "", NULL, NULL, "log:{app}", "forbidden"},
        {"alice", "", "", NULL, NULL, "log:{user", "forbidden"},
        {"alice", "", "", NULL, NULL, "log:{}", "forbidden"},
        /* Names that would make the key of another identity. */
        {"c", "a", "", NULL, NULL, "s:{tenant}:{user}", "s:a:c"},
        {"b:c", "a", "", NULL, NULL, "s:{tenant}:{user}", "s:a:b:c"},
        {"c", "a:b", "", NULL, NULL, "s:{tenant}:{user}", "forbidden"},
        {"c", "a/b", "", NULL, NULL, "s:{tenant}:{user}", "s:a/b:c"},
        {"DOM\\u@x.org", "a.b-c", "", NULL, NULL, "s:{tenant}:{user}:log",
         "s:a.b-c:DOM\\u@x.org:log"},
        {"c", "x:", "", NULL, NULL, "{tenant}::{user}", "forbidden"},
        {"c", "x:y", "", NULL, NULL, "{tenant}::{user}", "x:y::c"},
        {"c", "xab", "", NULL, NULL, "{tenant}aba{user}", "forbidden"},
        {"c", "xa", "", NULL, NULL, "{tenant}aba{user}", "xaabac"},
        {"b", "a", "", NULL, NULL, "{tenant}{user}", "forbidden"},
        /* Captures. */
        {"alice", "t", "", "/u/{user}", "/u/alice", "s:{user}", "s:alice"},
        {"alice", "t", "", "/u/{user}", "/u/bob", "s:{user}", "forbidden"},
        {"alice", "t", "", "/u/{user}", "/u/Alice", "s:{user}", "forbidden"},
        {"alice", "t", "", "/t/{tenant}", "/t/other", "s:{user}", "forbidden"},
        {"alice", "", "", "/t/{tenant}", "/t/other", "s:{user}", "forbidden"},
        {"alice", "", "viewer", "/r/{role}", "/r/admin", "s:{user}", "forbidden"},
        {"", "", "", "/u/{user}", "/u/bob", "s:{user}", "forbidden"},
        {"alice", "t", "", "/{app}/{user}", "/x/alice", "s:{app}:{user}", "s:x:alice"},
        {"alice", "t", "", "/{app}", "/a-b", "s:{app}-{user}", "forbidden"},
        {"alice", "t", "admin", "/t/{tenant}/{user}", "/t/o/bob", "s:{tenant}:{user}", "s:o:bob"},
        {"alice", "t", "root", "/t/{tenant}", "/t/o", "s:{tenant}:{user}", "s:o:alice"},
        {"alice", "t", "Admin", "/t/{tenant}", "/t/o", "s:{tenant}", "forbidden"},
        {"alice", "t", "admin", NULL, NULL, "s:{user}", "s:alice"},
        {"alice", "t", "admin", NULL, NULL, "s:{app}", "forbidden"},
    };
    struct config c = base_config();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct key_row *row = &rows[i];
        struct identity identity = {0};
        struct route_match match = {0};
        char key[IDENTITY_MAX_KEY + 1];
        memcpy(identity.user, row->user, strlen(row->user));
        memcpy(identity.tenant, row->tenant, strlen(row->tenant));
        memcpy(identity.role, row->role, strlen(row->role));
        if (row->pattern)
            assert_true(route_match(row->pattern, row->path, &match));
        int result = auth_key(&c, &identity, row->pattern ? &match : NULL, row->template, key);
        if (strcmp(result == 0 ? key : "forbidden", row->outcome) != 0)
            fail_msg("%s of %s/%s: %s", row->template, row->tenant, row->user, key);
        assert_true(result == 0 || key[0] == '\0');
    }
}

/* All pairs of short names over a small alphabet, with several separators. */
static void test_different_names_never_make_one_key(void **state)
{
    static const char *const separators[] = {":", "::", "a", "ab", "aba", ":a:"};
    static const char alphabet[] = "ab:";
    enum { WORDS = 3 + 9 + 27 };
    static char words[WORDS][4];
    static char keys[WORDS * WORDS][16];
    struct config c = base_config();
    size_t count = 0;
    (void)state;
    for (size_t len = 1; len <= 3; len++)
        for (size_t n = 0, all = len == 1 ? 3 : len == 2 ? 9 : 27; n < all; n++, count++)
            for (size_t i = 0, rest = n; i < len; i++, rest /= 3)
                words[count][i] = alphabet[rest % 3];
    assert_int_equal(count, WORDS);
    for (size_t s = 0; s < sizeof separators / sizeof *separators; s++) {
        size_t made = 0;
        char template[64], key[IDENTITY_MAX_KEY + 1];
        snprintf(template, sizeof template, "{tenant}%s{user}", separators[s]);
        for (size_t i = 0; i < (size_t)WORDS * WORDS; i++) {
            struct identity identity = {0};
            memcpy(identity.tenant, words[i / WORDS], 4);
            memcpy(identity.user, words[i % WORDS], 4);
            if (auth_key(&c, &identity, NULL, template, key) == 0)
                memcpy(keys[made++], key, strlen(key) + 1);
        }
        assert_true(made > WORDS);
        qsort(keys, made, sizeof *keys, (int (*)(const void *, const void *))strcmp);
        for (size_t i = 1; i < made; i++)
            assert_string_not_equal(keys[i - 1], keys[i]);
    }
}

static void test_too_long_key_is_refused(void **state)
{
    struct config c = base_config();
    struct identity identity = {.user = N128};
    char key[IDENTITY_MAX_KEY + 1];
    (void)state;
    assert_int_equal(auth_key(&c, &identity, NULL, "{user}-{user}-{user}", key), 0);
    assert_int_equal(auth_key(&c, &identity, NULL, "{user}-{user}-{user}-{user}", key), -1);
    assert_string_equal(key, "");
}

static void test_fill_prefers_the_identity_to_captures(void **state)
{
    struct identity identity = {.user = "alice", .tenant = "acme"};
    struct route_match match;
    char out[16];
    (void)state;
    assert_true(route_match("/{app}", "/shop", &match));
    assert_int_equal(auth_fill(&identity, &match, "{app}", out, sizeof out), 0);
    assert_string_equal(out, "shop");
    assert_int_equal(auth_fill(&identity, NULL, "{tenant}", out, 5), 0);
    assert_string_equal(out, "acme");
    assert_int_equal(auth_fill(&identity, NULL, "{tenant}", out, 4), -1);
    assert_int_equal(auth_fill(&identity, NULL, "{tenant}", out, 0), -1);
    assert_int_equal(auth_fill(&identity, NULL, "{role}", out, sizeof out), -1);
    assert_int_equal(auth_fill(&identity, NULL, "{app}", out, sizeof out), -1);
    assert_string_equal(out, "");
    /* A capture does not replace the identity's own name. */
    assert_true(route_match("/{tenant}", "/other", &match));
    assert_int_equal(auth_fill(&identity, &match, "{tenant}", out, sizeof out), 0);
    assert_string_equal(out, "acme");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_key_is_refused_to_other_identities),
        cmocka_unit_test(test_different_names_never_make_one_key),
        cmocka_unit_test(test_too_long_key_is_refused),
        cmocka_unit_test(test_fill_prefers_the_identity_to_captures),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
