/* SPDX-License-Identifier: MIT */
/* waitlist: see waitlist.h. */
#include "relay/waitlist.h"

#include "relay/seats.h"
#include "relay/viewer.h"

void waitlist_add(struct relay *r, struct admission *a)
{
    struct admission **end = &r->waitlist;
    while (*end)
        end = &(*end)->next;
    a->next = NULL;
    a->refuse_at = r->now + WAITLIST_MS;
    *end = a;
}

void waitlist_probe(struct relay *r)
{
    if (!r->waitlist || r->now < r->probe_at)
        return;
    r->probe_at = r->now + WAITLIST_PROBE_MS;
    for (struct viewer *v = r->all; v; v = v->all_next)
        if (v->seated && seats_are_awaited(r->seats, v->account))
            viewer_probe(v);
}

static struct admission *take_out(struct admission **at)
{
    struct admission *a = *at;
    *at = a->next;
    return a;
}

struct admission *waitlist_seated(struct relay *r)
{
    unsigned given = seats_given(r->seats);
    if (given == r->seats_given)
        return NULL;
    for (struct admission **at = &r->waitlist; *at; at = &(*at)->next) {
        if (seats_claim(r->seats, (*at)->seat)) {
            (*at)->refused = SEAT_TAKEN;
            return take_out(at);
        }
    }
    r->seats_given = given;
    return NULL;
}

struct admission *waitlist_overdue(struct relay *r)
{
    struct admission *first = r->waitlist; /* all wait equally long */
    if (!first || (!r->stop_by && r->now < first->refuse_at))
        return NULL;
    return take_out(&r->waitlist);
}

int64_t waitlist_due(const struct relay *r)
{
    if (!r->waitlist)
        return INT64_MAX;
    return r->probe_at < r->waitlist->refuse_at ? r->probe_at : r->waitlist->refuse_at;
}
