/* SPDX-License-Identifier: MIT */
/* count: what each sequence of events proves.  A sequence is words: 5 is a record of rank 5, 5? one
 * without a rank, =5 a position, g3 a gap of 3, g? one of unknown size, L and E live and end with
 * sent,withheld,lost; / is a cut after which the next connection resumes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "verify/count.c"

static struct count c;

static void give(const char *id, const char *name, const char *data)
{
    struct event e = {.id = slice_of(id),
                      .name = slice_of(name ? name : ""),
                      .data = slice_of(data ? data : ""),
                      .has_id = id != NULL,
                      .has_data = data != NULL};
    count_event(&c, &e);
}

static void give_id(const char *word, bool record)
{
    char id[64];
    unsigned n = (unsigned)strtoul(word, NULL, 10);
    if (strchr(word, '?'))
        snprintf(id, sizeof id, "%u-0", n);
    else
        snprintf(id, sizeof id, "%u-0~%u.80000001", n, n);
    give(id, NULL, record ? "x" : NULL);
}

static void give_word(const char *word)
{
    unsigned sent, lost;
    int withheld;
    char data[128];
    if (word[0] == '/') {
        count_connect(&c, count_has_open(&c));
    } else if (word[0] == 'g') {
        snprintf(data, sizeof data, "{\"after\":null,\"next\":null,\"lost\":%s}",
                 word[1] == '?' ? "null" : word + 1);
        give(NULL, "gap", data);
    } else if (sscanf(word + 1, "%u,%d,%u", &sent, &withheld, &lost) == 3) {
        snprintf(data, sizeof data, "{\"sent\":%u,\"withheld\":%d,\"lost\":%u}", sent, withheld,
                 lost);
        if (withheld < 0)
            snprintf(data, sizeof data, "{\"sent\":%u,\"withheld\":null,\"lost\":%u}", sent, lost);
        give(NULL, word[0] == 'L' ? "live" : "end", data);
    } else {
        give_id(word[0] == '=' ? word + 1 : word, word[0] != '=');
    }
}

static void play(const char *words)
{
    char copy[256], *rest = NULL;
    snprintf(copy, sizeof copy, "%s", words);
    count_init(&c);
    count_connect(&c, false);
    for (char *word = strtok_r(copy, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
        give_word(word);
    count_finish(&c);
}

static void test_sequence_has_its_result(void **state)
{
    static const struct {
        const char *words;
        unsigned received, missing, repeated, withheld, lost, unchecked;
        bool proven;
    } cases[] = {
        /* Nothing came, so nothing was checked. */
        {"", 0, 0, 0, 0, 0, 0, false},
        {"L0,0,0", 0, 0, 0, 0, 0, 0, true},
        {"=4", 0, 0, 0, 0, 0, 0, true},
        {"1 2 3 L3,0,0", 3, 0, 0, 0, 0, 0, true},
        {"=4 L0,0,0 5 6", 2, 0, 0, 0, 0, 0, true},
        {"=4 L0,0,0 6 E1,0,0", 1, 1, 0, 0, 0, 0, true},
        {"1 2 4 L3,0,0", 3, 1, 0, 0, 0, 0, true},
        {"1 2 4 L3,1,0", 3, 0, 0, 1, 0, 0, true},
        {"1 4 7 L3,3,0", 3, 1, 0, 3, 0, 0, true},
        {"1 4 L2,2,0 7 9 E4,4,0", 4, 1, 0, 4, 0, 0, true},
        {"1 3 L2,-1,0", 2, 0, 0, 0, 0, 1, false},
        {"1 2 L3,0,0", 2, 1, 0, 0, 0, 0, true},
        {"1 2 4 L4,0,0", 3, 1, 0, 0, 0, 0, true},
        {"1 g3 5 L2,0,3", 2, 0, 0, 0, 3, 0, true},
        {"1 g3 6 L2,0,3", 2, 1, 0, 0, 3, 0, true},
        {"1 g? 9 10 L3,0,0", 3, 0, 0, 0, 0, 0, true},
        {"1 5 L2,0,3", 2, 3 + 3, 0, 0, 0, 0, true},
        {"1 2 2 L3,0,0", 2, 0, 1, 0, 0, 0, true},
        {"1 2 3 2 4 L5,0,0", 4, 0, 1, 0, 0, 0, true},
        {"8 9 g? 1 2 L4,0,0", 4, 0, 0, 0, 0, 0, true},
        {"1? 2? L2,0,0", 2, 0, 0, 0, 0, 0, false},
        {"1? 2? 3 4 L4,0,0", 4, 0, 0, 0, 0, 0, false},
        {"1 g? 5? 6? 7? L4,0,0", 4, 0, 0, 0, 0, 0, false},
        {"1 2? 3? 5 L4,0,0", 4, 1, 0, 0, 0, 0, true},
        {"1 2? 3? 4 L4,0,0", 4, 0, 0, 0, 0, 0, true},
        /* A cut before the count: it is read again from before the hole. */
        {"=1 L0,0,0 2 4 5 / 3 4 5 L3,0,0", 3, 1, 0, 0, 0, 0, true},
        {"=1 L0,0,0 2 4 5 / 4 5 6 L3,1,0", 4, 0, 0, 1, 0, 0, true},
        {"=1 L0,0,0 2 4 5 / 4 5 L2,0,0", 3, 1, 0, 0, 0, 0, true},
        {"=1 L0,0,0 2 4 5 / 4 / 4 5 6 L3,1,0", 4, 0, 0, 1, 0, 0, true},
        {"=1 L0,0,0 2 4 5 / g4 7 L1,0,4", 4, 0, 0, 0, 4, 1, false},
        {"=1 L0,0,0 2 4 =5 / 4 =5 L1,2,0", 2, 0, 0, 2, 0, 0, true},
        {"1 g? 5? 9 L3,0,0", 3, 0, 0, 0, 0, 0, false},
        /* A fault in the second reading does not end it. */
        {"=1 L0,0,0 2 4 5 / 4 4 5 L3,1,0", 3, 0, 1, 1, 0, 0, true},
        /* The hole was not reached again. */
        {"=1 L0,0,0 2 4 5 /", 3, 0, 0, 0, 0, 1, false},
        {"=1 L0,0,0 2 4 5 / / =2", 3, 0, 0, 0, 0, 1, false},
        {"=1 L0,0,0 2 4 5 / 4 E1,1,0 /", 3, 0, 0, 1, 0, 0, true},
        /* The log went on at an older position, and the hole was left behind. */
        {"=1 L0,0,0 2 4 =3 / 4 L1,0,0", 3, 0, 0, 0, 0, 1, false},
        /* Where the number of withheld records was not known, a later one proves nothing. */
        {"1 3 L2,-1,0 4 L3,0,0", 3, 0, 0, 0, 0, 1, false},
        /* Several gaps that will be told again. */
        {"1 2 / g3 g? / g3 g4 9", 3, 0, 0, 0, 7, 0, true},
        /* Nothing was read again. */
        {"=1 L0,0,0 2 4", 2, 1, 0, 0, 0, 0, true},
        {"1 3 L2,1,0 5", 3, 0, 0, 1, 0, 1, false},
        {"1 2 / 3 4", 4, 0, 0, 0, 0, 0, true},
        {"1 2 / g3 / g3 6", 3, 0, 0, 0, 3, 0, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        print_message("%s\n", cases[i].words);
        play(cases[i].words);
        assert_int_equal(c.received, cases[i].received);
        assert_int_equal(c.missing, cases[i].missing);
        assert_int_equal(c.repeated, cases[i].repeated);
        assert_int_equal(c.withheld, cases[i].withheld);
        assert_int_equal(c.lost, cases[i].lost);
        assert_int_equal(c.unchecked, cases[i].unchecked);
        assert_int_equal(count_is_proven(&c), cases[i].proven);
        assert_int_equal(count_is_complete(&c), cases[i].missing + cases[i].repeated == 0);
        count_free(&c);
    }
}

static void test_each_log_of_several_is_checked(void **state)
{
    struct buf b;
    (void)state;
    count_init(&c);
    count_connect(&c, false);
    give("web=1-0~1.80000001", NULL, "{\"log\":\"web\",\"data\":\"x\"}");
    give("web=1-0~1.80000001,api=7-0~7.80000002", "record.api", "long");
    give("web=2-0~2.80000001,api=7-0~7.80000002", NULL, "{\"log\":\"web\",\"data\":\"x\"}");
    give("web=2-0~2.80000001,api=9-0~9.80000002", NULL, "{\"log\":\"api\",\"data\":\"x\"}");
    give("web=3-0~3.80000001,api=9-0~9.80000002", "cursor", "{}");
    buf_init(&b, 256);
    count_resume(&c, &b);
    assert_string_equal(b.p, "web=2-0~2.80000001,api=7-0~7.80000002");
    buf_free(&b);
    give(NULL, "live", "{\"sent\":4,\"withheld\":1,\"lost\":0}");
    assert_int_equal(c.missing, 1);
    assert_int_equal(c.received, 4);
    count_free(&c);
}

static void test_gaps_that_are_told_again_are_counted_once(void **state)
{
    (void)state;
    play("1 2 / g3 g? / g3 g4 9");
    assert_true(c.gaps == 2 && c.gaps_unknown == 0 && c.lost == 7);
    count_free(&c);
}

/* Each has one fault for the counts, and so many records are missing. */
static void test_counts_that_contradict_each_other_are_a_fault(void **state)
{
    static const struct {
        const char *words;
        unsigned missing, withheld;
    } cases[] = {
        {"1 L3,0,0 2 3 4 L5,0,0", 2, 0}, /* three came, and two more were sent */
        {"1 4 L2,2,0 7 L3,0,0", 2, 2},   /* fewer are withheld than before */
        {"1 2 L2,0,0 E1,0,0", 0, 0},     /* fewer were sent than before */
        {"1 2 L1,0,0", 0, 0},            /* fewer were sent than came */
        {"1 g3 5 L2,0,3 E2,0,2", 0, 0},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        unsigned faults = 0;
        print_message("%s\n", cases[i].words);
        play(cases[i].words);
        for (size_t n = 0; n < c.nproblems; n++)
            faults += c.problems[n].kind == PROBLEM_COUNTS;
        assert_int_equal(faults, 1);
        assert_true(c.missing == cases[i].missing);
        assert_true(c.withheld == cases[i].withheld);
        count_free(&c);
    }
}

/* A web record of rank 1, then one behind a hole; and an api log with a hole of twice that size. */
static void open_two_logs(uint64_t hole)
{
    char id[200];
    count_init(&c);
    count_connect(&c, false);
    give("web=1-0~1.80000001,api=1-0~1.80000002", "cursor", "{}");
    snprintf(id, sizeof id, "web=9-0~%llu.80000001,api=1-0~1.80000002",
             (unsigned long long)hole + 2);
    give(id, "record.web", "x");
    snprintf(id, sizeof id, "web=9-0~%llu.80000001,api=9-0~%llu.80000002",
             (unsigned long long)hole + 2, (unsigned long long)hole * 2 + 2);
    give(id, "record.api", "x");
}

static void test_holes_that_leave_the_log_count_for_their_own_log(void **state)
{
    (void)state;
    open_two_logs(1);
    count_connect(&c, true);
    give(NULL, "gap", "{\"log\":\"web\",\"lost\":9}");
    assert_int_equal(c.unchecked, 1);
    give(NULL, "gap", "{\"log\":\"api\",\"lost\":9}");
    assert_int_equal(c.unchecked, 3);
    count_free(&c);
}

static void test_sum_of_holes_hides_none(void **state)
{
    (void)state;
    count_init(&c);
    count_connect(&c, false);
    for (unsigned i = 0; i < 4; i++) { /* four holes of 2^62 */
        char id[100];
        snprintf(id, sizeof id, "log%u=1-0~1.80000001", i);
        give(id, "cursor", "{}");
        snprintf(id, sizeof id, "log%u=2-0~4611686018427387905.80000001", i);
        give(id, "cursor", "{}");
    }
    give(NULL, "live", "{\"sent\":0,\"withheld\":0,\"lost\":0}");
    assert_false(count_is_complete(&c));
    count_free(&c);
}

static void test_names_that_no_log_has_are_refused(void **state)
{
    static const char *const names[] = {
        "w\"eb", "w\x1b[31m", "",
        "a2345678901234567890123456789012345678901234567890123456789012345"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char id[200], data[200];
        count_init(&c);
        count_connect(&c, false);
        snprintf(id, sizeof id, "ok=1-0~1.80000001,%s=1-0~1.80000001", names[i]);
        snprintf(data, sizeof data, "{\"log\":\"%s\",\"lost\":3}", names[i]);
        give(id, "cursor", "{}");
        give("ok=1-0~1.80000001", "record", data);
        give(NULL, "gap", data);
        assert_true(c.nlogs <= 2); /* "" is that of a stream with one log */
        assert_int_equal(c.received, 0);
        assert_false(count_is_proven(&c));
        count_free(&c);
    }
}

static void test_more_logs_than_a_stream_has_are_refused(void **state)
{
    (void)state;
    count_init(&c);
    count_connect(&c, false);
    for (unsigned i = 0; i <= CURSOR_LIST_MOST; i++) {
        char id[64], name[32];
        snprintf(id, sizeof id, "log%u=1-0~1.80000001", i);
        snprintf(name, sizeof name, "record.log%u", i);
        assert_true(i == 0 || count_is_proven(&c));
        give(id, name, "x");
    }
    assert_int_equal(c.received, CURSOR_LIST_MOST);
    assert_false(count_is_proven(&c));
    count_free(&c);
}

static void test_frames_are_read_as_json(void **state)
{
    (void)state;
    count_init(&c);
    count_connect(&c, false);
    give("1-0~1.80000001", NULL, "x");
    give(NULL, "gap", "{ \"next\": {\"lost\":1}, \"lost\" : 3 }");
    give("5-0~5.80000001", NULL, "x");
    give(NULL, "live", "{\"note\":\"\\\"sent\\\":9\", \"sent\": 2, \"withheld\": 0}");
    assert_int_equal(c.lost, 3);
    assert_true(c.counted && !c.filtered);
    assert_true(count_is_complete(&c) && count_is_proven(&c));
    count_free(&c);
}

static void test_record_named_like_a_frame_is_a_record(void **state)
{
    (void)state;
    count_init(&c);
    count_connect(&c, false);
    give("1-0~1.80000001", "gap", "{\"lost\":3}");
    give("2-0~2.80000001", "cursor", "{}");
    give("3-0~3.80000001", "end", "x");
    assert_int_equal(c.received, 3);
    assert_int_equal(c.gaps, 0);
    count_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequence_has_its_result),
        cmocka_unit_test(test_each_log_of_several_is_checked),
        cmocka_unit_test(test_gaps_that_are_told_again_are_counted_once),
        cmocka_unit_test(test_counts_that_contradict_each_other_are_a_fault),
        cmocka_unit_test(test_holes_that_leave_the_log_count_for_their_own_log),
        cmocka_unit_test(test_sum_of_holes_hides_none),
        cmocka_unit_test(test_names_that_no_log_has_are_refused),
        cmocka_unit_test(test_more_logs_than_a_stream_has_are_refused),
        cmocka_unit_test(test_frames_are_read_as_json),
        cmocka_unit_test(test_record_named_like_a_frame_is_a_record),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
