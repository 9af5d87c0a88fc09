/* SPDX-License-Identifier: MIT */
/*
 * place: where a viewer, or the tip of a log, stands in a log, and what has to be done about it.
 * Pure: every function takes the state and the facts and returns what to do; effects are the
 * caller's.  Knows nothing of sockets and asks Redis nothing.
 *
 * A read begins at the cursor's record, inclusive.  Redis trims a log from its old end, so a read
 * that still finds that record proves that all records after it are there.  If a read does not find
 * it, XINFO STREAM tells whether records were lost (a gap) or only that record was deleted.
 *
 * Invariants: a place that is LIVE has an id that was sent, and no record is left between it and
 * the tip.  A place that is sought (ASKING, COUNTING, LOCATING) is sent no records.
 */
#ifndef SSELOG_RELAY_PLACE_H
#define SSELOG_RELAY_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/position.h"
#include "redis/types.h"
#include "relay/ring.h"

/* ---- a position ---- */

enum cursor_at {
    CURSOR_OPEN, /* the first record of id or later, not known yet; only while the place is fresh */
    CURSOR_NEXT, /* id is the next record to send */
    CURSOR_SENT  /* id was sent; 0-0 with rank 0 is the beginning of any log */
};

struct cursor {
    struct xid id;
    struct xid before; /* the last record before id; OPEN: rank holds if this is the first read */
    uint64_t rank;     /* records ever added to the log up to what was sent; RANK_UNKNOWN */
    enum cursor_at at : 8;
    bool located; /* the record at id was deleted: reads begin at before */
    bool large;   /* id was sent and held a value longer than RESP_BULK_LARGE */
};

/* Records between two positions that Redis no longer has. */
struct gap {
    struct xid after;
    bool has_next;
    struct xid next;
    int64_t lost;       /* -1: cannot be known */
    bool tail;          /* they were the newest of the log, whose former records are there */
    bool after_unknown; /* the client's cursor could not be read */
};

/* The last id that needs no sending any more.  A viewer has met the tip when its position is not
 * before the tip's. */
struct xid cursor_position(const struct cursor *c);

/* The record that a read of what follows c begins at. */
struct xid cursor_read_from(const struct cursor *c);

/* Whether an answer to a read from cursor_read_from() on holds all records after c. *start is the
 * index of the first entry to send. */
bool cursor_proven(const struct cursor *c, const struct redis_entry *entries, size_t count,
                   size_t *start);

/* The end of the log. */
struct cursor cursor_at_end(const struct redis_info *info);

/* Moves c to the start of a read whose first entry has that id. */
void cursor_begin_read(struct cursor *c, struct xid first);

/* Whether both ask Redis for the same records. */
bool cursor_equal(const struct cursor *a, const struct cursor *b);

/* ---- a place ---- */

enum place_state {
    PLACE_NONE,     /* nowhere: the tip is not known; the viewer has ended */
    PLACE_ASKING,   /* waits for an XINFO STREAM that was sent after it came to ask */
    PLACE_COUNTING, /* waits for the reads that find where the newest N records begin */
    PLACE_LOCATING, /* waits for the read that finds the last record up to its cursor */
    PLACE_BEHIND,   /* its cursor is good to read from; of the tip: that read is under way */
    PLACE_LIVE      /* at the tip */
};

enum place_doubt {
    DOUBT_NONE,
    DOUBT_MISSING, /* a read did not find the record at its cursor */
    DOUBT_DELETED  /* that record was deleted from this log: the cursor may lie beyond the tip */
};

enum place_standing {
    PLACE_FRESH,   /* brought no cursor and was sent nothing: placed by the newest N each time; by
                      the newest 0, or if `once`, only one time: each record since then is owed */
    PLACE_CLAIMED, /* its cursor may be of a former log by this name, which the ring may hold */
    PLACE_MET      /* its cursor met the tip or a frame of the ring */
};

/* Each viewer and each log has one, so its members are as small as they can be. */
struct place {
    struct cursor cursor;
    unsigned history; /* records: the N of a fresh place */
    enum place_state state : 8;
    enum place_doubt doubt : 4;
    enum place_standing standing : 4;
    bool since_all : 1;    /* all records since then are owed: lost ones are a gap */
    bool once : 1;         /* its client is told that it has a place: it keeps the first one */
    bool other_life : 1;   /* its cursor is of a former log by this name: its client proves that */
    bool to_prove : 1;     /* it is LIVE only at a tip that was looked at after it came */
    struct xid since;      /* a fresh place begins at this id or later */
    struct xid history_to; /* last id of the log when it was placed: up to it records are history */
    struct xid clear_to;   /* a read found no more records up to here, which was the tip */
    uint64_t proof;        /* number of the read of the tip that proves its end; 0: none */
    uint64_t came;         /* requests sent when it came to ask: only later ones answer it */
};

/* Whether it waits to learn where in its log it stands. */
bool place_is_sought(const struct place *p);
/* Whether the request of that number was sent after p came to ask. */
bool place_is_answered_by(const struct place *p, uint64_t number);

/* Forgets the facts about p, which must be found again. */
void place_seek(struct place *p);
/* The same after a read, of the requests sent so far, did not find the record at its cursor. */
void place_seek_missing(struct place *p, uint64_t requests);
/* proven: number of the last read of the tip that reached the log's end. */
void place_see_tip(struct place *p, uint64_t proven);
/* The log lost all records after `to`, and p stood among them: it goes on at `to`. */
void place_rewind(struct place *p, const struct cursor *to);
/* p was another log's, or may have been: its record counts as deleted no longer. */
void place_doubt_again(struct place *p);
/* The same, and the tip may be in another log than p now. */
void place_doubt_log(struct place *p);

/* The record of that id was sent. */
void place_sent(struct place *p, struct xid id, uint64_t rank);
/* p is at the tip, and becomes LIVE when that was told.  If its record was deleted beyond the tip,
 * the tip moves up to it: no record is left between the two. */
void place_join(struct place *p, struct place *tip);

/* ---- decisions ---- */

enum place_step {
    PLACE_WAIT,      /* an answer or news will move it on */
    PLACE_ASK,       /* ask for XINFO STREAM */
    PLACE_READ,      /* read the records after its cursor, up to the tip */
    PLACE_FROM_RING, /* send the frames of the ring */
    PLACE_PROVE,     /* read the tip: only a read sent from now on proves that nothing follows */
    PLACE_SUSPECT,   /* the log ends before its cursor: place_seek_missing() */
    PLACE_GO_LIVE    /* place_join() */
};

struct place_facts {
    const struct cursor *tip; /* NULL: not known */
    uint64_t proven;          /* number of the last read of the tip that reached the log's end */
    const struct ring *ring;  /* of its view; NULL: it cannot serve now */
    bool reading;             /* a read for it is under way */
};
/* The next step of a place that is not LIVE. */
enum place_step place_next(const struct place *p, const struct place_facts *f);

enum place_finding {
    FOUND_READY,  /* BEHIND: it reads on, perhaps from the first record there is */
    FOUND_GAP,    /* BEHIND at the first record left: the gap is to be told before */
    FOUND_END,    /* BEHIND, with nothing after it now */
    FIND_BEFORE,  /* LOCATING: look for the last record up to its cursor, in this log */
    FIND_NEWEST,  /* COUNTING: look for where the newest N begin */
    FIND_BY_INFO, /* ASKING: XINFO has to be asked for (again) */
};
/* Whether the log that info tells of is not the one that p stands in, or lost the record of p. */
bool place_is_elsewhere(const struct place *p, const struct redis_info *info);
/* Finds p by an answer to XINFO STREAM. */
enum place_finding place_on_info(struct place *p, const struct redis_info *info, struct gap *gap);
/* An answer to a read after p: FOUND_READY with *start, or FIND_BY_INFO. */
enum place_finding place_on_range(struct place *p, const struct redis_entry *entries, size_t count,
                                  uint64_t requests, size_t *start);
/* The last record up to the cursor of p, which was LOCATING. NULL: there is none any more. */
enum place_finding place_on_before(struct place *p, const struct xid *found, uint64_t requests);
/* The newest N begin at first; NULL: there is none, and p waits for the next from since on. */
void place_on_newest(struct place *p, const struct xid *first);

/* g could not be told yet, and next begins where g ended: g becomes both. */
void place_widen_gap(struct gap *g, const struct gap *next);

#endif
