/* SPDX-License-Identifier: MIT */
/*
 * position: a place in a log as clients know it: the id of a record, and what proves later that the
 * log is still the same one.  Written "1789000000000-0~120.f00d": the record was the 120th that the
 * log ever had, in its life of that name.  Pure functions.
 */
#ifndef SSELOG_BASE_POSITION_H
#define SSELOG_BASE_POSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/xid.h"

#define RANK_UNKNOWN  UINT64_MAX
#define EPOCH_UNKNOWN 0

struct position {
    struct xid id;
    uint64_t rank;  /* records ever added to the log up to id; RANK_UNKNOWN */
    uint32_t epoch; /* the life of the log, see epoch_first(); EPOCH_UNKNOWN */
};

/* Size of the longest text: an id, '~', 20 digits, '.', 8 digits, and the NUL. */
#define POSITION_TEXT (XID_TEXT + 30)

/* Parses an id, which "~rank" or "~rank.epoch" may follow.  Returns 0, or -1 without a change of
 * *p. */
int position_parse(struct slice text, struct position *p);
/* The same where only the id counts. */
int position_parse_id(struct slice text, struct xid *id);
/* Writes the text of p, without what is not known; returns its length. */
size_t position_format(const struct position *p, char out[POSITION_TEXT]);

/* The life of a log whose first record ever has that id.  Each process knows it by that name. */
uint32_t epoch_first(struct xid id);
/* The name of a life whose first record is not known, made of a random number. */
uint32_t epoch_random(uint32_t random);
/* Whether both are lives whose first record is known, and not the same one. */
bool epoch_differs(uint32_t a, uint32_t b);

#endif
