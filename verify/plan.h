/* SPDX-License-Identifier: MIT */
/*
 * plan: what the end of a connection means, when the next one begins, and when it is cut.  Pure.
 * Times are ms of one clock.
 */
#ifndef SSELOG_VERIFY_PLAN_H
#define SSELOG_VERIFY_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#define PLAN_PATIENCE 10000 /* until the first byte of an answer */
#define PLAN_RETRY    1000  /* where the server tells no time */
#define PLAN_ATTEMPTS 3     /* without any stream */

enum outcome {
    OUTCOME_CUT,    /* by us */
    OUTCOME_ENDED,  /* in order */
    OUTCOME_BROKEN, /* without a word of the server */
    OUTCOME_BUSY,   /* the server asks to come later */
    OUTCOME_DIGEST, /* it wants another way to log in */
    OUTCOME_NOTHING,
    OUTCOME_OVER, /* our time ended before an answer came */
    OUTCOME_REFUSED,
    OUTCOMES
};

/* How a connection went. */
struct plan_end {
    long status;    /* 0: none came */
    bool is_stream; /* the answer is an event stream */
    bool begun;     /* bytes of it came */
    bool late;      /* its deadline ended it, or a signal */
    bool done;      /* it was ended because it had brought all that was wanted */
    bool over;      /* the time of the check is over, or a signal ended it */
    bool ended;     /* the frame `end` came */
    bool digest;    /* a login of that kind is asked for, and was not tried */
};
enum outcome plan_outcome(const struct plan_end *e);

/* Times that the server told, or PLAN_RETRY. */
struct plan_times {
    int64_t retry; /* of the stream */
    int64_t after; /* Retry-After */
};
/* The pause before the next connection. */
int64_t plan_pause(enum outcome outcome, const struct plan_times *times);
/* Whether there is no sense in another one: broken connections without a stream. */
bool plan_gives_up(enum outcome outcome, unsigned opened, unsigned broken);

/* How long to wait for the first byte. */
int64_t plan_patience(int64_t now, int64_t ends);
/* The moment of the next cut: a tenth to twice the mean time between cuts from now, but not after
 * the end.  cuts: about how many in duration; 0: only the end cuts. */
int64_t plan_cut(int64_t now, int64_t ends, int64_t duration, unsigned cuts, uint64_t random);

#endif
