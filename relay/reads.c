/* SPDX-License-Identifier: MIT */
/* reads: see reads.h. */
#include "relay/reads.h"

#include <stdlib.h>

#define MOST_RECORDS 1000 /* of one read */

/* ---- size ---- */

unsigned reads_count(const struct log *l)
{
    const struct limits *limits = &l->relay->limits;
    unsigned n = l->weight > 0 ? limits->read_bytes / l->weight : limits->first_read;
    return n < 2 ? 2 : n > MOST_RECORDS ? MOST_RECORDS : n;
}

void reads_weigh(struct log *l, const struct redis_entry *entries, size_t count)
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

void reads_mark(struct log *l, const struct redis_entry *entries, size_t count, uint64_t rank,
                size_t start)
{
    for (size_t i = 0; i < count; i++)
        marks_add(&l->marks, entries[i].id, rank == RANK_UNKNOWN ? rank : rank + i + 1 - start);
}

/* ---- one read ---- */

/* Whether a read of that kind finds a place. */
static bool searches(enum read_kind kind)
{
    return kind != READ_TIP && kind != READ_AFTER;
}

/* A read that finds a place follows an XINFO, and XINFO asks for it again.  Without memory for it
 * that would go on as fast as Redis answers, so the next XINFO waits. */
static void retry_later(struct log *l, enum read_kind kind)
{
    if (searches(kind))
        l->ask_at = l->relay->now + RETRY_MS;
    retry_soon(l->relay);
}

static bool is_of_tip(const struct read *q)
{
    return q->kind == READ_TIP || q->kind == READ_BEFORE_TIP || q->kind == READ_MARK;
}

struct read *reads_new(struct log *l, enum read_kind kind, read_done_fn *done)
{
    struct relay *r = l->relay;
    struct read *q = calloc(1, sizeof *q);
    if (!q) {
        retry_later(l, kind);
        return NULL;
    }
    q->kind = kind;
    q->done = done;
    q->log = l;
    l->under_way++;
    if (is_of_tip(q)) {
        l->reading = q;
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

struct read *reads_new_before(struct log *l, enum read_kind kind, struct xid first, struct xid to,
                              read_done_fn *done)
{
    struct read *q = reads_new(l, kind, done);
    if (q) {
        q->from.id = first;
        q->to = to;
        q->count = 1;
        q->number = l->relay->requests;
    }
    return q;
}

/* No viewer finds q any more. */
static void unlink_read(struct read *q)
{
    if (!q->at)
        return;
    *q->at = q->next;
    if (q->next)
        q->next->at = q->at;
    q->at = NULL;
    q->log->relay->nreads--;
}

static void read_free(struct read *q)
{
    reads_take_waiters(q);
    unlink_read(q);
    if (q->log->reading == q)
        q->log->reading = NULL;
    q->log->under_way--;
    free(q);
}

static void on_read(void *arg, enum redis_result result, const struct redis_entry *entries,
                    size_t count)
{
    struct read *q = arg;
    struct log *l = q->log;
    /* A viewer that comes to the same place while the answer is handed out needs another read. */
    unlink_read(q);
    if (result == REDIS_CUT) { /* full, as far as it goes; the rest comes in small steps */
        result = REDIS_OK;
        q->count = (unsigned)count;
        l->weight = l->relay->limits.read_bytes;
    }
    if (q->kind == READ_TIP && count > 1) /* more than the record at the tip */
        storm_on_news(&l->relay->storm);
    q->done(q, result, entries, count);
    read_free(q);
    if (!l->views)
        sweep_by(l->relay, l->relay->now); /* it may be the last answer that names l */
}

int reads_send(struct read *q)
{
    struct log *l = q->log;
    struct relay *r = l->relay;
    enum read_kind kind = q->kind;
    bool back = searches(kind);
    struct redis_range range = {.from = cursor_read_from(&q->from),
                                .to = q->to,
                                .newest_first = back,
                                .count = q->count,
                                .large = back            ? LARGE_NONE
                                         : q->from.large ? LARGE_BUT_FIRST
                                                         : LARGE_KEEP};
    if (redis_feed_range(r->feed, l->key, &range, on_read, q) == 0) {
        r->requests++;
        return 0;
    }
    read_free(q);
    retry_later(l, kind);
    return -1;
}

/* ---- who waits ---- */

void reads_join(struct read *q, struct follower *f)
{
    f->read = q;
    f->waits = WAIT_READ;
    f->wait_next = q->waiters;
    q->waiters = f;
}

struct follower *reads_take_waiters(struct read *q)
{
    struct follower *first = q->waiters;
    q->waiters = NULL;
    for (struct follower *f = first; f; f = f->wait_next) {
        f->read = NULL;
        f->waits = WAIT_NONE;
    }
    return first;
}

void reads_more(struct read *q, unsigned left, struct xid to)
{
    struct log *l = q->log;
    struct read *more = reads_new(l, q->kind, q->done);
    struct follower *waiters = reads_take_waiters(q);
    if (!more)
        return;
    more->history = q->history;
    more->from = q->from;
    more->number = q->number;
    more->left = left;
    more->to = to;
    more->count = 1 + (reads_count(l) < left ? reads_count(l) : left);
    for (struct follower *f = waiters, *next; f; f = next) {
        next = f->wait_next;
        reads_join(more, f);
    }
    reads_send(more);
}

static void unlink_waiter(struct follower **list, struct follower *f)
{
    while (*list && *list != f)
        list = &(*list)->wait_next;
    if (*list)
        *list = f->wait_next;
}

static void leave_queue(struct follower *f)
{
    struct relay *r = f->viewer->relay;
    bool last = r->queue_end == &f->wait_next;
    unlink_waiter(&r->queue, f);
    if (!last)
        return;
    r->queue_end = &r->queue;
    while (*r->queue_end)
        r->queue_end = &(*r->queue_end)->wait_next;
}

void reads_forget(struct follower *f)
{
    if (f->waits == WAIT_READ)
        unlink_waiter(&f->read->waiters, f);
    else if (f->waits == WAIT_TURN)
        leave_queue(f);
    f->read = NULL;
    f->waits = WAIT_NONE;
}

void reads_queue(struct follower *f)
{
    struct relay *r = f->viewer->relay;
    f->waits = WAIT_TURN;
    f->wait_next = NULL;
    *r->queue_end = f;
    r->queue_end = &f->wait_next;
}

bool reads_have_room(const struct relay *r)
{
    return r->nreads < r->limits.reads;
}

struct follower *reads_next_in_queue(struct relay *r)
{
    struct follower *f = reads_have_room(r) && r->up ? r->queue : NULL;
    if (f)
        reads_forget(f);
    return f;
}

void reads_empty_queue(struct relay *r)
{
    while (r->queue)
        reads_forget(r->queue);
}

/* ---- among all ---- */

struct read *reads_find_after(const struct follower *f, bool as_history)
{
    for (struct read *q = f->viewer->relay->reads; q; q = q->next)
        if (q->kind == READ_AFTER && q->view == f->view &&
            place_is_answered_by(&f->place, q->number) &&
            cursor_equal(&q->from, &f->place.cursor) && q->as_history == as_history &&
            (!as_history || q->nth == f->viewer->replayed))
            return q;
    return NULL;
}

struct read *reads_find_newest(const struct follower *f)
{
    for (struct read *q = f->viewer->relay->reads; q; q = q->next)
        if (q->kind == READ_NEWEST && q->log == f->view->log && q->history == f->place.history &&
            xid_cmp(q->from.id, f->place.since) == 0 && place_is_answered_by(&f->place, q->number))
            return q;
    return NULL;
}

void reads_forget_view(struct relay *r, const struct view *w)
{
    for (struct read *q = r->reads; q; q = q->next)
        if (q->view == w)
            q->view = NULL;
}

void reads_free_all(struct relay *r)
{
    for (struct log *l = r->logs; l; l = l->next)
        if (l->reading)
            read_free(l->reading);
    while (r->reads)
        read_free(r->reads);
}
