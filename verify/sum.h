/* SPDX-License-Identifier: MIT */
/* sum: sums of numbers that a server tells.  They stop at their ends, so no number hides another.
 */
#ifndef SSELOG_VERIFY_SUM_H
#define SSELOG_VERIFY_SUM_H

#include <stdint.h>

static inline uint64_t sum_plus(uint64_t a, uint64_t b)
{
    return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}
static inline uint64_t sum_minus(uint64_t a, uint64_t b)
{
    return a > b ? a - b : 0;
}

#endif
