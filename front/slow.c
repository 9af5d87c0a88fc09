/* SPDX-License-Identifier: MIT */
/* slow: see slow.h. The lane decides whose turn it is. Requests that were parked and woken have
 * turns between those of the lane; their seats limit their number. */
#include "front/slow.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/holder.h"
#include "front/lane.h"

struct slow {
    struct lane *lane;
    struct parked *parked; /* of the thread in slow_run */
    _Atomic int64_t began; /* the turn under way; 0: none */
};

struct slow *slow_new(void)
{
    struct slow *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->lane = lane_new();
    s->parked = parked_new();
    if (s->lane && s->parked)
        return s;
    slow_free(s);
    return NULL;
}

void slow_free(struct slow *s)
{
    if (!s)
        return;
    lane_free(s->lane);
    parked_free(s->parked);
    free(s);
}

/* The name that shares the lane: the user, or for anonymous requests the address. Requests to one
 * endpoint do not wait for those of the same user to another. Names hold no control character. */
static void name_owner(struct context *ctx)
{
    const struct identity *who = &ctx->identity;
    unsigned char a[16];
    char *owner = ctx->job.owner;
    if (owner[0]) /* the endpoint named it */
        return;
    int len = snprintf(owner, LANE_OWNER, "%s\n%s\n%u\n", who->user, who->tenant,
                       (unsigned)ctx->endpoint);
    if (who->user[0] || throttle_read_address(request_param(&ctx->request, "REMOTE_ADDR"), a))
        return;
    for (size_t i = 0; i < sizeof a; i++)
        len += snprintf(owner + len, LANE_OWNER - (size_t)len, "%02x", a[i]);
}

static void refuse(struct context *ctx, enum why why)
{
    refusal_set(ctx, why);
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
        refuse(ctx, WHY_BUSY);
        return;
    case LANE_OWNER_FULL:
        refuse(ctx, WHY_USER_BUSY);
        return;
    }
}

/* One turn. A client that left needs no answer. */
static enum turn serve(struct slow *s, struct context *ctx, struct redis_sync *redis)
{
    ctx->redis = redis;
    if (ctx->parking.woken == WOKEN_GONE || gateway_is_gone(ctx->exchange) ||
        (!ctx->flows && holder_has_no_room(ctx)))
        return TURN_DONE;
    enum turn turn = ctx->task->turn(ctx, ctx->task);
    if (turn != TURN_PARK)
        return turn;
    if (ctx->parking.woken == WOKEN_STOP || (!ctx->parking.seat && holder_take_seat(ctx)))
        return TURN_DONE;
    parked_add(s->parked, ctx);
    return TURN_PARK;
}

static void serve_job(struct slow *s, struct context *ctx, struct redis_sync *redis)
{
    switch (serve(s, ctx, redis)) {
    case TURN_AGAIN:
        lane_back(s->lane);
        return;
    case TURN_PARK:
        lane_done(s->lane);
        return;
    case TURN_DONE:
        lane_done(s->lane);
        context_free(ctx);
        return;
    }
}

/* A turn of the next request that was woken. */
static void serve_woken(struct slow *s, struct redis_sync *redis)
{
    struct context *ctx = parked_take(s->parked);
    enum turn turn = ctx ? serve(s, ctx, redis) : TURN_PARK;
    if (turn == TURN_AGAIN)
        parked_again(s->parked, ctx);
    else if (turn == TURN_DONE)
        context_free(ctx);
}

/* A turn of the lane's next request. False: the lane is closed and empty. */
static bool serve_lane(struct slow *s, struct redis_sync *redis)
{
    struct lane_job *job;
    s->began = 0;
    enum lane_order order = lane_take(s->lane, parked_due(s->parked), &job);
    s->began = clock_ms();
    if (order == LANE_TIME || order == LANE_END)
        return order == LANE_TIME;
    struct context *ctx = (struct context *)((char *)job - offsetof(struct context, job));
    if (order == LANE_SERVE) {
        serve_job(s, ctx, redis);
    } else if (ctx->flows) { /* it cannot be refused any more: its last turn ends it */
        lane_done(s->lane);
        ctx->parking.woken = WOKEN_STOP;
        serve(s, ctx, redis);
        context_free(ctx);
    } else {
        lane_done(s->lane);
        refuse(ctx, order == LANE_LATE ? WHY_LATE : WHY_STOPPING);
    }
    return true;
}

void slow_run(struct slow *s, struct redis_sync *redis)
{
    while (serve_lane(s, redis)) {
        parked_check(s->parked, redis, clock_ms());
        serve_woken(s, redis);
        gateway_forget();
    }
    parked_stop(s->parked);
    while (parked_due(s->parked) == 0)
        serve_woken(s, redis);
    gateway_forget();
}

int64_t slow_turn_began(const struct slow *s)
{
    return s->began;
}

void slow_close(struct slow *s)
{
    lane_close(s->lane);
}
