/* SPDX-License-Identifier: MIT */
/* frames: what the oracle expects of frames that are no records. */
#include "sim.h"

void oracle_check_outages(const struct client *c)
{
    for (int i = 0; i < redis.noutages; i++) {
        bool served = false, reported = false;
        for (int k = 0; k < c->n; k++) {
            const struct event *e = &c->events[k];
            served = served || e->stamp < redis.outages[i].from;
            reported =
                reported || (e->kind == EV_SOURCE && !e->live &&
                             e->stamp >= redis.outages[i].from && e->stamp <= redis.outages[i].to);
        }
        if (served && !reported && redis.outages[i].from < c->left &&
            redis.outages[i].from < c->closed)
            oracle_fault(c, "an outage is not reported", "at %d", redis.outages[i].from);
    }
}

const struct event *oracle_bulk_gap(const struct client *c)
{
    static const struct event not_received;
    for (int i = 0; i < c->n && c->view == VIEW_SMARTER && !c->has_cursor; i++) {
        if (c->events[i].kind != EV_LIVE)
            continue;
        if (i + 1 == c->n)
            return c->left != NEVER || c->oom ? &not_received : NULL;
        if (c->events[i + 1].kind == EV_UNAVAILABLE)
            return &not_received;
        return c->events[i + 1].kind == EV_GAP ? &c->events[i + 1] : NULL;
    }
    return NULL;
}

/* It took nothing for long while others waited for the memory, and was cut off.  The check ends
 * with its last event; it would come back with that id. */
static bool was_cut_off(const struct client *c)
{
    return sim.settings[SET_MEMORY] > 0 && c->slow && c->closed != NEVER && !c->over;
}

/* It was cut off; or Redis refused, and the final frame was not taken, or could not be sent inside
 * a bulk or a long record. */
bool oracle_may_lack_final_frame(const struct client *c)
{
    bool has_long = false;
    for (int i = 0; i < redis.nrecs; i++)
        has_long = has_long || redis.recs[i].kind == KIND_LONG;
    if (was_cut_off(c))
        return true;
    return redis.denied_ever &&
           (c->slow || has_long || (c->view == VIEW_SMARTER && (c->over || c->cgi)));
}
