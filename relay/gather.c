/* SPDX-License-Identifier: MIT */
/* gather: see gather.h. */
#include "relay/gather.h"

#include "base/clock.h"

/* A pause is so many times as long as the hand-out before it.  docs/performance.md has the
 * measurements. */
#define TIMES 12

int64_t gather_pause(unsigned limit, int64_t took)
{
    int64_t pause = TIMES * took / 1000;
    return pause < limit ? pause : limit;
}

void gather_begin(struct log *l)
{
    int64_t pause = gather_pause(l->relay->limits.gather_ms, l->fanout_us);
    l->read_at = pause > 0 ? clock_ms() + pause : 0;
}

bool gather_holds(struct log *l)
{
    struct relay *r = l->relay;
    if (r->now >= l->read_at)
        return false;
    if (!l->gathers) {
        l->gathers = true;
        l->gather_next = r->gathering;
        r->gathering = l;
    }
    return true;
}

void gather_forget(struct log *l)
{
    struct log **p = &l->relay->gathering;
    if (!l->gathers)
        return;
    while (*p != l)
        p = &(*p)->gather_next;
    *p = l->gather_next;
    l->gathers = false;
}

struct log *gather_next(struct relay *r)
{
    struct log *l = r->gathering;
    while (l && r->now < l->read_at)
        l = l->gather_next;
    if (l)
        gather_forget(l);
    return l;
}

int64_t gather_due(const struct relay *r)
{
    int64_t due = INT64_MAX;
    for (const struct log *l = r->gathering; l; l = l->gather_next)
        due = l->read_at < due ? l->read_at : due;
    return due;
}
