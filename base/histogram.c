/* SPDX-License-Identifier: MIT */
/* histogram: see histogram.h. */
#include "base/histogram.h"

const uint32_t histogram_bounds[HISTOGRAM_BOUNDS] = {
    100, 250, 500, 1000, 2500, 5000, 10000, 25000, 50000, 100000, 250000, 1000000, 2500000};

void histogram_add(struct histogram *h, int64_t us)
{
    uint64_t value = us > 0 ? (uint64_t)us : 0;
    int i = 0;
    while (i < HISTOGRAM_BOUNDS && value > histogram_bounds[i])
        i++;
    atomic_fetch_add_explicit(&h->counts[i], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&h->sum, value, memory_order_relaxed);
}
