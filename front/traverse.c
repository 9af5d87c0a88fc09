/* SPDX-License-Identifier: MIT */
/* traverse: see traverse.h. */
#include "front/traverse.h"

#define BEGINNINGS 3 /* the first record may leave the log before it is read */

/* ---- records ---- */

static void take_place(struct traverse *t, struct xid id)
{
    uint64_t rank = t->place.cursor.rank;
    if (t->forward)
        place_sent(&t->place, id, rank == RANK_UNKNOWN ? rank : rank + 1);
    t->edge = t->at = id;
    t->anchored = t->edge_taken = true;
}

static bool on_entry(void *arg, const struct redis_entry *entry)
{
    struct traverse *t = arg;
    bool late = t->bounded && xid_cmp(entry->id, t->log.last) > 0;
    if (!range_has(&t->range, entry->id) || late) {
        t->state = TRAVERSE_ENDED;
        t->has_beyond = true;
        t->beyond = entry->id;
        return false;
    }
    if (!t->take(t->arg, entry))
        return false;
    take_place(t, entry->id);
    t->taken++;
    return true;
}

static bool on_forward(void *arg, const struct redis_entry *entries, size_t count, size_t *start)
{
    struct traverse *t = arg;
    return place_on_range(&t->place, entries, count, 0, start) == FOUND_READY;
}

static bool on_backward(void *arg, const struct redis_entry *entries, size_t count, size_t *start)
{
    struct traverse *t = arg;
    *start = t->anchored && t->edge_taken;
    return !t->anchored || (count > 0 && xid_cmp(entries[0].id, t->edge) == 0);
}

static void begin_walk(struct traverse *t, struct xid at)
{
    t->state = TRAVERSE_READS;
    t->walk = (struct redis_walk){.key = t->key,
                                  .at = at,
                                  .fn = on_entry,
                                  .proof = t->forward ? on_forward : on_backward,
                                  .arg = t,
                                  .most = t->most,
                                  .newest_first = !t->forward};
}

/* ---- the beginning ---- */

/* Whether `at` is inside the part. */
static bool is_inside(const struct traverse *t)
{
    return t->forward ? xid_cmp(t->at, t->range.from) >= 0
                      : xid_cmp(t->at, range_last(&t->range)) <= 0;
}

/* How many records had left the log. Those that were deleted one by one are among them: with such
 * ones place_on_info() tells no number. */
static uint64_t count_removed(const struct redis_info *log)
{
    return log->has_added && log->added >= log->length ? log->added - log->length : RANK_UNKNOWN;
}

static void begin_forward(struct traverse *t)
{
    struct cursor *c = &t->place.cursor;
    t->place = (struct place){.standing = PLACE_CLAIMED, .state = PLACE_BEHIND};
    *c = (struct cursor){.id = t->began, .at = CURSOR_NEXT, .rank = RANK_UNKNOWN};
    if (t->resumed)
        *c = (struct cursor){.id = t->at,
                             .at = CURSOR_SENT,
                             .rank = xid_cmp(t->at, XID_ZERO) == 0 ? 0 : RANK_UNKNOWN};
    else if (t->beginnings >= BEGINNINGS)
        c->at = CURSOR_OPEN;
    else if (xid_cmp(t->began, t->log.first) == 0)
        c->rank = count_removed(&t->log);
    begin_walk(t, cursor_read_from(c));
}

static void begin_backward(struct traverse *t)
{
    t->anchored = t->resumed || t->beginnings < BEGINNINGS;
    t->edge_taken = t->resumed;
    t->edge = t->resumed ? t->at : t->began;
    begin_walk(t, t->edge);
}

/* Asks for the log. A server that refuses XINFO only cannot tell what is missing, unless a read
 * misses its record: then it must. */
static enum sync_result look_at_log(struct traverse *t, struct redis_info *log)
{
    enum sync_result r = redis_sync_info(t->redis, t->key, log);
    bool any;
    if (r != SYNC_REFUSED)
        return r;
    *log = (struct redis_info){0};
    return redis_sync_newest(t->redis, t->key, XID_MAX, &any, &log->last);
}

/* Finds the first record of the part, then asks for the log: if a read finds the record afterwards,
 * both are of the same log. */
static enum sync_result find_beginning(struct traverse *t)
{
    bool any = true;
    enum sync_result r = SYNC_OK;
    if (!t->resumed && t->forward)
        r = redis_sync_oldest(t->redis, t->key, t->range.from, &any, &t->began);
    else if (!t->resumed)
        r = redis_sync_newest(t->redis, t->key, range_last(&t->range), &any, &t->began);
    if (r == SYNC_OK)
        r = look_at_log(t, &t->log);
    if (r == SYNC_OK && !any)
        t->state = TRAVERSE_ENDED;
    return r;
}

static enum sync_result begin(struct traverse *t)
{
    t->resumed = t->resumed && is_inside(t);
    if (range_is_empty(&t->range)) {
        t->state = TRAVERSE_ENDED;
        return SYNC_OK;
    }
    enum sync_result r = find_beginning(t);
    t->beginnings++;
    if (r != SYNC_OK || t->state == TRAVERSE_ENDED)
        return r;
    if (t->forward)
        begin_forward(t);
    else
        begin_backward(t);
    return r;
}

/* Another log has the key: ids and counts of one log never go back. */
static bool went_back(const struct traverse *t, const struct redis_info *now)
{
    const struct redis_info *then = &t->log;
    return now->exists && (xid_cmp(now->last, then->last) < 0 ||
                           (now->has_first && xid_cmp(now->first, then->first) < 0) ||
                           (now->has_added && now->added < then->added));
}

/* ---- forward: the record before the next one is missing ---- */

/* Another log took the key. Within a traverse that is its end. One that was resumed may have come
 * with an id that no record ever had, and goes on behind it. */
static void leave_log(struct traverse *t, const struct redis_info *info)
{
    const struct gap gap = {.after = t->at, .lost = -1};
    t->gap(t->arg, &gap);
    if (t->taken > 0 || xid_cmp(info->last, t->at) <= 0) {
        t->state = TRAVERSE_ENDED;
        return;
    }
    t->place =
        (struct place){.cursor = {.id = xid_next(t->at), .at = CURSOR_OPEN, .rank = RANK_UNKNOWN},
                       .standing = PLACE_CLAIMED,
                       .state = PLACE_BEHIND};
    begin_walk(t, t->place.cursor.id);
}

static enum sync_result ask_for_place(struct traverse *t)
{
    struct redis_info info;
    struct gap gap;
    enum sync_result r = redis_sync_info(t->redis, t->key, &info);
    if (r != SYNC_OK)
        return r;
    enum place_finding found = place_on_info(&t->place, &info, &gap);
    bool another = found == FOUND_GAP && info.has_first && xid_cmp(info.first, t->at) <= 0;
    if (another || went_back(t, &info)) {
        leave_log(t, &info);
        return r;
    }
    if (found == FOUND_GAP)
        t->gap(t->arg, &gap);
    if (found == FOUND_END || (found == FOUND_GAP && !info.has_first))
        t->state = TRAVERSE_ENDED;
    else if (found == FOUND_READY || found == FOUND_GAP)
        begin_walk(t, cursor_read_from(&t->place.cursor));
    return r;
}

/* The record was deleted, or this log never had it: looks for the one before. */
static enum sync_result ask_for_before(struct traverse *t)
{
    bool any;
    struct xid id;
    enum sync_result r = redis_sync_newest(t->redis, t->key, t->place.cursor.id, &any, &id);
    if (r == SYNC_OK && place_on_before(&t->place, any ? &id : NULL, 0) == FOUND_READY)
        begin_walk(t, cursor_read_from(&t->place.cursor));
    return r;
}

static enum sync_result seek_forward(struct traverse *t)
{
    return t->place.state == PLACE_LOCATING ? ask_for_before(t) : ask_for_place(t);
}

/* ---- backward ---- */

/* How many records of the part it did not get; -1: Redis cannot tell. They are counted in all,
 * which is right only where no single one was ever deleted. */
static int64_t count_below(const struct traverse *t, const struct redis_info *now)
{
    bool whole = t->taken > 0 && !t->resumed && xid_cmp(t->range.from, t->log.first) <= 0 &&
                 xid_cmp(t->began, t->log.last) == 0;
    bool kept = xid_cmp(t->log.deleted, XID_ZERO) == 0 && now->has_deleted &&
                xid_cmp(now->deleted, XID_ZERO) == 0 && now->has_added &&
                now->added >= t->log.added && xid_cmp(now->last, t->log.last) >= 0;
    return whole && kept ? (int64_t)(t->log.length - t->taken) : -1;
}

/* No older record can be got. Tells which are missing. proven: `at` was found in the log. */
static void end_backward(struct traverse *t, const struct redis_info *now, bool proven)
{
    struct xid from = t->range.from, first = t->log.first;
    struct xid seen = t->resumed || t->taken > 0 ? t->at : xid_next(t->began);
    t->state = TRAVERSE_ENDED;
    bool late = t->resumed && t->taken == 0 && !proven; /* it may have been another log */
    if (!late && !t->log.has_first)
        return;
    struct xid missing = late || xid_cmp(first, from) < 0 ? from : first;
    const struct gap gap = {.after = xid_prev(missing),
                            .has_next = t->resumed || t->taken > 0,
                            .next = seen,
                            .lost = count_below(t, now)};
    if (xid_cmp(missing, seen) < 0)
        t->gap(t->arg, &gap);
}

enum fate { FATE_DELETED, FATE_TRIMMED, FATE_ANOTHER };

/* The fate of the record at `at`. */
static enum fate find_fate(const struct traverse *t, const struct redis_info *now)
{
    if (!now->has_first || xid_cmp(now->first, t->at) > 0)
        return FATE_TRIMMED;
    bool never = now->has_deleted && xid_cmp(now->deleted, t->at) < 0;
    return never || went_back(t, now) || xid_cmp(now->last, t->at) < 0 ? FATE_ANOTHER
                                                                       : FATE_DELETED;
}

/* The record at `at` was deleted. Goes on at the one before, if that is of the same log. */
static enum sync_result step_over(struct traverse *t)
{
    bool any;
    struct xid id;
    struct redis_info now;
    enum sync_result r = redis_sync_newest(t->redis, t->key, xid_prev(t->at), &any, &id);
    if (r == SYNC_OK)
        r = redis_sync_info(t->redis, t->key, &now);
    if (r != SYNC_OK || find_fate(t, &now) != FATE_DELETED)
        return r; /* asked again */
    if (!any) {
        if (xid_cmp(now.first, t->at) >= 0)
            end_backward(t, &now, false);
        return r;
    }
    if (xid_cmp(now.first, id) > 0)
        return r;
    t->edge = id;
    t->edge_taken = false;
    begin_walk(t, id);
    return r;
}

static enum sync_result seek_backward(struct traverse *t)
{
    struct redis_info now;
    enum sync_result r = redis_sync_info(t->redis, t->key, &now);
    if (r != SYNC_OK)
        return r;
    enum fate fate = find_fate(t, &now);
    if (fate == FATE_DELETED)
        return step_over(t);
    end_backward(t, &now, false);
    if (fate == FATE_ANOTHER && t->taken == 0) { /* as leave_log() */
        t->anchored = false;
        begin_walk(t, xid_prev(t->at));
    }
    return r;
}

/* The log has no older record. */
static enum sync_result see_end(struct traverse *t)
{
    struct redis_info now;
    enum sync_result r = look_at_log(t, &now);
    if (r == SYNC_OK)
        end_backward(t, &now, true);
    return r;
}

/* ---- both ---- */

static enum sync_result read_on(struct traverse *t, unsigned slice)
{
    enum sync_result r = redis_sync_walk(t->redis, &t->walk, slice);
    if (r != SYNC_OK || !t->walk.ended || t->state == TRAVERSE_ENDED)
        return r;
    if (t->walk.lost) {
        t->state = t->taken > 0 || t->resumed ? TRAVERSE_SEEKS : TRAVERSE_BEGINS;
    } else if (t->walk.more) {
        t->paused = true;
        t->walk.ended = false;
    } else if (t->forward) {
        t->state = TRAVERSE_ENDED;
    } else {
        return see_end(t);
    }
    return r;
}

enum sync_result traverse_on(struct traverse *t, struct redis_sync *redis, unsigned slice)
{
    t->redis = redis;
    t->paused = false;
    switch (t->state) {
    case TRAVERSE_BEGINS:
        return begin(t);
    case TRAVERSE_READS:
        return read_on(t, slice);
    case TRAVERSE_SEEKS:
        return t->forward ? seek_forward(t) : seek_backward(t);
    case TRAVERSE_ENDED:
        break;
    }
    return SYNC_OK;
}
