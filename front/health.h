/* SPDX-License-Identifier: MIT */
/*
 * health: the endpoints that tell how the process is, and which clients may read them.  /healthz
 * and /livez are for all.  /status, /metrics and the probe are for administrators and for clients
 * on this machine.
 */
#ifndef SSELOG_FRONT_HEALTH_H
#define SSELOG_FRONT_HEALTH_H

struct context;

/* Each answers. */
void serve_status(struct context *ctx);
void serve_metrics(struct context *ctx);
/* Whether Redis answers. */
void serve_healthz(struct context *ctx);
/* Whether the process serves, with or without Redis. */
void serve_livez(struct context *ctx);

#endif
