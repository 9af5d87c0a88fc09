/* SPDX-License-Identifier: MIT */
/*
 * ring: the recent frames of one view of a log, for viewers slightly behind and for reconnect
 * storms.  Frames that came together stay together, in one piece: a viewer gets many of them in one
 * write.  All rings share one budget of bytes: the oldest piece of all leaves first.  Knows only
 * ids and bytes. Invariant: every record after floor that the view shows, up to the log's tip, is
 * in the ring.
 */
#ifndef SSELOG_RELAY_RING_H
#define SSELOG_RELAY_RING_H

#include <stdint.h>

#include "base/buf.h"
#include "base/xid.h"

struct ring;

/* One of several frames that stand one after the other. */
struct item {
    uint32_t end;      /* in their bytes */
    uint32_t withheld; /* records that its view, or its batch, withheld before it */
    struct xid id;
    uint64_t rank; /* as struct cursor's */
};

/* Where the bytes of frame i begin. */
static inline size_t item_start(const struct item *items, size_t i)
{
    return i > 0 ? items[i - 1].end : 0;
}

struct piece {
    struct piece *prev, *next;   /* in its ring; next is newer */
    struct piece *older, *newer; /* among all rings */
    struct ring *ring;
    size_t count;        /* of items, at least 1 */
    struct item items[]; /* their bytes follow */
};

static inline const char *piece_bytes(const struct piece *p)
{
    return (const char *)&p->items[p->count];
}

struct ring_store {
    struct piece *oldest, *newest;
    size_t bytes, max;
};

struct ring {
    struct piece *first, *last;
    struct xid floor;
    uint32_t withheld; /* records, by its view up to the tip: a number of its own, see counts.h */
    uint32_t floor_withheld; /* the same up to floor */
};

/* Empties the ring: from now on it covers records after floor. */
void ring_reset(struct ring_store *s, struct ring *r, struct xid floor);
/* Adds frames of records newer than all in it.  Without memory for them the ring is reset to the
 * last id. */
void ring_add(struct ring_store *s, struct ring *r, const struct item *items, size_t count,
              const char *bytes);
/* Whether a viewer that has all up to position can be served from here. */
bool ring_covers(const struct ring *r, struct xid position);
/* Whether the record of that id is, or was the last to leave, here. */
bool ring_knows(const struct ring *r, struct xid id);
/* The piece of the first frame after position, and in *i its number there; NULL: none.  Looked for
 * from the newest: most are but a little behind. */
const struct piece *ring_after(const struct ring *r, struct xid position, size_t *i);

#endif
