/* SPDX-License-Identifier: MIT */
/* lines: where lines end, and what a long one is cut into.  Pure functions. */
#ifndef SSELOG_SEND_LINES_H
#define SSELOG_SEND_LINES_H

#include "base/buf.h"

#define LINES_MAX (1024 * 1024) /* bytes; a longer line continues in the next record */

/* Takes the next line of text, or the next part of a long one. end: no more input follows. *used:
 * the bytes of it, with the line end. False: no line is complete. */
bool lines_next(struct slice text, bool end, struct slice *line, size_t *used);
/* The length of a byte order mark at the start of the input; 0: there is none; -1: more input is
 * needed to know. */
int lines_mark(struct slice text, bool end);

#endif
