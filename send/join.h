/* SPDX-License-Identifier: MIT */
/*
 * join: which lines are one record, such as those of a stack trace.  A line belongs to the record
 * before it if it is indented or matches an expression; or, by the other rule, unless it matches an
 * expression that starts a record.  Pure: no I/O, no clock.
 */
#ifndef SSELOG_SEND_JOIN_H
#define SSELOG_SEND_JOIN_H

#include "base/buf.h"

#define JOIN_LOOK    4096 /* bytes at the start of a line, up to a NUL, that are matched */
#define JOIN_WAIT_MS 1000 /* a record waits at most so long for its next line */

struct join;

/* The expressions are extended regular expressions of POSIX, or NULL: none. starts excludes the
 * other rule. NULL: one is malformed, or out of memory, and why has the reason. */
struct join *join_new(const char *continues, const char *starts, struct buf *why);
/* NULL is fine. */
void join_free(struct join *j);
/* Whether a line belongs to the record before it. */
bool join_continues(const struct join *j, struct slice line);
/* Takes the next record of text, which has at most LINES_MAX bytes: its lines, with line ends
 * except the last one. j NULL: each line is a record. end: no more input follows. flush: what
 * follows comes too late for the record. *held: between two calls, the bytes of text that are known
 * to belong to the record, at first 0. *used: the bytes of the record with its line end. False: no
 * record is complete. */
bool join_next(const struct join *j, struct slice text, bool end, bool flush, size_t *held,
               struct slice *record, size_t *used);
/* Appends a record of several lines, each line end as LF. */
void join_copy(struct buf *out, struct slice record);

#endif
