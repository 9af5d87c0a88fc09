/* SPDX-License-Identifier: MIT */
/* context: see context.h. */
#include "front/context.h"

#include <stdlib.h>

#include "front/holder.h"
#include "front/poll.h"

/* Hands what the peer did not take yet to the relay: no thread here waits for a slow peer. */
static void leave_rest(const struct context *ctx)
{
    char name[HOLDER_NAME];
    struct out rest = gateway_take_out(ctx->exchange);
    if (rest.fd >= 0 && rest.rest.len > 0) {
        struct seat_holder holder = holder_of(ctx, name);
        relay_drain(ctx->relay, rest, &holder);
    } else {
        out_close(&rest);
    }
}

void context_free(struct context *ctx)
{
    struct exchange *x = ctx->exchange;
    if (ctx->task)
        ctx->task->free(ctx->task);
    leave_rest(ctx);
    poll_end_wait(ctx);
    if (ctx->parking.seat)
        relay_unseat(ctx->relay, ctx->parking.seat, SEAT_TAKEN);
    config_release(ctx->base, ctx->config);
    request_free(&ctx->request);
    auth_wipe(&ctx->identity, sizeof ctx->identity);
    buf_free(&ctx->head);
    buf_free(&ctx->body);
    gateway_end(x);
    free(ctx);
}
