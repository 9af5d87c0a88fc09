/* SPDX-License-Identifier: MIT */
/* stream: the stream endpoint. A viewer that it admits belongs to the relay from then on. */
#ifndef SSELOG_FRONT_STREAM_H
#define SSELOG_FRONT_STREAM_H

/* Prefix of the Redis key that holds a log's open viewers (presence), where the profile has them.
 * The log's key follows. */
#define PRESENCE_KEY "sselog:viewers:"

struct context;

/* Answers the request, or hands its viewer to the relay. */
void serve_stream(struct context *ctx);

#endif
