/* SPDX-License-Identifier: MIT */
/* compare: what entries of Redis say about records that did not come, without a Redis. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "verify/compare.c"

static struct count c;
static struct compared r;

/* A stream of the logs web and api with counts; of each record 1, 3 and 5 came. */
static void reset(bool filtered)
{
    c = (struct count){.nlogs = 2, .counted = true, .filtered = filtered, .received = 6};
    r = (struct compared){0};
    track_init(&c.logs[0], slice_of("web"), true);
    track_init(&c.logs[1], slice_of("api"), true);
    for (size_t i = 0; i < 2; i++)
        for (uint64_t n = 1; n <= 5; n += 2)
            track_keep(&c.logs[i], (struct xid){n, 0});
}

/* Redis has the entries 1 to n of a log. */
static struct walk walk_entries(struct track *t, uint64_t n)
{
    struct walk w = {.count = &c, .log = t, .result = &r, .last = t->seen.at[t->seen.count - 1]};
    for (uint64_t i = 1; i <= n && on_entry(&w, &(struct redis_entry){.id = {i, 0}}); i++)
        continue;
    return w;
}

static void test_entry_that_did_not_come_is_a_fault(void **state)
{
    (void)state;
    reset(false);
    struct walk w = walk_entries(&c.logs[0], 9);
    assert_true(r.entries == 5 && w.absent == 2);
    assert_int_equal(c.nproblems, 2);
    assert_true(c.problems[1].kind == PROBLEM_IN_REDIS && c.problems[1].next.ms == 4 &&
                c.problems[1].after.ms == 3);
    count_free(&c);
}

static void test_withheld_entries_of_all_logs_are_compared_once(void **state)
{
    static const struct {
        unsigned withheld, unproven;
        uint64_t faulty; /* records */
    } cases[] = {{4, 0, 0}, {5, 0, 0}, {3, 0, 1}, {2, 0, 2}, {0, 0, 4}, {0, 1, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        reset(true);
        c.withheld = cases[i].withheld;
        c.unproven = cases[i].unproven; /* then counts prove nothing, and result tells it */
        for (size_t n = 0; n < 2; n++)
            add_withheld(&c, &r, walk_entries(&c.logs[n], 9).absent);
        assert_true(r.withheld == 4 && c.nproblems == 0);
        check_withheld(&c, &r);
        assert_int_equal(c.nproblems, cases[i].faulty > 0);
        assert_true(c.missing == cases[i].faulty);
        count_free(&c);
    }
}

static void test_hole_of_deleted_records_is_no_fault(void **state)
{
    static const struct {
        uint64_t first, deleted; /* of Redis; 0: none */
        bool filtered, found;    /* a record of the hole is in Redis */
        size_t left;             /* faults */
    } cases[] = {
        {1, 4, false, false, 0}, {1, 0, false, false, 1}, {4, 4, false, false, 1},
        {1, 3, false, false, 1}, {1, 4, true, false, 1},  {1, 4, false, true, 1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct redis_info info = {.has_first = true,
                                  .first = {cases[i].first, 0},
                                  .has_deleted = cases[i].deleted > 0,
                                  .deleted = {cases[i].deleted, 0}};
        struct problem hole = {.kind = PROBLEM_MISSING,
                               .log = c.logs[0].name,
                               .records = 1,
                               .has_after = true,
                               .after = {3, 0},
                               .has_next = true,
                               .next = {5, 0}};
        print_message("row %zu\n", i);
        reset(cases[i].filtered);
        count_add_problem(&c, &hole);
        hole.kind = PROBLEM_IN_REDIS;
        hole.next.ms = 4;
        if (cases[i].found)
            count_add_problem(&c, &hole);
        explain_holes(&c, &c.logs[0], 1, &info, &r);
        assert_int_equal(c.nproblems, cases[i].left);
        assert_true(c.missing == cases[i].left && r.deleted == !cases[i].left);
        count_free(&c);
    }
}

static void test_key_is_that_of_the_option(void **state)
{
    static const struct {
        const char *option, *name, *key;
    } cases[] = {
        {"web=stream:web", "web", "stream:web"},
        {"web=stream:web", "we", NULL},
        {"web=stream:web", "web2", NULL},
        {"stream:web", "", "stream:web"},
        {"a=b", "", "a=b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct verify_options o = {.logs = {cases[i].option}, .nlogs = 1};
        const char *key = key_of_option(&o, cases[i].name);
        assert_int_equal(key != NULL, cases[i].key != NULL);
        if (key)
            assert_string_equal(key, cases[i].key);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_entry_that_did_not_come_is_a_fault),
        cmocka_unit_test(test_withheld_entries_of_all_logs_are_compared_once),
        cmocka_unit_test(test_hole_of_deleted_records_is_no_fault),
        cmocka_unit_test(test_key_is_that_of_the_option),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
