/* SPDX-License-Identifier: MIT */
/* ring: see ring.h. */
#include "relay/ring.h"

#include <stdlib.h>

/* Removes the oldest frame of its ring. */
static void drop_first(struct ring_store *s, struct ring *r)
{
    struct frame *f = r->first;
    r->first = f->next;
    *(f->next ? &f->next->prev : &r->last) = NULL;
    r->floor = f->id;
    *(f->older ? &f->older->newer : &s->oldest) = f->newer;
    *(f->newer ? &f->newer->older : &s->newest) = f->older;
    s->bytes -= sizeof *f + f->len;
    free(f);
}

void ring_reset(struct ring_store *s, struct ring *r, struct xid floor)
{
    while (r->first)
        drop_first(s, r);
    r->floor = floor;
}

void ring_add(struct ring_store *s, struct ring *r, struct xid id, uint64_t rank,
              struct slice bytes)
{
    struct frame *f = malloc(sizeof *f + bytes.len);
    if (!f) {
        ring_reset(s, r, id);
        return;
    }
    *f = (struct frame){
        .prev = r->last, .ring = r, .id = id, .rank = rank, .len = bytes.len, .older = s->newest};
    memcpy(f->bytes, bytes.p, bytes.len);
    *(r->last ? &r->last->next : &r->first) = f;
    r->last = f;
    *(s->newest ? &s->newest->newer : &s->oldest) = f;
    s->newest = f;
    s->bytes += sizeof *f + f->len;
    while (s->bytes > s->max)
        drop_first(s, s->oldest->ring);
}

bool ring_covers(const struct ring *r, struct xid position)
{
    return xid_cmp(r->floor, position) <= 0;
}

bool ring_knows(const struct ring *r, struct xid id)
{
    const struct frame *f = r->last;
    while (f && xid_cmp(f->id, id) > 0)
        f = f->prev;
    return xid_cmp(f ? f->id : r->floor, id) == 0;
}

const struct frame *ring_after(const struct ring *r, struct xid position)
{
    const struct frame *after = NULL;
    for (const struct frame *f = r->last; f && xid_cmp(f->id, position) > 0; f = f->prev)
        after = f;
    return after;
}
