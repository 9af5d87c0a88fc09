/* SPDX-License-Identifier: MIT */
/*
 * record: one log entry, made from the fields of a Redis stream entry or from a Pub/Sub message.
 * Its payload is parsed as JSON when a filter or a profile asks for a field. A payload that is not
 * JSON, or too deep or too long to parse, has no fields. No I/O.
 */
#ifndef SSELOG_FORMAT_RECORD_H
#define SSELOG_FORMAT_RECORD_H

#include "base/buf.h"
#include "base/xid.h"

struct json_object;

/* The longest and the deepest payload that is parsed: json-c needs many times their size. */
#define RECORD_MAX_PARSE (1024 * 1024)
#define RECORD_MAX_DEPTH 32

struct record {
    struct xid id;
    bool has_id;        /* false: a Pub/Sub message, and id is only a local number */
    struct slice event; /* len 0: none */
    struct slice data;  /* the payload */
    /* private */
    struct json_object *json;
    bool parsed;
    struct buf made; /* the payload, when it was made from an entry's fields */
};

/* Makes a record from a stream entry. fields has 2 * pairs slices (name, value, name, value) that
 * stay valid until record_end. The payload is the field named field. Without it the payload is a
 * JSON object of all fields; of equal names the last one counts. -1: out of memory. */
int record_from_entry(struct record *r, struct xid id, const struct slice *fields, size_t pairs,
                      const char *field, const char *event_field);
/* Makes a record from a message without an id. payload stays valid until record_end. */
void record_from_message(struct record *r, struct xid local, struct slice payload);
/* Frees what the record owns. It may be called more than once. */
void record_end(struct record *r);

/* The payload as JSON, parsed at the first call and owned by the record. NULL: the whole payload is
 * not one JSON value by RFC 8259, with NaN, Infinity and -Infinity as further numbers. */
struct json_object *record_json(struct record *r);
/* The text of a top-level field of the payload. Numbers and booleans give their JSON text, so that
 * run_id 42 equals "42"; an integer beyond 64 bits keeps its digits. *out points into the record
 * and is valid until record_end. False: no such field, or it is null, an object or an array. */
bool record_field(struct record *r, const char *name, struct slice *out);

#endif
