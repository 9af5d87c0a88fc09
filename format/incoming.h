/* SPDX-License-Identifier: MIT */
/*
 * incoming: the records in the body of a request that appends to a log.  A batch is good as a
 * whole, or the first record at fault is named.  Pure: no I/O and no clock.
 *
 * Invariant: records of lines and of JSON are slices of the body, byte for byte.
 */
#ifndef SSELOG_FORMAT_INCOMING_H
#define SSELOG_FORMAT_INCOMING_H

#include "base/buf.h"

enum incoming_form {
    INCOMING_LINES,  /* a record for each line; empty lines are none, a CR at a line's end is cut */
    INCOMING_NDJSON, /* the same, and each line is a JSON value */
    INCOMING_JSON,   /* a record for each element of an array, or one record: an object */
    INCOMING_LOKI,   /* Loki's push request: see loki.h */
    INCOMING_LOKI_PROTOBUF /* the same as Protocol Buffers: see loki_push.h */
};

#define INCOMING_RECORDS 10000         /* of one batch */
#define INCOMING_RECORD  (1024 * 1024) /* bytes of one record */
/* Bytes of all records that are made of a body: Loki's labels are repeated in each record, so they
 * may need more than the body. */
#define INCOMING_MADE (32 * 1024 * 1024)

enum incoming_result {
    INCOMING_OK,
    INCOMING_MALFORMED, /* not of that form; number is the record at fault, 0: the whole body */
    INCOMING_LONG,      /* a record is longer than INCOMING_RECORD: see number */
    INCOMING_MANY,      /* more than INCOMING_RECORDS */
    INCOMING_LARGE,     /* records that are made of the body need more than INCOMING_MADE */
    INCOMING_NO_MEMORY
};

/* Starts zeroed. */
struct incoming {
    struct slice *records; /* valid as long as the body */
    size_t count, cap;
    struct buf text;   /* of records that were made from the body */
    size_t number;     /* of the record at fault, from 1 */
    const char *fault; /* of a malformed record or body, a constant text; NULL: none is known */
};

/* Reads the body.  in is to be freed in any case. */
enum incoming_result incoming_read(struct incoming *in, enum incoming_form form, struct slice body);
void incoming_free(struct incoming *in);
/* Adds a record. For the files of single forms. */
enum incoming_result incoming_add(struct incoming *in, struct slice record);

#endif
