/* SPDX-License-Identifier: MIT */
/*
 * breaker: what the threads of this process tell each other about the way to Redis: the address
 * that the feed found for the host's name, and whether look-ups go unanswered.  There is one
 * address for the process, so there is one way.
 */
#ifndef SSELOG_REDIS_BREAKER_H
#define SSELOG_REDIS_BREAKER_H

#include <stdbool.h>
#include <stdint.h>

#define WAY_HOST 64 /* a numeric address */

/* The feed found this address for the name, and (works) stands with it: one that works is better
 * than a newer one that has not yet. */
void way_found(const char *host, bool works);
/* The feed cannot look the name up now. What was found before stays. */
void way_not_found(void);
/* The address for host: itself where it is a number, else the feed's. Until then (CLOCK_MONOTONIC
 * ms) waits for one that works: a process may be asked before its feed stands. False: none. */
bool way_host(const char *host, int64_t until, char found[WAY_HOST]);

/* May Redis be asked now? After an ask went unanswered one tries at a time, the others are told at
 * once: a thread that waits for Redis serves nobody. *probe: this one is it. Where true, way_leave
 * follows. */
bool way_enter(bool *probe);
enum way_was {
    WAY_WELL,
    WAY_LOST,  /* the trouble of that connection, unless there was trouble already */
    WAY_SILENT /* Redis did not answer, or could not be reached */
};
void way_leave(bool probe, enum way_was was);

#endif
