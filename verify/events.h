/* SPDX-License-Identifier: MIT */
/*
 * events: reads the bytes of an event stream into its events, as a browser does (WHATWG HTML,
 * 9.2.6).  Pure.  Of long lines and of long data only the beginning is kept: a check of records
 * needs their ids.
 */
#ifndef SSELOG_VERIFY_EVENTS_H
#define SSELOG_VERIFY_EVENTS_H

#include <stdbool.h>

#include "base/buf.h"

/* The fields between two empty lines.  Slices are valid during the callback. */
struct event {
    struct slice id, name, data;
    bool has_id, has_data;
    bool has_retry;
    uint64_t retry; /* ms */
};
typedef void events_fn(void *arg, const struct event *e);

struct events {
    events_fn *fn;
    void *arg;
    struct buf line; /* begun, without its end */
    struct buf id, name, data;
    struct event now; /* without its slices */
    bool any;         /* the event has a field */
    bool after_cr;    /* a LF belongs to the CR before it */
    bool begun;       /* the stream may begin with a byte order mark */
};

void events_init(struct events *s, events_fn *fn, void *arg);
/* Takes bytes, and calls fn for each event that they end. */
void events_feed(struct events *s, const char *p, size_t len);
/* The stream ended: an unfinished event is dropped, and another stream may follow. */
void events_end(struct events *s);
void events_free(struct events *s);

#endif
