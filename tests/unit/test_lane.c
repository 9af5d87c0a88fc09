/* SPDX-License-Identifier: MIT */
/* lane: owners take turns, what does not fit is refused, and nothing is lost or served twice. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "front/lane.c"

#define START 5000000

static struct lane *l;
static struct lane_job jobs[LANE_MAX + 2];

static int set_up(void **state)
{
    (void)state;
    l = lane_new();
    return l ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    lane_free(l);
    lane_free(NULL);
    return 0;
}

static enum lane_room put_as(size_t i, const char *owner)
{
    snprintf(jobs[i].owner, LANE_OWNER, "%s", owner);
    return put(l, &jobs[i], START);
}

/* Each letter of `came` is the owner of a job. A job takes as many turns as `turns` says for its
 * place. The order of the turns must be `served`, as indexes of jobs. */
static void test_owners_take_turns(void **state)
{
    static const struct {
        const char *came, *turns, *served;
    } rows[] = {
        {"a", "1", "0"},          {"a", "3", "000"},
        {"aaa", "111", "012"},    {"aab", "111", "021"},
        {"aaab", "1111", "0312"}, {"aabb", "1111", "0213"},
        {"ab", "33", "010101"},   {"aab", "313", "0202021"},
        {"abc", "121", "0121"},   {"aaabbc", "111111", "035142"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char left[16], served[32] = "", name[2] = "";
        size_t n = strlen(rows[i].came), turns = 0;
        memcpy(left, rows[i].turns, n);
        for (size_t k = 0; k < n; k++) {
            name[0] = rows[i].came[k];
            assert_int_equal(put_as(k, name), LANE_ROOM);
        }
        while (order(l, START) == LANE_SERVE) {
            size_t k = (size_t)(l->head - jobs);
            served[turns++] = (char)('0' + k);
            if (--left[k] > '0')
                lane_back(l);
            else
                lane_done(l);
        }
        assert_string_equal(served, rows[i].served);
        assert_int_equal(l->count, 0);
    }
}

static void test_owner_and_lane_have_limits(void **state)
{
    char name[16];
    size_t n = 0;
    (void)state;
    for (; n < LANE_MAX_OWNER; n++)
        assert_int_equal(put_as(n, "ann"), LANE_ROOM);
    assert_int_equal(put_as(n, "ann"), LANE_OWNER_FULL);
    for (; n < LANE_MAX; n++) {
        snprintf(name, sizeof name, "user %zu", n);
        assert_int_equal(put_as(n, name), LANE_ROOM);
    }
    assert_int_equal(put_as(n, "one more"), LANE_FULL);
    assert_int_equal(put_as(n, "ann"), LANE_OWNER_FULL);
    lane_done(l); /* one of ann's */
    assert_int_equal(put_as(n, "ann"), LANE_ROOM);
    assert_int_equal(put_as(n + 1, "ann"), LANE_OWNER_FULL);
    assert_int_equal(put_as(n + 1, "one more"), LANE_FULL);
}

static void test_job_that_began_is_never_late(void **state)
{
    struct lane_job *job;
    (void)state;
    put_as(0, "ann");
    assert_int_equal(order(l, START + LANE_WAIT_MS), LANE_SERVE);
    assert_int_equal(order(l, START + LANE_WAIT_MS + 1), LANE_LATE);
    jobs[0].since = clock_ms();
    assert_int_equal(lane_take(l, INT64_MAX, &job), LANE_SERVE);
    assert_ptr_equal(job, &jobs[0]);
    lane_back(l);
    assert_int_equal(order(l, INT64_MAX), LANE_SERVE);
}

static void test_closed_lane_gives_back_what_waits_and_ends(void **state)
{
    struct lane_job *job;
    (void)state;
    put_as(0, "ann");
    put_as(1, "ann");
    lane_close(l);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(lane_take(l, INT64_MAX, &job), LANE_CLOSED);
        assert_ptr_equal(job, &jobs[i]);
        lane_done(l);
    }
    assert_int_equal(lane_take(l, INT64_MAX, &job), LANE_END);
    assert_int_equal(put_as(0, "ann"), LANE_FULL);
}

static void test_take_ends_when_its_time_is_over(void **state)
{
    struct lane_job *job;
    (void)state;
    assert_int_equal(lane_take(l, 0, &job), LANE_TIME);
    assert_int_equal(lane_take(l, clock_ms() + 2, &job), LANE_TIME);
    put_as(0, "ann");
    jobs[0].since = clock_ms();
    assert_int_equal(lane_take(l, 0, &job), LANE_SERVE);
    lane_done(l);
    lane_close(l);
    assert_int_equal(lane_take(l, 0, &job), LANE_END);
}

static void *put_many(void *arg)
{
    struct lane_job *mine = arg;
    for (int i = 0; i < 50; i++)
        assert_int_equal(lane_put(l, &mine[i]), LANE_ROOM);
    return NULL;
}

static void test_threads_may_put_while_one_takes(void **state)
{
    pthread_t threads[4];
    struct lane_job *job;
    (void)state;
    for (size_t i = 0; i < 200; i++)
        snprintf(jobs[i].owner, LANE_OWNER, "%zu", i % 7);
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, put_many, &jobs[50 * i]), 0);
    for (int turn = 0; turn < 400; turn++) { /* each job has two turns */
        assert_int_equal(lane_take(l, INT64_MAX, &job), LANE_SERVE);
        if (job->owner[LANE_OWNER - 1]++ == 0)
            lane_back(l);
        else
            lane_done(l);
    }
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    assert_int_equal(l->count, 0);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_owners_take_turns),
        EACH(test_owner_and_lane_have_limits),
        EACH(test_job_that_began_is_never_late),
        EACH(test_closed_lane_gives_back_what_waits_and_ends),
        EACH(test_take_ends_when_its_time_is_over),
        EACH(test_threads_may_put_while_one_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
