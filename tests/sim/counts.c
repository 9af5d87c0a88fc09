/* SPDX-License-Identifier: MIT */
/*
 * counts: whether the counts of `live` and `end` explain what a connection passed.  `sent` and
 * `lost` are what came before.  `withheld` is the number of records that the filter hides between
 * the first position and the last: at least those that are still in the log, at most all.
 */
#include "sim.h"

static bool hides(const struct client *c, const struct rec *r)
{
    return r->log == c->log && !oracle_shows(c, r);
}

/* The facts about c before event e. */
struct span {
    bool placed;  /* it has a position */
    int from, to; /* serials: records after `from` and up to `to` were passed */
    long long sent, lost;
};

static struct span span_before(const struct client *c, const struct event *e)
{
    struct span s = {.placed = c->has_cursor, .from = c->base, .to = c->base};
    for (const struct event *o = c->events; o < e; o++) {
        if (o->kind == EV_GAP && o->n > 0)
            s.lost += o->n;
        s.sent += o->kind == EV_RECORD;
        if (o->kind != EV_RECORD && o->kind != EV_ID)
            continue;
        if (!s.placed)
            s.from = o->serial;
        s.placed = true;
        s.to = o->serial;
    }
    return s;
}

/* Adds the fewest and the most records that may have been withheld from c before event e. */
static void add_withheld(const struct client *c, const struct event *e, long long *least,
                         long long *most)
{
    struct span s = span_before(c, e);
    for (int i = 0; i < redis.nrecs; i++) {
        const struct rec *r = &redis.recs[i];
        bool sure = s.placed && i > s.from && i <= s.to && r->dead > e->stamp;
        *least += sure && hides(c, r);
        *most += hides(c, r) && r->born < e->stamp;
    }
}

/* Nothing ever left the log of c, none of its records is long.  It is no poll, and it did not begin
 * at a time, which may be among records that are withheld. */
static bool is_simple(const struct client *c)
{
    for (int i = 0; i < redis.nrecs; i++) {
        const struct rec *r = &redis.recs[i];
        if (r->log == c->log && (r->dead != NEVER || r->kind == KIND_LONG))
            return false;
    }
    return !c->poll && xid_cmp(c->since, XID_ZERO) == 0 && redis.changed[c->log] == 0 &&
           !redis.down_ever && c->base_life != -2;
}

/* Counts of the connection of `first` in the frames at the same place as e. */
static void check(const struct client *first, const struct event *e)
{
    long long sent = 0, lost = 0, least = 0, most = 0;
    bool simple = true, again = false;
    for (const struct client *c = first; c; c = c->beside) {
        const struct event *its = &c->events[0];
        while (its < &c->events[c->n] && (its->kind != e->kind || its->stamp != e->stamp))
            its++;
        struct span s = span_before(c, its);
        sent += s.sent;
        lost += s.lost;
        simple = simple && is_simple(c);
        again = again || (c->log < STREAMS && redis.was_back[c->log]);
        if (c->log < STREAMS)
            add_withheld(c, its, &least, &most);
    }
    if (e->counts.sent != sent)
        oracle_fault(first, "`sent` is not the number of records", "%lld of %lld", e->counts.sent,
                     sent);
    if (e->counts.lost != lost)
        oracle_fault(first, "`lost` is not the sum of the gaps", "%lld, not %lld", e->counts.lost,
                     lost);
    if (first->log >= STREAMS || again)
        return;
    if (e->counts.withheld < 0 ? simple : e->counts.withheld < least || e->counts.withheld > most)
        oracle_fault(first, "`withheld` is not the number of hidden records",
                     "%lld, not %lld to %lld", e->counts.withheld, least, most);
}

void oracle_check_counts(const struct client *c)
{
    for (int i = 0; i < c->n && c == c->first; i++)
        if (c->events[i].counts.any)
            check(c, &c->events[i]);
}
