/* SPDX-License-Identifier: MIT */
/* pattern_escape: the escape sequences of expressions in the syntax of JavaScript. Private to
 * pattern.c. rest is what follows the backslash. */
#ifndef SSELOG_FORMAT_PATTERN_ESCAPE_H
#define SSELOG_FORMAT_PATTERN_ESCAPE_H

#include "base/buf.h"

/* Adds to out the set that rest names ("d", "W", "p{Lu}"), to be used inside "[]". fold: case will
 * be ignored. Returns the length of the name; 0: there is none. */
size_t pattern_escape_set(struct slice rest, bool fold, struct buf *out);
/* The character that rest begins with an escape for, and the bytes of that. False: there is none.
 */
bool pattern_escape_character(struct slice rest, uint32_t *c, size_t *length);

#endif
