/* SPDX-License-Identifier: MIT */
/* front: a start that fails half way ends the threads that run, then frees; a stop has a deadline.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/diag.h"
#include "redis_io.h"

/* Calls that still succeed; -1: all. */
static int connections, thread_starts;
static unsigned created, joined;

static struct redis_sync *test_redis_sync_new(const struct redis_address *address, unsigned ms)
{
    if (connections == 0)
        return NULL;
    if (connections > 0)
        connections--;
    return redis_sync_new(address, ms);
}

static int test_pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*fn)(void *),
                               void *arg)
{
    if (thread_starts == 0)
        return EAGAIN;
    if (thread_starts > 0)
        thread_starts--;
    created++;
    return pthread_create(thread, attr, fn, arg);
}

static unsigned told;

static void __attribute__((format(printf, 3, 4)))
test_diag(enum diag_level level, const char *module, const char *format, ...)
{
    (void)level, (void)module;
    told += strcmp(format, "cannot start a thread: %s") == 0;
}

static int test_pthread_join(pthread_t thread, void **value)
{
    joined++;
    return pthread_join(thread, value);
}

/* The deadline is one of CLOCK_MONOTONIC: the time of day is decades later. */
static int test_pthread_cond_timedwait(pthread_cond_t *cond, pthread_mutex_t *lock,
                                       const struct timespec *until)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    assert_true(until->tv_nsec < 1000000000);
    assert_in_range(until->tv_sec, now.tv_sec, now.tv_sec + UINT32_MAX / 1000 + 1);
    return pthread_cond_timedwait(cond, lock, until);
}

#define redis_sync_new         test_redis_sync_new
#define diag                   test_diag
#define pthread_create         test_pthread_create
#define pthread_join           test_pthread_join
#define pthread_cond_timedwait test_pthread_cond_timedwait
#include "front/workers.c"
#include "front/front.c"
#undef redis_sync_new
#undef diag
#undef pthread_create
#undef pthread_join
#undef pthread_cond_timedwait

static struct config_base *base;

static int set_up(void **state)
{
    static char auth[] = "SSELOG_AUTH=anonymous", stream[] = "SSELOG_STREAM=log",
                redis[] = "SSELOG_REDIS=unix:///nowhere", number[] = "SSELOG_FRONT_THREADS=3";
    static char *options[] = {auth, stream, redis, number, NULL};
    struct buf why;
    (void)state;
    connections = thread_starts = -1;
    created = joined = told = 0;
    buf_init(&why, 1024);
    base = config_load(NULL, options, &why);
    buf_free(&why);
    return base ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    config_unload(base);
    return 0;
}

/* Three threads answer; one more serves each lane from its first request. */
static void test_start_and_stop(void **state)
{
    (void)state;
    struct front *f = front_new(base, NULL, false);
    assert_non_null(f);
    assert_int_equal(created, 3);
    thread_starts = 0;
    for (int i = 0; i < 3; i++)
        assert_int_equal(start_worker(&f->workers->each[LANE_APPEND], work_slow), -1);
    assert_int_equal(told, 1); /* once a minute */
    thread_starts = -1;
    for (unsigned i = 0; i < 2 * LANES; i++) {
        assert_int_equal(start_worker(&f->workers->each[i / 2], work_slow), 0);
        assert_int_equal(created, 4 + i / 2);
    }
    assert_true(front_stop(f, 60000));
    assert_int_equal(joined, 3 + LANES);
    assert_true(front_stop(f, 0)); /* once more does nothing */
    front_free(f);
    front_free(NULL);
}

static unsigned running(struct workers *w)
{
    pthread_mutex_lock(&w->lock);
    unsigned n = w->running;
    pthread_mutex_unlock(&w->lock);
    return n;
}

/* A thread that does not end is not waited for; the others are joined. */
static void test_stop_has_a_deadline(void **state)
{
    (void)state;
    struct front *f = front_new(base, NULL, false);
    assert_non_null(f);
    struct workers *w = f->workers;
    pthread_mutex_lock(&w->lock);
    w->running++; /* a thread that never ends */
    pthread_mutex_unlock(&w->lock);
    assert_int_equal(dup2(STDERR_FILENO, w->pipe[1]), w->pipe[1]); /* the pipe ends */
    for (int i = 0; i < LANES; i++)
        slow_close(w->lanes[i]);
    while (running(w) > 1)
        sched_yield();
    assert_false(front_stop(f, 1));
    assert_int_equal(joined, 3);
    front_free(f);
}

static void test_thread_that_does_not_start_ends_the_others_first(void **state)
{
    (void)state;
    for (unsigned n = 0; n < 3; n++) {
        thread_starts = (int)n;
        created = joined = 0;
        assert_null(front_new(base, NULL, false));
        assert_int_equal(created, n);
        assert_int_equal(joined, n);
    }
}

static void test_no_thread_starts_without_its_connection(void **state)
{
    (void)state;
    for (int n = 0; n < 3 + LANES; n++) {
        connections = n;
        assert_null(front_new(base, NULL, false));
    }
    connections = 0;
    assert_null(front_new(base, NULL, true)); /* CGI */
    assert_int_equal(created, 0);
    connections = 1;
    struct front *f = front_new(base, NULL, true);
    assert_non_null(f);
    front_free(f);
}

static char *const next_options[] = {(char *)(uintptr_t) "SSELOG_AUTH=anonymous",
                                     (char *)(uintptr_t) "SSELOG_STREAM=other", NULL};

/* A request goes on with the configuration that it began with. */
static void test_new_requests_get_the_new_configuration(void **state)
{
    struct buf why;
    (void)state;
    struct front *f = front_new(base, NULL, true);
    buf_init(&why, 1024);
    struct config_base *next = config_load(NULL, next_options, &why);
    assert_non_null(next);
    const struct config_base *begun = config_current_hold(&f->current);
    front_use(f, next);
    config_unload(next);
    const struct config_base *later = config_current_hold(&f->current);
    assert_string_equal(config_of(begun)->stream, "log");
    assert_string_equal(config_of(later)->stream, "other");
    config_unload(begun);
    front_free(f);
    assert_string_equal(config_of(later)->stream, "other");
    config_unload(later);
    buf_free(&why);
}

static void test_thread_that_is_busy_too_long_hangs(void **state)
{
    (void)state;
    struct front *f = front_new(base, NULL, false);
    assert_true(front_turns(f, 1000000));
    f->workers->each[LANES].began = 1000;
    assert_true(front_turns(f, 1000 + HANG_MS));
    assert_false(front_turns(f, 1001 + HANG_MS));
    f->workers->each[LANES].began = 0;
    assert_true(front_turns(f, 1000000));
    assert_true(front_stop(f, 60000));
    front_free(f);
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_new_requests_get_the_new_configuration),
        EACH(test_thread_that_is_busy_too_long_hangs),
        EACH(test_start_and_stop),
        EACH(test_stop_has_a_deadline),
        EACH(test_thread_that_does_not_start_ends_the_others_first),
        EACH(test_no_thread_starts_without_its_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
