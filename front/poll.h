/* SPDX-License-Identifier: MIT */
/*
 * poll: whether a stream is held open, or answered complete and polled again. With SSELOG_HOLD so
 * many streams of a site are held; all processes of the site count them in Redis. The clients of
 * the others come back after the interval that their answer tells.
 */
#ifndef SSELOG_FRONT_POLL_H
#define SSELOG_FRONT_POLL_H

#include <stdbool.h>

struct admission;
struct context;

/* A stream is asked for. As CGI with SSELOG_HOLD, its process does not wait long for Redis: a Redis
 * that answers nothing would fill the site's processes. Call it before the identity is looked up.
 */
void poll_hurry(struct context *ctx);
/* Decides about the stream of a: gives it one of the site's places, or makes it a poll. -1: out of
 * memory. */
int poll_decide(struct context *ctx, struct admission *a);

/* Whether an answer may wait so long. It then has one of the places of held streams, until
 * poll_end_wait. *every: if not, in how many ms the client should ask again. */
bool poll_may_wait(struct context *ctx, unsigned seconds, unsigned *every);
/* Gives the place back, if ctx has one. */
void poll_end_wait(struct context *ctx);

#endif
