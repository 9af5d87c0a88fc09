/* SPDX-License-Identifier: MIT */
/*
 * channels: logs that are groups of Django Channels, as channels_redis keeps them.  A group is a
 * sorted set of channel names with the time when each joined; a sender pushes a message, encoded
 * with msgpack, to the queue of each member's process.  This process is such a member: it has one
 * queue, which the feed pops.  A sender removes members that joined too long ago, and the set may
 * expire.  So the process joins again from time to time, and when Redis reports a change of the
 * group and it is no member any more.  The messages themselves are delivered as pubsub.c does.
 */
#ifndef SSELOG_RELAY_CHANNELS_H
#define SSELOG_RELAY_CHANNELS_H

#include "relay/log.h"

extern const struct log_source channels_source;

/* The key changed since it was read; key.p NULL: all may have. */
void channels_invalidated(struct relay *r, struct slice key);
/* A message out of the queue of this process. */
void channels_popped(struct relay *r, struct slice member);
/* Joins again what is due; returns when more will be (ms). */
int64_t channels_check_times(struct relay *r);
void channels_leave_all(struct relay *r);
void channels_free(struct relay *r);

#endif
