/* SPDX-License-Identifier: MIT */
/*
 * asgi: messages of Django Channels as channels_redis lays them into Redis: 12 random bytes, then a
 * msgpack map.  The only file that knows libmsgpack-c.  Pure: bytes to JSON text.
 */
#ifndef SSELOG_ASGI_H
#define SSELOG_ASGI_H

#include <stdbool.h>

#include "buf.h"

/* Reads the member of a channel's sorted set. True when it is a map whose type is "broadcast" with
 * a map payload: payload then holds that as JSON, as Python's json.dumps writes it, and after that
 * channel has been called with the name of each channel it was sent to. Anything else: false. */
bool asgi_read(struct slice member, struct buf *payload,
               void (*channel)(void *arg, struct slice name, struct slice payload), void *arg);

#endif
