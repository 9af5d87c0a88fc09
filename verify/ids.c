/* SPDX-License-Identifier: MIT */
/* ids: see ids.h. */
#include "verify/ids.h"

#include <stdlib.h>
#include <string.h>

/* The number of the first id that is not less. */
static size_t place_of(const struct ids *s, struct xid id)
{
    size_t from = 0, to = s->count;
    if (to > 0 && xid_cmp(s->at[to - 1], id) < 0)
        return to;
    while (from < to) {
        size_t middle = from + (to - from) / 2;
        if (xid_cmp(s->at[middle], id) < 0)
            from = middle + 1;
        else
            to = middle;
    }
    return from;
}

static int make_room(struct ids *s)
{
    size_t cap = s->cap ? 2 * s->cap : 1024;
    struct xid *grown = s->count < IDS_MOST ? realloc(s->at, cap * sizeof *grown) : NULL;
    if (!grown)
        return -1;
    s->at = grown;
    s->cap = cap;
    return 0;
}

int ids_add(struct ids *s, struct xid id)
{
    size_t i = place_of(s, id);
    if (i < s->count && xid_cmp(s->at[i], id) == 0)
        return 0;
    if (s->count == s->cap && make_room(s))
        return -1;
    memmove(s->at + i + 1, s->at + i, (s->count - i) * sizeof *s->at);
    s->at[i] = id;
    s->count++;
    return 0;
}

bool ids_have(const struct ids *s, struct xid id)
{
    size_t i = place_of(s, id);
    return i < s->count && xid_cmp(s->at[i], id) == 0;
}

void ids_clear(struct ids *s)
{
    s->count = 0;
}

void ids_free(struct ids *s)
{
    free(s->at);
    *s = (struct ids){0};
}
