/* SPDX-License-Identifier: MIT */
/*
 * track: how far a client has read one log, and what the next id means for that.  The ranks of
 * records tell where some are missing.  A part with a hole is read again, until all that came of it
 * has come again.  Pure except for the memory of ids; it adds nothing up.
 */
#ifndef SSELOG_VERIFY_TRACK_H
#define SSELOG_VERIFY_TRACK_H

#include "base/position.h"
#include "config/log_word.h"
#include "verify/ids.h"

/* track_move() is the only writer of a state. */
enum track_state {
    TRACK_NEW,         /* the client has no position */
    TRACK_WHOLE,       /* no hole is open */
    TRACK_HOLED,       /* nothing explains a hole yet */
    TRACK_AGAIN,       /* the part behind such a hole is read again */
    TRACK_AGAIN_HOLED, /* the same, with an open hole in this reading */
    TRACK_STATES
};
enum track_event {
    TRACK_PLACE,   /* a position came */
    TRACK_SKIP,    /* the ranks have a hole before a position */
    TRACK_CAUGHT,  /* all that came before the second reading was passed, or it ends */
    TRACK_TURN,    /* the log goes on at an older position */
    TRACK_EXPLAIN, /* counts explain the holes of this connection */
    TRACK_GAP,     /* a gap was told */
    TRACK_RESUME,  /* a connection begins, from before the first open hole */
    TRACK_EVENTS
};
/* The state behind an event. */
enum track_state track_next(enum track_state state, enum track_event event);

/* The gaps that were told since the last position. */
struct track_gaps {
    uint64_t told, unknown; /* of all those, of unknown size */
    uint64_t lost;          /* records of the others */
};

struct track {
    char name[LOG_WORD_NAME + 1]; /* "": the only log of the stream */
    enum track_state state;
    struct position last;   /* the newest one; Last-Event-ID */
    struct position anchor; /* the newest one with a rank; RANK_UNKNOWN: there is none */
    uint64_t since;         /* records without a rank behind it */
    struct track_gaps gaps;
    struct position before; /* holed: the one before the first open hole */
    struct xid again_to;    /* again: the last id that came before */
    uint64_t holes;         /* records in open holes of this connection */
    uint64_t unread;        /* again: records in the holes for which it is read again */
    struct ids seen;        /* records since the first open hole; with keeps_all all */
    bool keeps_all;
};

void track_init(struct track *t, struct slice name, bool keeps_all);
void track_free(struct track *t);

/* How a record stands to those that came. */
enum track_arrival {
    TRACK_FRESH,
    TRACK_SEEN,       /* it is read again, and came before */
    TRACK_LATE,       /* it is read again, and did not come before */
    TRACK_RESTARTED,  /* it is older, and a gap told that the log is another one */
    TRACK_REPEATED,   /* the last one again */
    TRACK_DISORDERED, /* an older one */
};
enum track_arrival track_arrival(const struct track *t, struct xid id);

/* The meaning of the next position by its rank. */
struct track_step {
    bool other_life; /* the log is another one, and no gap told it */
    bool anchored;   /* there is a rank to compare with */
    uint64_t hole;   /* records before it that did not come, and no gap told */
};
struct track_step track_step(const struct track *t, const struct position *at, bool is_record);
/* Takes the position, which step was made of.  The gaps before it are used up if it is another id.
 */
void track_advance(struct track *t, const struct position *at, bool is_record,
                   const struct track_step *step);
/* A record came.  -1: there is no memory for its id. */
int track_keep(struct track *t, struct xid id);
/* The log goes on at an older position: nothing is known of its ranks.  Returns how many records of
 * holes can no longer be read again. */
uint64_t track_turn(struct track *t);
/* A gap was told; lost: RANK_UNKNOWN if its number is not known.  Returns the same. */
uint64_t track_gap(struct track *t, uint64_t lost);
/* Takes back and returns the gaps that no position followed: they will be told again. */
struct track_gaps track_untell(struct track *t);
/* An event without arguments. */
void track_move(struct track *t, enum track_event event);
bool track_is_holed(const struct track *t);
bool track_is_again(const struct track *t);
/* Where the next connection resumes; NULL: from no position. */
const struct position *track_resume(const struct track *t);

#endif
