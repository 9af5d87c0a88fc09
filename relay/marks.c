/* SPDX-License-Identifier: MIT */
/* marks: see marks.h. */
#include "relay/marks.h"

#include <string.h>

/* ---- which record becomes a mark ---- */

/* A number that looks random, and is the same for the same id (the finalizer of MurmurHash3). */
static uint64_t mixed(struct xid id)
{
    uint64_t h = id.ms ^ (id.seq << 32 | id.seq >> 32);
    h = (h ^ h >> 33) * 0xff51afd7ed558ccdULL;
    h = (h ^ h >> 33) * 0xc4ceb9fe1a85ec53ULL;
    return h ^ h >> 33;
}

/* Every other record belongs to the first spaced mark, half of the rest to the second, and so on:
 * the newest of each is the mark. */
static unsigned spaced_of(struct xid id)
{
    unsigned n = (unsigned)__builtin_ctzll(mixed(id) | 1ULL << (MARKS_SPACED - 1));
    return MARKS_RECENT + n;
}

void marks_add(struct marks *m, struct xid id, uint64_t rank)
{
    struct mark mark = {id, rank}, *spaced = &m->at[spaced_of(id)];
    size_t i = MARKS_RECENT;
    if (xid_cmp(id, XID_ZERO) == 0)
        return;
    if (xid_cmp(id, spaced->id) >= 0)
        *spaced = mark;
    while (i > 0 && xid_cmp(m->at[i - 1].id, id) < 0)
        i--;
    if (i == MARKS_RECENT || (i > 0 && xid_cmp(m->at[i - 1].id, id) == 0))
        return;
    memmove(&m->at[i + 1], &m->at[i], (MARKS_RECENT - 1 - i) * sizeof mark);
    m->at[i] = mark;
}

/* ---- search ---- */

const struct mark *marks_find(const struct marks *m, struct xid id)
{
    for (size_t i = 0; i < MARKS; i++)
        if (xid_cmp(m->at[i].id, id) == 0 && xid_cmp(id, XID_ZERO) > 0)
            return &m->at[i];
    return NULL;
}

const struct mark *marks_before(const struct marks *m, struct xid id)
{
    const struct mark *newest = NULL;
    for (size_t i = 0; i < MARKS; i++)
        if (xid_cmp(m->at[i].id, id) < 0 &&
            xid_cmp(m->at[i].id, newest ? newest->id : XID_ZERO) > 0)
            newest = &m->at[i];
    return newest;
}

/* ---- lives ---- */

static void forget(struct marks *m, size_t from, size_t count)
{
    memset(&m->at[from], 0, count * sizeof *m->at);
}

void marks_forget(struct marks *m)
{
    forget(m, 0, MARKS_RECENT + MARKS_SPACED);
    m->epoch = EPOCH_UNKNOWN;
}

static void cut(struct marks *m, struct xid end)
{
    size_t kept = 0;
    for (size_t i = 0; i < MARKS_RECENT; i++)
        if (xid_cmp(m->at[i].id, end) <= 0)
            m->at[kept++] = m->at[i];
    forget(m, kept, MARKS_RECENT - kept);
    for (size_t i = MARKS_RECENT; i < MARKS_RECENT + MARKS_SPACED; i++)
        if (xid_cmp(m->at[i].id, end) > 0)
            forget(m, i, 1);
}

void marks_leave(struct marks *m, struct mark end)
{
    struct mark *ends = &m->at[MARKS_RECENT + MARKS_SPACED];
    uint32_t epoch = m->epoch;
    marks_forget(m);
    if (xid_cmp(end.id, XID_ZERO) == 0 || marks_find(m, end.id))
        return;
    memmove(&ends[1], &ends[0], (MARKS_ENDS - 1) * sizeof *ends);
    memmove(&m->former[1], &m->former[0], (MARKS_ENDS - 1) * sizeof *m->former);
    ends[0] = end;
    m->former[0] = epoch;
}

void marks_return(struct marks *m, const struct mark *mark, struct mark end)
{
    size_t i = (size_t)(mark - m->at), nth = i - MARKS_RECENT - MARKS_SPACED;
    struct mark back = *mark;
    if (i < MARKS_RECENT + MARKS_SPACED) {
        cut(m, back.id);
        return;
    }
    uint32_t epoch = m->epoch;
    marks_forget(m);
    m->epoch = m->former[nth];
    m->at[i] = end;
    m->former[nth] = epoch;
    marks_add(m, back.id, back.rank);
}

bool marks_is_over(const struct marks *m, uint32_t epoch)
{
    bool former = false;
    for (size_t i = 0; i < MARKS_ENDS; i++)
        former = former || m->former[i] == epoch;
    return epoch != EPOCH_UNKNOWN && epoch != m->epoch &&
           (former || epoch_differs(epoch, m->epoch));
}
