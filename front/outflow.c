/* SPDX-License-Identifier: MIT */
/*
 * outflow: see outflow.h. Bytes are in ctx->body or in the rest of struct out, which holds them
 * once a part of a piece was sent. The next piece is not accepted before that rest is gone.
 */
#include "front/outflow.h"

#include "base/clock.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/figures.h"
#include "front/holder.h"
#include "front/refusal.h"

int outflow_begin(struct context *ctx)
{
    if (ctx->request.method == METHOD_HEAD || ctx->head.failed) {
        answer_send(ctx);
        return -1;
    }
    if (holder_take_seat(ctx))
        return -1;
    figures_count(ctx->figures, ctx->endpoint, ctx->status, WHY_OK);
    ctx->flows = true;
    ctx->piece = clock_ms();
    ctx->parking.until = ctx->piece + OUTFLOW_STALL_MS;
    buf_add(&ctx->body, ctx->head.p, ctx->head.len);
    buf_adds(&ctx->body, "\r\n");
    return 0;
}

/* Sends what waits, then the body. */
static enum out_result send_all(struct context *ctx, struct out *o)
{
    enum out_result r = out_flush(o);
    if (r == OUT_SENT && ctx->body.len > 0)
        r = out_send_bytes(o, ctx->body.p, ctx->body.len);
    if (r == OUT_SENT) {
        buf_clear(&ctx->body);
        buf_shrink(&ctx->body);
    }
    return r;
}

static enum outflow outcome(enum out_result r)
{
    switch (r) {
    case OUT_SENT:
        return OUTFLOW_OPEN;
    case OUT_FULL:
        return OUTFLOW_FULL;
    case OUT_GONE:
        break;
    }
    return OUTFLOW_GONE;
}

void outflow_limit(struct context *ctx, int64_t end)
{
    if (end < ctx->parking.until)
        ctx->parking.until = end;
}

/* took: the peer took bytes. A peer that takes a few now and then keeps its seat for one piece. */
static void set_deadline(struct context *ctx, bool took, enum outflow result)
{
    int64_t now = clock_ms();
    if (result == OUTFLOW_OPEN)
        ctx->piece = now;
    if (took)
        ctx->parking.until = now + OUTFLOW_STALL_MS;
    outflow_limit(ctx, ctx->piece + OUTFLOW_PIECE_MS);
}

enum outflow outflow_send(struct context *ctx)
{
    struct parking *g = &ctx->parking;
    struct out *o = gateway_out(ctx->exchange);
    uint64_t taken = o->taken;
    if (g->woken == WOKEN_TIME || ctx->body.failed || gateway_peer(ctx->exchange, 0) == PEER_GONE) {
        outflow_break(ctx);
        return OUTFLOW_GONE;
    }
    if (g->woken == WOKEN_ROOM)
        g->woken = WOKEN_NOT;
    enum outflow result = outcome(send_all(ctx, o));
    set_deadline(ctx, o->taken > taken || o->rest.len == 0, result);
    return result;
}

bool outflow_stops(const struct context *ctx)
{
    return ctx->parking.woken == WOKEN_STOP || relay_is_stopping(ctx->relay);
}

void outflow_end(struct context *ctx)
{
    struct out *o = gateway_out(ctx->exchange);
    if (send_all(ctx, o) == OUT_FULL) {
        for (size_t at = 0, len; at < ctx->body.len; at += len) {
            len = ctx->body.len - at < FCGI_MAX_CONTENT ? ctx->body.len - at : FCGI_MAX_CONTENT;
            out_leave_bytes(o, ctx->body.p + at, len);
        }
    }
    out_finish(o);
}

void outflow_break(struct context *ctx)
{
    out_close(gateway_out(ctx->exchange));
}
