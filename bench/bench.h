/* SPDX-License-Identifier: MIT */
/*
 * bench: shared by the programs of the benchmark: the clock, the payload with its sequence
 * number and send time, "%d" templates and numbers of options.  All of it is inline and knows
 * only libc.  It shares no code with sselog, which it measures.
 */
#ifndef BENCH_H
#define BENCH_H

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define BENCH_NS          1000000000ULL
#define BENCH_MIN_PAYLOAD 64u
#define BENCH_MAX_PAYLOAD 60000u

/* All processes of the machine share CLOCK_MONOTONIC, so the send time of one process can be
 * compared with the receive time of another. */
static inline uint64_t bench_now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * BENCH_NS + (uint64_t)ts.tv_nsec;
}

/* Fills out with exactly size bytes and no NUL: {"n":123,"t":456,"p":"xxx"}.  size is at least
 * BENCH_MIN_PAYLOAD, which is enough for two 64-bit numbers and the JSON around them. */
static inline void bench_payload(char *out, size_t size, uint64_t n, uint64_t t)
{
    char head[BENCH_MIN_PAYLOAD + 16];
    size_t len = (size_t)snprintf(head, sizeof head, "{\"n\":%llu,\"t\":%llu,\"p\":\"",
                                  (unsigned long long)n, (unsigned long long)t);
    memcpy(out, head, len);
    memset(out + len, 'x', size - len - 2);
    memcpy(out + size - 2, "\"}", 2);
}

/* Writes the template with its first "%d" replaced by i. Returns the length, or -1 when it does
 * not fit. */
static inline int bench_expand(char *out, size_t size, const char *template, unsigned i)
{
    const char *mark = strstr(template, "%d");
    int before = mark ? (int)(mark - template) : 0;
    int n = mark ? snprintf(out, size, "%.*s%u%s", before, template, i, mark + 2)
                 : snprintf(out, size, "%s", template);
    return n < 0 || (size_t)n >= size ? -1 : n;
}

/* When record k of a run is due that began at start with this many records a second. */
static inline uint64_t bench_due(uint64_t start, unsigned rate, uint64_t k)
{
    return start + k * BENCH_NS / rate;
}

/* Reads a number of the command line, from min to max. Anything else ends the program with a
 * message. */
static inline unsigned long bench_number(const char *name, const char *text, unsigned long min,
                                         unsigned long max)
{
    char *end;
    unsigned long value;
    errno = 0;
    value = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end || errno || value < min || value > max) {
        fprintf(stderr, "%s: %s is not a number from %lu to %lu\n", name, text, min, max);
        exit(2);
    }
    return value;
}

/* Raises the limit of descriptors to the hard limit. */
static inline void bench_raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        limit.rlim_cur = limit.rlim_max;
        setrlimit(RLIMIT_NOFILE, &limit);
    }
}

#endif
