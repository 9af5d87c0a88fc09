/* SPDX-License-Identifier: MIT */
/*
 * pubsub: logs that are Pub/Sub channels, and what channels.c shares with them.  Redis keeps no
 * messages, so there is nothing to read again.  A viewer that falls out of the ring is told how
 * many messages it missed.  An outage of Redis is told as a gap of unknown size.
 */
#ifndef SSELOG_RELAY_PUBSUB_H
#define SSELOG_RELAY_PUBSUB_H

#include "relay/log.h"

extern const struct log_source pubsub_source;

/* Events of the feed; see redis_io.h. */
void pubsub_message(struct relay *r, struct slice channel, struct slice payload);
void pubsub_subscribed(struct relay *r, struct slice channel);
void pubsub_refused(struct relay *r);

/* ---- for logs of both kinds ---- */

/* A message to the viewers of l; nothing until the subscription stands. */
void pubsub_deliver(struct log *l, struct slice payload);
/* The subscription, or the membership of the group, stands: waiting viewers are live from here on.
 */
void pubsub_stands(struct log *l);
/* f fell out of the ring: tells it what it missed. */
bool pubsub_skip(struct follower *f, enum place_step need);
void pubsub_down(struct log *l);

#endif
