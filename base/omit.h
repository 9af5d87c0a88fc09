/* SPDX-License-Identifier: MIT */
/*
 * omit: which lines of the log are left out, so that nobody fills a disk with them.  Of lines that
 * are alike one a minute is due; of all together a burst, and then one a second.  Pure: the caller
 * gives the time, and has a lock where threads share it.
 */
#ifndef SSELOG_BASE_OMIT_H
#define SSELOG_BASE_OMIT_H

#include <stdbool.h>
#include <stdint.h>

#define OMIT_BURST    100   /* lines at once */
#define OMIT_EVERY_MS 1000  /* one more */
#define OMIT_ALIKE_MS 60000 /* between two that are alike */
#define OMIT_KEPT     128   /* kinds that are told apart */

/* Starts zeroed. */
struct omit {
    int64_t next;     /* when the burst is whole again */
    uint64_t omitted; /* lines left out that are not told yet */
    struct {
        uint64_t kind; /* 0: none */
        int64_t at;
        uint64_t repeated; /* left out since then */
    } kept[OMIT_KEPT];
};

/* The kind of a line: a hash of the text, joined to the hash before (0 at first).  Never 0. */
uint64_t omit_kind(uint64_t before, const char *text);
/* Whether a line is due now (CLOCK_MONOTONIC ms).  kind 0: it is like no other.  *repeated: how
 * many lines of that kind were left out, and *omitted: how many of other kinds, since the last time
 * that this was told. */
bool omit_is_due(struct omit *p, uint64_t kind, int64_t now, uint64_t *repeated, uint64_t *omitted);

#endif
