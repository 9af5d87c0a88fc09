/* SPDX-License-Identifier: MIT */
/*
 * count: checks whether a client got all records of a stream.  Pure: it gets the events of one
 * connection after the other, and keeps what they prove.
 *
 * The ids of a stream with ?proof=1 say the rank of their record: its number among all that were
 * ever added to its log.  A hole in the ranks is a record that did not come.  It is explained by a
 * gap that was told, or by the count `withheld` of the next live or end.  A connection that ends
 * without such a count is read again, from before its first open hole: count_resume() tells from
 * where.  A record that comes only then was left out before.
 *
 * Ranks also count records that were deleted one by one.  Only Redis knows these.
 */
#ifndef SSELOG_VERIFY_COUNT_H
#define SSELOG_VERIFY_COUNT_H

#include "format/cursor_list.h"
#include "verify/events.h"
#include "verify/track.h"

enum problem_kind {
    PROBLEM_MISSING,    /* records did not come, and nothing told it */
    PROBLEM_ON_THE_WAY, /* the server counts them as sent, and they did not come */
    PROBLEM_LATE,       /* a record that came only when it was read again */
    PROBLEM_REPEATED,
    PROBLEM_DISORDERED, /* an older one came, and no gap told that the log is another one */
    PROBLEM_OTHER_LOG,  /* the log is another one, and no gap told it */
    PROBLEM_UNTOLD_GAP, /* the server counts more as lost than the gaps told */
    PROBLEM_IN_REDIS,   /* Redis has it, and it did not come */
    PROBLEM_COUNTS,     /* counts of one connection contradict each other, or what came */
    PROBLEM_KINDS
};

struct problem {
    enum problem_kind kind;
    const char *log; /* "": the only one */
    uint64_t records;
    bool has_after, has_next;
    struct xid after, next;
};
#define COUNT_PROBLEMS 100 /* that are kept */
#define COUNT_HOLES    64  /* of a connection that are kept one by one */

/* Numbers of a server for a connection up to now; COUNT_UNKNOWN: one is null, or missing. */
#define COUNT_UNKNOWN UINT64_MAX
struct counts_told {
    uint64_t sent, withheld, lost;
};

struct count {
    struct track logs[CURSOR_LIST_MOST];
    size_t nlogs;
    bool keeps_all; /* ids, to compare them with Redis */
    /* of all connections */
    uint64_t received; /* records, each once */
    uint64_t missing;  /* those of the problems that are records which did not come */
    uint64_t withheld, lost;
    uint64_t repeated, gaps, gaps_unknown, outages, connections, refusals;
    uint64_t unchecked; /* records of holes that nothing could explain or prove */
    uint64_t unproven;  /* records before the first rank, or behind a gap of unknown size */
    uint64_t strange; /* events of a log that cannot be: its name is malformed, or it is too many */
    uint64_t named;   /* events that no envelope has */
    bool forgot;      /* out of memory for ids */
    bool filtered;    /* a count `withheld` was not 0, or not known */
    bool counted;     /* counts came */
    struct problem problems[COUNT_PROBLEMS];
    size_t nproblems; /* may be more */
    /* of the present connection */
    struct {
        uint64_t received, lost, dropped;
        uint64_t holes;   /* records in holes */
        uint64_t settled; /* of them: explained, or missing */
        uint64_t checked; /* of them: missing */
        struct counts_told told;
        bool live, ended;
        struct problem open[COUNT_HOLES];
        size_t nopen;
    } now;
};

void count_init(struct count *c);
void count_free(struct count *c);
/* A connection begins.  again: it resumes where count_resume() says, otherwise behind the last
 * record. */
void count_connect(struct count *c, bool again);
void count_event(struct count *c, const struct event *e);
/* Whether a part has holes that are open, so that it has to be read again. */
bool count_has_open(const struct count *c);
/* The text of Last-Event-ID, as position_format() or as a cursor list, into b, which stays empty
 * where the client has no position.  It comes before count_connect(). */
void count_resume(const struct count *c, struct buf *b);
/* All connections are done: what is still open is checked. */
void count_finish(struct count *c);
/* Whether nothing is missing or repeated without a word. */
bool count_is_complete(const struct count *c);
/* Whether an id or a count came: otherwise nothing was checked. */
bool count_is_told(const struct count *c);
/* Whether ranks and counts prove it. */
bool count_is_proven(const struct count *c);
void count_add_problem(struct count *c, const struct problem *p);

#endif
