/* SPDX-License-Identifier: MIT */
/*
 * catchup: the reads of viewers that are not at the tip of a log that is a Redis stream.  Each is
 * made once for all viewers that need the same, and its answer is handed to them.
 */
#ifndef SSELOG_RELAY_CATCHUP_H
#define SSELOG_RELAY_CATCHUP_H

#include "relay/log.h"

/* Looks for the place where the newest records that f may see begin. */
void catchup_find_newest(struct follower *f);
/* Looks for the last record up to f's cursor; first: the id of the oldest record in the log. */
void catchup_find_before(struct follower *f, struct xid first);
/* Reads the records after f's cursor, or puts f into the queue for that. */
void catchup_read_after(struct follower *f);

/* A read has ended: viewers in the queue may have their turn. */
void catchup_serve_queue(struct relay *r);

#endif
