/* SPDX-License-Identifier: MIT */
/*
 * answer: all answers except the stream. An answer is begun, gets headers and a body in ctx->head
 * and ctx->body, and is sent once. Functions that answer do all three.
 */
#ifndef SSELOG_FRONT_ANSWER_H
#define SSELOG_FRONT_ANSWER_H

#include <stdbool.h>

#include "front/profile_http.h"

struct context;

/* Begins an answer with its status line and the headers that all answers have. Drops one that was
 * begun before. content_type may be NULL. */
void answer_begin(struct context *ctx, int status, const char *content_type);
/* Adds a header. The value is not escaped: it must hold no CR and no LF. */
void answer_header(struct context *ctx, const char *name, const char *value);
/* Adds the CORS headers that the request's Origin may have, and Vary. */
void answer_cors(struct context *ctx);
/* Whether SSELOG_CORS lets pages of that origin read our answers. */
bool answer_origin_allowed(const struct context *ctx, const char *origin);
/* Compresses the body, if it is long, the client wants that, and SSELOG_COMPRESS lets it be. Call
 * it when the answer is complete. */
void answer_compress(struct context *ctx);
/* Sends the answer that was begun. Out of memory on the way: sends a 500 instead. */
void answer_send(struct context *ctx);

/* Whether the answer is to have one JSON object a line: the profile has this form, and Accept names
 * it and prefers the other type to it no more. */
bool answer_in_lines(const struct context *ctx, const char *other_type);

/* Answers {"error": why}, with Retry-After where the status means that the fault passes. */
void answer_error(struct context *ctx, int status, const char *why);
/* The same with the seconds after which the client may try again; 0: not told. */
void answer_error_after(struct context *ctx, int status, const char *why, unsigned retry);
/* Answers 401. The answer is the same for every fault of a credential. */
void answer_unauthorized(struct context *ctx);
/* Answers as the profile's own system does. False: the profile has no such answer, nothing was
 * sent. */
bool answer_refusal(struct context *ctx, enum refusal why);
/* Answers a fault that will pass. A client that accepts an event stream gets a 200 whose stream
 * tells why and ends, because EventSource never retries after another status. Other clients get
 * status with Retry-After. */
void answer_unavailable(struct context *ctx, int status, const char *why);

#endif
