/* SPDX-License-Identifier: MIT */
/* logs: the endpoint /logs, which lists the logs of SSELOG_LOGS that the identity may read. */
#ifndef SSELOG_FRONT_LOGS_H
#define SSELOG_FRONT_LOGS_H

struct context;

void serve_logs(struct context *ctx);

#endif
