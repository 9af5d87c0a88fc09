/* SPDX-License-Identifier: MIT */
/*
 * append: the endpoints /append and /loki/api/v1/push, by which producers add records to the log
 * that they may read.  They are off unless SSELOG_APPEND or SSELOG_APPEND_ROLES turns them on.
 */
#ifndef SSELOG_FRONT_APPEND_H
#define SSELOG_FRONT_APPEND_H

#include <stdint.h>

struct context;

/* Both answer, or set ctx->task. */
void serve_append(struct context *ctx);
void serve_loki(struct context *ctx);

/* Of the process, since its start. */
struct append_counts {
    uint64_t records;  /* that were added */
    uint64_t repeated; /* batches that had been added before */
};
struct append_counts append_counts(void);

#endif
