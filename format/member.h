/* SPDX-License-Identifier: MIT */
/*
 * member: single members of a small JSON object from outside, such as the data of a control frame
 * of a stream.  The object is read up to the end of that member, so its text may be cut behind it.
 * Pure.
 */
#ifndef SSELOG_FORMAT_MEMBER_H
#define SSELOG_FORMAT_MEMBER_H

#include "base/buf.h"

/* Finds the first member of that name in the object that text begins with.  *value is its JSON
 * text, and points into text.  False: there is none, or the text up to its end is malformed. */
bool member_find(struct slice text, const char *name, struct slice *value);
/* The same for a whole number that is not negative.  False: also where it is something else, or
 * beyond UINT64_MAX - 1. */
bool member_number(struct slice text, const char *name, uint64_t *number);
/* The same for a string without escape sequences; *string is its content. */
bool member_string(struct slice text, const char *name, struct slice *string);

#endif
