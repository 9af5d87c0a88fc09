/* SPDX-License-Identifier: MIT */
/*
 * stream: see stream.h. It reads from the request where the viewer stands (a cursor, or how much
 * history), with which filter and in which profile, and hands the relay an admission.
 */
#include "front/stream.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "format/filter.h"
#include "format/profile.h"
#include "format/pyjson.h"
#include "front/access.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/figures.h"
#include "front/holder.h"
#include "front/poll.h"
#include "front/refusal.h"
#include "front/shown.h"
#include "front/start.h"
#include "front/stream_logs.h"
#include "front/token.h"

#define MAX_CLIENT_ID 64

/* Where the viewer starts in one of its logs. -1: malformed. */
static int find_start(const struct context *ctx, struct admission *a, struct admitted_log *its)
{
    const struct start_of of = {.log = its->name, .lenient = ctx->profile_http->lenient};
    struct start s = start_find(&ctx->request, &of, clock_wall_ms());
    if (s.kind == START_MALFORMED)
        return -1;
    its->cursor_lost = s.lost && a->kind == LOG_STREAM;
    if (s.kind == START_AFTER) {
        its->has_cursor = true;
        its->cursor = s.at.id;
        its->rank = s.at.rank;
        its->epoch = s.at.epoch;
    } else if (s.kind == START_SINCE) {
        a->since = s.at.id;
        a->since_all = true;
    }
    return 0;
}

static int find_starts(const struct context *ctx, struct admission *a)
{
    for (struct admitted_log *its = &a->log; its; its = its->next)
        if (find_start(ctx, a, its))
            return -1;
    return 0;
}

/* Whether the request names a time as a cursor, and no id. *since: the latest one. */
static bool names_time(const struct request *r, double *since)
{
    struct position id;
    const char *text;
    bool is_header, any = false;
    double at;
    for (size_t i = 0; (text = start_cursor(r, i, &is_header)); i++) {
        if (strchr(text, '-') && position_parse(slice_of(text), &id) == 0)
            return false;
        if (start_float(text, &at) || isnan(at))
            continue;
        *since = !any || at > *since ? at : *since;
        any = true;
    }
    return any;
}

/* Sets ctx->has_since when the cursor is a time. Then the viewer gets the log from its beginning,
 * and the filter drops older records up to the log's present end. 0, or -1: answered. */
static int find_since(struct context *ctx, const char *key)
{
    if (!ctx->profile_http->time_field || ctx->config->log_kind != LOG_STREAM ||
        !names_time(&ctx->request, &ctx->since))
        return 0;
    bool any;
    ctx->until = XID_ZERO;
    if (redis_sync_newest(ctx->redis, key, XID_MAX, &any, &ctx->until) != SYNC_OK) {
        answer_unavailable(ctx, 503, "the log cannot be reached now");
        return -1;
    }
    ctx->has_since = true;
    return 0;
}

/* In a stream of several logs each record says its log. */
const struct profile *stream_profile(const struct context *ctx)
{
    const struct profile *p = ctx->config->profile;
    const char *wanted = request_arg(&ctx->request, "envelope");
    if (answer_in_lines(ctx, p->content_type))
        return p->lines;
    if (stream_logs_are_many(ctx))
        return p->enveloped;
    if (!wanted || strcmp(wanted, "0") == 0 || !p->enveloped)
        return p;
    return strcmp(wanted, "1") == 0 ? p->enveloped : NULL;
}

/* Whether ids say what proves them: where proof=1 asks for it, or by default in an envelope.  0, or
 * -1: malformed. */
static int find_proof(const struct context *ctx, struct admission *a)
{
    const struct profile *p = ctx->config->profile;
    const char *wanted = request_arg(&ctx->request, "proof");
    a->proof = p->enveloped && a->profile == p->enveloped;
    if (!wanted || !p->enveloped)
        return 0;
    if (strcmp(wanted, "0") != 0 && strcmp(wanted, "1") != 0)
        return -1;
    a->proof = wanted[0] == '1' && a->profile != p->lines;
    return 0;
}

/* The first id that is not older. In whole seconds: viewers that connect together share reads. */
static struct xid oldest_of_age(unsigned seconds)
{
    return start_id_at((clock_wall_ms() / 1000 - seconds) * 1000);
}

static int find_history(const struct context *ctx, struct admission *a)
{
    if (ctx->has_since) {
        a->history = UINT32_MAX;
        return 0;
    }
    const char *wanted = request_arg(&ctx->request, "history");
    uint64_t n = ctx->config->history;
    if (wanted && slice_number(slice_of(wanted), 0, UINT32_MAX, &n) && !ctx->profile_http->lenient)
        return -1;
    a->history = n < ctx->config->history ? (unsigned)n : ctx->config->history;
    if (!a->since_all && ctx->config->history_age > 0)
        a->since = oldest_of_age(ctx->config->history_age);
    if (a->since_all) /* like a cursor: all records from there on, unless the client wants fewer */
        a->history = wanted ? (unsigned)n : UINT32_MAX;
    return 0;
}

/* The data to check the revocation key with while the stream is open. */
struct revocation_check {
    const struct config_base *base;
    const struct config *config;
    struct identity identity;
};

static bool still_valid(void *arg, const struct slice *value)
{
    const struct revocation_check *s = arg;
    return auth_still_valid(s->config, &s->identity, value);
}

static void release_revocation(void *arg)
{
    struct revocation_check *s = arg;
    config_release(s->base, s->config);
    config_unload(s->base);
    auth_wipe(s, sizeof *s);
    free(s);
}

/* -1: out of memory. Moves the request's configuration into the admission: a reload does not change
 * what an open stream was admitted with. */
static int add_revocation(struct context *ctx, struct admission *a)
{
    if (ctx->identity.revocation_key[0] == '\0')
        return 0;
    struct revocation_check *s = malloc(sizeof *s);
    a->revocation_key = strdup(ctx->identity.revocation_key);
    if (!s || !a->revocation_key) {
        free(s);
        return -1;
    }
    *s = (struct revocation_check){config_hold(ctx->base), ctx->config, ctx->identity};
    ctx->config = config_of(ctx->base);
    a->revocation_shown = access_shown(s->config, a->revocation_key);
    a->still_valid = still_valid;
    a->release = release_revocation;
    a->arg = s;
    return 0;
}

/* Shortens by up to a tenth: viewers that connected together do not reconnect together. */
static unsigned jittered_lifetime(unsigned seconds)
{
    return seconds - (unsigned)rand() % (seconds / 10 + 1);
}

static void stream_head(struct context *ctx, const struct profile *p, struct buf *head, bool gzip)
{
    buf_clear(&ctx->head);
    answer_cors(ctx);
    if (gzip)
        answer_header(ctx, "Content-Encoding", "gzip");
    profile_head(p, head);
    buf_add(head, ctx->head.p, ctx->head.len);
    buf_adds(head, "\r\n");
}

/* Writes a comma-separated list of the query as a JSON array of strings. */
static void add_wanted(struct buf *b, const char *list)
{
    const char *comma = "";
    buf_addc(b, '[');
    while (*list) {
        size_t len = strcspn(list, ","), from = strspn(list, " \t");
        size_t to = len;
        while (to > from && (list[to - 1] == ' ' || list[to - 1] == '\t'))
            to--;
        if (to > from) {
            buf_adds(b, comma);
            pyjson_string(b, slice_make(list + from, to - from), PYJSON_ASCII);
            comma = ", ";
        }
        list += len + (list[len] == ',');
    }
    buf_addc(b, ']');
}

/* The client id of ?replaces=, which a tab chose. -1: malformed, or out of memory. */
static int find_replaces(const struct context *ctx, struct admission *a)
{
    static const char allowed[] =
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_.";
    const char *id = request_arg(&ctx->request, "replaces");
    size_t len = id ? strlen(id) : 0;
    if (len == 0)
        return 0;
    if (len > MAX_CLIENT_ID || strspn(id, allowed) != len)
        return ctx->profile_http->lenient ? 0 : -1;
    a->replaces = strdup(id);
    return a->replaces ? 0 : -1;
}

/* Describes the viewer for the presence key of its log. -1: out of memory. */
static int add_presence(struct context *ctx, struct admission *a, const char *key)
{
    struct buf b;
    const char *comma = "";
    if (!ctx->profile_http->presence)
        return 0;
    struct presence *entry = a->presence = calloc(1, sizeof *entry);
    if (!entry)
        return -1;
    buf_init(&b, 64 * 1024);
    buf_addf(&b, PRESENCE_KEY "%s", key);
    entry->key = b.failed ? NULL : strdup(b.p);
    buf_clear(&b);
    buf_adds(&b, "{\"user\": ");
    pyjson_string(&b, slice_of(ctx->identity.user), PYJSON_ASCII);
    buf_adds(&b, ", \"tenant\": ");
    pyjson_string(&b, slice_of(ctx->identity.tenant), PYJSON_ASCII);
    buf_addf(&b, ", \"id\": \"%s\", \"filters\": {", a->client);
    for (const struct pair *p = ctx->config->filters; p->name; p++) {
        const char *wanted = request_arg(&ctx->request, p->name);
        if (!wanted || wanted[0] == '\0')
            continue;
        buf_adds(&b, comma);
        pyjson_string(&b, slice_of(p->name), PYJSON_ASCII);
        buf_adds(&b, ": ");
        add_wanted(&b, wanted);
        comma = ", ";
    }
    buf_adds(&b, "}}");
    entry->member = b.failed ? NULL : strdup(b.p);
    buf_free(&b);
    return entry->key && entry->member ? 0 : -1;
}

/* Fills a from the request. 0, or the status of the answer. */
static int fill_admission(struct context *ctx, struct admission *a)
{
    const struct config *c = ctx->config;
    buf_init(&a->head, 64 * 1024);
    a->profile = stream_profile(ctx);
    if (!a->profile)
        return 400;
    a->kind = c->log_kind;
    a->keepalive = c->keepalive;
    a->retry = c->retry;
    a->lifetime = jittered_lifetime(c->lifetime);
    a->ends = ctx->identity.ends;
    if (find_starts(ctx, a) || find_history(ctx, a) || find_proof(ctx, a) || find_replaces(ctx, a))
        return 400;
    a->field = strdup(c->field);
    a->event_field = strdup(c->event_field);
    a->event_prefix = c->event_prefix ? strdup(c->event_prefix) : NULL;
    a->gzip =
        c->compress && ctx->request.method != METHOD_HEAD && request_accepts_gzip(&ctx->request);
    stream_head(ctx, a->profile, &a->head, a->gzip);
    token_client_id(a->client);
    if (!a->field || !a->event_field || (c->event_prefix && !a->event_prefix) || a->head.failed ||
        add_presence(ctx, a, a->log.key))
        return 500;
    return 0;
}

/* Takes a seat. Without one a waits for it, with the refusal that its client gets if none comes; or
 * it is refused now. -1: refused and answered. */
static int take_seat(struct context *ctx, struct admission *a)
{
    char name[HOLDER_NAME];
    struct seat_holder holder = holder_of(ctx, name);
    a->refused = relay_seat(ctx->relay, &holder, &a->seat);
    if (a->refused == SEAT_TAKEN)
        return 0;
    buf_init(&a->refusal, 64 * 1024);
    ctx->keep = a->seat ? &a->refusal : NULL;
    refusal_set(ctx, refusal_of_seat(a->refused));
    answer_unavailable(ctx, refusal_seat_status(a->refused), seat_refusal(a->refused));
    ctx->keep = NULL;
    if (a->seat && diag_writes(DIAG_INFO))
        a->refusal_line = refusal_line(ctx);
    ctx->refused = false;
    return a->seat ? 0 : -1;
}

static void admit(struct context *ctx, struct admission *a)
{
    if (take_seat(ctx, a)) {
        admission_free(a);
        return;
    }
    /* The revocation comes last: it moves the configuration, which other answers need. */
    if (a->refusal.failed || poll_decide(ctx, a) || add_revocation(ctx, a)) {
        relay_unseat(ctx->relay, a->seat, a->refused);
        answer_error(ctx, 500, "out of memory");
        admission_free(a);
        return;
    }
    a->shown = diag_writes(DIAG_DEBUG) ? shown_viewer(ctx, a) : NULL;
    a->out = gateway_take_out(ctx->exchange);
    relay_admit(ctx->relay, a);
}

/* Checks that the identity may have the stream, and finds its logs. 0, or -1: answered. */
static int may_stream(struct context *ctx, struct admitted_log *log)
{
    const struct profile_http *http = ctx->profile_http;
    poll_hurry(ctx);
    if (!http->identity_first && access_enabled(ctx))
        return -1;
    if ((http->check && http->check(ctx)) || access_identify(ctx) || access_enabled(ctx) ||
        stream_logs_find(ctx, log))
        return -1;
    if (http->needs_redis && redis_sync_ping(ctx->redis) != SYNC_OK) {
        if (!answer_refusal(ctx, REFUSED_UNAVAILABLE))
            answer_unavailable(ctx, 503, "the log cannot be reached now");
        return -1;
    }
    return find_since(ctx, log->key);
}

/* The head of the stream that a GET would open. */
static void answer_head(struct context *ctx, const struct admission *a)
{
    figures_count(ctx->figures, ctx->endpoint, 200, WHY_OK);
    gateway_answer(ctx->exchange, slice_make(a->head.p, a->head.len - 2), slice_make(NULL, 0));
}

/* A filter for each log. -1: answered. */
static int add_filters(struct context *ctx, struct admission *a)
{
    for (struct admitted_log *its = &a->log; its; its = its->next)
        if (!(its->filter = access_filter(ctx)))
            return -1;
    return 0;
}

/* status: of fill_admission. */
static void answer_unadmitted(struct context *ctx, const struct admission *a, int status)
{
    if (status == 400)
        answer_error(ctx, 400,
                     "last_event_id must be an id, or NAME=ID,NAME=ID of several logs, since a "
                     "time, history a number, envelope and proof 0 or 1, replaces a client id");
    else if (status)
        answer_error(ctx, status, "out of memory");
    else
        answer_head(ctx, a);
}

void serve_stream(struct context *ctx)
{
    struct admission *a = calloc(1, sizeof *a);
    if (!a) {
        answer_error(ctx, 500, "out of memory");
        return;
    }
    a->out.fd = -1;
    if (may_stream(ctx, &a->log) || add_filters(ctx, a)) {
        admission_free(a);
        return;
    }
    int status = fill_admission(ctx, a);
    if (!status && ctx->request.method != METHOD_HEAD) {
        admit(ctx, a);
        return;
    }
    answer_unadmitted(ctx, a, status);
    admission_free(a);
}
