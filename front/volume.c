/* SPDX-License-Identifier: MIT */
/*
 * volume: see volume.h. Up to EXACT entries of the span are read and counted. If there are more,
 * some are read in each of many cells of the span, and the numbers are estimates (tally.h). All
 * reads go backwards: what Redis trims meanwhile is missing, and no read needs a proof.
 */
#include "front/volume.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "format/filter.h"
#include "format/level.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/reading.h"
#include "front/tally.h"

#define BUCKETS   120
#define EXACT     200000 /* entries that are counted; above it samples are */
#define SAMPLED   100000 /* entries of all samples, about */
#define CELLS     8      /* samples of each bucket */
#define READ_MOST 1000   /* entries of one read: Redis serves it in less than 2 ms */

enum volume_step { VOLUME_ASK, VOLUME_COUNT, VOLUME_SAMPLE };

struct volume {
    struct task task;
    struct context *ctx;
    struct reading reading;
    uint64_t buckets;
    bool by_level;
    enum volume_step step;
    struct redis_info info;
    struct tally tally;
    struct redis_walk walk;
    uint64_t scanned;
    bool failed;
    /* Of samples: the cell, and what was read of it. */
    unsigned cell, most, entries, shown[LEVEL_CLASSES];
    struct tally_cell bounds;
    uint64_t oldest;
    bool all;
};

/* ---- entries ---- */

/* *level: of an entry that passes the filter. -1: out of memory. */
static int look_at(struct volume *v, const struct redis_entry *entry, bool *shown, unsigned *level)
{
    const struct config *c = v->ctx->config;
    struct record r;
    struct slice text;
    if (record_from_entry(&r, entry->id, entry->fields, entry->pairs, c->field, c->event_field))
        return -1;
    *shown = filter_pass(v->reading.filter, &r);
    *level = *shown && v->by_level ? level_class(level_of_record(&r, &text)) : 0;
    record_end(&r);
    v->scanned++;
    return 0;
}

/* In the range, which may begin or end inside a millisecond, and in the span. A log that took the
 * key after the span was asked for may have older records. */
static bool is_wanted(const struct volume *v, struct xid id)
{
    return range_has(&v->reading.range, id) && tally_has(&v->tally, id.ms);
}

static bool on_count(void *arg, const struct redis_entry *entry)
{
    struct volume *v = arg;
    bool shown;
    unsigned level;
    if (!is_wanted(v, entry->id) || v->scanned > EXACT)
        return false;
    v->failed = look_at(v, entry, &shown, &level) != 0;
    if (!v->failed)
        tally_count(&v->tally, entry->id.ms, level, shown);
    return !v->failed;
}

static bool on_sample(void *arg, const struct redis_entry *entry)
{
    struct volume *v = arg;
    bool shown;
    unsigned level;
    v->all = entry->id.ms < v->bounds.from || !is_wanted(v, entry->id);
    if (v->all || v->entries == v->most)
        return false;
    v->failed = look_at(v, entry, &shown, &level) != 0;
    if (v->failed)
        return false;
    v->entries++;
    v->shown[level] += shown;
    v->oldest = entry->id.ms;
    return true;
}

static struct xid earlier(struct xid a, struct xid b)
{
    return xid_cmp(a, b) < 0 ? a : b;
}

/* to: ms, not 0. */
static struct xid last_before(uint64_t to)
{
    return (struct xid){to - 1, UINT64_MAX};
}

/* ---- samples ---- */

static void begin_samples(struct volume *v)
{
    v->step = VOLUME_SAMPLE;
    tally_sample(&v->tally, CELLS);
    v->most = SAMPLED / (v->tally.axis.count * v->tally.cells);
    v->cell = 0;
}

static void begin_cell(struct volume *v)
{
    v->entries = 0;
    v->all = false;
    memset(v->shown, 0, sizeof v->shown);
    v->walk =
        (struct redis_walk){.key = v->reading.key,
                            .at = earlier(range_last(&v->reading.range), last_before(v->bounds.to)),
                            .fn = on_sample,
                            .most = v->most + 1,
                            .arg = v};
}

/* Takes one sample, or goes on with it for about `slice` ms. */
static enum sync_result read_cell(struct volume *v, unsigned slice)
{
    if (v->walk.key == NULL)
        begin_cell(v);
    enum sync_result r = redis_sync_walk(v->ctx->redis, &v->walk, slice);
    if (r != SYNC_OK || !v->walk.ended)
        return r;
    tally_add(&v->tally, &v->bounds, v->entries, v->oldest, v->shown, v->all || !v->walk.more);
    v->walk.key = NULL;
    v->cell++;
    return r;
}

/* ---- answers ---- */

static enum turn answer_volume(struct context *ctx, const struct volume *v, bool approx)
{
    const struct tally_axis *a = &v->tally.axis;
    answer_begin(ctx, 200, "application/json");
    buf_addf(&ctx->body,
             "{\"from\":%llu,\"to\":%llu,\"width\":%llu,\"approx\":%s,\"scanned\":%llu,",
             (unsigned long long)a->from, (unsigned long long)a->to, (unsigned long long)a->width,
             approx ? "true" : "false", (unsigned long long)v->scanned);
    tally_write(&v->tally, &ctx->body, v->by_level);
    buf_addc(&ctx->body, '}');
    answer_send(ctx);
    return TURN_DONE;
}

static enum turn answer_fault(struct context *ctx, enum sync_result r)
{
    reading_fault(ctx, r == SYNC_OK ? SYNC_REFUSED : r);
    return TURN_DONE;
}

/* ---- turns ---- */

/* The first ms behind it. The last one that an id can have has none, and is in no span. */
static uint64_t next_ms(uint64_t ms)
{
    return ms < UINT64_MAX ? ms + 1 : ms;
}

/* The span: what the query does not name is the log's first or last entry. */
static struct tally_axis find_axis(const struct volume *v, const struct xid *last)
{
    const struct range *g = &v->reading.range;
    uint64_t end = last ? next_ms(last->ms) : 0;
    uint64_t to = g->to.seq > 0 ? next_ms(g->to.ms) : g->to.ms;
    uint64_t from = g->has_from ? g->from.ms : v->info.first.ms;
    if (!g->has_to)
        to = end > from ? end : from;
    if (!g->has_from && (from > to || !last))
        from = to;
    if (range_is_empty(g))
        to = from;
    return tally_axis(from, to, (unsigned)v->buckets);
}

/* The log has more entries than are counted, and all of them are in the span. */
static bool is_too_many(const struct volume *v)
{
    return v->info.length > EXACT && range_has(&v->reading.range, v->info.first) &&
           range_has(&v->reading.range, v->info.last);
}

static enum turn ask(struct context *ctx, struct volume *v)
{
    bool any = false;
    struct xid last;
    enum sync_result r = redis_sync_info(ctx->redis, v->reading.key, &v->info);
    if (r == SYNC_OK && v->info.has_first)
        r = redis_sync_newest(ctx->redis, v->reading.key, XID_MAX, &any, &last);
    if (r != SYNC_OK)
        return answer_fault(ctx, r);
    const struct tally_axis axis = find_axis(v, any ? &last : NULL);
    if (tally_init(&v->tally, &axis)) {
        answer_error(ctx, 500, "out of memory");
        return TURN_DONE;
    }
    if (axis.count == 0 || !any)
        return answer_volume(ctx, v, false);
    v->step = VOLUME_COUNT;
    v->walk =
        (struct redis_walk){.key = v->reading.key,
                            .at = earlier(range_last(&v->reading.range), last_before(axis.to)),
                            .fn = on_count,
                            .most = READ_MOST,
                            .arg = v};
    if (is_too_many(v)) {
        v->walk.key = NULL;
        begin_samples(v);
    }
    return TURN_AGAIN;
}

static enum turn count(struct context *ctx, struct volume *v)
{
    enum sync_result r = redis_sync_walk(ctx->redis, &v->walk, TASK_SLICE_MS);
    if (r != SYNC_OK || v->failed)
        return answer_fault(ctx, r);
    if (!v->walk.ended)
        return TURN_AGAIN;
    if (v->scanned <= EXACT)
        return answer_volume(ctx, v, false);
    v->walk.key = NULL;
    begin_samples(v);
    return TURN_AGAIN;
}

static enum turn sample(struct context *ctx, struct volume *v)
{
    int64_t until = clock_ms() + TASK_SLICE_MS;
    while (clock_ms() < until) {
        if (!tally_cell(&v->tally, v->cell, &v->bounds)) {
            tally_bound(&v->tally, v->info.length, is_too_many(v));
            return answer_volume(ctx, v, true);
        }
        enum sync_result r = SYNC_OK;
        if (v->bounds.from < v->bounds.to)
            r = read_cell(v, TASK_SLICE_MS);
        else
            v->cell++;
        if (r != SYNC_OK || v->failed)
            return answer_fault(ctx, r);
    }
    return TURN_AGAIN;
}

static enum turn volume_turn(struct context *ctx, struct task *t)
{
    struct volume *v = (struct volume *)t;
    switch (v->step) {
    case VOLUME_ASK:
        return ask(ctx, v);
    case VOLUME_COUNT:
        return count(ctx, v);
    case VOLUME_SAMPLE:
        return sample(ctx, v);
    }
    return TURN_DONE;
}

static void volume_free(struct task *t)
{
    struct volume *v = (struct volume *)t;
    tally_free(&v->tally);
    reading_free(&v->reading);
    free(v);
}

/* ---- requests ---- */

/* buckets and by. The reason why they are wrong, or NULL. */
static const char *read_form(const struct context *ctx, uint64_t *buckets, bool *by_level)
{
    const struct pair *filters = ctx->config->filters;
    const char *wanted = range_arg(&ctx->request, filters, "buckets");
    const char *by = range_arg(&ctx->request, filters, "by");
    *buckets = BUCKETS;
    *by_level = by != NULL;
    if (wanted && slice_number(slice_of(wanted), 1, TALLY_BUCKETS, buckets))
        return "buckets must be a number from 1 to 1000";
    return by && strcmp(by, "level") != 0 ? "by must be level" : NULL;
}

void serve_volume(struct context *ctx)
{
    struct reading r;
    uint64_t buckets;
    bool by_level;
    if (reading_begin(ctx, "volume", &r))
        return;
    const char *why = read_form(ctx, &buckets, &by_level);
    struct volume *v = why ? NULL : calloc(1, sizeof *v);
    if (!v) {
        reading_free(&r);
        answer_error(ctx, why ? 400 : 500, why ? why : "out of memory");
        return;
    }
    v->task = (struct task){volume_turn, volume_free};
    v->ctx = ctx;
    v->reading = r;
    v->buckets = buckets;
    v->by_level = by_level;
    ctx->task = &v->task;
    ctx->lane = LANE_SEARCH;
}
