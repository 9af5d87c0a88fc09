/* SPDX-License-Identifier: MIT */
/*
 * viewer: see viewer.h.  viewer_step() is the whole of a turn.  First goes what waits to be
 * flushed, then a long record's next piece, then news about the stream, then records.
 */
#include "relay/viewer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

#include "base/diag.h"
#include "relay/emit.h"
#include "relay/hold.h"
#include "relay/presence.h"
#include "relay/reads.h"
#include "relay/replaces.h"
#include "relay/seats.h"
#include "relay/trace.h"

#define TURNS    16     /* writes for one viewer before others get a turn */
#define DRAIN_MS 600000 /* how long an answer's rest may take to be read, with progress */
#define STOP_MS  1000   /* the same when we are stopping */
#define POLL_MS  5000   /* how long a poll may take, and go on without progress */

static int64_t now_of(const struct viewer *v)
{
    return v->relay->now;
}

static void watch(struct viewer *v, bool out)
{
    if (v->unpollable && out)
        sweep_by(v->relay, now_of(v));
    if (v->watch_out == out || v->unpollable || v->out.fd < 0)
        return;
    struct epoll_event e = {.data.ptr = v};
    e.events = (v->out.request ? EPOLLIN | EPOLLRDHUP : 0) | (out ? EPOLLOUT : 0);
    epoll_ctl(v->relay->epoll, EPOLL_CTL_MOD, v->out.fd, &e);
    v->watch_out = out;
}

/* ---- its place ---- */

static bool is_behind(const struct viewer *v)
{
    return v->state == VIEWER_OPEN && v->place.state != PLACE_LIVE;
}

/* Adds v to the counts by place (by 1), or takes it away (by -1). */
static void count(struct viewer *v, int by)
{
    if (v->place.state == PLACE_LIVE)
        v->view->log->live += (unsigned)by;
    if (is_behind(v))
        v->relay->stats.behind += (uint64_t)by;
}

void viewer_set_place(struct viewer *v, enum place_state state)
{
    count(v, -1);
    v->place.state = state;
    count(v, 1);
}

void viewer_seek_place(struct viewer *v)
{
    count(v, -1);
    reads_forget(v);
    place_seek(&v->place);
    count(v, 1);
}

void viewer_seek_missing(struct viewer *v)
{
    viewer_seek_place(v);
    place_seek_missing(&v->place, v->relay->requests);
}

/* ---- one step ---- */

enum step { STEP_ON, STEP_WAIT, STEP_FULL, STEP_GONE, STEP_POLLED };

static enum step step_of(enum out_result r)
{
    return r == OUT_SENT ? STEP_ON : r == OUT_FULL ? STEP_FULL : STEP_GONE;
}

static enum step go_live(struct viewer *v)
{
    place_join(&v->place, &v->view->log->tip);
    enum out_result r = emit_live(v);
    if (r != OUT_SENT)
        return step_of(r);
    viewer_set_place(v, PLACE_LIVE);
    return v->poll && !v->gap ? STEP_POLLED : STEP_ON;
}

/* *need: what the relay has to do for it. */
static enum step step_to_place(struct viewer *v, enum place_step *need)
{
    const struct log *l = v->view->log;
    place_see_tip(&v->place, l->proven);
    struct place_facts facts = {.tip = l->tip.state == PLACE_NONE ? NULL : &l->tip.cursor,
                                .proven = l->proven,
                                .ring = emit_in_bulk(v) ? NULL : &v->view->ring,
                                .reading = v->waits == WAIT_READ};
    enum place_step step = place_next(&v->place, &facts);
    if ((step == PLACE_READ || step == PLACE_FROM_RING) && hold_is_full(v))
        return STEP_WAIT;
    if (step == PLACE_READ || step == PLACE_FROM_RING)
        v->place.proof = 0; /* records follow: a proof of the end is asked for after them */
    if (step == PLACE_FROM_RING)
        return step_of(emit_from_ring(v));
    if (step == PLACE_GO_LIVE)
        return go_live(v);
    *need = step;
    return STEP_WAIT;
}

static void forget_head(struct viewer *v)
{
    if (v->head)
        buf_free(v->head);
    free(v->head);
    v->head = NULL;
}

static enum out_result put_head(struct viewer *v)
{
    enum out_result r = v->head ? emit_head(v, v->head) : OUT_SENT;
    if (r == OUT_SENT)
        forget_head(v);
    return r;
}

static enum step viewer_step(struct viewer *v, enum place_step *need)
{
    enum out_result flushed = out_flush(&v->out);
    if (flushed != OUT_SENT)
        return step_of(flushed);
    bool down = v->relay->down || (v->poll && v->poll->away);
    bool withheld = v->head && place_is_sought(&v->place) && !down;
    if (v->head && !withheld)
        return step_of(put_head(v));
    if (v->state == VIEWER_DRAINING)
        return STEP_GONE; /* all is sent */
    if (withheld)
        return step_to_place(v, need);
    if (v->blob)
        return step_of(emit_long_on(v));
    if (v->gap && !emit_in_bulk(v))
        return step_of(emit_gap(v));
    if (v->told_lost != down && !emit_in_bulk(v))
        return step_of(emit_source(v, !down));
    if (v->poll && (down || v->place.state == PLACE_LIVE))
        return STEP_POLLED;
    if (v->place.state == PLACE_BEHIND && v->view->log->kind != LOG_STREAM &&
        v->phase != PHASE_LIVE) /* there is no history before it */
        return step_of(emit_live(v));
    return step_to_place(v, need);
}

enum place_step viewer_serve(struct viewer *v)
{
    enum place_step need = PLACE_WAIT;
    enum step s = STEP_ON;
    if (v->state == VIEWER_CLOSED)
        return PLACE_WAIT;
    for (int i = 0; i < TURNS && s == STEP_ON; i++)
        s = viewer_step(v, &need);
    if (s == STEP_POLLED) { /* it is served once more in there */
        viewer_end(v, END_POLL);
        return PLACE_WAIT;
    }
    if (s == STEP_GONE)
        viewer_close(v);
    else
        watch(v, s != STEP_WAIT); /* STEP_ON: again when the others had their turn */
    hold_settle(v);
    return need;
}

bool viewer_is_idle(const struct viewer *v)
{
    return is_behind(v) && v->waits == WAIT_NONE && !v->watch_out;
}

/* ---- records ---- */

/* A long record begins; its viewer is BEHIND until all of it is sent. */
static enum out_result take_blob(struct viewer *v, const struct batch *b)
{
    enum out_result r = emit_long_begins(v, b);
    if (r != OUT_SENT)
        return r;
    viewer_set_place(v, PLACE_BEHIND);
    watch(v, true);
    return OUT_SENT;
}

/* Whether a viewer at the tip takes b only later, because memory is short: a small batch goes
 * out. */
static bool waits_for_memory(struct viewer *v, const struct batch *b)
{
    bool large = b->blob || b->bytes.len > WRITE_BYTES;
    return large && v->place.state == PLACE_LIVE && hold_is_full(v);
}

static void take(struct viewer *v, const struct batch *b)
{
    if ((v->gap && !emit_in_bulk(v)) || v->blob) { /* must be through first */
        viewer_set_place(v, PLACE_BEHIND);
        watch(v, true);
        return;
    }
    if (waits_for_memory(v, b)) {
        viewer_set_place(v, PLACE_BEHIND);
        return;
    }
    bool ahead = xid_cmp(cursor_position(&v->place.cursor), b->after.id) > 0;
    enum out_result r = emit_items(v, b);
    if (r == OUT_SENT && b->blob &&
        xid_cmp(cursor_position(&v->place.cursor), b->after_blob.id) < 0)
        r = take_blob(v, b);
    else if (r == OUT_SENT && !b->blob && !ahead)
        v->place.cursor = b->after;
    if (r == OUT_SENT)
        v->place.clear_to = b->clear_to;
    if (r == OUT_GONE) {
        viewer_close(v);
    } else if (r == OUT_FULL) {
        viewer_set_place(v, PLACE_BEHIND);
        watch(v, true);
    } else if (v->out.rest.len > 0) {
        watch(v, true);
    }
}

void viewer_take(struct viewer *v, const struct batch *b)
{
    take(v, b);
    hold_settle(v);
}

void viewer_add_gap(struct viewer *v, const struct gap *gap)
{
    if (v->gap) {
        place_widen_gap(v->gap, gap);
    } else if ((v->gap = malloc(sizeof *v->gap))) {
        *v->gap = *gap;
    } else { /* never a silent loss: the client comes back and is told then */
        trace_close(v, "memory", NULL);
        viewer_close(v);
    }
}

/* ---- the end ---- */

static void leave(struct viewer *v, enum viewer_state state)
{
    struct relay *r = v->relay;
    bool listed = v->state == VIEWER_DRAINING && v->view; /* on relay->ended already */
    replaces_remove(v);
    count(v, -1);
    v->place.state = PLACE_NONE;
    r->stats.viewers -= v->state == VIEWER_OPEN;
    v->state = state;
    if (listed)
        return;
    v->ended_next = r->ended;
    r->ended = v;
}

/* After the final frame only the flush remains: free the viewer's seat now. */
static void drain(struct viewer *v)
{
    struct relay *r = v->relay;
    out_finish(&v->out);
    replaces_remove(v); /* it names the seat */
    if (v->seated)
        seats_give(r->seats, v->account);
    v->seated = false;
    leave(v, VIEWER_DRAINING);
    v->moved = r->now; /* the peer gets time for the final frame */
    v->ends = r->now + (r->stop_by ? STOP_MS : DRAIN_MS);
    sweep_by(r, r->now + (r->stop_by ? STOP_MS : BUDGET_STALL_MS));
    blob_unref(v->blob);
    v->blob = NULL;
    viewer_serve(v);
}

/* Inside a long record no frame may follow: the client drops the unfinished event and resumes
 * before it. */
static void put_final_frame(struct viewer *v, struct buf *b, const char *reason, const char *text)
{
    if (put_head(v) == OUT_SENT)
        emit_final(v, v->blob || b->failed ? slice_make(NULL, 0) : buf_slice(b));
    forget_head(v);
    buf_free(b);
    trace_close(v, reason, text);
    drain(v);
}

void viewer_end(struct viewer *v, enum end_reason reason)
{
    struct buf b;
    if (v->state != VIEWER_OPEN)
        return;
    if (reason == END_POLL)
        presence_polled(v);
    emit_end(v, &b, reason);
    put_final_frame(v, &b, end_reason_name(reason), NULL);
}

void viewer_fail(struct viewer *v, const char *reason)
{
    struct buf b;
    if (v->state != VIEWER_OPEN)
        return;
    emit_failure(v, &b, reason);
    put_final_frame(v, &b, "failed", reason);
}

/* reason: for the log. */
static void close_for(struct viewer *v, const char *reason)
{
    trace_close(v, reason, NULL);
    if (v->state != VIEWER_CLOSED)
        leave(v, VIEWER_CLOSED);
}

void viewer_close(struct viewer *v)
{
    close_for(v, v->relay->stop_by ? "shutdown" : "gone");
}

void viewer_free(struct viewer *v)
{
    struct relay *r = v->relay;
    if (!v->unpollable && v->out.fd >= 0)
        epoll_ctl(r->epoll, EPOLL_CTL_DEL, v->out.fd, NULL);
    out_close(&v->out);
    blob_unref(v->blob);
    v->blob = NULL;
    hold_settle(v);
    if (v->seated)
        seats_give(r->seats, v->account);
    if (v->account)
        seats_release(r->seats, v->account);
    *v->all_at = v->all_next;
    if (v->all_next)
        v->all_next->all_at = v->all_at;
    presence_remove(v);
    forget_head(v);
    emit_end_gzip(v);
    poll_free(v->poll);
    free(v->gap);
    free(v);
}

/* ---- times, events ---- */

static void keep_alive(struct viewer *v)
{
    v->kept = now_of(v);
    enum out_result r = put_head(v); /* Redis is away for long: the client gets its head */
    bool inside = v->blob || emit_in_bulk(v) || v->gap;
    if (r != OUT_GONE) /* while it has not taken what it was sent, that takes the place */
        r = inside || v->out.rest.len > 0 ? out_flush(&v->out) : emit_keepalive(v);
    if (r == OUT_GONE)
        viewer_close(v);
    else if (r == OUT_FULL || v->out.rest.len > 0)
        watch(v, true);
    hold_settle(v);
}

/* An answer, or a final frame, which the peer does not take. */
static int64_t check_drain(struct viewer *v)
{
    int64_t stalled = v->moved + BUDGET_STALL_MS, due = v->ends < stalled ? v->ends : stalled;
    if (now_of(v) < due)
        return due;
    v->relay->stats.cut_off++;
    viewer_close(v);
    return INT64_MAX;
}

void viewer_probe(struct viewer *v)
{
    if (v->state == VIEWER_OPEN && !v->head) /* a head that is withheld waits for Redis */
        keep_alive(v);
}

/* A poll whose time is over goes on while its peer takes bytes: a long history is sent whole. */
static bool poll_goes_on(struct viewer *v)
{
    struct poll *p = v->poll;
    if (!p || v->end_reason != END_POLL || p->taken == v->out.taken || now_of(v) >= p->latest)
        return false;
    p->taken = v->out.taken;
    v->ends = now_of(v) + POLL_MS;
    return true;
}

int64_t viewer_check_times(struct viewer *v)
{
    struct relay *r = v->relay;
    int64_t now = now_of(v), every = (int64_t)v->keepalive * 1000;
    if (v->state == VIEWER_CLOSED)
        return INT64_MAX;
    if (v->state == VIEWER_DRAINING)
        return check_drain(v);
    if (hold_is_stalled(v)) {
        r->stats.cut_off++;
        close_for(v, "stalled");
        return INT64_MAX;
    }
    presence_check(v);
    if (now >= v->ends && !poll_goes_on(v)) {
        viewer_end(v, v->end_reason);
        return now + STOP_MS;
    }
    if (now >= v->kept + every)
        keep_alive(v);
    int64_t due = v->kept + every < v->ends ? v->kept + every : v->ends;
    return due < hold_stall_due(v) ? due : hold_stall_due(v);
}

bool viewer_event(struct viewer *v, uint32_t events)
{
    if (v->state == VIEWER_CLOSED)
        return false;
    bool gone = events & (EPOLLERR | EPOLLHUP);
    if (!gone && v->out.request != 0 && events & (EPOLLIN | EPOLLRDHUP) &&
        out_drain_input(&v->out) == OUT_GONE) {
        gone = true;
        /* The web server may still read. Without an end it logs an error, with the query. */
        out_finish(&v->out);
    }
    if (gone)
        viewer_close(v);
    return !gone && events & EPOLLOUT;
}

/* ---- the beginning ---- */

static struct viewer *make(struct relay *r, struct out out)
{
    struct viewer *v = calloc(1, sizeof *v);
    struct epoll_event e = {.events = out.request ? EPOLLIN | EPOLLRDHUP : 0, .data.ptr = v};
    bool watched = v && epoll_ctl(r->epoll, EPOLL_CTL_ADD, out.fd, &e) == 0;
    bool unpollable = v && !watched && errno == EPERM;
    if (v && !watched && !unpollable)
        diag(DIAG_ERROR, "relay", "cannot watch a connection: %s", strerror(errno));
    if (!watched && !unpollable) {
        free(v);
        out_close(&out);
        return NULL;
    }
    v->relay = r;
    v->out = out;
    v->ends = INT64_MAX;
    v->kept = v->moved = r->now;
    v->all_next = r->all;
    v->all_at = &r->all;
    if (v->all_next)
        v->all_next->all_at = &v->all_next;
    r->all = v;
    v->unpollable = unpollable;
    return v;
}

void viewer_new_drain(struct relay *r, struct out out, struct seat *account, struct charge charged)
{
    struct viewer *v = make(r, out);
    if (!v) {
        seats_charge(r->seats, account, &charged, (struct charge){0});
        if (account)
            seats_release(r->seats, account);
        return;
    }
    v->account = account;
    v->charged = charged;
    v->state = VIEWER_DRAINING;
    v->ends = r->now + DRAIN_MS;
    sweep_by(r, v->moved + BUDGET_STALL_MS);
    viewer_serve(v);
}

/* Lifetime or the identity's end, whichever comes first. */
static void set_end(struct viewer *v, const struct admission *a)
{
    struct timespec wall;
    clock_gettime(CLOCK_REALTIME, &wall);
    /* In whole ms of two clocks: rather one too many than one too few. */
    int64_t left = (a->ends - (int64_t)wall.tv_sec) * 1000 - wall.tv_nsec / 1000000 + 1;
    int64_t identity = a->ends ? now_of(v) + left : INT64_MAX;
    int64_t lifetime = a->lifetime ? now_of(v) + (int64_t)a->lifetime * 1000 : INT64_MAX;
    v->ends = identity < lifetime ? identity : lifetime;
    v->end_reason = identity < lifetime ? END_EXPIRED : END_LIFETIME;
    if (!v->poll || v->ends <= now_of(v) + POLL_MS)
        return;
    v->poll->latest = v->ends - POLL_MS;
    v->ends = now_of(v) + POLL_MS;
    v->end_reason = END_POLL;
}

struct viewer *viewer_new(struct relay *r, struct admission *a)
{
    struct viewer *v = make(r, a->out);
    a->out.fd = -1;
    buf_init(&a->out.rest, 0);
    if (!v)
        return NULL;
    v->seated = a->seat;
    v->account = a->seat ? seats_hold(r->seats, a->seat) : NULL;
    a->seat = NULL;
    v->presence = a->presence;
    a->presence = NULL;
    v->poll = a->poll;
    a->poll = NULL;
    v->keepalive = a->keepalive;
    v->keepalive_fixed = a->profile->keepalive_fixed;
    v->retry = a->retry;
    v->phase = a->has_cursor ? PHASE_RESUME : PHASE_NEW;
    v->place.history = a->history;
    v->place.since = a->since;
    v->place.since_all = a->since_all;
    v->place.once = a->profile->late;
    v->place.standing = a->has_cursor ? PLACE_CLAIMED : PLACE_FRESH;
    v->place.came = r->requests;
    v->place.to_prove = v->poll;
    v->place.cursor = (struct cursor){.id = a->cursor,
                                      .at = CURSOR_SENT,
                                      .rank = xid_cmp(a->cursor, XID_ZERO) == 0 ? 0 : RANK_UNKNOWN};
    v->told = a->cursor;
    v->told_any = a->has_cursor;
    return v;
}

/* The head and the first frame go out in one flush. */
void viewer_begin(struct viewer *v, struct admission *a)
{
    struct relay *r = v->relay;
    struct buf *head = &a->head;
    v->state = VIEWER_OPEN;
    v->place.state = PLACE_ASKING;
    count(v, 1);
    r->stats.viewers++;
    r->stats.accepted++;
    r->stats.polls += v->poll != NULL;
    set_end(v, a);
    presence_check(v);
    if (a->cursor_lost)
        viewer_add_gap(v, &(struct gap){.lost = -1, .after_unknown = true});
    trace_open(v, a->shown);
    emit_first_frame(v, head, a->client, a->gzip);
    if (v->view->profile->late && !head->failed && (v->head = malloc(sizeof *v->head))) {
        *v->head = *head;
        buf_init(head, 0);
    } else if (head->failed || emit_head(v, head) != OUT_SENT) {
        viewer_close(v);
    }
}
