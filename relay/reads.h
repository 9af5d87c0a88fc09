/* SPDX-License-Identifier: MIT */
/*
 * reads: the reads of logs that are under way, and which viewers wait for each.  Every read is
 * bounded.  Few reads for viewers behind are under way at once, so that the tips of logs do not
 * wait long; the other viewers wait for their turn in a queue.  The
 * caller gives a function that interprets the answer.
 */
#ifndef SSELOG_RELAY_READS_H
#define SSELOG_RELAY_READS_H

#include "relay/core.h"

enum read_kind {
    READ_TIP,        /* what came after the log's tip */
    READ_AFTER,      /* what comes after a cursor, up to the tip, for viewers behind */
    READ_NEWEST,     /* backwards, to find where the newest N since an id begin */
    READ_BEFORE,     /* backwards, to find the last record up to a viewer's cursor */
    READ_BEFORE_TIP, /* the same for the tip */
    READ_MARK        /* the same up to a mark of the log */
};

struct read;
/* Called once. entries are valid until it returns; q is freed after it, and its viewers are no
 * longer found by others. */
typedef void read_done_fn(struct read *q, enum redis_result result,
                          const struct redis_entry *entries, size_t count);

struct read {
    struct read *next, **at; /* among all but tips */
    enum read_kind kind;
    read_done_fn *done;
    struct log *log;
    struct view *view;        /* READ_AFTER; NULL once it is gone */
    struct follower *waiters; /* through wait_next */
    struct cursor from;
    struct xid to;
    uint64_t to_rank;       /* READ_AFTER: of the record at `to`; RANK_UNKNOWN */
    uint32_t to_number;     /* READ_AFTER: of the view there */
    struct xid end;         /* READ_MARK: the log lost all after it that viewers had */
    bool lost;              /* READ_MARK: the record at the tip is gone */
    struct redis_info info; /* READ_MARK: the log in which it is looked for */
    unsigned count;
    unsigned left;    /* READ_NEWEST: how many more */
    unsigned history; /* READ_NEWEST: N */
    uint64_t number;  /* READ_TIP: of the log's; others: requests sent before it */
    uint64_t nth;     /* READ_AFTER: records of history before it */
    bool as_history;  /* READ_AFTER: its records are part of a bulk of history */
};

/* A read of l that is still to be filled in. NULL: out of memory. */
struct read *reads_new(struct log *l, enum read_kind kind, read_done_fn *done);
/* The same for the last record up to `to`, from first on, the oldest one in the log: an older one
 * would be of another log. */
struct read *reads_new_before(struct log *l, enum read_kind kind, struct xid first, struct xid to,
                              read_done_fn *done);
/* Sends q.  -1: q is freed, nobody waits for it any more, and a sweep comes soon. */
int reads_send(struct read *q);
/* Reads on backwards for all that wait for q, which was not long enough: `left` more records.  It
 * begins at q's last record, which shows that both pages are of one log.  Without memory its
 * viewers ask again. */
void reads_more(struct read *q, unsigned left, struct xid to);
/* f waits for q. */
void reads_join(struct read *q, struct follower *f);
/* The viewers that wait for q, through wait_next; they wait no longer. */
struct follower *reads_take_waiters(struct read *q);
/* f waits for nothing any more. */
void reads_forget(struct follower *f);

/* A read under way that will serve f too; NULL: none. */
struct read *reads_find_after(const struct follower *f, bool as_history);
struct read *reads_find_newest(const struct follower *f);

/* f waits until few enough reads are under way. */
void reads_queue(struct follower *f);
/* Whether a read for a viewer behind may be sent now. */
bool reads_have_room(const struct relay *r);
/* The next viewer whose turn it is, taken out of the queue; NULL: none. */
struct follower *reads_next_in_queue(struct relay *r);

/* Redis is away: no viewer waits for its turn. */
void reads_empty_queue(struct relay *r);

/* The view is freed: reads for it have nobody to bring anything to. */
void reads_forget_view(struct relay *r, const struct view *w);
/* At the end of the relay, when no answer comes any more. */
void reads_free_all(struct relay *r);

/* How many records one read of l asks for, by the size of those that were read. */
unsigned reads_count(const struct log *l);
/* These records are in the log that the tip stands in.  Before that of number `start` there were so
 * many. */
void reads_mark(struct log *l, const struct redis_entry *entries, size_t count, uint64_t rank,
                size_t start);
void reads_weigh(struct log *l, const struct redis_entry *entries, size_t count);

#endif
