/* SPDX-License-Identifier: MIT */
/* log: see log.h. */
#include "relay/log.h"

#include <search.h>
#include <stdlib.h>

#include "relay/fanout.h"
#include "relay/follower.h"
#include "relay/gather.h"
#include "relay/reads.h"
#include "relay/viewer.h"

/* A view outlives its last viewer by so many ms.  After a restart of the web server all viewers
 * come back at once, and its ring serves them. */
#define LINGER_MS 5000

/* ---- logs ---- */

static int compare_logs(const void *a, const void *b)
{
    const struct log *x = a, *y = b;
    return x->kind != y->kind ? (x->kind < y->kind ? -1 : 1) : strcmp(x->key, y->key);
}

struct log *log_find(struct relay *r, enum log_kind kind, const char *key)
{
    struct log probe = {.kind = kind, .key = key};
    struct log **found = tfind(&probe, &r->log_tree, compare_logs);
    return found ? *found : NULL;
}

static struct log *log_make(struct relay *r, enum log_kind kind, const char *key,
                            const struct log_source *source)
{
    struct log *l = log_find(r, kind, key);
    if (l)
        return l;
    l = malloc(sizeof *l + strlen(key) + 1);
    if (!l)
        return NULL;
    *l = (struct log){.relay = r, .kind = kind, .source = source};
    l->key = memcpy(l + 1, key, strlen(key) + 1);
    l->tip.cursor.at = CURSOR_SENT;
    l->tip.standing = PLACE_MET;
    if (!tsearch(l, &r->log_tree, compare_logs)) {
        free(l);
        return NULL;
    }
    l->next = r->logs;
    l->at = &r->logs;
    if (l->next)
        l->next->at = &l->next;
    r->logs = l;
    r->stats.logs++;
    return l;
}

static void log_free(struct log *l)
{
    struct relay *r = l->relay;
    tdelete(l, &r->log_tree, compare_logs);
    *l->at = l->next;
    if (l->next)
        l->next->at = l->at;
    gather_forget(l);
    r->stats.logs--;
    l->source->stop(l);
    free(l);
}

/* ---- views ---- */

static bool view_fits(const struct view *w, const struct admission *a,
                      const struct admitted_log *its)
{
    return w->profile == a->profile && w->proof == a->proof && strcmp(w->field, a->field) == 0 &&
           strcmp(w->event_field, a->event_field) == 0 &&
           slice_equal(slice_of(w->event_prefix), slice_of(a->event_prefix)) &&
           slice_equal(slice_of(w->name), slice_of(its->name)) &&
           slice_equal(filter_key(w->filter), filter_key(its->filter));
}

static void view_free(struct view *w)
{
    struct relay *r = w->log->relay;
    fanout_forget_view(w);
    batch_forget_view(r, w);
    reads_forget_view(r, w);
    ring_reset(&r->rings, &w->ring, XID_ZERO);
    filter_free(w->filter);
    free(w);
}

/* Copies text to *at, behind which the next one goes. NULL: there is none. */
static const char *put_text(char **at, const char *text)
{
    if (!text)
        return NULL;
    size_t size = strlen(text) + 1;
    char *copy = memcpy(*at, text, size);
    *at += size;
    return copy;
}

/* Takes the filter of the log when it makes a new view. */
static struct view *view_make(struct log *l, const struct admission *a, struct admitted_log *its)
{
    for (struct view *w = l->views; w; w = w->next)
        if (view_fits(w, a, its))
            return w;
    struct view *w = malloc(sizeof *w + slice_of(a->field).len + slice_of(a->event_field).len +
                            slice_of(a->event_prefix).len + slice_of(its->name).len + 4);
    if (!w)
        return NULL;
    char *texts = (char *)(w + 1);
    *w = (struct view){.log = l, .profile = a->profile, .next = l->views, .filter = its->filter};
    w->proof = a->proof;
    w->field = put_text(&texts, a->field);
    w->event_field = put_text(&texts, a->event_field);
    w->event_prefix = put_text(&texts, a->event_prefix);
    w->name = put_text(&texts, its->name);
    its->filter = NULL;
    w->ring.floor = l->tip.state == PLACE_NONE ? XID_MAX : cursor_position(&l->tip.cursor);
    l->views = w;
    return w;
}

/* ---- viewers ---- */

static int attach(struct follower *f, const struct admission *a, struct admitted_log *its,
                  const struct log_source *source)
{
    struct relay *r = f->viewer->relay;
    struct log *l = log_make(r, a->kind, its->key, source);
    struct view *w = l ? view_make(l, a, its) : NULL;
    if (!w) {
        sweep_by(r, r->now); /* a log without views is freed */
        return -1;
    }
    f->view = w;
    f->next = w->followers;
    f->at = &w->followers;
    if (f->next)
        f->next->at = &f->next;
    w->followers = f;
    return 0;
}

int log_attach(struct viewer *v, struct admission *a, const struct log_source *source)
{
    struct admitted_log *its = &a->log;
    for (struct follower *f = &v->first; f; f = f->beside, its = its->next)
        if (attach(f, a, its, source))
            return -1;
    return 0;
}

void log_begin(struct viewer *v)
{
    for (struct follower *f = &v->first; f; f = f->beside)
        f->view->log->source->begin(f);
}

static void detach(struct follower *f)
{
    struct view *w = f->view;
    struct relay *r = f->viewer->relay;
    reads_forget(f);
    fanout_forget(f);
    *f->at = f->next;
    if (f->next)
        f->next->at = f->at;
    f->view = NULL;
    if (w->followers)
        return;
    w->empty_since = r->now;
    sweep_by(r, w->empty_since + LINGER_MS);
}

void log_detach(struct viewer *v)
{
    for (struct follower *f = &v->first; f; f = f->beside)
        if (f->view)
            detach(f);
}

/* Starts what the followers of v need.  True: v can be served. */
static bool meet_needs(struct viewer *v)
{
    bool met = false;
    for (struct follower *f = &v->first; f; f = f->beside)
        if (f->need != PLACE_WAIT && f->view->log->source->want(f, f->need))
            met = true;
    return met;
}

void log_serve(struct viewer *v)
{
    do
        viewer_serve(v);
    while (meet_needs(v));
    for (struct follower *f = &v->first; f; f = f->beside)
        if (f->place.state == PLACE_LIVE)
            f->view->log->source->look(f->view->log);
}

void log_serve_view(struct view *w)
{
    for (struct follower *f = w->followers; f; f = f->next)
        if (follower_is_idle(f))
            log_serve(f->viewer);
}

void log_leave_behind(struct view *w, struct xid upto)
{
    struct relay *r = w->log->relay;
    ring_reset(&r->rings, &w->ring, upto);
    for (struct follower *f = w->followers; f; f = f->next)
        if (f->place.state == PLACE_LIVE)
            follower_set_place(f, PLACE_BEHIND);
    sweep_by(r, r->now);
}

void log_add_gap(struct follower *f, const struct gap *gap)
{
    viewer_add_gap(f, gap);
    if (f->place.state == PLACE_LIVE)
        log_serve(f->viewer);
}

void log_fail_all(struct log *l, enum redis_result result)
{
    const char *why = result == REDIS_WRONGTYPE   ? "the log's key holds another type"
                      : result == REDIS_TOO_LARGE ? "a record is too large for memory"
                                                  : "refused";
    for (struct view *w = l->views; w; w = w->next)
        for (struct follower *f = w->followers; f; f = f->next)
            viewer_fail(f->viewer, why);
}

/* ---- all logs ---- */

/* Frees the views of l that had no viewers for long; returns when more will be due. */
static int64_t sweep_views(struct log *l)
{
    const struct relay *r = l->relay;
    int64_t due = INT64_MAX;
    for (struct view **p = &l->views; *p;) {
        struct view *w = *p;
        if (!w->followers && (r->stop_by || r->now >= w->empty_since + LINGER_MS)) {
            *p = w->next;
            view_free(w);
            continue;
        }
        if (!w->followers && w->empty_since + LINGER_MS < due)
            due = w->empty_since + LINGER_MS;
        p = &w->next;
    }
    return due;
}

int64_t log_sweep(struct relay *r)
{
    int64_t due = INT64_MAX;
    for (struct log *l = r->logs, *next; l; l = next) {
        next = l->next;
        int64_t views = sweep_views(l), source = l->source->check(l);
        due = views < due ? views : due;
        due = source < due ? source : due;
        if (!l->views && l->under_way == 0)
            log_free(l);
    }
    return due;
}

void log_free_all(struct relay *r)
{
    reads_free_all(r);
    while (r->logs) {
        struct log *l = r->logs;
        while (l->views) {
            struct view *w = l->views;
            l->views = w->next;
            view_free(w);
        }
        log_free(l);
    }
}
