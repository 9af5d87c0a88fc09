/* SPDX-License-Identifier: MIT */
/*
 * scan: see scan.h. Each turn reads for a slice of time, in pages of a bounded size, so that Redis
 * and other searches wait little for one. front/traverse.h knows what is read.
 *
 * Invariant: each record between the place where the search began and `at` was sent, was withheld
 * by the filter, or is in a gap that was told. So the next request begins at `at`.
 */
#include "front/scan.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "format/filter.h"
#include "front/access.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/holder.h"
#include "front/outflow.h"
#include "front/reading.h"
#include "front/scan_plan.h"
#include "front/scans.h"
#include "front/stream.h"
#include "front/token.h"
#include "front/traverse.h"
#include "sse.h"

#define READ_MOST  1000 /* records of one read: Redis serves it in less than 2 ms */
#define WHOLE_MOST ((size_t)4 * 1024 * 1024) /* bytes of one payload; a longer one is cut */
#define CHECK_MS   1000                      /* from one look at the login to the next */

struct scan {
    struct task task;
    struct context *ctx;
    struct scan_wish wish;
    const struct profile *profile;
    struct filter *filter;
    struct scans_entry entry;
    char key[IDENTITY_MAX_KEY + 1];
    bool begun;
    struct traverse traverse;
    uint64_t matched;
    int64_t since, told, checked; /* CLOCK_MONOTONIC ms */
    enum outflow flow;            /* during a walk */
    struct scan_facts facts;
};

/* ---- frames ---- */

/* At long payloads the frames of a stream are written in pieces, to the same effect. */
static void write_record(struct scan *s, struct record *r)
{
    const struct profile *p = s->profile;
    struct buf *b = &s->ctx->body;
    if (r->data.len > WHOLE_MOST)
        r->data.len = WHOLE_MOST;
    if (r->data.len <= p->whole) {
        profile_record(p, b, r, false, 0);
        return;
    }
    profile_open(p, b, r);
    sse_data(b, p->eol, r->data);
    sse_end(b, p->eol);
}

/* Whether there is a last record that was looked at, or a place where the client resumed. */
static bool has_at(const struct scan *s)
{
    return s->traverse.taken > 0 || s->wish.resumed;
}

static struct xid at_of(const struct scan *s)
{
    return s->traverse.taken > 0 ? s->traverse.at : s->wish.at;
}

static struct profile_counts counts_of(const struct scan *s)
{
    return (struct profile_counts){s->traverse.taken, s->matched, has_at(s), at_of(s)};
}

/* The event id goes first: an EventSource that loses its connection comes back with it. */
static void write_progress(struct scan *s, int64_t now)
{
    s->told = now;
    if (has_at(s))
        profile_moved(s->profile, &s->ctx->body, &(struct position){at_of(s), RANK_UNKNOWN, 0});
    profile_progress(s->profile, &s->ctx->body, counts_of(s));
}

static void on_gap(void *arg, const struct gap *gap)
{
    struct scan *s = arg;
    char after[XID_TEXT], next[XID_TEXT];
    xid_format(gap->after, after);
    xid_format(gap->next, next);
    struct gap_frame frame = {
        .after = after, .next = gap->has_next ? next : NULL, .lost = gap->lost};
    profile_gap(s->profile, &s->ctx->body, &frame);
}

static enum turn finish(struct context *ctx, struct scan *s, enum scan_end end)
{
    if (scan_is_final(end))
        profile_over(s->profile, &ctx->body, SCAN_OVER);
    else if (has_at(s))
        profile_moved(s->profile, &ctx->body, &(struct position){at_of(s), RANK_UNKNOWN, 0});
    profile_search_end(s->profile, &ctx->body, scan_end_name(end), counts_of(s));
    outflow_end(ctx);
    return TURN_DONE;
}

/* ---- reading ---- */

/* Whether the search may go on to the next record of a read. */
static bool may_go_on(struct scan *s)
{
    if (s->matched >= s->wish.limit || s->facts.failed)
        return false;
    if (s->ctx->body.len >= OUTFLOW_PIECE)
        s->flow = outflow_send(s->ctx);
    return s->flow == OUTFLOW_OPEN;
}

static bool on_record(void *arg, const struct redis_entry *entry)
{
    struct scan *s = arg;
    const struct config *c = s->ctx->config;
    struct record r;
    if (!may_go_on(s))
        return false;
    if (record_from_entry(&r, entry->id, entry->fields, entry->pairs, c->field, c->event_field)) {
        s->facts.failed = true;
        return false;
    }
    if (filter_pass(s->filter, &r)) {
        s->matched++;
        write_record(s, &r);
    }
    record_end(&r);
    return true;
}

static enum sync_result read_on(struct context *ctx, struct scan *s)
{
    uint64_t before = s->traverse.taken;
    enum sync_result r = traverse_on(&s->traverse, ctx->redis, TASK_SLICE_MS);
    scans_count(ctx->scans, s->traverse.taken - before);
    return r;
}

/* ---- turns ---- */

static void put_head(struct context *ctx, const struct profile *p)
{
    ctx->status = 200;
    buf_clear(&ctx->head);
    profile_head(p, &ctx->head);
    answer_cors(ctx);
}

static enum turn begin(struct context *ctx, struct scan *s)
{
    const struct config *c = ctx->config;
    const struct moment m = {.retry_ms = c->retry, .keepalive_ms = c->keepalive * 1000};
    s->since = s->told = s->checked = clock_ms();
    put_head(ctx, s->profile);
    if (outflow_begin(ctx))
        return TURN_DONE;
    profile_first_frame(s->profile, &ctx->body, &m);
    s->begun = true;
    return TURN_AGAIN;
}

/* The login may end while the search goes on. */
static void check_login(struct context *ctx, struct scan *s, int64_t now)
{
    if (now - s->checked < CHECK_MS)
        return;
    s->checked = now;
    enum why why = access_ended(ctx);
    s->facts.expired = why == WHY_ENDED;
    s->facts.revoked = why == WHY_REVOKED;
    s->facts.lost = s->facts.lost || why == WHY_UNAVAILABLE;
}

static enum scan_end decide(const struct context *ctx, struct scan *s, int64_t now)
{
    s->facts.all_read = s->traverse.state == TRAVERSE_ENDED;
    s->facts.matched = s->matched;
    s->facts.limit = s->wish.limit;
    s->facts.stopping = outflow_stops(ctx);
    s->facts.replaced = s->entry.replaced;
    s->facts.age = now - s->since;
    return scan_decide(&s->facts);
}

/* A slow peer keeps its seat for no longer than SCAN_SLOW_MS. */
static enum turn turn_of(struct context *ctx, const struct scan *s, enum outflow flow)
{
    if (flow == OUTFLOW_FULL)
        outflow_limit(ctx, s->since + SCAN_SLOW_MS);
    return flow == OUTFLOW_OPEN ? TURN_AGAIN : flow == OUTFLOW_FULL ? TURN_PARK : TURN_DONE;
}

static enum turn scan_turn(struct context *ctx, struct task *t)
{
    struct scan *s = (struct scan *)t;
    if (!s->begun && begin(ctx, s) == TURN_DONE)
        return TURN_DONE;
    if (clock_ms() - s->since >= SCAN_SLOW_MS)
        return finish(ctx, s, SCAN_DEADLINE);
    s->flow = outflow_send(ctx);
    check_login(ctx, s, clock_ms());
    bool ends = s->facts.expired || s->facts.revoked || outflow_stops(ctx);
    if (s->flow == OUTFLOW_GONE || (s->flow == OUTFLOW_FULL && !ends))
        return turn_of(ctx, s, s->flow);
    enum scan_end end = decide(ctx, s, clock_ms());
    if (end == SCAN_GOES_ON) {
        enum sync_result r = read_on(ctx, s);
        s->facts.lost = r == SYNC_DOWN;
        s->facts.failed = s->facts.failed || (r != SYNC_OK && r != SYNC_DOWN);
        if (s->flow == OUTFLOW_GONE)
            return TURN_DONE;
        end = decide(ctx, s, clock_ms());
    }
    int64_t now = clock_ms();
    if (end != SCAN_GOES_ON)
        return finish(ctx, s, end);
    if (s->flow == OUTFLOW_OPEN && scan_tells(now - s->told))
        write_progress(s, now);
    return turn_of(ctx, s, outflow_send(ctx));
}

static void scan_free(struct task *t)
{
    struct scan *s = (struct scan *)t;
    scans_end(s->ctx->scans, &s->entry);
    filter_free(s->filter);
    free(s);
}

/* ---- the request ---- */

/* Names the holder of the search. One of a client that cannot be told apart has turns of its own.
 */
static int take_name(struct context *ctx, struct scan *s)
{
    char name[HOLDER_NAME];
    struct seat_holder holder = holder_of(ctx, name);
    if (holder.kind == HOLDER_NOBODY)
        token_client_id(ctx->job.owner);
    return scans_begin(ctx->scans, &holder, &s->entry);
}

/* Takes ownership of filter. */
static void begin_scan(struct context *ctx, const char *key, const struct scan_wish *wish,
                       const struct profile *p, struct filter *filter)
{
    struct scan *s = calloc(1, sizeof *s);
    if (!s || take_name(ctx, s)) {
        free(s);
        filter_free(filter);
        answer_error(ctx, 500, "out of memory");
        return;
    }
    s->task = (struct task){scan_turn, scan_free};
    s->ctx = ctx;
    s->wish = *wish;
    s->profile = p;
    s->filter = filter;
    snprintf(s->key, sizeof s->key, "%s", key);
    s->traverse = (struct traverse){.key = s->key,
                                    .range = wish->range,
                                    .forward = wish->forward,
                                    .resumed = wish->resumed,
                                    .at = wish->at,
                                    .most = READ_MOST,
                                    .take = on_record,
                                    .gap = on_gap,
                                    .arg = s};
    ctx->task = &s->task;
    ctx->lane = LANE_SEARCH;
}

static void answer_head(struct context *ctx, const struct profile *p)
{
    put_head(ctx, p);
    answer_send(ctx);
}

/* Whether there is a search here. False: answered. */
static bool is_on(struct context *ctx)
{
    const struct config *c = ctx->config;
    if (!c->search)
        refusal_set(ctx, WHY_SEARCH_OFF);
    if (c->search && c->log_kind == LOG_STREAM && c->profile->lines)
        return true;
    answer_error(ctx, 404, "there is no search");
    return false;
}

void serve_search(struct context *ctx)
{
    char key[IDENTITY_MAX_KEY + 1];
    struct scan_wish wish;
    if (!is_on(ctx) || access_enabled(ctx) || access_identify(ctx) || access_key(ctx, key))
        return;
    static const char *const known[] = {"from", "to", "limit", NULL};
    if (reading_refuses(ctx, known, "from, to, at, dir and limit"))
        return;
    const struct profile *p = stream_profile(ctx);
    const char *why = p ? scan_read(&ctx->request, ctx->config->filters, clock_wall_ms(), &wish)
                        : "envelope must be 0 or 1";
    if (why) {
        answer_error(ctx, 400, why);
        return;
    }
    struct filter *filter = access_filter(ctx);
    if (filter && scan_is_over(&ctx->request)) {
        answer_begin(ctx, 204, NULL);
        answer_send(ctx);
    } else if (filter && ctx->request.method == METHOD_HEAD) {
        answer_head(ctx, p);
    } else if (filter) {
        begin_scan(ctx, key, &wish, p, filter);
        return;
    }
    filter_free(filter);
}
