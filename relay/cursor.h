/* SPDX-License-Identifier: MIT */
/*
 * cursor: a place in a log, and the proof that nothing went missing after it.  Pure: decides from
 * what Redis answered, asks nothing itself.
 *
 * A read begins at the cursor's record, inclusive.  Redis trims a log from its old end, so a read
 * that still finds that record proves that all after it is there.  One that does not is a mismatch:
 * XINFO STREAM then tells whether records were lost (a gap) or the record alone was deleted.
 */
#ifndef SSELOG_RELAY_CURSOR_H
#define SSELOG_RELAY_CURSOR_H

#include <stdbool.h>
#include <stdint.h>

#include "redis_io.h"
#include "base/xid.h"

enum cursor_at {
    CURSOR_OPEN, /* from id on, whatever is there: nothing was promised yet */
    CURSOR_NEXT, /* id is the next record to send */
    CURSOR_SENT  /* id was sent; 0-0 with rank 0: the beginning of a log, whatever it will hold */
};

#define RANK_UNKNOWN UINT64_MAX

struct cursor {
    struct xid id;
    enum cursor_at at;
    bool located;      /* the record at id was deleted, and reads begin at ... */
    struct xid before; /* ... the last one before it; OPEN: rank holds if this is the first read */
    bool large;        /* id was sent and held a value longer than RESP_BULK_LARGE */
    uint64_t rank;     /* records ever added to the log up to what was sent; RANK_UNKNOWN */
};

struct gap {
    struct xid after;
    bool has_next;
    struct xid next;
    int64_t lost; /* -1: cannot be known */
};

/* The last id that needs no sending any more: a viewer has met the log's tip when its position is
 * not before the tip's. */
struct xid cursor_position(const struct cursor *c);

/* The record that a read of what follows c begins at. */
struct xid cursor_read_from(const struct cursor *c);

/* Whether an answer to a read from cursor_read_from on holds all after c. *start: index of the
 * first entry to send. */
bool cursor_proven(const struct cursor *c, const struct redis_entry *entries, size_t count,
                   size_t *start);

/* At the beginning of a log, whatever it is by the time of the read. */
struct cursor cursor_at_beginning(const struct redis_info *info);
/* What c becomes by a read whose first entry has that id. */
void cursor_begin_read(struct cursor *c, struct xid first);

enum cursor_verdict {
    CURSOR_READ_ON, /* c is good to read from (it may have moved to the first record there is) */
    CURSOR_LOCATE,  /* look for the last record up to c: it is c's own, or c's was deleted */
    CURSOR_GAP,     /* records are lost, or may be (a log made anew): c stands at the first left */
    CURSOR_AT_END   /* there is nothing after c now */
};
/* What XINFO STREAM says about a cursor that was not proven. missing: a read before it did not find
 * the record at c. */
enum cursor_verdict cursor_check(struct cursor *c, bool missing, const struct redis_info *info,
                                 struct gap *gap);
/* The record at c was deleted; before is the last one that is left before it. */
void cursor_locate(struct cursor *c, struct xid before);

#endif
