/* SPDX-License-Identifier: MIT */
/* pattern_escape: the escape sequences of expressions in the syntax of JavaScript. Private to
 * pattern.c. rest is what follows the backslash. */
#ifndef SSELOG_FORMAT_PATTERN_ESCAPE_H
#define SSELOG_FORMAT_PATTERN_ESCAPE_H

#include "base/buf.h"

static inline bool pattern_begins(struct slice text, const char *with)
{
    size_t n = strlen(with);
    return text.len >= n && memcmp(text.p, with, n) == 0;
}

static inline bool pattern_is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static inline bool pattern_is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* Adds to out the set that rest names ("d", "W", "p{Lu}"), to be used inside "[]". fold: case will
 * be ignored. Returns the length of the name; 0: there is none. */
size_t pattern_escape_set(struct slice rest, bool fold, struct buf *out);
/* The character that rest begins with an escape for, and the bytes of that. False: there is none.
 */
bool pattern_escape_character(struct slice rest, uint32_t *c, size_t *length);

#endif
