/* SPDX-License-Identifier: MIT */
/* slow: see slow.h. The lane decides whose turn it is. */
#include "front/slow.h"

#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "front/answer.h"
#include "front/context.h"
#include "front/holder.h"
#include "front/lane.h"

struct slow {
    struct lane *lane;
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
            refuse(ctx, order == LANE_LATE ? WHY_LATE : WHY_STOPPING);
        }
        gateway_forget();
    }
}

void slow_close(struct slow *s)
{
    lane_close(s->lane);
}
