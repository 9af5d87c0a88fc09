/* SPDX-License-Identifier: MIT */
/*
 * log: the logs that are followed, the views of each, and the viewers in them.  Knows nothing of
 * where records come from: each kind of log has a table of functions for that.
 */
#ifndef SSELOG_RELAY_LOG_H
#define SSELOG_RELAY_LOG_H

#include "relay/core.h"

/* The operations of a kind of log.  log_serve() and the files above the log call them. */
struct log_source {
    /* A new follower: puts it where it begins, or asks. log_serve() follows. */
    void (*begin)(struct follower *f);
    /* f needs this to go on, and it is not PLACE_WAIT. True: it was done, and f can be served. */
    bool (*want)(struct follower *f, enum place_step need);
    /* A viewer may have become LIVE: reads what waited for that. */
    void (*look)(struct log *l);
    /* A sweep: does what is due; returns when more will be (ms). */
    int64_t (*check)(struct log *l);
    /* Redis is back, or went away. */
    void (*up)(struct log *l);
    void (*down)(struct log *l);
    /* l is freed: nothing more is to come. */
    void (*stop)(struct log *l);
};

/* NULL: not followed. */
struct log *log_find(struct relay *r, enum log_kind kind, const char *key);
/* Finds or makes the logs and the views of a new viewer; takes what it needs out of a.  -1: out of
 * memory. */
int log_attach(struct viewer *v, struct admission *a, const struct log_source *source);
/* Each of its followers begins in its log. log_serve() follows. */
void log_begin(struct viewer *v);
void log_detach(struct viewer *v);

/* Writes to f all that it can take now, and then starts the reads that it needs. */
void log_serve(struct viewer *v);
/* The same for all viewers of w that are idle.  Not while the batch is handed out: a viewer that is
 * served may begin a read. */
void log_serve_view(struct view *w);
/* There was no memory for what was read, up to upto: viewers that were LIVE read it when there is.
 */
void log_leave_behind(struct view *w, struct xid upto);
/* A gap to be told to f; at once if it is LIVE. */
void log_add_gap(struct follower *f, const struct gap *gap);
/* The log cannot be read: its viewers are told, and end. */
void log_fail_all(struct log *l, enum redis_result result);

/* Frees views without viewers after a while, and logs without views that no answer will name.
 * Returns when more will be due (ms). */
int64_t log_sweep(struct relay *r);
/* At the end of the relay, when no answer comes any more. */
void log_free_all(struct relay *r);

#endif
