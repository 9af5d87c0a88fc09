/* SPDX-License-Identifier: MIT */
/* cursor: see cursor.h. */
#include "relay/cursor.h"

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
    *start = c->at == CURSOR_SENT || c->located ? 1 : 0;
    return c->at == CURSOR_OPEN || found;
}

void cursor_locate(struct cursor *c, struct xid before)
{
    c->located = true;
    c->before = before;
    c->large = false;
    c->rank = RANK_UNKNOWN; /* should it be another log's, its counts prove nothing */
}

/* Records deleted one by one behind the first that is left: how many of those removed were before
 * it cannot be told. */
static bool has_holes(const struct redis_info *info)
{
    return info->has_first && info->has_deleted && xid_cmp(info->deleted, info->first) > 0;
}

/* How many records have left the log; RANK_UNKNOWN where Redis does not tell, or was told otherwise
 * (XSETID). */
static uint64_t cursor_removed(const struct redis_info *info)
{
    bool known = info->has_added && info->added >= info->length;
    return known ? info->added - info->length : RANK_UNKNOWN;
}

/* The rank of a cursor before the first record there is. */
static uint64_t rank_of_first(const struct redis_info *info)
{
    return has_holes(info) ? RANK_UNKNOWN : cursor_removed(info);
}

struct cursor cursor_at_beginning(const struct redis_info *info)
{
    return (struct cursor){.at = CURSOR_OPEN, .before = info->first, .rank = rank_of_first(info)};
}

void cursor_begin_read(struct cursor *c, struct xid first)
{
    if (c->at == CURSOR_OPEN && xid_cmp(first, c->before) != 0)
        c->rank = RANK_UNKNOWN;
}

/* c goes on at the oldest record that is left, or behind the newest that ever was. */
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
    uint64_t removed = cursor_removed(info), least = c->rank + (c->at == CURSOR_NEXT);
    if (removed == RANK_UNKNOWN || c->rank == RANK_UNKNOWN)
        return -1;
    /* All up to c is gone from here, and the next with it when c waits for it; fewer removed than
     * that: c was a place in another log. */
    if (removed < least)
        return -1;
    /* Those deleted one by one count as removed, wherever they were. */
    if (removed > c->rank && info->has_deleted && xid_cmp(info->deleted, XID_ZERO) > 0)
        return -1;
    return (int64_t)(removed - c->rank);
}

/* A record was missing amid the log before XINFO was asked: then it was deleted, or this log never
 * had it. */
static bool never_had(const struct cursor *c, const struct redis_info *info)
{
    return info->has_deleted && xid_cmp(info->deleted, c->id) < 0 && info->has_first &&
           xid_cmp(info->first, c->id) <= 0;
}

/* The log by this name is not the one that c is a place in. */
static bool is_another_log(const struct cursor *c, bool missing, const struct redis_info *info)
{
    return xid_cmp(info->last, c->id) < 0 || (missing && never_had(c, info)) ||
           (c->rank != RANK_UNKNOWN && info->has_added && info->added < c->rank);
}

enum cursor_verdict cursor_check(struct cursor *c, bool missing, const struct redis_info *info,
                                 struct gap *gap)
{
    *gap = (struct gap){cursor_position(c), info->has_first, info->first, -1};
    if (c->at == CURSOR_OPEN)
        return CURSOR_READ_ON;
    if (!info->exists && xid_cmp(c->id, XID_ZERO) == 0)
        return CURSOR_AT_END;
    if (!info->exists) {
        *c = (struct cursor){.at = CURSOR_SENT};
        return CURSOR_GAP;
    }
    if (is_another_log(c, missing, info)) {
        move_to_first(c, info);
        return CURSOR_GAP;
    }
    if (c->at == CURSOR_SENT && xid_cmp(info->last, c->id) == 0) {
        c->rank = info->has_added ? info->added : c->rank;
        return CURSOR_AT_END;
    }
    if (info->has_first && xid_cmp(info->first, c->id) <= 0)
        return CURSOR_LOCATE;
    gap->lost = count_lost(c, info);
    move_to_first(c, info);
    return gap->lost == 0 ? CURSOR_READ_ON : CURSOR_GAP;
}
