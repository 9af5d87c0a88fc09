/* SPDX-License-Identifier: MIT */
/* stream: the stream endpoint. A viewer that it admits belongs to the relay from then on. */
#ifndef SSELOG_FRONT_STREAM_H
#define SSELOG_FRONT_STREAM_H

/* Prefix of the Redis key that holds a log's open viewers (presence), where the profile has them.
 * The log's key follows. */
#define PRESENCE_KEY "sselog:viewers:"

struct context;
struct profile;

/* The profile in which a request gets records: Accept or ?envelope=1 chooses another than the
 * configured one. NULL: malformed. */
const struct profile *stream_profile(const struct context *ctx);

/* Answers the request, or hands its viewer to the relay. */
void serve_stream(struct context *ctx);

#endif
