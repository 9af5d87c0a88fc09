/* SPDX-License-Identifier: MIT */
/* counts: see counts.h. */
#include "relay/counts.h"

/* The last frame before item i of p; p NULL: of all.  NULL: there is none. */
static const struct item *frame_before(const struct ring *r, const struct piece *p, size_t i)
{
    const struct piece *before = p ? p->prev : r->last;
    if (p && i > 0)
        return &p->items[i - 1];
    return before ? &before->items[before->count - 1] : NULL;
}

struct withheld_number counts_number_at(const struct ring *r, const struct piece *p, size_t i,
                                        const struct cursor *c)
{
    const struct item *before = frame_before(r, p, i);
    if (p && c->at == CURSOR_NEXT && xid_cmp(p->items[i].id, c->id) == 0)
        return (struct withheld_number){p->items[i].withheld, true};
    struct xid id = before ? before->id : r->floor;
    uint32_t n = before ? before->withheld : r->floor_withheld;
    return (struct withheld_number){n, c->at == CURSOR_SENT && xid_cmp(id, c->id) == 0};
}

void counts_begin_again(struct stream_counts *c)
{
    if (c->withheld > 0)
        c->withheld = -1;
}

void counts_add_gap(struct stream_counts *c, int64_t lost)
{
    if (lost > 0)
        c->lost += (uint64_t)lost;
}
