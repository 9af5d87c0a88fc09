/* SPDX-License-Identifier: MIT */
/*
 * expression: regular expressions, those of our tables and those that readers write. It is the only
 * file that knows PCRE2. Pure.
 *
 * The syntax is what JavaScript and PCRE2 have in common. The time of a search is limited by the
 * length of the text, because expressions and texts may come from outside. Expressions never
 * change, so threads may share them.
 */
#ifndef SSELOG_FORMAT_EXPRESSION_H
#define SSELOG_FORMAT_EXPRESSION_H

#include "base/buf.h"

#define EXPRESSION_GROUPS 16 /* that a search tells, with the whole match */

enum expression_flag {
    EXPRESSION_FOLD = 1,   /* case is ignored */
    EXPRESSION_LINES = 2,  /* ^ and $ match at the lines of the text too */
    EXPRESSION_DOTALL = 4, /* a dot matches the end of a line too */
    EXPRESSION_UTF = 8     /* characters are those of UTF-8; bytes that are none match nothing */
};

enum expression_result {
    EXPRESSION_NO,
    EXPRESSION_FOUND,
    EXPRESSION_LIMIT /* it takes too long, or too much memory, to know */
};

/* Callouts in a pattern, (?C1) and so on, that tell of work which PCRE2 does not count. A pattern
 * that comes from outside needs them, and pattern.h writes them. */
enum expression_callout {
    EXPRESSION_SCAN = 1,        /* before a character or set that repeats */
    EXPRESSION_SCANNED = 2,     /* behind it */
    EXPRESSION_REFERENCE = 100, /* and the number of a group, before a reference to it */
    EXPRESSION_WORK = 200       /* and the length of the pattern, in units, at its beginning */
};
#define EXPRESSION_WORK_UNIT 100 /* characters */

struct expression;

struct expression_match {
    struct slice group[EXPRESSION_GROUPS]; /* 0: the whole match; p is NULL where none matched */
};

/* flags: values of enum expression_flag. NULL: *why says what is wrong with the pattern, until the
 * thread calls it again, or is NULL when memory ran out. */
struct expression *expression_new(struct slice pattern, unsigned flags, const char **why);
/* e may be NULL. */
void expression_free(struct expression *e);
/* Looks for the first match. m may be NULL; its slices point into text. */
enum expression_result expression_find(const struct expression *e, struct slice text,
                                       struct expression_match *m);
/* The number of a named group; -1: there is none, or it is beyond EXPRESSION_GROUPS. */
int expression_group(const struct expression *e, const char *name);

#endif
