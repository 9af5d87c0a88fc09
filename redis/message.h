/* SPDX-License-Identifier: MIT */
/*
 * message: what arrives on the invalidation connection: invalidations, Pub/Sub messages, and
 * answers to SUBSCRIBE and PING.  Private to redis_io.c.
 */
#ifndef SSELOG_REDIS_MESSAGE_H
#define SSELOG_REDIS_MESSAGE_H

#include "redis/link.h"

/* Passes one message or answer to the owner of the feed. The feed may be lost after it. */
void message_deliver(struct redis_feed *f, const redisReply *r);

#endif
