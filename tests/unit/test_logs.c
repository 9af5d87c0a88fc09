/* SPDX-License-Identifier: MIT */
/*
 * logs: which key log= gives an identity.  A key that fits several templates belongs to one of
 * them, so no user can be named after the log of another.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "identity/logs.c"
#include "config/log_word.h"
#include "config/option.h"

struct row {
    const char *stream, *words;
    const char *user, *tenant;
    const char *log;     /* NULL: the log of SSELOG_STREAM */
    const char *outcome; /* the key, behind "SET > " if a set must have the name, or the cause */
};

#define WEB  "web=s:{user}:web"
#define TEAM "team=t:{tenant}"
#define SET  "@names:{user}=s:{user}:{log}"

static const struct row rows[] = {
    {"s:{user}", WEB, "ann", "", "web", "s:ann:web"},
    {"s:{user}", WEB, "ann", "", NULL, "s:ann"},
    {"s:{user}", WEB, "ann", "", "api", "log-unknown"},
    {"s:{user}", WEB, "ann", "", "Web", "log-unknown"},
    {"s:{user}", WEB, "ann", "", "", "log-unknown"},
    {"s:{user}", WEB, "", "", "web", "log-names"},
    {"s:{user}", WEB, "a:web", "", "web", "s:a:web:web"},
    {"s:{user}", WEB " " TEAM, "ann", "acme", "team", "t:acme"},
    {"s:{user}", WEB " " TEAM, "ann", "", "team", "log-names"},
    {"s:{user}", "all=logs", "", "", "all", "logs"},
    {"s:{user}", SET, "ann", "", "api", "names:ann > s:ann:api"},
    {"s:{user}", SET, "ann", "", "a:b", "log-unknown"},
    {"s:{user}", SET, "ann", "", "{user}", "log-unknown"},
    {"s:{user}", SET, "ann:x", "", "api", "log-names"},
    {"s:{user}", SET, "", "", "api", "log-names"},
    /* A user named after another's log. */
    {"s:{user}", WEB, "ann:web", "", NULL, "log-key"},
    {"s:{user}", WEB, "ann:api", "", NULL, "s:ann:api"},
    {"s:{user}", SET, "ann:api", "", NULL, "log-key"},
    {"s:{user}", "shared=s:all", "all", "", NULL, "s:all"},
    {"s:{user}", "shared=s:all", "all", "", "shared", "s:all"},
    {"s:{user}", "a=s:web:{user}", "web:bob", "", NULL, "log-key"},
    {"s:{user}", "a=s:web:{user}", "bob", "", "a", "s:web:bob"},
    /* Of two that are alike the first has the key. */
    {"s:{user}", "t=s:{tenant}", "ann", "bob", "t", "log-key"},
    {"s:{user}", "t=s:{tenant}", "ann", "bob", NULL, "s:ann"},
    {"s:{user}", "t=s:{tenant}", "ann", "ann", "t", "s:ann"},
    {"s:{user}", "own=s:{user}", "ann", "", "own", "s:ann"},
    /* The same identity and name: one log with two names, or one in a word and a set. */
    {"s:{user}", "w=s:{user}:web " WEB, "ann", "", "web", "s:ann:web"},
    {"s:{user}", SET " " WEB, "ann", "", "web", "names:ann > s:ann:web"},
    {"s:{user}", SET " old=s:{user}:web", "ann", "", "web", "names:ann > s:ann:web"},
    {"x", "web=s:{tenant}:web @n:{user}=s:team:{log}", "ann", "team", "web", "n:ann > s:team:web"},
    {"x", SET " other=s:{tenant}:web", "ann", "bob", "web", "log-key"},
};

/* Goes through the words as front/access.c does for log=. */
static void find(const struct logs_asker *a, const struct row *row, char outcome[1100])
{
    struct logs_keys keys = {.set = ""};
    enum why why = WHY_LOG_UNKNOWN;
    if (!row->log)
        why = logs_default(a, keys.key);
    for (const struct log_word *w = a->config->logs; row->log && w->key && why != WHY_OK; w++) {
        enum why its = logs_find(a, w, slice_of(row->log), &keys);
        why = its == WHY_LOG_UNKNOWN ? why : its;
    }
    if (why == WHY_OK)
        snprintf(outcome, 1100, "%s%s%s", keys.set, keys.set[0] ? " > " : "", keys.key);
    else
        snprintf(outcome, 1100, "%s", why_word(why));
}

static void test_log_gives_a_key_that_no_other_identity_has(void **state)
{
    static char *none[] = {NULL};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct arena arena = {NULL};
        char room[OPTION_WANTED], outcome[1100];
        struct config c = {.stream = (char *)(uintptr_t)rows[i].stream, .admin_roles = none};
        struct identity who = {.method = AUTH_REMOTE_USER};
        memcpy(who.user, rows[i].user, strlen(rows[i].user));
        memcpy(who.tenant, rows[i].tenant, strlen(rows[i].tenant));
        assert_null(log_word_read_all(&arena, rows[i].words, &c.logs, room));
        find(&(struct logs_asker){&c, &who, NULL}, &rows[i], outcome);
        if (strcmp(outcome, rows[i].outcome) != 0)
            fail_msg("row %zu, %s of %s: %s, not %s", i, rows[i].log ? rows[i].log : "none",
                     rows[i].user, outcome, rows[i].outcome);
        arena_free(&arena);
    }
}

static void test_administrator_reads_the_captured_user_s_log(void **state)
{
    static char *admins[] = {(char *)(uintptr_t) "admin", NULL};
    struct log_word words[] = {
        {.name = (char *)(uintptr_t) "web", .key = (char *)(uintptr_t) "s:{user}:web"}, {0}};
    struct config c = {
        .stream = (char *)(uintptr_t) "s:{user}", .logs = words, .admin_roles = admins};
    struct identity who = {.user = "root", .role = "admin", .method = AUTH_REMOTE_USER};
    struct route_match match;
    struct logs_keys keys;
    (void)state;
    assert_true(route_match("/u/{user}", "/u/bob", &match));
    const struct logs_asker a = {&c, &who, &match};
    assert_int_equal(logs_find(&a, words, slice_of("web"), &keys), WHY_OK);
    assert_string_equal(keys.key, "s:bob:web");
    who.role[0] = '\0';
    assert_int_equal(logs_find(&a, words, slice_of("web"), &keys), WHY_LOG_NAMES);
}

static void test_template_fits_texts_that_some_values_give(void **state)
{
    static const struct {
        const char *template, *text;
        bool fits;
    } cases[] = {
        {"a", "a", true},
        {"a", "ab", false},
        {"a", "", false},
        {"a:{u}", "a:b", true},
        {"a:{u}", "a:", false},
        {"a:{u}", "b:b", false},
        {"{u}:a", "b:a", true},
        {"{u}:a", ":a", false},
        {"{u}:a", "a:a:a", true},
        {"{u}:{l}", "a:b", true},
        {"{u}:{l}", "a:", false},
        {"{u}:{l}", ":b", false},
        {"{u}:{l}", "::b", true},
        {"{u}:{l}", "ab", false},
        {"x{u}y{l}z", "x1y2z", true},
        {"x{u}y{l}z", "xyz", false},
        {"x{u}y{l}z", "x1y2", false},
        {"{u}", "a", true},
        {"{u}", "", false},
        {"{u}aa{l}aa", "xaaaa", false},
        {"{u}aa{l}aa", "xaayaa", true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        if (template_fits(cases[i].template, cases[i].text) != cases[i].fits)
            fail_msg("%s, %s", cases[i].template, cases[i].text);
    assert_int_equal(template_literals("a:{u}:bc{l}"), 5);
    assert_int_equal(template_literals("{u}"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_log_gives_a_key_that_no_other_identity_has),
        cmocka_unit_test(test_administrator_reads_the_captured_user_s_log),
        cmocka_unit_test(test_template_fits_texts_that_some_values_give),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
