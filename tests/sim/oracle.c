/* SPDX-License-Identifier: MIT */
/*
 * oracle: checks what each client received against the fate of each record.  It knows nothing of
 * how the relay works.
 *
 * A client's position is the last record or id that it received.  Each record between two positions
 * must be accounted for: hidden by the filter, deleted one by one, or reported as lost in a gap.
 * Redis cannot tell some histories apart; each excused_* function describes one kind of them.
 */
#include <stdarg.h>
#include <stdio.h>

#include "sim.h"

static const char *first_fault;

void oracle_fault(const struct client *c, const char *what, const char *format, ...)
{
    va_list ap;
    if (!first_fault)
        first_fault = what;
    if (!sim.verbose)
        return;
    printf("FAULT client %d: %s: ", c->number, what);
    va_start(ap, format);
    vprintf(format, ap);
    va_end(ap);
    printf("\n");
}

static const struct rec *rec_of(int serial)
{
    return serial >= 0 ? &redis.recs[serial] : NULL;
}

bool oracle_shows(const struct client *c, const struct rec *r)
{
    return r->log == c->log && !(c->view == VIEW_FILTER && r->kind == KIND_HIDDEN);
}

/* ---- where a client stands ---- */

/* State of the check while it goes through the events of one client. */
struct walk {
    const struct client *c;
    bool any_gap; /* it received a gap */
    bool placed;  /* it has a position; without one no record is owed */
    int at;       /* the position: serial; -1: 0-0 */
    int at_stamp; /* when it got this position */
    int floor;    /* stamp; records that were dead by then are not owed */
    bool gap;     /* it received a gap at this position */
    struct xid gap_next;
    const struct event *bulk_gap; /* the gap that follows a bulk and covers all of it; NULL: none */
    int sent;                     /* number of records */
    bool live;
    bool lost_source; /* the last source frame reported an outage */
};

/* A later log of this name had as many records removed as there are entries up to the position.
 * Its entries-added and length then say that nothing is missing. */
static bool excused_same_counts(const struct rec *a)
{
    int deleted = 0; /* the relay does not count a record that was deleted before the first read */
    for (int i = 0; i < redis.nrecs; i++)
        deleted += redis.recs[i].life == a->life &&
                   (redis.recs[i].fate == DELETED || redis.recs[i].fate == CUT);
    for (int i = 0; i < redis.nlooks; i++) {
        const struct look *k = &redis.looks[i];
        if (redis.lives[k->life].log == a->log && (k->life > a->life || redis.was_back[a->log]) &&
            k->removed <= (uint64_t)a->count &&
            k->removed + (uint64_t)deleted >= (uint64_t)a->count)
            return true;
    }
    return false;
}

/* A later log of this name, or one that was renamed back, has ids below the position, grew past it,
 * and had a record deleted beyond it.  The position may be the id of a deleted record of that log.
 */
static bool excused_deleted_beyond(const struct rec *a)
{
    for (int i = redis.was_back[a->log] ? 0 : a->life; i < redis.nlives; i++) {
        bool other = i != a->life || a->fate == CUT;
        if (other && redis.lives[i].log == a->log &&
            xid_cmp(redis.lives[i].max_deleted, a->id) >= 0)
            return true;
    }
    return false;
}

/* Returns the record after a in that life, if the client's filter hides it; else NULL.  a NULL: the
 * first one. */
static const struct rec *next_hidden(const struct walk *w, const struct rec *a, int life)
{
    for (int i = a ? a->serial + 1 : 0; i < redis.nrecs; i++) {
        const struct rec *r = rec_of(i);
        if (r->log == w->c->log && r->life == life && r->fate != DELETED &&
            (a || r->dead > w->floor))
            return oracle_shows(w->c, r) ? NULL : r;
    }
    return NULL;
}

/* Redis cannot tell a, or a hidden record that follows it, from a position in the current log. */
static bool is_elsewhere_from(const struct walk *w, const struct rec *a, int life)
{
    for (; a; a = next_hidden(w, a, life))
        if (excused_same_counts(a) || excused_deleted_beyond(a))
            return true;
    return false;
}

/* Redis cannot tell the position from one in the current log.  Hidden records may have moved the
 * position on. */
static bool may_be_elsewhere(const struct walk *w)
{
    const struct rec *a = rec_of(w->at);
    const struct rec *next = w->gap ? database_find(w->c->log, w->gap_next) : NULL;
    if (next && excused_deleted_beyond(next)) /* the end of a gap counts as a position */
        return true;
    for (int i = 0; w->gap && !next && i < redis.nrecs;
         i++) /* the gap ended after the log's last record */
        if (rec_of(i)->log == w->c->log && excused_deleted_beyond(rec_of(i)))
            return true;
    if (a)
        return is_elsewhere_from(w, a, a->life);
    for (int life = 0; life < redis.nlives; life++) /* hidden records of each came first */
        if (is_elsewhere_from(w, next_hidden(w, NULL, life), life))
            return true;
    return false;
}

static bool excused(const struct walk *w, const struct rec *missing)
{
    if (missing->fate == CUT) /* it was lost before the relay read it */
        return true;
    /* A client at 0-0 starts with the current log; former logs do not count. */
    if (w->at < 0 && redis.lives[missing->life].left != NEVER)
        return true;
    return may_be_elsewhere(w);
}

/* Whether r is owed to the client between w->at and an event at stamp. */
static bool owed(const struct walk *w, const struct rec *r, int stamp)
{
    return oracle_shows(w->c, r) && r->serial > w->at && r->dead > w->floor && r->born < stamp;
}

static void check_missing(struct walk *w, const struct rec *r, int stamp, const char *where)
{
    if (r->dead > stamp) {
        if (!excused(w, r))
            oracle_fault(w->c, "a record in the log was skipped", "#%d, %s", r->serial, where);
    } else if (r->fate != DELETED && !w->gap && !w->bulk_gap && !excused(w, r)) {
        oracle_fault(w->c, "a record was lost without a gap", "#%d, after #%d, %s", r->serial,
                     w->at, where);
    }
}

/* The place that a late head told of is not known here.  It may be at each record that was in the
 * log until `stamp`, and Redis cannot tell it from one in the current log. */
static bool head_may_be_elsewhere(const struct client *c, int stamp)
{
    for (int i = 0; i < redis.nrecs && c->late; i++) {
        const struct rec *r = rec_of(i);
        if (r->log == c->log && r->born < stamp && r->dead > c->joined &&
            (excused_same_counts(r) || excused_deleted_beyond(r)))
            return true;
    }
    return false;
}

/* A late response head tells a client without cursor that it has a place.  Each record since then
 * is owed before its first position, which is `serial` or later. */
static void check_since_head(struct walk *w, int serial, int stamp)
{
    for (int s = 0; s < serial && !w->placed && !head_may_be_elsewhere(w->c, w->c->headed); s++) {
        const struct rec *r = rec_of(s);
        if (r->born > w->c->headed && owed(w, r, stamp))
            check_missing(w, r, stamp, "since the head");
    }
}

/* Checks all records between the position and the record next, which came at stamp. */
static void check_between(struct walk *w, int next, int stamp)
{
    const struct rec *a = rec_of(w->at), *b = rec_of(next);
    bool seen_again = redis.was_back[w->c->log];
    for (int s = w->at + 1; s < next; s++) {
        const struct rec *r = rec_of(s);
        if (!owed(w, r, stamp))
            continue;
        /* The relay never read what was in the log while another one was renamed away. */
        if (seen_again && (w->gap || !a || a->life != r->life || !b || b->life != r->life))
            continue;
        check_missing(w, r, stamp, "between two records");
    }
}

/* The client came with the proof of its position. */
static bool is_proven(const struct walk *w)
{
    const struct client *c = w->c;
    return c->first->proof && c->has_cursor && w->sent == 0 && w->at == c->base &&
           c->brought.rank != RANK_UNKNOWN && c->brought.rank > 0;
}

/* ---- gaps ---- */

static bool life_changed_since(const struct walk *w)
{
    const struct rec *a = rec_of(w->at);
    int since = a ? a->born : 0;
    return redis.changed[w->c->log] > since || w->c->base_life == -2;
}

/* Returns how many entries the life ever had up to the id. */
static uint64_t count_at(struct xid after, int life)
{
    uint64_t n = 0;
    for (int i = 0; i < redis.nrecs; i++) {
        const struct rec *r = rec_of(i);
        if (r->life == life && xid_cmp(r->id, after) <= 0 && r->fate != CUT &&
            (uint64_t)r->count > n)
            n = (uint64_t)r->count;
    }
    return n;
}

/* Whether an answer to XINFO has these numbers: so many removed beyond the position, and this first
 * record. */
static bool lost_is_exact(const struct walk *w, const struct event *e)
{
    for (int i = redis.nlooks - 1; i >= 0; i--) {
        const struct look *k = &redis.looks[i];
        if (redis.lives[k->life].log != w->c->log || k->stamp > e->stamp ||
            k->has_first != e->has_next || (k->has_first && xid_cmp(k->first, e->next) != 0))
            continue;
        if (k->removed == count_at(e->after, k->life) + (uint64_t)e->n)
            return true;
    }
    return false;
}

static bool anything_gone(const struct walk *w, int stamp)
{
    for (int i = w->at + 1; i < redis.nrecs; i++) {
        const struct rec *r = rec_of(i);
        if (r->log == w->c->log && r->dead <= stamp && r->dead > w->floor)
            return true;
    }
    return false;
}

/* XINFO tells how many entries are gone, but a position may have no known number.  A gap is then
 * right when the position's record is gone and no record before it is left. */
static bool cannot_be_known(const struct walk *w, const struct event *e)
{
    const struct rec *a = rec_of(w->at);
    if (e->n >= 0 || !a || a->dead > e->stamp)
        return false;
    return true;
}

/* The number of lost records is known to a viewer that was live, or came with a proof, in a log
 * without XDEL. */
static bool must_be_counted(const struct walk *w)
{
    for (int i = 0; i < redis.nrecs; i++)
        if (redis.recs[i].log == w->c->log && redis.recs[i].fate == DELETED)
            return false;
    return (w->live || is_proven(w)) && !redis.was_back[w->c->log];
}

static void check_gap(struct walk *w, const struct event *e)
{
    if (e == w->bulk_gap) { /* for records before or inside the bulk */
        w->bulk_gap = NULL;
        w->gap = w->any_gap = true;
        return;
    }
    const struct rec *a = rec_of(w->at);
    /* The relay may not know a log that was renamed back, and takes the proof for a former one's.
     */
    bool changed = life_changed_since(w) || (redis.was_back[w->c->log] && is_proven(w));
    if (w->placed && !changed && a && a->dead > e->stamp)
        oracle_fault(w->c, "a gap although nothing was lost", "after #%d, which is in the log",
                     w->at);
    else if (!changed && !anything_gone(w, e->stamp) && !cannot_be_known(w, e))
        oracle_fault(w->c, "a gap although nothing was lost", "after #%d, lost %lld", w->at, e->n);
    if (e->n < 0 && !changed && must_be_counted(w))
        oracle_fault(w->c, "a gap does not say how many records were lost", "after #%d", w->at);
    if (e->n >= 0 && !changed && !lost_is_exact(w, e))
        oracle_fault(w->c, "a gap has the wrong number of lost records", "%lld after #%d", e->n,
                     w->at);
    if (w->placed && !changed && !redis.was_back[w->c->log] && a && xid_cmp(e->after, a->id) < 0)
        oracle_fault(w->c, "a gap begins before the position", "after #%d", w->at);
    if (e->has_next && !changed && !redis.was_back[w->c->log] && xid_cmp(e->next, e->after) <= 0)
        oracle_fault(w->c, "a gap ends before it begins", "after #%d", w->at);
    w->gap = w->any_gap = true;
    w->gap_next = e->next;
}

/* ---- history ---- */

/* The log was written again after the client asked for all since a time.  The gap that it was told
 * before its first record covers r. */
static bool is_in_first_gap(const struct walk *w, const struct rec *r)
{
    return w->c->since_all && w->any_gap && r->life != w->c->since_life;
}

/* A client without a cursor gets the newest N records, as of some moment before live. */
static void check_history(const struct walk *w, int first, int live_stamp)
{
    const struct client *c = w->c;
    int before = 0, newer = 0;
    for (int i = 0; i < c->n && c->events[i].kind != EV_LIVE; i++)
        before += c->events[i].kind == EV_RECORD && rec_of(c->events[i].serial)->born < c->joined;
    if (before > c->history && !redis.was_back[c->log])
        oracle_fault(c, "more history than the client asked for", "%d of %d", before, c->history);
    /* A record that is in the log at live, and has fewer than N newer ones, is in the history or
     * comes later. */
    for (int i = redis.nrecs - 1; i >= 0; i--) {
        const struct rec *r = rec_of(i);
        if (r->log != c->log || r->born >= live_stamp || r->dead < c->joined ||
            xid_cmp(r->id, c->since) < 0)
            continue;
        bool skipped = first >= 0 ? r->serial < first : r->serial <= w->at;
        if (r->dead > live_stamp && newer < c->history && oracle_shows(c, r) && skipped &&
            !redis.was_back[c->log] && !is_in_first_gap(w, r) &&
            !head_may_be_elsewhere(c, c->headed == NEVER ? live_stamp : c->headed))
            oracle_fault(c, "a record is missing in the history", "#%d", r->serial);
        newer++;
    }
}

/* History begins at the time that was asked for.  A client that is owed all records since then is
 * told of those that had been trimmed. */
static void check_since(const struct walk *w)
{
    const struct client *c = w->c;
    for (int i = 0; i < c->n && c->events[i].kind != EV_LIVE; i++) {
        const struct rec *r = rec_of(c->events[i].serial);
        if (c->events[i].kind == EV_RECORD && r->born < c->joined && xid_cmp(r->id, c->since) < 0 &&
            !redis.was_back[c->log])
            oracle_fault(c, "a record from before the time that was asked for", "#%d", r->serial);
    }
    for (int i = 0; i < redis.nrecs && c->since_all && !w->any_gap; i++) {
        const struct rec *r = rec_of(i);
        if (r->log == c->log && r->life == c->since_life && r->fate == TRIMMED &&
            oracle_shows(c, r) && r->dead < c->joined && xid_cmp(r->id, c->since) >= 0 &&
            redis.changed[c->log] < c->joined)
            oracle_fault(c, "records since the time that was asked for were lost without a gap",
                         "#%d", i);
    }
}

/* Records that were in the log when the client joined, and still are, come before live. */
static void check_live(struct walk *w, const struct event *e)
{
    const struct client *c = w->c;
    if (w->live)
        oracle_fault(c, "live comes twice", "at %d", e->stamp);
    w->live = true;
    if (c->view == VIEW_SMARTER ? false : e->n != w->sent)
        oracle_fault(c, "`replayed` is not the number of records sent", "%lld, sent %d", e->n,
                     w->sent);
    if (c->view != VIEW_SMARTER && !w->placed)
        oracle_fault(c, "live comes before the client has a position", "at %d", e->stamp);
    if (!c->has_cursor && c->view != VIEW_SMARTER) {
        int first = -1;
        for (int i = 0; i < c->n && first < 0 && &c->events[i] != e; i++)
            if (c->events[i].kind == EV_RECORD)
                first = c->events[i].serial;
        check_history(w, first, e->stamp);
        check_since(w);
    }
    /* A client that resumes may get live at a tip from which the relay has not read on, unless it
     * polls. */
    bool all = c->has_cursor ? c->poll : c->history > 0;
    for (int s = w->at + 1; w->placed && all && s < redis.nrecs; s++) {
        const struct rec *r = rec_of(s);
        if (r->log == c->log && oracle_shows(c, r) && r->born < c->joined && r->dead > e->stamp &&
            xid_cmp(r->id, c->since) >= 0 && !excused(w, r) && !redis.was_back[c->log])
            oracle_fault(c, "live comes before a record that was in the log", "#%d", s);
    }
}

/* ---- one client ---- */

static void place_at(struct walk *w, int serial, int stamp)
{
    if (!w->placed)
        w->floor = w->c->joined;
    w->placed = true;
    w->at = serial;
    w->at_stamp = stamp;
    w->gap = false;
}

/* r was lost with the tail, but the relay had read it.  It comes in the order of ids, like a
 * deleted one: Redis cannot tell the two apart. */
static bool excused_lost_tail(const struct walk *w, const struct rec *r)
{
    const struct rec *a = rec_of(w->at);
    return a && r->fate == CUT && xid_cmp(r->id, a->id) > 0 && excused_deleted_beyond(r);
}

/* The log lost its tail while the client was not at its end yet: more was in the log already. */
static bool was_behind(const struct rec *at)
{
    for (int i = at->serial + 1; i < redis.nrecs; i++)
        if (redis.recs[i].life == at->life && redis.recs[i].born < at->dead &&
            redis.recs[i].dead >= at->dead)
            return true;
    return false;
}

/* The client got long records, which are read one by one; or no record that is left came live, and
 * more than one of its history was lost.  The relay knows the last few of a history only. */
static bool knew_only_the_tail(const struct client *c, const struct event *until)
{
    bool live = false, has_long = false, kept = false;
    int lost = 0;
    for (const struct event *e = c->events; e < until; e++) {
        live = live || e->kind == EV_LIVE;
        if (e->kind != EV_RECORD)
            continue;
        const struct rec *r = rec_of(e->serial);
        has_long = has_long || r->kind == KIND_LONG;
        kept = kept || (live && r->fate != CUT);
        lost += r->fate == CUT;
    }
    return has_long || (!kept && lost > 1);
}

/* A client at the end of a log that lost its tail gets no record again.  At a deleted record the
 * relay knows too little. */
static void check_repeated(const struct walk *w, const struct event *e)
{
    const struct client *c = w->c;
    const struct rec *at = rec_of(w->at);
    if (!redis.only_cut[c->log] || !w->live || !w->gap || !at || at->was_deleted ||
        (at->fate == CUT && was_behind(at)) || knew_only_the_tail(c, e))
        return;
    for (const struct event *o = c->events; o < e; o++)
        if (o->kind == EV_RECORD && o->serial == e->serial)
            oracle_fault(c, "a record of a log that lost its tail is repeated", "#%d", e->serial);
}

static void check_record(struct walk *w, const struct event *e)
{
    check_repeated(w, e);
    const struct rec *r = rec_of(e->serial);
    bool again = redis.was_back[w->c->log];
    bool same_counts = again && may_be_elsewhere(w);
    if (w->placed && e->serial <= w->at && !(again && (w->gap || w->bulk_gap)) && !same_counts &&
        !excused_lost_tail(w, r)) {
        oracle_fault(w->c, e->serial == w->at ? "a record is repeated" : "a record is out of order",
                     "#%d after #%d", e->serial, w->at);
    } else if (w->placed && e->serial > w->at) {
        check_between(w, e->serial, e->stamp);
    }
    if (r->dead < w->c->joined && !w->live && !w->c->has_cursor && !w->any_gap)
        oracle_fault(w->c, "a record that was gone before the client joined", "#%d", e->serial);
    check_since_head(w, e->serial, e->stamp);
    w->sent++;
    place_at(w, e->serial, e->stamp);
}

static void check_id(struct walk *w, const struct event *e)
{
    bool again = redis.was_back[w->c->log];
    if (w->placed && w->gap && e->serial < 0) /* the start of a log without records */
        return;
    bool elsewhere = e->serial >= 0 && excused_deleted_beyond(rec_of(e->serial));
    if (w->placed && e->serial < w->at && !again && !elsewhere)
        oracle_fault(w->c, "an id is below the position", "#%d after #%d", e->serial, w->at);
    if (w->placed && e->serial > w->at)
        check_between(w, e->serial + 1, e->stamp);
    check_since_head(w, e->serial + 1, e->stamp);
    bool gap = w->gap && e->serial == w->at;
    place_at(w, e->serial, e->stamp);
    w->gap = gap;
}

static void check_source(struct walk *w, const struct event *e)
{
    if (e->live != w->lost_source)
        oracle_fault(w->c, "source frames do not alternate", "at %d", e->stamp);
    w->lost_source = !e->live;
}

/* At the end: the client has all records of the log, and a gap for each lost one. */
static void check_end(struct walk *w, int stamp)
{
    const struct client *c = w->c;
    int life = redis.life[c->log];
    if (!w->live && c->view != VIEW_SMARTER)
        oracle_fault(c, "live never comes", "closed %d", c->closed);
    if (w->lost_source)
        oracle_fault(c, "the end of the outage is not reported", "%d", 0);
    if (!w->placed)
        return;
    for (int s = 0; s < redis.nrecs; s++) {
        const struct rec *r = rec_of(s);
        bool in_log = r->log == c->log && r->fate == ALIVE && r->life == life;
        if (in_log && !oracle_shows(c, r) && s > w->at && !life_changed_since(w))
            oracle_fault(c, "the final id is before the end of the log", "#%d", s);
        if (r->log != c->log || !oracle_shows(c, r))
            continue;
        if (s > w->at && r->fate == ALIVE && r->life == life && !(excused(w, r)))
            oracle_fault(c, "a record in the log never came", "#%d, position #%d", s, w->at);
        else if (s > w->at && r->fate != ALIVE && r->dead > w->floor && !redis.was_back[c->log])
            check_missing(w, r, stamp, "at the end");
    }
}

static void begin(struct walk *w, const struct client *c)
{
    *w = (struct walk){.c = c, .at = -1, .floor = -1};
    if (!c->has_cursor)
        return;
    w->placed = true;
    w->at = c->base;
    /* 0-0 is the start of the log that is at the key when the client joins. */
    if (c->base < 0)
        w->floor = c->joined;
    if (c->base < 0 && redis.changed[c->log] <= c->joined && redis.changed[c->log] > 0)
        w->floor = redis.changed[c->log];
    else if (c->base < 0 && redis.changed[c->log] == 0)
        w->floor = -1;
    if (c->base_life == -2)
        w->at = -1, w->floor = c->joined;
}

static void check_client(const struct client *c)
{
    struct walk w;
    bool ended = false, failed = false;
    if (c->broken)
        oracle_fault(c, c->broken, "%d events", c->n);
    begin(&w, c);
    w.bulk_gap = oracle_bulk_gap(c);
    for (int i = 0; i < c->n; i++) {
        const struct event *e = &c->events[i];
        if (ended)
            oracle_fault(c, "an event after the end", "%d", e->kind);
        if (i == 0 && c->lost && e->kind == EV_GAP) {
            if (e->has_after || e->n >= 0)
                oracle_fault(c, "the gap of a lost cursor knows the cursor", "%lld", e->n);
            continue;
        }
        if (i == 0 && c->lost && e->kind != EV_END && e->kind != EV_UNAVAILABLE)
            oracle_fault(c, "a stream without its cursor does not begin with a gap", "%d", e->kind);
        if (e->kind == EV_RECORD)
            check_record(&w, e);
        else if (e->kind == EV_ID)
            check_id(&w, e);
        else if (e->kind == EV_GAP)
            check_gap(&w, e);
        else if (e->kind == EV_LIVE)
            check_live(&w, e);
        else if (e->kind == EV_SOURCE)
            check_source(&w, e);
        else
            ended = true;
        failed = failed || e->kind == EV_UNAVAILABLE;
    }
    if (failed && !redis.denied_ever)
        oracle_fault(c, "unavailable although Redis refused nothing", "%d", c->n);
    bool cut_short = oracle_may_lack_final_frame(c);
    bool gone = c->left != NEVER || c->lifetime > 0 || c->poll || (c->oom && !ended);
    if (c->poll && !failed)
        oracle_check_poll(c);
    if (gone || failed || cut_short)
        return;
    if (!ended || !(c->over || c->cgi))
        oracle_fault(c, "the stream has no final frame", "closed %d", c->closed);
    if (!c->slow && c->view != VIEW_SMARTER)
        oracle_check_outages(c);
    check_end(&w, sim.stamp);
}

const char *oracle_check(void)
{
    several_share();
    first_fault = redis.fault;
    for (int i = 0; i < nclients; i++) {
        if (sim.verbose)
            client_print(clients[i]);
        if (clients[i]->log < STREAMS)
            check_client(clients[i]);
        else
            oracle_check_messages(clients[i]);
        oracle_check_counts(clients[i]);
    }
    return first_fault;
}
