/* SPDX-License-Identifier: MIT */
/* context: see context.h. */
#include "front/context.h"

#include <stdlib.h>

/* Hands what the peer did not take yet to the relay: no thread here waits for a slow peer. */
void context_free(struct context *ctx)
{
    struct exchange *x = ctx->exchange;
    if (ctx->task)
        ctx->task->free(ctx->task);
    config_release(ctx->base, ctx->config);
    request_free(&ctx->request);
    auth_wipe(&ctx->identity, sizeof ctx->identity);
    buf_free(&ctx->head);
    buf_free(&ctx->body);
    struct out rest = gateway_take_out(x);
    if (rest.fd >= 0 && rest.rest.len > 0)
        relay_drain(ctx->relay, rest);
    else
        out_close(&rest);
    gateway_end(x);
    free(ctx);
}
