/* SPDX-License-Identifier: MIT */
/* position: see position.h.  Invariant: position_parse reads the text of position_format. */
#include "base/position.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- the text ---- */

/* Takes the text up to the first c off *rest, which is empty if it has none. */
static struct slice take_up_to(struct slice *rest, char c)
{
    const char *end = rest->len > 0 ? memchr(rest->p, c, rest->len) : NULL;
    struct slice taken = *rest;
    taken.len = end ? (size_t)(end - rest->p) : rest->len;
    size_t skip = end ? taken.len + 1 : taken.len;
    *rest = slice_make(rest->p + skip, rest->len - skip);
    return taken;
}

/* Digits 0 to 9 and a to f, 8 at most. -1: it is none, or 0. */
static int parse_epoch(struct slice text, uint32_t *epoch)
{
    static const char digits[] = "0123456789abcdef";
    uint32_t n = 0;
    if (text.len == 0 || text.len > 8)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        const char *digit = memchr(digits, text.p[i], 16);
        if (!digit)
            return -1;
        n = n << 4 | (uint32_t)(digit - digits);
    }
    *epoch = n;
    return n == EPOCH_UNKNOWN ? -1 : 0;
}

int position_parse(struct slice text, struct position *p)
{
    bool proven = text.len > 0 && memchr(text.p, '~', text.len);
    struct position read = {.rank = RANK_UNKNOWN, .epoch = EPOCH_UNKNOWN};
    struct slice id = take_up_to(&text, '~');
    bool named = text.len > 0 && memchr(text.p, '.', text.len);
    struct slice rank = take_up_to(&text, '.');
    if (xid_parse(id, &read.id) ||
        (proven && slice_number(rank, 0, RANK_UNKNOWN - 1, &read.rank)) ||
        (named && parse_epoch(text, &read.epoch)))
        return -1;
    *p = read;
    return 0;
}

int position_parse_id(struct slice text, struct xid *id)
{
    struct position p;
    if (position_parse(text, &p))
        return -1;
    *id = p.id;
    return 0;
}

size_t position_format(const struct position *p, char out[POSITION_TEXT])
{
    size_t len = xid_format(p->id, out);
    if (p->rank == RANK_UNKNOWN || p->rank == 0) /* 0: the place before all records */
        return len;
    out[len++] = '~';
    len += number_format(p->rank, out + len);
    if (p->epoch != EPOCH_UNKNOWN)
        len += (size_t)snprintf(out + len, POSITION_TEXT - len, ".%" PRIx32, p->epoch);
    out[len] = '\0';
    return len;
}

/* ---- lives ---- */

#define FIRST_BIT (UINT32_C(1) << 31) /* of lives whose first record is known */

uint32_t epoch_first(struct xid id)
{
    uint64_t h = id.ms * UINT64_C(0x9e3779b97f4a7c15) ^ id.seq;
    h = (h ^ h >> 32) * UINT64_C(0xd6e8feb86659fd93);
    return (uint32_t)(h >> 32) | FIRST_BIT;
}

uint32_t epoch_random(uint32_t random)
{
    uint32_t name = random & ~FIRST_BIT;
    return name == EPOCH_UNKNOWN ? 1 : name;
}

bool epoch_differs(uint32_t a, uint32_t b)
{
    return (a & b & FIRST_BIT) != 0 && a != b;
}
