/* SPDX-License-Identifier: MIT */
/*
 * xid: the id of a Redis stream entry: two unsigned 64-bit numbers, written
 * "milliseconds-sequence". Ids are compared as numbers, never as text.  Pure functions.
 */
#ifndef SSELOG_BASE_XID_H
#define SSELOG_BASE_XID_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct xid {
    uint64_t ms;
    uint64_t seq;
};

#define XID_ZERO ((struct xid){0, 0})
#define XID_MAX  ((struct xid){UINT64_MAX, UINT64_MAX})
/* Size of the longest text: two times 20 digits, the hyphen and the NUL. */
#define XID_TEXT 42

/* Parses "ms-seq", or "ms" with sequence 0: only decimal digits, no sign, no blank, no overflow.
 * Returns 0, or -1 without a change of *id. */
int xid_parse(struct slice text, struct xid *id);
/* Writes the text of id, NUL-terminated; returns its length. */
size_t xid_format(struct xid id, char out[XID_TEXT]);
/* <0, 0, >0: a is before, equal to or after b. */
int xid_cmp(struct xid a, struct xid b);
/* The next and the previous id in order. XID_MAX has no next and XID_ZERO no previous: they return
 * themselves. */
struct xid xid_next(struct xid id);
struct xid xid_prev(struct xid id);

#endif
