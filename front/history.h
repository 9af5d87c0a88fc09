/* SPDX-License-Identifier: MIT */
/*
 * history: the endpoint /history. It answers records of a log, page by page: older ones, or newer
 * ones that follow an id or a time. With `wait` it answers when there is one.
 */
#ifndef SSELOG_FRONT_HISTORY_H
#define SSELOG_FRONT_HISTORY_H

struct context;

/* Answers, or sets ctx->task to do so. */
void serve_history(struct context *ctx);

#endif
