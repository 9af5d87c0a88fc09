/* SPDX-License-Identifier: MIT */
/*
 * viewer: one viewer's output.  viewer_step is the whole of it: what waits goes first, then a long
 * record's next piece, then news about the stream, then records.  Whatever the peer does not take
 * stays where it is, and the viewer is BEHIND until it takes it; nobody else notices. Knows nothing
 * of Redis's answers.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>

#include "diag.h"
#include "relay_parts.h"

#define TURNS         16    /* writes for one viewer before others get a turn */
#define DRAIN_MS      30000 /* how long an answer's rest may take to be read */
#define STOP_MS       1000  /* the same when we are stopping */
#define FAIL_RETRY_MS 30000 /* after a trouble that will not pass by itself soon */
#define MAX_CONTROL   4096  /* bytes of control frames written at once */

static int64_t now_of(const struct viewer *v)
{
    return v->relay->now;
}

/* ---- what the profile is told ---- */

void relay_client_id(char out[37])
{
    unsigned char b[16];
    if (getrandom(b, sizeof b, GRND_NONBLOCK) != (ssize_t)sizeof b)
        for (size_t i = 0; i < sizeof b; i++)
            b[i] = (unsigned char)rand();         /* not a secret: a label */
    b[6] = (unsigned char)((b[6] & 0x0f) | 0x40); /* RFC 9562, section 5.4 */
    b[8] = (unsigned char)((b[8] & 0x3f) | 0x80);
    snprintf(out, 37, "%02x%02x%02x%02x-%02x%02x-%02x%02x-%02x%02x-%02x%02x%02x%02x%02x%02x", b[0],
             b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13],
             b[14], b[15]);
}

static struct moment moment_of(const struct viewer *v, unsigned retry)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (struct moment){.retry_ms = retry,
                           .replayed = v->replayed,
                           .unix_time = (double)t.tv_sec + (double)t.tv_nsec / 1e9,
                           .resumed = v->resumed};
}

/* So that those who were cut off together do not come back together. */
static unsigned jittered(unsigned retry)
{
    return retry + (unsigned)rand() % (retry / 2 + 1);
}

/* ---- writing ---- */

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

static enum out_result put(struct viewer *v, const void *p, size_t len)
{
    enum out_result r = out_send_bytes(&v->out, p, len);
    if (r == OUT_SENT) {
        v->last_out = now_of(v);
        v->relay->stats.bytes += len;
    }
    return r;
}

/* Control frames: made whole, written whole or not at all. */
static enum out_result put_buf(struct viewer *v, struct buf *b)
{
    enum out_result r = b->failed ? OUT_GONE : put(v, b->p, b->len);
    buf_free(b);
    return r;
}

static enum out_result put_gap(struct viewer *v)
{
    const struct profile *p = v->view->profile;
    bool ids = v->view->log->source == SOURCE_STREAM;
    char after[XID_TEXT], next[XID_TEXT];
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    xid_format(v->gap->after, after);
    xid_format(v->gap->next, next);
    profile_gap(p, &b, ids ? after : NULL, ids && v->gap->has_next ? next : NULL, v->gap->lost);
    enum out_result r = put_buf(v, &b);
    if (r == OUT_SENT) {
        v->relay->stats.gaps++;
        free(v->gap);
        v->gap = NULL;
    }
    return r;
}

static enum out_result put_source(struct viewer *v, bool live)
{
    const struct profile *p = v->view->profile;
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    profile_source(p, &b, live);
    enum out_result r = put_buf(v, &b);
    if (r == OUT_SENT)
        v->said_lost = !live;
    return r;
}

/* Whether the cursor is past the last id the client knows: a filter withheld records, or there was
 * none yet. */
static bool has_moved(const struct viewer *v, struct xid *at)
{
    const struct log *l = v->view->log;
    const struct cursor *c = v->state == VIEWER_LIVE ? &l->tip : &v->cursor;
    *at = c->id;
    return l->source == SOURCE_STREAM && !v->fresh && c->at == CURSOR_SENT &&
           (!v->told_any || xid_cmp(*at, v->told) > 0);
}

/* The id alone, without data, moves the client's cursor (WHATWG HTML 9.2.6). */
static bool add_moved(struct viewer *v, struct buf *b)
{
    const struct profile *p = v->view->profile;
    struct xid at;
    size_t before = b->len;
    if (!has_moved(v, &at))
        return false;
    profile_moved(p, b, at);
    if (b->len == before) /* this profile tells it otherwise */
        return false;
    v->told = at;
    v->told_any = true;
    return true;
}

/* Inside the one event that a bulk profile's history is, no other frame may stand. */
static bool in_bulk(const struct viewer *v)
{
    return v->view && v->view->profile->bulk && v->replaying && !v->said_live;
}

static enum out_result become_live(struct viewer *v)
{
    const struct profile *p = v->view->profile;
    struct xid told = v->told;
    bool told_any = v->told_any;
    if (!v->said_live) {
        struct moment m = moment_of(v, v->retry);
        struct buf b;
        buf_init(&b, MAX_CONTROL);
        bool bulk = in_bulk(v);
        if (!bulk)
            add_moved(v, &b);
        profile_live(p, &b, &m);
        if (bulk) { /* its records had no ids */
            v->told_any = false;
            add_moved(v, &b);
        }
        enum out_result r = put_buf(v, &b);
        if (r != OUT_SENT) {
            v->told = told;
            v->told_any = told_any;
            return r;
        }
        v->said_live = true;
        v->replaying = false;
    }
    viewer_set_state(v, VIEWER_LIVE);
    log_look(v->view->log);
    return OUT_SENT;
}

static enum out_result put_blob(struct viewer *v)
{
    struct buf b;
    enum out_result r;
    const struct profile *p = v->view->profile;
    struct sse_part part = v->part;
    buf_init(&b, 8 * WRITE_BYTES);
    sse_data_part(&b, p->eol, slice_make(v->blob->bytes, v->blob->len), &part, WRITE_BYTES);
    if (part.done)
        sse_end(&b, p->eol);
    r = put_buf(v, &b);
    if (r == OUT_SENT) {
        v->part = part;
        if (part.done) {
            blob_unref(v->blob);
            v->blob = NULL;
            v->relay->stats.deliveries++;
        }
    }
    return r;
}

static void stands_at(struct viewer *v, struct xid id, uint64_t rank)
{
    v->cursor = (struct cursor){.id = id, .at = CURSOR_SENT, .rank = rank};
    v->told = id;
    v->told_any = true;
}

/* Frames from the ring, as many as one write takes. */
static enum out_result put_from_ring(struct viewer *v)
{
    const struct frame *f = ring_after(&v->view->ring, cursor_position(&v->cursor)), *last = NULL;
    struct iovec pieces[15];
    size_t len = 0;
    int n = 0;
    if (!f) { /* what is left to the tip is withheld from this view */
        v->cursor = v->view->log->tip;
        return OUT_SENT;
    }
    for (; f && n < 15 && len < WRITE_BYTES; f = f->next) {
        pieces[n++] = (struct iovec){(void *)(uintptr_t)f->bytes, f->len};
        len += f->len;
        last = f;
    }
    enum out_result r = out_send(&v->out, pieces, n);
    if (r == OUT_SENT) {
        v->last_out = now_of(v);
        v->relay->stats.bytes += len;
        v->relay->stats.deliveries += (uint64_t)n;
        if (v->replaying || !v->said_live)
            v->replayed += (uint64_t)n;
        stands_at(v, last->id, last->rank);
    }
    return r;
}

/* ---- one step ---- */

enum step { STEP_ON, STEP_WAIT, STEP_FULL, STEP_GONE };

static enum step step_of(enum out_result r)
{
    return r == OUT_SENT ? STEP_ON : r == OUT_FULL ? STEP_FULL : STEP_GONE;
}

static enum step step_behind(struct viewer *v)
{
    const struct log *l = v->view->log;
    struct xid at = cursor_position(&v->cursor);
    if (!l->known)
        return STEP_WAIT;
    if (xid_cmp(at, cursor_position(&l->tip)) >= 0)
        return log_lags(v) ? STEP_WAIT : step_of(become_live(v));
    if (ring_covers(&v->view->ring, at) && !in_bulk(v))
        return step_of(put_from_ring(v));
    read_want(v);
    return v->gap ? STEP_ON : STEP_WAIT; /* what it wanted is gone: that is to be told now */
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
    enum out_result r = v->head ? put(v, v->head->p, v->head->len) : OUT_SENT;
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
        return step_of(put_blob(v));
    if (v->gap && !in_bulk(v))
        return step_of(put_gap(v));
    if (v->said_lost != v->relay->down && !in_bulk(v))
        return step_of(put_source(v, !v->relay->down));
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

/* The run of items from i on that goes out in one write. */
static size_t run_end(const struct batch *b, size_t i, size_t start)
{
    size_t k = i + 1;
    while (k < b->count && b->items[k].end - start <= WRITE_BYTES)
        k++;
    return k;
}

static enum out_result put_items(struct viewer *v, const struct batch *b)
{
    struct xid at = cursor_position(&v->cursor);
    size_t i = 0;
    while (i < b->count && xid_cmp(b->items[i].id, at) <= 0)
        i++;
    while (i < b->count) {
        size_t start = i > 0 ? b->items[i - 1].end : 0;
        size_t k = run_end(b, i, start);
        enum out_result r = put(v, b->bytes.p + start, b->items[k - 1].end - start);
        if (r != OUT_SENT)
            return r;
        stands_at(v, b->items[k - 1].id, b->items[k - 1].rank);
        v->relay->stats.deliveries += k - i;
        if (!v->said_live)
            v->replayed += k - i;
        i = k;
    }
    return OUT_SENT;
}

/* A long record begins; whoever gets it is BEHIND until it is through. */
static enum out_result take_blob(struct viewer *v, const struct batch *b)
{
    enum out_result r = put(v, b->open.p, b->open.len);
    if (r != OUT_SENT)
        return r;
    v->blob = blob_ref(b->blob);
    v->part = (struct sse_part){0};
    stands_at(v, b->after_blob.id, b->after_blob.rank);
    if (!v->said_live)
        v->replayed++;
    viewer_set_state(v, VIEWER_BEHIND);
    watch(v, true);
    return OUT_SENT;
}

void viewer_take(struct viewer *v, const struct batch *b)
{
    if ((v->gap && !in_bulk(v)) || v->blob) { /* must be through first */
        viewer_set_state(v, VIEWER_BEHIND);
        watch(v, true);
        return;
    }
    bool ahead = xid_cmp(cursor_position(&v->cursor), b->after.id) > 0;
    enum out_result r = put_items(v, b);
    if (r == OUT_SENT && b->blob && xid_cmp(cursor_position(&v->cursor), b->after_blob.id) < 0)
        r = take_blob(v, b);
    else if (r == OUT_SENT && !b->blob && !ahead)
        v->cursor = b->after;
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
    vouch_detach(v);
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
    if (put_head(v) == OUT_SENT && !v->blob && !b->failed && put(v, b->p, b->len) == OUT_FULL)
        out_leave_bytes(&v->out, b->p, b->len);
    forget_head(v);
    buf_free(b);
    drain(v);
}

void viewer_end(struct viewer *v, enum end_reason reason)
{
    if (v->state == VIEWER_DRAINING || v->dead)
        return;
    const struct profile *p = v->view->profile;
    struct moment m = moment_of(v, jittered(v->retry));
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    if (!in_bulk(v)) {
        if (v->state == VIEWER_LIVE)
            add_moved(v, &b);
        profile_end(p, &b, reason, &m);
    }
    last_words(v, &b);
}

void viewer_fail(struct viewer *v, const char *reason)
{
    if (v->state == VIEWER_DRAINING || v->dead)
        return;
    const struct profile *p = v->view->profile;
    unsigned retry = v->retry > FAIL_RETRY_MS ? v->retry : FAIL_RETRY_MS;
    struct moment m = moment_of(v, jittered(retry));
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    if (v->head && p->mute) {
        buf_clear(v->head);
        profile_refuse(p, v->head, reason);
    } else if (!in_bulk(v)) {
        profile_unavailable(p, &b, reason, &m);
    }
    last_words(v, &b);
}

void viewer_drop(struct viewer *v)
{
    if (v->dead)
        return;
    log_detach(v);
    vouch_detach(v);
    viewer_set_state(v, VIEWER_DRAINING);
    if (!v->unpollable && v->out.fd >= 0)
        epoll_ctl(v->relay->epoll, EPOLL_CTL_DEL, v->out.fd, NULL);
    out_close(&v->out);
    v->dead = true;
    *v->all_at = v->all_next;
    if (v->all_next)
        v->all_next->all_at = v->all_at;
    v->all_next = v->relay->graves;
    v->relay->graves = v;
}

void viewer_bury(struct relay *r)
{
    while (r->graves) {
        struct viewer *v = r->graves;
        r->graves = v->all_next;
        if (v->seat)
            relay_unseat(r, v->seat);
        if (v->release)
            v->release(v->arg);
        listing_remove(v);
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
    const struct profile *p = v->view->profile;
    struct moment m = moment_of(v, v->retry);
    struct buf b;
    buf_init(&b, MAX_CONTROL);
    v->kept = now_of(v);
    if (put_head(v) ==
        OUT_GONE) { /* Redis is away for long: the client is not left without a word */
        viewer_drop(v);
        return;
    }
    bool inside = v->blob || in_bulk(v);
    if (v->out.rest.len > 0 || inside || v->gap) { /* it has not taken what it was sent */
        viewer_serve(v);
        return;
    }
    m.has_id = p->keepalive_fixed && has_moved(v, &m.id);
    if (!p->keepalive_fixed)
        add_moved(v, &b);
    profile_keepalive(p, &b, &m);
    enum out_result r = put_buf(v, &b);
    v->relay->stats.keepalives += r == OUT_SENT;
    if (r == OUT_SENT && m.has_id) {
        v->told = m.id;
        v->told_any = true;
    }
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
    listing_check(v);
    if (now >= v->ends) {
        viewer_end(v, v->end_reason);
        return now + STOP_MS;
    }
    if (v->state == VIEWER_BEHIND && !v->read && !v->queued && !v->watch_out)
        viewer_serve(v);
    if (v->state == VIEWER_PLACING && !v->read && v->view->log->source == SOURCE_STREAM)
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
    const struct profile *p = v->view->profile;
    struct moment m = moment_of(v, v->retry);
    m.client = client;
    profile_hello(p, head, &m);
    if (p->late && !head->failed && (v->head = malloc(sizeof *v->head))) {
        *v->head = *head;
        buf_init(head, 0);
    } else if (head->failed || put(v, head->p, head->len) != OUT_SENT) {
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
    v->list_key = a->list_key;
    v->list_member = a->list_member;
    a->list_key = a->list_member = NULL;
    v->history = a->history;
    v->keepalive = a->keepalive;
    v->retry = a->retry;
    v->fresh = !a->has_cursor;
    v->resumed = a->has_cursor;
    v->cursor = (struct cursor){.id = a->cursor,
                                .at = CURSOR_SENT,
                                .rank = xid_cmp(a->cursor, XID_ZERO) == 0 ? 0 : RANK_UNKNOWN};
    v->told = a->cursor;
    v->told_any = a->has_cursor;
    if (log_attach(v, a) || (a->vouch && vouch_attach(v, a->vouch))) {
        viewer_drop(v);
        return NULL;
    }
    viewer_set_state(v, VIEWER_PLACING);
    r->stats.accepted++;
    set_end(v, a);
    listing_check(v);
    say_hello(v, &a->head, a->client);
    return v->dead ? NULL : v;
}
