/* SPDX-License-Identifier: MIT */
/*
 * walk: goes through a JSON text (RFC 8259) token by token, without a tree.  So the memory of a
 * batch of records does not depend on their form.  Strict: a text is refused at the first byte that
 * a JSON parser would refuse, ill-formed UTF-8 too.  A level of nesting costs one bit.  Pure.
 */
#ifndef SSELOG_FORMAT_WALK_H
#define SSELOG_FORMAT_WALK_H

#include "base/buf.h"

#define WALK_DEPTH 64 /* a text that is nested deeper is refused */

enum walk_token {
    WALK_OBJECT, /* begins; names and values follow */
    WALK_ARRAY,  /* begins; values follow */
    WALK_END,    /* of the innermost object or array */
    WALK_NAME,   /* of a member: its value follows */
    WALK_STRING,
    WALK_NUMBER,
    WALK_WORD, /* true, false, null */
    WALK_DONE, /* the text ended after one value */
    WALK_BAD   /* malformed or too deep; all later tokens are this one */
};

/* The place in the grammar. */
enum walk_place {
    WALK_AT_VALUE,
    WALK_AT_FIRST_VALUE, /* or the end of the array */
    WALK_AT_FIRST_NAME,  /* or the end of the object */
    WALK_AFTER_VALUE,
    WALK_AT_BAD
};

struct walk {
    const char *p;
    size_t len, at;
    enum walk_place place;
    unsigned depth;
    uint64_t objects;  /* a bit for each level: 1 object, 0 array */
    struct slice text; /* of the last token in the source; a string has its quotes */
};

struct walk walk_of(struct slice text);
enum walk_token walk_next(struct walk *w);
/* Skips one value.  *text is its source.  -1: there is none, or it is malformed. */
int walk_skip(struct walk *w, struct slice *text);
/* Whether text is one JSON value. */
bool walk_is_json(struct slice text);
/* Whether the last token is a string, or a name, without escape sequences and with that content. */
bool walk_is(const struct walk *w, const char *content);

#endif
