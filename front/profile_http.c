/* SPDX-License-Identifier: MIT */
/*
 * profile_http: see profile_http.h. Bodies are byte for byte those of the original systems, because
 * their clients compare them. Text from outside becomes JSON only through pyjson.
 */
#include "front/profile_http.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <time.h>

#include "format/filter.h"
#include "format/pyjson.h"
#include "format/record.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/stream.h"

#define RETRY_AFTER "5"

/* A whole answer of constant text. */
static void answer_text(struct context *ctx, int status, const char *type, const char *text)
{
    answer_begin(ctx, status, type);
    if (status == 503)
        answer_header(ctx, "Retry-After", RETRY_AFTER);
    buf_adds(&ctx->body, text);
    answer_send(ctx);
}

static void answer_json(struct context *ctx, int status, const char *text)
{
    answer_text(ctx, status, "application/json", text);
}

static void add_string(struct buf *b, const char *text, enum pyjson_style style)
{
    pyjson_string(b, slice_of(text), style);
}

/* Percent-encodes like Django's redirect_to_login: '/' stays. */
static void add_quoted(struct buf *b, const char *text)
{
    for (; *text; text++) {
        char c = *text;
        bool safe = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                    strchr("/-._~", c);
        buf_addf(b, safe ? "%c" : "%%%02X", (unsigned char)c);
    }
}

/* Whether the way to the log-in answers the refusal. A page whose pass has ended gets another
 * there, however many wrong credentials others send. */
static bool leads_to_login(enum refusal why)
{
    return why == REFUSED_UNAUTHENTICATED || why == REFUSED_TOO_MANY;
}

/* Redirects to SSELOG_LOGIN_URL; the parameter `next` leads back. */
static void redirect_to_login(struct context *ctx)
{
    const char *url = ctx->config->login_url;
    struct buf where;
    buf_init(&where, 8 * (REQUEST_MAX_PATH + REQUEST_MAX_QUERY));
    buf_addf(&where, "%s%snext=", url, strchr(url, '?') ? "&" : "?");
    add_quoted(&where, ctx->request.path);
    if (ctx->request.query_string[0]) {
        buf_adds(&where, "%3F");
        add_quoted(&where, ctx->request.query_string);
    }
    answer_begin(ctx, 302, "text/html; charset=utf-8");
    if (where.failed)
        ctx->head.failed = true;
    else
        answer_header(ctx, "Location", where.p);
    buf_free(&where);
    answer_send(ctx);
}

/* ---- smarter ---- */

static const struct profile_http_path smarter_paths[] = {
    {"/dashboard/logs/api/stream/", ENDPOINT_STREAM},
    {"/dashboard/logs/api/stream", ENDPOINT_STREAM},
    {NULL, ENDPOINT_STREAM},
};

static bool smarter_refuse(struct context *ctx, enum refusal why)
{
    if (leads_to_login(why) && ctx->config->login_url)
        redirect_to_login(ctx);
    else if (why == REFUSED_DISABLED)
        answer_text(ctx, 200, "text/plain",
                    "Log viewing in browser is disabled. Set environment variable "
                    "'SMARTER_ENABLE_DASHBOARD_SERVER_LOGS' to make log streaming visible.");
    else if (why == REFUSED_UNAVAILABLE && !request_wants_stream(&ctx->request))
        answer_text(ctx, 503, "text/plain", "Log stream is temporarily unavailable.");
    else
        return false;
    return true;
}

/* ---- tod ---- */

static const struct profile_http_path tod_paths[] = {
    {"/events/stream", ENDPOINT_STREAM},
    {"/api/auth/sse-token", ENDPOINT_TOKEN},
    {NULL, ENDPOINT_STREAM},
};

/* {"detail":...} in the form of FastAPI. */
static bool tod_refuse(struct context *ctx, enum refusal why)
{
    bool token = ctx->endpoint == ENDPOINT_TOKEN;
    if (why == REFUSED_UNAVAILABLE) {
        answer_json(ctx, 503, "{\"detail\":\"Service temporarily unavailable\"}");
    } else if (why == REFUSED_FORBIDDEN && !token) {
        answer_json(ctx, 403, "{\"detail\":\"Not authorized for this tenant\"}");
    } else if (why == REFUSED_UNAUTHENTICATED || why == REFUSED_FORBIDDEN) {
        answer_begin(ctx, 401, "application/json");
        if (token)
            answer_header(ctx, "WWW-Authenticate", "Bearer");
        buf_adds(&ctx->body, token ? "{\"detail\":\"Not authenticated\"}"
                                   : "{\"detail\":\"Invalid or expired SSE token\"}");
        answer_send(ctx);
    } else {
        return false;
    }
    return true;
}

/* Writes a UUID, with or without hyphens, in lower case with hyphens. -1: s is no UUID. */
static int canonical_uuid(struct slice s, char out[37])
{
    size_t n = 0;
    if (s.len != 32 && s.len != 36)
        return -1;
    for (size_t i = 0; i < s.len; i++) {
        char c = s.p[i];
        bool hyphen = s.len == 36 && (i == 8 || i == 13 || i == 18 || i == 23);
        if (hyphen ? c != '-' : !memchr("0123456789abcdefABCDEF", c, 22))
            return -1;
        if (s.len == 32 && (i == 8 || i == 12 || i == 16 || i == 20))
            out[n++] = '-';
        out[n++] = (char)(c >= 'A' && c <= 'F' ? c | 0x20 : c);
    }
    out[n] = '\0';
    return 0;
}

/* Brings the tenant of the path into canonical form, in which it is compared with the identity's.
 * -1: it is no UUID. */
static int tod_canonical(struct context *ctx)
{
    if (!ctx->has_match)
        return -1;
    for (size_t i = 0; i < ctx->match.count; i++) {
        struct route_capture *c = &ctx->match.captures[i];
        if (!slice_equal(c->name, slice_of("tenant")))
            continue;
        if (canonical_uuid(c->value, ctx->tenant_uuid))
            return -1;
        c->value = slice_of(ctx->tenant_uuid);
    }
    return 0;
}

static int tod_check(struct context *ctx)
{
    bool takes_token = false;
    for (const enum auth_method *m = ctx->config->auth; *m != AUTH_END; m++)
        takes_token = takes_token || *m == AUTH_TOKEN;
    bool no_uuid = ctx->config->route && tod_canonical(ctx);
    bool no_token = takes_token && request_arg_count(&ctx->request, "token") == 0;
    if (!no_uuid && !no_token)
        return 0;
    answer_begin(ctx, 422, "application/json");
    buf_adds(&ctx->body, "{\"detail\":[");
    if (no_uuid)
        buf_adds(&ctx->body, "{\"type\":\"uuid_parsing\",\"loc\":[\"path\",\"tenant_id\"],"
                             "\"msg\":\"Input should be a valid UUID\"}");
    if (no_token)
        buf_addf(&ctx->body,
                 "%s{\"type\":\"missing\",\"loc\":[\"query\",\"token\"],"
                 "\"msg\":\"Field required\",\"input\":null}",
                 no_uuid ? "," : "");
    buf_adds(&ctx->body, "]}");
    answer_send(ctx);
    return -1;
}

static void tod_token(struct context *ctx, const char *token)
{
    answer_begin(ctx, 200, "application/json");
    buf_addf(&ctx->body, "{\"token\":\"%s\"}", token);
    answer_send(ctx);
}

/* ---- swf ---- */

static const struct profile_http_path swf_paths[] = {
    {"/api/messages/stream/", ENDPOINT_STREAM},
    {"/api/messages/stream", ENDPOINT_STREAM},
    {"/api/messages/stream/status/", ENDPOINT_STATUS},
    {"/api/messages/stream/status", ENDPOINT_STATUS},
    {NULL, ENDPOINT_STREAM},
};

/* Whether the stream is asked for by a browser that may get a pass at SSELOG_LOGIN_URL. Scripts
 * send a key, or nothing. */
static bool swf_can_log_in(const struct context *ctx)
{
    const struct request *r = &ctx->request;
    return ctx->config->login_url && ctx->endpoint == ENDPOINT_STREAM &&
           request_header(r, "Cookie", NULL) && !request_header(r, "Authorization", NULL);
}

static bool swf_refuse(struct context *ctx, enum refusal why)
{
    bool status = ctx->endpoint == ENDPOINT_STATUS;
    if (leads_to_login(why) && swf_can_log_in(ctx))
        redirect_to_login(ctx);
    else if (why == REFUSED_TOO_MANY)
        return false;
    else if (why == REFUSED_UNAUTHENTICATED)
        answer_json(ctx, status ? 403 : 401,
                    "{\"detail\": \"Authentication credentials were not provided.\"}");
    else if (why == REFUSED_FORBIDDEN)
        answer_json(ctx, 403,
                    "{\"detail\": \"You do not have permission to perform this action.\"}");
    else
        answer_json(ctx, 503, "{\"detail\": \"No channel layer configured.\"}");
    return true;
}

struct viewer_list {
    struct context *ctx;
    struct buf ids, filters;
    size_t count;
};

/* Whether json is the JSON string of name, as stream.c writes it. Absent: the empty name. */
static bool is_name(struct slice json, const char *name)
{
    struct buf own;
    buf_init(&own, 8 * IDENTITY_MAX_NAME);
    add_string(&own, name, PYJSON_ASCII);
    bool same = json.len == 0 ? name[0] == '\0' : slice_equal(json, buf_slice(&own));
    same = same && !own.failed;
    buf_free(&own);
    return same;
}

/* Adds one viewer of the presence key: {"user": ..., "tenant": ..., "id": ..., "filters": {...}},
 * as stream.c wrote it. Only administrators see the viewers of others; a user of the same name in
 * another tenant is another user. */
static void add_viewer(void *arg, struct slice member)
{
    struct viewer_list *l = arg;
    struct context *ctx = l->ctx;
    struct pyjson_member filters = {.name = "filters"}, id = {.name = "id"},
                         user = {.name = "user"}, tenant = {.name = "tenant"};
    pyjson_text(NULL, member, PYJSON_ASCII, &user);
    pyjson_text(NULL, member, PYJSON_ASCII, &tenant);
    pyjson_text(NULL, member, PYJSON_ASCII, &id);
    pyjson_text(NULL, member, PYJSON_ASCII, &filters);
    bool mine =
        auth_is_admin(ctx->config, &ctx->identity) ||
        (is_name(user.value, ctx->identity.user) && is_name(tenant.value, ctx->identity.tenant));
    if (!mine || id.value.len == 0 || filters.value.len == 0)
        return;
    const char *comma = l->count++ > 0 ? ", " : "";
    buf_adds(&l->ids, comma);
    buf_add(&l->ids, id.value.p, id.value.len);
    buf_adds(&l->filters, comma);
    buf_add(&l->filters, id.value.p, id.value.len);
    buf_adds(&l->filters, ": ");
    buf_add(&l->filters, filters.value.p, filters.value.len);
}

struct viewer_task {
    struct task task;
    char key[sizeof PRESENCE_KEY + IDENTITY_MAX_KEY];
};

/* Answers with the open viewers of all processes. */
static enum turn swf_status_turn(struct context *ctx, struct task *t)
{
    struct viewer_list l = {.ctx = ctx};
    const char *key = ((struct viewer_task *)t)->key;
    buf_init(&l.ids, 4 * 1024 * 1024);
    buf_init(&l.filters, 16 * 1024 * 1024);
    if (redis_sync_members(ctx->redis, key, (int64_t)time(NULL), add_viewer, &l) != SYNC_OK) {
        swf_refuse(ctx, REFUSED_UNAVAILABLE);
    } else {
        answer_begin(ctx, 200, "application/json");
        buf_addf(&ctx->body, "{\"connected_clients\": %zu, \"client_ids\": [", l.count);
        buf_add(&ctx->body, l.ids.p, l.ids.len);
        buf_adds(&ctx->body, "], \"client_filters\": {");
        buf_add(&ctx->body, l.filters.p, l.filters.len);
        buf_adds(&ctx->body, "}}");
        ctx->body.failed = ctx->body.failed || l.ids.failed || l.filters.failed;
        answer_send(ctx);
    }
    buf_free(&l.ids);
    buf_free(&l.filters);
    return TURN_DONE;
}

static void swf_status_free(struct task *t)
{
    free(t);
}

static void swf_status(struct context *ctx, const char *key)
{
    struct viewer_task *v = calloc(1, sizeof *v);
    if (!v) {
        swf_refuse(ctx, REFUSED_UNAVAILABLE);
        return;
    }
    v->task = (struct task){swf_status_turn, swf_status_free};
    snprintf(v->key, sizeof v->key, "%s", key);
    ctx->task = &v->task;
}

/* ---- astrbot ---- */

#define ASTRBOT_HISTORY 500                 /* entries, as in AstrBot's own cache */
#define ASTRBOT_BYTES   (4u * 1024 * 1024)  /* of entries in one answer; older ones are left out */
#define ASTRBOT_TEXT    (4 * ASTRBOT_BYTES) /* with one more, thrice as long when rewritten */

static const struct profile_http_path astrbot_paths[] = {
    {"/api/live-log", ENDPOINT_STREAM},
    {"/api/v1/logs/live", ENDPOINT_STREAM},
    {"/api/log-history", ENDPOINT_HISTORY},
    {"/api/v1/logs/history", ENDPOINT_HISTORY},
    {NULL, ENDPOINT_STREAM},
};

/* Whether the request has an AstrBot API key. Only AstrBot's own database could check it. */
static bool astrbot_has_key(const struct request *r)
{
    const char *authorization = request_header(r, "Authorization", NULL);
    return request_header(r, "X-API-Key", NULL) || request_arg(r, "api_key") ||
           request_arg(r, "key") ||
           (authorization && strncasecmp(authorization, "ApiKey ", strlen("ApiKey ")) == 0);
}

/* Returns the fault of the credential, in the language of the API version in the path. */
static const char *astrbot_reason(const struct context *ctx)
{
    static const char *const texts[2][3] = {
        {"\xe6\x9c\xaa\xe6\x8e\x88\xe6\x9d\x83", "Token \xe8\xbf\x87\xe6\x9c\x9f",
         "Token \xe6\x97\xa0\xe6\x95\x88"}, /* missing, expired, invalid */
        {"Missing API key", "Token expired", "Invalid token"},
    };
    bool v1 = strstr(ctx->request.path, "/api/v1/") != NULL;
    if (ctx->auth_result != AUTH_NONE)
        return texts[v1][ctx->identity.ends != 0 ? 1 : 2];
    return v1 && astrbot_has_key(&ctx->request) ? "Invalid API key" : texts[v1][0];
}

static bool astrbot_refuse(struct context *ctx, enum refusal why)
{
    const char *message = why == REFUSED_UNAUTHENTICATED ? astrbot_reason(ctx)
                          : why == REFUSED_FORBIDDEN     ? "Insufficient API key scope"
                          : why == REFUSED_UNAVAILABLE   ? "Service unavailable"
                                                         : NULL;
    if (!message || (why == REFUSED_UNAVAILABLE && ctx->endpoint == ENDPOINT_STREAM))
        return false;
    answer_begin(ctx,
                 why == REFUSED_UNAUTHENTICATED ? 401
                 : why == REFUSED_FORBIDDEN     ? 403
                                                : 503,
                 "application/json");
    if (why == REFUSED_UNAVAILABLE)
        answer_header(ctx, "Retry-After", RETRY_AFTER);
    buf_adds(&ctx->body, "{\"status\":\"error\",\"message\":");
    add_string(&ctx->body, message, PYJSON_UTF8);
    buf_addc(&ctx->body, '}');
    answer_send(ctx);
    return true;
}

struct entries {
    struct task task;
    struct redis_walk walk;
    char key[IDENTITY_MAX_KEY + 1];
    const struct config *config;
    struct filter *filter;
    struct buf text;              /* newest first */
    size_t ends[ASTRBOT_HISTORY]; /* of each in text */
    size_t count;
    bool failed;
};

/* Adds an entry, unless this one entry is longer than an answer. False: stop reading. */
static bool add_entry(void *arg, const struct redis_entry *entry)
{
    struct entries *e = arg;
    struct record r;
    if (e->count == ASTRBOT_HISTORY || e->text.len >= ASTRBOT_BYTES)
        return false;
    if (record_from_entry(&r, entry->id, entry->fields, entry->pairs, e->config->field,
                          e->config->event_field)) {
        e->failed = true;
        return false;
    }
    if (r.data.len <= ASTRBOT_BYTES && filter_pass(e->filter, &r) &&
        pyjson_text(&e->text, r.data, PYJSON_UTF8, NULL) == PYJSON_OBJECT)
        e->ends[e->count++] = e->text.len;
    e->failed = e->text.failed;
    record_end(&r);
    return !e->failed;
}

static void write_entries(struct context *ctx, const struct entries *e)
{
    answer_begin(ctx, 200, "application/json");
    buf_adds(&ctx->body, "{\"status\":\"ok\",\"message\":null,\"data\":{\"logs\":[");
    for (size_t i = e->count; i > 0; i--) {
        size_t start = i > 1 ? e->ends[i - 2] : 0;
        buf_add(&ctx->body, e->text.p + start, e->ends[i - 1] - start);
        if (i > 1)
            buf_addc(&ctx->body, ',');
    }
    buf_adds(&ctx->body, "]}}");
    ctx->body.failed = ctx->body.failed || e->failed;
    answer_send(ctx);
}

static enum turn astrbot_history_turn(struct context *ctx, struct task *t)
{
    struct entries *e = (struct entries *)t;
    enum sync_result r = redis_sync_walk(ctx->redis, &e->walk, TASK_SLICE_MS);
    if (r == SYNC_OK && !e->walk.ended)
        return TURN_AGAIN;
    if (r != SYNC_OK)
        astrbot_refuse(ctx, REFUSED_UNAVAILABLE);
    else
        write_entries(ctx, e);
    return TURN_DONE;
}

static void astrbot_history_free(struct task *t)
{
    struct entries *e = (struct entries *)t;
    buf_free(&e->text);
    filter_free(e->filter);
    free(e);
}

static void astrbot_history(struct context *ctx, const char *key, struct filter *filter)
{
    struct entries *e = calloc(1, sizeof *e);
    if (!e) {
        filter_free(filter);
        astrbot_refuse(ctx, REFUSED_UNAVAILABLE);
        return;
    }
    e->task = (struct task){astrbot_history_turn, astrbot_history_free};
    e->config = ctx->config;
    e->filter = filter;
    buf_init(&e->text, ASTRBOT_TEXT);
    snprintf(e->key, sizeof e->key, "%s", key);
    e->walk = (struct redis_walk){.key = e->key, .at = XID_MAX, .fn = add_entry, .arg = e};
    ctx->task = &e->task;
}

/* ---- the table ---- */

static const struct profile_http plain = {0}, envelope = {0}, lines = {0};

static const struct profile_http smarter = {
    .paths = smarter_paths,
    .lenient = true,
    .identity_first = true,
    .needs_redis = true,
    .refuse = smarter_refuse,
};

static const struct profile_http tod = {
    .paths = tod_paths,
    .lenient = true,
    .check = tod_check,
    .refuse = tod_refuse,
    .token = tod_token,
};

static const struct profile_http swf = {
    .paths = swf_paths,
    .lenient = true,
    .identity_first = true,
    .needs_redis = true,
    .presence = true,
    .refuse = swf_refuse,
    .status = swf_status,
};

static const struct profile_http astrbot = {
    .paths = astrbot_paths,
    .time_field = "time",
    .lenient = true,
    .refuse = astrbot_refuse,
    .history = astrbot_history,
};

#define ROW(ID, row) [PROFILE_##ID] = &row,
static const struct profile_http *const rows[PROFILE_COUNT] = {PROFILES(ROW)};

const struct profile_http *profile_http_of(const struct profile *profile)
{
    return rows[profile->id];
}
