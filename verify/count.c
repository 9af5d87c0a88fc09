/* SPDX-License-Identifier: MIT */
/*
 * count: see count.h.  Invariant: a record is received, or in a hole, or lost by a gap, and a hole
 * is open until a count or a second reading explains it.
 */
#include "verify/count.h"

#include <string.h>

#include "format/member.h"
#include "verify/sum.h"

/* ---- members of control frames ---- */

static uint64_t number_of(struct slice data, const char *name)
{
    uint64_t n;
    return member_number(data, name, &n) ? n : COUNT_UNKNOWN;
}

static struct slice text_of(struct slice data, const char *name)
{
    struct slice text;
    return member_string(data, name, &text) ? text : slice_make("", 0);
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
        c->missing = sum_plus(c->missing, p->records);
}

static void add_between(struct count *c, enum problem_kind kind, const struct track *t,
                        struct xid next)
{
    count_add_problem(c, &(struct problem){.kind = kind,
                                           .log = t->name,
                                           .records = 1,
                                           .has_after = t->state != TRACK_NEW,
                                           .after = t->last.id,
                                           .has_next = true,
                                           .next = next});
}

/* ---- logs ---- */

/* The log of that name, "" of the only one.  NULL: no log of sselog has such a name, or there are
 * too many. */
static struct track *log_of(struct count *c, struct slice name)
{
    for (size_t i = 0; i < c->nlogs; i++)
        if (slice_equal(name, slice_of(c->logs[i].name)))
            return &c->logs[i];
    if (c->nlogs == CURSOR_LIST_MOST || (name.len > 0 && !log_word_is_name(name))) {
        c->strange++;
        return NULL;
    }
    track_init(&c->logs[c->nlogs], name, c->keeps_all);
    return &c->logs[c->nlogs++];
}

static void add_hole(struct count *c, const struct track *t, const struct position *next,
                     uint64_t records)
{
    if (c->now.nopen < COUNT_HOLES)
        c->now.open[c->now.nopen] = (struct problem){.kind = PROBLEM_MISSING,
                                                     .log = t->name,
                                                     .records = records,
                                                     .has_after = true,
                                                     .after = t->last.id,
                                                     .has_next = true,
                                                     .next = next->id};
    c->now.nopen++;
    c->now.holes = sum_plus(c->now.holes, records);
}

/* ---- records and positions ---- */

/* The next id of a log, of a record or without one. */
static void advance(struct count *c, struct track *t, const struct position *at, bool is_record)
{
    struct track_step step = track_step(t, at, is_record);
    if (step.other_life)
        add_between(c, PROBLEM_OTHER_LOG, t, at->id);
    if (step.hole > 0)
        add_hole(c, t, at, step.hole);
    c->unproven += is_record && !step.anchored && at->rank == RANK_UNKNOWN;
    track_advance(t, at, is_record, &step);
    if (is_record && track_keep(t, at->id))
        c->forgot = true;
}

static void take_record(struct count *c, struct track *t, const struct position *at)
{
    enum track_arrival how = track_arrival(t, at->id);
    c->now.received++;
    if (how == TRACK_REPEATED || how == TRACK_DISORDERED) {
        add_between(c, how == TRACK_REPEATED ? PROBLEM_REPEATED : PROBLEM_DISORDERED, t, at->id);
        c->repeated++;
        return;
    }
    if (how == TRACK_LATE)
        add_between(c, PROBLEM_LATE, t, at->id);
    if (how == TRACK_RESTARTED)
        c->unchecked = sum_plus(c->unchecked, track_turn(t));
    c->received += how == TRACK_FRESH || how == TRACK_RESTARTED;
    advance(c, t, at, true);
}

/* An id without a record. */
static void take_position(struct count *c, struct track *t, const struct position *at)
{
    if (t->state != TRACK_NEW && xid_cmp(at->id, t->last.id) < 0)
        c->unchecked = sum_plus(c->unchecked, track_turn(t));
    advance(c, t, at, false);
}

/* The cursor of several logs: the positions of all but that one. */
static void take_list(struct count *c, const char *text, const struct track *but)
{
    for (size_t i = 0; i < c->nlogs; i++) {
        struct track *t = &c->logs[i];
        struct position at;
        if (t == but || !cursor_list_find(text, t->name, &at))
            continue;
        if (t->state == TRACK_NEW || xid_cmp(at.id, t->last.id) != 0)
            take_position(c, t, &at);
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

/* The log of the record of a list, which must be one of its items.  NULL: it is none. */
static struct track *log_of_record(struct count *c, const struct event *e, struct position *at)
{
    struct slice name = log_name(e);
    struct track *t = name.len > 0 ? log_of(c, name) : NULL;
    bool found = t && cursor_list_find(e->id.p, t->name, at);
    c->strange += (t || name.len == 0) && !found;
    return found ? t : NULL;
}

static void take_id(struct count *c, const struct event *e, bool is_record)
{
    struct position at;
    bool single = position_parse(e->id, &at) == 0;
    struct track *t = single ? log_of(c, slice_make("", 0)) : NULL;
    if (!single && e->id.p && cursor_list_is(e->id.p)) {
        know_logs(c, e->id.p);
        t = is_record ? log_of_record(c, e, &at) : NULL;
        take_list(c, e->id.p, t);
    }
    if (t && is_record)
        take_record(c, t, &at);
    else if (t)
        take_position(c, t, &at);
}

/* ---- what explains holes ---- */

static uint64_t open_holes(const struct count *c)
{
    return c->now.holes - c->now.settled;
}

static void close_holes(struct count *c)
{
    c->now.settled = c->now.holes;
    for (size_t i = 0; i < c->nlogs; i++)
        track_move(&c->logs[i], TRACK_EXPLAIN);
    c->now.nopen = 0;
}

/* So many records of the open holes are missing: each hole, or all of them as one. */
static void report_holes(struct count *c, enum problem_kind kind, uint64_t missing)
{
    uint64_t sum = 0;
    size_t kept = c->now.nopen < COUNT_HOLES ? c->now.nopen : COUNT_HOLES;
    for (size_t i = 0; i < kept; i++)
        sum = sum_plus(sum, c->now.open[i].records);
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

/* Takes a number that never shrinks on one connection.  False: it did. */
static bool grow(uint64_t *told, uint64_t now)
{
    bool grew = now == COUNT_UNKNOWN || now >= *told;
    if (grew && now != COUNT_UNKNOWN)
        *told = now;
    return grew;
}

/* The counts fit to those before and to what came. */
static void check_counts(struct count *c, const struct counts_told *told)
{
    bool sent = grow(&c->now.told.sent, told->sent);
    bool withheld = grow(&c->now.told.withheld, told->withheld);
    bool lost = grow(&c->now.told.lost, told->lost);
    bool fits = sum_minus(c->now.told.sent, c->now.dropped) >= c->now.received;
    if (!sent || !withheld || !lost || !fits)
        count_add_problem(c, &(struct problem){.kind = PROBLEM_COUNTS, .log = ""});
}

/* A gap was not told, whose records the server counts. */
static void check_lost(struct count *c)
{
    uint64_t untold = sum_minus(c->now.told.lost, c->now.lost);
    c->now.lost += untold;
    if (untold > 0)
        count_add_problem(
            c, &(struct problem){.kind = PROBLEM_UNTOLD_GAP, .log = "", .records = untold});
}

/* How many of the open holes the number of withheld records does not explain.  Where it is not
 * known it may be all. */
static uint64_t unexplained(const struct count *c, const struct counts_told *told)
{
    uint64_t all = sum_minus(c->now.holes, c->now.told.withheld);
    uint64_t more = sum_minus(all, c->now.checked);
    if (told->withheld == COUNT_UNKNOWN)
        return 0;
    return more < open_holes(c) ? more : open_holes(c);
}

/* The server says how many it sent, withheld and lost on this connection. */
static void take_counts(struct count *c, struct slice data)
{
    struct counts_told told = {number_of(data, "sent"), number_of(data, "withheld"),
                               number_of(data, "lost")};
    if (told.sent == COUNT_UNKNOWN)
        return;
    c->counted = true;
    c->filtered = c->filtered || told.withheld != 0;
    check_counts(c, &told);
    uint64_t dropped = sum_minus(sum_minus(c->now.told.sent, c->now.received), c->now.dropped);
    uint64_t missing = unexplained(c, &told), explained = open_holes(c) - missing;
    if (missing > dropped)
        report_holes(c, PROBLEM_MISSING, missing);
    else if (dropped > 0)
        report_holes(c, PROBLEM_ON_THE_WAY, dropped);
    check_lost(c);
    c->now.dropped += dropped;
    c->now.checked += missing;
    if (told.withheld == COUNT_UNKNOWN)
        c->unchecked = sum_plus(c->unchecked, explained);
    else
        c->withheld = sum_plus(c->withheld, explained);
    close_holes(c);
}

static void take_gap(struct count *c, struct slice data)
{
    struct track *t = log_of(c, text_of(data, "log"));
    uint64_t lost = number_of(data, "lost");
    bool known = lost != COUNT_UNKNOWN;
    if (!t)
        return;
    c->gaps++;
    c->gaps_unknown += !known;
    c->now.lost = sum_plus(c->now.lost, known ? lost : 0);
    c->lost = sum_plus(c->lost, known ? lost : 0);
    uint64_t gone = track_gap(t, known ? lost : RANK_UNKNOWN); /* it has left the log */
    c->unchecked = sum_plus(c->unchecked, gone);
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
    for (size_t i = 0; i < c->nlogs; i++)
        track_free(&c->logs[i]);
}

bool count_has_open(const struct count *c)
{
    bool open = c->now.nopen > 0;
    for (size_t i = 0; i < c->nlogs; i++)
        open = open || c->logs[i].unread > 0;
    return open;
}

/* No reading again settles what is open.  In a view that withholds nothing it is missing. */
static void settle_open(struct count *c)
{
    if (c->now.nopen > 0 && c->counted && !c->filtered)
        report_holes(c, PROBLEM_MISSING, open_holes(c));
    else if (c->now.nopen > 0)
        c->unchecked = sum_plus(c->unchecked, open_holes(c));
    close_holes(c);
}

/* Open holes of logs that went back to older positions are in no part that is read again. */
static uint64_t holes_left_behind(const struct count *c)
{
    uint64_t left = open_holes(c);
    for (size_t i = 0; i < c->nlogs; i++)
        left = sum_minus(left, c->logs[i].holes);
    return left;
}

/* No record followed these gaps: they will be told again. */
static void untell_gaps(struct count *c, struct track *t)
{
    struct track_gaps gaps = track_untell(t);
    c->gaps -= gaps.told;
    c->gaps_unknown -= gaps.unknown;
    c->lost = sum_minus(c->lost, gaps.lost);
}

void count_connect(struct count *c, bool again)
{
    if (!again)
        settle_open(c);
    c->unchecked = sum_plus(c->unchecked, holes_left_behind(c));
    for (size_t i = 0; i < c->nlogs; i++) {
        untell_gaps(c, &c->logs[i]);
        track_move(&c->logs[i], TRACK_RESUME);
    }
    memset(&c->now, 0, sizeof c->now);
    c->connections++;
}

void count_resume(const struct count *c, struct buf *b)
{
    char text[POSITION_TEXT];
    for (size_t i = 0; i < c->nlogs; i++) {
        const struct position *at = track_resume(&c->logs[i]);
        if (at && c->logs[i].name[0])
            cursor_list_add(b, c->logs[i].name, at);
        else if (at)
            buf_add(b, text, position_format(at, text));
    }
}

void count_finish(struct count *c)
{
    settle_open(c);
    for (size_t i = 0; i < c->nlogs; i++) {
        c->unchecked = sum_plus(c->unchecked, c->logs[i].unread);
        track_move(&c->logs[i], TRACK_CAUGHT);
    }
}

/* ---- the result ---- */

bool count_is_complete(const struct count *c)
{
    return c->nproblems == 0;
}

bool count_is_told(const struct count *c)
{
    bool told = c->counted;
    for (size_t i = 0; i < c->nlogs; i++)
        told = told || c->logs[i].state != TRACK_NEW;
    return told;
}

bool count_is_proven(const struct count *c)
{
    bool doubtful = c->unchecked > 0 || c->unproven > 0 || c->strange > 0 || c->forgot;
    return count_is_told(c) && !doubtful;
}
