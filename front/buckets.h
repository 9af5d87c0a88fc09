/* SPDX-License-Identifier: MIT */
/*
 * buckets: a token bucket for each of many names, in a table of fixed size: an attacker with many
 * names can push names out of it, but cannot take memory.  A bucket is the time at which it is full
 * again, in a unit of the caller.  The caller has a lock.
 */
#ifndef SSELOG_FRONT_BUCKETS_H
#define SSELOG_FRONT_BUCKETS_H

#include <stddef.h>
#include <stdint.h>

#define BUCKETS    1024 /* names in the table */
#define BUCKETS_ID 16   /* bytes */

struct buckets;

/* NULL: out of memory, or no random bytes for the table's key. */
struct buckets *buckets_new(void);
/* NULL is fine. */
void buckets_free(struct buckets *b);
/* A digest of a name that is longer than an id. Only this table makes it. */
void buckets_id(const struct buckets *b, const void *name, size_t len,
                unsigned char id[BUCKETS_ID]);
/* The bucket of that id. A new one is full, now. The pointer is valid until the next call. */
int64_t *buckets_find(struct buckets *b, const unsigned char id[BUCKETS_ID], int64_t now);

#endif
