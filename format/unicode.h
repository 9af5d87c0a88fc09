/* SPDX-License-Identifier: MIT */
/*
 * unicode: single characters: UTF-8, the characters of JSON strings, and case folding. It is the
 * only file that knows utf8proc. Pure.
 *
 * Invariant: a character is at most U+10FFFF and no surrogate. Ill-formed bytes and lone
 * surrogates are read as U+FFFD, which is what a viewer gets in their place.
 */
#ifndef SSELOG_FORMAT_UNICODE_H
#define SSELOG_FORMAT_UNICODE_H

#include <stdint.h>

#include "base/buf.h"

#define UNICODE_REPLACEMENT 0xfffdu
#define UNICODE_END         UINT32_MAX       /* the quote that ends a JSON string */
#define UNICODE_BAD         (UINT32_MAX - 1) /* JSON has no such character */

/* The character at p (n > 0) and the number of its bytes. Of ill-formed bytes the maximal subpart
 * is one U+FFFD. */
uint32_t unicode_read(const char *p, size_t n, size_t *len);
/* Writes c as UTF-8; returns the number of bytes. */
size_t unicode_write(uint32_t c, char out[4]);
/* Reads the character at text.p[*at] (*at < text.len) inside a JSON string and moves *at behind it.
 * An escape sequence is one character, and so is a pair of them that forms a surrogate pair.
 * UNICODE_END: it was the quote. UNICODE_BAD: a control character or a malformed sequence. */
uint32_t unicode_json(struct slice text, size_t *at);
/* Simple case folding (Unicode, CaseFolding.txt, status C and S): one character for one. */
uint32_t unicode_fold(uint32_t c);
/* Whether both texts have the same characters when case is ignored. */
bool unicode_equal(struct slice a, struct slice b);

#endif
