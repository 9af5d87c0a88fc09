/* SPDX-License-Identifier: MIT */
/*
 * workers: the threads of the front, each with a blocking connection to Redis of its own. Some take
 * whole requests from a queue. Each lane has one thread more, for requests that take long. It knows
 * nothing of what a request asks for: the front gives it a function that answers.
 */
#ifndef SSELOG_FRONT_WORKERS_H
#define SSELOG_FRONT_WORKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "front/context.h"

struct exchange;
struct fcgi_reader;
struct redis_address;
struct redis_sync;
struct workers;

/* Makes the connections and queues of that many threads beside those of the lanes. threads 0, for
 * CGI: one connection, no queue. address lives longer. NULL: out of memory, or of files. */
struct workers *workers_new(const struct redis_address *address, unsigned threads);
/* Starts the threads. Each calls answer(of, redis, x) for a request; answer takes ownership of x.
 * -1: a thread did not start, and the log says why; those before it run. */
int workers_start(struct workers *w,
                  void (*answer)(void *of, struct redis_sync *redis, struct exchange *x), void *of);
/* For CGI: the connection for the calling thread. */
struct redis_sync *workers_redis(const struct workers *w);
/* Queues a whole request for the threads and takes ownership of it. May be called by any thread. */
void workers_take(struct workers *w, struct fcgi_reader *in);
/* Leaves a request with a task to that lane, which takes ownership of it. -1: no thread can be
 * started for it; ctx stays the caller's. May be called by any thread. */
int workers_hand_on(struct workers *w, enum task_lane lane, struct context *ctx);
/* Any thread: whether no thread has been busy with one request for longer than any request takes.
 * now: ms, CLOCK_MONOTONIC. */
bool workers_turn(const struct workers *w, int64_t now);
/* Ends the threads and waits for them, timeout_ms in all. False: a thread is still inside a
 * look-up. w may be NULL. */
bool workers_stop(struct workers *w, unsigned timeout_ms);
/* Frees w, whose threads have ended. w may be NULL. */
void workers_free(struct workers *w);

#endif
