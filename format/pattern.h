/* SPDX-License-Identifier: MIT */
/*
 * pattern: an expression that a reader wrote in the syntax of JavaScript, turned into one that
 * expression.h takes. The page (web/pattern.js) refuses the same expressions with the same words.
 * Pure.
 */
#ifndef SSELOG_FORMAT_PATTERN_H
#define SSELOG_FORMAT_PATTERN_H

#include "base/buf.h"

#define PATTERN_WHY 160 /* bytes of a reason with its NUL */

/* Adds to out the expression for EXPRESSION_UTF. fold: case will be ignored. -1: why says what is
 * wrong, as the end of a sentence, or is empty when memory ran out. *placed: what is around a text
 * can keep the expression from a match in it. */
int pattern_translate(struct slice source, bool fold, struct buf *out, bool *placed,
                      char why[PATTERN_WHY]);

#endif
