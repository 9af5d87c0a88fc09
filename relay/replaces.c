/* SPDX-License-Identifier: MIT */
/* replaces: see replaces.h. */
#include "relay/replaces.h"

#include <search.h>
#include <stdlib.h>

/* One id in use, a node of relay->replaces. */
struct replaced {
    const struct seat *seat;
    const struct log *log;
    struct viewer *viewer;
    const char *id; /* points behind the struct, or, in a key, at the caller's text */
};

static int compare_pointers(const void *a, const void *b)
{
    uintptr_t x = (uintptr_t)a, y = (uintptr_t)b;
    return (x > y) - (x < y);
}

static int compare(const void *a, const void *b)
{
    const struct replaced *x = a, *y = b;
    int by_seat = compare_pointers(x->seat, y->seat), by_log = compare_pointers(x->log, y->log);
    return by_seat ? by_seat : by_log ? by_log : strcmp(x->id, y->id);
}

struct viewer *replaces_find(struct relay *r, const struct seat *seat, const struct log *l,
                             const char *id)
{
    struct replaced key = {.seat = seat, .log = l, .id = id};
    struct replaced **found = tfind(&key, &r->replaces, compare);
    return found ? (*found)->viewer : NULL;
}

void replaces_add(struct viewer *v, const char *id)
{
    size_t len = strlen(id) + 1;
    struct replaced *n = malloc(sizeof *n + len);
    if (!n)
        return;
    memcpy(n + 1, id, len);
    *n = (struct replaced){v->account, v->first.view->log, v, (const char *)(n + 1)};
    struct replaced **node = tsearch(n, &v->relay->replaces, compare);
    if (node && *node == n)
        v->replaced = n;
    else
        free(n);
}

void replaces_remove(struct viewer *v)
{
    if (!v->replaced)
        return;
    tdelete(v->replaced, &v->relay->replaces, compare);
    free(v->replaced);
    v->replaced = NULL;
}
