/* SPDX-License-Identifier: MIT */
/* answer: see answer.h. json-c builds the JSON bodies, which are small. */
#include "front/answer.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>

#include "front/context.h"
#include "front/figures.h"
#include "front/refusal.h"
#include "format/deflate.h"

#define RETRY_AFTER 5    /* seconds, with 503 and 429 */
#define SHORT_BODY  1024 /* bytes: up to here the body is one packet in any case */

static const char *status_text(int status)
{
    static const struct {
        int status;
        const char *text;
    } texts[] = {
        {200, "OK"},
        {204, "No Content"},
        {302, "Found"},
        {400, "Bad Request"},
        {401, "Unauthorized"},
        {403, "Forbidden"},
        {404, "Not Found"},
        {405, "Method Not Allowed"},
        {409, "Conflict"},
        {411, "Length Required"},
        {413, "Content Too Large"},
        {414, "URI Too Long"},
        {415, "Unsupported Media Type"},
        {422, "Unprocessable Content"},
        {429, "Too Many Requests"},
        {431, "Request Header Fields Too Large"},
        {500, "Internal Server Error"},
        {503, "Service Unavailable"},
        {507, "Insufficient Storage"},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i].status == status)
            return texts[i].text;
    return "Error";
}

void answer_header(struct context *ctx, const char *name, const char *value)
{
    buf_addf(&ctx->head, "%s: %s\r\n", name, value);
}

void answer_begin(struct context *ctx, int status, const char *content_type)
{
    ctx->status = status;
    buf_clear(&ctx->head);
    buf_clear(&ctx->body);
    buf_addf(&ctx->head, "Status: %d %s\r\n", status, status_text(status));
    if (content_type)
        answer_header(ctx, "Content-Type", content_type);
    answer_header(ctx, "Cache-Control", "no-store");
    buf_adds(&ctx->head, ctx->config->profile->headers);
    answer_cors(ctx);
}

bool answer_origin_allowed(const struct context *ctx, const char *origin)
{
    for (char **o = ctx->config->cors; *o; o++)
        if (strcmp(*o, origin) == 0)
            return true;
    return false;
}

/* The request headers on which the answer depends (RFC 9110, section 12.5.5). */
static void add_vary(struct context *ctx)
{
    bool cors = ctx->config->cors[0] != NULL, compress = ctx->config->compress;
    if (cors || compress)
        buf_addf(&ctx->head, "Vary: %s%s%s\r\n", cors ? "Origin" : "", cors && compress ? ", " : "",
                 compress ? "Accept-Encoding" : "");
}

/* WHATWG Fetch, section 3.2 (CORS protocol): with credentials the exact origin must be named. */
void answer_cors(struct context *ctx)
{
    const char *origin = request_header(&ctx->request, "Origin", NULL);
    add_vary(ctx);
    if (!origin || !answer_origin_allowed(ctx, origin))
        return;
    answer_header(ctx, "Access-Control-Allow-Origin", origin);
    answer_header(ctx, "Access-Control-Allow-Credentials", "true");
}

bool answer_in_lines(const struct context *ctx, const char *other_type)
{
    const struct profile *lines = ctx->config->profile->lines;
    int weight = lines ? request_accepts(&ctx->request, lines->content_type) : 0;
    return weight > 0 && weight >= request_accepts(&ctx->request, other_type);
}

void answer_compress(struct context *ctx)
{
    struct buf packed;
    if (!ctx->config->compress || ctx->body.failed || ctx->body.len <= SHORT_BODY ||
        ctx->request.method == METHOD_HEAD || !request_accepts_gzip(&ctx->request))
        return;
    buf_init(&packed, ctx->body.max);
    if (deflate_gzip(buf_slice(&ctx->body), &packed)) { /* no memory for it: the body stays */
        buf_free(&packed);
        return;
    }
    buf_free(&ctx->body);
    ctx->body = packed;
    answer_header(ctx, "Content-Encoding", "gzip");
}

void answer_send(struct context *ctx)
{
    if (ctx->head.failed || ctx->body.failed) {
        answer_begin(ctx, 500, "application/json");
        buf_adds(&ctx->body, "{\"error\":\"out of memory\"}");
    }
    /* Without a length the web server's framing depends on how fast the answer came. */
    if (ctx->body.len > 0)
        buf_addf(&ctx->head, "Content-Length: %zu\r\n", ctx->body.len);
    if (ctx->request.method == METHOD_HEAD)
        buf_clear(&ctx->body);
    if (!ctx->keep) {
        refusal_log(ctx);
        figures_count(ctx->figures, ctx->endpoint, ctx->status, refusal_of(ctx));
        gateway_answer(ctx->exchange, buf_slice(&ctx->head), buf_slice(&ctx->body));
        return;
    }
    buf_add(ctx->keep, ctx->head.p, ctx->head.len);
    buf_adds(ctx->keep, "\r\n");
    buf_add(ctx->keep, ctx->body.p, ctx->body.len);
}

static void add_json(struct context *ctx, struct json_object *o)
{
    const char *text = o ? json_object_to_json_string_ext(o, JSON_C_TO_STRING_PLAIN |
                                                                 JSON_C_TO_STRING_NOSLASHESCAPE)
                         : NULL;
    if (text)
        buf_adds(&ctx->body, text);
    else
        ctx->body.failed = true;
    json_object_put(o);
}

static struct json_object *error_object(const char *why)
{
    struct json_object *o = json_object_new_object();
    if (o)
        json_object_object_add(o, "error", json_object_new_string(why));
    return o;
}

void answer_error(struct context *ctx, int status, const char *why)
{
    bool passes = status == 503 || status == 429 || status == 507;
    answer_error_after(ctx, status, why, passes ? RETRY_AFTER : 0);
}

void answer_error_after(struct context *ctx, int status, const char *why, unsigned retry)
{
    answer_begin(ctx, status, "application/json");
    if (retry > 0) {
        char seconds[12];
        snprintf(seconds, sizeof seconds, "%u", retry);
        answer_header(ctx, "Retry-After", seconds);
    }
    add_json(ctx, error_object(why));
    answer_send(ctx);
}

bool answer_refusal(struct context *ctx, enum refusal why)
{
    return ctx->profile_http->refuse && ctx->profile_http->refuse(ctx, why);
}

void answer_unauthorized(struct context *ctx)
{
    answer_begin(ctx, 401, "application/json");
    for (const enum auth_method *m = ctx->config->auth; *m != AUTH_END; m++) {
        if (*m == AUTH_BEARER || *m == AUTH_JWT) { /* RFC 6750, section 3 */
            answer_header(ctx, "WWW-Authenticate", "Bearer");
            break;
        }
    }
    add_json(ctx, error_object("authentication required"));
    answer_send(ctx);
}

void answer_unavailable(struct context *ctx, int status, const char *why)
{
    const struct profile *p = ctx->config->profile;
    if (!request_wants_stream(&ctx->request)) {
        answer_error(ctx, status, why);
        return;
    }
    ctx->status = status; /* for the log */
    unsigned retry = ctx->config->retry;
    struct moment m = {.retry_ms = retry + (unsigned)rand() % (retry + 1)};
    buf_clear(&ctx->head);
    buf_clear(&ctx->body);
    profile_head(p, &ctx->head);
    answer_cors(ctx);
    profile_unavailable(p, &ctx->body, why, &m);
    if (ctx->body.len > 0)
        answer_send(ctx);
    else /* the profile has no such event; after an empty 200 EventSource reconnects at once */
        answer_error(ctx, status, why);
}
