/* SPDX-License-Identifier: MIT */
/*
 * object: a record as one JSON object, in answers of /history and in streams of lines. Its members
 * are log, id, event, data and fields; all but data may be missing.
 */
#ifndef SSELOG_FORMAT_OBJECT_H
#define SSELOG_FORMAT_OBJECT_H

#include "format/record.h"

#define OBJECT_PART ((size_t)64 * 1024) /* bytes that are left of a payload that is cut */

/* Appends r. A payload of more than `whole` bytes is cut to OBJECT_PART; then the member size tells
 * its length. */
void object_write(struct buf *b, const struct record *r, size_t whole);
/* Appends the members "log" and "id", each with a comma behind it, in a stream of several logs. */
void object_place(struct buf *b, const struct record *r);
/* Appends the member "fields" with a comma before it, or nothing: what record_beside() finds. */
void object_fields(struct buf *b, const struct record *r);

#endif
