/* SPDX-License-Identifier: MIT */
/*
 * emit: the bytes that go out to one viewer, in the form of its profile.  Each frame is made whole
 * and written whole, or not at all: then nothing has changed, and it is emitted later.  viewer.c
 * decides when a frame is due.
 *
 * Each function that returns an out_result returns OUT_FULL when the peer takes nothing now, and
 * then the viewer is as it was.
 */
#ifndef SSELOG_RELAY_EMIT_H
#define SSELOG_RELAY_EMIT_H

#include "relay/core.h"

/* The response head, with the first frame: written as it is. */
enum out_result emit_head(struct viewer *v, const struct buf *head);

/* f->gap, which then is none. */
enum out_result emit_gap(struct follower *f);
/* That Redis went away, or is back. */
enum out_result emit_source(struct viewer *v, bool live);
/* That history is done; once. */
enum out_result emit_live(struct viewer *v);
/* Where its followers are, in a frame of its own if the client does not know it: the place of one
 * that is LIVE before the others. */
enum out_result emit_cursor(struct viewer *v);
enum out_result emit_keepalive(struct viewer *v);

/* The next frames of its view's ring, as many as one write takes.  OUT_FULL also when much was
 * compressed in this turn. */
enum out_result emit_from_ring(struct follower *f);
/* The records of b that it has not got yet, except the long one ... */
enum out_result emit_items(struct follower *f, const struct batch *b);
/* All of b was passed, also what is withheld behind its last item.  newly: f was not there before.
 */
void emit_passed(struct follower *f, const struct batch *b, bool newly);
/* ... which begins here, and goes on piece by piece until the viewer's blob is NULL. */
enum out_result emit_long_begins(struct follower *f, const struct batch *b);
enum out_result emit_long_on(struct viewer *v);

/* Whether it is inside the one event that the history of a bulk profile is.  No other frame may
 * stand there. */
bool emit_in_bulk(const struct viewer *v);

/* Adds the first frame to the response head. gzip: the stream is compressed from here on. */
void emit_first_frame(struct viewer *v, struct buf *head, const char *client, bool gzip);
/* Nothing more of the stream is compressed. */
void emit_end_gzip(struct viewer *v);
/* The final frame into b, which the caller frees; b stays empty where no frame may stand. */
void emit_end(struct viewer *v, struct buf *b, enum end_reason reason);
/* The same for a stream that cannot go on.  A response whose head is withheld gets a status
 * instead. */
void emit_failure(struct viewer *v, struct buf *b, const char *reason);
/* Writes the final frame, which may be empty, or leaves it behind what the peer does not take. */
void emit_final(struct viewer *v, struct slice frame);

#endif
