/* SPDX-License-Identifier: MIT */
/*
 * scans: the searches that are under way. Each holder has one: a newer one replaces it. Searches of
 * clients that cannot be told apart replace none. Any thread may call these.
 */
#ifndef SSELOG_FRONT_SCANS_H
#define SSELOG_FRONT_SCANS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "relay/relay.h"

struct scans;

/* A member of the search. Starts zeroed. */
struct scans_entry {
    struct scans_entry *next;
    char *holder; /* NULL: it replaces none, and none replaces it */
    _Atomic bool replaced;
};

/* NULL: out of memory. */
struct scans *scans_new(void);
/* No search is under way. NULL is fine. */
void scans_free(struct scans *s);
/* A search begins: others of the holder are replaced. s NULL: it is the only one of the process.
 * -1: out of memory. */
int scans_begin(struct scans *s, const struct seat_holder *holder, struct scans_entry *e);
/* It ended. e may be zeroed. */
void scans_end(struct scans *s, struct scans_entry *e);
/* It looked at so many records. */
void scans_count(struct scans *s, uint64_t records);

struct scans_figures {
    uint64_t open, records;
};
struct scans_figures scans_figures(struct scans *s);

#endif
