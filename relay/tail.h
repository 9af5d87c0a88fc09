/* SPDX-License-Identifier: MIT */
/*
 * tail: follows logs that are Redis streams.
 *
 * A log's tip is the place up to which it was read.  When Redis reports that the
 * key changed, the log is stale.  If a viewer is LIVE, the tip is then read on.  Each such read
 * proves that nothing went missing, and makes Redis report the next change.  Once a minute the tip
 * is read anyway.  A viewer that is not LIVE has a place of its own.  place.c decides what it
 * needs, and this file asks Redis for it, once for all viewers that need the same.
 */
#ifndef SSELOG_RELAY_TAIL_H
#define SSELOG_RELAY_TAIL_H

#include "relay/log.h"

extern const struct log_source tail_source;

/* The key changed since it was read; key.p NULL: all may have. */
void tail_invalidated(struct relay *r, struct slice key);

/* In each turn: a slice of what is handed out, and the logs whose pause is over. */
void tail_run(struct relay *r);

#endif
