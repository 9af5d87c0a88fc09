/* SPDX-License-Identifier: MIT */
/*
 * pubsub: logs whose source is Pub/Sub or a group of channels.c.  There is nothing to read again:
 * a viewer that falls out of the ring is told how many messages it missed, and an outage of Redis
 * is told as a gap of unknown size.
 */
#include "format/record.h"
#include "relay/relay_parts.h"

/* A message has no id of Redis's; its place among those received stands in for one, and never
 * leaves us. */
void pubsub_deliver(struct log *l, struct slice payload)
{
    struct relay *r = l->relay;
    if (!l->known)
        return;
    struct cursor from = l->tip;
    l->tip = (struct cursor){.id = xid_next(from.id), .at = CURSOR_SENT, .rank = RANK_UNKNOWN};
    r->stats.records++;
    for (struct view *w = l->views; w; w = w->next) {
        struct record rec;
        struct batch *b = &r->batch;
        batch_begin(b, &l->tip, false);
        record_from_message(&rec, l->tip.id, payload);
        int bad = filter_pass(w->filter, &rec) ? batch_add(r, b, w, &rec, 0) : 0;
        record_end(&rec);
        if (bad)
            log_leave_behind(w, l->tip.id);
        else
            batch_hand_out(r, w, b);
    }
}

void pubsub_came(struct relay *r, struct slice channel, struct slice payload)
{
    struct log *l = log_find(r, LOG_PUBSUB, channel.p);
    if (l)
        pubsub_deliver(l, payload);
}

/* Those that waited for it are LIVE from here on. */
void pubsub_stands(struct log *l)
{
    for (struct view *w = l->views; w; w = w->next) {
        for (struct viewer *v = w->viewers, *next; v; v = next) {
            next = v->next;
            if (v->state != VIEWER_PLACING)
                continue;
            v->cursor = l->tip;
            viewer_set_state(v, VIEWER_BEHIND);
            viewer_serve(v);
        }
    }
}

void pubsub_begin(struct log *l)
{
    struct relay *r = l->relay;
    if (!l->known) {
        l->known = true;
        for (struct view *w = l->views; w; w = w->next)
            ring_reset(&r->rings, &w->ring, l->tip.id);
    }
    pubsub_stands(l);
}

void pubsub_subscribed(struct relay *r, struct slice channel)
{
    struct log *l = log_find(r, LOG_PUBSUB, channel.p);
    if (l)
        pubsub_begin(l);
    else
        redis_feed_unsubscribe(r->feed, channel.p); /* its viewers left meanwhile */
}

void pubsub_refused(struct relay *r)
{
    for (struct log *l = r->logs; l; l = l->next)
        if (l->kind == LOG_PUBSUB && !l->known)
            log_fail_all(l, REDIS_REFUSED);
}

/* A viewer that fell out of the ring: what it missed is gone, and counted. */
void pubsub_skip_to_ring(struct viewer *v)
{
    struct xid floor = v->view->ring.floor;
    struct gap gap = {.lost = (int64_t)(floor.seq - v->cursor.id.seq)};
    v->cursor = (struct cursor){.id = floor, .at = CURSOR_SENT, .rank = RANK_UNKNOWN};
    viewer_tell_gap(v, &gap);
}
