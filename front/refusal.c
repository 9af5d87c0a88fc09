/* SPDX-License-Identifier: MIT */
/* refusal: see refusal.h. */
#include "front/refusal.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "base/omit.h"
#include "front/context.h"
#include "front/shown.h"

struct refusals {
    pthread_mutex_t lock;
    struct omit warnings, others; /* clients that scan for credentials hide no warning */
};

struct refusals *refusals_new(void)
{
    struct refusals *r = calloc(1, sizeof *r);
    if (r)
        pthread_mutex_init(&r->lock, NULL);
    return r;
}

void refusals_free(struct refusals *r)
{
    if (r)
        pthread_mutex_destroy(&r->lock);
    free(r);
}

void refusal_set(struct context *ctx, enum why why)
{
    ctx->refusal.why = why;
    ctx->refused = true;
}

/* The cause of an answer for which none was set. */
static enum why of_status(int status)
{
    static const struct {
        int status;
        enum why why;
    } causes[] = {{401, WHY_NONE},      {403, WHY_FORBIDDEN}, {404, WHY_NOT_FOUND},
                  {405, WHY_METHOD},    {500, WHY_FAILED},    {503, WHY_UNAVAILABLE},
                  {507, WHY_REDIS_FULL}};
    for (size_t i = 0; i < sizeof causes / sizeof *causes; i++)
        if (causes[i].status == status)
            return causes[i].why;
    return WHY_BAD_REQUEST;
}

static enum why why_of(const struct context *ctx)
{
    return ctx->throttled ? WHY_THROTTLED
           : ctx->refused ? ctx->refusal.why
                          : of_status(ctx->status);
}

enum why refusal_of(const struct context *ctx)
{
    return ctx->refused || ctx->status >= 400 ? why_of(ctx) : WHY_OK;
}

enum why refusal_of_seat(enum seat_result result)
{
    return result == SEAT_FULL ? WHY_SEATS : result == SEAT_USER_FULL ? WHY_USER_SEATS : WHY_FAILED;
}

int refusal_seat_status(enum seat_result result)
{
    return result == SEAT_USER_FULL ? 429 : 503;
}

/* Faults of the request itself are for the web server's access log.  Another line tells already
 * what is wrong with the configuration. */
static enum diag_level level_of(enum why why)
{
    switch (why) {
    case WHY_BAD_REQUEST:
    case WHY_NOT_FOUND:
    case WHY_METHOD:
    case WHY_MISCONFIGURED:
        return DIAG_DEBUG;
    case WHY_REDIS_FULL:
    case WHY_FAILED:
    case WHY_BUSY:
    case WHY_USER_BUSY:
    case WHY_LATE:
        return DIAG_WARNING;
    default:
        return DIAG_INFO;
    }
}

static void describe(const struct context *ctx, struct fields *line)
{
    const struct cause *c = &ctx->refusal;
    enum why why = why_of(ctx);
    fields_begin(line, "event=refuse");
    fields_number(line, "status", (uint64_t)ctx->status);
    fields_add(line, "why", why_word(why));
    fields_add(line, "cause", ctx->throttled ? why_word(c->why) : NULL);
    fields_add(line, "method", auth_method_name(c->method));
    fields_add(line, "claim", c->claim);
    shown_client(ctx, line);
}

/* Alike are refusals of the same cause and method to the same user or address. */
static uint64_t kind_of(const struct context *ctx, enum why why)
{
    const char *peer = request_param(&ctx->request, "REMOTE_ADDR");
    uint64_t kind = omit_kind(0, why_word(why));
    kind = omit_kind(kind, auth_method_name(ctx->refusal.method));
    kind = omit_kind(kind, ctx->refusal.claim ? ctx->refusal.claim : "");
    if (!ctx->identity.user[0])
        return omit_kind(kind, peer ? peer : "");
    return omit_kind(omit_kind(kind, ctx->identity.tenant), ctx->identity.user);
}

static bool is_due(const struct context *ctx, enum why why, uint64_t *repeated, uint64_t *omitted)
{
    struct refusals *r = ctx->refusals;
    if (!r)
        return true;
    pthread_mutex_lock(&r->lock);
    struct omit *omit = level_of(why) == DIAG_WARNING ? &r->warnings : &r->others;
    bool due = omit_is_due(omit, kind_of(ctx, why), clock_ms(), repeated, omitted);
    pthread_mutex_unlock(&r->lock);
    return due;
}

void refusal_log(const struct context *ctx)
{
    struct fields line = {0};
    uint64_t repeated = 0, omitted = 0;
    enum why why = refusal_of(ctx);
    if (why == WHY_OK || !diag_writes(level_of(why)) || !is_due(ctx, why, &repeated, &omitted))
        return;
    describe(ctx, &line);
    if (repeated)
        fields_number(&line, "repeated", repeated);
    if (omitted)
        fields_number(&line, "omitted", omitted);
    fields_add(&line, "text", why_text(why));
    diag(level_of(why), "front", "%s", line.text);
}

char *refusal_line(const struct context *ctx)
{
    struct fields line = {0};
    describe(ctx, &line);
    fields_add(&line, "text", why_text(why_of(ctx)));
    return strdup(line.text);
}
