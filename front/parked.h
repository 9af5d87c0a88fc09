/* SPDX-License-Identifier: MIT */
/*
 * parked: requests that wait for a record of a log, or for a peer that takes no more bytes now.
 * None of them has a thread or a connection to Redis. Those that wait for the same record share one
 * short question to Redis, four times a second. Peers are looked at after some milliseconds, and
 * less often the longer they take nothing.
 *
 * Owned by the thread that serves what takes long. As CGI the process waits by itself.
 */
#ifndef SSELOG_FRONT_PARKED_H
#define SSELOG_FRONT_PARKED_H

#include <stdint.h>

#include "base/xid.h"

struct context;
struct parked;
struct redis_sync;
struct watch;
struct seat;

enum woken {
    WOKEN_NOT,  /* the request was not parked yet */
    WOKEN_NEWS, /* there is a record after the cursor */
    WOKEN_ROOM, /* the peer takes bytes */
    WOKEN_TIME, /* the time is over */
    WOKEN_STOP, /* the process stops */
    WOKEN_GONE  /* the client left */
};

/* Part of a request. Its task sets the first three members; then it is parked. */
struct parking {
    const char *key;  /* of the log, valid as long as the task; NULL: it waits for its peer */
    struct xid after; /* the cursor */
    int64_t until;    /* CLOCK_MONOTONIC ms */
    enum woken woken;
    int64_t due;       /* of the next look at the peer */
    int pause;         /* ms, to the one after it */
    struct seat *seat; /* under the limits of viewers; NULL: none was taken */
    char place[37];    /* among the streams that the site holds; "": none was taken */
    struct parking *next;
};

/* NULL: out of memory. */
struct parked *parked_new(void);
/* Nothing is parked. NULL is fine. */
void parked_free(struct parked *p);
/* Parks ctx. Out of memory wakes it at once. */
void parked_add(struct parked *p, struct context *ctx);
/* ctx was woken and has another turn after all others that were. */
void parked_again(struct parked *p, struct context *ctx);
/* Looks at logs whose time it is, for about TASK_SLICE_MS, and wakes requests whose wait is over.
 * now: CLOCK_MONOTONIC ms. */
void parked_check(struct parked *p, struct redis_sync *redis, int64_t now);
/* The process stops: wakes all. */
void parked_stop(struct parked *p);
/* The next one that was woken, with parking.woken set. NULL: none. */
struct context *parked_take(struct parked *p);
/* When to call again: 0 at once, INT64_MAX never. */
int64_t parked_due(const struct parked *p);
/* Waits here until ctx is woken, with its own connection to Redis. */
void parked_wait(struct context *ctx);

#endif
