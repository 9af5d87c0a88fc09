/* SPDX-License-Identifier: MIT */
/*
 * metrics: the figures of this process, as JSON for /status and as text for /metrics.  Figures that
 * are one number are rows of a table, and both show them.
 */
#ifndef SSELOG_FRONT_METRICS_H
#define SSELOG_FRONT_METRICS_H

struct context;

/* Each answers. */
void metrics_status(struct context *ctx);
void metrics_answer(struct context *ctx);

#endif
