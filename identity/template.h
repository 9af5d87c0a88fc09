/* SPDX-License-Identifier: MIT */
/*
 * template: fills texts such as "stream:{tenant}:{user}" with values from outside. Two different
 * sets of values never give the same text. Pure; knows only slices.
 *
 * The rule: take a value and the literal text between it and the next name. In the two together the
 * literal must occur first at its own place, so that a reader can tell where the value ends. Two
 * names without a literal between them are refused.
 */
#ifndef SSELOG_IDENTITY_TEMPLATE_H
#define SSELOG_IDENTITY_TEMPLATE_H

#include <stdbool.h>

#include "base/buf.h"

/* A name that a template may contain, and its value; length 0: it has no value. */
struct template_name {
    struct slice name;
    struct slice value;
};

/* The first entry with that name; NULL: none. */
const struct template_name *template_find(const struct template_name *names, size_t count,
                                          struct slice name);
/* Fills out, which has size bytes (at least 1), with NUL-terminated text. Braces in values have no
 * meaning. -1, with out all zero: a name is unknown, has no value or breaks the rule, a brace is
 * not closed, or the text is too long. */
int template_expand(const char *template, const struct template_name *names, size_t count,
                    char *out, size_t size);
/* Whether some values, each of at least one byte, may give that text. */
bool template_fits(const char *template, const char *text);
/* The bytes of a template outside its names. */
size_t template_literals(const char *template);

#endif
