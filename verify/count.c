/* SPDX-License-Identifier: MIT */
/*
 * count: see count.h.  Invariant: a record is received, or in a hole, or lost by a gap, and a hole
 * is open until a count or a second reading explains it.
 */
#include "verify/count.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NOT_KNOWN UINT64_MAX /* a member that is null, or missing */

/* ---- members of control frames, which are short JSON objects ---- */

/* The text behind "name": in data, which ends with NUL.  NULL: nothing. */
static const char *member(struct slice data, const char *name)
{
    char key[32];
    int n = snprintf(key, sizeof key, "\"%s\":", name);
    const char *at = data.p ? strstr(data.p, key) : NULL;
    return at ? at + n : NULL;
}

static uint64_t number_of(struct slice data, const char *name)
{
    const char *at = member(data, name);
    uint64_t n;
    bool known =
        at && slice_number(slice_make(at, strspn(at, "0123456789")), 0, NOT_KNOWN - 1, &n) == 0;
    return known ? n : NOT_KNOWN;
}

/* A text without escapes. */
static struct slice text_of(struct slice data, const char *name)
{
    const char *at = member(data, name);
    if (!at || *at != '"')
        return slice_make("", 0);
    return slice_make(at + 1, strcspn(at + 1, "\""));
}

static bool is_named(const struct event *e, const char *name)
{
    return slice_equal(e->name, slice_of(name));
}

/* ---- problems ---- */

static bool loses_records(enum problem_kind kind)
{
    return kind == PROBLEM_MISSING || kind == PROBLEM_ON_THE_WAY || kind == PROBLEM_UNTOLD_GAP ||
           kind == PROBLEM_LATE || kind == PROBLEM_IN_REDIS;
}

void count_add_problem(struct count *c, const struct problem *p)
{
    if (c->nproblems < COUNT_PROBLEMS)
        c->problems[c->nproblems] = *p;
    c->nproblems++;
    if (loses_records(p->kind))
        c->missing += p->records;
}

static void add_between(struct count *c, enum problem_kind kind, const struct count_log *l,
                        struct xid next)
{
    struct problem p = {.kind = kind, .log = l->name, .records = 1, .has_next = true, .next = next};
    p.has_after = l->placed;
    p.after = l->last.id;
    count_add_problem(c, &p);
}

/* ---- logs ---- */

/* The log of that name.  A 17th has the place of the last one: no stream has so many. */
static struct count_log *log_of(struct count *c, struct slice name)
{
    for (size_t i = 0; i < c->nlogs; i++)
        if (slice_equal(name, slice_of(c->logs[i].name)))
            return &c->logs[i];
    if (c->nlogs < CURSOR_LIST_MOST)
        c->nlogs++;
    struct count_log *l = &c->logs[c->nlogs - 1];
    if (l->name[0] == '\0')
        snprintf(l->name, sizeof l->name, "%.*s", (int)name.len, name.p);
    return l;
}

static void keep_id(struct count *c, struct count_log *l, struct xid id)
{
    if ((l->open || l->again || c->keeps_all) && ids_add(&l->seen, id))
        c->forgot = true;
}

static void add_hole(struct count *c, struct count_log *l, const struct position *next,
                     uint64_t records)
{
    if (c->now.nopen < COUNT_HOLES)
        c->now.open[c->now.nopen] = (struct problem){.kind = PROBLEM_MISSING,
                                                     .log = l->name,
                                                     .records = records,
                                                     .has_after = true,
                                                     .after = l->last.id,
                                                     .has_next = true,
                                                     .next = next->id};
    c->now.nopen++;
    c->now.holes += records;
    if (l->open)
        return;
    l->open = true;
    l->before = l->last;
    l->before.rank = l->anchor.rank + l->since;
    l->before.epoch = l->anchor.epoch;
    if (!c->keeps_all && !l->again)
        ids_clear(&l->seen);
}

/* Records that the ranks have between the anchor and `at`, and that did not come.  Fewer than
 * expected means that ranks were told again: records had been deleted one by one. */
static uint64_t hole_before(const struct count_log *l, const struct position *at, bool is_record)
{
    uint64_t expected = l->anchor.rank + l->since + is_record;
    uint64_t hole = at->rank > expected ? at->rank - expected : 0;
    if (l->gap && (l->gap_unknown || hole <= l->gap_lost))
        return 0;
    return l->gap ? hole - l->gap_lost : hole;
}

static void check_life(struct count *c, struct count_log *l, const struct position *at)
{
    if (!l->anchored || l->gap || !epoch_differs(l->anchor.epoch, at->epoch))
        return;
    add_between(c, PROBLEM_OTHER_LOG, l, at->id);
    l->anchored = false;
}

/* The ranks up to a position, of a record or without one. */
static void take_rank(struct count *c, struct count_log *l, const struct position *at,
                      bool is_record)
{
    check_life(c, l, at);
    if (l->gap && l->gap_unknown)
        l->anchored = false;
    if (at->rank == RANK_UNKNOWN) {
        l->since += l->anchored && is_record;
        c->unproven += !l->anchored && is_record;
        return;
    }
    uint64_t hole = l->anchored ? hole_before(l, at, is_record) : 0;
    if (hole > 0)
        add_hole(c, l, at, hole);
    l->anchored = true;
    l->anchor = *at;
    l->since = 0;
}

static void move_to(struct count_log *l, const struct position *at)
{
    l->last = *at;
    l->placed = true;
    l->gap = l->gap_unknown = false;
    l->gap_lost = 0;
}

/* ---- records and positions ---- */

/* A record that is not new: the log was told to be another one, or it is a fault. */
static void take_back(struct count *c, struct count_log *l, const struct position *at)
{
    bool same = xid_cmp(at->id, l->last.id) == 0;
    if (l->gap) {
        l->anchored = false;
        ids_clear(&l->seen);
        l->open = false;
        return;
    }
    add_between(c, same ? PROBLEM_REPEATED : PROBLEM_DISORDERED, l, at->id);
    c->repeated++;
}

/* A record that is read a second time: either it came before, or it was left out then. */
static void take_again(struct count *c, struct count_log *l, const struct position *at)
{
    if (!ids_have(&l->seen, at->id))
        add_between(c, PROBLEM_LATE, l, at->id);
    take_rank(c, l, at, true);
    keep_id(c, l, at->id);
    move_to(l, at);
    l->again = xid_cmp(at->id, l->again_to) < 0;
}

static void take_record(struct count *c, struct count_log *l, const struct position *at)
{
    bool back = l->placed && xid_cmp(at->id, l->last.id) <= 0;
    c->now.received++;
    if (l->again && !back && xid_cmp(at->id, l->again_to) <= 0) {
        take_again(c, l, at);
        return;
    }
    l->again = false;
    if (back)
        take_back(c, l, at);
    if (back && l->placed && !l->gap) { /* told as a fault: it is not counted again */
        return;
    }
    take_rank(c, l, at, true);
    keep_id(c, l, at->id);
    move_to(l, at);
    c->received++;
}

/* An id without a record. */
static void take_position(struct count *c, struct count_log *l, const struct position *at)
{
    int moved = l->placed ? xid_cmp(at->id, l->last.id) : 1;
    if (moved < 0) {
        l->anchored = false;
        l->again = l->open = false;
    }
    if (moved != 0 || at->rank != RANK_UNKNOWN)
        take_rank(c, l, at, false);
    l->last = *at;
    l->placed = true;
    if (moved != 0)
        move_to(l, at);
}

/* The cursor of several logs: the positions of all but that one. */
static void take_list(struct count *c, const char *text, const struct count_log *but)
{
    for (size_t i = 0; i < c->nlogs; i++) {
        struct count_log *l = &c->logs[i];
        struct position at;
        if (l == but || !cursor_list_find(text, l->name, &at))
            continue;
        if (!l->placed || xid_cmp(at.id, l->last.id) != 0)
            take_position(c, l, &at);
    }
}

/* All logs that a cursor list names are known from here on. */
static void know_logs(struct count *c, const char *text)
{
    for (const char *p = text; *p;) {
        size_t len = strcspn(p, "=");
        log_of(c, slice_make(p, len));
        p += strcspn(p, ",");
        p += *p == ',';
    }
}

/* The name of the log of a record among several. */
static struct slice log_name(const struct event *e)
{
    static const char record[] = "record.";
    if (e->name.len > 7 && memcmp(e->name.p, record, 7) == 0)
        return slice_after(e->name, 7);
    return text_of(e->data, "log");
}

static void take_id(struct count *c, const struct event *e, bool is_record)
{
    struct position at;
    if (position_parse(e->id, &at) == 0) {
        struct count_log *l = log_of(c, slice_make("", 0));
        is_record ? take_record(c, l, &at) : take_position(c, l, &at);
        return;
    }
    if (!cursor_list_is(e->id.p))
        return;
    know_logs(c, e->id.p);
    struct count_log *l = is_record ? log_of(c, log_name(e)) : NULL;
    take_list(c, e->id.p, l);
    if (l && cursor_list_find(e->id.p, l->name, &at))
        take_record(c, l, &at);
}

/* ---- what explains holes ---- */

static uint64_t open_holes(const struct count *c)
{
    return c->now.holes - c->now.settled;
}

static void close_holes(struct count *c)
{
    c->now.settled = c->now.holes;
    for (size_t i = 0; i < c->nlogs; i++) {
        struct count_log *l = &c->logs[i];
        l->open = false;
        l->holes = 0;
        if (!c->keeps_all && !l->again)
            ids_clear(&l->seen);
    }
    c->now.nopen = 0;
}

/* So many records of the open holes are missing: each hole, or all of them as one. */
static void report_holes(struct count *c, enum problem_kind kind, uint64_t missing)
{
    uint64_t sum = 0;
    size_t kept = c->now.nopen < COUNT_HOLES ? c->now.nopen : COUNT_HOLES;
    for (size_t i = 0; i < kept; i++)
        sum += c->now.open[i].records;
    bool each = sum == missing && kept == c->now.nopen;
    for (size_t i = 0; i < kept && each; i++) {
        c->now.open[i].kind = kind;
        count_add_problem(c, &c->now.open[i]);
    }
    struct problem all = kept > 0 ? c->now.open[0] : (struct problem){.log = ""};
    all.kind = kind;
    all.records = missing;
    if (kept > 0)
        all.next = c->now.open[kept - 1].next;
    if (!each)
        count_add_problem(c, &all);
}

/* The server says how many it sent, withheld and lost on this connection. */
static void take_counts(struct count *c, struct slice data)
{
    uint64_t sent = number_of(data, "sent"), withheld = number_of(data, "withheld");
    uint64_t lost = number_of(data, "lost"), explained = open_holes(c);
    if (sent == NOT_KNOWN)
        return;
    c->counted = true;
    c->filtered = c->filtered || withheld != 0;
    uint64_t dropped = sent > c->now.received ? sent - c->now.received - c->now.dropped : 0;
    uint64_t allowed = withheld == NOT_KNOWN ? c->now.holes : withheld;
    uint64_t missing =
        c->now.holes > allowed + c->now.checked ? c->now.holes - allowed - c->now.checked : 0;
    if (withheld == NOT_KNOWN)
        c->unchecked += explained;
    if (missing > dropped)
        report_holes(c, PROBLEM_MISSING, missing);
    else if (dropped > 0)
        report_holes(c, PROBLEM_ON_THE_WAY, dropped);
    if (lost != NOT_KNOWN && lost > c->now.lost)
        count_add_problem(c, &(struct problem){.kind = PROBLEM_UNTOLD_GAP,
                                               .log = "",
                                               .records = lost - c->now.lost});
    c->now.lost = lost != NOT_KNOWN && lost > c->now.lost ? lost : c->now.lost;
    c->now.dropped += dropped;
    c->now.checked += missing;
    c->withheld += withheld == NOT_KNOWN ? 0 : explained - missing;
    close_holes(c);
}

static void take_gap(struct count *c, struct slice data)
{
    struct count_log *l = log_of(c, text_of(data, "log"));
    uint64_t lost = number_of(data, "lost");
    c->gaps++;
    l->gap = true;
    if (lost == NOT_KNOWN) {
        l->gap_unknown = true;
        c->gaps_unknown++;
    } else {
        l->gap_lost += lost;
        c->now.lost += lost;
        c->lost += lost;
    }
    if (!l->again)
        return;
    c->unchecked += l->holes; /* what was to be read again has left the log */
    l->again = l->open = false;
}

/* Whether an event of that name is the frame of an envelope that moves the cursor: streams without
 * envelopes have records of other names, and no such frame. */
static bool is_cursor(struct count *c, const struct event *e)
{
    bool cursor = is_named(e, "cursor"),
         wrapped = e->name.len >= 6 && memcmp(e->name.p, "record", 6) == 0;
    c->named += e->name.len > 0 && !cursor && !wrapped;
    return cursor && c->named == 0 && slice_equal(e->data, slice_of("{}"));
}

void count_event(struct count *c, const struct event *e)
{
    bool control = !e->has_id && e->name.len > 0;
    if (e->has_id)
        take_id(c, e, e->has_data && !is_cursor(c, e));
    else if (control && is_named(e, "gap"))
        take_gap(c, e->data);
    else if (control && (is_named(e, "live") || is_named(e, "end")))
        take_counts(c, e->data);
    else if (control && is_named(e, "source"))
        c->outages += slice_equal(text_of(e->data, "state"), slice_of("lost"));
    else if (control && is_named(e, "unavailable"))
        c->refusals++;
    c->now.live = c->now.live || (control && is_named(e, "live"));
    c->now.ended = c->now.ended || (control && is_named(e, "end"));
}

/* ---- connections ---- */

void count_init(struct count *c)
{
    *c = (struct count){0};
}

void count_free(struct count *c)
{
    for (size_t i = 0; i < CURSOR_LIST_MOST; i++)
        ids_free(&c->logs[i].seen);
}

bool count_has_open(const struct count *c)
{
    return c->now.nopen > 0;
}

/* No reading again settles what is open.  In a view that withholds nothing it is missing. */
static void settle_open(struct count *c)
{
    if (c->now.nopen > 0 && c->counted && !c->filtered)
        report_holes(c, PROBLEM_MISSING, open_holes(c));
    else if (c->now.nopen > 0)
        c->unchecked += open_holes(c);
    close_holes(c);
}

/* The log is read again from before its first open hole. */
static void go_back(struct count_log *l)
{
    if (!l->again || xid_cmp(l->last.id, l->again_to) > 0)
        l->again_to = l->last.id;
    l->again = true;
    l->last = l->anchor = l->before;
    l->anchored = l->before.rank != RANK_UNKNOWN;
    l->since = 0;
    l->open = false;
}

/* No record followed the gap: it will be told again. */
static void untell_gap(struct count *c, struct count_log *l)
{
    c->gaps -= l->gap;
    c->gaps_unknown -= l->gap && l->gap_unknown;
    c->lost -= l->gap_lost;
    l->gap = l->gap_unknown = false;
    l->gap_lost = 0;
}

void count_connect(struct count *c, bool again)
{
    if (!again)
        settle_open(c);
    for (size_t i = 0; i < c->nlogs; i++) {
        untell_gap(c, &c->logs[i]);
        if (again && c->logs[i].open)
            go_back(&c->logs[i]);
    }
    memset(&c->now, 0, sizeof c->now);
    c->connections++;
}

void count_disconnect(struct count *c)
{
    for (size_t i = 0; i < c->nlogs; i++)
        c->logs[i].holes = c->logs[i].open ? open_holes(c) : 0;
}

void count_resume(const struct count *c, struct buf *b)
{
    char text[POSITION_TEXT];
    for (size_t i = 0; i < c->nlogs; i++) {
        const struct count_log *l = &c->logs[i];
        const struct position *at = l->open ? &l->before : &l->last;
        if (!l->placed)
            continue;
        if (l->name[0])
            cursor_list_add(b, l->name, at);
        else
            buf_add(b, text, position_format(at, text));
    }
}

void count_finish(struct count *c)
{
    settle_open(c);
    for (size_t i = 0; i < c->nlogs; i++)
        c->logs[i].again = false;
}

bool count_is_complete(const struct count *c)
{
    return c->nproblems == 0;
}

bool count_is_proven(const struct count *c)
{
    return c->unchecked == 0 && !c->forgot && c->unproven < c->received + (c->received == 0);
}
