/* SPDX-License-Identifier: MIT */
/*
 * once: batches of records that are added to a log once and in order.  A batch is one transaction:
 * MULTI, XADD and perhaps PUBLISH for each record, SET of the producer's offset, EXEC.  Redis
 * refuses it as a whole while it takes no writes, and after a lost answer the offset tells whether
 * it is there.  The offset is watched, so a second process with the same name is noticed.
 */
#ifndef SSELOG_REDIS_ONCE_H
#define SSELOG_REDIS_ONCE_H

#include "redis/append.h"
#include "redis/offset.h"

enum redis_once {
    ONCE_DONE,
    ONCE_EARLIER, /* Redis lost batches that it had confirmed: offset_place tells up to which they
                     are there. The same call again adds the batch nevertheless */
    ONCE_GONE,    /* Redis lost the offset, and so perhaps all batches. Call again as above */
    ONCE_TAKEN,   /* another process uses the name of the producer; nothing was added */
    ONCE_DENIED,  /* the server refuses the commands round the records */
    ONCE_DOWN,    /* call again */
    ONCE_REFUSED  /* the server does not accept a record, or the log-in, or the key of the offset
                     holds something else; waiting does not help */
};

/* Asks for the offset: offset_place has it. */
enum redis_once redis_sync_find(struct redis_sync *s, struct redis_offset *o);
/* Adds n records, 1 at least, unless they are there, and makes o->next the offset. *done: how many
 * are there. After ONCE_REFUSED and ONCE_DENIED some may be, and the offset is that before them. */
enum redis_once redis_sync_once(struct redis_sync *s, struct redis_offset *o,
                                const struct redis_add *adds, size_t n, size_t *done);

#endif
