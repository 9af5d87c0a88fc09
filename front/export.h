/* SPDX-License-Identifier: MIT */
/*
 * export: the endpoint /export. It sends all records of a range as a file, text or JSON lines.
 */
#ifndef SSELOG_FRONT_EXPORT_H
#define SSELOG_FRONT_EXPORT_H

struct context;

/* Answers, or sets ctx->task to do so. */
void serve_export(struct context *ctx);

#endif
