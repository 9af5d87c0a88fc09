/* SPDX-License-Identifier: MIT */
/*
 * access: the identity behind a request, and what it may have: a log's key and the filter that
 * withholds records. A function that returns -1, false or NULL has answered the request.
 */
#ifndef SSELOG_FRONT_ACCESS_H
#define SSELOG_FRONT_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

#include "identity/identity.h"
#include "identity/why.h"

struct context;
struct filter;

/* Sets ctx->identity. 0, or -1: answered. */
int access_identify(struct context *ctx);
/* Sets ctx->identity, ctx->auth_result and ctx->refusal as access_identify does. It answers
 * nothing, counts nothing, and leaves exchange tokens in Redis. Returns the status of the answer:
 * 200, or that of the refusal. */
int access_explain(struct context *ctx);
/* Whether ctx->identity may still read, while its request is answered: WHY_OK, WHY_ENDED,
 * WHY_REVOKED or WHY_UNAVAILABLE. It answers nothing. */
enum why access_ended(struct context *ctx);
/* Checks ctx->identity again after the request waited: it may have ended or been revoked. 0, or -1:
 * answered. */
int access_again(struct context *ctx);
/* The end of a wait until that time, or of the identity, if that is earlier (CLOCK_MONOTONIC ms).
 */
int64_t access_until(const struct context *ctx, int64_t until);
/* Whether a page of another site may have caused the request: Fetch Metadata (W3C), or Origin where
 * a browser sends none. Origins in SSELOG_CORS are not other sites. */
bool access_is_cross_site(const struct context *ctx);
/* Whether the request came through a proxy: it has a header that proxies add, or the peer is in
 * SSELOG_TRUSTED. Then REMOTE_ADDR stands for many clients. A client can add such a header too. */
bool access_is_forwarded(const struct context *ctx);
/* The same, but a header with this value does not count. A proxy that adds an address to the header
 * makes another value of it. */
bool access_is_forwarded_beside(const struct context *ctx, const char *value);
/* How many bytes of a session's or token's key may be logged: those before the first name of its
 * template. */
size_t access_shown(const struct config *config, const char *key);
/* Answers 403. */
void access_forbid(struct context *ctx, enum why why);
/* 0: viewing is turned on. -1: answered. */
int access_enabled(struct context *ctx);
/* The Redis key of the log, or the channel, that the request asks for: that of log=NAME, if
 * SSELOG_LOGS is set. -1: answered. */
int access_key(struct context *ctx, char key[IDENTITY_MAX_KEY + 1]);
/* The same for the log of that name; NULL: the one without a name. */
int access_log_key(struct context *ctx, const char *name, char key[IDENTITY_MAX_KEY + 1]);
/* A page repeats the tags of the logs that it shows as whose=TAG,TAG.  When its cookie changed to
 * another user's, a tag differs, and the page gets no record of the other log.  Takes the tag of
 * that key off *whose; NULL: there is none to compare.  0, or -1: answered. */
int access_whose(struct context *ctx, const char *key, const char **whose);
/* No tag may be left. */
int access_whose_end(struct context *ctx, const char *whose);
/* Whether the request chooses a log of SSELOG_LOGS, which may not exist. */
bool access_names_log(const struct context *ctx);
/* A filter from the configuration (records that are withheld) and the query (records that are
 * wanted), for the caller to free. NULL: answered. */
struct filter *access_filter(struct context *ctx);

#endif
