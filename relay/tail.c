/* SPDX-License-Identifier: MIT */
/* tail: see tail.h. */
#include "relay/tail.h"

#include <stdlib.h>

#include "base/diag.h"
#include "relay/catchup.h"
#include "relay/counts.h"
#include "relay/fanout.h"
#include "relay/follower.h"
#include "relay/gather.h"
#include "relay/rewind.h"
#include "relay/reads.h"
#include "relay/viewer.h"

#define LOOK_AGAIN_MS 60000 /* the tip of a log with viewers LIVE is read this often at least */

static read_done_fn on_read;

/* ---- the tip ---- */

/* No answer about the tip is awaited, and all viewers LIVE are at it. */
static bool tip_rests(const struct log *l)
{
    return l->tip.state == PLACE_LIVE && !l->fanouts;
}

/* Records of one read of the tip.  With many views they are fewer: what a read brought is formatted
 * for all views in one turn. */
static unsigned tip_count(const struct log *l)
{
    unsigned count = reads_count(l), views = 0;
    for (const struct view *w = l->views; w; w = w->next)
        views += w->followers != NULL;
    unsigned most = views > 0 ? 1 + l->relay->limits.frames / views : count; /* 1: the tip itself */
    return count < most ? count : most < 2 ? 2 : most;
}

/* Reads the tip if it is stale and a viewer needs it. */
static void look(struct log *l)
{
    struct relay *r = l->relay;
    bool needed = l->live > 0 || (l->views && l->wanted > l->proven);
    if (!l->stale || !tip_rests(l) || !r->up || !needed || gather_holds(l))
        return;
    struct read *q = reads_new(l, READ_TIP, on_read);
    if (!q)
        return;
    q->from = l->tip.cursor;
    q->to = XID_MAX;
    q->count = tip_count(l);
    q->number = l->asked + 1;
    if (reads_send(q))
        return;
    l->stale = false;
    l->tip.state = PLACE_BEHIND;
    l->asked++;
    l->look_at = r->now + LOOK_AGAIN_MS;
}

/* Formats what was read for one view. */
static void deliver(struct view *w, const struct redis_entry *entries, size_t count,
                    struct cursor from)
{
    struct relay *r = w->log->relay;
    struct batch *b = &r->batch;
    if (!w->followers) {
        ring_reset(&r->rings, &w->ring, entries[count - 1].id);
        return;
    }
    for (size_t i = 0; i < count;) {
        batch_begin(b, &from, w->log->marks.epoch, false);
        batch_number(b, w);
        i = batch_fill(r, b, w, entries, i, count, 0);
        if (i == 0) {
            log_leave_behind(w, entries[count - 1].id);
            return;
        }
        from = b->after;
        fanout_give(w, b);
    }
}

/* All viewers LIVE are at the tip.  After a full read more is there already. */
static void rest(struct log *l)
{
    if (l->proven == l->asked)
        gather_begin(l);
}

/* The tip moves over entries, and all viewers that are LIVE get them, now or in later turns. */
static void tip_advance(struct log *l, const struct redis_entry *entries, size_t count)
{
    struct cursor from = l->tip.cursor, *tip = &l->tip.cursor;
    l->tip.doubt = DOUBT_NONE;
    tip->id = entries[count - 1].id;
    tip->at = CURSOR_SENT;
    tip->located = false;
    tip->large = batch_entry_is_large(&entries[count - 1]);
    if (tip->rank != RANK_UNKNOWN)
        tip->rank += count;
    l->relay->stats.records += count;
    fanout_begin(l);
    for (struct view *w = l->views; w; w = w->next)
        deliver(w, entries, count, from);
    if (fanout_end(l))
        rest(l);
}

static bool is_beyond(const struct follower *f, struct xid position)
{
    return xid_cmp(cursor_position(&f->place.cursor), position) > 0;
}

/* Records after the tip are lost to viewers that are LIVE at it.  Viewers that are BEHIND look for
 * their own place. */
static void tip_gap(struct log *l, const struct gap *gap)
{
    struct relay *r = l->relay;
    for (struct view *w = l->views; w; w = w->next) {
        ring_reset(&r->rings, &w->ring, cursor_position(&l->tip.cursor));
        for (struct follower *f = w->followers; f; f = f->next) {
            place_doubt_log(&f->place);
            if (f->place.state == PLACE_LIVE) {
                f->place.cursor = l->tip.cursor;
                log_add_gap(f, gap);
            } else if (f->place.state == PLACE_BEHIND && f->waits != WAIT_READ) {
                follower_seek_place(f);
            }
        }
    }
}

static int find_before_tip(struct log *l, struct xid first)
{
    struct read *q = reads_new_before(l, READ_BEFORE_TIP, first, l->tip.cursor.id, on_read);
    return q ? reads_send(q) : -1;
}

/* Nothing ever left a log with as many records as were added: its first one is the first ever. */
static uint32_t life_of(const struct redis_info *info)
{
    bool whole = info->has_added && info->added == info->length && info->has_first;
    return whole ? epoch_first(info->first) : EPOCH_UNKNOWN;
}

/* info tells of the log that the tip is in. */
static void name_life(struct log *l, const struct redis_info *info)
{
    if (l->marks.epoch == EPOCH_UNKNOWN && info->exists)
        l->marks.epoch = life_of(info);
    if (l->marks.epoch == EPOCH_UNKNOWN && info->exists)
        l->marks.epoch = epoch_random((uint32_t)rand() << 16 ^ (uint32_t)rand());
}

/* The tip leaves its log for another one.  other: it is known that it is another one. */
static void leave_life(struct log *l, bool other)
{
    struct mark end = {cursor_position(&l->tip.cursor), l->tip.cursor.rank};
    if (other)
        marks_leave(&l->marks, end);
    else
        marks_forget(&l->marks);
}

/* other: info tells of another log than that of the tip. */
static void place_tip(struct log *l, const struct redis_info *info, bool other)
{
    struct gap gap;
    if (other)
        leave_life(l, true);
    l->tip.other_life = other;
    struct xid at = l->tip.cursor.id;
    enum place_finding found = place_on_info(&l->tip, info, &gap);
    if (found == FIND_BEFORE && find_before_tip(l, info->first) == 0)
        return;
    bool moved = l->tip.cursor.at == CURSOR_NEXT || xid_cmp(l->tip.cursor.id, at) != 0;
    l->tip.state = PLACE_LIVE;
    if (found == FOUND_END)
        l->proven = l->asked;
    else
        l->stale = true;
    if (moved && !other)
        leave_life(l, false); /* the record of the tip was trimmed: only counts tell */
    if (moved || other)
        name_life(l, info);
    if (found == FOUND_GAP)
        tip_gap(l, &gap);
}

static bool is_other_log(const struct log *l, const struct redis_info *info)
{
    return place_is_elsewhere(&l->tip, info) || epoch_differs(l->marks.epoch, life_of(info));
}

static void tip_on_info(struct log *l, const struct redis_info *info)
{
    bool other = is_other_log(l, info);
    if (!other || !rewind_begin(l, info, true, on_read))
        place_tip(l, info, other);
}

static void ask_for_info(struct log *l);

/* An answer about the tip came, or its records were handed out.  Viewers whose XINFO was held back
 * for it are answered next. */
static void tip_answered(struct log *l)
{
    if (l->tip.state == PLACE_ASKING || l->info == INFO_HELD)
        ask_for_info(l);
    look(l);
}

static void on_tip(struct read *q, enum redis_result result, const struct redis_entry *entries,
                   size_t count)
{
    struct log *l = q->log;
    struct relay *r = l->relay;
    size_t start;
    bool waited = l->wanted > l->proven;
    l->tip.state = PLACE_LIVE;
    if (result != REDIS_OK) {
        l->stale = true; /* a read that was refused is not tracked */
        if (result != REDIS_LOST) {
            log_fail_all(l, result);
            l->wanted = l->proven; /* no viewer waits any more */
        }
    } else if (place_on_range(&l->tip, entries, count, r->requests, &start) == FOUND_READY) {
        reads_weigh(l, entries, count);
        reads_mark(l, entries, count, l->tip.cursor.rank, start);
        bool whole = count < q->count;
        l->stale = l->stale || !whole;
        if (whole)
            l->proven = q->number;
        if (whole && l->tip.cursor.located) /* no record follows the deleted one */
            l->tip.cursor.at = CURSOR_SENT;
        if (count > start)
            tip_advance(l, entries + start, count - start);
        for (struct view *w = l->views; w && waited; w = w->next)
            log_serve_view(w);
    }
    tip_answered(l);
}

static void on_before_tip(struct read *q, enum redis_result result,
                          const struct redis_entry *entries, size_t count)
{
    struct log *l = q->log;
    l->stale = true;
    l->tip.state = PLACE_LIVE;
    if (result != REDIS_OK && result != REDIS_LOST)
        log_fail_all(l, result);
    if (result == REDIS_OK)
        place_on_before(&l->tip, count > 0 ? &entries[0].id : NULL, l->relay->requests);
    if (count > 0 && !marks_find(&l->marks, entries[0].id))
        leave_life(l, false); /* the record of the tip was deleted, and no other proves the log */
    if (l->tip.state == PLACE_BEHIND)
        l->tip.state = PLACE_LIVE;
    tip_answered(l);
}

/* ---- XINFO STREAM, for places that are ASKING ---- */

/* Places a viewer by an answer to XINFO STREAM.  Without memory for the next read, the viewer asks
 * again. */
static void viewer_on_info(struct follower *f, const struct redis_info *info)
{
    struct gap gap;
    if (f->viewer->phase == PHASE_NEW)
        f->viewer->phase = PHASE_HISTORY;
    if (f->place.standing == PLACE_FRESH)
        counts_begin_again(&f->viewer->counts);
    switch (place_on_info(&f->place, info, &gap)) {
    case FIND_NEWEST:
        catchup_find_newest(f);
        break;
    case FIND_BEFORE:
        catchup_find_before(f, info->first);
        break;
    case FOUND_GAP:
        viewer_add_gap(f, &gap);
        break;
    default:
        break;
    }
}

/* The tip of a log whose records no viewer is given as they come: its end now.  Viewers BEHIND that
 * are beyond it stand in a former log. */
static void tip_at_end(struct log *l, const struct redis_info *info)
{
    struct relay *r = l->relay;
    l->tip.cursor = cursor_at_end(info);
    l->tip.doubt = DOUBT_NONE;
    l->tip.state = PLACE_LIVE;
    l->stale = true; /* reading it makes Redis track the key */
    name_life(l, info);
    for (struct view *w = l->views; w; w = w->next) {
        ring_reset(&r->rings, &w->ring, l->tip.cursor.id);
        for (struct follower *f = w->followers; f; f = f->next) {
            place_doubt_log(&f->place);
            if (f->place.state == PLACE_BEHIND && f->waits != WAIT_READ &&
                is_beyond(f, l->tip.cursor.id))
                follower_seek_place(f);
        }
    }
}

static bool ends_at_tip(const struct log *l, const struct redis_info *info)
{
    struct cursor end = cursor_at_end(info);
    return xid_cmp(end.id, cursor_position(&l->tip.cursor)) == 0 &&
           (end.rank == l->tip.cursor.rank || l->tip.cursor.rank == RANK_UNKNOWN);
}

/* While no viewer was LIVE the tip stood still.  It goes to the end of the log if its record is
 * still there: it is the same one. */
static void leave_tip(struct log *l, const struct redis_info *info)
{
    bool other = is_other_log(l, info);
    if (rewind_begin(l, info, other, on_read))
        return;
    leave_life(l, other);
    tip_at_end(l, info);
}

/* The answer to the search for a mark. */
static void on_mark(struct read *q, enum redis_result result, const struct redis_entry *entries,
                    size_t count)
{
    struct log *l = q->log;
    enum rewind_found found = rewind_on_mark(q, result, entries, count);
    bool other = found == REWIND_OTHER && q->lost;
    bool moves = l->live == 0 && (found == REWIND_OTHER || found == REWIND_SAME);
    if (moves && found == REWIND_OTHER)
        leave_life(l, q->lost);
    if (moves)
        tip_at_end(l, &q->info);
    else if (other)
        place_tip(l, &q->info, true);
    tip_answered(l);
    for (struct view *w = l->views; w; w = w->next)
        log_serve_view(w);
}

/* The client of f proves that it does not come from the log that info tells of.  Where its first
 * record is still the first one, it proves that it does, also if the relay took another log for
 * this one. */
static bool is_of_other_life(const struct follower *f, const struct redis_info *info)
{
    const struct log *l = f->view->log;
    uint32_t life = life_of(info);
    if (info->has_first && f->epoch == epoch_first(info->first))
        return false;
    if (life != EPOCH_UNKNOWN)
        return epoch_differs(f->epoch, life);
    return ends_at_tip(l, info) && marks_is_over(&l->marks, f->epoch);
}

/* Places the tip by an answer to XINFO STREAM. */
static void log_on_info(struct log *l, const struct redis_info *info, bool recreated)
{
    bool known = l->tip.state != PLACE_NONE;
    /* Now it is known how many records were ever added.  Not at a deleted record: a later log that
     * lost as many would look as if nothing were missing. */
    if (known && !l->tip.cursor.located && ends_at_tip(l, info))
        l->tip.cursor.rank = cursor_at_end(info).rank;
    bool left = l->live == 0 && tip_rests(l) && !ends_at_tip(l, info);
    if (left)
        leave_tip(l, info);
    else if (!known)
        tip_at_end(l, info);
    else if (l->tip.state == PLACE_ASKING || (recreated && tip_rests(l)))
        tip_on_info(l, info);
    if (tip_rests(l) && ends_at_tip(l, info))
        name_life(l, info);
}

static void info_came(struct log *l, const struct redis_info *info)
{
    bool recreated = xid_cmp(info->last, l->tip.cursor.id) < 0;
    uint64_t number = l->info_number; /* a viewer that is served may ask again */
    log_on_info(l, info, recreated);
    bool at_end = tip_rests(l) && ends_at_tip(l, info);
    /* While the tip is still in the former log no viewer is placed. */
    bool asks = l->tip.state == PLACE_BEHIND || l->tip.state == PLACE_LOCATING;
    bool hold = recreated ? asks || l->fanouts : l->tip.state == PLACE_LOCATING;
    for (struct view *w = l->views; w; w = w->next) {
        for (struct follower *f = w->followers; f; f = f->next) {
            if (!place_is_sought(&f->place) || f->waits == WAIT_READ)
                continue;
            if (hold) {
                l->info = INFO_HELD;
            } else if (place_is_answered_by(&f->place, number)) {
                f->place.other_life = is_of_other_life(f, info);
                f->place.to_prove = f->place.to_prove && !at_end;
                viewer_on_info(f, info);
            }
        }
        log_serve_view(w); /* a viewer that this answer came too early for asks again */
    }
    look(l);
}

static void on_info(void *arg, enum redis_result result, const struct redis_info *info)
{
    struct log *l = arg;
    l->info = INFO_NONE;
    if (result == REDIS_OK) {
        info_came(l, info);
    } else if (result != REDIS_LOST) {
        log_fail_all(l, result);
        if (l->tip.state == PLACE_ASKING)
            l->tip.state = PLACE_LIVE;
        l->stale = true;
    }
    l->under_way--;
    if (!l->views)
        sweep_by(l->relay, l->relay->now); /* it may be the last answer that names l */
}

static void ask_for_info(struct log *l)
{
    struct relay *r = l->relay;
    if (l->info == INFO_ASKED)
        return;
    l->info = INFO_NONE;
    if (!r->up)
        return;
    if (r->now < l->ask_at) {
        sweep_by(r, l->ask_at);
        return;
    }
    if (redis_feed_info(r->feed, l->key, on_info, l)) {
        retry_soon(r);
        return;
    }
    l->info = INFO_ASKED;
    l->info_number = r->requests++;
    l->under_way++;
}

static void on_read(struct read *q, enum redis_result result, const struct redis_entry *entries,
                    size_t count)
{
    struct relay *r = q->log->relay;
    if (q->kind == READ_TIP)
        on_tip(q, result, entries, count);
    else if (q->kind == READ_BEFORE_TIP)
        on_before_tip(q, result, entries, count);
    else
        on_mark(q, result, entries, count);
    catchup_serve_queue(r);
}

/* ---- the table ---- */

static void begin(struct follower *f)
{
    const struct log *l = f->view->log;
    /* The first read of a cursor proves it, or finds that its record is missing.  Beyond the tip
     * nothing would be read: the log may have been recreated. */
    if (f->place.standing != PLACE_FRESH && l->tip.state != PLACE_NONE &&
        !marks_is_over(&l->marks, f->epoch) && xid_cmp(f->place.cursor.id, l->tip.cursor.id) <= 0)
        follower_set_place(f, PLACE_BEHIND);
    else
        follower_seek_place(f);
}

static bool want(struct follower *f, enum place_step need)
{
    struct log *l = f->view->log;
    if (need == PLACE_READ) {
        catchup_read_after(f);
    } else if (need == PLACE_PROVE) {
        f->place.proof = l->asked + 1;
        if (f->place.proof > l->wanted)
            l->wanted = f->place.proof;
        l->stale = true;
        look(l);
    } else {
        if (need == PLACE_SUSPECT)
            follower_seek_missing(f);
        if (l->info == INFO_NONE)
            ask_for_info(l);
    }
    return false;
}

/* Reads on from the tip although no change was reported: an invalidation may have been lost. */
static int64_t check(struct log *l)
{
    const struct relay *r = l->relay;
    if (l->tip.state == PLACE_ASKING && l->info == INFO_NONE)
        ask_for_info(l);
    if (l->live > 0 && r->now >= l->look_at) {
        l->look_at = r->now + LOOK_AGAIN_MS;
        l->stale = true;
    }
    look(l);
    return l->live > 0 ? l->look_at : INT64_MAX;
}

static void up(struct log *l)
{
    l->stale = true;
    if (l->tip.state == PLACE_ASKING)
        ask_for_info(l);
    look(l);
    for (struct view *w = l->views; w; w = w->next)
        log_serve_view(w);
}

/* Reads under way end with REDIS_LOST.  Redis may come back without the log's newest records.  A
 * record that was deleted from the log may never have been in it then. */
static void down(struct log *l)
{
    for (struct view *w = l->views; w; w = w->next)
        for (struct follower *f = w->followers; f; f = f->next)
            place_doubt_again(&f->place);
}

static void nothing(struct log *l)
{
    (void)l;
}

const struct log_source tail_source = {begin, want, look, check, up, down, nothing};

static void invalidate(struct log *l)
{
    l->stale = true;
    look(l);
}

void tail_run(struct relay *r)
{
    struct log *l = fanout_run(r);
    if (l && l->kind == LOG_STREAM) {
        rest(l);
        tip_answered(l);
    }
    while ((l = gather_next(r)))
        look(l);
}

void tail_invalidated(struct relay *r, struct slice key)
{
    struct log *one = key.p ? log_find(r, LOG_STREAM, key.p) : NULL;
    if (one)
        invalidate(one);
    for (struct log *l = key.p ? NULL : r->logs; l; l = l->next)
        if (l->kind == LOG_STREAM)
            invalidate(l);
}
