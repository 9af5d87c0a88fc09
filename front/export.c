/* SPDX-License-Identifier: MIT */
/*
 * export: see export.h. Records are read oldest first, up to the last one that the log had when the
 * export began: it follows no log for ever.
 *
 * Invariant: a file that ends as it should has each record of the range that the filter shows, or
 * says where records are missing. One that does not is broken off behind a line that says why.
 */
#include "front/export.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "format/filter.h"
#include "format/object.h"
#include "format/text_line.h"
#include "front/access.h"
#include "front/answer.h"
#include "front/context.h"
#include "front/outflow.h"
#include "front/reading.h"
#include "front/traverse.h"

#define READ_MOST  1000 /* records of one read: Redis serves it in less than 2 ms */
#define WHOLE_MOST ((size_t)4 * 1024 * 1024) /* bytes of one payload; a longer one is cut */
#define CHECK_MS   1000                      /* from one look at the login to the next */

struct form;

struct export
{
    struct task task;
    struct context *ctx;
    struct reading reading;
    const struct form *form;
    struct traverse traverse;
    bool begun;
    int64_t checked; /* CLOCK_MONOTONIC ms */
    bool failed;
    bool broken;       /* the line that says why was written */
    enum outflow flow; /* of the last bytes */
};

/* ---- forms ---- */

/* How records, gaps and the reason of an early end are written. */
struct form {
    const char *name, *suffix, *type;
    int (*record)(struct buf *b, struct record *r);
    void (*gap)(struct buf *b, const struct gap *gap);
    void (*broken)(struct buf *b, const char *why);
};

static int text_record(struct buf *b, struct record *r)
{
    size_t whole = r->data.len;
    char id[XID_TEXT];
    if (whole > WHOLE_MOST)
        r->data.len = OBJECT_PART;
    if (text_line_write(b, r))
        return -1;
    if (whole > WHOLE_MOST) {
        xid_format(r->id, id);
        buf_addf(b, "# of the record %s this is the beginning: it has %zu bytes\n", id, whole);
    }
    return 0;
}

static void text_gap(struct buf *b, const struct gap *gap)
{
    char after[XID_TEXT];
    xid_format(gap->after, after);
    if (gap->lost > 0)
        buf_addf(b, "# %lld ", (long long)gap->lost);
    else
        buf_adds(b, "# ");
    buf_addf(b, "records after %s were deleted meanwhile\n", after);
}

static void text_broken(struct buf *b, const char *why)
{
    buf_addf(b, "# the export ends here before its end: %s\n", why);
}

static int json_record(struct buf *b, struct record *r)
{
    object_write(b, r, WHOLE_MOST);
    return buf_addc(b, '\n');
}

static void json_gap(struct buf *b, const struct gap *gap)
{
    char after[XID_TEXT], next[XID_TEXT], data[PROFILE_GAP_DATA];
    xid_format(gap->after, after);
    xid_format(gap->next, next);
    struct gap_frame frame = {
        .after = after, .next = gap->has_next ? next : NULL, .lost = gap->lost};
    profile_gap_data(data, &frame);
    buf_addf(b, "{\"control\":\"gap\",%s\n", data + 1);
}

static void json_broken(struct buf *b, const char *why)
{
    buf_addf(b, "{\"control\":\"incomplete\",\"error\":\"%s\"}\n", why);
}

static const struct form forms[] = {
    {"text", "txt", "text/plain; charset=utf-8", text_record, text_gap, text_broken},
    {"jsonl", "jsonl", "application/x-ndjson", json_record, json_gap, json_broken},
};

/* NULL: there is no such form. */
static const struct form *find_form(const char *name)
{
    for (size_t i = 0; name && i < sizeof forms / sizeof *forms; i++)
        if (strcmp(forms[i].name, name) == 0)
            return &forms[i];
    return name ? NULL : &forms[0];
}

/* ---- the head ---- */

/* The time of an end of the range, without characters that file systems refuse. */
static void add_time(struct buf *b, bool given, struct xid id)
{
    char text[CLOCK_TEXT];
    if (!given || id.ms > INT64_C(253402300799999))
        return;
    buf_addc(b, '-');
    clock_text((int64_t)id.ms, text);
    for (const char *p = text; *p && *p != '.'; p++)
        if (*p != '-' && *p != ':')
            buf_addc(b, *p);
    buf_addc(b, 'Z');
}

/* A log that was found by its name has one that fits into a file's: see identity/logs.h. */
static void put_head(struct context *ctx, const struct export *e)
{
    const struct range *g = &e->reading.range;
    answer_begin(ctx, 200, e->form->type);
    buf_adds(&ctx->head, "Content-Disposition: attachment; filename=\"log");
    if (access_names_log(ctx))
        buf_addf(&ctx->head, "-%s", request_arg(&ctx->request, "log"));
    add_time(&ctx->head, g->has_from, g->from);
    add_time(&ctx->head, g->has_to, g->to);
    buf_addf(&ctx->head, ".%s\"\r\n", e->form->suffix);
}

/* ---- reading ---- */

/* Whether the export may go on to the next record of a read. */
static bool may_go_on(struct export *e)
{
    if (e->ctx->body.len >= OUTFLOW_PIECE)
        e->flow = outflow_send(e->ctx);
    return e->flow == OUTFLOW_OPEN;
}

static bool on_record(void *arg, const struct redis_entry *entry)
{
    struct export *e = arg;
    const struct config *c = e->ctx->config;
    struct record r;
    if (!may_go_on(e))
        return false;
    e->failed = record_from_entry(&r, entry->id, entry->fields, entry->pairs, c->field,
                                  c->event_field) != 0;
    if (e->failed)
        return false;
    if (filter_pass(e->reading.filter, &r))
        e->failed = e->form->record(&e->ctx->body, &r) != 0;
    record_end(&r);
    return !e->failed;
}

static void on_gap(void *arg, const struct gap *gap)
{
    struct export *e = arg;
    e->form->gap(&e->ctx->body, gap);
}

/* ---- turns ---- */

/* Breaks off when the peer has taken all that was written, as far as there is time for it. */
static enum turn break_off(struct context *ctx, struct export *e)
{
    for (int i = 0; i < 2 && (i == 0 || e->flow == OUTFLOW_OPEN); i++)
        e->flow = outflow_send(ctx); /* the second time no byte waits any more */
    if (e->flow == OUTFLOW_FULL && !outflow_stops(ctx))
        return TURN_PARK;
    if (e->flow != OUTFLOW_GONE)
        outflow_break(ctx);
    return TURN_DONE;
}

/* Why the export ends before its end; NULL: it goes on. */
static const char *find_end(struct context *ctx, struct export *e, enum sync_result r)
{
    if (outflow_stops(ctx))
        return "the server stops";
    if (r == SYNC_DOWN)
        return "the log cannot be reached now";
    if (r != SYNC_OK || e->failed)
        return "the log cannot be read";
    int64_t now = clock_ms();
    if (now - e->checked < CHECK_MS)
        return NULL;
    e->checked = now;
    return access_ended(ctx) == WHY_OK ? NULL : "the login ended";
}

static enum turn turn_of(enum outflow flow)
{
    return flow == OUTFLOW_OPEN ? TURN_AGAIN : flow == OUTFLOW_FULL ? TURN_PARK : TURN_DONE;
}

/* Until then a fault of Redis can be answered. False: answered. */
static bool begin(struct context *ctx, struct export *e)
{
    enum sync_result r = traverse_on(&e->traverse, ctx->redis, TASK_SLICE_MS);
    if (r != SYNC_OK) {
        reading_fault(ctx, r);
        return false;
    }
    e->begun = true;
    e->checked = clock_ms();
    put_head(ctx, e);
    return outflow_begin(ctx) == 0;
}

static enum turn export_turn(struct context *ctx, struct task *t)
{
    struct export *e = (struct export *)t;
    if (!e->begun && !begin(ctx, e))
        return TURN_DONE;
    if (e->broken)
        return break_off(ctx, e);
    e->flow = outflow_send(ctx);
    const char *why = find_end(ctx, e, SYNC_OK);
    if (e->flow == OUTFLOW_OPEN && !why && e->traverse.state != TRAVERSE_ENDED)
        why = find_end(ctx, e, traverse_on(&e->traverse, ctx->redis, TASK_SLICE_MS));
    if (e->flow == OUTFLOW_GONE)
        return TURN_DONE;
    if (why) {
        e->broken = true;
        e->form->broken(&ctx->body, why);
        return break_off(ctx, e);
    }
    if (e->traverse.state != TRAVERSE_ENDED || e->flow == OUTFLOW_FULL)
        return turn_of(outflow_send(ctx));
    outflow_end(ctx);
    return TURN_DONE;
}

static void export_free(struct task *t)
{
    struct export *e = (struct export *)t;
    reading_free(&e->reading);
    free(e);
}

/* ---- requests ---- */

void serve_export(struct context *ctx)
{
    struct reading r;
    if (reading_begin(ctx, "export", &r))
        return;
    const struct form *form = find_form(range_arg(&ctx->request, ctx->config->filters, "format"));
    struct export *e = form ? calloc(1, sizeof *e) : NULL;
    if (!e) {
        reading_free(&r);
        answer_error(ctx, form ? 500 : 400,
                     form ? "out of memory" : "format must be text or jsonl");
        return;
    }
    e->task = (struct task){export_turn, export_free};
    e->ctx = ctx;
    e->reading = r;
    e->form = form;
    e->traverse = (struct traverse){.key = e->reading.key,
                                    .range = r.range,
                                    .forward = true,
                                    .bounded = true,
                                    .most = READ_MOST,
                                    .take = on_record,
                                    .gap = on_gap,
                                    .arg = e};
    ctx->task = &e->task;
    ctx->lane = LANE_SEARCH;
}
