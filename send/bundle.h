/* SPDX-License-Identifier: MIT */
/*
 * bundle: the records that are sent at once, made from what was read.  A record points at the bytes
 * that were read, or at bytes that were made for it.  No I/O; the clock only for the member "time".
 */
#ifndef SSELOG_SEND_BUNDLE_H
#define SSELOG_SEND_BUNDLE_H

#include "config/config.h"
#include "redis/append.h"
#include "send/join.h"
#include "send/options.h"
#include "send/wrap.h"

#define BUNDLE_MAX   256           /* records */
#define BUNDLE_BYTES (1024 * 1024) /* that are made for records; one more record may follow */

/* How records are made. */
struct recipe {
    const struct config *config;
    const struct send_options *options;
    struct join *join; /* NULL: each line is a record */
    struct wrap wrap;
};

/* Bytes that were read and not sent yet. */
struct input {
    struct buf bytes;
    size_t held; /* of join_next */
    bool begun;  /* it is known whether the input begins with a byte order mark */
    bool end;    /* no more follows */
};

struct bundle {
    struct redis_add adds[BUNDLE_MAX];
    size_t at[BUNDLE_MAX]; /* in made; SIZE_MAX: the record points at what was read */
    size_t n;
    size_t used; /* bytes of the input; may be some without a record */
    struct buf made, joined;
};

void input_init(struct input *in, const struct recipe *how);
void input_free(struct input *in);

void bundle_init(struct bundle *b);
void bundle_free(struct bundle *b);
/* Empties it. */
void bundle_begin(struct bundle *b);
/* Adds a record of the text. Returns whether more records fit. */
bool bundle_add(struct bundle *b, const struct recipe *how, struct slice text);
/* Removes the record that was added last, if it is longer than Redis takes. text: what it was made
 * of. Returns whether it was. A text that is a record as it is came from Redis. */
bool bundle_drop_long(struct bundle *b, struct slice text);
/* Makes a bundle of the complete records of the input. flush: a record that waits for further lines
 * is complete. Returns the number of records; drop b->used bytes of the input after they are sent.
 * b->made.failed: out of memory. */
size_t bundle_fill(struct bundle *b, const struct recipe *how, struct input *in, bool flush);
/* Points all records at their bytes; bundle_fill does so by itself. */
void bundle_end(struct bundle *b);

#endif
