/* SPDX-License-Identifier: MIT */
/*
 * ansi: text without the escape sequences and control characters of terminals, as a reader sees it
 * on the page. web/ansi.js has the same rule, and tests/cases/ansi.tsv is run on both. Pure: any
 * bytes are valid input.
 */
#ifndef SSELOG_FORMAT_ANSI_H
#define SSELOG_FORMAT_ANSI_H

#include "base/buf.h"

/* Whether ansi_plain() would leave anything out. */
bool ansi_present(struct slice text);
/* Adds the text without any sequence, and without control characters except tab and line feed. Text
 * that a progress bar overwrites is left out. An incomplete sequence extends to the end of the
 * text. */
void ansi_plain(struct buf *b, struct slice text);

#endif
