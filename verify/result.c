/* SPDX-License-Identifier: MIT */
/* result: see result.h. */
#include "verify/result.h"

#include <inttypes.h>

#include "verify/sum.h"

static const char *const kinds[PROBLEM_KINDS] = {[PROBLEM_MISSING] = "missing",
                                                 [PROBLEM_ON_THE_WAY] = "lost on the way",
                                                 [PROBLEM_LATE] = "left out at first",
                                                 [PROBLEM_REPEATED] = "repeated",
                                                 [PROBLEM_DISORDERED] = "out of order",
                                                 [PROBLEM_OTHER_LOG] = "another log without a gap",
                                                 [PROBLEM_UNTOLD_GAP] = "a gap that was not told",
                                                 [PROBLEM_IN_REDIS] = "missing, and in Redis",
                                                 [PROBLEM_COUNTS] =
                                                     "counts that contradict each other"};

/* ---- the parts of the decision ---- */

static bool is_compared(const struct result *v)
{
    return v->compared && !v->compared->failed[0];
}

/* The comparison proves it where ranks do not, except in a view that withholds records: there only
 * counts tell these from missing ones. */
static bool is_proven_by_redis(const struct result *v)
{
    return is_compared(v) && !v->count->filtered && count_is_told(v->count);
}

static bool is_proven(const struct result *v)
{
    bool unknown = v->count->forgot || v->count->strange > 0;
    return is_proven_by_redis(v) ? !unknown : count_is_proven(v->count);
}

int result_status(const struct result *v)
{
    bool stopped = v->followed && v->followed->refused[0];
    bool failed = v->compared && v->compared->failed[0];
    bool nothing = v->followed && v->followed->opened == 0;
    if (!count_is_complete(v->count))
        return RESULT_INCOMPLETE;
    return stopped || failed || nothing || !is_proven(v) ? RESULT_UNCHECKED : RESULT_COMPLETE;
}

static uint64_t owed(const struct count *c)
{
    return sum_plus(sum_plus(c->received, c->missing), c->lost);
}

/* ---- text ---- */

/* 12408 as 12,408. */
static void add_number(struct buf *b, uint64_t n)
{
    char digits[NUMBER_DIGITS];
    size_t len = number_format(n, digits);
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0)
            buf_addc(b, ',');
        buf_addc(b, digits[i]);
    }
}

/* ", 3 gaps": before the number, the number, and a word that may be several. */
static void add_count(struct buf *b, const char *before, uint64_t n, const char *word)
{
    buf_adds(b, before);
    add_number(b, n);
    buf_addf(b, " %s%s", word, n == 1 ? "" : "s");
}

static void add_place(struct buf *b, const struct problem *p)
{
    char after[XID_TEXT], next[XID_TEXT];
    xid_format(p->after, after);
    xid_format(p->next, next);
    if (p->has_after && p->has_next)
        buf_addf(b, " between %s and %s", after, next);
    else if (p->has_next)
        buf_addf(b, " before %s", next);
    if (p->log[0])
        buf_addf(b, " of %s", p->log);
}

static bool is_one_record(enum problem_kind kind)
{
    return kind == PROBLEM_LATE || kind == PROBLEM_REPEATED || kind == PROBLEM_DISORDERED ||
           kind == PROBLEM_OTHER_LOG;
}

static void add_problem(struct buf *b, const struct problem *p)
{
    char id[XID_TEXT];
    buf_adds(b, kinds[p->kind]);
    xid_format(p->next, id);
    if (is_one_record(p->kind)) {
        buf_addf(b, ": %s", id);
        if (p->has_after)
            buf_addf(b, " after %" PRIu64 "-%" PRIu64, p->after.ms, p->after.seq);
        if (p->log[0])
            buf_addf(b, " of %s", p->log);
    } else if (p->kind != PROBLEM_COUNTS) {
        add_count(b, ": ", p->records, "record");
        add_place(b, p);
    }
    buf_addc(b, '\n');
}

static void add_sum(const struct result *v, struct buf *b)
{
    const struct count *c = v->count;
    add_number(b, c->received);
    buf_adds(b, " of ");
    add_number(b, owed(c));
    add_count(b, ", ", c->gaps, "gap");
    if (c->lost > 0)
        add_count(b, " of ", c->lost, "record");
    if (c->gaps_unknown > 0)
        add_count(b, ", ", c->gaps_unknown, "of unknown size");
    if (c->withheld > 0) {
        buf_adds(b, ", ");
        add_number(b, c->withheld);
        buf_adds(b, " withheld");
    }
    add_count(b, ", ", c->connections, "connection");
    buf_addc(b, '\n');
}

static void add_unchecked(const struct result *v, struct buf *b)
{
    const struct count *c = v->count;
    bool stopped = v->followed && v->followed->refused[0];
    if (stopped)
        buf_addf(b, "stopped: %s\n", v->followed->refused);
    if (v->compared && v->compared->failed[0])
        buf_addf(b, "not compared with Redis: %s\n", v->compared->failed);
    if (c->forgot)
        buf_adds(b, "not checked: there were too many records to keep their ids\n");
    if (!count_is_told(c) && !stopped)
        buf_adds(b, "not checked: neither an id nor a count came\n");
    if (c->strange > 0) {
        add_count(b, "not checked: ", c->strange, "name");
        buf_adds(b, " of logs that no stream of sselog has\n");
    }
    if (c->unproven > 0 && !is_proven_by_redis(v)) {
        add_count(b, "not checked: ", c->unproven, "record");
        buf_adds(b, " without a rank; Redis before 7 counts none, and older sselog tells none\n");
    }
    if (c->unchecked > 0 && !is_proven_by_redis(v)) {
        add_count(b, "not checked: ", c->unchecked, "record");
        buf_adds(b, " that may be withheld, deleted or missing\n");
    }
}

static void add_compared(const struct compared *r, struct buf *b)
{
    if (!r || r->failed[0])
        return;
    buf_adds(b, "Redis has ");
    add_number(b, r->entries);
    buf_adds(b, " between the first and the last");
    if (r->withheld > 0)
        add_count(b, ", of them withheld ", r->withheld, "record");
    if (r->deleted > 0)
        add_count(b, ", and deleted ", r->deleted, "record");
    buf_addc(b, '\n');
}

void result_text(const struct result *v, struct buf *b)
{
    const struct count *c = v->count;
    size_t kept = c->nproblems < COUNT_PROBLEMS ? c->nproblems : COUNT_PROBLEMS;
    add_sum(v, b);
    for (size_t i = 0; i < kept; i++)
        add_problem(b, &c->problems[i]);
    if (c->nproblems > kept)
        add_count(b, "and ", c->nproblems - kept, "more fault");
    if (c->nproblems > kept)
        buf_addc(b, '\n');
    add_compared(v->compared, b);
    add_unchecked(v, b);
}

/* ---- JSON ---- */

static void add_member(struct buf *b, const char *name, uint64_t n)
{
    buf_addf(b, "\"%s\":%" PRIu64 ",", name, n);
}

static void add_id(struct buf *b, const char *name, bool has, struct xid id)
{
    if (has)
        buf_addf(b, ",\"%s\":\"%" PRIu64 "-%" PRIu64 "\"", name, id.ms, id.seq);
}

static void add_problems(const struct count *c, struct buf *b)
{
    size_t kept = c->nproblems < COUNT_PROBLEMS ? c->nproblems : COUNT_PROBLEMS;
    buf_adds(b, "\"faults\":[");
    for (size_t i = 0; i < kept; i++) {
        const struct problem *p = &c->problems[i];
        buf_addf(b, "%s{\"kind\":\"%s\",\"records\":%" PRIu64, i > 0 ? "," : "", kinds[p->kind],
                 p->records);
        add_id(b, "after", p->has_after, p->after);
        add_id(b, "next", p->has_next, p->next);
        if (p->log[0]) /* log_word_is_name() allows letters, digits and few signs */
            buf_addf(b, ",\"log\":\"%s\"", p->log);
        buf_addc(b, '}');
    }
    buf_adds(b, "]");
}

void result_json(const struct result *v, struct buf *b)
{
    const struct count *c = v->count;
    const struct followed *f = v->followed;
    buf_addc(b, '{');
    add_member(b, "received", c->received);
    add_member(b, "owed", owed(c));
    add_member(b, "missing", c->missing);
    add_member(b, "repeated", c->repeated);
    add_member(b, "gaps", c->gaps);
    add_member(b, "lost", c->lost);
    add_member(b, "withheld", c->withheld);
    add_member(b, "unchecked", c->unchecked);
    add_member(b, "unranked", c->unproven);
    add_member(b, "connections", c->connections);
    add_member(b, "cuts", f ? f->cuts : 0);
    add_member(b, "broken", f ? f->broken : 0);
    add_member(b, "busy", f ? f->busy : 0);
    add_member(b, "unavailable", c->refusals);
    add_member(b, "outages", c->outages);
    add_member(b, "seed", v->seed);
    if (v->compared)
        add_member(b, "redis", v->compared->entries);
    buf_addf(b, "\"complete\":%s,", result_status(v) == RESULT_COMPLETE ? "true" : "false");
    add_problems(c, b);
    buf_adds(b, "}\n");
}
