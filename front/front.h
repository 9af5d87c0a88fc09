/* SPDX-License-Identifier: MIT */
/*
 * front: takes whole requests and answers them: it finds the endpoint, authenticates, and answers
 * or hands a viewer to the relay. It has a few threads, each with a blocking Redis connection of
 * its own whose calls have deadlines. It knows the gateway, requests, auth and look-ups in Redis;
 * of the relay it knows only relay.h.
 */
#ifndef SSELOG_FRONT_FRONT_H
#define SSELOG_FRONT_FRONT_H

#include "config/config.h"
#include "gateway/gateway.h"
#include "relay/relay.h"

struct front;

/* Starts SSELOG_FRONT_THREADS threads, or none for CGI. Holds base. NULL: no memory, or no more
 * threads. */
struct front *front_new(const struct config_base *base, struct relay *relay, bool cgi);
/* How the process was started, for /healthz?probe=: constant text. Call it before front_take. */
void front_started_as(struct front *f, const char *how);
/* Any thread: requests that begin from now on get this configuration, which the front holds. The
 * address of Redis and the number of threads stay those of front_new. */
void front_use(struct front *f, const struct config_base *base);
/* Any thread, not for CGI: whether no thread has been busy with one request for longer than any
 * request takes. now: ms, CLOCK_MONOTONIC. */
bool front_turns(const struct front *f, int64_t now);
/* Queues a whole request for the threads and takes ownership of it. May be called by any thread. */
void front_take(struct front *f, struct fcgi_reader *in);
/* For CGI: answers in the calling thread. Takes ownership of x. */
void front_answer(struct front *f, struct exchange *x);
/* Ends the threads and waits for them, timeout_ms in all. False: a thread is still inside a
 * look-up; then the caller must exit without freeing what the thread may use. f may be NULL. */
bool front_stop(struct front *f, unsigned timeout_ms);
/* Frees f, whose threads have ended. f may be NULL. */
void front_free(struct front *f);

#endif
