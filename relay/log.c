/* SPDX-License-Identifier: MIT */
/*
 * log: the logs that are followed, and their views.  A log's tip moves by READ_TIP when its
 * doorbell rang and somebody is LIVE; each such read proves that nothing went missing (cursor.h).
 * New viewers, and those whose cursor was not proven, are placed by XINFO STREAM.  Knows nothing of
 * sockets; viewers are written by viewer.c.
 */
#include <search.h>
#include <stdlib.h>

#include "relay/relay_parts.h"

#define LOOK_AGAIN_MS 60000 /* the tip of a log with viewers LIVE is read this often at least */

/* ---- logs and views ---- */

static int compare_logs(const void *a, const void *b)
{
    const struct log *x = a, *y = b;
    return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : strcmp(x->key, y->key);
}

struct log *log_find(struct relay *r, enum log_kind kind, const char *key)
{
    struct log probe = {.kind = kind, .key = (char *)(uintptr_t)key}; /* only compared */
    struct log **found = tfind(&probe, &r->log_tree, compare_logs);
    return found ? *found : NULL;
}

static struct log *log_make(struct relay *r, enum log_kind kind, const char *key)
{
    struct log *l = log_find(r, kind, key);
    if (l)
        return l;
    l = calloc(1, sizeof *l);
    char *copy = strdup(key);
    if (l && copy) {
        *l = (struct log){.relay = r, .kind = kind, .key = copy, .tip.at = CURSOR_SENT};
        if (tsearch(l, &r->log_tree, compare_logs)) {
            l->next = r->logs;
            l->at = &r->logs;
            if (l->next)
                l->next->at = &l->next;
            r->logs = l;
            r->stats.logs++;
            return l;
        }
    }
    free(copy);
    free(l);
    return NULL;
}

/* Frees l once no view is left and no answer under way names it. */
void log_release(struct log *l)
{
    struct relay *r = l->relay;
    if (l->views || l->under_way > 0)
        return;
    tdelete(l, &r->log_tree, compare_logs);
    *l->at = l->next;
    if (l->next)
        l->next->at = l->at;
    r->stats.logs--;
    if (l->kind == LOG_PUBSUB && l->known)
        redis_feed_unsubscribe(r->feed, l->key);
    channels_leave(l);
    free(l->key);
    free(l);
}

static bool view_fits(const struct view *w, const struct admission *a)
{
    return w->profile == a->profile && strcmp(w->field, a->field) == 0 &&
           strcmp(w->event_field, a->event_field) == 0 &&
           slice_equal(filter_key(w->filter), filter_key(a->filter));
}

static void view_free(struct view *w)
{
    free(w->field);
    free(w->event_field);
    filter_free(w->filter);
    free(w);
}

/* Takes field names and filter out of a when it makes a new view. */
static struct view *view_make(struct log *l, struct admission *a)
{
    for (struct view *w = l->views; w; w = w->next)
        if (view_fits(w, a))
            return w;
    struct view *w = calloc(1, sizeof *w);
    if (!w)
        return NULL;
    *w = (struct view){.log = l, .profile = a->profile, .next = l->views};
    w->field = a->field;
    w->event_field = a->event_field;
    w->filter = a->filter;
    a->field = a->event_field = NULL;
    a->filter = NULL;
    w->ring.floor = l->known ? cursor_position(&l->tip) : XID_MAX;
    l->views = w;
    return w;
}

int log_attach(struct viewer *v, struct admission *a)
{
    struct log *l = log_make(v->relay, a->kind, a->key);
    struct view *w = l ? view_make(l, a) : NULL;
    if (l && !w)
        log_release(l);
    if (!w)
        return -1;
    v->view = w;
    v->next = w->viewers;
    v->at = &w->viewers;
    if (v->next)
        v->next->at = &v->next;
    w->viewers = v;
    return 0;
}

void log_detach(struct viewer *v)
{
    struct view *w = v->view;
    if (!w)
        return;
    read_forget_waiter(v);
    viewer_set_state(v, VIEWER_DRAINING);
    *v->at = v->next;
    if (v->next)
        v->next->at = v->at;
    v->view = NULL;
    if (w->viewers)
        return;
    struct relay *r = v->relay;
    w->empty_since = r->now;
    if (r->now + LINGER_MS < r->next_sweep)
        r->next_sweep = r->now + LINGER_MS;
}

/* The reads of a view that goes have nobody to bring anything to, and a view to come, which may
 * have its address, takes none of its long records for its own. */
static void forget_view(struct view *w)
{
    struct relay *r = w->log->relay;
    for (struct large *g = r->larges; g; g = g->next)
        if (g->view == w)
            g->view = NULL;
    for (struct read *q = r->reads; q; q = q->next)
        if (q->view == w)
            q->view = NULL;
    ring_reset(&r->rings, &w->ring, XID_ZERO);
    view_free(w);
}

/* The tip is read also when nothing called for it: whatever was not heard of is found out so. */
static int64_t look_again(struct log *l, int64_t due)
{
    if (l->live == 0 || l->kind != LOG_STREAM)
        return due;
    if (l->relay->now >= l->look_at) {
        l->look_at = l->relay->now + LOOK_AGAIN_MS;
        l->rung = true;
    }
    return l->look_at < due ? l->look_at : due;
}

static void ask_for_messages(struct log *l)
{
    struct relay *r = l->relay;
    if (l->kind == LOG_CHANNELS) {
        channels_join(l);
        return;
    }
    l->unasked = r->up && redis_feed_subscribe(r->feed, l->key) != 0;
    if (l->unasked)
        retry_soon(r);
}

int64_t log_tidy(struct relay *r)
{
    int64_t due = INT64_MAX;
    for (struct log *l = r->logs, *next; l; l = next) {
        next = l->next;
        for (struct view **p = &l->views; *p;) {
            struct view *w = *p;
            if (!w->viewers && (r->stop_by || r->now >= w->empty_since + LINGER_MS)) {
                *p = w->next;
                forget_view(w);
                continue;
            }
            if (!w->viewers && w->empty_since + LINGER_MS < due)
                due = w->empty_since + LINGER_MS;
            p = &w->next;
        }
        /* What there was no memory to ask for is asked again. */
        if (l->unproven)
            log_ask_info(r, l);
        if (l->unasked && l->views)
            ask_for_messages(l);
        due = look_again(l, due);
        log_look(l);
        log_release(l);
    }
    return due;
}

/* ---- the tip ---- */

void log_fail_all(struct log *l, enum redis_result result)
{
    const char *why = result == REDIS_WRONGTYPE ? "the log's key holds another type" : "refused";
    for (struct view *w = l->views; w; w = w->next) {
        for (struct viewer *v = w->viewers, *next; v; v = next) {
            next = v->next;
            viewer_fail(v, why);
        }
    }
}

void log_leave_behind(struct view *w, struct xid upto)
{
    struct relay *r = w->log->relay;
    ring_reset(&r->rings, &w->ring, upto);
    for (struct viewer *v = w->viewers; v; v = v->next)
        if (v->state == VIEWER_LIVE)
            viewer_set_state(v, VIEWER_BEHIND);
    r->next_sweep = r->now;
}

/* Formats what was read for one view. */
static void deliver(struct relay *r, struct view *w, const struct redis_entry *entries,
                    size_t count, struct cursor from)
{
    struct batch *b = &r->batch;
    if (!w->viewers) {
        ring_reset(&r->rings, &w->ring, entries[count - 1].id);
        return;
    }
    for (size_t i = 0; i < count;) {
        batch_begin(b, &from, false);
        i = batch_fill(r, b, w, entries, i, count, 0);
        if (i == 0) {
            log_leave_behind(w, entries[count - 1].id);
            return;
        }
        batch_hand_out(r, w, b);
        from = b->blob ? b->after_blob : b->after;
    }
}

/* The tip moves over entries. */
static void tip_advance(struct relay *r, struct log *l, const struct redis_entry *entries,
                        size_t count)
{
    struct cursor from = l->tip;
    l->tip.id = entries[count - 1].id;
    l->tip.at = CURSOR_SENT;
    l->tip.located = false;
    l->tip.large = batch_entry_is_large(&entries[count - 1]);
    if (l->tip.rank != RANK_UNKNOWN)
        l->tip.rank += count;
    r->stats.records += count;
    for (struct view *w = l->views; w; w = w->next)
        deliver(r, w, entries, count, from);
}

/* Records before the tip are lost to those who were LIVE at it; those who came while it lagged
 * stand beyond it, and look for themselves as those BEHIND do. */
static void tip_gap(struct relay *r, struct log *l, const struct gap *gap)
{
    for (struct view *w = l->views; w; w = w->next) {
        ring_reset(&r->rings, &w->ring, cursor_position(&l->tip));
        for (struct viewer *v = w->viewers, *next; v; v = next) {
            next = v->next;
            v->beyond = false; /* was found in the log that was here before, perhaps */
            bool beyond = xid_cmp(cursor_position(&v->cursor), gap->after) > 0;
            if (v->state == VIEWER_LIVE && !beyond) {
                v->cursor = l->tip;
                viewer_tell_gap(v, gap);
            } else if (v->state == VIEWER_LIVE || (v->state == VIEWER_BEHIND && !v->read)) {
                log_place(v);
            }
        }
    }
}

/* The record at the tip was deleted, or so it looks. Those LIVE beyond it know more. */
static void place_those_beyond(struct log *l)
{
    struct xid tip = cursor_position(&l->tip);
    for (struct view *w = l->views; w; w = w->next)
        for (struct viewer *v = w->viewers; v; v = v->next)
            if (v->state == VIEWER_LIVE && xid_cmp(cursor_position(&v->cursor), tip) > 0)
                log_place_missing(v);
}

static void tip_check(struct relay *r, struct log *l, const struct redis_info *info)
{
    struct gap gap;
    bool missing = l->unproven;
    l->unproven = false;
    switch (cursor_check(&l->tip, missing, info, &gap)) {
    case CURSOR_LOCATE:
        place_those_beyond(l);
        if (!l->tip.located)
            l->reading =
                read_locate(r, l, NULL, info->first, l->tip.id) == 0; /* until the answer */
        l->rung = true;
        break;
    case CURSOR_GAP:
        l->rung = true;
        tip_gap(r, l, &gap);
        break;
    case CURSOR_READ_ON:
        l->rung = true;
        break;
    case CURSOR_AT_END:
        l->proven = l->asked;
        break;
    }
}

/* Found before Redis was asked what the log is now: it must be the same one. */
void log_tip_located(struct log *l, const struct xid *before)
{
    l->rung = true;
    if (before) {
        cursor_locate(&l->tip, *before);
        l->unproven = true;
        log_ask_info(l->relay, l);
    }
    log_look(l);
}

/* Those who wait for the tip go on. */
static void serve_waiting(struct log *l)
{
    for (struct view *w = l->views; w; w = w->next)
        log_serve_view(w);
}

void log_on_tip(struct relay *r, struct read *q, enum redis_result result,
                const struct redis_entry *entries, size_t count)
{
    struct log *l = q->log;
    size_t start;
    bool waited = l->wanted > l->proven;
    l->reading = false;
    if (result == REDIS_LOST) {
        l->rung = true;
    } else if (result != REDIS_OK) {
        l->rung = true; /* a read that was refused tracks nothing */
        log_fail_all(l, result);
    } else if (!cursor_proven(&l->tip, entries, count, &start)) {
        l->unproven = true;
        l->tip.located = false;
        log_ask_info(r, l);
    } else {
        read_weigh(l, entries, count);
        bool whole = count < q->count;
        l->rung = l->rung || !whole;
        if (whole)
            l->proven = q->number;
        if (whole &&
            l->tip.located) /* the record that it waited for was deleted, and none follows */
            l->tip.at = CURSOR_SENT;
        if (count > start)
            tip_advance(r, l, entries + start, count - start);
        if (waited)
            serve_waiting(l);
    }
    if (l->held)
        log_ask_info(r, l);
    l->held = false;
    log_look(l);
}

void log_look(struct log *l)
{
    struct relay *r = l->relay;
    bool wanted = l->live > 0 || (l->views && l->wanted > l->proven);
    if (!l->rung || l->reading || l->unproven || !l->known || !r->up || !wanted ||
        l->kind != LOG_STREAM)
        return;
    struct read *q = read_new(r, READ_TIP, l);
    if (!q)
        return;
    q->from = l->tip;
    q->to = XID_MAX;
    q->count = read_count(l);
    q->number = l->asked + 1;
    l->rung = false;
    l->reading = true;
    if (read_send(r, q)) {
        l->rung = true;
        l->reading = false;
        return;
    }
    l->asked++;
    l->look_at = r->now + LOOK_AGAIN_MS;
}

/* ---- finding a viewer's place ---- */

static struct cursor end_of_log(const struct redis_info *info)
{
    bool known = info->has_added || !info->exists;
    return (struct cursor){
        .id = info->last, .at = CURSOR_SENT, .rank = known ? info->added : RANK_UNKNOWN};
}

/* Where a viewer without a cursor begins. It is placed again until it was sent something. */
static void place_fresh(struct relay *r, struct viewer *v, const struct redis_info *info)
{
    v->history_to = v->history > 0 ? info->last : XID_ZERO;
    /* The record that was missing is the log's last still: it was deleted. */
    v->beyond = v->missing && xid_cmp(v->cursor.id, info->last) == 0;
    v->missing = false;
    if (v->history > 0 && info->length > v->history) {
        v->replaying = true;
        read_newest(r, v, v->history);
        return;
    }
    v->replaying = true;
    if (v->history == 0 || !info->exists)
        v->cursor = end_of_log(info);
    else
        v->cursor = cursor_at_beginning(info);
    viewer_set_state(v, VIEWER_BEHIND);
}

bool log_at_end(struct viewer *v)
{
    struct log *l = v->view->log;
    if (v->proof > 0 && (v->proof > l->proven || l->tip.at == CURSOR_SENT))
        return v->proof <= l->proven;
    v->proof = l->asked + 1;
    if (v->proof > l->wanted)
        l->wanted = v->proof;
    l->rung = true;
    log_look(l);
    return false;
}

static void place(struct relay *r, struct viewer *v, const struct redis_info *info)
{
    struct gap gap;
    if (v->fresh) {
        place_fresh(r, v, info);
        return;
    }
    v->beyond = false;
    switch (cursor_check(&v->cursor, v->missing, info, &gap)) {
    case CURSOR_LOCATE:
        if (!v->cursor.located) {
            read_locate(r, v->view->log, v, info->first, v->cursor.id);
            return;
        }
        v->beyond = true;
        break;
    case CURSOR_GAP:
        viewer_tell_gap(v, &gap);
        break;
    case CURSOR_READ_ON:
        v->beyond = v->missing && v->cursor.at == CURSOR_OPEN;
        break;
    case CURSOR_AT_END:
        v->beyond = v->missing; /* the log's last record, which was deleted */
        break;
    }
    v->missing = false;
    viewer_set_state(v, VIEWER_BEHIND);
}

/* What was known of its place does not hold any more. */
static void displace(struct viewer *v)
{
    read_forget_waiter(v);
    viewer_set_state(v, VIEWER_PLACING);
    v->proof = 0;
    v->clear_to = XID_ZERO;
    v->beyond = false;
    v->unproven = true;
}

/* Those BEHIND whose place is beyond the tip, in the log that was here before, are placed anew. */
static void first_tip_for(struct view *w, struct xid tip)
{
    ring_reset(&w->log->relay->rings, &w->ring, tip);
    for (struct viewer *v = w->viewers; v; v = v->next) {
        v->beyond = false; /* was found in the log that was here before, perhaps */
        if (v->state == VIEWER_BEHIND && !v->read && xid_cmp(cursor_position(&v->cursor), tip) > 0)
            displace(v);
    }
}

/* The tip of a log whose records nobody is given as they come: its end now. */
static void first_tip(struct log *l, const struct redis_info *info)
{
    l->tip = end_of_log(info);
    l->known = true;
    l->rung = true; /* reading it arms its doorbell */
    for (struct view *w = l->views; w; w = w->next)
        first_tip_for(w, l->tip.id);
}

/* viewer_serve may begin another read, which uses the batch: so it comes after all have taken
 * theirs. */
void log_serve_view(struct view *w)
{
    for (struct viewer *v = w->viewers, *next; v; v = next) {
        next = v->next;
        if (v->state == VIEWER_BEHIND && !v->read && !v->queued && !v->watch_out)
            viewer_serve(v);
    }
}

static bool ends_at_tip(const struct log *l, const struct redis_info *info)
{
    struct cursor end = end_of_log(info);
    return xid_cmp(end.id, cursor_position(&l->tip)) == 0 &&
           (end.rank == l->tip.rank || l->tip.rank == RANK_UNKNOWN);
}

static void info_came(struct relay *r, struct log *l, const struct redis_info *info)
{
    if (l->known && ends_at_tip(l, info)) /* from here on it is known how many were ever added */
        l->tip.rank = end_of_log(info).rank;
    bool anew = xid_cmp(info->last, l->tip.id) < 0; /* nobody who is LIVE saw it yet */
    /* Where nobody is LIVE the tip stood still, and what came since, or is there instead, is
     * history. */
    bool left = l->live == 0 && !l->reading && !l->unproven && !ends_at_tip(l, info);
    if (!l->known || left)
        first_tip(l, info);
    else if (l->unproven || (anew && !l->reading))
        tip_check(r, l, info);
    /* The tip is still in the log that was here before: until that is mended nobody is placed. */
    bool former = l->reading && anew;
    for (struct view *w = l->views; w; w = w->next) {
        for (struct viewer *v = w->viewers, *next; v; v = next) {
            next = v->next;
            if (v->state != VIEWER_PLACING || v->read)
                continue;
            if (former)
                l->held = true;
            else if (l->info_number < v->came)
                l->again = true;
            else
                place(r, v, info);
        }
        log_serve_view(w);
    }
    log_look(l);
}

static void on_info(void *arg, enum redis_result result, const struct redis_info *info)
{
    struct log *l = arg;
    l->again = false;
    if (result == REDIS_OK) {
        info_came(l->relay, l, info);
    } else if (result != REDIS_LOST) {
        log_fail_all(l, result);
        l->unproven = false;
        l->rung = true;
    }
    l->asking = false;
    if (l->again) /* by those for whom this answer came too early */
        log_ask_info(l->relay, l);
    l->under_way--;
    log_release(l);
}

void log_ask_info(struct relay *r, struct log *l)
{
    l->again = l->asking;
    if (l->asking || !r->up)
        return;
    if (redis_feed_info(r->feed, l->key, on_info, l)) {
        retry_soon(r);
        return;
    }
    l->info_number = r->requests++;
    l->asking = true;
    l->under_way++;
}

void log_place(struct viewer *v)
{
    displace(v);
    log_ask_info(v->relay, v->view->log);
}

void log_place_missing(struct viewer *v)
{
    v->missing = true;
    v->came = v->relay->requests;
    log_place(v);
}

void log_start(struct viewer *v)
{
    struct log *l = v->view->log;
    if (l->kind != LOG_STREAM) {
        v->fresh = v->unproven = false;
        viewer_set_state(v, VIEWER_PLACING);
        if (l->known)
            pubsub_stands(l);
        else
            ask_for_messages(l);
    } else if (!v->fresh && l->known && xid_cmp(v->cursor.id, l->tip.id) <= 0) {
        /* Its first read proves its cursor, or finds it wanting. Beyond the tip nothing would be
         * read from the cursor: the log may have been made anew. */
        viewer_set_state(v, VIEWER_BEHIND);
        viewer_serve(v);
    } else {
        log_place(v);
    }
}

/* ---- what the feed says ---- */

void log_ring(struct relay *r, struct slice key)
{
    if (!key.p) {
        log_look_all(r);
        return;
    }
    struct log *l = log_find(r, LOG_STREAM, key.p);
    if (!l)
        return;
    l->rung = true;
    log_look(l);
}

void log_look_all(struct relay *r)
{
    for (struct log *l = r->logs; l; l = l->next) {
        l->rung = true;
        log_look(l);
    }
}

void log_up(struct relay *r)
{
    for (struct log *l = r->logs; l; l = l->next) {
        if (l->kind != LOG_STREAM) {
            ask_for_messages(l);
            continue;
        }
        l->rung = true;
        if (!l->known || l->unproven)
            log_ask_info(r, l);
        log_look(l);
        for (struct view *w = l->views; w; w = w->next) {
            for (struct viewer *v = w->viewers; v; v = v->next)
                if (v->state == VIEWER_PLACING)
                    log_ask_info(r, l);
            log_serve_view(w);
        }
    }
}

/* Messages published meanwhile are lost, nobody knows how many. */
void log_down(struct relay *r)
{
    static const struct gap unknown = {.lost = -1};
    while (r->queue)
        read_forget_waiter(r->queue);
    for (struct log *l = r->logs; l; l = l->next) {
        if (l->kind == LOG_STREAM || !l->known)
            continue;
        l->known = false;
        for (struct view *w = l->views; w; w = w->next)
            for (struct viewer *v = w->viewers, *next; v; v = next) {
                next = v->next;
                viewer_set_state(v, VIEWER_PLACING);
                viewer_tell_gap(v, &unknown);
            }
    }
}

void log_free_all(struct relay *r)
{
    while (r->logs) {
        struct log *l = r->logs;
        while (l->views) {
            struct view *w = l->views;
            l->views = w->next;
            forget_view(w);
        }
        free(l->tip_read); /* no answer comes any more */
        l->under_way = 0;
        log_release(l);
    }
    while (r->reads) {
        struct read *q = r->reads;
        r->reads = q->next;
        free(q);
    }
}
