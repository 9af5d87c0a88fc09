/* SPDX-License-Identifier: MIT */
/*
 * pyjson: JSON text as Python's json.dumps writes it (", " and ": " between, ASCII alone or raw
 * UTF-8).  Text goes to text in one pass without a tree in between, so memory is bounded by the
 * text, numbers keep their digits, and depth costs a bit a level.  Knows buf and sse's UTF-8; pure.
 * Invariants: what is written is strict JSON (RFC 8259) on one line; NaN and the infinities, which
 * Python reads and writes, become null; lone surrogates and bytes that are not UTF-8 U+FFFD.
 */
#ifndef SSELOG_FORMAT_PYJSON_H
#define SSELOG_FORMAT_PYJSON_H

#include "base/buf.h"

#define PYJSON_MAX_DEPTH 512 /* levels that are followed */

enum pyjson_style {
    PYJSON_ASCII, /* json.dumps's default, ensure_ascii */
    PYJSON_UTF8   /* ensure_ascii=False */
};

enum pyjson_kind {
    PYJSON_NONE, /* not JSON: nothing was written */
    PYJSON_DEEP, /* nested too deep to tell whether it is: likewise */
    PYJSON_OBJECT,
    PYJSON_OTHER /* array, string, number, true, false, null */
};

/* A member of the outermost object to look out for. */
struct pyjson_member {
    const char *name;
    struct slice value; /* its JSON text in the source, the last one's where there are several;
                           len 0: there is none */
};

/* Rewrites text, which must be one JSON value, into b; b NULL: only looks. look may be NULL. A b
 * that has failed is the caller's to see. */
enum pyjson_kind pyjson_text(struct buf *b, struct slice text, enum pyjson_style style,
                             struct pyjson_member *look);
/* The first byte of text that is no blank; 0: there is none. */
char pyjson_first(struct slice text);
/* Bytes as a JSON string. */
void pyjson_string(struct buf *b, struct slice bytes, enum pyjson_style style);
/* As Python's repr writes a float; null when it is none of the reals. */
void pyjson_double(struct buf *b, double d);

#endif
