/* SPDX-License-Identifier: MIT */
/*
 * bodies: how many bytes of large request bodies the process may hold, in all and for one request.
 * Most requests have no body. Those of /append may be large, and many of them may arrive slowly at
 * the same time. Knows no request.
 */
#ifndef SSELOG_GATEWAY_BODIES_H
#define SSELOG_GATEWAY_BODIES_H

#include <stdbool.h>
#include <stddef.h>

/* A body up to this size, in bytes, is not counted. */
#define BODIES_SMALL ((size_t)64 * 1024)
/* Of a body that is not wanted, bytes that are read and dropped: a web server that cannot send all
 * of a request loses the answer to it. */
#define BODIES_DROPPED ((size_t)64 * 1024 * 1024)

/* Call it once, before requests arrive. one: bytes of one large body; all: of all together. */
void bodies_limit(size_t one, size_t all);
/* The largest body, in bytes. */
size_t bodies_most(void);
/* Whether options of the process allow /append. If not, parameters of a request may do so. */
void bodies_expect(bool expected);
bool bodies_expected(void);
/* Counts n bytes more. False: there is no room for them, and nothing was counted. May be called by
 * any thread. */
bool bodies_take(size_t n);
/* Counts n bytes less. */
void bodies_give(size_t n);

#endif
