/* SPDX-License-Identifier: MIT */
/* slow: see slow.h. The lane decides whose turn it is. */
#include "front/slow.h"

#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/diag.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/holder.h"
#include "front/lane.h"

#define LOG_MS 60000 /* between two lines about refused requests */

struct slow {
    struct lane *lane;
    _Atomic int64_t logged; /* when the last line was written, CLOCK_MONOTONIC ms; 0: never */
};

struct slow *slow_new(void)
{
    struct slow *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->lane = lane_new();
    if (s->lane)
        return s;
    free(s);
    return NULL;
}

void slow_free(struct slow *s)
{
    if (!s)
        return;
    lane_free(s->lane);
    free(s);
}

/* The name that shares the lane: the user, or for anonymous requests the address. Names hold no
 * control character. */
static void name_owner(struct context *ctx)
{
    const struct identity *who = &ctx->identity;
    unsigned char a[16];
    char *owner = ctx->job.owner;
    int len = snprintf(owner, LANE_OWNER, "%s\n%s\n", who->user, who->tenant);
    if (who->user[0] || throttle_read_address(request_param(&ctx->request, "REMOTE_ADDR"), a))
        return;
    for (size_t i = 0; i < sizeof a; i++)
        len += snprintf(owner + len, LANE_OWNER - (size_t)len, "%02x", a[i]);
}

/* Logs at most once a minute that requests are refused. */
static void log_refusal(struct slow *s, const struct context *ctx, const char *why)
{
    int64_t now = clock_ms(), last = s->logged;
    if ((last && now - last < LOG_MS) || !atomic_compare_exchange_strong(&s->logged, &last, now))
        return;
    diag(DIAG_WARNING, "front", "history of %s: %s", holder_shown(ctx), why);
}

/* why: for the log; NULL: the process stops. */
static void refuse(struct slow *s, struct context *ctx, const char *why)
{
    if (why)
        log_refusal(s, ctx, why);
    if (!answer_refusal(ctx, REFUSED_UNAVAILABLE))
        answer_error(ctx, 503, "too many requests wait");
    context_free(ctx);
}

void slow_add(struct slow *s, struct context *ctx)
{
    name_owner(ctx);
    switch (lane_put(s->lane, &ctx->job)) {
    case LANE_ROOM:
        return; /* from here on the lane's thread owns ctx */
    case LANE_FULL:
        refuse(s, ctx, "too many requests wait");
        return;
    case LANE_OWNER_FULL:
        refuse(s, ctx, "too many requests of one user or address wait");
        return;
    }
}

/* One turn. A client that left needs no answer. */
static void serve(struct slow *s, struct context *ctx)
{
    if (!gateway_is_gone(ctx->exchange) && !holder_has_no_room(ctx) &&
        !ctx->task->turn(ctx, ctx->task)) {
        lane_back(s->lane);
        return;
    }
    lane_done(s->lane);
    context_free(ctx);
}

void slow_run(struct slow *s, struct redis_sync *redis)
{
    struct lane_job *job;
    enum lane_order order;
    while ((order = lane_take(s->lane, &job)) != LANE_END) {
        struct context *ctx = (struct context *)((char *)job - offsetof(struct context, job));
        ctx->redis = redis;
        if (order == LANE_SERVE) {
            serve(s, ctx);
        } else {
            lane_done(s->lane);
            refuse(s, ctx, order == LANE_LATE ? "requests wait too long" : NULL);
        }
        gateway_forget();
    }
}

void slow_close(struct slow *s)
{
    lane_close(s->lane);
}
