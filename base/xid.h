/* SPDX-License-Identifier: MIT */
/*
 * xid: the id of a Redis stream entry, two unsigned 64-bit numbers written
 * "milliseconds-sequence".  Compared as numbers, never as text.  Pure.
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
/* Longest text, with the NUL: two times 20 digits and the hyphen. */
#define XID_TEXT 42

/* Reads "ms-seq" or "ms" (sequence 0): decimal digits alone, no sign, no blank, no overflow.
 * Returns 0, or -1 with *id untouched. */
int xid_parse(struct slice text, struct xid *id);
/* Writes the text of id, NUL-terminated; returns its length. */
size_t xid_format(struct xid id, char out[XID_TEXT]);
/* <0, 0, >0 as a is before, at or after b. */
int xid_cmp(struct xid a, struct xid b);
/* The neighbours in the order of ids; the ends stay where they are. */
struct xid xid_next(struct xid id);
struct xid xid_prev(struct xid id);

#endif
