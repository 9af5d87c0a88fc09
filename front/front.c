/* SPDX-License-Identifier: MIT */
/* front: see front.h. A request's way is front_answer, from top to bottom. */
#include "front/front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <pthread.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "format/filter.h"
#include "format/profile.h"
#include "front/context.h"

#define LOOKUP_MS 2000 /* deadline of one look-up in Redis */

struct front {
    const struct config_base *base;
    struct relay *relay;
    int pipe[2]; /* struct fcgi_reader pointers for the threads; closed: stop */
    pthread_t *threads;
    unsigned nthreads;
    struct redis_ask *ask; /* CGI */
    struct throttle *throttle, *foreign;
};

/* ---- the endpoints ---- */

static void serve_history(struct context *v)
{
    char key[IDENTITY_MAX_KEY + 1];
    if (v->config->log_kind != LOG_STREAM) {
        answer_error(v, 404, "there is no history");
        return;
    }
    if (access_enabled(v) || access_identify(v) || access_key(v, key))
        return;
    struct filter *filter = access_filter(v);
    if (filter && v->profile_http->history)
        v->profile_http->history(v, key, filter);
    else if (filter)
        answer_history(v, key, filter);
    filter_free(filter);
}

/* The client is on this machine, and no proxy here that speaks for others. */
static bool is_local(const struct context *v)
{
    const char *from = request_param(&v->request, "REMOTE_ADDR");
    return from && (strcmp(from, "127.0.0.1") == 0 || strcmp(from, "::1") == 0) &&
           !auth_is_trusted(v->config, &v->request) &&
           !request_param(&v->request, "HTTP_X_FORWARDED_FOR") &&
           !request_param(&v->request, "HTTP_FORWARDED");
}

/* Figures are for administrators, and for those on this machine. */
static bool may_see_figures(struct context *v)
{
    if (is_local(v))
        return true;
    if (access_identify(v))
        return false;
    if (auth_is_admin(v->config, &v->who))
        return true;
    answer_error(v, 403, "not allowed");
    return false;
}

static void serve_status(struct context *v)
{
    char key[IDENTITY_MAX_KEY + 1], listed[sizeof LISTED + IDENTITY_MAX_KEY];
    if (v->profile_http->status) {
        if (access_identify(v) || access_key(v, key))
            return;
        if (snprintf(listed, sizeof listed, LISTED "%s", key) > 0)
            v->profile_http->status(v, listed);
        return;
    }
    if (may_see_figures(v))
        answer_status(v);
}

static void serve_metrics(struct context *v)
{
    if (may_see_figures(v))
        answer_metrics(v);
}

static void serve_healthz(struct context *v)
{
    bool well = redis_ask_ping(v->ask) == ASK_OK;
    answer_begin(v, well ? 200 : 503, "text/plain");
    buf_adds(&v->body, well ? "ok\n" : "unavailable\n");
    answer_send(v);
}

/* 0 with the token in the answer's body, -1: answered. */
static int issue_token(struct context *v, char token[44])
{
    char key[IDENTITY_MAX_KEY + 1];
    struct buf value;
    enum ask_result r = ASK_REFUSED;
    buf_init(&value, 4096);
    if (auth_make_token(token) == 0 && auth_token_key(v->config, slice_of(token), key) == 0 &&
        auth_token_value(v->config, &v->who, &value) == 0)
        r = redis_ask_set(v->ask, key, buf_slice(&value), v->config->token_ttl);
    auth_wipe(value.p, value.len);
    auth_wipe(key, sizeof key);
    buf_free(&value);
    if (r == ASK_OK)
        return 0;
    if (r == ASK_DOWN)
        answer_error(v, 503, "no token can be made now");
    else
        answer_error(v, 500, "no token can be made");
    return -1;
}

static void serve_token(struct context *v)
{
    char token[44];
    if (access_is_cross_site(v)) {
        answer_error(v, 403, "cross-site request");
        return;
    }
    if (access_identify(v))
        return;
    if (v->who.method == AUTH_TOKEN || v->who.method == AUTH_ANONYMOUS) {
        access_forbid(v); /* a token is no login that could beget others */
        return;
    }
    if (issue_token(v, token))
        return;
    if (v->profile_http->token) {
        v->profile_http->token(v, token);
    } else {
        answer_begin(v, 200, "application/json");
        buf_addf(&v->body, "{\"token\":\"%s\",\"expires_in\":%u}", token, v->config->token_ttl);
        answer_send(v);
    }
    auth_wipe(token, sizeof token);
    auth_wipe(v->body.p, v->body.len);
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
    [ENDPOINT_TOKEN] = {"/token", POSTS, "POST, OPTIONS", serve_token},
    [ENDPOINT_STATUS] = {"/status", GETS, "GET, HEAD, OPTIONS", serve_status},
    [ENDPOINT_METRICS] = {"/metrics", GETS, "GET, HEAD, OPTIONS", serve_metrics},
    [ENDPOINT_HEALTHZ] = {"/healthz", GETS, "GET, HEAD, OPTIONS", serve_healthz},
};

static bool ends_with(const char *path, const char *end)
{
    size_t len = strlen(path), n = strlen(end);
    return len >= n && strcmp(path + len - n, end) == 0;
}

/* A path of the system that the dialect stands in for, wherever it is mounted. */
static const struct endpoint *profile_http_endpoint(struct context *v)
{
    const struct profile_http_path *p = v->profile_http->paths;
    while (p && p->end && !ends_with(v->request.path, p->end))
        p++;
    if (!p || !p->end)
        return NULL;
    v->has_match = v->config->route && route_match(v->config->route, v->request.path, &v->match);
    return &endpoints[p->kind];
}

/* The endpoint whose name ends path, and the length of what stands before it. */
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

/* SSELOG_ROUTE is the stream's path; the other endpoints stand below it, or beside it where it ends
 * in /stream. */
static const struct endpoint *match_route(struct context *v)
{
    const char *route = v->config->route, *path = v->request.path;
    v->has_match = route_match(route, path, &v->match);
    if (v->has_match)
        return &endpoints[0];
    size_t before;
    const struct endpoint *e = endpoint_at_end(path, &before);
    if (!e)
        return NULL;
    char base[REQUEST_MAX_PATH + 16];
    memcpy(base, path, before);
    base[before] = '\0';
    v->has_match = route_match(route, base, &v->match);
    if (!v->has_match) {
        memcpy(base + before, "/stream", sizeof "/stream");
        v->has_match = route_match(route, base, &v->match);
    }
    if (v->has_match) /* what it captured lives in base: take it from the path, which begins alike
                       */
        for (size_t i = 0; i < v->match.count; i++)
            v->match.captures[i].value.p = path + (v->match.captures[i].value.p - base);
    return v->has_match || e->serve == serve_healthz || e->serve == serve_status ||
                   e->serve == serve_metrics
               ? e
               : NULL;
}

/* Not every web server splits the path into SCRIPT_NAME and PATH_INFO at the mount: without
 * PATH_INFO the end of the path tells. */
static const struct endpoint *find_endpoint(struct context *v)
{
    size_t before;
    const struct endpoint *e = profile_http_endpoint(v);
    if (e)
        return e;
    if (v->config->route)
        return match_route(v);
    const char *below = v->request.below;
    e = endpoint_at_end(below[0] ? below : v->request.path, &before);
    if (below[0] == '\0' || strcmp(below, "/") == 0)
        return e ? e : &endpoints[0];
    return e && before == 0 ? e : NULL;
}

/* WHATWG Fetch, section 3.2.2: a preflight needs no identity. */
static void answer_preflight(struct context *v, const struct endpoint *e)
{
    const char *origin = request_header(&v->request, "Origin", NULL);
    answer_begin(v, 204, NULL);
    answer_header(v, "Allow", e->allow);
    if (origin && answer_origin_allowed(v, origin)) {
        answer_header(v, "Access-Control-Allow-Methods", e->allow);
        answer_header(v, "Access-Control-Allow-Headers",
                      "Authorization, Cache-Control, Content-Type, Last-Event-ID");
        answer_header(v, "Access-Control-Max-Age", "600");
    }
    answer_send(v);
}

static void dispatch(struct context *v)
{
    const struct endpoint *e = find_endpoint(v);
    if (e)
        v->endpoint = (enum endpoint_kind)(e - endpoints);
    if (!e) {
        answer_error(v, 404, "not found");
    } else if (v->request.method == METHOD_OPTIONS) {
        answer_preflight(v, e);
    } else if (!(e->methods & 1u << v->request.method)) {
        answer_begin(v, 405, "application/json");
        answer_header(v, "Allow", e->allow);
        buf_adds(&v->body, "{\"error\":\"method not allowed\"}");
        answer_send(v);
    } else {
        e->serve(v);
    }
}

static void answer(struct front *f, struct redis_ask *ask, struct exchange *x)
{
    struct context v = {.relay = f->relay,
                        .ask = ask,
                        .throttle = f->throttle,
                        .foreign = f->foreign,
                        .base = f->base,
                        .exchange = x};
    struct buf why;
    const char *problem;
    v.config = config_of(f->base);
    v.profile_http = profile_http_of(v.config->profile);
    buf_init(&v.head, 64 * 1024);
    buf_init(&v.body, 32u * 1024 * 1024);
    buf_init(&why, 1024);
    int status = request_parse(&v.request, gateway_param, x, &problem);
    const struct config *config = NULL;
    if (status) {
        answer_error(&v, status, problem);
    } else if (config_for_request(f->base, gateway_params(x), &config, &why)) {
        diag(DIAG_ERROR, "front", "%s", why.p);
        answer_error(&v, 500, "misconfigured");
    } else {
        v.config = config;
        v.profile_http = profile_http_of(config->profile);
        dispatch(&v);
        config_release(f->base, v.config);
    }
    request_free(&v.request);
    auth_wipe(&v.who, sizeof v.who);
    buf_free(&v.head);
    buf_free(&v.body);
    buf_free(&why);
    struct out rest = gateway_take_out(x);
    if (rest.fd >= 0 && rest.rest.len > 0)
        relay_drain(f->relay, rest); /* no thread of ours waits for a slow peer */
    else
        out_close(&rest);
    gateway_end(x);
}

/* ---- threads ---- */

static void *work(void *arg)
{
    struct front *f = arg;
    struct fcgi_reader *in;
    struct redis_ask *ask = redis_ask_new(&config_of(f->base)->redis, LOOKUP_MS);
    if (ask)
        redis_ask_beside_feed(ask);
    while (ask && read(f->pipe[0], &in, sizeof in) == (ssize_t)sizeof in) {
        struct exchange *x = gateway_begin(in);
        if (x)
            answer(f, ask, x);
        gateway_forget();
    }
    redis_ask_free(ask);
    return NULL;
}

void front_take(struct front *f, struct fcgi_reader *in)
{
    if (write(f->pipe[1], &in, sizeof in) != (ssize_t)sizeof in)
        fcgi_reader_free(in);
}

void front_answer(struct front *f, struct exchange *x)
{
    answer(f, f->ask, x);
}

struct front *front_new(const struct config_base *base, struct relay *relay, bool cgi)
{
    struct front *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->base = base;
    f->relay = relay;
    f->pipe[0] = f->pipe[1] = -1;
    if (cgi) {
        f->ask = redis_ask_new(&config_of(base)->redis, LOOKUP_MS);
        return f;
    }
    unsigned n = config_of(base)->front_threads;
    f->threads = calloc(n, sizeof(*f->threads));
    f->throttle = throttle_new();
    f->foreign = throttle_new();
    if (!f->threads || !f->throttle || !f->foreign || pipe2(f->pipe, O_CLOEXEC)) {
        front_free(f);
        return NULL;
    }
    while (f->nthreads < n && pthread_create(&f->threads[f->nthreads], NULL, work, f) == 0)
        f->nthreads++;
    if (f->nthreads == n)
        return f;
    front_stop(f, 0);
    front_free(f);
    return NULL;
}

bool front_stop(struct front *f, unsigned timeout_ms)
{
    if (!f || f->pipe[1] < 0)
        return true;
    close(f->pipe[1]);
    f->pipe[1] = -1;
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_sec += timeout_ms / 1000;
    until.tv_nsec += (long)(timeout_ms % 1000) * 1000000;
    if (until.tv_nsec >= 1000000000) {
        until.tv_sec++;
        until.tv_nsec -= 1000000000;
    }
    for (; f->nthreads > 0; f->nthreads--)
        if (pthread_timedjoin_np(f->threads[f->nthreads - 1], NULL, &until))
            return false;
    return true;
}

void front_free(struct front *f)
{
    if (!f)
        return;
    if (f->pipe[0] >= 0)
        close(f->pipe[0]);
    redis_ask_free(f->ask);
    throttle_free(f->throttle);
    throttle_free(f->foreign);
    free(f->threads);
    free(f);
}
