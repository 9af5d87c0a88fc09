/* SPDX-License-Identifier: MIT */
/* omit: see omit.h. */
#include "base/omit.h"

#include <stddef.h>

/* FNV-1a. */
uint64_t omit_kind(uint64_t before, const char *text)
{
    uint64_t hash = before ? before : UINT64_C(14695981039346656037);
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(1099511628211);
    hash =
        (hash ^ 0xff) * UINT64_C(1099511628211); /* no byte of UTF-8: "ab", "c" is not "a", "bc" */
    return hash ? hash : 1;
}

static bool has_room(struct omit *p, int64_t now)
{
    int64_t next = p->next > now ? p->next : now;
    if (next - now > (int64_t)(OMIT_BURST - 1) * OMIT_EVERY_MS) {
        p->omitted++;
        return false;
    }
    p->next = next + OMIT_EVERY_MS;
    return true;
}

/* The place of that kind, or else the one that was used least recently. */
static size_t find(const struct omit *p, uint64_t kind)
{
    size_t oldest = 0;
    for (size_t i = 0; i < OMIT_KEPT; i++) {
        if (p->kept[i].kind == kind)
            return i;
        if (p->kept[oldest].kind != 0 &&
            (p->kept[i].kind == 0 || p->kept[i].at < p->kept[oldest].at))
            oldest = i;
    }
    return oldest;
}

bool omit_is_due(struct omit *p, uint64_t kind, int64_t now, uint64_t *repeated, uint64_t *omitted)
{
    size_t i = kind ? find(p, kind) : 0;
    bool known = kind && p->kept[i].kind == kind;
    if (known && now - p->kept[i].at < OMIT_ALIKE_MS) {
        p->kept[i].repeated++;
        return false;
    }
    if (!has_room(p, now))
        return false;
    *repeated = known ? p->kept[i].repeated : 0;
    if (kind) {
        if (!known)
            p->omitted += p->kept[i].repeated;
        p->kept[i].kind = kind;
        p->kept[i].at = now;
        p->kept[i].repeated = 0;
    }
    *omitted = p->omitted;
    p->omitted = 0;
    return true;
}
