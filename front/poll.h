/* SPDX-License-Identifier: MIT */
/*
 * poll: whether a stream is held open, or answered complete and polled again. With SSELOG_HOLD so
 * many streams of a site are held; all processes of the site count them in Redis. The clients of
 * the others come back after the interval that their answer tells.
 */
#ifndef SSELOG_FRONT_POLL_H
#define SSELOG_FRONT_POLL_H

struct admission;
struct context;

/* Decides about the stream of a: gives it one of the site's places, or makes it a poll. -1: out of
 * memory. */
int poll_decide(struct context *ctx, struct admission *a);

#endif
