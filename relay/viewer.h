/* SPDX-License-Identifier: MIT */
/*
 * viewer: one viewer, from its admission to its final frame: a connection, and a follower in each
 * of its logs.  Bytes that the peer does not take wait, and its followers are BEHIND until the peer
 * takes them; no other viewer notices.  Knows nothing of Redis's answers, and calls nothing that
 * knows logs: viewer_serve() tells what each follower needs next.
 *
 * A viewer that ends goes on relay->ended and is taken apart at the end of the turn.  Until then
 * its followers are still in their views and in what they wait for, with place PLACE_NONE.
 */
#ifndef SSELOG_RELAY_VIEWER_H
#define SSELOG_RELAY_VIEWER_H

#include "relay/core.h"

/* A viewer as a describes it, with no log yet; takes what it needs out of a.  NULL: out of memory,
 * or the connection cannot be watched; then the connection is closed. */
struct viewer *viewer_new(struct relay *r, struct admission *a);
/* It has its log: the first frame goes out, or waits for what its profile waits for. */
void viewer_begin(struct viewer *v, struct admission *a);
/* An answer whose rest waits for the peer to take it.  charged was charged to account (NULL:
 * nobody's), which the viewer releases. */
void viewer_new_drain(struct relay *r, struct out out, struct seat *account, struct charge charged);

/* Writes all that can be written now.  Each of its followers then has its need in `need`:
 * PLACE_WAIT when it needs nothing, or one of PLACE_ASK, PLACE_READ, PLACE_PROVE and PLACE_SUSPECT.
 */
void viewer_serve(struct viewer *v);
/* Whether viewer_serve() may get it on: one of its followers is idle. */
bool viewer_is_idle(const struct viewer *v);
/* Hands f's viewer the part of a batch of f's log that it has not got. */
void viewer_take(struct follower *f, const struct batch *b);
/* A gap in f's log, to be told before its next record. */
void viewer_add_gap(struct follower *f, const struct gap *gap);

/* Ends it with the final frame of that reason. */
void viewer_end(struct viewer *v, enum end_reason reason);
/* The stream cannot go on; the reason is told, with a retry far off. */
void viewer_fail(struct viewer *v, const char *reason);
/* Closes it without a word. */
void viewer_close(struct viewer *v);
/* Sends a keepalive, for a peer that tells only then that the client left. */
void viewer_probe(struct viewer *v);
/* At the end of the turn, when it is CLOSED and in no view. */
void viewer_free(struct viewer *v);

/* Does what is due now; returns when more will be due (ms). */
int64_t viewer_check_times(struct viewer *v);
/* Events of its descriptor (epoll). True: it can be served. */
bool viewer_event(struct viewer *v, uint32_t events);

#endif
