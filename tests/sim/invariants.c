/* SPDX-License-Identifier: MIT */
/*
 * invariants: what always holds of the relay's structures.  The oracle looks at what clients
 * received; this file looks inside the relay.  The checks run after each turn of the relay, and
 * before and after each answer to XINFO STREAM.
 */
#include "sim.h"

#include "relay/fanout.h"
#include "relay/reads.h"

static void fault(const char *what)
{
    if (sim.broken)
        return;
    story("FAULT %s", what);
    sim.broken = what;
}

/* Whether all logs of v are at their tips. */
static bool is_live(const struct viewer *v)
{
    for (const struct follower *f = &v->first; f; f = f->beside)
        if (f->place.state != PLACE_LIVE)
            return false;
    return true;
}

static void check_live(const struct follower *f)
{
    const struct place *p = &f->place;
    struct xid at = cursor_position(&p->cursor);
    if (xid_cmp(at, cursor_position(&f->view->log->tip.cursor)) > 0)
        fault("a live viewer is beyond the tip");
    if (p->cursor.at == CURSOR_OPEN)
        fault("a live viewer has an open cursor");
    if (p->standing != PLACE_MET)
        fault("a live viewer has not met the tip");
}

static void check_follower(const struct follower *f)
{
    const struct viewer *v = f->viewer;
    const struct place *p = &f->place;
    if ((v->state == VIEWER_OPEN) != (p->state != PLACE_NONE))
        fault("an open viewer has no place, or an ended one has a place");
    if (p->state == PLACE_LIVE)
        check_live(f);
    if (v->phase == PHASE_LIVE && p->standing == PLACE_FRESH)
        fault("the live frame was sent while the cursor is open");
    if (p->cursor.at == CURSOR_OPEN && p->standing != PLACE_FRESH)
        fault("an open cursor though records were sent");
    if ((f->waits == WAIT_READ) != (f->read != NULL))
        fault("a viewer waits for a read that is not there");
}

static void check_viewer(const struct viewer *v)
{
    if (v->state == VIEWER_NEW)
        fault("a viewer was left half admitted");
    if (is_live(v) && v->phase != PHASE_LIVE)
        fault("a viewer is at its tips before its live frame");
    for (const struct follower *f = &v->first; f; f = f->beside)
        check_follower(f);
}

static void check_log(const struct log *l)
{
    size_t live = 0;
    for (const struct view *w = l->views; w; w = w->next)
        for (const struct follower *f = w->followers; f; f = f->next)
            live += f->place.state == PLACE_LIVE;
    if (live != l->live)
        fault("the count of live viewers is wrong");
    bool waits = l->tip.state == PLACE_BEHIND || l->tip.state == PLACE_LOCATING;
    if (waits != (l->reading != NULL))
        fault("the tip waits for a read that is not there");
}

/* wanted NULL: the end of the view. */
static bool is_in_log(const struct log *l, const struct view *view, const struct follower *wanted)
{
    const struct view *w = l->views;
    while (w && w != view)
        w = w->next;
    const struct follower *f = w ? w->followers : NULL;
    while (f && f != wanted)
        f = f->next;
    return w && f == wanted;
}

/* Batches go to viewers that are there, and the tip is not read meanwhile. */
static void check_fanouts(const struct log *l)
{
    size_t waiting = 0;
    for (const struct fanout *f = l->fanouts; f; f = f->next) {
        waiting += fanout_size(&f->batch);
        if (!is_in_log(l, f->view, f->at))
            fault("a batch is handed to a viewer that left");
    }
    if (waiting != l->waiting)
        fault("what waits to be handed out is not what is counted");
    if (l->fanouts && l->reading && l->reading->kind == READ_TIP)
        fault("a tip is read on before its records were handed out");
}

/* The logs that hand out, and those that pause, are there. */
static void check_waiting_logs(const struct relay *r)
{
    int handing = 0, gathering = 0;
    for (const struct log *l = r->logs; l; l = l->next) {
        handing += l->fanouts != NULL;
        gathering += l->gathers;
    }
    for (const struct log *l = r->handing; l && handing >= 0; l = l->handing_next)
        handing--;
    for (const struct log *l = r->gathering; l && gathering >= 0; l = l->gather_next)
        gathering--;
    if (handing != 0 || gathering != 0)
        fault("a log that is gone hands out, or pauses");
}

/* A read serves only viewers that asked before it was sent. */
static void check_read(const struct read *q)
{
    for (const struct follower *f = q->waiters; f; f = f->wait_next)
        if (f->read != q || !place_is_answered_by(&f->place, q->number))
            fault("a viewer waits for a read that was sent before the viewer joined");
}

/* Each byte that is held is charged. */
static void check_budget(const struct relay *r)
{
    size_t sum = 0;
    for (const struct viewer *v = r->all; v; v = v->all_next) {
        sum += v->charged.own;
        size_t blob = v->blob ? v->blob->len : 0;
        if (v->state == VIEWER_OPEN &&
            (v->charged.own != v->out.rest.cap || v->charged.shared != blob))
            fault("bytes are held that are not charged");
    }
    for (const struct large *g = r->larges; g; g = g->next)
        sum += g->charged.own;
    if (sum != r->budget.used)
        fault("the bytes of the process are not those of its viewers");
}

/* Frames that wait for the next slice are counted. */
static void check_slices(const struct relay *r)
{
    size_t all = 0, of_streams = 0;
    for (const struct log *l = r->logs; l; l = l->next) {
        all += l->waiting;
        of_streams += l->kind == LOG_STREAM ? l->waiting : 0;
    }
    if (all != r->fanout_bytes || of_streams > r->rings.max)
        fault("frames wait for the next slice that are not counted, or are too many");
}

static void check_gzip(const struct relay *r)
{
    bool any = false;
    for (const struct viewer *v = r->all; v; v = v->all_next)
        any = any || v->gzip;
    if (any != (r->gzip != NULL))
        fault("a compressor is kept for no stream, or a compressed stream has none");
}

void invariants_check(void)
{
    const struct relay *r = sim.relay;
    uint64_t open = 0, behind = 0;
    for (const struct viewer *v = r->all; v; v = v->all_next) {
        check_viewer(v);
        open += v->state == VIEWER_OPEN;
        for (const struct follower *f = &v->first; f; f = f->beside)
            behind += v->state == VIEWER_OPEN && f->place.state != PLACE_LIVE;
    }
    for (const struct log *l = r->logs; l; l = l->next) {
        check_log(l);
        check_fanouts(l);
    }
    for (const struct read *q = r->reads; q; q = q->next)
        check_read(q);
    check_waiting_logs(r);
    check_budget(r);
    check_slices(r);
    check_gzip(r);
    if (open != r->stats.viewers || behind != r->stats.behind)
        fault("the counts of viewers are wrong");
}

/* ---- XINFO ---- */

/* Counts viewers of the log that came after the XINFO of this number was sent, and that still wait
 * for an XINFO or have ended. */
static int count_too_late(const struct log *l, uint64_t number)
{
    int n = 0;
    for (const struct viewer *v = sim.relay->all; v; v = v->all_next)
        for (const struct follower *f = &v->first; f; f = f->beside)
            n += f->view && f->view->log == l && f->place.came > number &&
                 (f->place.state == PLACE_ASKING || v->state != VIEWER_OPEN);
    return n;
}

static uint64_t info_number;
static int too_late;

void invariants_before_info(const struct log *l)
{
    info_number = l->info_number;
    too_late = count_too_late(l, info_number);
}

void invariants_after_info(const struct log *l)
{
    if (count_too_late(l, info_number) < too_late)
        fault("an XINFO placed a viewer that joined after it was sent");
}
