/* SPDX-License-Identifier: MIT */
/* context: see context.h. */
#include "front/context.h"

#include <stdlib.h>

#include "base/clock.h"
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

struct context *context_new(struct exchange *x, const struct config_base *base, bool cgi)
{
    struct context *ctx = calloc(1, sizeof *ctx);
    if (!ctx) {
        config_unload(base);
        gateway_end(x);
        return NULL;
    }
    ctx->base = base;
    ctx->config = config_of(base);
    ctx->profile_http = profile_http_of(ctx->config->profile);
    ctx->exchange = x;
    ctx->came = clock_us();
    ctx->cpu = clock_cpu_us();
    ctx->cgi = cgi;
    if (cgi) { /* all that the process has done was for this request */
        ctx->came -= ctx->cpu;
        ctx->cpu = 0;
    }
    buf_init(&ctx->head, 64 * 1024);
    buf_init(&ctx->body, 32u * 1024 * 1024);
    return ctx;
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
    config_unload(ctx->base);
    request_free(&ctx->request);
    auth_wipe(&ctx->identity, sizeof ctx->identity);
    buf_free(&ctx->head);
    buf_free(&ctx->body);
    gateway_end(x);
    free(ctx);
}
