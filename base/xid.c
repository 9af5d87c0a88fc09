/* SPDX-License-Identifier: MIT */
/* xid: see xid.h.  Invariant: xid_parse reads the text of xid_format as the same id. */
#include "base/xid.h"

int xid_parse(struct slice text, struct xid *id)
{
    const char *hyphen = text.len > 0 ? memchr(text.p, '-', text.len) : NULL;
    struct slice ms = text, seq = slice_of("0");
    struct xid read;
    if (hyphen) {
        ms.len = (size_t)(hyphen - text.p);
        seq = slice_make(hyphen + 1, text.len - ms.len - 1);
    }
    if (slice_number(ms, 0, UINT64_MAX, &read.ms) < 0 ||
        slice_number(seq, 0, UINT64_MAX, &read.seq) < 0)
        return -1;
    *id = read;
    return 0;
}

size_t xid_format(struct xid id, char out[XID_TEXT])
{
    size_t len = number_format(id.ms, out);
    out[len++] = '-';
    len += number_format(id.seq, out + len);
    out[len] = '\0';
    return len;
}

int xid_cmp(struct xid a, struct xid b)
{
    if (a.ms != b.ms)
        return a.ms < b.ms ? -1 : 1;
    return (a.seq > b.seq) - (a.seq < b.seq);
}

struct xid xid_next(struct xid id)
{
    if (id.seq < UINT64_MAX)
        return (struct xid){id.ms, id.seq + 1};
    if (id.ms < UINT64_MAX)
        return (struct xid){id.ms + 1, 0};
    return id;
}

struct xid xid_prev(struct xid id)
{
    if (id.seq > 0)
        return (struct xid){id.ms, id.seq - 1};
    if (id.ms > 0)
        return (struct xid){id.ms - 1, UINT64_MAX};
    return id;
}
