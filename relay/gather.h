/* SPDX-License-Identifier: MIT */
/*
 * gather: lets records of a fast log with many viewers come together for one write to each.  A
 * hand-out that took long is followed by a pause before the next read of that log.  The first
 * record after a silence goes out at once, and a log with few viewers never pauses.
 */
#ifndef SSELOG_RELAY_GATHER_H
#define SSELOG_RELAY_GATHER_H

#include "relay/core.h"

/* ms that the next read of a log waits after a hand-out that took so many microseconds; at most
 * limit ms. */
int64_t gather_pause(unsigned limit, int64_t took);
/* The hand-out of l is done: its pause begins. */
void gather_begin(struct log *l);
/* Whether l pauses.  Then gather_next() returns it when its pause is over. */
bool gather_holds(struct log *l);
/* Takes out a log whose pause is over; NULL: none. */
struct log *gather_next(struct relay *r);
/* When gather_next() has one (ms); INT64_MAX: none pauses. */
int64_t gather_due(const struct relay *r);
/* l is freed. */
void gather_forget(struct log *l);

#endif
