/* SPDX-License-Identifier: MIT */
/*
 * record: one log entry, made from the fields of a Redis stream entry or from a Pub/Sub message.
 * Its payload is parsed as JSON when a filter or a profile asks for a field. A payload that is not
 * JSON, or too deep or too long to parse, has no fields; those of the entry count all the same. No
 * I/O.
 */
#ifndef SSELOG_FORMAT_RECORD_H
#define SSELOG_FORMAT_RECORD_H

#include "base/buf.h"
#include "base/position.h"

struct json_object;
struct line;

/* The longest and the deepest payload that is parsed: json-c needs many times their size.  A
 * payload that profiles can rewrite (pyjson) is not too deep to be filtered. */
#define RECORD_MAX_PARSE (1024 * 1024)
#define RECORD_MAX_DEPTH 512

/* The most fields of an entry, and bytes of them, that are sent beside its payload. */
#define RECORD_MAX_BESIDE       64
#define RECORD_MAX_BESIDE_BYTES ((size_t)8 * 1024)

struct record {
    struct xid id;
    uint64_t rank; /* what proves the id, where that is sent: see struct position */
    uint32_t epoch;
    bool has_id;               /* false: a Pub/Sub message, and id is only a local number */
    struct slice log;          /* the log's name, in a stream of several; len 0: of one */
    struct slice event;        /* len 0: none */
    struct slice event_prefix; /* of event, in profiles that have one; len 0: none */
    struct slice data;         /* the payload */
    /* private */
    const struct slice *fields; /* of an entry with a payload field; else NULL */
    size_t pairs;
    struct slice data_name, event_name;
    struct json_object *json;
    bool parsed;
    struct line *line;
    bool lined;            /* line is known */
    unsigned status_level; /* the lowest status of HTTP that is a level; 0: none is */
    bool levelled;         /* level and severity are set, by format/level.c */
    int severity;
    struct slice level;
    struct buf made; /* the payload, when it was made from an entry's fields */
};

/* Makes a record from a stream entry. fields has 2 * pairs slices (name, value, name, value), which
 * stay valid until record_end, as do field and event_field. The payload is the field named field.
 * Without it the payload is a JSON object of all fields; of equal names the last one counts. -1:
 * out of memory. */
int record_from_entry(struct record *r, struct xid id, const struct slice *fields, size_t pairs,
                      const char *field, const char *event_field);
/* Makes a record from a message without an id. payload stays valid until record_end. */
void record_from_message(struct record *r, struct xid local, struct slice payload);
/* Frees what the record owns. It may be called more than once. */
void record_end(struct record *r);

/* The payload as JSON, parsed at the first call and owned by the record. NULL: the whole payload is
 * not one JSON value by RFC 8259, with NaN, Infinity and -Infinity as further numbers. */
struct json_object *record_json(struct record *r);
/* Whether the payload is a JSON object, so that it has fields. */
bool record_has_fields(struct record *r);
/* A record's fields are those of its payload and those of its entry beside the payload and the
 * event name. The payload's fields come first: the entry's field counts only if the payload has
 * none of this name. */
enum record_field_source { RECORD_ANY, RECORD_PAYLOAD, RECORD_ENTRY };
/* The text of a field. Of the payload it is a top-level field: numbers and booleans give their JSON
 * text, so that run_id 42 equals "42"; an integer beyond 64 bits keeps its digits. *out points into
 * the record and is valid until record_end; no NUL need follow it. False: no such field, or it is
 * null, an object or an array. */
bool record_field(struct record *r, const char *name, enum record_field_source from,
                  struct slice *out);
/* The text of a field whose name may lead into nested objects of the payload. "log.level" is the
 * field of that name, or else the field "level" of the object "log". Fields of the payload come
 * before those of the entry. *out is as of record_field. */
bool record_path(struct record *r, const char *path, struct slice *out);
/* The same, of the payload or the entry only. */
bool record_path_from(struct record *r, const char *path, enum record_field_source from,
                      struct slice *out);
/* The text that a reader sees of the record: the payload, or the message in its fields; empty, with
 * p NULL, where fields have none. */
struct slice record_message(struct record *r);
/* The message in fields, the first that is a string; o may be NULL. *out points into o. */
bool record_message_of(struct json_object *o, struct slice *out);
/* The record's message as a line of a known form, parsed at the first call and owned by the record.
 * NULL: it has no known form, or memory ran out. */
const struct line *record_line(struct record *r);
/* The text of a field as of record_path, else of the line. */
bool record_find(struct record *r, const char *path, struct slice *out);
/* Stores in out, as names and values, the fields of the entry that are sent beside the payload.
 * These are those of its first RECORD_MAX_BESIDE fields that fit into the bytes, of equal names the
 * last. Names are UTF-8 without NUL. Returns how many. */
size_t record_beside(const struct record *r, struct slice out[2 * RECORD_MAX_BESIDE]);

#endif
