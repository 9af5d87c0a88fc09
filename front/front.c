/* SPDX-License-Identifier: MIT */
/* front: see front.h. answer() has the steps of one request, from top to bottom. */
#include "front/front.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/diag.h"
#include "config/current.h"
#include "format/profile.h"
#include "front/access.h"
#include "front/answer.h"
#include "front/append.h"
#include "front/context.h"
#include "front/export.h"
#include "front/figures.h"
#include "front/health.h"
#include "front/history.h"
#include "front/logs.h"
#include "front/rate.h"
#include "front/refusal.h"
#include "front/scan.h"
#include "front/scans.h"
#include "front/stream.h"
#include "front/token.h"
#include "front/volume.h"
#include "front/workers.h"
#include "gateway/params.h"
#include "identity/webuser.h"

struct front {
    struct config_current current;   /* that new requests get */
    const struct config_base *start; /* of front_new: has what a reload leaves alone */
    const char *started;
    struct relay *relay;
    struct workers *workers;
    bool cgi; /* the process serves one request, without threads */
    struct throttle *throttle, *cross_site_throttle;
    struct rate *rate;
    struct refusals *refusals;
    struct figures *figures;
    struct scans *scans;
};

/* ---- the endpoints ---- */

/* 0, or -1: answered. */
static int issue_token(struct context *ctx, char token[TOKEN_SIZE])
{
    enum token_result r =
        token_make(ctx->redis, ctx->config, &ctx->identity, ctx->config->token_ttl, token);
    if (r == TOKEN_STORED)
        return 0;
    if (r == TOKEN_NOT_NOW)
        answer_error(ctx, 503, "no token can be made now");
    else
        answer_error(ctx, 500, "no token can be made");
    return -1;
}

static void serve_token(struct context *ctx)
{
    char token[TOKEN_SIZE];
    if (access_is_cross_site(ctx)) {
        refusal_set(ctx, WHY_CROSS_SITE);
        answer_error(ctx, 403, "cross-site request");
        return;
    }
    if (access_identify(ctx))
        return;
    if (ctx->identity.method == AUTH_TOKEN || ctx->identity.method == AUTH_ANONYMOUS) {
        access_forbid(ctx,
                      WHY_FORBIDDEN); /* else a token could be renewed for ever without a login */
        return;
    }
    if (issue_token(ctx, token))
        return;
    if (ctx->profile_http->token) {
        ctx->profile_http->token(ctx, token);
    } else {
        answer_begin(ctx, 200, "application/json");
        buf_addf(&ctx->body, "{\"token\":\"%s\",\"expires_in\":%u}", token, ctx->config->token_ttl);
        answer_send(ctx);
    }
    auth_wipe(token, sizeof token);
    auth_wipe(ctx->body.p, ctx->body.len);
}

/* ---- routing ---- */

enum { GETS = 1 << METHOD_GET | 1 << METHOD_HEAD, POSTS = 1 << METHOD_POST };

static const struct endpoint {
    const char *path; /* below the mount */
    unsigned methods;
    const char *allow;
    void (*serve)(struct context *);
} endpoints[ENDPOINTS] = {
    [ENDPOINT_STREAM] = {"/stream", GETS, "GET, HEAD, OPTIONS", serve_stream},
    [ENDPOINT_HISTORY] = {"/history", GETS, "GET, HEAD, OPTIONS", serve_history},
    [ENDPOINT_LOGS] = {"/logs", GETS, "GET, HEAD, OPTIONS", serve_logs},
    [ENDPOINT_VOLUME] = {"/volume", GETS, "GET, HEAD, OPTIONS", serve_volume},
    [ENDPOINT_EXPORT] = {"/export", GETS, "GET, HEAD, OPTIONS", serve_export},
    [ENDPOINT_SEARCH] = {"/search", GETS, "GET, HEAD, OPTIONS", serve_search},
    [ENDPOINT_TOKEN] = {"/token", POSTS, "POST, OPTIONS", serve_token},
    [ENDPOINT_STATUS] = {"/status", GETS, "GET, HEAD, OPTIONS", serve_status},
    [ENDPOINT_METRICS] = {"/metrics", GETS, "GET, HEAD, OPTIONS", serve_metrics},
    [ENDPOINT_HEALTHZ] = {"/healthz", GETS, "GET, HEAD, OPTIONS", serve_healthz},
    [ENDPOINT_LIVEZ] = {"/livez", GETS, "GET, HEAD, OPTIONS", serve_livez},
    [ENDPOINT_APPEND] = {PARAMS_APPEND, POSTS, "POST, OPTIONS", serve_append},
    [ENDPOINT_LOKI] = {PARAMS_LOKI, POSTS, "POST, OPTIONS", serve_loki},
};

/* It tells of the process, not of a log: it is at the end of any path. */
static bool is_of_process(const struct endpoint *e)
{
    return e->serve == serve_healthz || e->serve == serve_livez || e->serve == serve_status ||
           e->serve == serve_metrics;
}

static bool ends_with(const char *path, const char *end)
{
    size_t len = strlen(path), n = strlen(end);
    return len >= n && strcmp(path + len - n, end) == 0;
}

/* The endpoint of a path that the profile's own system has, below any mount. NULL: none. */
static const struct endpoint *profile_http_endpoint(struct context *ctx)
{
    const struct profile_http_path *p = ctx->profile_http->paths;
    while (p && p->end && !ends_with(ctx->request.path, p->end))
        p++;
    if (!p || !p->end)
        return NULL;
    ctx->has_match =
        ctx->config->route && route_match(ctx->config->route, ctx->request.path, &ctx->match);
    return &endpoints[p->kind];
}

/* The endpoint whose path ends the given path, and the length of the part before it. */
static const struct endpoint *endpoint_at_end(const char *path, size_t *before)
{
    size_t len = strlen(path);
    for (size_t i = 0; i < ENDPOINTS; i++) {
        size_t n = strlen(endpoints[i].path);
        if (len >= n && strcmp(path + len - n, endpoints[i].path) == 0) {
            *before = len - n;
            return &endpoints[i];
        }
    }
    return NULL;
}

/* SSELOG_ROUTE is the path of the stream. The other endpoints are below it, or beside it when it
 * ends in /stream. */
static const struct endpoint *match_route(struct context *ctx)
{
    const char *route = ctx->config->route, *path = ctx->request.path;
    ctx->has_match = route_match(route, path, &ctx->match);
    if (ctx->has_match)
        return &endpoints[ENDPOINT_STREAM];
    size_t before;
    const struct endpoint *e = endpoint_at_end(path, &before);
    if (!e)
        return NULL;
    char base[REQUEST_MAX_PATH + 16];
    memcpy(base, path, before);
    base[before] = '\0';
    ctx->has_match = route_match(route, base, &ctx->match);
    if (!ctx->has_match) {
        memcpy(base + before, "/stream", sizeof "/stream");
        ctx->has_match = route_match(route, base, &ctx->match);
    }
    if (ctx->has_match) /* captures point into base; path begins alike and lives longer */
        for (size_t i = 0; i < ctx->match.count; i++)
            ctx->match.captures[i].value.p = path + (ctx->match.captures[i].value.p - base);
    return ctx->has_match || is_of_process(e) ? e : NULL;
}

/* Whether a path without PATH_INFO is a mount that is called like the endpoint: "/logs" is a common
 * name of one. */
static bool is_mount(const struct context *ctx, const struct endpoint *e, size_t before)
{
    return e->serve == serve_logs && (before == 0 || !config_names_logs(ctx->config));
}

/* Some web servers do not split the path into SCRIPT_NAME and PATH_INFO at the mount. Without
 * PATH_INFO the end of the path decides. */
static const struct endpoint *find_endpoint(struct context *ctx)
{
    size_t before;
    const struct endpoint *e = profile_http_endpoint(ctx);
    if (e)
        return e;
    if (ctx->config->route)
        return match_route(ctx);
    const char *below = ctx->request.below;
    if (strcmp(below, "/stream/") == 0) /* some routers and proxies add a slash */
        return &endpoints[ENDPOINT_STREAM];
    e = endpoint_at_end(below[0] ? below : ctx->request.path, &before);
    if (below[0] == '\0' || strcmp(below, "/") == 0)
        return e && !is_mount(ctx, e, before) ? e : &endpoints[ENDPOINT_STREAM];
    return e && before == 0 ? e : NULL;
}

/* WHATWG Fetch, section 3.2.2: a preflight needs no identity. */
static void answer_preflight(struct context *ctx, const struct endpoint *e)
{
    const char *origin = request_header(&ctx->request, "Origin", NULL);
    answer_begin(ctx, 204, NULL);
    answer_header(ctx, "Allow", e->allow);
    if (origin && answer_origin_allowed(ctx, origin)) {
        answer_header(ctx, "Access-Control-Allow-Methods", e->allow);
        answer_header(ctx, "Access-Control-Allow-Headers",
                      "Authorization, Cache-Control, Content-Encoding, Content-Type, "
                      "Idempotency-Key, Last-Event-ID, Sselog-Offset, Sselog-Producer");
        answer_header(ctx, "Access-Control-Max-Age", "600");
    }
    answer_send(ctx);
}

static void dispatch(struct context *ctx)
{
    const struct endpoint *e = find_endpoint(ctx);
    if (e && (e->serve == serve_append || e->serve == serve_loki) && !config_appends(ctx->config)) {
        refusal_set(ctx, WHY_APPEND_OFF);
        e = NULL;
    }
    if (e)
        ctx->endpoint = (enum endpoint_kind)(e - endpoints);
    if (!e) {
        answer_error(ctx, 404, "not found");
    } else if (ctx->request.method == METHOD_OPTIONS) {
        answer_preflight(ctx, e);
    } else if (!(e->methods & 1u << ctx->request.method)) {
        answer_begin(ctx, 405, "application/json");
        answer_header(ctx, "Allow", e->allow);
        buf_adds(&ctx->body, "{\"error\":\"method not allowed\"}");
        answer_send(ctx);
    } else {
        e->serve(ctx);
    }
}

/* NULL: out of memory; x is closed. */
static struct context *new_context(struct front *f, struct redis_sync *redis, struct exchange *x)
{
    struct context *ctx = context_new(x, config_current_hold(&f->current), f->cgi);
    if (!ctx)
        return NULL;
    ctx->relay = f->relay;
    ctx->redis = redis;
    ctx->throttle = f->throttle;
    ctx->cross_site_throttle = f->cross_site_throttle;
    ctx->rate = f->rate;
    ctx->refusals = f->refusals;
    ctx->start = config_of(f->start);
    ctx->started = f->started;
    ctx->figures = f->figures;
    ctx->scans = f->scans;
    ctx->endpoint = ENDPOINTS;
    return ctx;
}

/* Writes to why that the web server sent name twice. The values may be secrets. */
static int refuse_contradiction(struct slice name, struct buf *why)
{
    buf_add(why, name.p, name.len < 100 ? name.len : 100);
    buf_adds(why, " came twice with different values: the web server must send it once");
    return -1;
}

/* Finds the configuration of this request. -1, with why: what the web server sent is wrong. */
static int configure(struct context *ctx, struct buf *why)
{
    char *const *params = gateway_params(ctx->exchange);
    const struct config *config;
    struct slice twice = params_contradiction(params);
    if (twice.p)
        return refuse_contradiction(twice, why);
    if (config_for_request(ctx->base, params, &config, why))
        return -1;
    ctx->config = config;
    ctx->profile_http = profile_http_of(config->profile);
    const char *option = webuser_imitable_header(config, &ctx->request);
    if (!option)
        return 0;
    buf_addf(why,
             "%s: under this web server a client can imitate a header whose name has other "
             "characters than letters and digits",
             option);
    return -1;
}

/* Answers, or sets ctx->task. */
static void begin(struct context *ctx)
{
    struct buf why;
    const char *problem;
    buf_init(&why, 1024);
    int status = request_parse(&ctx->request, gateway_param, ctx->exchange, &problem);
    if (status) {
        answer_error(ctx, status, problem);
    } else if (configure(ctx, &why)) {
        diag(DIAG_ERROR, "front", "%s", why.p ? why.p : "out of memory");
        refusal_set(ctx, WHY_MISCONFIGURED);
        answer_error(ctx, 500, "misconfigured");
    } else {
        dispatch(ctx);
    }
    buf_free(&why);
}

/* Does the task of the only request of this process. */
static void serve_task(struct context *ctx)
{
    enum turn turn;
    while ((turn = ctx->task->turn(ctx, ctx->task)) != TURN_DONE) {
        if (turn == TURN_PARK)
            parked_wait(ctx);
        if (ctx->parking.woken == WOKEN_GONE)
            return;
    }
}

/* Leaves the request to the lane that it needs. */
static void hand_on(struct front *f, struct context *ctx)
{
    if (workers_hand_on(f->workers, ctx->lane, ctx) == 0)
        return;
    refusal_set(ctx, WHY_FAILED);
    answer_error(ctx, 503, "no thread can be started");
    context_free(ctx);
}

static void answer(void *of, struct redis_sync *redis, struct exchange *x)
{
    struct front *f = of;
    struct context *ctx = new_context(f, redis, x);
    if (!ctx)
        return;
    begin(ctx);
    if (ctx->task && !ctx->cgi) {
        hand_on(f, ctx);
        return;
    }
    if (ctx->task)
        serve_task(ctx);
    context_free(ctx);
}

/* ---- the front ---- */

bool front_turns(const struct front *f, int64_t now)
{
    return workers_turn(f->workers, now);
}

void front_use(struct front *f, const struct config_base *base)
{
    config_current_replace(&f->current, base);
}

void front_started_as(struct front *f, const char *how)
{
    f->started = how;
}

void front_take(struct front *f, struct fcgi_reader *in)
{
    workers_take(f->workers, in);
}

void front_answer(struct front *f, struct exchange *x)
{
    answer(f, workers_redis(f->workers), x);
}

/* Makes the state that the threads share. -1: out of memory. */
static int make_shared(struct front *f)
{
    f->rate = rate_new();
    f->throttle = throttle_new();
    f->cross_site_throttle = throttle_new();
    f->refusals = refusals_new();
    f->figures = calloc(1, sizeof *f->figures);
    f->scans = scans_new();
    bool all =
        f->rate && f->throttle && f->cross_site_throttle && f->refusals && f->figures && f->scans;
    return all ? 0 : -1;
}

struct front *front_new(const struct config_base *base, struct relay *relay, bool cgi)
{
    struct front *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    config_current_init(&f->current, base);
    f->start = config_hold(base);
    f->started = cgi ? "cgi" : "fastcgi";
    f->relay = relay;
    f->cgi = cgi;
    f->workers = workers_new(&config_of(f->start)->redis, cgi ? 0 : config_of(base)->front_threads);
    if (f->workers && (cgi || (make_shared(f) == 0 && workers_start(f->workers, answer, f) == 0)))
        return f;
    front_stop(f, UINT_MAX); /* the threads that run wait for requests only, so they end */
    front_free(f);
    return NULL;
}

bool front_stop(struct front *f, unsigned timeout_ms)
{
    return !f || workers_stop(f->workers, timeout_ms);
}

void front_free(struct front *f)
{
    if (!f)
        return;
    workers_free(f->workers);
    rate_free(f->rate);
    throttle_free(f->throttle);
    throttle_free(f->cross_site_throttle);
    refusals_free(f->refusals);
    config_current_free(&f->current);
    config_unload(f->start);
    free(f->figures);
    scans_free(f->scans);
    free(f);
}
