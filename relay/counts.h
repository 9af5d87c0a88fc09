/* SPDX-License-Identifier: MIT */
/*
 * counts: what one connection was sent, what its filter withheld, and what it was told is lost.
 * Pure functions.
 *
 * A view numbers the records that it withholds, as they come.  Each frame has that number, and so
 * has a follower whose place in the view is known.  Only a filter's decision counts: a record that
 * is left out by mistake is in no count, and so can be found.
 */
#ifndef SSELOG_RELAY_COUNTS_H
#define SSELOG_RELAY_COUNTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "format/profile.h"
#include "relay/place.h"
#include "relay/ring.h"

/* How many records a view had withheld at a place. */
struct withheld_number {
    uint32_t n; /* goes on at 0 after its maximum */
    bool known;
};

/* The number at c, whose next frame is item i of p; p NULL: there is none.  It is known if that
 * frame is the record of c, or the one before is, or c is where the ring begins. */
struct withheld_number counts_number_at(const struct ring *r, const struct piece *p, size_t i,
                                        const struct cursor *c);
/* The cursor moved on to `to`, and so many records were sent meanwhile. */
static inline void counts_add(struct stream_counts *c, struct withheld_number from, uint32_t to,
                              uint64_t records)
{
    c->sent += records;
    if (!from.known)
        c->withheld = -1;
    else if (c->withheld >= 0)
        c->withheld += to - from.n;
}
/* A follower that was sent no record begins again, perhaps among records that it passed. */
void counts_begin_again(struct stream_counts *c);
/* A gap was told.  lost: its number, or -1. */
void counts_add_gap(struct stream_counts *c, int64_t lost);

#endif
