/* SPDX-License-Identifier: MIT */
/*
 * clock: the clock of all deadlines, CLOCK_MONOTONIC, which never jumps when the time of day is
 * set; the time of day, and processor time.
 */
#ifndef SSELOG_BASE_CLOCK_H
#define SSELOG_BASE_CLOCK_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
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

#define CLOCK_TEXT 32 /* size of the text of a time, with the NUL */

/* Writes a Unix time in seconds and a part of a second as RFC 3339 has it, in UTC, because the
 * files of other time zones may be out of reach. `digits` of the part are written, at most 9. Up to
 * the year 9999. Returns its length. */
static inline size_t clock_text_of(int64_t seconds, unsigned part, int digits, char out[CLOCK_TEXT])
{
    time_t unix_time = (time_t)seconds;
    struct tm t;
    gmtime_r(&unix_time, &t);
    size_t len = strftime(out, CLOCK_TEXT, "%Y-%m-%dT%H:%M:%S", &t);
    return len + (size_t)snprintf(out + len, CLOCK_TEXT - len, ".%0*uZ", digits, part);
}

/* The same of a Unix time in ms: "2026-01-02T03:04:05.678Z". */
static inline size_t clock_text(int64_t unix_ms, char out[CLOCK_TEXT])
{
    return clock_text_of(unix_ms / 1000, (unsigned)(unix_ms % 1000) % 1000, 3, out);
}

/* Seconds of a unit of time: s, m, h, d or w. 0: it is none. */
static inline int64_t clock_unit(char unit)
{
    switch (unit) {
    case 's':
        return 1;
    case 'm':
        return 60;
    case 'h':
        return 3600;
    case 'd':
        return 24 * 3600;
    case 'w':
        return 7 * 24 * 3600;
    default:
        return 0;
    }
}

#endif
