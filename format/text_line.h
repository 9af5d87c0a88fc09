/* SPDX-License-Identifier: MIT */
/*
 * text_line: a record as a line of a text file: its time in UTC, its level, its event and its
 * message, as a reader sees them. The download of the page is the same, and tests/cases/texts.tsv
 * is run on both. Pure.
 */
#ifndef SSELOG_FORMAT_TEXT_LINE_H
#define SSELOG_FORMAT_TEXT_LINE_H

#include "format/record.h"

/* Appends r. Further lines of the message are indented, so that none reads as another record. -1:
 * out of memory. */
int text_line_write(struct buf *b, struct record *r);

#endif
