/* SPDX-License-Identifier: MIT */
/*
 * offset: the place up to which the input of a producer is in a log.  Redis keeps it beside the
 * log, as a word for the life of the process that wrote it, the number of the batch in this life,
 * and the place.  A batch of records and its offset are written in one transaction, so after a lost
 * answer the offset tells whether the batch is there.  The name of a producer has less than
 * RECEIPT_DIGEST bytes: longer ones are those of receipts (receipt.h).  Pure.
 */
#ifndef SSELOG_REDIS_OFFSET_H
#define SSELOG_REDIS_OFFSET_H

#include "base/buf.h"
#include "redis/slot.h"

#define OFFSET_NAME 64   /* bytes of a producer's name, with its NUL */
#define OFFSET_LIFE 16   /* hexadecimal digits of the word */
#define OFFSET_MAX  2048 /* bytes of a value */

struct redis_offset {
    const char *log;
    char *key;                  /* owned */
    char life[OFFSET_LIFE + 1]; /* of this process */
    unsigned keep;              /* seconds that Redis keeps it after the last batch; 0: for ever */
    uint64_t batches;           /* of this life */
    bool known;                 /* Redis was asked once */
    int64_t expires;            /* not before, CLOCK_MONOTONIC ms; 0: not known; INT64_MAX: never */
    struct buf seen;            /* the value that Redis has now; empty: it has none */
    struct buf before;          /* the value that it had after the last batch */
    struct buf next;            /* the value of the batch that is being sent */
};

/* -1: out of memory. offset_free must follow. */
int offset_init(struct redis_offset *o, const char *log, const char *producer, const char *life,
                unsigned keep);
void offset_free(struct redis_offset *o);
/* The place of the value `before`; empty: none. */
struct slice offset_place(const struct redis_offset *o);
/* Sets the place of the next batch. -1: it is too long, or out of memory. */
int offset_set_next(struct redis_offset *o, struct slice place);
/* Redis has this value now; none: an empty one. -1: it is too long, or out of memory. */
int offset_see(struct redis_offset *o, struct slice value);
/* The value that was seen is the one before the next batch. */
void offset_take(struct redis_offset *o);
/* Whether the next batch sets when Redis forgets the offset. Most batches leave that as it is,
 * which costs Redis less. now: CLOCK_MONOTONIC ms. */
bool offset_renews(const struct redis_offset *o, int64_t now);
/* The next batch is in the log, with its offset. renewed: that offset_renews() was told to Redis,
 * at this time. */
void offset_sent(struct redis_offset *o, bool renewed, int64_t now);

enum offset_finding {
    OFFSET_BEFORE,  /* the batch is not there: send it. Also after the offset expired */
    OFFSET_THERE,   /* the batch is there */
    OFFSET_EARLIER, /* Redis lost batches that it had confirmed */
    OFFSET_GONE,    /* Redis lost the offset, and so perhaps all batches */
    OFFSET_TAKEN    /* another process uses the producer's name */
};
/* Decides by the value that was seen. now: CLOCK_MONOTONIC ms. */
enum offset_finding offset_compare(const struct redis_offset *o, int64_t now);

#endif
