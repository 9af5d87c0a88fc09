/* SPDX-License-Identifier: MIT */
/*
 * rate: how many bytes a second each name may append.  A batch is taken as a whole; a name that has
 * sent more than its share waits.  It knows names and the time that the caller gives.
 */
#ifndef SSELOG_FRONT_RATE_H
#define SSELOG_FRONT_RATE_H

#include <stddef.h>
#include <stdint.h>

/* Seconds of its share that a name may be ahead when another batch begins. */
#define RATE_BURST_S 2

struct rate;

/* NULL: out of memory. */
struct rate *rate_new(void);
/* NULL is fine. */
void rate_free(struct rate *r);
/* Takes bytes of the name's share. per_second 0: no limit. now: us of a monotonic clock. 0, or the
 * seconds after which the name may try again; then nothing was taken. May be called by any thread.
 */
unsigned rate_take(struct rate *r, const char *name, size_t bytes, size_t per_second, int64_t now);

#endif
