/* SPDX-License-Identifier: MIT */
/*
 * presence: viewers listed in a sorted set of Redis by when their entry ends, so that one process
 * can tell of the viewers of all.  An entry is renewed long before it ends.  The entry of a process
 * that died goes by itself.  Also counts the clients that poll.
 */
#ifndef SSELOG_RELAY_PRESENCE_H
#define SSELOG_RELAY_PRESENCE_H

#include "relay/core.h"

/* Makes v's entry, or renews it when that is due. Nothing for a viewer that is not to be listed. */
void presence_check(struct viewer *v);
/* Another Redis, or the same one without its data, may have come back: renews all entries. */
void presence_renew(struct relay *r);
/* Its stream ended.  A client that polls stays listed until it is to be back.  While the feed still
 * connects, an entry is kept in relay->owed: the front listed it already. */
void presence_remove(struct viewer *v);
/* Redis is away: entries that are owed end by themselves. */
void presence_forget(struct relay *r);
/* v, a poll, was answered: counts it, with what it cost. */
void presence_polled(const struct viewer *v);

#endif
