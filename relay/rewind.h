/* SPDX-License-Identifier: MIT */
/*
 * rewind: whether the log that has the name now is the one that the tip stands in.  Redis may lose
 * its newest records, in a crash or because a replica became the master.  A mark that is still
 * there proves that it is the same log.  Viewers are told a gap, and go on from there: they get
 * nothing again that they had.
 */
#ifndef SSELOG_RELAY_REWIND_H
#define SSELOG_RELAY_REWIND_H

#include "relay/log.h"
#include "relay/reads.h"

/* Looks in the log that info tells of for the record at the tip, or for a mark before it.  lost:
 * the record at the tip is not in it.  False: no mark can be there.  Without memory for the search
 * the tip is read again. */
bool rewind_begin(struct log *l, const struct redis_info *info, bool lost, read_done_fn *done);

enum rewind_found {
    REWIND_NOTHING, /* no answer, or the search goes on */
    REWIND_SAME,    /* the log is the same, and the tip still stands where it stood */
    REWIND_MARK,    /* a mark is: the tip and the viewers at it stand there now */
    REWIND_OTHER    /* none is: it is another log, of which q->info tells */
};
/* The answer to that read. */
enum rewind_found rewind_on_mark(struct read *q, enum redis_result result,
                                 const struct redis_entry *entries, size_t count);

#endif
