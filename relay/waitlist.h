/* SPDX-License-Identifier: MIT */
/*
 * waitlist: newcomers that met a limit of seats.  Some web servers tell that a client left only
 * when they are given something to send.  So the viewers of the same holder get a keepalive,
 * several times for a moment; those that are gone give their seats to the newcomers.  One that has
 * no seat after WAITLIST_MS is refused.  Nobody else waits for it.
 */
#ifndef SSELOG_RELAY_WAITLIST_H
#define SSELOG_RELAY_WAITLIST_H

#include "relay/core.h"

#define WAITLIST_MS 500
/* Apache notices only at the second write. */
#define WAITLIST_PROBE_MS 100

/* Takes a, whose claim on its seat waits. */
void waitlist_add(struct relay *r, struct admission *a);
/* Sends keepalives to the viewers whose seats are awaited, when that is due. */
void waitlist_probe(struct relay *r);
/* Takes out the next that has its seat now; NULL: none. */
struct admission *waitlist_seated(struct relay *r);
/* Takes out the next whose time is over, or any when the relay stops.  It has no seat.  NULL: none.
 */
struct admission *waitlist_overdue(struct relay *r);
/* When something is due (ms). */
int64_t waitlist_due(const struct relay *r);

#endif
