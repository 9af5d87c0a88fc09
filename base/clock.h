/* SPDX-License-Identifier: MIT */
/*
 * clock: the clock of all deadlines, CLOCK_MONOTONIC, which never jumps when the time of day is
 * set; the time of day, and processor time.
 */
#ifndef SSELOG_BASE_CLOCK_H
#define SSELOG_BASE_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds since an unspecified start. */
static inline int64_t clock_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Microseconds since the same start. */
static inline int64_t clock_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Microseconds of processor time that the process has taken, by all its threads. */
static inline int64_t clock_cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

/* Unix time in ms. */
static inline int64_t clock_wall_ms(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME, &t);
    return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

#endif
