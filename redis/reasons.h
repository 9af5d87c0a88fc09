/* SPDX-License-Identifier: MIT */
/*
 * reasons: which reasons were logged lately.  A server that answers wrongly does so many times a
 * second; the log has one line a minute of each kind.  Pure.
 */
#ifndef SSELOG_REDIS_REASONS_H
#define SSELOG_REDIS_REASONS_H

#include <stdbool.h>
#include <stdint.h>

#define REASONS_KEPT 32
#define REASONS_MS   60000

/* Starts zeroed. */
struct reasons {
    struct {
        uint32_t hash; /* 0: none */
        int64_t at;
    } logged[REASONS_KEPT];
};

/* Whether to log a reason now (CLOCK_MONOTONIC ms): none like it was logged in the last minute.
 * Reasons that differ only in digits are alike. More than REASONS_KEPT kinds in a minute are not
 * logged. */
bool reasons_are_new(struct reasons *r, const char *who, const char *why, int64_t now);

#endif
