/* SPDX-License-Identifier: MIT */
/* probe: see probe.h. */
#include "front/probe.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "format/profile.h"
#include "format/pyjson.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/runs.h"
#include "identity/fingerprint.h"

bool probe_is_asked(const struct context *ctx)
{
    const char *nonce = request_arg(&ctx->request, "probe");
    size_t len = nonce ? strlen(nonce) : 0;
    if (len == 0 || len > PROBE_NONCE)
        return false;
    for (size_t i = 0; i < len; i++)
        if (!isalnum((unsigned char)nonce[i]) && !strchr("-_", nonce[i]))
            return false;
    return true;
}

/* ---- members ---- */

static void add_name(struct buf *b, const char *name)
{
    if (b->len > 1)
        buf_addc(b, ',');
    pyjson_string(b, slice_of(name), PYJSON_ASCII);
    buf_addc(b, ':');
}

/* A text; null if there is none. */
static void add_text(struct buf *b, const char *name, const char *text)
{
    add_name(b, name);
    if (text)
        pyjson_string(b, slice_of(text), PYJSON_ASCII);
    else
        buf_adds(b, "null");
}

static void add_number(struct buf *b, const char *name, unsigned number)
{
    add_name(b, name);
    buf_addf(b, "%u", number);
}

/* The fingerprint of a user's name; null if there is none. */
static void add_fingerprint(struct context *ctx, const char *name, const char *text)
{
    char digest[FINGERPRINT + 1];
    struct slice nonce = slice_of(request_arg(&ctx->request, "probe"));
    if (text && text[0])
        fingerprint_with_nonce(nonce, slice_of(text), digest);
    add_text(&ctx->body, name, text && text[0] ? digest : NULL);
}

static void begin_list(struct buf *b, const char *name)
{
    add_name(b, name);
    buf_addc(b, '[');
}

static void add_item(struct buf *b, struct slice text)
{
    if (b->len > 0 && b->p[b->len - 1] != '[')
        buf_addc(b, ',');
    pyjson_string(b, text, PYJSON_ASCII);
}

/* The names of the parameters that begin with start, as a list. */
static void add_names(struct context *ctx, const char *name, const char *start)
{
    begin_list(&ctx->body, name);
    for (char *const *p = gateway_params(ctx->exchange); *p; p++)
        if (strncmp(*p, start, strlen(start)) == 0)
            add_item(&ctx->body, slice_make(*p, strcspn(*p, "=")));
    buf_addc(&ctx->body, ']');
}

static void add_methods(struct context *ctx)
{
    begin_list(&ctx->body, "auth");
    for (const enum auth_method *m = ctx->config->auth; *m != AUTH_END; m++)
        add_item(&ctx->body, slice_of(auth_method_name(*m)));
    buf_addc(&ctx->body, ']');
}

static void add_request(struct context *ctx)
{
    static const char *const params[][2] = {{"server", "SERVER_SOFTWARE"},
                                            {"script", "SCRIPT_NAME"},
                                            {"path", "PATH_INFO"},
                                            {"address", "REMOTE_ADDR"},
                                            {"protocol", "SERVER_PROTOCOL"}};
    for (size_t i = 0; i < sizeof params / sizeof *params; i++)
        add_text(&ctx->body, params[i][0], request_param(&ctx->request, params[i][1]));
    add_names(ctx, "headers", "HTTP_");
    add_names(ctx, "redirected", "REDIRECT_HTTP_");
    add_names(ctx, "options", "SSELOG_");
    add_fingerprint(ctx, "remote_user", request_param(&ctx->request, "REMOTE_USER"));
}

static void add_identity(struct context *ctx)
{
    const struct identity *who = &ctx->identity;
    const struct cause *cause = &ctx->refusal;
    struct buf *b = &ctx->body;
    add_methods(ctx);
    add_text(b, "method", auth_method_name(cause->why == WHY_OK ? who->method : cause->method));
    add_fingerprint(ctx, "user", who->user);
    add_fingerprint(ctx, "tenant", who->tenant);
    add_fingerprint(ctx, "role", who->role);
    add_text(b, "why", why_word(cause->why));
    add_text(b, "text", why_text(cause->why));
    add_text(b, "claim", cause->claim);
    add_text(b, "user_header", ctx->config->user_header);
    add_text(b, "tenant_header", ctx->config->tenant_header);
    add_text(b, "role_header", ctx->config->role_header);
}

void probe_answer(struct context *ctx)
{
    const struct config *c = ctx->config;
    struct buf *b = &ctx->body;
    answer_begin(ctx, 200, "application/json");
    buf_addc(b, '{');
    add_text(b, "probe", request_arg(&ctx->request, "probe"));
    add_text(b, "version", SSELOG_VERSION);
    add_number(b, "pid", (unsigned)getpid());
    add_text(b, "started", runs_as(ctx));
    add_request(ctx);
    add_identity(ctx);
    add_text(b, "profile", c->profile->name);
    add_number(b, "lifetime", c->lifetime);
    add_number(b, "keepalive", c->keepalive);
    add_number(b, "compress", c->compress);
    buf_adds(b, "}\n");
    answer_send(ctx);
}
