/* SPDX-License-Identifier: MIT */
/*
 * sought: whether a log has the records of a batch, when no answer told. They stand one after
 * another, because they were added by one transaction. Pure.
 */
#ifndef SSELOG_REDIS_SOUGHT_H
#define SSELOG_REDIS_SOUGHT_H

#include "redis/types.h"

/* Entries of a log are compared with the values of a batch, one at a time. */
struct sought {
    const struct slice *values; /* n of them, at least one; must stay valid */
    size_t n;
    /* private */
    size_t matched; /* values that the newest entries have */
    size_t *border; /* of each start of the values: see sought.c */
    struct xid *ids;
    size_t seen;
};

/* -1: out of memory. sought_free must follow in any case. */
int sought_init(struct sought *m, const struct slice *values, size_t n);
void sought_free(struct sought *m);
/* The next entry. value NULL: it has none. Returns whether the last n entries are the batch; then
 * no more may follow. */
bool sought_entry(struct sought *m, struct xid id, const struct slice *value);
/* The first and the last id of the batch that was found. */
struct xid sought_first(const struct sought *m);
struct xid sought_last(const struct sought *m);

/* A search that found no batch. */
struct sought_facts {
    struct xid after; /* the last id of the log before the batch */
    bool has_after;   /* the search began with the record of that id */
    bool ended;       /* it read all records up to the end of the log */
    struct redis_info info;
};
/* Whether the batch was never added to this log. Else its records may have been trimmed or deleted.
 */
bool sought_is_absent(const struct sought_facts *f);

#endif
