/* SPDX-License-Identifier: MIT */
/*
 * volume: the endpoint /volume. It answers how many records a log has in each part of a span of
 * time, by level if wanted.
 */
#ifndef SSELOG_FRONT_VOLUME_H
#define SSELOG_FRONT_VOLUME_H

struct context;

/* Answers, or sets ctx->task to do so. */
void serve_volume(struct context *ctx);

#endif
