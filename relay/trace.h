/* SPDX-License-Identifier: MIT */
/*
 * trace: the lines of the log about viewers, event=open and event=close, at the level debug.  The
 * front made the words about the viewer; a viewer that is not logged has no trace and costs nothing
 * more.
 */
#ifndef SSELOG_RELAY_TRACE_H
#define SSELOG_RELAY_TRACE_H

#include "relay/core.h"

/* The viewer's stream is open.  shown: words about it; NULL: it is not logged. */
void trace_open(struct viewer *v, const char *shown);
/* It was sent so many records. */
void trace_records(struct viewer *v, size_t n);
/* Its stream ends for that reason, a word; text says more, or is NULL.  Does nothing if it is not
 * logged or was ended before. */
void trace_close(struct viewer *v, const char *reason, const char *text);
/* Logs that there was no seat in time.  line NULL: nothing. */
void trace_refusal(struct relay *r, const char *line);
/* Logs that Redis refuses a channel: its answer does not name it. */
void trace_channel(struct relay *r, const char *key);

#endif
