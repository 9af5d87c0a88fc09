/* SPDX-License-Identifier: MIT */
/* place: see place.h. */
#include "relay/place.h"

/* ---- a position ---- */

struct xid cursor_position(const struct cursor *c)
{
    bool before = c->at == CURSOR_OPEN || c->at == CURSOR_NEXT;
    return before ? xid_prev(c->id) : c->id;
}

struct xid cursor_read_from(const struct cursor *c)
{
    return c->located ? c->before : c->id;
}

bool cursor_proven(const struct cursor *c, const struct redis_entry *entries, size_t count,
                   size_t *start)
{
    bool found = count > 0 && xid_cmp(entries[0].id, cursor_read_from(c)) == 0;
    /* Nothing was between before and the deleted record, and no log adds records before its last
     * one: Redis lost its newest records, and others came. */
    bool rewound = c->located && count > 1 && xid_cmp(entries[1].id, c->id) <= 0;
    *start = c->at == CURSOR_SENT || c->located ? 1 : 0;
    return c->at == CURSOR_OPEN || (found && !rewound);
}

struct cursor cursor_at_end(const struct redis_info *info)
{
    bool known = info->has_added || !info->exists;
    return (struct cursor){
        .id = info->last, .at = CURSOR_SENT, .rank = known ? info->added : RANK_UNKNOWN};
}

bool cursor_equal(const struct cursor *a, const struct cursor *b)
{
    return xid_cmp(a->id, b->id) == 0 && a->at == b->at && a->rank == b->rank &&
           a->located == b->located && (!a->located || xid_cmp(a->before, b->before) == 0);
}

/* The record at c was deleted; before is the last one that is left before it. */
static void cursor_locate(struct cursor *c, struct xid before)
{
    c->located = true;
    c->before = before;
    c->large = false;
    c->rank = RANK_UNKNOWN; /* if it is another log's, its counts prove nothing */
}

/* Records after the first that is left were deleted one by one.  How many of those removed were
 * before the first cannot be told then. */
static bool has_holes(const struct redis_info *info)
{
    return info->has_first && info->has_deleted && xid_cmp(info->deleted, info->first) > 0;
}

/* How many records have left the log; RANK_UNKNOWN where Redis does not tell, or was told otherwise
 * (XSETID). */
static uint64_t records_removed(const struct redis_info *info)
{
    bool known = info->has_added && info->added >= info->length;
    return known ? info->added - info->length : RANK_UNKNOWN;
}

/* The rank of a cursor before the first record there is. */
static uint64_t rank_of_first(const struct redis_info *info)
{
    return has_holes(info) ? RANK_UNKNOWN : records_removed(info);
}

/* The beginning of the log, or the first record of the id since or later. */
static struct cursor cursor_open(const struct redis_info *info, struct xid since)
{
    if (info->has_first && xid_cmp(info->first, since) < 0)
        return (struct cursor){.id = since, .at = CURSOR_OPEN, .rank = RANK_UNKNOWN};
    return (struct cursor){.at = CURSOR_OPEN, .before = info->first, .rank = rank_of_first(info)};
}

void cursor_begin_read(struct cursor *c, struct xid first)
{
    if (c->at == CURSOR_OPEN && xid_cmp(first, c->before) != 0)
        c->rank = RANK_UNKNOWN;
}

/* c goes on at the oldest record that is left, or after the newest that ever was. */
static void move_to_first(struct cursor *c, const struct redis_info *info)
{
    c->rank = rank_of_first(info);
    c->id = info->has_first ? info->first : info->last;
    c->at = info->has_first ? CURSOR_NEXT : CURSOR_SENT;
    c->large = c->located = false;
}

/* How many records between c and the oldest one left are lost; -1 where Redis cannot tell. */
static int64_t count_lost(const struct cursor *c, const struct redis_info *info)
{
    uint64_t removed = records_removed(info), least = c->rank + (c->at == CURSOR_NEXT);
    if (removed == RANK_UNKNOWN || c->rank == RANK_UNKNOWN)
        return -1;
    /* All records up to c have left this log, and the next one if c waits for it.  If fewer were
     * removed, c was a position in another log. */
    if (removed < least)
        return -1;
    /* Records deleted one by one count as removed, also those after c. */
    if (removed > c->rank && info->has_deleted && xid_cmp(info->deleted, XID_ZERO) > 0)
        return -1;
    return (int64_t)(removed - c->rank);
}

/* A read before this XINFO missed a record that is not older than the first one left.  It was
 * deleted, or this log never had it. */
static bool never_had(const struct cursor *c, const struct redis_info *info)
{
    return info->has_deleted && xid_cmp(info->deleted, c->id) < 0 && info->has_first &&
           xid_cmp(info->first, c->id) <= 0;
}

bool place_is_elsewhere(const struct place *p, const struct redis_info *info)
{
    const struct cursor *c = &p->cursor;
    return p->other_life || xid_cmp(info->last, c->id) < 0 ||
           (p->doubt == DOUBT_MISSING && never_had(c, info)) ||
           (c->rank != RANK_UNKNOWN && info->has_added && info->added < c->rank);
}

/* ---- a place ---- */

bool place_is_sought(const struct place *p)
{
    return p->state == PLACE_ASKING || p->state == PLACE_COUNTING || p->state == PLACE_LOCATING;
}

bool place_is_answered_by(const struct place *p, uint64_t number)
{
    return number >= p->came;
}

void place_doubt_again(struct place *p)
{
    if (p->doubt == DOUBT_DELETED)
        p->doubt = DOUBT_NONE;
}

void place_doubt_log(struct place *p)
{
    place_doubt_again(p);
    if (p->standing == PLACE_MET && p->state != PLACE_LIVE)
        p->standing = PLACE_CLAIMED;
}

void place_seek(struct place *p)
{
    p->state = PLACE_ASKING;
    p->proof = 0;
    p->clear_to = XID_ZERO;
    place_doubt_log(p);
}

void place_seek_missing(struct place *p, uint64_t requests)
{
    place_seek(p);
    p->doubt = DOUBT_MISSING;
    p->came = requests;
}

void place_see_tip(struct place *p, uint64_t proven)
{
    if (p->proof > 0 && p->proof <= proven)
        p->to_prove = false;
}

void place_sent(struct place *p, struct xid id, uint64_t rank)
{
    p->cursor = (struct cursor){.id = id, .at = CURSOR_SENT, .rank = rank};
    place_doubt_again(p);
    if (p->standing == PLACE_FRESH)
        p->standing = PLACE_CLAIMED;
}

void place_rewind(struct place *p, const struct cursor *to)
{
    place_seek(p);
    p->cursor = *to;
    p->doubt = DOUBT_NONE;
    p->standing = PLACE_MET;
    p->state = PLACE_BEHIND;
    if (xid_cmp(p->history_to, to->id) > 0)
        p->history_to = to->id;
}

void place_join(struct place *p, struct place *tip)
{
    struct xid last = tip->cursor.id, read_from = cursor_read_from(&tip->cursor);
    if (p->cursor.at == CURSOR_SENT && xid_cmp(p->cursor.id, last) > 0) {
        tip->cursor.id = p->cursor.id;
        cursor_locate(&tip->cursor, read_from);
    }
    p->cursor = tip->cursor;
    p->doubt = DOUBT_NONE;
    p->standing = PLACE_MET;
    p->proof = 0;
}

/* ---- decisions ---- */

/* History is what Redis has: the ring may hold records that were deleted before the viewer came.
 * A claimed cursor must be a record of the ring, for it may be of a former log by this name. */
static bool ring_serves(const struct place *p, const struct ring *ring)
{
    struct xid at = cursor_position(&p->cursor);
    return ring && ring_covers(ring, at) && xid_cmp(at, p->history_to) >= 0 &&
           (p->standing == PLACE_MET || ring_knows(ring, at));
}

/* No record is known after p.  A read of the tip that is sent from now on proves it. */
static enum place_step next_at_end(const struct place *p, const struct place_facts *f)
{
    bool beyond = p->cursor.at != CURSOR_OPEN && /* no record is known to be there */
                  xid_cmp(cursor_position(&p->cursor), cursor_position(f->tip)) > 0;
    if (p->proof > f->proven)
        return PLACE_WAIT;
    if (p->proof == 0 || f->tip->at != CURSOR_SENT)
        return PLACE_PROVE;
    /* The log has no more than the tip: a record beyond it was deleted, or was another log's. */
    return beyond && p->doubt != DOUBT_DELETED ? PLACE_SUSPECT : PLACE_GO_LIVE;
}

enum place_step place_next(const struct place *p, const struct place_facts *f)
{
    if (place_is_sought(p) && !f->reading)
        return PLACE_ASK;
    if (p->state != PLACE_BEHIND || !f->tip || f->reading)
        return PLACE_WAIT;
    struct xid at = cursor_position(&p->cursor), tip = cursor_position(f->tip);
    if (xid_cmp(at, tip) == 0 && xid_cmp(tip, p->history_to) >= 0 && f->tip->at == CURSOR_SENT &&
        !p->to_prove)
        return PLACE_GO_LIVE;
    if (xid_cmp(at, tip) >= 0 || xid_cmp(p->clear_to, tip) == 0)
        return next_at_end(p, f);
    return ring_serves(p, f->ring) ? PLACE_FROM_RING : PLACE_READ;
}

static struct gap gap_before_first(struct xid after, const struct redis_info *info)
{
    return (struct gap){
        .after = after, .has_next = info->has_first, .next = info->first, .lost = -1};
}

/* Records from p->since on may have left the log.  If none ever left it, none are lost, although
 * the first one is later. */
static bool since_is_lost(const struct place *p, const struct redis_info *info)
{
    bool later = !info->has_first || xid_cmp(info->first, p->since) > 0;
    return p->since_all && p->history > 0 && info->exists && later &&
           xid_cmp(p->since, info->last) <= 0 && records_removed(info) != 0;
}

/* Only reads find where it begins. */
static bool is_to_be_counted(const struct place *p, const struct redis_info *info)
{
    bool inside =
        info->has_first && xid_cmp(info->first, p->since) < 0 && xid_cmp(p->since, info->last) <= 0;
    return p->history > 0 && (info->length > p->history || (p->once && inside));
}

/* Without history, and when it is placed once, each record from now on is owed. */
static void set_fresh_cursor(struct place *p, const struct redis_info *info)
{
    bool none = !info->has_first || xid_cmp(p->since, info->last) > 0;
    if (p->history == 0 || !info->exists || (p->once && none))
        p->cursor = cursor_at_end(info);
    else if (p->once)
        move_to_first(&p->cursor, info);
    else
        p->cursor = cursor_open(info, p->since);
    if (p->history == 0 || p->once)
        p->standing = PLACE_CLAIMED;
}

/* A fresh place begins before the newest N records since p->since, as they are now. */
static enum place_finding place_fresh(struct place *p, const struct redis_info *info,
                                      struct gap *gap)
{
    bool last = xid_cmp(p->cursor.id, info->last) == 0;
    p->history_to = p->history > 0 ? info->last : XID_ZERO;
    /* The record that was missing is still the log's last: it was deleted. */
    p->doubt = p->doubt == DOUBT_MISSING && last ? DOUBT_DELETED : DOUBT_NONE;
    if (is_to_be_counted(p, info)) {
        p->state = PLACE_COUNTING;
        return FIND_NEWEST;
    }
    p->state = PLACE_BEHIND;
    if (since_is_lost(p, info)) {
        *gap = gap_before_first(xid_prev(p->since), info);
        move_to_first(&p->cursor, info);
        p->standing = PLACE_CLAIMED; /* what is lost from now on is another gap */
        return FOUND_GAP;
    }
    set_fresh_cursor(p, info);
    return FOUND_READY;
}

/* Where the cursor of p goes on in the log that info tells of. */
static enum place_finding find(struct place *p, const struct redis_info *info, struct gap *gap)
{
    struct cursor *c = &p->cursor;
    *gap = gap_before_first(cursor_position(c), info);
    if (!info->exists && xid_cmp(c->id, XID_ZERO) == 0)
        return FOUND_END;
    if (!info->exists) {
        *c = (struct cursor){.at = CURSOR_SENT};
        return FOUND_GAP;
    }
    if (place_is_elsewhere(p, info)) {
        move_to_first(c, info);
        return FOUND_GAP;
    }
    if (c->at == CURSOR_SENT && xid_cmp(info->last, c->id) == 0) {
        c->rank = info->has_added ? info->added : c->rank;
        return FOUND_END;
    }
    if (info->has_first && xid_cmp(info->first, c->id) <= 0)
        return c->located ? FOUND_READY : FIND_BEFORE;
    gap->lost = count_lost(c, info);
    move_to_first(c, info);
    return gap->lost == 0 ? FOUND_READY : FOUND_GAP;
}

enum place_finding place_on_info(struct place *p, const struct redis_info *info, struct gap *gap)
{
    if (p->standing == PLACE_FRESH)
        return place_fresh(p, info, gap);
    bool missing = p->doubt == DOUBT_MISSING;
    enum place_finding found = find(p, info, gap);
    p->other_life = false;
    if (found == FIND_BEFORE) {
        p->state = PLACE_LOCATING;
        return found;
    }
    /* The log may end at the deleted record, or before it. */
    bool deleted = found == FOUND_READY ? p->cursor.located : found == FOUND_END && missing;
    p->doubt = deleted ? DOUBT_DELETED : DOUBT_NONE;
    p->state = PLACE_BEHIND;
    return found;
}

enum place_finding place_on_range(struct place *p, const struct redis_entry *entries, size_t count,
                                  uint64_t requests, size_t *start)
{
    if (cursor_proven(&p->cursor, entries, count, start))
        return FOUND_READY;
    p->cursor.located = false;
    place_seek_missing(p, requests);
    return FIND_BY_INFO;
}

enum place_finding place_on_before(struct place *p, const struct xid *found, uint64_t requests)
{
    if (!found) { /* the log was trimmed or recreated meanwhile */
        p->state = PLACE_ASKING;
        return FIND_BY_INFO;
    }
    if (xid_cmp(*found, p->cursor.id) == 0) {
        p->doubt = DOUBT_NONE;
        p->state = PLACE_BEHIND;
        return FOUND_READY;
    }
    /* XINFO, asked for now, tells whether this log ever had the cursor's record; and once more
     * whether the record before was found in the same log. */
    if (p->doubt == DOUBT_MISSING)
        cursor_locate(&p->cursor, *found);
    place_seek_missing(p, requests);
    return FIND_BY_INFO;
}

void place_on_newest(struct place *p, const struct xid *first)
{
    p->cursor = (struct cursor){.id = first ? *first : p->since,
                                .at = first ? CURSOR_NEXT : CURSOR_OPEN,
                                .rank = RANK_UNKNOWN};
    if (!first && p->once) /* the records up to there that it would get are gone */
        p->cursor = (struct cursor){.id = p->history_to, .at = CURSOR_SENT, .rank = RANK_UNKNOWN};
    if (p->once)
        p->standing = PLACE_CLAIMED;
    p->doubt = DOUBT_NONE;
    p->state = PLACE_BEHIND;
}

void place_widen_gap(struct gap *g, const struct gap *next)
{
    g->tail = g->tail && next->tail;
    g->has_next = next->has_next;
    g->next = next->next;
    g->lost = g->lost < 0 || next->lost < 0 ? -1 : g->lost + next->lost;
}
