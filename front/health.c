/* SPDX-License-Identifier: MIT */
/* health: see health.h. */
#include "front/health.h"

#include <inttypes.h>
#include <stdio.h>

#include "front/access.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/metrics.h"
#include "front/probe.h"
#include "front/stream.h"
#include "identity/fingerprint.h"

/* Whether the client is on this machine. A proxy on this machine is not: it forwards requests of
 * others. */
static bool is_local(const struct context *ctx, const char *beside)
{
    const char *from = request_param(&ctx->request, "REMOTE_ADDR");
    return from && (strcmp(from, "127.0.0.1") == 0 || strcmp(from, "::1") == 0) &&
           !access_is_forwarded_beside(ctx, beside);
}

/* Administrators and clients on this machine may see the process's counters. False: answered. */
static bool may_see_metrics(struct context *ctx)
{
    if (is_local(ctx, NULL))
        return true;
    if (access_identify(ctx))
        return false;
    if (auth_is_admin(ctx->config, &ctx->identity))
        return true;
    answer_error(ctx, 403, "not allowed");
    return false;
}

void serve_status(struct context *ctx)
{
    char key[IDENTITY_MAX_KEY + 1], presence_key[sizeof PRESENCE_KEY + IDENTITY_MAX_KEY];
    if (ctx->profile_http->status) {
        if (access_identify(ctx) || access_key(ctx, key))
            return;
        if (snprintf(presence_key, sizeof presence_key, PRESENCE_KEY "%s", key) > 0)
            ctx->profile_http->status(ctx, presence_key);
        return;
    }
    if (may_see_metrics(ctx))
        metrics_status(ctx);
}

void serve_metrics(struct context *ctx)
{
    if (may_see_metrics(ctx))
        metrics_answer(ctx);
}

/* Also says why the identity of a client on this machine would be refused. The address that the
 * doctor invents makes it no proxy. False: answered. */
static bool may_probe(struct context *ctx)
{
    if (!is_local(ctx, PROBE_FORWARDED))
        return may_see_metrics(ctx);
    access_explain(ctx);
    return true;
}

void serve_healthz(struct context *ctx)
{
    if (probe_is_asked(ctx)) {
        if (may_probe(ctx))
            probe_answer(ctx);
        return;
    }
    bool healthy = redis_sync_ping(ctx->redis) == SYNC_OK;
    answer_begin(ctx, healthy ? 200 : 503, "text/plain");
    buf_adds(&ctx->body, healthy ? "ok\n" : "unavailable\n");
    answer_send(ctx);
}

/* A front thread that answers shows that one of them serves. The relay must be seen to turn. */
void serve_livez(struct context *ctx)
{
    int64_t turn = relay_turn_ms(ctx->relay);
    bool stalled = turn >= RELAY_STALLED_MS;
    answer_begin(ctx, stalled ? 503 : 200, "text/plain");
    if (stalled)
        buf_addf(&ctx->body, "the relay has not turned for %" PRId64 " s\n", turn / 1000);
    else
        buf_adds(&ctx->body, "ok\n");
    answer_send(ctx);
}
