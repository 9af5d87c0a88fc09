/* SPDX-License-Identifier: MIT */
/* hold: see hold.h. */
#include "relay/hold.h"

#include "base/diag.h"
#include "relay/seats.h"

static bool holds_bytes(const struct viewer *v)
{
    return v->charged.own + v->charged.shared > 0;
}

void hold_settle(struct viewer *v)
{
    struct relay *r = v->relay;
    struct charge next = charge_of(v->out.rest.cap, v->blob ? v->blob->len : 0);
    if (v->taken != v->out.taken || !holds_bytes(v)) {
        v->taken = v->out.taken;
        v->moved = r->now;
    }
    seats_charge(r->seats, v->account, &v->charged, next);
}

/* Messages of a channel cannot wait: they would be lost. */
bool hold_is_full(struct viewer *v)
{
    struct relay *r = v->relay;
    if (v->first.view->log->kind != LOG_STREAM || seats_let_on(r->seats, v->account))
        return false;
    r->held_back = true;
    retry_soon(r);
    return true;
}

/* The client comes back with its cursor, so it loses nothing. */
bool hold_is_stalled(const struct viewer *v)
{
    struct relay *r = v->relay;
    if (!holds_bytes(v) || !budget_cuts(seats_room(r->seats, v->account), r->now - v->moved))
        return false;
    diag(DIAG_INFO, "relay", "%s: a stream took nothing for %d s and is cut off: memory is needed",
         v->first.view->log->key, BUDGET_STALL_MS / 1000);
    return true;
}

int64_t hold_stall_due(const struct viewer *v)
{
    int64_t due = v->moved + BUDGET_STALL_MS, soon = v->relay->now + RETRY_MS;
    if (!holds_bytes(v))
        return INT64_MAX;
    return due > soon ? due : soon;
}
