/* SPDX-License-Identifier: MIT */
/*
 * json: reads JSON texts from outside: payloads, sessions, tokens and claims. All of them pass the
 * same strict lexer before json-c sees them, so that json-c reads what a browser or an application
 * reads. Pure: no I/O.
 */
#ifndef SSELOG_FORMAT_JSON_H
#define SSELOG_FORMAT_JSON_H

#include "base/buf.h"

struct json_object;

enum json_rule {
    JSON_LAST_COUNTS =
        0,           /* of equal names in an object the last one counts; any bytes in strings */
    JSON_UNIQUE = 1, /* a text with equal names in one object is refused */
    JSON_UTF8 = 2,   /* a text that is not well-formed UTF-8 is refused */
    JSON_NAN = 4     /* NaN, Infinity and -Infinity, which Python writes, are numbers */
};

/* Reads text as one JSON value (RFC 8259) inside at most depth arrays and objects. rules: values of
 * enum json_rule. The caller frees the result with json_object_put. NULL: text is not such a value,
 * it is null, an object in it has a name with U+0000, or memory ran out. */
struct json_object *json_read(struct slice text, int depth, unsigned rules);
/* The text of a string, number or boolean: 42 gives "42". A whole number beyond 64 bits keeps its
 * digits. *out points into o. False: o is something else. */
bool json_text(struct json_object *o, struct slice *out);
/* The value that a path leads to, which may go through nested objects: "log.level" is the member of
 * that name, or else the member "level" of the object "log". NULL: there is none; o may be NULL. */
struct json_object *json_at(struct json_object *o, const char *path);
/* Which of the paths may lead to a member of o, as bits: those that begin with the name of one. To
 * know that takes less time than to look for all. Path i begins at paths + i * size. No path is
 * empty, and count is at most 64. */
uint64_t json_leading(struct json_object *o, const char *paths, size_t size, size_t count);

#endif
