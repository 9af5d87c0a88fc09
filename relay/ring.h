/* SPDX-License-Identifier: MIT */
/*
 * ring: the recent frames of one view of a log, for viewers slightly behind and for reconnect
 * storms. All rings share one budget of bytes: the oldest frame of all leaves first.  Knows only
 * ids and bytes. Invariant: every record after floor that the view shows, up to the log's tip, is
 * in the ring.
 */
#ifndef SSELOG_RELAY_RING_H
#define SSELOG_RELAY_RING_H

#include <stdint.h>

#include "base/buf.h"
#include "base/xid.h"

struct ring;

struct frame {
    struct frame *prev, *next;   /* in its ring; next is newer */
    struct frame *older, *newer; /* among all rings */
    struct ring *ring;
    struct xid id;
    uint64_t rank; /* as struct cursor's */
    size_t len;
    char bytes[];
};

struct ring_store {
    struct frame *oldest, *newest;
    size_t bytes, max;
};

struct ring {
    struct frame *first, *last;
    struct xid floor;
};

/* Empties the ring: from now on it covers records after floor. */
void ring_reset(struct ring_store *s, struct ring *r, struct xid floor);
/* Adds the frame of a record newer than all in it. Without memory for it the ring is reset to id.
 */
void ring_add(struct ring_store *s, struct ring *r, struct xid id, uint64_t rank,
              struct slice bytes);
/* Whether a viewer that has all up to position can be served from here. */
bool ring_covers(const struct ring *r, struct xid position);
/* Whether the record of that id is, or was the last to leave, here. */
bool ring_knows(const struct ring *r, struct xid id);
/* The first frame after position; NULL: none. Looked for from the newest: most are but a little
 * behind. */
const struct frame *ring_after(const struct ring *r, struct xid position);

#endif
