/* SPDX-License-Identifier: MIT */
/*
 * viewer: one viewer's states and turns.  viewer_step is the whole of it: what waits goes first,
 * then a long record's next piece, then news about the stream, then records.  Whatever the peer
 * does not take stays where it is, and the viewer is BEHIND until it takes it; nobody else notices.
 * What each frame says is emit.c's.  Knows nothing of Redis's answers.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>

#include "base/diag.h"
#include "relay/relay_parts.h"

#define TURNS    16    /* writes for one viewer before others get a turn */
#define DRAIN_MS 30000 /* how long an answer's rest may take to be read */
#define STOP_MS  1000  /* the same when we are stopping */

static int64_t now_of(const struct viewer *v)
{
    return v->relay->now;
}

static void watch(struct viewer *v, bool out)
{
    if (v->unpollable && out)
        v->relay->next_sweep = now_of(v);
    if (v->watch_out == out || v->unpollable || v->out.fd < 0)
        return;
    struct epoll_event e = {.data.ptr = v};
    e.events = (v->out.request ? EPOLLIN | EPOLLRDHUP : 0) | (out ? EPOLLOUT : 0);
    epoll_ctl(v->relay->epoll, EPOLL_CTL_MOD, v->out.fd, &e);
    v->watch_out = out;
}

/* ---- one step ---- */

enum step { STEP_ON, STEP_WAIT, STEP_FULL, STEP_GONE };

static enum step step_of(enum out_result r)
{
    return r == OUT_SENT ? STEP_ON : r == OUT_FULL ? STEP_FULL : STEP_GONE;
}

static enum out_result become_live(struct viewer *v)
{
    /* It has all up to the tip, or more already; nothing is open from here on. */
    const struct cursor *tip = &v->view->log->tip;
    if (v->cursor.at != CURSOR_SENT ||
        xid_cmp(cursor_position(&v->cursor), cursor_position(tip)) <= 0)
        v->cursor = *tip;
    v->fresh = false;
    enum out_result r = emit_live(v);
    if (r != OUT_SENT)
        return r;
    v->proof = 0;
    v->unproven = false;
    viewer_set_state(v, VIEWER_LIVE);
    log_look(v->view->log);
    return OUT_SENT;
}

/* History is what Redis has: the ring may hold what was deleted before the viewer came. And a
 * cursor that it brought may be of a former log by this name. */
static bool ring_serves(const struct viewer *v, struct xid at)
{
    const struct ring *ring = &v->view->ring;
    bool in_history = xid_cmp(at, v->history_to) < 0;
    return ring_covers(ring, at) && !in_history && !emit_in_bulk(v) &&
           (!v->unproven || ring_knows(ring, at));
}

/* The log has no more than the tip. A record beyond it was deleted, or was another log's. */
static enum step step_at_end(struct viewer *v, bool beyond)
{
    if (!beyond || v->beyond)
        return step_of(become_live(v));
    log_place_missing(v);
    return STEP_WAIT;
}

static enum step step_behind(struct viewer *v)
{
    const struct log *l = v->view->log;
    struct xid at = cursor_position(&v->cursor), tip = cursor_position(&l->tip);
    if (!l->known || v->read)
        return STEP_WAIT;
    if (l->kind != LOG_STREAM && !v->said_live) /* there is no history before it */
        return step_of(emit_live(v));
    if (xid_cmp(at, tip) == 0 && xid_cmp(tip, v->history_to) >= 0 && l->tip.at == CURSOR_SENT)
        return step_of(become_live(v));
    if (xid_cmp(at, tip) >= 0 || xid_cmp(v->clear_to, tip) == 0)
        return log_at_end(v) ? step_at_end(v, xid_cmp(at, tip) > 0) : STEP_WAIT;
    v->proof = 0;
    if (ring_serves(v, at))
        return step_of(emit_from_ring(v));
    read_want(v);
    return v->gap && !emit_in_bulk(v) ? STEP_ON : STEP_WAIT; /* what it wanted is gone: told now */
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
    enum out_result r = v->head ? emit_bytes(v, v->head->p, v->head->len) : OUT_SENT;
    if (r == OUT_SENT)
        forget_head(v);
    return r;
}

static enum step viewer_step(struct viewer *v)
{
    enum out_result flushed = out_flush(&v->out);
    if (flushed != OUT_SENT)
        return step_of(flushed);
    if (v->head && v->state == VIEWER_PLACING && !v->relay->down)
        return STEP_WAIT;
    if (v->head)
        return step_of(put_head(v));
    if (v->state == VIEWER_DRAINING)
        return STEP_GONE; /* all is said */
    if (v->blob)
        return step_of(emit_long_on(v));
    if (v->gap && !emit_in_bulk(v))
        return step_of(emit_gap(v));
    if (v->said_lost != v->relay->down && !emit_in_bulk(v))
        return step_of(emit_source(v, !v->relay->down));
    return v->state == VIEWER_BEHIND ? step_behind(v) : STEP_WAIT;
}

void viewer_serve(struct viewer *v)
{
    enum step s = STEP_ON;
    for (int i = 0; i < TURNS && s == STEP_ON && !v->dead; i++)
        s = viewer_step(v);
    if (v->dead)
        return;
    if (s == STEP_GONE)
        viewer_drop(v);
    else
        watch(v, s != STEP_WAIT); /* STEP_ON: again when the others had their turn */
}

/* ---- records ---- */

/* A long record begins; whoever gets it is BEHIND until it is through. */
static enum out_result take_blob(struct viewer *v, const struct batch *b)
{
    enum out_result r = emit_long_begins(v, b);
    if (r != OUT_SENT)
        return r;
    viewer_set_state(v, VIEWER_BEHIND);
    watch(v, true);
    return OUT_SENT;
}

void viewer_take(struct viewer *v, const struct batch *b)
{
    if ((v->gap && !emit_in_bulk(v)) || v->blob) { /* must be through first */
        viewer_set_state(v, VIEWER_BEHIND);
        watch(v, true);
        return;
    }
    bool ahead = xid_cmp(cursor_position(&v->cursor), b->after.id) > 0;
    enum out_result r = emit_items(v, b);
    if (r == OUT_SENT && b->blob && xid_cmp(cursor_position(&v->cursor), b->after_blob.id) < 0)
        r = take_blob(v, b);
    else if (r == OUT_SENT && !b->blob && !ahead)
        v->cursor = b->after;
    if (r == OUT_SENT)
        v->clear_to = b->clear_to;
    if (r == OUT_GONE) {
        viewer_drop(v);
    } else if (r == OUT_FULL) {
        viewer_set_state(v, VIEWER_BEHIND);
        watch(v, true);
    } else if (v->out.rest.len > 0) {
        watch(v, true);
    }
}

/* One that could not be told yet: the next begins where it ended. */
static void widen_gap(struct gap *g, const struct gap *next)
{
    g->has_next = next->has_next;
    g->next = next->next;
    g->lost = g->lost < 0 || next->lost < 0 ? -1 : g->lost + next->lost;
}

void viewer_tell_gap(struct viewer *v, const struct gap *gap)
{
    if (v->gap) {
        widen_gap(v->gap, gap);
    } else if ((v->gap = malloc(sizeof *v->gap))) {
        *v->gap = *gap;
    } else { /* never silently: the viewer comes back and is told then */
        viewer_drop(v);
        return;
    }
    if (v->state == VIEWER_LIVE)
        viewer_serve(v);
}

/* ---- the end ---- */

/* Behind a last word nothing follows but the peer's taking it; another viewer may have the place
 * meanwhile. */
static void drain(struct viewer *v)
{
    out_finish(&v->out);
    if (v->seat)
        relay_unseat(v->relay, v->seat);
    v->seat = NULL;
    log_detach(v);
    revocation_detach(v);
    viewer_set_state(v, VIEWER_DRAINING);
    v->dead_at = now_of(v) + (v->relay->stop_by ? STOP_MS : DRAIN_MS);
    if (v->dead_at < v->relay->next_sweep)
        v->relay->next_sweep = v->dead_at;
    blob_unref(v->blob);
    v->blob = NULL;
    viewer_serve(v);
}

/* Inside a long record no frame may follow: the client drops the unfinished event and resumes
 * before it. */
static void last_words(struct viewer *v, struct buf *b)
{
    if (put_head(v) == OUT_SENT && !v->blob && !b->failed &&
        emit_bytes(v, b->p, b->len) == OUT_FULL)
        out_leave_bytes(&v->out, b->p, b->len);
    forget_head(v);
    buf_free(b);
    drain(v);
}

void viewer_end(struct viewer *v, enum end_reason reason)
{
    struct buf b;
    if (v->state == VIEWER_DRAINING || v->dead)
        return;
    emit_end(v, &b, reason);
    last_words(v, &b);
}

void viewer_fail(struct viewer *v, const char *reason)
{
    struct buf b;
    if (v->state == VIEWER_DRAINING || v->dead)
        return;
    emit_failure(v, &b, reason);
    last_words(v, &b);
}

void viewer_drop(struct viewer *v)
{
    if (v->dead)
        return;
    log_detach(v);
    revocation_detach(v);
    viewer_set_state(v, VIEWER_DRAINING);
    if (!v->unpollable && v->out.fd >= 0)
        epoll_ctl(v->relay->epoll, EPOLL_CTL_DEL, v->out.fd, NULL);
    out_close(&v->out);
    v->dead = true;
    *v->all_at = v->all_next;
    if (v->all_next)
        v->all_next->all_at = v->all_at;
    v->all_next = v->relay->closed;
    v->relay->closed = v;
}

void viewer_reap(struct relay *r)
{
    while (r->closed) {
        struct viewer *v = r->closed;
        r->closed = v->all_next;
        if (v->seat)
            relay_unseat(r, v->seat);
        if (v->release)
            v->release(v->arg);
        presence_remove(v);
        forget_head(v);
        blob_unref(v->blob);
        free(v->gap);
        free(v);
    }
}

/* ---- states, times, events ---- */

void viewer_set_state(struct viewer *v, enum viewer_state state)
{
    struct relay *r = v->relay;
    bool was_behind = v->state == VIEWER_PLACING || v->state == VIEWER_BEHIND;
    bool is_behind = state == VIEWER_PLACING || state == VIEWER_BEHIND;
    if (v->state == VIEWER_LIVE && state != VIEWER_LIVE)
        v->view->log->live--;
    if (v->state != VIEWER_LIVE && state == VIEWER_LIVE)
        v->view->log->live++;
    r->stats.behind += (uint64_t)is_behind - (uint64_t)was_behind;
    r->stats.viewers -= v->state != VIEWER_DRAINING && state == VIEWER_DRAINING;
    r->stats.viewers += v->state == VIEWER_DRAINING && state != VIEWER_DRAINING;
    v->state = state;
}

static void keep_alive(struct viewer *v)
{
    v->kept = now_of(v);
    if (put_head(v) ==
        OUT_GONE) { /* Redis is away for long: the client is not left without a word */
        viewer_drop(v);
        return;
    }
    bool inside = v->blob || emit_in_bulk(v);
    if (v->out.rest.len > 0 || inside || v->gap) { /* it has not taken what it was sent */
        viewer_serve(v);
        return;
    }
    enum out_result r = emit_keepalive(v);
    if (r == OUT_GONE)
        viewer_drop(v);
    else if (r == OUT_FULL || v->out.rest.len > 0)
        watch(v, true);
}

int64_t viewer_check_times(struct viewer *v)
{
    int64_t now = now_of(v), every = (int64_t)v->keepalive * 1000;
    if (v->state == VIEWER_DRAINING) {
        if (now >= v->dead_at)
            viewer_drop(v);
        return v->dead_at;
    }
    presence_check(v);
    if (now >= v->ends) {
        viewer_end(v, v->end_reason);
        return now + STOP_MS;
    }
    if (v->state == VIEWER_BEHIND && !v->read && !v->queued && !v->watch_out)
        viewer_serve(v);
    if (v->state == VIEWER_PLACING && !v->read && v->view->log->kind == LOG_STREAM)
        log_place(v); /* there was no memory to ask */
    int64_t since = v->view && v->view->profile->keepalive_fixed ? v->kept : v->last_out;
    if (v->kept > since)
        since = v->kept;
    if (v->view && now >= since + every) {
        keep_alive(v);
        since = now;
    }
    return since + every < v->ends ? since + every : v->ends;
}

void viewer_event(struct viewer *v, uint32_t events)
{
    if (v->dead)
        return;
    bool gone = events & (EPOLLERR | EPOLLHUP);
    if (!gone && v->out.request != 0 && events & (EPOLLIN | EPOLLRDHUP))
        gone = out_drain_input(&v->out) == OUT_GONE;
    if (gone)
        viewer_drop(v);
    else if (events & EPOLLOUT)
        viewer_serve(v);
}

/* ---- the beginning ---- */

static struct viewer *make(struct relay *r, struct out out)
{
    struct viewer *v = calloc(1, sizeof *v);
    if (!v) {
        out_close(&out);
        return NULL;
    }
    v->relay = r;
    v->out = out;
    v->state = VIEWER_DRAINING;
    v->ends = INT64_MAX;
    v->last_out = v->kept = r->now;
    v->dead_at = r->now + DRAIN_MS;
    v->all_next = r->all;
    v->all_at = &r->all;
    if (v->all_next)
        v->all_next->all_at = &v->all_next;
    r->all = v;
    struct epoll_event e = {.events = out.request ? EPOLLIN | EPOLLRDHUP : 0, .data.ptr = v};
    if (epoll_ctl(r->epoll, EPOLL_CTL_ADD, v->out.fd, &e) < 0) {
        v->unpollable = errno == EPERM;
        if (!v->unpollable) {
            diag(DIAG_ERROR, "relay", "cannot watch a connection: %s", strerror(errno));
            viewer_drop(v);
            return NULL;
        }
    }
    return v;
}

struct viewer *viewer_new_drain(struct relay *r, struct out out)
{
    struct viewer *v = make(r, out);
    if (!v)
        return NULL;
    if (v->dead_at < r->next_sweep)
        r->next_sweep = v->dead_at;
    viewer_serve(v);
    return v;
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
}

/* The head and the first frame, in one flush. */
static void say_hello(struct viewer *v, struct buf *head, const char *client)
{
    emit_first_frame(v, head, client);
    if (v->view->profile->late && !head->failed && (v->head = malloc(sizeof *v->head))) {
        *v->head = *head;
        buf_init(head, 0);
    } else if (head->failed || emit_bytes(v, head->p, head->len) != OUT_SENT) {
        viewer_drop(v);
    }
}

struct viewer *viewer_new(struct relay *r, struct admission *a)
{
    struct viewer *v = make(r, a->out);
    a->out.fd = -1;
    buf_init(&a->out.rest, 0);
    if (!v)
        return NULL;
    v->seat = a->seat;
    v->still_valid = a->still_valid;
    v->release = a->release;
    v->arg = a->arg;
    a->seat = NULL;
    a->release = NULL;
    v->presence_key = a->presence_key;
    v->presence_member = a->presence_member;
    a->presence_key = a->presence_member = NULL;
    v->history = a->history;
    v->keepalive = a->keepalive;
    v->retry = a->retry;
    v->fresh = !a->has_cursor;
    v->resumed = v->unproven = a->has_cursor;
    v->came = r->requests;
    v->cursor = (struct cursor){.id = a->cursor,
                                .at = CURSOR_SENT,
                                .rank = xid_cmp(a->cursor, XID_ZERO) == 0 ? 0 : RANK_UNKNOWN};
    v->told = a->cursor;
    v->told_any = a->has_cursor;
    if (log_attach(v, a) || (a->revocation_key && revocation_attach(v, a->revocation_key))) {
        viewer_drop(v);
        return NULL;
    }
    viewer_set_state(v, VIEWER_PLACING);
    r->stats.accepted++;
    set_end(v, a);
    presence_check(v);
    say_hello(v, &a->head, a->client);
    return v->dead ? NULL : v;
}
