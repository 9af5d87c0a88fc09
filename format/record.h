/* SPDX-License-Identifier: MIT */
/*
 * record: one log entry as the rest of the program sees it, made from the fields of a
 * Redis stream entry or from a Pub/Sub message, and its payload read as JSON when a
 * filter or a profile asks.  The only file beside small answers that knows json-c.
 * No I/O.  A payload that is not JSON, too deep or too long to parse is a record like
 * any other: it has no fields.
 */
#ifndef SSELOG_FORMAT_RECORD_H
#define SSELOG_FORMAT_RECORD_H

#include "base/buf.h"
#include "base/xid.h"

struct json_object;

/* Payloads longer than this are not parsed: they have no fields (json-c needs many times their
 * size). JSON nested deeper than RECORD_MAX_DEPTH likewise. */
#define RECORD_MAX_PARSE (1024 * 1024)
#define RECORD_MAX_DEPTH 32

struct record {
    struct xid id;
    bool has_id;        /* false: a Pub/Sub message; id is then only a local number */
    struct slice event; /* len 0: none */
    struct slice data;  /* the payload */
    /* private */
    struct json_object *json;
    bool parsed;
    struct buf made; /* payload made from the fields of an entry that lacks the payload field */
};

/* From a stream entry: fields holds 2 * pairs slices, name, value, name, value. The slices must
 * stay valid until record_end. An entry without the field named field has as payload its fields as
 * one JSON object (duplicate names: the last wins; bytes that are not UTF-8: U+FFFD). -1: out of
 * memory. */
int record_from_entry(struct record *r, struct xid id, const struct slice *fields, size_t pairs,
                      const char *field, const char *event_field);
/* From a message without an id. */
void record_from_message(struct record *r, struct xid local, struct slice payload);
/* Releases what parsing made. Valid in any state after one of the above. */
void record_end(struct record *r);

/* The payload as JSON, parsed at the first call; NULL when it is none. Owned by the record.
 * Strict: the whole payload must be one JSON value. */
struct json_object *record_json(struct record *r);
/* The text of a top-level field of a JSON object payload: strings as they are, numbers and booleans
 * as their JSON text (so that run_id 42 compares with "42"); a JSON integer too large for 64 bits
 * keeps its digits. Returns false when there is no such field or it is null, an object or an array.
 * *out points into the record and stays valid until record_end. */
bool record_field(struct record *r, const char *name, struct slice *out);

#endif
