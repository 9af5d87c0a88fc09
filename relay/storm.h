/* SPDX-License-Identifier: MIT */
/*
 * storm: when invalidations are no help.  Redis tracks at most tracking-table-max-keys keys.  If
 * more are read, it announces a change of a key that did not change; the relay reads that key,
 * which makes Redis forget another one, and so on.  Such reads find nothing new.  If very many do,
 * logs are read at intervals for a time.  Pure.
 */
#ifndef SSELOG_RELAY_STORM_H
#define SSELOG_RELAY_STORM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STORM_COUNT    1000 /* false invalidations in one second, ... */
#define STORM_PER_LOG  4    /* ... and for each log */
#define STORM_FIRST_MS 60000
#define STORM_LAST_MS  (16 * 60000)

/* Starts zeroed. All times: CLOCK_MONOTONIC ms. */
struct storm {
    int64_t second;   /* when the second began that is counted */
    uint64_t count;   /* invalidations in it, without those that led to new records */
    int64_t ends;     /* of the time without tracking; 0: invalidations are used */
    int64_t began;    /* when invalidations were last used again */
    unsigned last_ms; /* length of the last time without tracking */
};

/* An invalidation came. True: a storm begins now, and invalidations are not to be used until its
 * end. Each storm that follows soon lasts twice as long. */
bool storm_on_invalidation(struct storm *s, int64_t now, size_t logs);
/* A read found new records: one of the invalidations told the truth. */
void storm_on_news(struct storm *s);
/* True: the storm ends now, and all logs are to be read once. */
bool storm_is_over(struct storm *s, int64_t now);

#endif
