/* SPDX-License-Identifier: MIT */
/*
 * seats: how many viewers there may be, in all and per holder: a user, or the address of viewers
 * without a user.  A seat is taken by a front thread before the relay hears of the viewer, and
 * given back by either.  A claim that meets a limit may wait for a seat.  The same node counts the
 * bytes that are held for its holder.  Any thread may call these.
 */
#ifndef SSELOG_RELAY_SEATS_H
#define SSELOG_RELAY_SEATS_H

#include "relay/budget.h"
#include "relay/relay.h"

/* Claims of one holder that wait at once; one more is refused. */
#define SEATS_MAX_AWAITED 16

struct seats;

/* NULL: out of memory.  The budget is the caller's, and lives longer. */
struct seats *seats_new(unsigned max, unsigned max_per_user, struct budget *budget);
/* NULL is fine. */
void seats_free(struct seats *s);
/* SEAT_TAKEN: give *seat back with seats_give.  Otherwise, unless *seat is NULL, the claim waits:
 * end that with seats_claim or seats_leave. */
enum seat_result seats_take(struct seats *s, const struct seat_holder *holder, struct seat **seat);
void seats_give(struct seats *s, struct seat *seat);
/* Whether a claim that waits has its seat now. */
bool seats_claim(struct seats *s, struct seat *seat);
/* A claim waits no longer. */
void seats_leave(struct seats *s, struct seat *seat);
/* Whether claims of the same holder wait. */
bool seats_are_awaited(struct seats *s, const struct seat *seat);
/* The account of a holder, to which bytes are charged.  seats_release() gives it back.  NULL: out
 * of memory. */
struct seat *seats_account(struct seats *s, const struct seat_holder *holder);
/* The same for the holder of a seat that is taken or awaited. */
struct seat *seats_hold(struct seats *s, struct seat *seat);
void seats_release(struct seats *s, struct seat *account);
/* *charged becomes next.  account NULL: of nobody; s NULL: nothing is counted. */
void seats_charge(struct seats *s, struct seat *account, struct charge *charged,
                  struct charge next);
/* Whether more may be held for the holder.  account and s as above. */
enum budget_room seats_room(struct seats *s, const struct seat *account);
/* Whether a stream of the holder may hold more. */
bool seats_let_on(struct seats *s, const struct seat *account);

/* How many seats are taken. */
unsigned seats_taken(struct seats *s);
/* How many seats were ever given back. */
unsigned seats_given(const struct seats *s);

#endif
