/* SPDX-License-Identifier: MIT */
/*
 * read: what is read from Redis for viewers, and who waits for it.  A viewer BEHIND moves by
 * READ_AFTER, which others at the same place share; READ_NEWEST and READ_BEFORE find the place to
 * begin.  Every read is bounded, and few of them are under way at once, so that the tips of logs
 * need not wait behind them.
 */
#include <stdlib.h>

#include "base/diag.h"
#include "relay/relay_parts.h"

static void on_read(void *arg, enum redis_result result, const struct redis_entry *entries,
                    size_t count);

unsigned read_count(const struct log *l)
{
    const struct limits *limits = &l->relay->limits;
    unsigned n = l->weight > 0 ? limits->read_bytes / l->weight : limits->first_read;
    return n < 2 ? 2 : n > 1000 ? 1000 : n;
}

void read_weigh(struct log *l, const struct redis_entry *entries, size_t count)
{
    size_t bytes = 0;
    for (size_t i = 0; i < count; i++)
        for (size_t k = 0; k < 2 * entries[i].pairs; k++)
            bytes += entries[i].fields[k].len;
    if (count == 0)
        return;
    size_t mean = bytes / count + 1;
    if (mean > l->relay->limits.read_bytes)
        mean = l->relay->limits.read_bytes;
    l->weight = l->weight == 0 || mean > l->weight ? (unsigned)mean
                                                   : (unsigned)(l->weight - (l->weight - mean) / 8);
}

/* Whoever waits for q; the list is taken off it. */
struct viewer *read_take_waiters(struct read *q)
{
    struct viewer *first = q->waiters;
    q->waiters = NULL;
    for (struct viewer *v = first; v; v = v->wait_next)
        v->read = NULL;
    return first;
}

struct read *read_new(struct relay *r, enum read_kind kind, struct log *l)
{
    struct read *q = calloc(1, sizeof *q);
    if (!q) {
        retry_soon(r);
        return NULL;
    }
    q->kind = kind;
    q->log = l;
    l->under_way++;
    if (kind == READ_TIP) {
        l->tip_read = q;
        return q;
    }
    q->next = r->reads;
    q->at = &r->reads;
    if (q->next)
        q->next->at = &q->next;
    r->reads = q;
    r->nreads++;
    return q;
}

/* Nobody can join q any more. */
static void read_close(struct relay *r, struct read *q)
{
    if (!q->at)
        return;
    *q->at = q->next;
    if (q->next)
        q->next->at = q->at;
    q->at = NULL;
    r->nreads--;
}

static void read_free(struct relay *r, struct read *q)
{
    read_take_waiters(q);
    read_close(r, q);
    if (q->kind == READ_TIP)
        q->log->tip_read = NULL;
    q->log->under_way--;
    log_release(q->log);
    free(q);
}

/* Sends q; frees it when that cannot be. */
int read_send(struct relay *r, struct read *q)
{
    bool back = q->kind == READ_NEWEST || q->kind == READ_BEFORE;
    struct redis_range range = {.from = cursor_read_from(&q->from),
                                .to = q->to,
                                .newest_first = back,
                                .count = q->count,
                                .large = back            ? LARGE_NONE
                                         : q->from.large ? LARGE_BUT_FIRST
                                                         : LARGE_KEEP};
    if (redis_feed_range(r->feed, q->log->key, &range, on_read, q) == 0) {
        r->requests++;
        return 0;
    }
    read_free(r, q);
    retry_soon(r);
    return -1;
}

void read_join(struct read *q, struct viewer *v)
{
    v->read = q;
    v->wait_next = q->waiters;
    q->waiters = v;
}

static void unlink_waiter(struct viewer **list, struct viewer *v)
{
    while (*list && *list != v)
        list = &(*list)->wait_next;
    if (*list)
        *list = v->wait_next;
}

void read_forget_waiter(struct viewer *v)
{
    struct relay *r = v->relay;
    if (v->read)
        unlink_waiter(&v->read->waiters, v);
    v->read = NULL;
    if (!v->queued)
        return;
    bool last = r->queue_end == &v->wait_next;
    v->queued = false;
    unlink_waiter(&r->queue, v);
    if (!last)
        return;
    r->queue_end = &r->queue;
    while (*r->queue_end)
        r->queue_end = &(*r->queue_end)->wait_next;
}

/* ---- finding a place ---- */

int read_locate(struct relay *r, struct log *l, struct viewer *v, struct xid first, struct xid to)
{
    struct read *q = read_new(r, READ_BEFORE, l);
    if (!q)
        return -1;
    q->from.id = first;
    q->to = to;
    q->count = 1;
    q->for_tip = !v;
    if (v)
        read_join(q, v);
    return read_send(r, q);
}

void read_newest(struct relay *r, struct viewer *v, unsigned history)
{
    struct log *l = v->view->log;
    for (struct read *q = r->reads; q; q = q->next) {
        if (q->kind == READ_NEWEST && q->log == l && q->history == history &&
            q->number >= v->came) { /* what was read before it came may lack the newest */
            read_join(q, v);
            return;
        }
    }
    struct read *q = read_new(r, READ_NEWEST, l);
    if (!q)
        return;
    q->to = XID_MAX;
    q->left = q->history = history;
    q->number = r->requests;
    q->count = read_count(l) < history ? read_count(l) : history;
    read_join(q, v);
    read_send(r, q);
}

static void place_waiters(struct read *q)
{
    for (struct viewer *v = read_take_waiters(q), *next; v; v = next) {
        next = v->wait_next;
        v->cursor.located = false;
        log_place_missing(v);
    }
}

/* The same for the entries before those that q brought: from its last one on, which shows that both
 * pages are of one log. Without memory its viewers are placed again later. */
static void read_more(struct relay *r, struct read *q, unsigned left, struct xid to)
{
    struct read *more = read_new(r, READ_NEWEST, q->log);
    struct viewer *waiters = read_take_waiters(q);
    if (!more)
        return;
    more->history = q->history;
    more->number = q->number;
    more->left = left;
    more->to = to;
    more->count = 1 + (read_count(q->log) < left ? read_count(q->log) : left);
    for (struct viewer *v = waiters, *next; v; v = next) {
        next = v->wait_next;
        read_join(more, v);
    }
    read_send(r, more);
}

/* Where q's viewers begin; open: wherever the log begins then. */
static void begin_at(struct read *q, struct xid first, bool open)
{
    for (struct viewer *v = read_take_waiters(q), *next; v; v = next) {
        next = v->wait_next;
        v->cursor = (struct cursor){
            .id = first, .at = open ? CURSOR_OPEN : CURSOR_NEXT, .rank = RANK_UNKNOWN};
        v->beyond = false;
        viewer_set_state(v, VIEWER_BEHIND);
        viewer_serve(v);
    }
}

/* The newest N begin at the last entry that the backwards reads brought. */
static void on_newest(struct relay *r, struct read *q, enum redis_result result,
                      const struct redis_entry *entries, size_t count)
{
    bool later = xid_cmp(q->to, XID_MAX) != 0; /* a page behind the first */
    if (result != REDIS_OK) {
        read_take_waiters(q);
        if (result != REDIS_LOST)
            log_fail_all(q->log, result);
        return;
    }
    if (later && (count == 0 || xid_cmp(entries[0].id, q->to) != 0)) {
        place_waiters(q); /* gone meanwhile, or another log */
        return;
    }
    read_weigh(q->log, entries, count);
    size_t brought = count - later;
    unsigned left = q->left - (brought < q->left ? (unsigned)brought : q->left);
    if (left > 0 && count == q->count && q->waiters)
        read_more(r, q, left, entries[count - 1].id);
    else
        begin_at(q, count > 0 ? entries[count - 1].id : XID_ZERO, count == 0);
}

/* The last record up to a viewer's cursor is this. */
static void found_before(struct viewer *v, struct xid id)
{
    bool own = xid_cmp(id, v->cursor.id) == 0;
    if (!own && !v->missing) { /* XINFO, asked for now, tells whether this log ever had it */
        log_place_missing(v);
        return;
    }
    if (!own) { /* and once more, that it is found in the same log */
        cursor_locate(&v->cursor, id);
        log_place_missing(v);
        return;
    }
    v->missing = false;
    viewer_set_state(v, VIEWER_BEHIND);
    viewer_serve(v);
}

/* The last record up to a cursor. */
static void on_before(struct relay *r, struct read *q, enum redis_result result,
                      const struct redis_entry *entries, size_t count)
{
    struct log *l = q->log;
    struct viewer *v = read_take_waiters(q);
    if (q->for_tip)
        l->reading = false;
    if (result == REDIS_LOST) {
        l->rung = l->rung || q->for_tip;
        return;
    }
    if (q->for_tip) {
        log_tip_located(l, count > 0 ? &entries[0].id : NULL);
    } else if (v && count > 0) {
        found_before(v, entries[0].id);
    } else if (v) { /* trimmed or made anew meanwhile */
        log_ask_info(r, l);
    }
}

/* ---- viewers behind ---- */

static bool same_cursor(const struct cursor *a, const struct cursor *b)
{
    return xid_cmp(a->id, b->id) == 0 && a->at == b->at && a->rank == b->rank &&
           a->located == b->located && (!a->located || xid_cmp(a->before, b->before) == 0);
}

/* A read that is under way from the same place serves v as well. */
static bool join_other(struct relay *r, struct viewer *v, bool as_history)
{
    for (struct read *q = r->reads; q; q = q->next) {
        if (q->kind == READ_AFTER && q->view == v->view && same_cursor(&q->from, &v->cursor) &&
            q->as_history == as_history && (!as_history || q->nth == v->replayed)) {
            read_join(q, v);
            return true;
        }
    }
    return false;
}

static void queue_up(struct relay *r, struct viewer *v)
{
    v->queued = true;
    v->wait_next = NULL;
    *r->queue_end = v;
    r->queue_end = &v->wait_next;
}

void read_want(struct viewer *v)
{
    struct relay *r = v->relay;
    struct log *l = v->view->log;
    bool as_history = v->replaying && !v->said_live && v->view->profile->bulk;
    if (v->read || v->queued || !r->up)
        return;
    if (l->kind != LOG_STREAM) {
        pubsub_skip_to_ring(v);
        return;
    }
    if (join_other(r, v, as_history))
        return;
    if (r->nreads >= r->limits.reads) {
        queue_up(r, v);
        return;
    }
    struct read *q = read_new(r, READ_AFTER, l);
    if (!q)
        return;
    q->view = v->view;
    q->from = v->cursor;
    q->to = cursor_position(&l->tip);
    q->count = read_count(l);
    q->nth = v->replayed;
    q->as_history = as_history;
    read_join(q, v);
    read_send(r, q);
}

static void serve_queue(struct relay *r)
{
    while (r->queue && r->nreads < r->limits.reads && r->up) {
        struct viewer *v = r->queue;
        read_forget_waiter(v);
        viewer_serve(v);
    }
}

static void hand_to_waiters(struct relay *r, struct read *q, const struct redis_entry *entries,
                            size_t count, size_t start)
{
    struct batch *b = &r->batch;
    struct viewer *waiters = read_take_waiters(q);
    batch_begin(b, &q->from, q->as_history);
    if (start < count)
        cursor_begin_read(&b->after, entries[start].id);
    size_t next = start < count ? batch_fill(r, b, q->view, entries, start, count, q->nth) : count;
    bool failed = start < count && next == 0;
    if (failed)
        diag(DIAG_ERROR, "relay", "out of memory for records of %s", q->log->key);
    if (next == count && count < q->count && !b->blob)
        b->clear_to = q->to; /* an answer that is not full reached its end */
    for (struct viewer *v = waiters, *vn; v; v = vn) {
        vn = v->wait_next;
        v->missing = false;
        if (failed)
            viewer_drop(v);
        else if (v->state == VIEWER_BEHIND)
            viewer_take(v, b);
    }
}

static void on_after(struct relay *r, struct read *q, enum redis_result result,
                     const struct redis_entry *entries, size_t count)
{
    size_t start;
    struct view *w = q->view;
    if (!w)
        return;
    if (result == REDIS_LOST) {
        read_take_waiters(q);
    } else if (result != REDIS_OK) {
        read_take_waiters(q);
        log_fail_all(q->log, result);
    } else if (!cursor_proven(&q->from, entries, count, &start)) {
        place_waiters(q);
    } else {
        read_weigh(q->log, entries, count);
        hand_to_waiters(r, q, entries, count, start);
        if (q->view)
            log_serve_view(q->view);
    }
}

static void on_read(void *arg, enum redis_result result, const struct redis_entry *entries,
                    size_t count)
{
    struct read *q = arg;
    struct relay *r = q->log->relay;
    /* Who comes to the same place while this answer is handed out needs another. */
    read_close(r, q);
    if (result == REDIS_CUT) { /* full, as far as it goes; the rest comes in small steps */
        result = REDIS_OK;
        q->count = (unsigned)count;
        q->log->weight = r->limits.read_bytes;
    }
    switch (q->kind) {
    case READ_TIP:
        log_on_tip(r, q, result, entries, count);
        break;
    case READ_AFTER:
        on_after(r, q, result, entries, count);
        break;
    case READ_NEWEST:
        on_newest(r, q, result, entries, count);
        break;
    case READ_BEFORE:
        on_before(r, q, result, entries, count);
        break;
    }
    read_free(r, q);
    serve_queue(r);
}
