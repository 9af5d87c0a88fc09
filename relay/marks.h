/* SPDX-License-Identifier: MIT */
/*
 * marks: a few records of a log that viewers were given: its newest, some at growing distances
 * behind them, and the ends of logs that had its name before.  Redis may come back without the
 * newest records of a log.  A mark that it still has proves that it is the same log, which lost its
 * tail.  Pure.
 */
#ifndef SSELOG_RELAY_MARKS_H
#define SSELOG_RELAY_MARKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/position.h"

#define MARKS_RECENT 8  /* the newest records */
#define MARKS_SPACED 12 /* the n-th is about 2^n records behind them */
#define MARKS_ENDS   2  /* of logs that had the name before */
#define MARKS        (MARKS_RECENT + MARKS_SPACED + MARKS_ENDS)

struct mark {
    struct xid id; /* 0-0: none */
    uint64_t rank; /* of it, or RANK_UNKNOWN */
};

struct marks {
    struct mark at[MARKS];       /* the recent ones, the newest first; the spaced ones; the ends */
    uint32_t epoch;              /* the present life of the log, as in struct position */
    uint32_t former[MARKS_ENDS]; /* the lives of the ends; EPOCH_UNKNOWN: not named, or none */
};

/* Viewers are given that record. */
void marks_add(struct marks *m, struct xid id, uint64_t rank);
/* The mark of that id; NULL: it is none. */
const struct mark *marks_find(const struct marks *m, struct xid id);
/* The newest mark before id; NULL: there is none. */
const struct mark *marks_before(const struct marks *m, struct xid id);

/* Nothing is known of the log by that name any more, but the ends of former ones. */
void marks_forget(struct marks *m);
/* Another log has the name.  The former one, which may come back, was left after that record. */
void marks_leave(struct marks *m, struct mark end);
/* The log goes on after a mark: it lost the records after it.  Or it is a former one that is back,
 * and the present one was left after the record `end`. */
void marks_return(struct marks *m, const struct mark *mark, struct mark end);
/* Whether a life of the log is over, as far as that is known. */
bool marks_is_over(const struct marks *m, uint32_t epoch);

#endif
