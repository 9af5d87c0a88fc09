/* SPDX-License-Identifier: MIT */
/*
 * revocation: keys that must go on standing while a stream is open (a cookie's session, a bearer
 * token). The tracked connection reads the key; its deletion, expiry or change rings like a log's,
 * it is read again, and the function that the front handed over judges what it holds now.
 */
#include <search.h>
#include <stdlib.h>

#include "relay/relay_parts.h"

struct revocation {
    struct relay *relay;
    char *key;
    struct viewer *viewers;
    bool asking; /* GET is under way */
    bool again;  /* it rang meanwhile */
    bool due;    /* there was no memory to ask */
};

static int compare_revocations(const void *a, const void *b)
{
    const struct revocation *x = a, *y = b;
    return strcmp(x->key, y->key);
}

static void revocation_free_unused(struct revocation *c)
{
    if (c->viewers || c->asking)
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
    /* While asking is set, the last viewer that goes does not take c along. */
    if (result == REDIS_OK) {
        for (struct viewer *v = c->viewers, *next; v; v = next) {
            next = v->revocation_next;
            if (!v->still_valid(v->arg, value))
                viewer_end(v, value ? END_REVOKED : END_EXPIRED);
        }
    } else if (result != REDIS_LOST) { /* cannot be known any more: deny */
        for (struct viewer *v = c->viewers, *next; v; v = next) {
            next = v->revocation_next;
            viewer_end(v, END_REVOKED);
        }
    }
    c->asking = false;
    if (c->again && c->viewers)
        look(c);
    revocation_free_unused(c);
}

/* -1: out of memory; revocation_look_due tries again. While Redis is away nothing can be asked: all
 * are looked at when it is back. */
static int look(struct revocation *c)
{
    struct relay *r = c->relay;
    c->again = c->asking;
    if (c->asking || !r->up)
        return 0;
    c->asking = redis_feed_get(r->feed, c->key, on_value, c) == 0;
    c->due = !c->asking;
    if (c->asking)
        return 0;
    r->revocation_due = true;
    retry_soon(r);
    return -1;
}

static struct revocation *revocation_make(struct relay *r, const char *key)
{
    struct revocation *c = calloc(1, sizeof *c);
    char *copy = strdup(key);
    if (c && copy) {
        c->relay = r;
        c->key = copy;
        if (tsearch(c, &r->revocation_tree, compare_revocations))
            return c;
    }
    free(copy);
    free(c);
    return NULL;
}

static struct revocation *revocation_find(struct relay *r, char *key)
{
    struct revocation probe = {.key = key};
    struct revocation **found = tfind(&probe, &r->revocation_tree, compare_revocations);
    return found ? *found : NULL;
}

int revocation_attach(struct viewer *v, char *key)
{
    struct revocation *c = revocation_find(v->relay, key);
    if (!c)
        c = revocation_make(v->relay, key);
    if (!c)
        return -1;
    v->revocation = c;
    v->revocation_next = c->viewers;
    c->viewers = v;
    return look(c); /* it may have gone since the front looked; and this arms its doorbell */
}

void revocation_detach(struct viewer *v)
{
    struct revocation *c = v->revocation;
    if (!c)
        return;
    struct viewer **p = &c->viewers;
    while (*p != v)
        p = &(*p)->revocation_next;
    *p = v->revocation_next;
    v->revocation = NULL;
    revocation_free_unused(c);
}

void revocation_ring(struct relay *r, struct slice key)
{
    if (!key.p) {
        revocation_look_all(r);
        return;
    }
    struct revocation *c = revocation_find(r, (char *)(uintptr_t)key.p);
    if (c)
        look(c);
}

static void look_at_node(const void *node, VISIT visit, int depth)
{
    (void)depth;
    if (visit == postorder || visit == leaf)
        look(*(struct revocation *const *)node);
}

void revocation_look_all(struct relay *r)
{
    twalk(r->revocation_tree, look_at_node);
}

static void look_at_due(const void *node, VISIT visit, int depth)
{
    struct revocation *c = *(struct revocation *const *)node;
    (void)depth;
    if ((visit == postorder || visit == leaf) && c->due)
        look(c);
}

void revocation_look_due(struct relay *r)
{
    if (!r->revocation_due)
        return;
    r->revocation_due = false; /* unless it fails again */
    twalk(r->revocation_tree, look_at_due);
}

static void revocation_free(void *p)
{
    struct revocation *c = p;
    free(c->key);
    free(c);
}

/* What is left waits for answers that do not come any more. */
void revocation_free_all(struct relay *r)
{
    tdestroy(r->revocation_tree, revocation_free);
    r->revocation_tree = NULL;
}
