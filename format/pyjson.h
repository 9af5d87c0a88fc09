/* SPDX-License-Identifier: MIT */
/*
 * pyjson: rewrites JSON text in the form of Python's json.dumps: ", " and ": " as separators, ASCII
 * only or raw UTF-8. One pass, without a tree: memory is bounded by the text, numbers keep their
 * digits, and a level of nesting costs one bit. Pure; it knows buf and sse's UTF-8.
 *
 * Invariants: the output is strict JSON (RFC 8259) on one line. NaN and the infinities, which
 * Python accepts, become null. Lone surrogates and ill-formed UTF-8 become U+FFFD.
 */
#ifndef SSELOG_FORMAT_PYJSON_H
#define SSELOG_FORMAT_PYJSON_H

#include "base/buf.h"

#define PYJSON_MAX_DEPTH 512 /* the deepest nesting that is read */

enum pyjson_style {
    PYJSON_ASCII, /* json.dumps's default, ensure_ascii */
    PYJSON_UTF8   /* ensure_ascii=False */
};

enum pyjson_kind {
    PYJSON_NONE, /* not JSON: nothing was written */
    PYJSON_DEEP, /* nested too deep to decide: nothing was written */
    PYJSON_OBJECT,
    PYJSON_OTHER /* array, string, number, true, false, null */
};

/* A member of the outermost object that the caller wants to see. */
struct pyjson_member {
    const char *name;
    bool (*is)(struct slice name); /* instead of name: whether a name is one of several */
    struct slice
        value; /* its JSON text in the source, of several the last; len 0: no such member */
};

/* Appends text, which must be one JSON value, to b in the given style. b NULL: only checks. look
 * may be NULL. The caller must check b->failed. */
enum pyjson_kind pyjson_text(struct buf *b, struct slice text, enum pyjson_style style,
                             struct pyjson_member *look);
/* The first byte of text that is no blank; 0: none. */
char pyjson_first(struct slice text);
/* Appends bytes as a JSON string. */
void pyjson_string(struct buf *b, struct slice bytes, enum pyjson_style style);
/* Appends d in the form of Python's repr; null when it is not finite. */
void pyjson_double(struct buf *b, double d);

#endif
