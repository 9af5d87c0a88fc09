/* SPDX-License-Identifier: MIT */
/*
 * history: see history.h. Older records are read by front/traverse.h. Records after an id are found
 * as the relay finds them, by relay/place.h. Each read begins at the cursor's record, so it proves
 * that nothing after it was trimmed. Without that record XINFO tells whether records are lost.
 *
 * Invariant: the id that an answer calls `last` is one up to which each record was answered, was
 * withheld by the filter, or is in the answer's gap.
 */
#include "front/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "format/filter.h"
#include "front/access.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/page.h"
#include "front/poll.h"
#include "front/reading.h"
#include "front/traverse.h"
#include "front/window.h"
#include "identity/fingerprint.h"
#include "relay/place.h"

#define MAX_SEEKS 16 /* questions where the cursor is, in one answer: trims may outrun them */

struct history {
    struct task task;
    struct window window;
    struct traverse older;  /* of `before` */
    struct redis_walk walk; /* of `after` */
    struct page page;
    char key[IDENTITY_MAX_KEY + 1];
    const struct config *config;
    struct filter *filter;
    bool failed;
    bool any;                  /* an entry was read, and perhaps withheld by the filter */
    struct xid oldest, newest; /* of those that were read */
    bool more;                 /* there may be others beyond them, in the range */
    /* Of `after`. */
    struct place place;
    bool passed; /* the walk met an entry beyond the range */
    unsigned seeks;
    bool over;      /* the time to wait is */
    unsigned every; /* ms after which the client should ask again; 0: at once */
    bool has_gap;
    struct gap gap;
};

/* ---- records ---- */

/* Adds the entry if the filter passes it. */
static void add_entry(struct history *h, const struct redis_entry *entry)
{
    struct record r;
    if (record_from_entry(&r, entry->id, entry->fields, entry->pairs, h->config->field,
                          h->config->event_field)) {
        h->failed = true;
        return;
    }
    if (filter_pass(h->filter, &r))
        h->failed = page_add(&h->page, &r) != 0;
    record_end(&r);
}

/* Counts the entry as read. False: it is not wanted any more. */
static bool read_entry(struct history *h, const struct redis_entry *entry)
{
    if (page_is_full(&h->page))
        return false;
    if (!h->any || xid_cmp(entry->id, h->oldest) < 0)
        h->oldest = entry->id;
    if (!h->any || xid_cmp(entry->id, h->newest) > 0)
        h->newest = entry->id;
    h->any = true;
    add_entry(h, entry);
    return !h->failed;
}

static bool on_older(void *arg, const struct redis_entry *entry)
{
    return read_entry(arg, entry);
}

static bool on_newer(void *arg, const struct redis_entry *entry)
{
    struct history *h = arg;
    uint64_t rank = h->place.cursor.rank;
    h->passed = !range_has(&h->window.range, entry->id);
    if (h->passed || !read_entry(h, entry))
        return false;
    place_sent(&h->place, entry->id, rank == RANK_UNKNOWN ? rank : rank + 1);
    return true;
}

static bool on_proof(void *arg, const struct redis_entry *entries, size_t count, size_t *start)
{
    struct history *h = arg;
    return place_on_range(&h->place, entries, count, 0, start) == FOUND_READY;
}

/* Begins to read at the cursor. */
static void begin_walk(struct history *h)
{
    h->walk = (struct redis_walk){.key = h->key,
                                  .at = cursor_read_from(&h->place.cursor),
                                  .fn = on_newer,
                                  .proof = on_proof,
                                  .arg = h};
}

/* ---- answers ---- */

static enum turn answer_fault(struct context *ctx, enum sync_result r)
{
    reading_fault(ctx, r);
    return TURN_DONE;
}

/* last NULL: none. */
static enum turn answer_page(struct context *ctx, const struct history *h, const struct xid *last)
{
    char first[XID_TEXT], end[XID_TEXT], tag[FINGERPRINT_VIEW + 1], after[XID_TEXT], next[XID_TEXT];
    char gap[PROFILE_GAP_DATA];
    bool lines = answer_in_lines(ctx, "application/json");
    fingerprint_view(&ctx->identity, h->key, tag);
    xid_format(h->oldest, first);
    xid_format(last ? *last : XID_ZERO, end);
    xid_format(h->gap.after, after);
    xid_format(h->gap.next, next);
    struct gap_frame frame = {
        .after = after, .next = h->gap.has_next ? next : NULL, .lost = h->gap.lost};
    profile_gap_data(gap, &frame);
    const struct page_end page_end = {.gap = h->has_gap ? gap : NULL,
                                      .more = h->more,
                                      .first = h->any ? first : NULL,
                                      .last = last ? end : NULL,
                                      .status_level = ctx->config->status_level,
                                      .every = h->every,
                                      .whose = tag};
    answer_begin(ctx, 200, lines ? ctx->config->profile->lines->content_type : "application/json");
    page_write(&h->page, &ctx->body, &page_end, lines);
    answer_compress(ctx);
    answer_send(ctx);
    return TURN_DONE;
}

/* ---- before ---- */

static void on_older_gap(void *arg, const struct gap *gap)
{
    struct history *h = arg;
    h->gap = *gap;
    h->has_gap = true;
}

/* The part that ends with `at`. */
static void begin_older(struct history *h)
{
    struct range part = h->window.range;
    part.has_to = xid_cmp(h->window.at, XID_MAX) < 0;
    part.to = xid_next(h->window.at);
    h->older = (struct traverse){
        .key = h->key, .range = part, .take = on_older, .gap = on_older_gap, .arg = h};
}

/* The id after which a log without entries goes on. */
static enum sync_result find_end(struct context *ctx, struct history *h)
{
    struct redis_info info;
    enum sync_result r = redis_sync_info(ctx->redis, h->key, &info);
    h->newest = r == SYNC_OK && !info.has_first ? info.last : XID_ZERO;
    return r;
}

/* The walk skips withheld records, but has a limit of its own: the client asks again. Without a
 * record in the range, the client goes on after the newest one before it. */
static enum turn older_turn(struct context *ctx, struct task *t)
{
    struct history *h = (struct history *)t;
    enum sync_result r = traverse_on(&h->older, ctx->redis, TASK_SLICE_MS);
    if (r == SYNC_OK && h->older.state != TRAVERSE_ENDED && !h->older.paused)
        return TURN_AGAIN;
    h->more = h->older.state != TRAVERSE_ENDED;
    if (!h->any && h->older.has_beyond)
        h->newest = h->older.beyond;
    else if (r == SYNC_OK && !h->any && !h->window.has_end)
        r = find_end(ctx, h);
    if (r != SYNC_OK || h->failed)
        return answer_fault(ctx, r);
    return answer_page(ctx, h, h->any || !h->window.has_end ? &h->newest : NULL);
}

/* ---- after ---- */

static enum turn answer_newer(struct context *ctx, struct history *h)
{
    h->more = !h->passed && (h->walk.more || h->walk.lost);
    struct xid last = cursor_position(&h->place.cursor);
    return answer_page(ctx, h, &last);
}

/* Nothing follows the cursor now. */
static enum turn wait_or_answer(struct context *ctx, struct history *h)
{
    struct parking *g = &ctx->parking;
    if (h->over || h->window.wait == 0 || h->has_gap ||
        (!g->key && !poll_may_wait(ctx, (unsigned)h->window.wait, &h->every)))
        return answer_newer(ctx, h);
    if (!g->key)
        g->until = access_until(ctx, clock_ms() + (int64_t)h->window.wait * 1000);
    g->key = h->key;
    g->after = cursor_position(&h->place.cursor);
    return TURN_PARK;
}

static void add_gap(struct history *h, const struct gap *gap)
{
    if (h->has_gap)
        place_widen_gap(&h->gap, gap);
    else
        h->gap = *gap;
    h->has_gap = true;
}

/* Asks Redis where the cursor is in the log. */
static enum turn seek_by_info(struct context *ctx, struct history *h)
{
    struct redis_info info;
    struct gap gap;
    enum sync_result r = redis_sync_info(ctx->redis, h->key, &info);
    if (r != SYNC_OK)
        return answer_fault(ctx, r);
    enum place_finding found = place_on_info(&h->place, &info, &gap);
    if (found == FOUND_GAP)
        add_gap(h, &gap);
    h->walk = (struct redis_walk){0};
    if (found == FOUND_END || (found == FOUND_GAP && h->place.cursor.at == CURSOR_SENT))
        return wait_or_answer(ctx, h);
    begin_walk(h);
    return TURN_AGAIN;
}

/* Looks for the record before the cursor's, which was deleted. */
static enum turn seek_before(struct context *ctx, struct history *h)
{
    bool any;
    struct xid id;
    enum sync_result r = redis_sync_newest(ctx->redis, h->key, h->place.cursor.id, &any, &id);
    if (r != SYNC_OK)
        return answer_fault(ctx, r);
    if (place_on_before(&h->place, any ? &id : NULL, 0) == FOUND_READY)
        begin_walk(h);
    return TURN_AGAIN;
}

static enum turn walk_newer(struct context *ctx, struct history *h)
{
    enum sync_result r = redis_sync_walk(ctx->redis, &h->walk, TASK_SLICE_MS);
    if (r != SYNC_OK || h->failed)
        return answer_fault(ctx, r);
    if (!h->walk.ended || (h->walk.lost && !h->any))
        return TURN_AGAIN; /* lost: the place is sought */
    bool answers = h->passed || h->page.count > 0 || h->walk.more || h->walk.lost;
    return answers ? answer_newer(ctx, h) : wait_or_answer(ctx, h);
}

static enum turn read_on(struct context *ctx, struct history *h)
{
    if (h->place.state == PLACE_BEHIND)
        return walk_newer(ctx, h);
    if (++h->seeks > MAX_SEEKS) { /* the client gets the gap now, and asks again */
        h->walk.more = true;
        return answer_newer(ctx, h);
    }
    return h->place.state == PLACE_LOCATING ? seek_before(ctx, h) : seek_by_info(ctx, h);
}

/* After a wait. The identity is checked again: it may have ended. True: answered. */
static bool resume(struct context *ctx, struct history *h)
{
    enum woken woken = ctx->parking.woken;
    ctx->parking.woken = WOKEN_NOT;
    if (woken == WOKEN_STOP)
        return answer_newer(ctx, h) == TURN_DONE;
    if (access_again(ctx))
        return true;
    h->over = woken == WOKEN_TIME;
    h->any = false;
    h->seeks = 0;
    h->place.state = PLACE_BEHIND;
    begin_walk(h);
    return false;
}

static enum turn newer_turn(struct context *ctx, struct task *t)
{
    struct history *h = (struct history *)t;
    if (ctx->parking.woken != WOKEN_NOT && resume(ctx, h))
        return TURN_DONE;
    return read_on(ctx, h);
}

/* ---- requests ---- */

static void history_free(struct task *t)
{
    struct history *h = (struct history *)t;
    page_free(&h->page);
    filter_free(h->filter);
    free(h);
}

/* Takes ownership of filter. */
static void begin_history(struct context *ctx, const char *key, const struct window *w,
                          struct filter *filter)
{
    struct history *h = calloc(1, sizeof *h);
    if (!h) {
        filter_free(filter);
        answer_error(ctx, 500, "out of memory");
        return;
    }
    h->task = (struct task){w->forward ? newer_turn : older_turn, history_free};
    h->window = *w;
    h->config = ctx->config;
    h->filter = filter;
    page_init(&h->page, (size_t)w->limit, !w->forward, ctx->body.max);
    snprintf(h->key, sizeof h->key, "%s", key);
    bool begins = w->claimed && xid_cmp(w->at, XID_ZERO) == 0;
    h->place = (struct place){.cursor = {.id = w->at,
                                         .at = w->claimed ? CURSOR_SENT : CURSOR_OPEN,
                                         .rank = begins ? 0 : RANK_UNKNOWN},
                              .standing = PLACE_CLAIMED,
                              .state = PLACE_BEHIND};
    if (w->forward)
        begin_walk(h);
    else
        begin_older(h);
    ctx->task = &h->task;
}

/* Takes ownership of filter. */
static void answer_history(struct context *ctx, const char *key, struct filter *filter)
{
    static const char *const known[] = {"before", "after", "limit", "from", "to", NULL};
    struct window w;
    const char *why = NULL;
    bool refused = reading_refuses(ctx, known, "before, after, from, to, dir and limit");
    if (!refused)
        why = window_read(&ctx->request, ctx->config->filters, clock_wall_ms(), &w);
    if (why)
        answer_error(ctx, 400, why);
    if (!refused && !why)
        begin_history(ctx, key, &w, filter);
    else
        filter_free(filter);
}

void serve_history(struct context *ctx)
{
    char key[IDENTITY_MAX_KEY + 1];
    if (ctx->config->log_kind != LOG_STREAM) {
        answer_error(ctx, 404, "there is no history");
        return;
    }
    if (access_enabled(ctx) || access_identify(ctx) || access_key(ctx, key))
        return;
    struct filter *filter = access_filter(ctx);
    if (filter && ctx->profile_http->history)
        ctx->profile_http->history(ctx, key, filter);
    else if (filter)
        answer_history(ctx, key, filter);
}
