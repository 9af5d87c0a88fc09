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
#include "relay/follower.h"
#include "relay/hold.h"
#include "relay/presence.h"
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

/* ---- one step ---- */

enum step { STEP_ON, STEP_WAIT, STEP_FULL, STEP_GONE, STEP_POLLED };

static enum step step_of(enum out_result r)
{
    return r == OUT_SENT ? STEP_ON : r == OUT_FULL ? STEP_FULL : STEP_GONE;
}

/* A gap is to be told before anything else. */
static bool owes_gap(const struct viewer *v)
{
    return followers_have_gap(v) && !emit_in_bulk(v);
}

static enum step go_live(struct follower *f)
{
    struct viewer *v = f->viewer;
    place_join(&f->place, &f->view->log->tip);
    f->number = (struct withheld_number){f->view->ring.withheld, true};
    enum out_result r = followers_are_live(v, f) ? emit_live(v) : emit_cursor(v);
    if (r != OUT_SENT)
        return step_of(r);
    follower_set_place(f, PLACE_LIVE);
    return v->poll && followers_are_live(v, NULL) && !followers_have_gap(v) ? STEP_POLLED : STEP_ON;
}

static enum step step_to_place(struct follower *f)
{
    const struct log *l = f->view->log;
    place_see_tip(&f->place, l->proven);
    struct place_facts facts = {.tip = l->tip.state == PLACE_NONE ? NULL : &l->tip.cursor,
                                .proven = l->proven,
                                .ring = emit_in_bulk(f->viewer) ? NULL : &f->view->ring,
                                .reading = f->waits == WAIT_READ};
    enum place_step step = place_next(&f->place, &facts);
    if ((step == PLACE_READ || step == PLACE_FROM_RING) && hold_is_full(f->viewer))
        return STEP_WAIT;
    if (step == PLACE_READ || step == PLACE_FROM_RING)
        f->place.proof = 0; /* records follow: a proof of the end is asked for after them */
    if (step == PLACE_FROM_RING)
        return step_of(emit_from_ring(f));
    if (step == PLACE_GO_LIVE)
        return go_live(f);
    f->need = step;
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

static enum step step_follower(struct follower *f)
{
    const struct viewer *v = f->viewer;
    bool has_history = f->view->log->kind == LOG_STREAM;
    if (f->place.state == PLACE_BEHIND && !has_history && v->phase != PHASE_LIVE)
        return step_of(emit_live(f->viewer));
    return step_to_place(f);
}

/* The first that can go on does.  Gaps come before `live`, which all of them reach together. */
static enum step step_followers(struct viewer *v)
{
    enum step s = STEP_WAIT;
    for (struct follower *f = &v->first; f && !emit_in_bulk(v); f = f->beside)
        if (f->gap)
            return step_of(emit_gap(f));
    for (struct follower *f = &v->first; f && s == STEP_WAIT; f = f->beside)
        s = step_follower(f);
    return s;
}

static enum step viewer_step(struct viewer *v)
{
    enum out_result flushed = out_flush(&v->out);
    if (flushed != OUT_SENT)
        return step_of(flushed);
    bool down = v->relay->down || (v->poll && v->poll->away);
    bool withheld = v->head && followers_are_sought(v) && !down;
    if (v->head && !withheld)
        return step_of(put_head(v));
    if (v->state == VIEWER_DRAINING)
        return STEP_GONE; /* all is sent */
    if (withheld)
        return step_to_place(&v->first); /* profiles that withhold it have one log */
    if (v->blob)
        return step_of(emit_long_on(v));
    if (v->told_lost != down && !emit_in_bulk(v) && !owes_gap(v))
        return step_of(emit_source(v, !down));
    if (v->poll && (down || followers_are_live(v, NULL)) && !owes_gap(v))
        return STEP_POLLED;
    return step_followers(v);
}

static void forget_needs(struct viewer *v)
{
    for (struct follower *f = &v->first; f; f = f->beside)
        f->need = PLACE_WAIT;
}

void viewer_serve(struct viewer *v)
{
    enum step s = STEP_ON;
    forget_needs(v);
    if (v->state == VIEWER_CLOSED)
        return;
    for (int i = 0; i < TURNS && s == STEP_ON; i++)
        s = viewer_step(v);
    if (s == STEP_POLLED) { /* it is served once more in there */
        viewer_end(v, END_POLL);
        return;
    }
    if (s == STEP_GONE)
        viewer_close(v);
    else
        watch(v, s != STEP_WAIT); /* STEP_ON: again when the others had their turn */
    hold_settle(v);
}

bool viewer_is_idle(const struct viewer *v)
{
    for (const struct follower *f = &v->first; f; f = f->beside)
        if (follower_is_idle(f))
            return true;
    return false;
}

/* ---- records ---- */

/* A long record begins; its viewer is BEHIND until all of it is sent. */
static enum out_result take_blob(struct follower *f, const struct batch *b)
{
    enum out_result r = emit_long_begins(f, b);
    if (r != OUT_SENT)
        return r;
    follower_set_place(f, PLACE_BEHIND);
    watch(f->viewer, true);
    return OUT_SENT;
}

/* Whether a viewer at the tip takes b only later, because memory is short: a small batch goes
 * out. */
static bool waits_for_memory(struct follower *f, const struct batch *b)
{
    bool large = b->blob || b->bytes.len > WRITE_BYTES;
    return large && f->place.state == PLACE_LIVE && hold_is_full(f->viewer);
}

static void take(struct follower *f, const struct batch *b)
{
    if ((f->gap && !emit_in_bulk(f->viewer)) || f->viewer->blob) { /* must be through first */
        follower_set_place(f, PLACE_BEHIND);
        watch(f->viewer, true);
        return;
    }
    if (waits_for_memory(f, b)) {
        follower_set_place(f, PLACE_BEHIND);
        return;
    }
    int ahead = xid_cmp(cursor_position(&f->place.cursor), b->after.id);
    enum out_result r = emit_items(f, b);
    if (r == OUT_SENT && b->blob &&
        xid_cmp(cursor_position(&f->place.cursor), b->after_blob.id) < 0)
        r = take_blob(f, b);
    else if (r == OUT_SENT && !b->blob && ahead <= 0)
        emit_passed(f, b, ahead < 0);
    if (r == OUT_SENT)
        f->place.clear_to = b->clear_to;
    if (r == OUT_GONE) {
        viewer_close(f->viewer);
    } else if (r == OUT_FULL) {
        follower_set_place(f, PLACE_BEHIND);
        watch(f->viewer, true);
    } else if (f->viewer->out.rest.len > 0) {
        watch(f->viewer, true);
    }
}

void viewer_take(struct follower *f, const struct batch *b)
{
    take(f, b);
    hold_settle(f->viewer);
}

void viewer_add_gap(struct follower *f, const struct gap *gap)
{
    if (f->gap) {
        place_widen_gap(f->gap, gap);
    } else if ((f->gap = malloc(sizeof *f->gap))) {
        *f->gap = *gap;
    } else { /* never a silent loss: the client comes back and is told then */
        trace_close(f->viewer, "memory", NULL);
        viewer_close(f->viewer);
    }
}

/* ---- the end ---- */

static void leave(struct viewer *v, enum viewer_state state)
{
    struct relay *r = v->relay;
    bool listed = v->state == VIEWER_DRAINING && v->first.view; /* on relay->ended already */
    replaces_remove(v);
    for (struct follower *f = &v->first; f; f = f->beside) {
        follower_count(f, -1);
        f->place.state = PLACE_NONE;
    }
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
    followers_free(v);
    free(v);
}

/* ---- times, events ---- */

static void keep_alive(struct viewer *v)
{
    v->kept = now_of(v);
    enum out_result r = put_head(v); /* Redis is away for long: the client gets its head */
    bool inside = v->blob || emit_in_bulk(v) || followers_have_gap(v);
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
    v->first.viewer = v;
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
    v->phase = PHASE_NEW;
    if (followers_add(v, a)) {
        viewer_close(v);
        return NULL;
    }
    return v;
}

/* Each is ASKING, and one whose cursor could not be read is owed a gap. */
static void begin_followers(struct viewer *v, const struct admission *a)
{
    const struct admitted_log *its = &a->log;
    for (struct follower *f = &v->first; f; f = f->beside) {
        f->place.state = PLACE_ASKING;
        follower_count(f, 1);
    }
    for (struct follower *f = &v->first; f; f = f->beside, its = its->next)
        if (its->cursor_lost) /* without memory that closes v */
            viewer_add_gap(f, &(struct gap){.lost = -1, .after_unknown = true});
}

/* The head and the first frame go out in one flush. */
void viewer_begin(struct viewer *v, struct admission *a)
{
    struct relay *r = v->relay;
    struct buf *head = &a->head;
    v->state = VIEWER_OPEN;
    r->stats.viewers++;
    r->stats.accepted++;
    r->stats.polls += v->poll != NULL;
    set_end(v, a);
    presence_check(v);
    begin_followers(v, a);
    trace_open(v, a->shown);
    emit_first_frame(v, head, a->client, a->gzip);
    if (v->first.view->profile->late && !head->failed && (v->head = malloc(sizeof *v->head))) {
        *v->head = *head;
        buf_init(head, 0);
    } else if (head->failed || emit_head(v, head) != OUT_SENT) {
        viewer_close(v);
    }
}
