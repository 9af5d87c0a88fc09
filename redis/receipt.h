/* SPDX-License-Identifier: MIT */
/*
 * receipt: what Redis remembers of a batch that was added to a log, so that its repetition adds
 * nothing. A batch has a key of its own, or a producer's name and an offset.  Pure.
 */
#ifndef SSELOG_REDIS_RECEIPT_H
#define SSELOG_REDIS_RECEIPT_H

#include "base/buf.h"
#include "base/xid.h"
#include "redis/slot.h"

#define RECEIPT_DIGEST 64 /* hexadecimal digits of the batch's content */
#define RECEIPT_TEXT   256

struct receipt {
    char digest[RECEIPT_DIGEST + 1];
    bool has_offset;
    uint64_t offset;
    uint64_t count;   /* of records */
    struct xid after; /* the last id of the log before the batch */
    bool has_ids;     /* first and last are known: Redis confirmed the batch */
    struct xid first, last;
};

enum receipt_finding {
    RECEIPT_NEW,   /* add the batch */
    RECEIPT_SAME,  /* it was added */
    RECEIPT_OTHER, /* the receipt stands for another batch */
    RECEIPT_OLDER  /* the producer has sent a later offset already */
};

/* The key of a receipt, in the slot of its log (slot.h). It has up to RECEIPT_KEY_MORE bytes more
 * than the log's key, with its NUL. */
#define RECEIPT_KEY_MORE (SLOT_KEY_MORE + sizeof ":sent:" - 1 + RECEIPT_DIGEST)
void receipt_key(const char *log, const char *digest, char *out, size_t size);
/* Writes m as one line without a line end. */
void receipt_format(const struct receipt *m, char out[RECEIPT_TEXT]);
/* Reads what receipt_format wrote. -1: text is something else, and *m is undefined. */
int receipt_parse(struct slice text, struct receipt *m);
/* Compares the wanted batch with the receipt that is kept. */
enum receipt_finding receipt_compare(const struct receipt *kept, const struct receipt *wanted);

#endif
