/* SPDX-License-Identifier: MIT */
/*
 * relay: carries records from Redis to viewers.  It is one thread with one wait; nothing else
 * blocks it.  Knows redis_io, the formatting modules and out, but not how a credential is checked.
 *
 * A log's tip is the place up to which the log was read.  A viewer that is LIVE has all records up
 * to the tip, and gets each batch as it is read.  A viewer that is BEHIND has a cursor.  The ring
 * of recent frames or bounded reads serve it until it meets the tip.  First connect, resume, a full
 * socket and the return of Redis are the same state BEHIND.
 */
#ifndef SSELOG_RELAY_RELAY_H
#define SSELOG_RELAY_RELAY_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "config/config.h"
#include "format/filter.h"
#include "gateway/out.h"
#include "format/profile.h"
#include "base/xid.h"

/* Counters that any thread may read. */
struct relay_stats {
    _Atomic uint64_t viewers;    /* open now */
    _Atomic uint64_t logs;       /* followed now */
    _Atomic uint64_t behind;     /* viewers not LIVE now */
    _Atomic uint64_t accepted;   /* viewers ever */
    _Atomic uint64_t records;    /* read from logs, live */
    _Atomic uint64_t deliveries; /* records handed to viewers */
    _Atomic uint64_t bytes;      /* of event stream handed to viewers */
    _Atomic uint64_t gaps;       /* told to viewers */
    _Atomic uint64_t keepalives; /* sent */
    _Atomic uint64_t outages;    /* of Redis */
    _Atomic bool redis_up;
};

struct relay;
struct seat; /* a place taken under the limits */

/* The data that the front hands over for one viewer. */
struct admission {
    struct out out;  /* the connection; nothing sent yet */
    struct buf head; /* response head, to be sent first */
    struct seat *seat;
    const struct profile *profile;
    enum log_kind kind;
    char *key; /* log: stream key or channel */
    char *field, *event_field;
    char *event_prefix; /* NULL: none */
    struct filter *filter;
    bool has_cursor;
    struct xid cursor;
    bool cursor_lost;   /* it had a cursor that cannot be read: the stream begins with a gap */
    unsigned history;   /* records, for a viewer without cursor */
    struct xid since;   /* history begins at this id or later */
    bool since_all;     /* all records since then are owed: lost ones are a gap */
    unsigned keepalive; /* seconds */
    unsigned retry;     /* ms */
    unsigned lifetime;  /* seconds, jittered already; 0: none */
    char client[37];    /* a random id, RFC 9562 version 4 text */
    /* The viewer stands in the sorted set presence_key as presence_member while it is open; NULL:
     * not. */
    char *presence_key, *presence_member;
    int64_t ends;         /* Unix seconds when the identity ends; 0: unknown */
    char *revocation_key; /* Redis key that must go on standing; NULL: none */
    /* Whether the value of that key (NULL: no such key) still stands for the same identity. */
    bool (*still_valid)(void *arg, const struct slice *value);
    void (*release)(void *arg); /* frees arg; NULL: nothing to free */
    void *arg;
};

/* All it holds, and the struct, which was malloced. NULL is fine. */
void admission_free(struct admission *a);

/* NULL: out of memory or descriptors. */
struct relay *relay_new(const struct config *config);
void relay_free(struct relay *r);
const struct relay_stats *relay_stats(const struct relay *r);

/* Any thread: takes a place for one more viewer of user ("" counts as nobody's). NULL: one of the
 * limits is met; *why tells which. Give it back with relay_unseat unless an admission took it. */
struct seat *relay_seat(struct relay *r, const char *user, const char **why);
void relay_unseat(struct relay *r, struct seat *seat);
/* Any thread: the relay takes a. After relay_stop viewers get their end at once. */
void relay_admit(struct relay *r, struct admission *a);
/* Any thread: an answer that the peer has not taken whole yet is drained and closed by the relay.
 */
void relay_drain(struct relay *r, struct out out);
/* Any thread, and signal handlers: every viewer gets the orderly end, then relay_run returns. */
void relay_stop(struct relay *r);
/* The loop. until_idle: also returns when there is no viewer left (CGI). */
void relay_run(struct relay *r, bool until_idle);
/* After the loop, waiting for Redis for a moment: what was handed over too late is ended, and what
 * was joined is left. relay_free does it too. */
void relay_finish(struct relay *r);

#endif
