/* SPDX-License-Identifier: MIT */
/*
 * told: the cursor as the client of a viewer knows it: an id of each of its logs, and what proves
 * it.  A client that comes back brings the cursor that it was told last.
 */
#ifndef SSELOG_RELAY_TOLD_H
#define SSELOG_RELAY_TOLD_H

#include "relay/core.h"

/* A place in the log of f, in that life, as its client is told. */
static inline struct position told_position(const struct follower *f, struct xid id, uint64_t rank,
                                            uint32_t epoch)
{
    bool proof = f->view->proof;
    return (struct position){
        .id = id, .rank = proof ? rank : RANK_UNKNOWN, .epoch = proof ? epoch : EPOCH_UNKNOWN};
}
/* Whether the cursor is past the last id that the client knows: a filter withheld records, or the
 * client knows none yet, or not its proof.  Or it is in another log, and the client was told the
 * gap: with its old id it would be told again each time it comes back. */
bool told_has_moved(const struct follower *f);
/* The same of one of its logs at least. */
bool told_any_moved(const struct viewer *v);
/* Whether it follows several logs. */
static inline bool told_of_many(const struct viewer *v)
{
    return v->first.beside;
}
/* Adds the cursor of several logs, as the client knows it when it has this frame.  sent: a record
 * of that follower, at that place; NULL: the frame tells all that moved. */
void told_add_cursor(struct buf *b, const struct viewer *v, const struct follower *sent,
                     const struct position *at);
/* Adds an event with an id and no data, which moves the client's cursor (WHATWG HTML 9.2.6).  True:
 * when it is sent, told_moves(). */
bool told_add_moves(const struct viewer *v, struct buf *b);
/* The frame that told the cursors was sent. */
void told_moves(struct viewer *v);

#endif
