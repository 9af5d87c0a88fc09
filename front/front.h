/* SPDX-License-Identifier: MIT */
/*
 * front: from a whole request to its answer: route, authenticate, answer, or hand a viewer to the
 * relay. A few threads, each with its own blocking Redis connection whose calls have deadlines.
 * Knows gateway, request, auth and redis_io's look-ups, not the relay's insides.
 */
#ifndef SSELOG_FRONT_FRONT_H
#define SSELOG_FRONT_FRONT_H

#include "config/config.h"
#include "gateway/gateway.h"
#include "relay/relay.h"

struct front;

/* Starts config's number of threads, or none for CGI. NULL: out of memory or threads. */
struct front *front_new(const struct config_base *base, struct relay *relay, bool cgi);
/* Any thread: a whole request for the threads. Takes it over. */
void front_take(struct front *f, struct fcgi_reader *in);
/* CGI: answers here and now. Takes x over. */
void front_answer(struct front *f, struct exchange *x);
/* Ends the threads; at most timeout_ms is waited for one that is inside a look-up. Returns false
 * when one still is: then the process should exit without freeing what it may use. NULL is fine. */
bool front_stop(struct front *f, unsigned timeout_ms);
void front_free(struct front *f);

#endif
