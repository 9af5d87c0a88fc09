/* SPDX-License-Identifier: MIT */
/* fanout: see fanout.h. */
#include "relay/fanout.h"

#include <stdlib.h>

#include "base/clock.h"
#include "redis/resp_bulk.h"
#include "relay/follower.h"
#include "relay/viewer.h"

void fanout_begin(struct log *l)
{
    l->fanout_us = 0;
    l->slice_began = clock_us();
}

static bool slice_is_over(const struct log *l)
{
    return clock_us() - l->slice_began >= l->relay->limits.slice_us;
}

/* Hands b to viewers from f on, to all or until the slice is over.  Returns the first that it did
 * not reach. */
static struct follower *hand_out(const struct log *l, struct follower *f, const struct batch *b,
                                 bool all)
{
    for (; f; f = f->next) {
        if (f->place.state != PLACE_LIVE)
            continue;
        if (!all && slice_is_over(l))
            return f;
        viewer_take(f, b);
    }
    return NULL;
}

size_t fanout_size(const struct batch *b)
{
    return sizeof(struct fanout) + b->bytes.len + (b->blob ? b->blob->len : 0);
}

static void enqueue(struct log *l)
{
    struct relay *r = l->relay;
    l->handing_next = NULL;
    *(r->handing ? &r->handing_last->handing_next : &r->handing) = l;
    r->handing_last = l;
}

static void dequeue(struct log *l)
{
    struct relay *r = l->relay;
    struct log **p = &r->handing, *before = NULL;
    for (; *p != l; p = &before->handing_next)
        before = *p;
    *p = l->handing_next;
    if (r->handing_last == l)
        r->handing_last = before;
}

/* The ring or Redis serves viewers from `at` on. */
static void leave_behind(struct relay *r, struct follower *at)
{
    for (; at; at = at->next)
        if (at->place.state == PLACE_LIVE)
            follower_set_place(at, PLACE_BEHIND);
    sweep_by(r, r->now);
}

/* Viewers of w from `at` on get b later.  Frames that wait are no more than the rings
 * hold: a log may have many views.  A channel's are in no other place: pubsub.c bounds them. */
static void give_later(struct view *w, struct follower *at, struct batch *b)
{
    struct log *l = w->log;
    struct relay *r = l->relay;
    size_t size = fanout_size(b);
    bool room = l->kind != LOG_STREAM || r->fanout_bytes + size <= r->rings.max;
    struct fanout *f = room ? malloc(sizeof *f) : NULL, **end = &l->fanouts;
    if (!f) {
        leave_behind(r, at);
        return;
    }
    *f = (struct fanout){.view = w, .at = at};
    batch_move(&f->batch, b);
    l->waiting += size;
    r->fanout_bytes += size;
    if (!l->fanouts)
        enqueue(l);
    while (*end)
        end = &(*end)->next;
    *end = f;
}

void fanout_give(struct view *w, struct batch *b)
{
    const struct log *l = w->log;
    w->ring.withheld = b->withheld;
    b->number_after = (struct withheld_number){b->withheld, true};
    batch_to_ring(l->relay, w, b);
    struct follower *at = hand_out(l, w->followers, b, false); /* none, if an earlier batch waits */
    if (at)
        give_later(w, at, b);
}

bool fanout_end(struct log *l)
{
    l->fanout_us += clock_us() - l->slice_began;
    return !l->fanouts;
}

static void drop(struct log *l, struct fanout **first)
{
    struct fanout *f = *first;
    *first = f->next;
    l->waiting -= fanout_size(&f->batch);
    l->relay->fanout_bytes -= fanout_size(&f->batch);
    batch_free(&f->batch);
    free(f);
}

struct log *fanout_run(struct relay *r)
{
    struct log *l = r->handing;
    if (!l)
        return NULL;
    l->slice_began = clock_us();
    for (struct fanout *f; (f = l->fanouts); drop(l, &l->fanouts)) {
        f->at = hand_out(l, f->at, &f->batch, false);
        if (f->at)
            break;
    }
    dequeue(l);
    if (fanout_end(l))
        return l;
    enqueue(l);
    return NULL;
}

void fanout_finish(struct log *l)
{
    if (!l->fanouts)
        return;
    for (struct fanout *f; (f = l->fanouts); drop(l, &l->fanouts))
        hand_out(l, f->at, &f->batch, true);
    dequeue(l);
}

void fanout_forget(const struct follower *gone)
{
    for (struct fanout *f = gone->view->log->fanouts; f; f = f->next)
        if (f->at == gone)
            f->at = gone->next;
}

void fanout_forget_view(const struct view *w)
{
    struct log *l = w->log;
    bool any = l->fanouts;
    for (struct fanout **p = &l->fanouts; *p;) {
        if ((*p)->view == w)
            drop(l, p);
        else
            p = &(*p)->next;
    }
    if (any && !l->fanouts)
        dequeue(l);
}
