/* SPDX-License-Identifier: MIT */
/*
 * poll: see poll.h. pace.c decides how long a client waits; this file counts in Redis, and gives
 * the relay what a poll needs. While Redis is away nothing is counted: all streams are polls then,
 * with an interval that a large site can bear.
 */
#include "front/poll.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "front/context.h"
#include "front/pace.h"
#include "front/runs.h"
#include "front/token.h"

#define AWAY_MS      12000 /* the interval while Redis does not answer: once to twice that */
#define HURRY_MS     120   /* the longest wait for Redis as CGI; less than STALL_US of pace.c */
#define TOKEN_SPARE  300   /* seconds more that a token is good: a slow client gets it late */
#define WAIT_SPARE   10    /* seconds for which an answer that waited keeps its place */
#define MAX_LIFETIME 86400 /* seconds, of renewed tokens where SSELOG_LIFETIME has no end */

/* ---- a stream that is held ---- */

/* Takes a place for so long. False: there is none, or Redis does not say. */
static bool take(struct context *ctx, const char *client, unsigned seconds)
{
    const struct config *c = ctx->config;
    int64_t now = clock_wall_ms() / 1000;
    bool taken;
    return redis_sync_hold_take(ctx->redis, c->hold_key, client, c->hold, now, now + seconds,
                                &taken) == SYNC_OK &&
           taken;
}

/* Takes a place for the stream of a. *taken: there was one, and it is a's while it is listed. */
static int take_place(struct context *ctx, struct admission *a, bool *taken)
{
    const struct config *c = ctx->config;
    *taken = take(ctx, a->client, PRESENCE_SECONDS);
    if (!*taken)
        return 0;
    struct presence *p = calloc(1, sizeof *p);
    if (!p)
        return -1;
    p->next = a->presence;
    a->presence = p;
    p->key = strdup(c->hold_key);
    p->member = strdup(a->client);
    return p->key && p->member ? 0 : -1;
}

/* ---- a poll ---- */

/* While Redis does not answer, each poll takes a process for HURRY_MS. The clients of an outage
 * must not come back together, perhaps into the next one. */
static unsigned least_interval(const struct config *c, enum sync_result result)
{
    unsigned away = AWAY_MS + (unsigned)rand() % AWAY_MS;
    return result == SYNC_DOWN && c->poll < away ? away : c->poll;
}

/* Where one process serves many requests, held streams leave all processes to the polls. */
static unsigned interval(const struct context *ctx, enum sync_result result,
                         const struct redis_hold *found)
{
    const struct config *c = ctx->config;
    uint64_t held = runs_one_request(ctx) ? found->held : 0;
    if (held > c->processes)
        held = c->processes;
    struct pace_load load = {.pollers = found->pollers + 1,
                             .processes = c->processes - (unsigned)held,
                             .wall_us = found->wall_us,
                             .cpu_us = found->cpu_us};
    return pace_jittered(pace_interval(least_interval(c, result), &load), (unsigned)rand());
}

/* When renewed tokens end: a poll goes on with them as long as a stream is held. */
static int64_t end_of_tokens(const struct context *ctx)
{
    unsigned lifetime = ctx->config->lifetime > 0 ? ctx->config->lifetime : MAX_LIFETIME;
    return ctx->identity.ends > 0 ? ctx->identity.ends : clock_wall_ms() / 1000 + lifetime;
}

/* A client that came with an exchange token has used it up. It gets another for its next poll.
 * Without one it has to log in again. */
static void renew_token(const struct context *ctx, struct poll *p)
{
    char token[TOKEN_SIZE];
    struct identity who = ctx->identity;
    if (who.method != AUTH_TOKEN)
        return;
    who.ends = end_of_tokens(ctx);
    unsigned seconds = p->every / 1000 + TOKEN_SPARE;
    p->token_ends = clock_ms() + (int64_t)seconds * 1000;
    if (token_make(ctx->redis, ctx->config, &who, seconds, token) == TOKEN_STORED)
        p->token = strdup(token);
    auth_wipe(token, sizeof token);
    auth_wipe(&who, sizeof who);
}

static int make_poll(const struct context *ctx, struct admission *a, unsigned every, bool away)
{
    struct poll *p = a->poll = calloc(1, sizeof *p);
    if (!p)
        return -1;
    p->every = a->retry = every;
    p->away = away;
    p->came = ctx->came;
    p->cpu = ctx->cpu;
    memcpy(p->client, a->client, sizeof p->client);
    p->key = strdup(ctx->config->hold_key);
    renew_token(ctx, p);
    return p->key ? 0 : -1;
}

void poll_hurry(struct context *ctx)
{
    if (ctx->cgi && ctx->config->hold != HOLD_ALL)
        redis_sync_hurry(ctx->redis, HURRY_MS);
}

int poll_decide(struct context *ctx, struct admission *a)
{
    const struct config *c = ctx->config;
    struct redis_hold found = {0};
    bool taken = false;
    if (c->hold == HOLD_ALL)
        return 0;
    /* A stream that waits for a seat takes no place: it may be refused. */
    bool may_hold = c->hold > 0 && a->refused == SEAT_TAKEN;
    enum sync_result result =
        redis_sync_hold_look(ctx->redis, c->hold_key, clock_wall_ms(), c->hold > 0, &found);
    if (result == SYNC_OK && may_hold && found.held < c->hold && take_place(ctx, a, &taken))
        return -1;
    return taken ? 0 : make_poll(ctx, a, interval(ctx, result, &found), result == SYNC_DOWN);
}

/* ---- answers that wait ---- */

/* The client asks again, like one whose stream was a poll. */
static void count_answer(struct context *ctx, unsigned every)
{
    int64_t now = clock_wall_ms();
    char client[37];
    token_client_id(client);
    struct redis_polled polled = {.key = ctx->config->hold_key,
                                  .client = client,
                                  .due_ms = now + every,
                                  .wall_us = (uint64_t)(clock_us() - ctx->came),
                                  .cpu_us = (uint64_t)(clock_cpu_us() - ctx->cpu)};
    redis_sync_hold_polled(ctx->redis, &polled, now);
}

bool poll_may_wait(struct context *ctx, unsigned seconds, unsigned *every)
{
    const struct config *c = ctx->config;
    struct redis_hold found = {0};
    char *place = ctx->parking.place;
    if (c->hold == HOLD_ALL)
        return true;
    enum sync_result result =
        redis_sync_hold_look(ctx->redis, c->hold_key, clock_wall_ms(), c->hold > 0, &found);
    if (result == SYNC_OK && found.held < c->hold) {
        token_client_id(place);
        if (take(ctx, place, seconds + WAIT_SPARE))
            return true;
        place[0] = '\0';
    }
    *every = interval(ctx, result, &found);
    if (result != SYNC_DOWN)
        count_answer(ctx, *every);
    return false;
}

void poll_end_wait(struct context *ctx)
{
    char *place = ctx->parking.place;
    if (place[0])
        redis_sync_hold_leave(ctx->redis, ctx->config->hold_key, place);
    place[0] = '\0';
}
