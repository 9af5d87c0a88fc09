/* SPDX-License-Identifier: MIT */
/* catchup: see catchup.h. */
#include "relay/catchup.h"

#include "base/diag.h"
#include "relay/follower.h"
#include "relay/reads.h"
#include "relay/viewer.h"

static read_done_fn on_read;

/* ---- reads that find a place ---- */

void catchup_find_newest(struct follower *f)
{
    struct log *l = f->view->log;
    struct read *q = reads_find_newest(f);
    if (q) {
        reads_join(q, f);
        return;
    }
    q = reads_new(l, READ_NEWEST, on_read);
    if (q) {
        q->from.id = f->place.since;
        q->to = XID_MAX;
        q->left = q->history = f->place.history;
        q->number = l->relay->requests;
        q->count = reads_count(l) < q->history ? reads_count(l) : q->history;
        reads_join(q, f);
        reads_send(q);
    }
}

void catchup_find_before(struct follower *f, struct xid first)
{
    struct read *q =
        reads_new_before(f->view->log, READ_BEFORE, first, f->place.cursor.id, on_read);
    if (q) {
        reads_join(q, f);
        reads_send(q);
    }
}

/* q did not find the record at the cursors of its waiters.  One XINFO, which is sent after all of
 * them came to ask, answers them all. */
static void seek_waiters(struct read *q)
{
    struct follower *waiters = reads_take_waiters(q);
    for (struct follower *f = waiters; f; f = f->wait_next) {
        f->place.cursor.located = false;
        if (f->viewer->state == VIEWER_OPEN)
            follower_seek_missing(f);
    }
    for (struct follower *f = waiters, *next; f; f = next) {
        next = f->wait_next;
        log_serve(f->viewer);
    }
}

/* An answer that is none: lost, or an error.  Its waiters ask again when Redis is back. */
static void on_failure(struct read *q, enum redis_result result)
{
    reads_take_waiters(q);
    if (result != REDIS_LOST)
        log_fail_all(q->log, result);
}

/* The newest N begin at the last record that the backwards reads brought. */
static void on_newest(struct read *q, enum redis_result result, const struct redis_entry *entries,
                      size_t count)
{
    bool later = xid_cmp(q->to, XID_MAX) != 0; /* a page after the first */
    if (result != REDIS_OK) {
        on_failure(q, result);
        return;
    }
    if (later && (count == 0 || xid_cmp(entries[0].id, q->to) != 0)) {
        seek_waiters(q); /* the record is gone meanwhile, or the log is another one */
        return;
    }
    reads_weigh(q->log, entries, count);
    size_t brought = count - later;
    unsigned left = q->left - (brought < q->left ? (unsigned)brought : q->left);
    if (left > 0 && count == q->count && q->waiters) {
        reads_more(q, left, entries[count - 1].id);
        return;
    }
    for (struct follower *f = reads_take_waiters(q), *next; f; f = next) {
        next = f->wait_next;
        if (f->place.state != PLACE_COUNTING)
            continue;
        place_on_newest(&f->place, count > 0 ? &entries[count - 1].id : NULL);
        log_serve(f->viewer);
    }
}

/* The last record up to a viewer's cursor. */
static void on_before(struct read *q, enum redis_result result, const struct redis_entry *entries,
                      size_t count)
{
    if (result != REDIS_OK) {
        on_failure(q, result);
        return;
    }
    for (struct follower *f = reads_take_waiters(q), *next; f; f = next) {
        next = f->wait_next;
        if (f->place.state != PLACE_LOCATING)
            continue;
        place_on_before(&f->place, count > 0 ? &entries[0].id : NULL, f->viewer->relay->requests);
        log_serve(f->viewer);
    }
}

/* ---- reads of what follows a cursor ---- */

void catchup_read_after(struct follower *f)
{
    struct log *l = f->view->log;
    struct relay *r = l->relay;
    bool as_history = f->viewer->phase == PHASE_HISTORY && f->view->profile->bulk;
    if (f->waits != WAIT_NONE || !r->up)
        return;
    struct read *q = reads_find_after(f, as_history);
    if (q) {
        reads_join(q, f);
        return;
    }
    if (!reads_have_room(r)) {
        reads_queue(f);
        return;
    }
    q = reads_new(l, READ_AFTER, on_read);
    if (!q)
        return;
    q->view = f->view;
    q->from = f->place.cursor;
    q->to = cursor_position(&l->tip.cursor);
    q->to_rank = l->tip.cursor.rank;
    q->to_number = f->view->ring.withheld;
    q->count = reads_count(l);
    q->nth = f->viewer->replayed;
    q->number = r->requests;
    q->as_history = as_history;
    reads_join(q, f);
    reads_send(q);
}

/* The log that they were read from is the one that the tip stands in. */
static bool reaches_tip(const struct log *l, const struct redis_entry *entries, size_t count)
{
    const struct cursor *tip = &l->tip.cursor;
    return count > 0 && tip->at == CURSOR_SENT && xid_cmp(entries[count - 1].id, tip->id) == 0;
}

/* The rank before so many records up to the tip.  A client may have named a wrong one. */
static uint64_t rank_of_tip(const struct log *l, uint64_t rank, size_t more)
{
    return rank != RANK_UNKNOWN && rank + more == l->tip.cursor.rank ? rank : RANK_UNKNOWN;
}

/* The read ended at the record that was the tip: its rank and its number are known. */
static void know_end(struct batch *b, const struct read *q)
{
    if (b->blob || xid_cmp(b->after.id, q->to) != 0)
        return;
    b->number_after = (struct withheld_number){q->to_number, true};
    if (b->after.rank == RANK_UNKNOWN)
        b->after.rank = q->to_rank;
}

static void hand_to_waiters(struct read *q, const struct redis_entry *entries, size_t count,
                            size_t start)
{
    struct relay *r = q->log->relay;
    struct batch *b = &r->batch;
    struct follower *waiters = reads_take_waiters(q);
    bool of_tip = reaches_tip(q->log, entries, count);
    batch_begin(b, &q->from, of_tip ? q->log->marks.epoch : EPOCH_UNKNOWN, q->as_history);
    if (start < count)
        cursor_begin_read(&b->after, entries[start].id);
    if (of_tip)
        reads_mark(q->log, entries, count, rank_of_tip(q->log, b->after.rank, count - start),
                   start);
    size_t next = start < count ? batch_fill(r, b, q->view, entries, start, count, q->nth) : count;
    bool failed = start < count && next == 0;
    if (failed)
        diag(DIAG_ERROR, "relay", "out of memory for records of %s", q->log->key);
    know_end(b, q);
    if (next == count && count < q->count)
        b->clear_to = q->to; /* an answer that is not full reached its end */
    for (struct follower *f = waiters, *after; f; f = after) {
        after = f->wait_next;
        if (f->place.state != PLACE_BEHIND) /* it ended in this turn */
            continue;
        if (failed)
            viewer_close(f->viewer);
        else
            viewer_take(f, b);
    }
}

static void on_after(struct read *q, enum redis_result result, const struct redis_entry *entries,
                     size_t count)
{
    size_t start;
    if (!q->view)
        return;
    if (result != REDIS_OK) {
        on_failure(q, result);
    } else if (!cursor_proven(&q->from, entries, count, &start)) {
        seek_waiters(q);
    } else {
        reads_weigh(q->log, entries, count);
        hand_to_waiters(q, entries, count, start);
        if (q->view)
            log_serve_view(q->view);
    }
}

static void on_read(struct read *q, enum redis_result result, const struct redis_entry *entries,
                    size_t count)
{
    if (q->kind == READ_AFTER)
        on_after(q, result, entries, count);
    else if (q->kind == READ_NEWEST)
        on_newest(q, result, entries, count);
    else
        on_before(q, result, entries, count);
    catchup_serve_queue(q->log->relay);
}

/* ---- viewers that wait for a read of their own ---- */

void catchup_serve_queue(struct relay *r)
{
    struct follower *f;
    while ((f = reads_next_in_queue(r)))
        log_serve(f->viewer);
}
