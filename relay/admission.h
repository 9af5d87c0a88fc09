/* SPDX-License-Identifier: MIT */
/*
 * admission: what a front hands over for one viewer.  The front fills it; relay_admit takes it, and
 * the viewer keeps some of its parts.  Whichever side holds a part last frees it.
 */
#ifndef SSELOG_RELAY_ADMISSION_H
#define SSELOG_RELAY_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/xid.h"
#include "config/config.h"
#include "format/filter.h"
#include "format/profile.h"
#include "gateway/out.h"

struct seat; /* a place under the limits, taken or awaited */

enum seat_result {
    SEAT_TAKEN,
    SEAT_USER_FULL, /* the holder has all its seats */
    SEAT_FULL,      /* the process has no seat left */
    SEAT_NO_MEMORY,
    SEAT_RESULTS
};

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
    unsigned every;     /* ms until the client comes back */
    bool away;          /* Redis did not answer the front: the relay need not wait for it too */
    char *key;          /* of Redis, where polls are counted */
    char client[37];    /* as in the admission */
    int64_t came;       /* when the request came, us, CLOCK_MONOTONIC */
    int64_t cpu;        /* processor time that the process had taken then, us */
    char *token;        /* with which the client comes back; NULL: as it came */
    int64_t token_ends; /* so long it is good, ms, CLOCK_MONOTONIC */
    uint64_t taken;     /* for relay/viewer.c: bytes that its peer had taken at the last look */
    int64_t latest;     /* the same: it ends then, ms, CLOCK_MONOTONIC */
};
/* NULL is fine. */
void poll_free(struct poll *p);

/* One log of a viewer. */
struct admitted_log {
    struct admitted_log *next; /* NULL: the last */
    char *key;                 /* stream key or channel */
    char *name;                /* in a stream of several logs; NULL: there is one */
    struct filter *filter;
    bool has_cursor;
    struct xid cursor;
    uint64_t rank; /* the client's proof of it, as in struct position; 0 and RANK_UNKNOWN: none */
    uint32_t epoch;
    bool cursor_lost; /* it had a cursor that cannot be read: its records begin with a gap */
};
#define ADMISSION_LOGS 16 /* at most */

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
    struct admitted_log log; /* the first; each malloced one follows */
    char *field, *event_field;
    char *event_prefix;        /* NULL: none */
    unsigned history;          /* records of each log, for a viewer without cursor */
    struct xid since;          /* history begins at this id or later */
    bool since_all;            /* all records since then are owed: lost ones are a gap */
    unsigned keepalive;        /* seconds */
    unsigned retry;            /* ms */
    unsigned lifetime;         /* seconds, jittered already; 0: none */
    bool proof;                /* ids say what proves them, as in struct position */
    bool gzip;                 /* the response is compressed, as its head says */
    char client[37];           /* a random id, RFC 9562 version 4 text */
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

#endif
