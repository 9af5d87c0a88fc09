/* SPDX-License-Identifier: MIT */
/* parked: see parked.h. A watch has the requests that wait for the same record. */
#include "front/parked.h"

#include <poll.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "front/context.h"

#define CHECK_MS 250 /* from one look at a log to the next */
#define PEER_MS  4   /* until the first look at a peer */
#define PEERS_MS 64  /* from one look at a peer to the next, at most */

struct watch {
    struct watch *next;
    struct xid after;
    int64_t due; /* of the next look */
    struct parking *first;
    char key[];
};

struct parked {
    struct watch *watches, **tail; /* by due */
    struct parking *full;          /* those that wait for their peers */
    int64_t full_due;              /* of the first of these */
    struct parking *first, **last; /* those that were woken */
};

struct parked *parked_new(void)
{
    struct parked *p = calloc(1, sizeof *p);
    if (!p)
        return NULL;
    p->tail = &p->watches;
    p->last = &p->first;
    return p;
}

void parked_free(struct parked *p)
{
    free(p);
}

static struct context *context_of(struct parking *g)
{
    return (struct context *)((char *)g - offsetof(struct context, parking));
}

/* Makes w the last one to be looked at. */
static void watch_queue(struct parked *p, struct watch *w, int64_t due)
{
    w->due = due;
    w->next = NULL;
    *p->tail = w;
    p->tail = &w->next;
}

static struct watch *watch_take(struct parked *p)
{
    struct watch *w = p->watches;
    p->watches = w->next;
    if (!p->watches)
        p->tail = &p->watches;
    return w;
}

/* The watch for that record, which is made if it is missing. NULL: out of memory. */
static struct watch *watch_for(struct parked *p, const struct parking *g)
{
    struct watch *w = p->watches;
    while (w && (xid_cmp(w->after, g->after) != 0 || strcmp(w->key, g->key) != 0))
        w = w->next;
    if (w)
        return w;
    size_t len = strlen(g->key) + 1;
    w = calloc(1, sizeof *w + len);
    if (!w)
        return NULL;
    w->after = g->after;
    memcpy(w->key, g->key, len);
    watch_queue(p, w, clock_ms() + CHECK_MS);
    return w;
}

static void wake(struct parked *p, struct parking *g, enum woken why)
{
    g->woken = why;
    g->next = NULL;
    *p->last = g;
    p->last = &g->next;
}

static void wait_for_peer(struct parked *p, struct parking *g)
{
    p->full_due = p->full && p->full_due < g->due ? p->full_due : g->due;
    g->next = p->full;
    p->full = g;
}

void parked_add(struct parked *p, struct context *ctx)
{
    struct parking *g = &ctx->parking;
    if (!g->key) {
        g->pause = PEER_MS;
        g->due = clock_ms() + PEER_MS;
        wait_for_peer(p, g);
        return;
    }
    struct watch *w = watch_for(p, g);
    if (!w) {
        wake(p, g, WOKEN_TIME);
        return;
    }
    g->next = w->first;
    w->first = g;
}

void parked_again(struct parked *p, struct context *ctx)
{
    wake(p, &ctx->parking, ctx->parking.woken);
}

/* Why a request is woken although its log has no news. */
static enum woken reason_of(const struct context *ctx, int64_t now)
{
    if (gateway_is_gone(ctx->exchange))
        return WOKEN_GONE;
    return now >= ctx->parking.until ? WOKEN_TIME : WOKEN_NOT;
}

/* Wakes those of a watch whose wait is over. all: why all of them are woken. */
static void wake_of(struct parked *p, struct watch *w, int64_t now, enum woken all)
{
    for (struct parking **at = &w->first, *g; (g = *at);) {
        enum woken why = all != WOKEN_NOT ? all : reason_of(context_of(g), now);
        if (why == WOKEN_NOT) {
            at = &g->next;
            continue;
        }
        *at = g->next;
        wake(p, g, why);
    }
}

/* Why a request that waits for its peer is woken. */
static enum woken reason_of_peer(struct context *ctx, int64_t now, int wait_ms)
{
    switch (gateway_peer(ctx->exchange, wait_ms)) {
    case PEER_GONE:
        return WOKEN_GONE;
    case PEER_READY:
        return WOKEN_ROOM;
    case PEER_FULL:
        break;
    }
    return now >= ctx->parking.until ? WOKEN_TIME : WOKEN_NOT;
}

/* Looks at the peers whose time it is. all: why all requests are woken. */
static void check_peers(struct parked *p, int64_t now, enum woken all)
{
    struct parking *g = p->full, *next;
    p->full = NULL;
    for (; g; g = next) {
        next = g->next;
        enum woken why = all;
        if (all == WOKEN_NOT && g->due <= now) {
            why = reason_of_peer(context_of(g), now, 0);
            g->pause = 2 * g->pause < PEERS_MS ? 2 * g->pause : PEERS_MS;
            g->due = now + g->pause;
        }
        if (why == WOKEN_NOT)
            wait_for_peer(p, g);
        else
            wake(p, g, why);
    }
}

/* While Redis cannot be asked, there is no news: each waits until its time is over. */
static bool has_news(struct redis_sync *redis, const char *key, struct xid after, bool *down)
{
    bool news = false;
    *down = *down || redis_sync_news(redis, key, after, &news) == SYNC_DOWN;
    return !*down && news;
}

void parked_check(struct parked *p, struct redis_sync *redis, int64_t now)
{
    int64_t start = clock_ms();
    bool down = false;
    if (p->full && p->full_due <= now)
        check_peers(p, now, WOKEN_NOT);
    while (p->watches && p->watches->due <= now && clock_ms() - start < TASK_SLICE_MS) {
        struct watch *w = watch_take(p);
        bool news = !down && has_news(redis, w->key, w->after, &down);
        wake_of(p, w, now, news ? WOKEN_NEWS : WOKEN_NOT);
        if (w->first)
            watch_queue(p, w, now + CHECK_MS);
        else
            free(w);
    }
}

void parked_stop(struct parked *p)
{
    while (p->watches) {
        struct watch *w = watch_take(p);
        wake_of(p, w, 0, WOKEN_STOP);
        free(w);
    }
    check_peers(p, 0, WOKEN_STOP);
    for (struct parking *g = p->first; g; g = g->next)
        g->woken = WOKEN_STOP;
}

struct context *parked_take(struct parked *p)
{
    struct parking *g = p->first;
    if (!g)
        return NULL;
    p->first = g->next;
    if (!p->first)
        p->last = &p->first;
    return context_of(g);
}

int64_t parked_due(const struct parked *p)
{
    int64_t due = p->watches ? p->watches->due : INT64_MAX;
    if (p->full && p->full_due < due)
        due = p->full_due;
    return p->first ? 0 : due;
}

static void wait_for_own_peer(struct context *ctx)
{
    struct parking *g = &ctx->parking;
    for (g->woken = WOKEN_NOT; g->woken == WOKEN_NOT;)
        g->woken = relay_is_stopping(ctx->relay)
                       ? WOKEN_STOP
                       : reason_of_peer(ctx, clock_ms(), CHECK_MS); /* a signal ends it earlier */
}

void parked_wait(struct context *ctx)
{
    struct parking *g = &ctx->parking;
    bool down = false;
    if (!g->key) {
        wait_for_own_peer(ctx);
        return;
    }
    for (g->woken = WOKEN_NOT; g->woken == WOKEN_NOT; down = false) {
        poll(NULL, 0, CHECK_MS); /* a signal ends it earlier */
        if (relay_is_stopping(ctx->relay))
            g->woken = WOKEN_STOP;
        else if (has_news(ctx->redis, g->key, g->after, &down))
            g->woken = WOKEN_NEWS;
        else
            g->woken = reason_of(ctx, clock_ms());
    }
}
