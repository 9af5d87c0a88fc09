/* SPDX-License-Identifier: MIT */
/*
 * tally: how many records a log has in each part of a span of time, by level: the buckets of
 * /volume. Records are counted, or estimated from samples. Pure.
 *
 * A sample is the newest entries of a cell, a part of a bucket. The time that they cover tells how
 * many entries the cell has. An estimate can be wrong where records come in bursts, so the number
 * of entries in the log bounds all of them together.
 */
#ifndef SSELOG_FRONT_TALLY_H
#define SSELOG_FRONT_TALLY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "format/level.h"

#define TALLY_BUCKETS 1000 /* at most */

struct tally_axis {
    uint64_t from, to; /* Unix time, ms; to is the first one behind the span */
    uint64_t width;    /* ms of a bucket; the last one may be shorter */
    unsigned count;    /* of buckets; 0: the span is empty */
};

struct tally_cell {
    uint64_t from, to; /* ms; to is the first one behind it */
};

/* The levels of a bucket. */
struct tally_row {
    double counted[LEVEL_CLASSES], estimated[LEVEL_CLASSES];
};

struct tally {
    struct tally_axis axis;
    unsigned cells;            /* of a bucket, when it is sampled */
    double counted, estimated; /* entries, also those that are not shown */
    struct tally_row *rows;    /* of each bucket */
};

/* Divides a span into at most `wanted` buckets, from 1 to TALLY_BUCKETS. No bucket is shorter than
 * a millisecond. */
struct tally_axis tally_axis(uint64_t from, uint64_t to, unsigned wanted);
/* -1: out of memory. tally_free in any case. */
int tally_init(struct tally *t, const struct tally_axis *axis);
void tally_free(struct tally *t);
/* Begins again with samples: that many cells of each bucket, or fewer where they would be shorter
 * than a millisecond. */
void tally_sample(struct tally *t, unsigned cells);
/* The nth cell, from 0, in the order of time. False: no more. */
bool tally_cell(const struct tally *t, unsigned n, struct tally_cell *c);
/* Whether a time is in the span. */
bool tally_has(const struct tally *t, uint64_t ms);
/* Counts an entry of that time, which is in the span. shown: it passed the filter. */
void tally_count(struct tally *t, uint64_t ms, unsigned level, bool shown);
/* Adds a sample: the newest entries of a cell, `entries` of them, down to the time `oldest`. shown:
 * how many of each level passed the filter. all: the cell has no others. */
void tally_add(struct tally *t, const struct tally_cell *c, unsigned entries, uint64_t oldest,
               const unsigned shown[LEVEL_CLASSES], bool all);
/* The log has that many entries. all: the span has all of them. */
void tally_bound(struct tally *t, uint64_t entries, bool all);
/* Writes the numbers as members of a JSON object: "levels" if by_level, and "buckets". */
void tally_write(const struct tally *t, struct buf *b, bool by_level);

#endif
