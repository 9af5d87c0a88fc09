/* SPDX-License-Identifier: MIT */
/* clock: the one clock that deadlines are told by. It never steps. */
#ifndef SSELOG_BASE_CLOCK_H
#define SSELOG_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* CLOCK_MONOTONIC in ms. */
static inline int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
