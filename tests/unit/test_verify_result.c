/* SPDX-License-Identifier: MIT */
/* result: the exit status, the text and the JSON of what was found. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>

#include "verify/result.c"

static struct count c;
static struct followed f;
static struct compared r;
static struct buf b;

/* A stream of one record, for which counts came. */
static void reset(void)
{
    c = (struct count){.received = 1, .connections = 1, .counted = true};
    f = (struct followed){.opened = 1};
    r = (struct compared){.entries = 1};
    buf_free(&b);
    buf_init(&b, 100000);
}

static void test_status_is_0_only_if_all_was_checked(void **state)
{
    enum { PLAIN, REDIS };
    static const struct {
        int with;
        bool counted, filtered, forgot;
        unsigned unchecked, unproven, strange, opened;
        const char *refused, *failed;
        int status;
    } cases[] = {
        {PLAIN, true, false, false, 0, 0, 0, 1, "", "", RESULT_COMPLETE},
        {PLAIN, true, true, false, 0, 0, 0, 1, "", "", RESULT_COMPLETE},
        {PLAIN, false, false, false, 0, 0, 0, 1, "", "", RESULT_UNCHECKED},
        {PLAIN, true, false, true, 0, 0, 0, 1, "", "", RESULT_UNCHECKED},
        {PLAIN, true, false, false, 1, 0, 0, 1, "", "", RESULT_UNCHECKED},
        {PLAIN, true, false, false, 0, 1, 0, 1, "", "", RESULT_UNCHECKED},
        {PLAIN, true, false, false, 0, 0, 1, 1, "", "", RESULT_UNCHECKED},
        {PLAIN, true, false, false, 0, 0, 0, 0, "", "", RESULT_UNCHECKED},
        {PLAIN, true, false, false, 0, 0, 0, 1, "why", "", RESULT_UNCHECKED},
        /* Redis proves what ranks cannot, but not which records a view withholds. */
        {REDIS, true, false, false, 0, 1, 0, 1, "", "", RESULT_COMPLETE},
        {REDIS, true, false, false, 1, 0, 0, 1, "", "", RESULT_COMPLETE},
        {REDIS, true, true, false, 0, 0, 0, 1, "", "", RESULT_COMPLETE},
        {REDIS, true, true, false, 0, 1, 0, 1, "", "", RESULT_UNCHECKED},
        {REDIS, true, true, false, 1, 0, 0, 1, "", "", RESULT_UNCHECKED},
        {REDIS, false, false, false, 0, 0, 0, 1, "", "", RESULT_UNCHECKED},
        {REDIS, true, false, true, 0, 0, 0, 1, "", "", RESULT_UNCHECKED},
        {REDIS, true, false, false, 0, 0, 1, 1, "", "", RESULT_UNCHECKED},
        {REDIS, true, false, false, 0, 0, 0, 1, "", "why", RESULT_UNCHECKED},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct result v = {.count = &c, .followed = &f};
        print_message("row %zu\n", i);
        reset();
        c.counted = cases[i].counted;
        c.filtered = cases[i].filtered;
        c.forgot = cases[i].forgot;
        c.unchecked = cases[i].unchecked;
        c.unproven = cases[i].unproven;
        c.strange = cases[i].strange;
        f.opened = cases[i].opened;
        snprintf(f.refused, sizeof f.refused, "%s", cases[i].refused);
        snprintf(r.failed, sizeof r.failed, "%s", cases[i].failed);
        v.compared = cases[i].with == REDIS ? &r : NULL;
        assert_int_equal(result_status(&v), cases[i].status);
        result_text(&v, &b); /* each doubt has its line */
        assert_int_equal(cases[i].status == RESULT_COMPLETE || cases[i].opened == 0,
                         strstr(b.p, "not checked") == NULL && strstr(b.p, "stopped") == NULL &&
                             strstr(b.p, "not compared") == NULL);
        count_add_problem(&c, &(struct problem){.kind = PROBLEM_COUNTS, .log = ""});
        assert_int_equal(result_status(&v), RESULT_INCOMPLETE);
    }
}

static void add(enum problem_kind kind, const char *log, bool after)
{
    count_add_problem(&c, &(struct problem){.kind = kind,
                                            .log = log,
                                            .records = 2,
                                            .has_after = after,
                                            .after = {4, 1},
                                            .has_next = kind != PROBLEM_UNTOLD_GAP,
                                            .next = {7, 0}});
}

static void test_each_fault_has_a_line(void **state)
{
    (void)state;
    reset();
    c.received = 12408;
    add(PROBLEM_MISSING, "web", true);
    add(PROBLEM_ON_THE_WAY, "", false);
    add(PROBLEM_LATE, "", true);
    add(PROBLEM_REPEATED, "web", true);
    add(PROBLEM_UNTOLD_GAP, "", false);
    count_add_problem(&c, &(struct problem){.kind = PROBLEM_COUNTS, .log = ""});
    result_text(&(struct result){.count = &c, .followed = &f}, &b);
    assert_string_equal(b.p, "12,408 of 12,416, 0 gaps, 1 connection\n"
                             "missing: 2 records between 4-1 and 7-0 of web\n"
                             "lost on the way: 2 records before 7-0\n"
                             "left out at first: 7-0 after 4-1\n"
                             "repeated: 7-0 after 4-1 of web\n"
                             "a gap that was not told: 2 records\n"
                             "counts that contradict each other\n");
}

static void test_faults_beyond_those_that_are_kept_are_counted(void **state)
{
    (void)state;
    reset();
    for (unsigned i = 0; i < COUNT_PROBLEMS + 2; i++)
        add(PROBLEM_REPEATED, "", false);
    result_text(&(struct result){.count = &c, .followed = &f}, &b);
    assert_non_null(strstr(b.p, "\nand 2 more faults\n"));
}

static void test_json_has_each_number(void **state)
{
    (void)state;
    reset();
    f.busy = 3;
    c.refusals = 4;
    add(PROBLEM_MISSING, "web", true);
    result_json(&(struct result){.count = &c, .followed = &f, .compared = &r, .seed = 9}, &b);
    assert_string_equal(
        b.p, "{\"received\":1,\"owed\":3,\"missing\":2,\"repeated\":0,\"gaps\":0,\"lost\":0,"
             "\"withheld\":0,\"unchecked\":0,\"unranked\":0,\"connections\":1,\"cuts\":0,"
             "\"broken\":0,\"busy\":3,\"unavailable\":4,\"outages\":0,\"seed\":9,\"redis\":1,"
             "\"complete\":false,\"faults\":[{\"kind\":\"missing\",\"records\":2,\"after\":\"4-1\","
             "\"next\":\"7-0\",\"log\":\"web\"}]}\n");
}

static void test_sum_of_what_is_owed_stops_at_its_end(void **state)
{
    (void)state;
    reset();
    c.lost = UINT64_MAX;
    assert_true(owed(&c) == UINT64_MAX);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_status_is_0_only_if_all_was_checked),
        cmocka_unit_test(test_each_fault_has_a_line),
        cmocka_unit_test(test_faults_beyond_those_that_are_kept_are_counted),
        cmocka_unit_test(test_json_has_each_number),
        cmocka_unit_test(test_sum_of_what_is_owed_stops_at_its_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
