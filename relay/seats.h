/* SPDX-License-Identifier: MIT */
/*
 * seats: how many viewers there may be, in all and per user.  A seat is taken by a front thread
 * before the relay hears of the viewer, and given back by either.  Any thread may call these.
 */
#ifndef SSELOG_RELAY_SEATS_H
#define SSELOG_RELAY_SEATS_H

struct seat;
struct seats;

/* NULL: out of memory. */
struct seats *seats_new(unsigned max, unsigned max_per_user);
/* NULL is fine. */
void seats_free(struct seats *s);
/* A seat for user; "" stands for no user and has no limit of its own.  NULL: refused, and *why says
 * why. */
struct seat *seats_take(struct seats *s, const char *user, const char **why);
void seats_give(struct seats *s, struct seat *seat);

#endif
