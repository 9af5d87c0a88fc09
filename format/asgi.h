/* SPDX-License-Identifier: MIT */
/*
 * asgi: reads messages of Django Channels as channels_redis stores them in Redis: 12 random bytes,
 * then a msgpack map. Pure: bytes to JSON text.
 */
#ifndef SSELOG_FORMAT_ASGI_H
#define SSELOG_FORMAT_ASGI_H

#include "format/pyjson.h"

/* The deepest nesting of a payload, itself counted: what profiles and filters read of its JSON. */
#define ASGI_MAX_DEPTH PYJSON_MAX_DEPTH

enum asgi_kind {
    ASGI_BROADCAST,
    ASGI_OTHER,     /* a message that is no broadcast */
    ASGI_UNREADABLE /* not msgpack, or its payload is nested too deep or too long */
};

/* Reads a member of a channel's sorted set. A broadcast is a map whose type is "broadcast" and
 * whose payload is a map. Its payload is appended to payload as JSON in the form of Python's
 * json.dumps. Then channel is called with the name of each channel that the message was sent to. */
enum asgi_kind asgi_read(struct slice member, struct buf *payload,
                         void (*channel)(void *arg, struct slice name, struct slice payload),
                         void *arg);

#endif
