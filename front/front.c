/* SPDX-License-Identifier: MIT */
/* front: see front.h. answer() has the steps of one request, from top to bottom. */
#include "front/front.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "config/current.h"
#include "format/profile.h"
#include "front/access.h"
#include "front/answer.h"
#include "front/append.h"
#include "front/context.h"
#include "front/figures.h"
#include "front/health.h"
#include "front/history.h"
#include "front/rate.h"
#include "front/refusal.h"
#include "front/scan.h"
#include "front/scans.h"
#include "front/slow.h"
#include "front/stream.h"
#include "front/token.h"
#include "gateway/params.h"
#include "identity/webuser.h"

#define LOOKUP_MS 2000  /* deadline of one look-up in Redis */
#define HANG_MS   20000 /* no request keeps a thread for so long: its few look-ups have deadlines */
#define TELL_MS   60000 /* between two lines of the log about threads */

/* A thread with its connection to Redis. */
struct worker {
    struct front *front;
    struct redis_sync *redis;
    pthread_t thread;
    bool started, ended;   /* with the front's lock */
    _Atomic int64_t began; /* the request under way, ms; 0: none */
};

struct front {
    struct config_current current;   /* that new requests get */
    const struct config_base *start; /* of front_new: has what a reload leaves alone */
    const char *started;
    struct relay *relay;
    int pipe[2]; /* carries struct fcgi_reader pointers to the threads; closed: the threads end */
    struct slow *lanes[LANES]; /* requests that take long; NULL: CGI */
    struct worker *workers;    /* the first ones serve the lanes; CGI: one, without a thread */
    unsigned count;            /* of workers */
    pthread_mutex_t lock;
    pthread_cond_t ended;   /* waits by CLOCK_MONOTONIC */
    unsigned running;       /* threads; with lock */
    int64_t tell_thread_at; /* when the log may say again why a thread did not start; with lock */
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
        return e ? e : &endpoints[ENDPOINT_STREAM];
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
    struct context *ctx = context_new(x, config_current_hold(&f->current), !f->lanes[0]);
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

static bool lane_runs(struct front *f, int lane);

/* Leaves the request to the lane that it needs. */
static void hand_on(struct front *f, struct context *ctx)
{
    if (lane_runs(f, ctx->lane)) {
        slow_add(f->lanes[ctx->lane], ctx);
        return;
    }
    refusal_set(ctx, WHY_FAILED);
    answer_error(ctx, 503, "no thread can be started");
    context_free(ctx);
}

static void answer(struct front *f, struct redis_sync *redis, struct exchange *x)
{
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

/* ---- threads ---- */

/* The last act of a thread: front_stop can then join it without a wait. */
static void *end_work(struct worker *w)
{
    struct front *f = w->front;
    pthread_mutex_lock(&f->lock);
    w->ended = true;
    f->running--;
    pthread_cond_signal(&f->ended);
    pthread_mutex_unlock(&f->lock);
    return NULL;
}

static void *work(void *arg)
{
    struct worker *w = arg;
    struct front *f = w->front;
    struct fcgi_reader *in;
    while (read(f->pipe[0], &in, sizeof in) == (ssize_t)sizeof in) {
        w->began = clock_ms();
        struct exchange *x = gateway_begin(in);
        if (x)
            answer(f, w->redis, x);
        gateway_forget();
        w->began = 0;
    }
    return end_work(w);
}

static void *work_slow(void *arg)
{
    struct worker *w = arg;
    slow_run(w->front->lanes[w - w->front->workers], w->redis);
    return end_work(w);
}

/* Starts the thread of w unless it was started. -1: it cannot be, and the log says why, at most
 * once a minute. */
static int start_worker(struct worker *w, void *(*run)(void *))
{
    struct front *f = w->front;
    int64_t now = clock_ms();
    pthread_mutex_lock(&f->lock);
    int error = w->started ? 0 : pthread_create(&w->thread, NULL, run, w);
    f->running += error == 0 && !w->started;
    w->started = error == 0;
    bool tells = error && now >= f->tell_thread_at;
    if (tells)
        f->tell_thread_at = now + TELL_MS;
    pthread_mutex_unlock(&f->lock);
    if (tells)
        diag(DIAG_ERROR, "front", "cannot start a thread: %s", strerror(error));
    return error ? -1 : 0;
}

/* A lane gets its thread with its first request: most processes append nothing, and a thread costs
 * 12 kB. */
static bool lane_runs(struct front *f, int lane)
{
    return start_worker(&f->workers[lane], work_slow) == 0;
}

bool front_turns(const struct front *f, int64_t now)
{
    bool hangs = false;
    for (unsigned i = 0; i < f->count; i++) {
        int64_t began = i < LANES ? slow_turn_began(f->lanes[i]) : f->workers[i].began;
        hangs = hangs || (began && now - began > HANG_MS);
    }
    return !hangs;
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
    if (write(f->pipe[1], &in, sizeof in) != (ssize_t)sizeof in)
        fcgi_reader_free(in);
}

void front_answer(struct front *f, struct exchange *x)
{
    answer(f, f->workers[0].redis, x);
}

/* Gives each worker its connection before a thread runs: a thread without one would serve nobody.
 * -1: out of memory. */
static int make_workers(struct front *f, unsigned count)
{
    f->workers = calloc(count, sizeof *f->workers);
    for (; f->workers && f->count < count; f->count++) {
        struct worker *w = &f->workers[f->count];
        w->front = f;
        w->redis = redis_sync_new(&config_of(f->start)->redis, LOOKUP_MS);
        if (!w->redis)
            return -1;
    }
    return f->workers ? 0 : -1;
}

/* -1: a thread did not start; those before it run. */
static int start_workers(struct front *f)
{
    for (unsigned i = 0; i < f->count; i++)
        redis_sync_beside_feed(f->workers[i].redis);
    for (unsigned i = 0; i < LANES; i++)
        redis_sync_apart(f->workers[i].redis);
    for (unsigned i = LANES; i < f->count; i++)
        if (start_worker(&f->workers[i], work))
            return -1;
    return 0;
}

/* A deadline of the wall clock would move when the time of day is set. */
static void make_lock(struct front *f)
{
    pthread_condattr_t attr;
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_mutex_init(&f->lock, NULL);
    pthread_cond_init(&f->ended, &attr);
    pthread_condattr_destroy(&attr);
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
    f->pipe[0] = f->pipe[1] = -1;
    make_lock(f);
    if (make_workers(f, cgi ? 1 : config_of(base)->front_threads + LANES))
        goto failed;
    if (cgi)
        return f;
    for (int i = 0; i < LANES; i++)
        f->lanes[i] = slow_new();
    f->rate = rate_new();
    f->throttle = throttle_new();
    f->cross_site_throttle = throttle_new();
    f->refusals = refusals_new();
    f->figures = calloc(1, sizeof *f->figures);
    f->scans = scans_new();
    if (f->lanes[LANE_HISTORY] && f->lanes[LANE_APPEND] && f->lanes[LANE_SEARCH] && f->rate &&
        f->throttle && f->cross_site_throttle && f->refusals && f->figures && f->scans &&
        pipe2(f->pipe, O_CLOEXEC) == 0 && start_workers(f) == 0)
        return f;
failed:
    front_stop(f, UINT_MAX); /* the threads that run wait for requests only, so they end */
    front_free(f);
    return NULL;
}

/* Waits until all threads ended. False: the time is over. */
static bool wait_for_threads(struct front *f, unsigned timeout_ms)
{
    struct timespec until;
    int result = 0;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    pthread_mutex_lock(&f->lock);
    while (f->running > 0 && result == 0)
        result = pthread_cond_timedwait(&f->ended, &f->lock, &until);
    bool all = f->running == 0;
    pthread_mutex_unlock(&f->lock);
    return all;
}

bool front_stop(struct front *f, unsigned timeout_ms)
{
    if (!f || f->pipe[1] < 0)
        return true;
    close(f->pipe[1]);
    f->pipe[1] = -1;
    for (int i = 0; i < LANES; i++)
        slow_close(f->lanes[i]);
    bool all = wait_for_threads(f, timeout_ms);
    for (unsigned i = 0; i < f->count; i++) {
        pthread_mutex_lock(&f->lock);
        bool ended = f->workers[i].ended;
        pthread_mutex_unlock(&f->lock);
        if (ended)
            pthread_join(f->workers[i].thread, NULL);
    }
    return all;
}

void front_free(struct front *f)
{
    if (!f)
        return;
    if (f->pipe[0] >= 0)
        close(f->pipe[0]);
    for (unsigned i = 0; i < f->count; i++)
        redis_sync_free(f->workers[i].redis);
    free(f->workers);
    for (int i = 0; i < LANES; i++)
        slow_free(f->lanes[i]);
    rate_free(f->rate);
    throttle_free(f->throttle);
    throttle_free(f->cross_site_throttle);
    refusals_free(f->refusals);
    config_current_free(&f->current);
    config_unload(f->start);
    free(f->figures);
    scans_free(f->scans);
    pthread_cond_destroy(&f->ended);
    pthread_mutex_destroy(&f->lock);
    free(f);
}
