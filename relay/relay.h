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
    _Atomic uint64_t polls;      /* of these, answered complete */
    _Atomic uint64_t records;    /* read from logs, live */
    _Atomic uint64_t deliveries; /* records handed to viewers */
    _Atomic uint64_t bytes;      /* of event stream handed to viewers */
    _Atomic uint64_t writes;     /* that handed them */
    _Atomic uint64_t gaps;       /* told to viewers */
    _Atomic uint64_t keepalives; /* sent */
    _Atomic uint64_t outages;    /* of Redis */
    _Atomic uint64_t cut_off;    /* peers that took nothing for too long */
    _Atomic bool redis_up;
};

struct relay;
struct seat; /* a place under the limits, taken or awaited */

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

enum seat_result {
    SEAT_TAKEN,
    SEAT_USER_FULL, /* the holder has all its seats */
    SEAT_FULL,      /* the process has no seat left */
    SEAT_NO_MEMORY
};
/* Why there is no seat, for answers and diagnostics. */
const char *seat_refusal(enum seat_result result);

/* A viewer is listed in the sorted set `key` as `member` while its stream is open. */
struct presence {
    struct presence *next; /* it may be listed in several sets */
    char *key, *member;
    int64_t at; /* for relay/presence.c: when the entry is to be renewed */
};
#define PRESENCE_SECONDS 90 /* an entry ends after that time, unless it is renewed */
/* All of them. NULL is fine. */
void presence_free(struct presence *p);

/* A stream that is answered complete: it ends when it is live, and its client comes back. */
struct poll {
    unsigned every;         /* ms until the client comes back */
    bool away;              /* Redis did not answer the front: the relay need not wait for it too */
    char *key;              /* of Redis, where polls are counted */
    char client[37];        /* as in the admission */
    int64_t came;           /* when the request came, us, CLOCK_MONOTONIC */
    int64_t cpu;            /* processor time that the process had taken then, us */
    char *token;            /* with which the client comes back; NULL: as it came */
    unsigned token_seconds; /* how long the token is good */
    uint64_t taken;         /* for relay/viewer.c: bytes that its peer had taken at the last look */
    int64_t latest;         /* the same: it ends then, ms, CLOCK_MONOTONIC */
};
/* NULL is fine. */
void poll_free(struct poll *p);

/* The data that the front hands over for one viewer. */
struct admission {
    struct out out;  /* the connection; nothing sent yet */
    struct buf head; /* response head, to be sent first */
    struct seat *seat;
    enum seat_result refused; /* not SEAT_TAKEN: seat is awaited */
    struct buf refusal;       /* the answer when it does not come in time */
    char *refusal_line;       /* the line of the log then; NULL: none */
    char *shown;              /* words about the viewer for the log; NULL: it is not logged */
    char *replaces;           /* client id that a tab chose; NULL: none */
    struct admission *next;   /* among those that wait for a seat */
    int64_t refuse_at;        /* the same: ms, CLOCK_MONOTONIC */
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
    bool gzip;          /* the response is compressed, as its head says */
    char client[37];    /* a random id, RFC 9562 version 4 text */
    struct presence *presence; /* NULL: it is not listed */
    struct poll *poll;         /* NULL: the stream is held */
    int64_t ends;              /* Unix seconds when the identity ends; 0: unknown */
    char *revocation_key;      /* Redis key that must go on standing; NULL: none */
    size_t revocation_shown;   /* bytes of it that may be logged */
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
