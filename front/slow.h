/* SPDX-License-Identifier: MIT */
/*
 * slow: serves the requests that take long, those with context.task, in one thread of their own. A
 * turn of each has a limited time. Only requests of the same kind wait here. A request that waits
 * for a record is parked: it takes a seat as a viewer does, and no thread.
 */
#ifndef SSELOG_FRONT_SLOW_H
#define SSELOG_FRONT_SLOW_H

#include <stdint.h>

struct context;
struct redis_sync;
struct slow;

/* NULL: out of memory. */
struct slow *slow_new(void);
/* All requests were served or refused. NULL is fine. */
void slow_free(struct slow *s);
/* Takes ownership of ctx: queues it, or refuses it with 503. May be called by any thread. */
void slow_add(struct slow *s, struct context *ctx);
/* Serves requests until slow_close, with a connection of this thread. */
void slow_run(struct slow *s, struct redis_sync *redis);
/* When the turn that is under way began, ms, CLOCK_MONOTONIC; 0: none is. May be called by any
 * thread. */
int64_t slow_turn_began(const struct slow *s);
/* Ends slow_run after the present turn; parked requests are answered, others that wait get 503. May
 * be called by any thread. */
void slow_close(struct slow *s);

#endif
