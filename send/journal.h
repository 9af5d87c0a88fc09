/* SPDX-License-Identifier: MIT */
/* journal: an entry of the systemd journal, as journalctl -o json writes it, as a record.  Pure. */
#ifndef SSELOG_SEND_JOURNAL_H
#define SSELOG_SEND_JOURNAL_H

#include "send/wrap.h"

/* Appends a line of journalctl as an object with the members time, level, host, unit, message and
 * those that the command line gives. now: Unix time in ms, for an entry without a time. False: the
 * line is no JSON object, and nothing was appended. */
bool journal_record(struct buf *out, const struct wrap *w, struct slice line, int64_t now);
/* Writes the cursor of the last complete line of text to out, for journalctl --after-cursor. If
 * that line has none, out stays as it is. */
void journal_cursor(struct slice text, struct buf *out);
/* Whether the entry of a line comes not after that of a cursor. False if their order is not known:
 * they are from different journals, or one has no cursor. */
bool journal_is_sent(struct slice line, struct slice cursor);

#endif
