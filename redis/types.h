/* SPDX-License-Identifier: MIT */
/*
 * types: what Redis returned, as the rest of the program sees it.  For files that handle entries
 * but call no function of redis_io.h.  Knows no connection and no hiredis.
 */
#ifndef SSELOG_REDIS_TYPES_H
#define SSELOG_REDIS_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/xid.h"

enum redis_result {
    REDIS_OK,
    REDIS_CUT,       /* as REDIS_OK, but the answer leaves out entries that were too large for it */
    REDIS_LOST,      /* the connection ended before the answer: repeat the request when it is up */
    REDIS_TOO_LARGE, /* there is no memory for a value, already logged */
    REDIS_WRONGTYPE, /* the key holds another type of value */
    REDIS_REFUSED    /* any other error of the server (NOPERM ...), already logged */
};

/* One stream entry. Its slices are valid during the callback. A value longer than RESP_BULK_LARGE
 * is in a blob, which redis_feed_blob finds. */
struct redis_entry {
    struct xid id;
    const struct slice *fields; /* name, value, name, value ... */
    size_t pairs;
};

/* The answer to XINFO STREAM. */
struct redis_info {
    bool exists; /* false: no such key, all other members are zero */
    uint64_t length;
    struct xid last;    /* last-generated-id */
    bool has_first;     /* the log is not empty */
    struct xid first;   /* id of the first entry */
    bool has_added;     /* Redis 7: entries-added is known */
    uint64_t added;     /* entries ever added */
    bool has_deleted;   /* Redis 7: max-deleted-entry-id is known */
    struct xid deleted; /* the greatest id that XDEL removed; 0-0: none */
};

typedef void redis_range_fn(void *arg, enum redis_result result, const struct redis_entry *entries,
                            size_t count);
typedef void redis_info_fn(void *arg, enum redis_result result, const struct redis_info *info);
/* value is NULL if the key does not exist. */
typedef void redis_value_fn(void *arg, enum redis_result result, const struct slice *value);

#endif
