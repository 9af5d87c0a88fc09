/* SPDX-License-Identifier: MIT */
/*
 * asgi: messages of Django Channels as channels_redis lays them into Redis: 12 random bytes, then a
 * msgpack map.  The only file that knows libmsgpack-c.  Pure: bytes to JSON text.
 */
#ifndef SSELOG_FORMAT_ASGI_H
#define SSELOG_FORMAT_ASGI_H

#include "base/buf.h"

/* msgpack-c follows so many levels; two of them are the message and its payload. */
#define ASGI_MAX_DEPTH 32

enum asgi_kind {
    ASGI_BROADCAST,
    ASGI_OTHER,     /* another message, which is none of ours */
    ASGI_UNREADABLE /* no msgpack, nested too deep, or too long for payload */
};

/* Reads the member of a channel's sorted set. When it is a map whose type is "broadcast" with a map
 * payload, payload holds that as JSON, as Python's json.dumps writes it, and channel is called with
 * the name of each channel it was sent to. */
enum asgi_kind asgi_read(struct slice member, struct buf *payload,
                         void (*channel)(void *arg, struct slice name, struct slice payload),
                         void *arg);

#endif
