/* SPDX-License-Identifier: MIT */
/*
 * lane: see lane.h. The ring holds the first job of each owner; the owner's later jobs hang behind
 * it. The job that is served stays at the ring's head, so that lane_put finds its owner.
 */
#include "front/lane.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"

struct lane {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct lane_job *head, **tail; /* tail: where the next owner is linked */
    size_t count;                  /* of jobs */
    bool closed;
};

struct lane *lane_new(void)
{
    struct lane *l = calloc(1, sizeof *l);
    if (!l)
        return NULL;
    pthread_mutex_init(&l->lock, NULL);
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC); /* the time of day may be set */
    pthread_cond_init(&l->changed, &attr);
    pthread_condattr_destroy(&attr);
    l->tail = &l->head;
    return l;
}

void lane_free(struct lane *l)
{
    if (!l)
        return;
    pthread_cond_destroy(&l->changed);
    pthread_mutex_destroy(&l->lock);
    free(l);
}

/* Links the first job of an owner to the end of the ring. */
static void link_last(struct lane *l, struct lane_job *job)
{
    job->next = NULL;
    *l->tail = job;
    l->tail = &job->next;
}

static struct lane_job *unlink_head(struct lane *l)
{
    struct lane_job *job = l->head;
    l->head = job->next;
    if (!l->head)
        l->tail = &l->head;
    return job;
}

static struct lane_job *first_of(const struct lane *l, const char *owner)
{
    struct lane_job *job = l->head;
    while (job && strcmp(job->owner, owner) != 0)
        job = job->next;
    return job;
}

static enum lane_room put(struct lane *l, struct lane_job *job, int64_t now)
{
    struct lane_job *first = first_of(l, job->owner);
    if (first && first->count >= LANE_MAX_OWNER)
        return LANE_OWNER_FULL;
    if (l->closed || l->count >= LANE_MAX)
        return LANE_FULL;
    l->count++;
    job->behind = NULL;
    job->last = job;
    job->count = 1;
    job->since = now;
    if (first) {
        first->last->behind = job;
        first->last = job;
        first->count++;
    } else {
        link_last(l, job);
    }
    return LANE_ROOM;
}

/* Decides about the job at the head. */
static enum lane_order order(const struct lane *l, int64_t now)
{
    if (!l->head)
        return l->closed ? LANE_END : LANE_TIME;
    if (l->closed)
        return LANE_CLOSED;
    return l->head->since == 0 || now - l->head->since <= LANE_WAIT_MS ? LANE_SERVE : LANE_LATE;
}

/* Removes the job at the head. The next job of its owner waits for the owner's next turn. */
static void remove_head(struct lane *l)
{
    struct lane_job *job = unlink_head(l), *next = job->behind;
    l->count--;
    if (!next)
        return;
    next->last = job->last;
    next->count = job->count - 1;
    link_last(l, next);
}

enum lane_room lane_put(struct lane *l, struct lane_job *job)
{
    pthread_mutex_lock(&l->lock);
    enum lane_room room = put(l, job, clock_ms());
    if (room == LANE_ROOM)
        pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
    return room;
}

/* The caller holds the lock. */
static void wait_for_change(struct lane *l, int64_t until)
{
    const struct timespec at = {until / 1000, until % 1000 * 1000000};
    if (until == INT64_MAX)
        pthread_cond_wait(&l->changed, &l->lock);
    else
        pthread_cond_timedwait(&l->changed, &l->lock, &at);
}

enum lane_order lane_take(struct lane *l, int64_t until, struct lane_job **job)
{
    pthread_mutex_lock(&l->lock);
    while (!l->head && !l->closed && clock_ms() < until)
        wait_for_change(l, until);
    enum lane_order what = order(l, clock_ms());
    *job = l->head;
    if (what == LANE_SERVE)
        l->head->since = 0;
    pthread_mutex_unlock(&l->lock);
    return what;
}

void lane_back(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    link_last(l, unlink_head(l));
    pthread_mutex_unlock(&l->lock);
}

void lane_done(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    remove_head(l);
    pthread_mutex_unlock(&l->lock);
}

void lane_close(struct lane *l)
{
    pthread_mutex_lock(&l->lock);
    l->closed = true;
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
}
