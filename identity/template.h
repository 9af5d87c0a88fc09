/* SPDX-License-Identifier: MIT */
/*
 * template: texts such as "stream:{tenant}:{user}" filled with values from outside, so that
 * two different sets of values never give the same text.  Knows buf's slice alone; pure.
 * The rule: where another name follows, the first copy of the literal text between the two, in
 * the value and that text put together, is that text itself; names that touch are refused.
 */
#ifndef SSELOG_IDENTITY_TEMPLATE_H
#define SSELOG_IDENTITY_TEMPLATE_H

#include "base/buf.h"

/* A name a template may hold, and what stands for it; a value of length 0 is none. */
struct template_name {
    struct slice name;
    struct slice value;
};

/* The first of that name, NULL when there is none. */
const struct template_name *template_find(const struct template_name *names, size_t count,
                                          struct slice name);
/* Fills out, NUL-terminated, of size bytes (1 at least). Braces in values are bytes like others.
 * -1, with out all zero: a name is unknown, has no value or breaks the rule; braces are unbalanced;
 * or it is too long. */
int template_expand(const char *template, const struct template_name *names, size_t count,
                    char *out, size_t size);

#endif
