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
#include "gateway/out.h"
#include "relay/admission.h"

/* Counters that any thread may read. */
struct relay_stats {
    _Atomic uint64_t viewers;       /* open now */
    _Atomic uint64_t logs;          /* followed now */
    _Atomic uint64_t behind;        /* viewers not LIVE now; each log of a viewer counts */
    _Atomic uint64_t accepted;      /* viewers ever */
    _Atomic uint64_t polls;         /* of these, answered complete */
    _Atomic uint64_t records;       /* read from logs, live */
    _Atomic uint64_t deliveries;    /* records handed to viewers */
    _Atomic uint64_t bytes;         /* of event stream handed to viewers */
    _Atomic uint64_t writes;        /* that handed them */
    _Atomic uint64_t gaps;          /* told to viewers */
    _Atomic uint64_t keepalives;    /* sent */
    _Atomic uint64_t outages;       /* of Redis */
    _Atomic uint64_t cut_off;       /* peers that took nothing for too long */
    _Atomic uint64_t gzip_content;  /* bytes of compressed streams, before compression */
    _Atomic uint64_t gzip_sent;     /* the same on the wire; part of bytes */
    _Atomic uint64_t gzip_deflated; /* bytes that were compressed, once for all viewers */
    /* Viewers that waited for a seat and got none, by why. */
    _Atomic uint64_t unseated[SEAT_RESULTS];
    _Atomic bool redis_up;
};

struct relay;

/* The holder of seats: the limits are counted by it. */
enum seat_holder_kind {
    HOLDER_NOBODY, /* no limit but the one of the process */
    HOLDER_USER,
    HOLDER_ADDRESS /* of viewers without a user */
};
struct seat_holder {
    enum seat_holder_kind kind;
    const char *name;
};
#define SEAT_HOLDER_JOINS '\x1f' /* joins the parts of a name; no user has it */

/* Why there is no seat, for answers and diagnostics. */
const char *seat_refusal(enum seat_result result);

/* Keeps config's address of Redis, which must live longer. NULL: out of memory or descriptors. */
struct relay *relay_new(const struct config *config);
void relay_free(struct relay *r);
const struct relay_stats *relay_stats(const struct relay *r);

/* Any thread: takes a place for one more viewer of that holder. SEAT_TAKEN: give *seat back with
 * relay_unseat unless an admission took it. Else a limit is met. If *seat is not NULL, the claim
 * waits: relay_admit then looks for viewers of the same holder that are gone, for half a second. */
enum seat_result relay_seat(struct relay *r, const struct seat_holder *holder, struct seat **seat);
/* result: of relay_seat. */
void relay_unseat(struct relay *r, struct seat *seat, enum seat_result result);
/* Any thread: the relay takes a. After relay_stop viewers get their end at once. */
void relay_admit(struct relay *r, struct admission *a);
/* Any thread: whether memory is left for an answer to that holder which its peer may not take. */
bool relay_has_room(struct relay *r, const struct seat_holder *holder);
/* Any thread: how long the present turn of the loop has lasted, ms, or how long it has not made the
 * turn that an earlier call asked for. 0: neither. RELAY_STALLED_MS or more: it hangs. */
#define RELAY_STALLED_MS 10000
int64_t relay_turn_ms(struct relay *r);
/* Seats that are taken: by streams, and by requests that wait for a record. */
unsigned relay_seats(const struct relay *r);
/* Bytes that are held for peers which have not taken them. */
size_t relay_held(const struct relay *r);
/* Any thread: an answer that the peer has not taken whole yet is drained and closed by the relay.
 */
void relay_drain(struct relay *r, struct out out, const struct seat_holder *holder);
/* Any thread: whether something was handed over that relay_run has not taken yet. */
bool relay_is_asked(const struct relay *r);
/* Any thread, and signal handlers: every viewer gets the orderly end, then relay_run returns. */
void relay_stop(struct relay *r);
/* Any thread: whether relay_stop was called. */
bool relay_is_stopping(const struct relay *r);
/* The loop. until_idle: also returns when there is no viewer left (CGI). */
void relay_run(struct relay *r, bool until_idle);
/* After the loop, waiting for Redis for a moment: what was handed over too late is ended, and what
 * was joined is left. relay_free does it too. */
void relay_finish(struct relay *r);

#endif
