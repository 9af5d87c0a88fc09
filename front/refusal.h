/* SPDX-License-Identifier: MIT */
/*
 * refusal: the line event=refuse of the log.  Every answer passes refusal_log, which decides
 * whether it is a refusal, at which level it is logged, and whether a line like it was logged
 * lately.  The line has the cause, which the client is not told, and no secret.
 */
#ifndef SSELOG_FRONT_REFUSAL_H
#define SSELOG_FRONT_REFUSAL_H

#include "identity/why.h"
#include "relay/relay.h"

struct context;
struct refusals; /* which were logged lately, of all threads */

/* NULL: out of memory. */
struct refusals *refusals_new(void);
/* NULL is fine. */
void refusals_free(struct refusals *r);

/* The cause of the answer that was begun. WHY_OK: it refuses nothing. */
enum why refusal_of(const struct context *ctx);
/* The cause when no seat was given. */
enum why refusal_of_seat(enum seat_result result);
/* The status of that answer. */
int refusal_seat_status(enum seat_result result);
/* The request is refused for that cause; its answer follows. */
void refusal_set(struct context *ctx, enum why why);
/* Logs the answer that was begun if it is a refusal.  ctx->refusals is NULL under CGI: there is
 * one request, and its line is always due. */
void refusal_log(const struct context *ctx);
/* The same line for an answer that another thread may give later; the caller frees it.  NULL: out
 * of memory. */
char *refusal_line(const struct context *ctx);

#endif
