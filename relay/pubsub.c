/* SPDX-License-Identifier: MIT */
/* pubsub: see pubsub.h. */
#include "relay/pubsub.h"

#include "format/record.h"
#include "relay/fanout.h"
#include "relay/trace.h"
#include "relay/follower.h"
#include "relay/viewer.h"

/* ---- both kinds ---- */

/* A message has no id of Redis's.  Its number among those received stands in for one, and no client
 * is told it. */
void pubsub_deliver(struct log *l, struct slice payload)
{
    struct relay *r = l->relay;
    struct cursor *tip = &l->tip.cursor;
    if (l->tip.state == PLACE_NONE)
        return;
    *tip = (struct cursor){.id = xid_next(tip->id), .at = CURSOR_SENT, .rank = RANK_UNKNOWN};
    r->stats.records++;
    if (l->waiting >= r->limits.read_bytes) /* as much as one read of a stream brings */
        fanout_finish(l);
    if (!l->fanouts)
        fanout_begin(l);
    for (struct view *w = l->views; w; w = w->next) {
        struct record rec;
        struct batch *b = &r->batch;
        batch_begin(b, tip, EPOCH_UNKNOWN, false);
        batch_number(b, w);
        record_from_message(&rec, tip->id, payload);
        int bad = batch_add(r, b, w, &rec, 0);
        record_end(&rec);
        if (bad)
            log_leave_behind(w, tip->id);
        else
            fanout_give(w, b);
    }
}

/* Viewers that wait for the subscription begin at the tip. */
static void begin_all(struct log *l)
{
    for (struct view *w = l->views; w; w = w->next) {
        for (struct follower *f = w->followers; f; f = f->next) {
            if (!place_is_sought(&f->place))
                continue;
            f->place.cursor = l->tip.cursor;
            follower_set_place(f, PLACE_BEHIND);
            log_serve(f->viewer);
        }
    }
}

void pubsub_stands(struct log *l)
{
    struct relay *r = l->relay;
    if (l->tip.state == PLACE_NONE) {
        l->tip.state = PLACE_LIVE;
        for (struct view *w = l->views; w; w = w->next)
            ring_reset(&r->rings, &w->ring, l->tip.cursor.id);
    }
    begin_all(l);
}

bool pubsub_skip(struct follower *f, enum place_step need)
{
    struct xid floor = f->view->ring.floor;
    struct gap gap = {.lost = (int64_t)(floor.seq - f->place.cursor.id.seq)};
    if (need != PLACE_READ)
        return false;
    f->number.known = false;
    f->place.cursor = (struct cursor){.id = floor, .at = CURSOR_SENT, .rank = RANK_UNKNOWN};
    viewer_add_gap(f, &gap);
    return true;
}

/* Messages published while Redis is away are lost, an unknown number of them. */
void pubsub_down(struct log *l)
{
    static const struct gap unknown = {.lost = -1};
    if (l->tip.state == PLACE_NONE)
        return;
    fanout_finish(l);
    l->tip.state = PLACE_NONE;
    for (struct view *w = l->views; w; w = w->next) {
        for (struct follower *f = w->followers; f; f = f->next) {
            if (f->viewer->state != VIEWER_OPEN)
                continue;
            follower_set_place(f, PLACE_ASKING);
            viewer_add_gap(f, &unknown);
        }
    }
}

/* ---- Pub/Sub ---- */

static void subscribe(struct log *l)
{
    struct relay *r = l->relay;
    l->unasked = r->up && redis_feed_subscribe(r->feed, l->key) != 0;
    if (l->unasked)
        retry_soon(r);
}

static void begin(struct follower *f)
{
    struct log *l = f->view->log;
    f->place.standing = PLACE_MET;
    if (l->tip.state == PLACE_NONE)
        subscribe(l);
    else
        begin_all(l);
}

static void nothing(struct log *l)
{
    (void)l;
}

static int64_t check(struct log *l)
{
    if (l->unasked && l->views)
        subscribe(l);
    return INT64_MAX;
}

static void stop(struct log *l)
{
    if (l->tip.state != PLACE_NONE)
        redis_feed_unsubscribe(l->relay->feed, l->key);
}

const struct log_source pubsub_source = {begin,     pubsub_skip, nothing, check,
                                         subscribe, pubsub_down, stop};

void pubsub_message(struct relay *r, struct slice channel, struct slice payload)
{
    struct log *l = log_find(r, LOG_PUBSUB, channel.p);
    if (l)
        pubsub_deliver(l, payload);
}

void pubsub_subscribed(struct relay *r, struct slice channel)
{
    struct log *l = log_find(r, LOG_PUBSUB, channel.p);
    if (l)
        pubsub_stands(l);
    else
        redis_feed_unsubscribe(r->feed, channel.p); /* its viewers left meanwhile */
}

void pubsub_refused(struct relay *r)
{
    for (struct log *l = r->logs; l; l = l->next)
        if (l->kind == LOG_PUBSUB && l->tip.state == PLACE_NONE) {
            trace_channel(r, l->key);
            log_fail_all(l, REDIS_REFUSED);
        }
}
