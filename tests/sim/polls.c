/* SPDX-License-Identifier: MIT */
/* polls: how the stream of a client that polls has to end; the other parts of the oracle check its
 * records. */
#include "sim.h"

/* Whether a fault may have taken the end from it. */
static bool may_be_cut(const struct client *c)
{
    return c->left != NEVER || c->oom || c->slow || oracle_may_lack_final_frame(c);
}

void oracle_check_poll(const struct client *c)
{
    bool live = false, ended = false;
    for (int i = 0; i < c->n; i++) {
        enum event_kind kind = c->events[i].kind;
        if (live && (kind == EV_RECORD || kind == EV_GAP || kind == EV_SOURCE) &&
            c->view != VIEW_SMARTER)
            oracle_fault(c, "a poll goes on after live", "event %d", i);
        live = live || kind == EV_LIVE;
        ended = ended || kind == EV_END;
    }
    if (c->held || c->closed == NEVER)
        oracle_fault(c, "a poll is held", "closed %d", c->closed);
    if (live && !ended && !may_be_cut(c))
        oracle_fault(c, "a poll has no final frame", "closed %d", c->closed);
}
