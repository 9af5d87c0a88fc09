/* SPDX-License-Identifier: MIT */
/*
 * sought: see sought.h. The algorithm is that of Knuth, Morris and Pratt. A batch may begin with
 * values that it repeats. A search that began again at the next entry would miss it then.
 */
#include "redis/sought.h"

#include <stdlib.h>

/* How many values match, if the first `matched` did before this one. border[i - 1] is a number less
 * than i: so many values begin the first i values, and end them too, and more do not. */
static size_t step(const struct sought *m, size_t matched, struct slice value)
{
    while (matched > 0 && !slice_equal(value, m->values[matched]))
        matched = m->border[matched - 1];
    return matched + slice_equal(value, m->values[matched]);
}

int sought_init(struct sought *m, const struct slice *values, size_t n)
{
    *m = (struct sought){.values = values, .n = n};
    m->border = calloc(n, sizeof *m->border);
    m->ids = calloc(n, sizeof *m->ids);
    if (!m->border || !m->ids)
        return -1;
    for (size_t i = 1; i < n; i++)
        m->border[i] = step(m, m->border[i - 1], values[i]);
    return 0;
}

void sought_free(struct sought *m)
{
    free(m->border);
    free(m->ids);
}

bool sought_entry(struct sought *m, struct xid id, const struct slice *value)
{
    m->matched = value ? step(m, m->matched, *value) : 0;
    m->ids[m->seen++ % m->n] = id;
    return m->matched == m->n;
}

struct xid sought_first(const struct sought *m)
{
    return m->ids[m->seen % m->n];
}

struct xid sought_last(const struct sought *m)
{
    return m->ids[(m->seen - 1) % m->n];
}

/* Ids only grow, and Redis trims a stream from its old end. */
bool sought_is_absent(const struct sought_facts *f)
{
    bool none_since = xid_cmp(f->info.last, f->after) <= 0; /* or the log was made again */
    bool deleted = f->info.has_deleted && xid_cmp(f->info.deleted, f->after) > 0;
    bool has_all = f->info.has_added && f->info.added == f->info.length;
    return none_since || (f->ended && ((f->has_after && !deleted) || has_all));
}
