/* SPDX-License-Identifier: MIT */
/* rewind: see rewind.h. */
#include "relay/rewind.h"

#include "relay/follower.h"
#include "relay/viewer.h"

/* ---- the search ---- */

/* Looks for the last record up to `to`, in the log that info tells of.  end: the first one that was
 * found so; 0-0: none yet. */
static void find_mark(struct log *l, const struct redis_info *info, struct xid to, bool lost,
                      struct xid end, read_done_fn *done)
{
    struct read *q = reads_new_before(l, READ_MARK, info->first, to, done);
    if (q) {
        q->info = *info;
        q->lost = lost;
        q->end = end;
    }
    bool sent = q && reads_send(q) == 0;
    l->tip.state = sent ? PLACE_LOCATING : PLACE_LIVE;
    l->stale = l->stale || !sent; /* the next read of the tip finds that its record is missing */
}

bool rewind_begin(struct log *l, const struct redis_info *info, bool lost, read_done_fn *done)
{
    struct xid tip = cursor_position(&l->tip.cursor), newest = tip;
    const struct mark *before = marks_before(&l->marks, xid_next(info->last));
    if (xid_cmp(info->last, tip) < 0)
        newest = before ? before->id : XID_ZERO;
    if (!info->has_first || xid_cmp(newest, info->first) < 0)
        return false;
    find_mark(l, info, xid_cmp(info->last, tip) < 0 ? info->last : tip, lost, XID_ZERO, done);
    return true;
}

/* ---- the viewers ---- */

/* Records up to `at` were sent to a viewer of this log, and not of another one that had its name.
 */
static bool is_known(const struct follower *f, struct xid at)
{
    return f->place.standing == PLACE_MET || marks_find(&f->view->log->marks, at) ||
           ring_knows(&f->view->ring, at);
}

/* f has records that the log lost, or waits for the next one after them. */
static bool is_cut_off(const struct follower *f, struct xid end)
{
    struct xid at = cursor_position(&f->place.cursor);
    if (f->place.state == PLACE_NONE || f->place.standing == PLACE_FRESH)
        return false;
    return f->place.state == PLACE_LIVE || (xid_cmp(at, end) > 0 && is_known(f, at));
}

static void rewind_follower(struct follower *f, const struct cursor *to)
{
    struct gap gap = {.after = cursor_position(&f->place.cursor), .lost = -1, .tail = true};
    bool live = f->place.state == PLACE_LIVE;
    follower_seek_place(f);
    follower_count(f, -1);
    place_rewind(&f->place, to);
    f->number.known = false;
    follower_count(f, 1);
    if (live)
        follower_set_place(f, PLACE_LIVE);
    log_add_gap(f, &gap);
}

/* That mark is in the log, which lost all records after `end` that viewers had. */
static void rewind_to(struct log *l, const struct mark *mark, struct xid end)
{
    struct cursor to = {.id = mark->id, .at = CURSOR_SENT, .rank = mark->rank};
    struct mark end_of_former = {cursor_position(&l->tip.cursor), l->tip.cursor.rank};
    l->tip.cursor = to;
    l->tip.doubt = DOUBT_NONE;
    for (struct view *w = l->views; w; w = w->next) {
        for (struct follower *f = w->followers; f; f = f->next) {
            if (is_cut_off(f, end))
                rewind_follower(f, &to);
        }
        ring_reset(&l->relay->rings, &w->ring, to.id);
    }
    marks_return(&l->marks, mark, end_of_former);
}

enum rewind_found rewind_on_mark(struct read *q, enum redis_result result,
                                 const struct redis_entry *entries, size_t count)
{
    struct log *l = q->log;
    struct xid found = count > 0 ? entries[0].id : XID_ZERO;
    struct xid end = xid_cmp(q->end, XID_ZERO) > 0 ? q->end : found;
    l->stale = true;
    l->tip.state = PLACE_LIVE;
    if (result != REDIS_OK) {
        if (result != REDIS_LOST)
            log_fail_all(l, result);
        return REWIND_NOTHING;
    }
    if (xid_cmp(found, cursor_position(&l->tip.cursor)) == 0)
        return REWIND_SAME;
    const struct mark *mark = marks_find(&l->marks, found), *older = marks_before(&l->marks, found);
    if (mark && !q->lost)
        return REWIND_SAME;
    if (mark) {
        rewind_to(l, mark, end);
        return REWIND_MARK;
    }
    if (!older || xid_cmp(older->id, q->from.id) < 0)
        return REWIND_OTHER;
    find_mark(l, &q->info, older->id, q->lost, end, q->done);
    return REWIND_NOTHING;
}
