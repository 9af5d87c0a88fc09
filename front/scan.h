/* SPDX-License-Identifier: MIT */
/*
 * scan: the endpoint /search. It goes through a part of a log and sends the records that the query
 * wants as an event stream, with its progress. A search that ended early can be resumed.
 */
#ifndef SSELOG_FRONT_SCAN_H
#define SSELOG_FRONT_SCAN_H

struct context;

/* Answers, or sets ctx->task to do so. */
void serve_search(struct context *ctx);

#endif
