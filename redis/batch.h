/* SPDX-License-Identifier: MIT */
/*
 * batch: records that are added to a log together, whole or not at all.  With a receipt a batch is
 * added once, however often it comes.
 */
#ifndef SSELOG_REDIS_BATCH_H
#define SSELOG_REDIS_BATCH_H

#include "redis/receipt.h"
#include "redis_io.h"

struct redis_batch {
    const char *key;      /* XADD key MAXLEN ~ maxlen * ... */
    unsigned long maxlen; /* 0: without MAXLEN */
    struct slice field;
    const struct slice *values; /* n of them, at least one */
    size_t n;
    struct slice event_field, event; /* event.len 0: none */
    const char *receipt;   /* the key of the receipt, in the hash slot of the log; NULL: none */
    struct receipt wanted; /* its value */
    unsigned keep;         /* seconds for which it is remembered */
};

enum redis_append {
    APPEND_DONE,
    APPEND_REPEATED, /* it was added before */
    APPEND_OTHER,    /* its receipt stands for another batch */
    APPEND_OLDER,    /* its offset is lower than that of the producer's last batch */
    APPEND_DOWN,     /* no answer: it may have been added, or not */
    APPEND_NO_WRITE, /* Redis takes no writes for now; already logged, as the next two */
    APPEND_FULL,     /* Redis has no memory for it */
    APPEND_REFUSED   /* another error of the server: rights, type of the key */
};

/* Adds the batch. *kept: the receipt of this batch, with its ids if they are known; after
 * APPEND_OLDER that of the producer's last one. */
enum redis_append redis_sync_append(struct redis_sync *s, const struct redis_batch *b,
                                    struct receipt *kept);

#endif
