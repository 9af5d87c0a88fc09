/* SPDX-License-Identifier: MIT */
/*
 * fanout: hands what was read at the tip of a log to its viewers LIVE.  A hand-out to many viewers
 * is split into slices of time, one for each turn of the relay, so that other logs wait for a slice
 * at most.  Until it is done, the tip of its log is not read on, and the log's viewers LIVE that
 * were not reached are before the tip.  Messages of a channel come when they come: while some
 * are handed out, more of them wait here.
 */
#ifndef SSELOG_RELAY_FANOUT_H
#define SSELOG_RELAY_FANOUT_H

#include "relay/core.h"

/* A batch that not all viewers have yet. */
struct fanout {
    struct fanout *next; /* of the same log, to be handed out later */
    struct view *view;
    struct follower *at; /* the next one to get it; NULL: all have it */
    struct batch batch;
};

/* Something was read: the first slice of its hand-out begins. */
void fanout_begin(struct log *l);
/* b goes into the ring of w, and to its viewers LIVE: now, or in later turns when the slice is
 * over. Then b is left empty. */
void fanout_give(struct view *w, struct batch *b);
/* The slice ends.  True: all is handed out, and took l->fanout_us. */
bool fanout_end(struct log *l);
/* One slice of the log that has waited longest.  Returns it when that was its last one, or NULL. */
struct log *fanout_run(struct relay *r);
/* The bytes that b takes while it waits. */
size_t fanout_size(const struct batch *b);
/* Hands out all that waits of l, however long that takes. */
void fanout_finish(struct log *l);
/* f leaves its view. */
void fanout_forget(const struct follower *f);
/* A view is freed. */
void fanout_forget_view(const struct view *w);

#endif
