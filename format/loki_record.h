/* SPDX-License-Identifier: MIT */
/*
 * loki_record: what records of both forms of Loki's push request have in common.  They lie one
 * after the other in in->text.  Pure.
 */
#ifndef SSELOG_FORMAT_LOKI_RECORD_H
#define SSELOG_FORMAT_LOKI_RECORD_H

#include "format/incoming.h"

/* Whether each record has a member of that name by itself: labels of that name are left out. */
bool loki_record_has(struct slice name);
/* Begins a record: its time, in nanoseconds since 1970, and labels, which are members with a comma
 * before each.  The caller adds the rest of the object. */
void loki_record_begin(struct buf *b, uint64_t ns, struct slice labels);
/* Adds the record that begins at start and ends where in->text does. */
enum incoming_result loki_record_add(struct incoming *in, size_t start);
/* Gives the records their places. Call it once, when all are there. */
void loki_record_place(struct incoming *in);

#endif
