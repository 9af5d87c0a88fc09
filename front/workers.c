/* SPDX-License-Identifier: MIT */
/* workers: see workers.h. The queue is a pipe: a thread that is free reads the next request. */
#include "front/workers.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "front/context.h"
#include "front/slow.h"
#include "gateway/gateway.h"
#include "redis_io.h"

#define LOOKUP_MS   2000 /* deadline of one look-up in Redis */
#define HANG_MS     20000 /* no request keeps a thread for so long: its few look-ups have deadlines */
#define TELL_MS     60000 /* between two lines of the log about threads */
#define SEARCH_NICE 10    /* of the thread of searches: live streams and short answers come first */

/* A thread with its connection to Redis. */
struct worker {
    struct workers *all;
    struct redis_sync *redis;
    pthread_t thread;
    bool started, ended;   /* with the lock of all */
    _Atomic int64_t began; /* the request under way, ms; 0: none */
};

struct workers {
    void (*answer)(void *of, struct redis_sync *redis, struct exchange *x);
    void *of;
    int pipe[2]; /* carries struct fcgi_reader pointers to the threads; closed: the threads end */
    struct slow *lanes[LANES]; /* NULL: CGI */
    struct worker *each;       /* the first ones serve the lanes; CGI: one, without a thread */
    unsigned count;            /* of each */
    pthread_mutex_t lock;
    pthread_cond_t ended;   /* waits by CLOCK_MONOTONIC */
    unsigned running;       /* threads; with lock */
    int64_t tell_thread_at; /* when the log may say again why a thread did not start; with lock */
};

/* The last act of a thread: workers_stop can then join it without a wait. */
static void *end_work(struct worker *w)
{
    struct workers *all = w->all;
    pthread_mutex_lock(&all->lock);
    w->ended = true;
    all->running--;
    pthread_cond_signal(&all->ended);
    pthread_mutex_unlock(&all->lock);
    return NULL;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct workers *all = w->all;
    struct fcgi_reader *in;
    while (read(all->pipe[0], &in, sizeof in) == (ssize_t)sizeof in) {
        w->began = clock_ms();
        struct exchange *x = gateway_begin(in);
        if (x)
            all->answer(all->of, w->redis, x);
        gateway_forget();
        w->began = 0;
    }
    return end_work(w);
}

static void *work_slow(void *arg)
{
    struct worker *w = arg;
    if (w == &w->all->each[LANE_SEARCH]) /* Linux has a nice value for each thread */
        (void)setpriority(PRIO_PROCESS, (id_t)gettid(), SEARCH_NICE);
    slow_run(w->all->lanes[w - w->all->each], w->redis);
    return end_work(w);
}

/* Starts the thread of w unless it was started. -1: it cannot be, and the log says why, at most
 * once a minute. */
static int start_worker(struct worker *w, void *(*run)(void *))
{
    struct workers *all = w->all;
    int64_t now = clock_ms();
    pthread_mutex_lock(&all->lock);
    int error = w->started ? 0 : pthread_create(&w->thread, NULL, run, w);
    all->running += error == 0 && !w->started;
    w->started = error == 0;
    bool tells = error && now >= all->tell_thread_at;
    if (tells)
        all->tell_thread_at = now + TELL_MS;
    pthread_mutex_unlock(&all->lock);
    if (tells)
        diag(DIAG_ERROR, "front", "cannot start a thread: %s", strerror(error));
    return error ? -1 : 0;
}

int workers_start(struct workers *w,
                  void (*answer)(void *of, struct redis_sync *redis, struct exchange *x), void *of)
{
    w->answer = answer;
    w->of = of;
    for (unsigned i = 0; i < w->count; i++)
        redis_sync_beside_feed(w->each[i].redis);
    for (unsigned i = 0; i < LANES; i++)
        redis_sync_apart(w->each[i].redis);
    for (unsigned i = LANES; i < w->count; i++)
        if (start_worker(&w->each[i], work))
            return -1;
    return 0;
}

struct redis_sync *workers_redis(const struct workers *w)
{
    return w->each[0].redis;
}

void workers_take(struct workers *w, struct fcgi_reader *in)
{
    if (write(w->pipe[1], &in, sizeof in) != (ssize_t)sizeof in)
        fcgi_reader_free(in);
}

/* A lane gets its thread with its first request: most processes append nothing, and a thread costs
 * 12 kB. */
int workers_hand_on(struct workers *w, enum task_lane lane, struct context *ctx)
{
    if (start_worker(&w->each[lane], work_slow))
        return -1;
    slow_add(w->lanes[lane], ctx);
    return 0;
}

bool workers_turn(const struct workers *w, int64_t now)
{
    bool hangs = false;
    for (unsigned i = 0; i < w->count; i++) {
        int64_t began = i < LANES ? slow_turn_began(w->lanes[i]) : w->each[i].began;
        hangs = hangs || (began && now - began > HANG_MS);
    }
    return !hangs;
}

/* Gives each worker its connection before a thread runs: a thread without one would serve nobody.
 * -1: out of memory. */
static int make_each(struct workers *w, const struct redis_address *address, unsigned count)
{
    w->each = calloc(count, sizeof *w->each);
    for (; w->each && w->count < count; w->count++) {
        struct worker *one = &w->each[w->count];
        one->all = w;
        one->redis = redis_sync_new(address, LOOKUP_MS);
        if (!one->redis)
            return -1;
    }
    return w->each ? 0 : -1;
}

/* -1: out of memory, or of files. */
static int make_queues(struct workers *w)
{
    for (int i = 0; i < LANES; i++) {
        w->lanes[i] = slow_new();
        if (!w->lanes[i])
            return -1;
    }
    return pipe2(w->pipe, O_CLOEXEC);
}

/* A deadline of the wall clock would move when the time of day is set. */
static void make_lock(struct workers *w)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->ended, &attr);
    pthread_condattr_destroy(&attr);
}

struct workers *workers_new(const struct redis_address *address, unsigned threads)
{
    struct workers *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    w->pipe[0] = w->pipe[1] = -1;
    make_lock(w);
    if (make_each(w, address, threads ? threads + LANES : 1) == 0 &&
        (threads == 0 || make_queues(w) == 0))
        return w;
    workers_free(w);
    return NULL;
}

/* Waits until all threads ended. False: the time is over. */
static bool wait_for_threads(struct workers *w, unsigned timeout_ms)
{
    struct timespec until;
    int result = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&w->lock);
    while (w->running > 0 && result == 0)
        result = pthread_cond_timedwait(&w->ended, &w->lock, &until);
    bool all = w->running == 0;
    pthread_mutex_unlock(&w->lock);
    return all;
}

bool workers_stop(struct workers *w, unsigned timeout_ms)
{
    if (!w || w->pipe[1] < 0)
        return true;
    close(w->pipe[1]);
    w->pipe[1] = -1;
    for (int i = 0; i < LANES; i++)
        slow_close(w->lanes[i]);
    bool all = wait_for_threads(w, timeout_ms);
    for (unsigned i = 0; i < w->count; i++) {
        pthread_mutex_lock(&w->lock);
        bool ended = w->each[i].ended;
        pthread_mutex_unlock(&w->lock);
        if (ended)
            pthread_join(w->each[i].thread, NULL);
    }
    return all;
}

void workers_free(struct workers *w)
{
    if (!w)
        return;
    for (int i = 0; i < 2; i++)
        if (w->pipe[i] >= 0)
            close(w->pipe[i]);
    for (unsigned i = 0; i < w->count; i++)
        redis_sync_free(w->each[i].redis);
    free(w->each);
    for (int i = 0; i < LANES; i++)
        slow_free(w->lanes[i]);
    pthread_cond_destroy(&w->ended);
    pthread_mutex_destroy(&w->lock);
    free(w);
}
