/* SPDX-License-Identifier: MIT */
/*
 * history: the endpoint /history. It answers older records of a log, page by page, or with `after`
 * the records that follow an id. With `wait` it answers when there is one.
 */
#ifndef SSELOG_FRONT_HISTORY_H
#define SSELOG_FRONT_HISTORY_H

struct context;

/* Answers, or sets ctx->task to do so. */
void serve_history(struct context *ctx);

#endif
