/* SPDX-License-Identifier: MIT */
/*
 * stream_logs: the logs of one stream: that of the request, or the several that it names by
 * log=a&log=b.  Each is looked up and authorised like the only one of a request.
 */
#ifndef SSELOG_FRONT_STREAM_LOGS_H
#define SSELOG_FRONT_STREAM_LOGS_H

#include <stdbool.h>

struct admitted_log;
struct context;

/* Whether the request names more than one log. */
bool stream_logs_are_many(const struct context *ctx);
/* Fills first and those after it with keys, and with names where there are many.  0, or -1:
 * answered. */
int stream_logs_find(struct context *ctx, struct admitted_log *first);

#endif
