/* SPDX-License-Identifier: MIT */
/*
 * access: see access.h. auth.c decides about identity and keys; this file gives it look-ups in
 * Redis, counts failed credentials, and answers refusals. Nothing is served before auth.c said yes.
 */
#include "front/access.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "base/diag.h"
#include "format/filter.h"
#include "format/level.h"
#include "format/query.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/refusal.h"
#include "identity/fingerprint.h"
#include "identity/logs.h"
#include "identity/session.h"

#define TOO_MANY "too many failed attempts"

/* The shortest beginning among the templates that begin like key: that of its own is no shorter. */
size_t access_shown(const struct config *config, const char *key)
{
    const char *const templates[] = {config->session_key, config->bearer_key, config->token_key};
    size_t shown = SIZE_MAX;
    for (size_t i = 0; i < sizeof templates / sizeof *templates; i++) {
        size_t len = strcspn(templates[i], "{");
        if (len < shown && strncmp(templates[i], key, len) == 0)
            shown = len;
    }
    return shown == SIZE_MAX ? 0 : shown;
}

static enum lookup_result look_up(void *arg, const char *key, bool take, struct buf *value)
{
    struct context *ctx = arg;
    switch (redis_sync_get(ctx->redis, key, access_shown(ctx->config, key), take, value)) {
    case SYNC_OK:
        return LOOKUP_FOUND;
    case SYNC_MISSING:
        return LOOKUP_MISSING;
    default:
        return LOOKUP_FAILED;
    }
}

/* The seconds of the precise clock. time(2) reads a coarse clock that lags by some ms: it would let
 * a stream that just ended with its identity in once more. */
static int64_t clock_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec;
}

/* Whether a page at the origin's host, perhaps with a port, is served by us.  Some web servers pass
 * the host without the port that the client named. */
static bool is_our_host(const char *origin, const char *host, const char *port)
{
    size_t len = host ? strlen(host) : 0;
    if (len == 0 || strncmp(origin, host, len) != 0)
        return false;
    const char *address_end = strchr(host, ']'); /* of an IPv6 address, which has colons */
    bool has_port = strchr(address_end ? address_end : host, ':');
    return origin[len] == '\0' ||
           (!has_port && origin[len] == ':' && port && strcmp(origin + len + 1, port) == 0);
}

bool access_is_cross_site(const struct context *ctx)
{
    const char *origin = request_header(&ctx->request, "Origin", NULL);
    const char *site = request_header(&ctx->request, "Sec-Fetch-Site", NULL);
    const char *host = request_param(&ctx->request, "HTTP_HOST");
    if (origin && answer_origin_allowed(ctx, origin))
        return false;
    if (site)
        return strcmp(site, "same-origin") != 0 && strcmp(site, "none") != 0;
    const char *origin_host = origin ? strstr(origin, "://") : NULL;
    const char *port = request_param(&ctx->request, "SERVER_PORT");
    return origin && (!origin_host || !is_our_host(origin_host + 3, host, port));
}

bool access_is_forwarded_beside(const struct context *ctx, const char *value)
{
    static const char *const added[] = {"HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED", "HTTP_VIA",
                                        "HTTP_X_REAL_IP"};
    for (size_t i = 0; i < sizeof added / sizeof *added; i++) {
        const char *its = request_param(&ctx->request, added[i]);
        if (its && (!value || strcmp(its, value) != 0))
            return true;
    }
    return auth_is_trusted(ctx->config, &ctx->request);
}

bool access_is_forwarded(const struct context *ctx)
{
    return access_is_forwarded_beside(ctx, NULL);
}

/* Counts a wrong credential. True: there were too many. Requests that another site's page may have
 * caused are counted apart, so they do not change the answers to the user's own pages. */
static bool is_too_many(const struct context *ctx)
{
    struct throttle *t = access_is_cross_site(ctx) ? ctx->cross_site_throttle : ctx->throttle;
    const char *peer = request_param(&ctx->request, "REMOTE_ADDR");
    bool log;
    if (!t || throttle_fail(t, throttle_source(peer, access_is_forwarded(ctx)), clock_ms(), &log) ==
                  THROTTLE_WRONG)
        return false;
    if (log)
        diag(DIAG_WARNING, "front", "too many wrong credentials, the last one from %s",
             peer ? peer : "an unknown address");
    return true;
}

static enum auth_result identify(struct context *ctx, const struct lookup *lookup)
{
    ctx->auth_result =
        auth_identify(ctx->config, &ctx->request, lookup, clock_s(), &ctx->identity, &ctx->refusal);
    return ctx->auth_result;
}

static enum lookup_result peek(void *arg, const char *key, bool take, struct buf *value)
{
    (void)take;
    return look_up(arg, key, false, value);
}

int access_explain(struct context *ctx)
{
    static const int statuses[] = {[AUTH_OK] = 200,
                                   [AUTH_NONE] = 401,
                                   [AUTH_BAD] = 401,
                                   [AUTH_MALFORMED] = 400,
                                   [AUTH_UNAVAILABLE] = 503};
    return statuses[identify(ctx, &(struct lookup){peek, ctx})];
}

void access_forbid(struct context *ctx, enum why why)
{
    refusal_set(ctx, why);
    if (!answer_refusal(ctx, REFUSED_FORBIDDEN))
        answer_error(ctx, 403, "not allowed");
}

/* Answers a result that gives no identity. 0: it does. */
static int refuse(struct context *ctx, enum auth_result result)
{
    ctx->auth_result = result;
    ctx->refused = result != AUTH_OK;
    switch (result) {
    case AUTH_OK:
        return 0;
    case AUTH_UNAVAILABLE:
        if (!answer_refusal(ctx, REFUSED_UNAVAILABLE))
            answer_unavailable(ctx, 503, "identity cannot be checked now");
        return -1;
    default:
        if (answer_refusal(ctx, REFUSED_UNAUTHENTICATED))
            return -1;
        if (result == AUTH_MALFORMED)
            answer_error(ctx, 400, "malformed credential");
        else
            answer_unauthorized(ctx);
        return -1;
    }
}

/* Each credential is looked up, so a good one works beside any number of wrong ones. An expired
 * credential was genuine, so it does not count as wrong. */
int access_identify(struct context *ctx)
{
    enum auth_result result = identify(ctx, &(struct lookup){look_up, ctx});
    ctx->throttled = result == AUTH_BAD && ctx->identity.ends == 0 && is_too_many(ctx);
    if (!ctx->throttled)
        return refuse(ctx, result);
    ctx->refused = true;
    /* The credential is wrong, so an EventSource should not come back with it. */
    if (!answer_refusal(ctx, REFUSED_TOO_MANY))
        answer_error(ctx, 429, TOO_MANY);
    return -1;
}

/* Whether the key that ctx->identity depends on still stands for it. */
static enum auth_result check_revocation(struct context *ctx)
{
    const struct identity *who = &ctx->identity;
    struct buf value;
    if (who->revocation_key[0] == '\0')
        return AUTH_OK;
    buf_init(&value, SESSION_MAX_VALUE);
    enum lookup_result found = look_up(ctx, who->revocation_key, false, &value);
    struct slice text = buf_slice(&value);
    enum auth_result result =
        found == LOOKUP_FAILED ? AUTH_UNAVAILABLE
        : auth_still_valid(ctx->config, who, found == LOOKUP_FOUND ? &text : NULL) ? AUTH_OK
                                                                                   : AUTH_BAD;
    auth_wipe(value.p, value.len);
    buf_free(&value);
    return result;
}

enum why access_ended(struct context *ctx)
{
    if (ctx->identity.ends != 0 && clock_s() >= ctx->identity.ends)
        return WHY_ENDED;
    enum auth_result result = check_revocation(ctx);
    return result == AUTH_OK ? WHY_OK : result == AUTH_BAD ? WHY_REVOKED : WHY_UNAVAILABLE;
}

int access_again(struct context *ctx)
{
    enum why why = access_ended(ctx);
    if (why == WHY_OK)
        return 0;
    refusal_set(ctx, why);
    return refuse(ctx, why == WHY_UNAVAILABLE ? AUTH_UNAVAILABLE : AUTH_BAD);
}

int64_t access_until(const struct context *ctx, int64_t until)
{
    int64_t left = ctx->identity.ends - clock_s(), now = clock_ms();
    if (ctx->identity.ends == 0 || left >= (until - now) / 1000)
        return until;
    return left > 0 ? now + left * 1000 : now;
}

/* Finds the key of the log that log= names. WHY_OK, or why there is none. */
static enum why find_named(const struct context *ctx, const struct logs_asker *a, const char *name,
                           char key[IDENTITY_MAX_KEY + 1])
{
    const struct slice log = slice_of(name);
    enum why why = WHY_LOG_UNKNOWN;
    for (const struct log_word *word = a->config->logs; word->key; word++) {
        struct logs_keys keys;
        bool has = true;
        enum why its = logs_find(a, word, log, &keys);
        enum sync_result r = SYNC_OK;
        if (its == WHY_OK && keys.set[0])
            r = redis_sync_set_has(ctx->redis, keys.set, log, &has);
        if (r == SYNC_DOWN || r == SYNC_REFUSED)
            return WHY_UNAVAILABLE;
        if (its == WHY_OK && r == SYNC_OK && has) {
            memcpy(key, keys.key, sizeof keys.key);
            return WHY_OK;
        }
        if (word->name && its != WHY_OK && its != WHY_LOG_UNKNOWN)
            why = its;
    }
    return why;
}

bool access_names_log(const struct context *ctx)
{
    return config_names_logs(ctx->config) && request_arg(&ctx->request, "log");
}

/* The same answer tells that there is no such log, and that it is another's. */
int access_log_key(struct context *ctx, const char *name, char key[IDENTITY_MAX_KEY + 1])
{
    const struct logs_asker a = {ctx->config, &ctx->identity, ctx->has_match ? &ctx->match : NULL};
    enum why why = name ? find_named(ctx, &a, name, key) : logs_default(&a, key);
    if (why == WHY_OK)
        return 0;
    if (why == WHY_UNAVAILABLE) {
        refusal_set(ctx, why);
        answer_unavailable(ctx, 503, "the log cannot be looked up now");
    } else {
        access_forbid(ctx, why);
    }
    return -1;
}

static int refuse_whose(struct context *ctx)
{
    refusal_set(ctx, WHY_WHOSE);
    answer_error(ctx, 409, "this is another's log now");
    return -1;
}

int access_whose(struct context *ctx, const char *key, const char **whose)
{
    char tag[FINGERPRINT_VIEW + 1];
    if (!*whose) /* before fingerprint_view: it is the hash that brings libnettle into memory */
        return 0;
    fingerprint_view(&ctx->identity, key, tag);
    size_t len = strlen(tag);
    if (strncmp(*whose, tag, len) != 0 || ((*whose)[len] != ',' && (*whose)[len] != '\0'))
        return refuse_whose(ctx);
    *whose += len + ((*whose)[len] == ',');
    return 0;
}

int access_whose_end(struct context *ctx, const char *whose)
{
    return whose && *whose ? refuse_whose(ctx) : 0;
}

int access_key(struct context *ctx, char key[IDENTITY_MAX_KEY + 1])
{
    bool named = access_names_log(ctx);
    const char *whose = request_arg(&ctx->request, "whose");
    if (named && request_arg_count(&ctx->request, "log") > 1) {
        answer_error(ctx, 400, "log may be given once");
        return -1;
    }
    if (access_log_key(ctx, named ? request_arg(&ctx->request, "log") : NULL, key) ||
        access_whose(ctx, key, &whose))
        return -1;
    return access_whose_end(ctx, whose);
}

int access_enabled(struct context *ctx)
{
    if (ctx->config->enabled)
        return 0;
    refusal_set(ctx, WHY_DISABLED);
    if (!answer_refusal(ctx, REFUSED_DISABLED))
        answer_error(ctx, 403, "log viewing is turned off");
    return -1;
}

static size_t count_pairs(const struct pair *p)
{
    size_t n = 0;
    while (p[n].name)
        n++;
    return n;
}

/* Memory for the rules of one filter. It is on the heap because stack pages, once touched, stay
 * with their front thread. */
struct rules {
    struct filter_rule *match, *lists;
    char (*values)[IDENTITY_MAX_NAME + 1]; /* of match */
    char *why;                             /* the reason for a wrong query, behind WHY_QUERY */
};

#define WHY_QUERY "q: "

static void rules_free(struct rules *r)
{
    free(r->match);
    free(r->lists);
    free(r->values);
    free(r->why);
}

static int rules_make(const struct config *c, struct rules *r)
{
    size_t match = count_pairs(c->match), lists = count_pairs(c->filters);
    r->match = calloc(match + 1, sizeof *r->match);
    r->lists = calloc(lists + 1, sizeof *r->lists);
    r->values = calloc(match + 1, sizeof *r->values);
    r->why = calloc(1, sizeof WHY_QUERY + QUERY_WHY);
    if (r->why)
        memcpy(r->why, WHY_QUERY, sizeof WHY_QUERY);
    return r->match && r->lists && r->values && r->why ? 0 : -1;
}

/* The rules that withhold records from all viewers except administrators. -1: the identity has no
 * value for a name in a rule. */
static int add_match(const struct context *ctx, struct rules *r, struct filter_spec *spec)
{
    const struct config *c = ctx->config;
    for (const struct pair *p = c->match; p->name && !auth_is_admin(c, &ctx->identity); p++) {
        char *value = r->values[spec->nmatch];
        if (auth_fill(&ctx->identity, ctx->has_match ? &ctx->match : NULL, p->value, value,
                      sizeof *r->values))
            return -1;
        r->match[spec->nmatch++] = (struct filter_rule){p->name, value};
    }
    spec->match = r->match;
    return 0;
}

/* The parts of the filter that the query asks for. */
static void add_query(const struct context *ctx, struct rules *r, struct filter_spec *spec)
{
    const struct config *c = ctx->config;
    for (const struct pair *p = c->filters; p->name; p++) {
        const char *wanted = request_arg(&ctx->request, p->name);
        if (wanted)
            r->lists[spec->nlists++] = (struct filter_rule){p->value, wanted};
    }
    spec->lists = r->lists;
    spec->level = request_arg(&ctx->request, "level");
    if (spec->level && (spec->level[0] == '\0' ||
                        (ctx->profile_http->lenient && level_of_name(slice_of(spec->level)) < 0)))
        spec->level = NULL;
    spec->query = slice_of(request_arg(&ctx->request, "q"));
    if (ctx->has_since) {
        spec->since_field = ctx->profile_http->time_field;
        spec->since = ctx->since;
        spec->until = ctx->until;
    }
}

/* A lenient profile serves a wrong query as none. */
static struct filter *make_filter(struct context *ctx, struct rules *r, struct filter_spec *spec)
{
    struct filter *f;
    spec->why = r->why + strlen(WHY_QUERY);
    f = filter_new(spec);
    if (!f && errno == EINVAL && spec->why[0] && ctx->profile_http->lenient) {
        spec->query = (struct slice){0};
        f = filter_new(spec);
    }
    if (!f && errno == EINVAL)
        answer_error(ctx, 400, spec->why[0] ? r->why : "level is not the name of a level");
    else if (!f)
        answer_error(ctx, 500, "out of memory");
    return f;
}

struct filter *access_filter(struct context *ctx)
{
    const struct config *c = ctx->config;
    struct filter_spec spec = {.skip_levels = (const char *const *)c->skip_levels,
                               .status_level = c->status_level,
                               .skip_texts = (const char *const *)c->skip_texts,
                               .skip_loggers = (const char *const *)c->skip_loggers};
    struct rules rules;
    struct filter *f = NULL;
    if (rules_make(c, &rules)) {
        answer_error(ctx, 500, "out of memory");
    } else if (add_match(ctx, &rules, &spec)) {
        access_forbid(ctx, WHY_FORBIDDEN);
    } else {
        add_query(ctx, &rules, &spec);
        f = make_filter(ctx, &rules, &spec);
    }
    rules_free(&rules);
    return f;
}
