/* SPDX-License-Identifier: MIT */
/*
 * lane: where requests that take long wait for the one thread that serves them, so that no other
 * request ever waits behind them. Each request belongs to an owner: a user, or an address. Owners
 * take turns. Of one owner one request is served at a time, in the order of their arrival.
 *
 * The thread takes a job, serves it for a short time, and either gives it back, to go on after the
 * others had their turn, or is done with it. A lane knows nothing of requests and never allocates.
 */
#ifndef SSELOG_FRONT_LANE_H
#define SSELOG_FRONT_LANE_H

#include <stddef.h>
#include <stdint.h>

#define LANE_MAX       512   /* jobs that wait or are served */
#define LANE_MAX_OWNER 64    /* of these, jobs of one owner */
#define LANE_WAIT_MS   15000 /* a job that did not begin within this time is refused */
#define LANE_OWNER     288   /* bytes of an owner's name with its NUL */

struct lane;

/* Part of a request. The caller sets owner; the lane owns the rest from lane_put to lane_done. */
struct lane_job {
    char owner[LANE_OWNER];
    struct lane_job *next;          /* the first job of the next owner */
    struct lane_job *behind, *last; /* later jobs of this owner; last: of its first job only */
    size_t count;                   /* of this owner's jobs; of its first job only */
    int64_t since;                  /* when it came; 0: its service began */
};

enum lane_room { LANE_ROOM, LANE_FULL, LANE_OWNER_FULL };

enum lane_order {
    LANE_SERVE,
    LANE_LATE,   /* refuse it: it waited too long */
    LANE_CLOSED, /* refuse it: the lane is closed */
    LANE_TIME,   /* the time is over; there is no job */
    LANE_END     /* the lane is closed and empty; there is no job */
};

/* NULL: out of memory. */
struct lane *lane_new(void);
/* The lane must be empty. NULL is fine. */
void lane_free(struct lane *l);
/* Adds a job. Unless the result is LANE_ROOM, the lane did not take it. May be called by any
 * thread. */
enum lane_room lane_put(struct lane *l, struct lane_job *job);
/* Waits for the job whose turn it is, until that time (CLOCK_MONOTONIC ms; 0: not at all). If there
 * is one, lane_back or lane_done must follow. */
enum lane_order lane_take(struct lane *l, int64_t until, struct lane_job **job);
/* The job that was taken goes on after the other owners had a turn. */
void lane_back(struct lane *l);
/* The job that was taken leaves the lane and belongs to the caller. */
void lane_done(struct lane *l);
/* From now on jobs are refused. May be called by any thread. */
void lane_close(struct lane *l);

#endif
