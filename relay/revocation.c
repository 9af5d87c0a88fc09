/* SPDX-License-Identifier: MIT */
/* revocation: see revocation.h. */
#include "relay/revocation.h"

#include <search.h>
#include <stdlib.h>

enum look_state {
    LOOK_NONE,
    LOOK_ASKED, /* GET is under way */
    LOOK_AGAIN, /* it is, and the key changed meanwhile */
    LOOK_DUE    /* there was no memory to ask */
};

/* A viewer whose key must go on standing.  Most viewers have none, so it is no part of them. */
struct watcher {
    struct watcher *next;
    struct viewer *viewer;
    struct revocation *revocation;
    bool (*still_valid)(void *arg, const struct slice *value);
    void (*release)(void *arg);
    void *arg;
};

struct revocation {
    struct relay *relay;
    char *key;
    size_t shown; /* bytes of it that may be logged */
    struct watcher *watchers;
    revocation_fn *revoked;
    enum look_state state;
};

static bool is_asked(const struct revocation *c)
{
    return c->state == LOOK_ASKED || c->state == LOOK_AGAIN;
}

static int compare_revocations(const void *a, const void *b)
{
    const struct revocation *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static void free_unused(struct revocation *c)
{
    if (c->watchers || is_asked(c))
        return;
    tdelete(c, &c->relay->revocation_tree, compare_revocations);
    explicit_bzero(c->key, strlen(c->key)); /* it may name a session */
    free(c->key);
    free(c);
}

static int look(struct revocation *c);

static void on_value(void *arg, enum redis_result result, const struct slice *value)
{
    struct revocation *c = arg;
    for (struct watcher *w = result == REDIS_LOST ? NULL : c->watchers; w; w = w->next) {
        if (result != REDIS_OK) /* it cannot be known any more: deny */
            c->revoked(w->viewer, END_REVOKED);
        else if (!w->still_valid(w->arg, value))
            c->revoked(w->viewer, value ? END_REVOKED : END_EXPIRED);
    }
    bool again = c->state == LOOK_AGAIN && c->watchers;
    c->state = LOOK_NONE;
    if (again)
        look(c);
    free_unused(c);
}

/* -1: out of memory; revocation_look_due() tries again.  While Redis is away nothing can be asked:
 * all keys are looked at when it is back. */
static int look(struct revocation *c)
{
    struct relay *r = c->relay;
    if (is_asked(c))
        c->state = LOOK_AGAIN;
    if (is_asked(c) || !r->up)
        return 0;
    bool sent = redis_feed_get(r->feed, c->key, c->shown, on_value, c) == 0;
    c->state = sent ? LOOK_ASKED : LOOK_DUE;
    if (sent)
        return 0;
    r->revocation_due = true;
    retry_soon(r);
    return -1;
}

static struct revocation *make(struct relay *r, const struct admission *a, revocation_fn *revoked)
{
    struct revocation *c = calloc(1, sizeof *c);
    char *copy = strdup(a->revocation_key);
    if (c && copy) {
        c->relay = r;
        c->key = copy;
        c->shown = a->revocation_shown;
        c->revoked = revoked;
        if (tsearch(c, &r->revocation_tree, compare_revocations))
            return c;
    }
    free(copy);
    free(c);
    return NULL;
}

static struct revocation *find(struct relay *r, const char *key)
{
    struct revocation probe = {.key = (char *)(uintptr_t)key}; /* only compared */
    struct revocation **found = tfind(&probe, &r->revocation_tree, compare_revocations);
    return found ? *found : NULL;
}

int revocation_attach(struct viewer *v, struct admission *a, revocation_fn *revoked)
{
    struct revocation *c = find(v->relay, a->revocation_key);
    struct watcher *w = malloc(sizeof *w);
    if (w && !c)
        c = make(v->relay, a, revoked);
    if (!w || !c) {
        free(w);
        return -1;
    }
    *w = (struct watcher){c->watchers, v, c, a->still_valid, a->release, a->arg};
    a->release = NULL;
    c->watchers = w;
    v->watcher = w;
    return look(c); /* it may be gone since the front looked; and this read tracks it */
}

void revocation_detach(struct viewer *v)
{
    struct watcher *w = v->watcher;
    if (!w)
        return;
    struct watcher **p = &w->revocation->watchers;
    while (*p != w)
        p = &(*p)->next;
    *p = w->next;
    v->watcher = NULL;
    free_unused(w->revocation);
    if (w->release)
        w->release(w->arg);
    free(w);
}

void revocation_invalidated(struct relay *r, struct slice key)
{
    if (!key.p) {
        revocation_look_all(r);
        return;
    }
    struct revocation *c = find(r, key.p);
    if (c)
        look(c);
}

static void look_at_node(const void *node, VISIT order, int depth)
{
    (void)depth;
    if (order == postorder || order == leaf)
        look(*(struct revocation *const *)node);
}

void revocation_look_all(struct relay *r)
{
    twalk(r->revocation_tree, look_at_node);
}

static void look_at_due(const void *node, VISIT order, int depth)
{
    struct revocation *c = *(struct revocation *const *)node;
    (void)depth;
    if ((order == postorder || order == leaf) && c->state == LOOK_DUE)
        look(c);
}

void revocation_look_due(struct relay *r)
{
    if (!r->revocation_due)
        return;
    r->revocation_due = false; /* unless it fails again */
    twalk(r->revocation_tree, look_at_due);
}

static void free_node(void *p)
{
    struct revocation *c = p;
    free(c->key);
    free(c);
}

/* Those that are left wait for answers that do not come any more. */
void revocation_free_all(struct relay *r)
{
    tdestroy(r->revocation_tree, free_node);
    r->revocation_tree = NULL;
}
