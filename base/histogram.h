/* SPDX-License-Identifier: MIT */
/*
 * histogram: how often a duration was how long.  Any thread may add and read, without a lock.  The
 * bounds suit answers of Redis: from a tenth of a millisecond up to the deadline of a call.
 */
#ifndef SSELOG_BASE_HISTOGRAM_H
#define SSELOG_BASE_HISTOGRAM_H

#include <stdatomic.h>
#include <stdint.h>

#define HISTOGRAM_BOUNDS 13

/* The upper bounds, us, in order. A duration that equals a bound is within it. */
extern const uint32_t histogram_bounds[HISTOGRAM_BOUNDS];

/* Starts zeroed. */
struct histogram {
    /* Durations up to each bound and above the one before; the last: above all bounds. */
    _Atomic uint64_t counts[HISTOGRAM_BOUNDS + 1];
    _Atomic uint64_t sum; /* us */
};

/* Counts a duration in us; a negative one counts as 0. */
void histogram_add(struct histogram *h, int64_t us);

#endif
