/* SPDX-License-Identifier: MIT */
/*
 * exposition: figures in the text format of Prometheus, version 0.0.4.  Every sample carries the
 * label pid: a web server may ask another process each time, and counters of one would look like
 * resets of another's.  Pure: it writes bytes into a buffer.
 */
#ifndef SSELOG_FRONT_EXPOSITION_H
#define SSELOG_FRONT_EXPOSITION_H

#include <stdint.h>

#include "base/buf.h"
#include "base/histogram.h"

#define EXPOSITION_TYPE "text/plain; version=0.0.4; charset=utf-8"

enum exposition_kind { GAUGE, COUNTER, HISTOGRAM };

struct exposition {
    struct buf *out;
    const char *pid;           /* in decimal */
    const char *prefix, *name; /* of the metric that was begun */
    enum exposition_kind kind;
};

/* Begins a metric: HELP and TYPE.  Its name is prefix and name, and for counters "_total". */
void exposition_begin(struct exposition *e, const char *prefix, const char *name,
                      enum exposition_kind kind, const char *help);
/* One sample of the metric.  labels: more of them, such as `code="401",reason="none"`; "": none. */
void exposition_sample(struct exposition *e, const char *labels, uint64_t value);
/* The same for a time in us, written in seconds. */
void exposition_seconds(struct exposition *e, const char *labels, uint64_t us);
/* All samples of a histogram, in seconds. */
void exposition_histogram(struct exposition *e, const struct histogram *h);

#endif
