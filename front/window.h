/* SPDX-License-Identifier: MIT */
/*
 * window: the part of a log that a request for /history wants, where the reading of it begins, and
 * in which direction it goes. Pure.
 */
#ifndef SSELOG_FRONT_WINDOW_H
#define SSELOG_FRONT_WINDOW_H

#include "front/range.h"

struct window {
    struct range range;
    bool forward;   /* to newer records; else to older ones */
    bool claimed;   /* forward: the client has the record of at; those after it are wanted */
    bool has_end;   /* backward: records newer than at are not wanted */
    struct xid at;  /* the first id that is wanted, except with claimed */
    uint64_t limit; /* records */
    uint64_t wait;  /* seconds */
};

/* Reads before, after, from, to, dir, limit and wait of r. now: Unix time, ms. Returns NULL, or a
 * sentence that says what is wrong. */
const char *window_read(const struct request *r, const struct pair *filters, int64_t now,
                        struct window *w);

#endif
