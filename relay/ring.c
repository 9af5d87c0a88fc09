/* SPDX-License-Identifier: MIT */
/* ring: see ring.h. */
#include "relay/ring.h"

#include <stdlib.h>

static struct xid last_id(const struct piece *p)
{
    return p->items[p->count - 1].id;
}

static size_t size_of(size_t count, size_t len)
{
    return sizeof(struct piece) + count * sizeof(struct item) + len;
}

/* Removes the oldest piece of its ring. */
static void drop_first(struct ring_store *s, struct ring *r)
{
    struct piece *p = r->first;
    r->first = p->next;
    *(p->next ? &p->next->prev : &r->last) = NULL;
    r->floor = last_id(p);
    r->floor_withheld = p->items[p->count - 1].withheld;
    *(p->older ? &p->older->newer : &s->oldest) = p->newer;
    *(p->newer ? &p->newer->older : &s->newest) = p->older;
    s->bytes -= size_of(p->count, p->items[p->count - 1].end);
    free(p);
}

void ring_reset(struct ring_store *s, struct ring *r, struct xid floor)
{
    while (r->first)
        drop_first(s, r);
    r->floor = floor;
    r->floor_withheld = r->withheld;
}

void ring_add(struct ring_store *s, struct ring *r, const struct item *items, size_t count,
              const char *bytes)
{
    size_t len = items[count - 1].end;
    struct piece *p = malloc(size_of(count, len));
    if (!p) {
        ring_reset(s, r, items[count - 1].id);
        r->floor_withheld = items[count - 1].withheld;
        return;
    }
    *p = (struct piece){.prev = r->last, .ring = r, .count = count, .older = s->newest};
    memcpy(p->items, items, count * sizeof *items);
    memcpy(&p->items[count], bytes, len);
    *(r->last ? &r->last->next : &r->first) = p;
    r->last = p;
    *(s->newest ? &s->newest->newer : &s->oldest) = p;
    s->newest = p;
    s->bytes += size_of(count, len);
    while (s->bytes > s->max)
        drop_first(s, s->oldest->ring);
}

bool ring_covers(const struct ring *r, struct xid position)
{
    return xid_cmp(r->floor, position) <= 0;
}

/* The number of the first item after position. */
static size_t first_after(const struct piece *p, struct xid position)
{
    size_t from = 0, to = p->count;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (xid_cmp(p->items[middle].id, position) > 0)
            to = middle;
        else
            from = middle + 1;
    }
    return from;
}

bool ring_knows(const struct ring *r, struct xid id)
{
    const struct piece *p = r->last;
    while (p && xid_cmp(p->items[0].id, id) > 0)
        p = p->prev;
    return xid_cmp(p ? p->items[first_after(p, id) - 1].id : r->floor, id) == 0;
}

const struct piece *ring_after(const struct ring *r, struct xid position, size_t *i)
{
    const struct piece *after = NULL;
    for (const struct piece *p = r->last; p && xid_cmp(last_id(p), position) > 0; p = p->prev)
        after = p;
    if (after)
        *i = first_after(after, position);
    return after;
}
