/* SPDX-License-Identifier: MIT */
/* runs: how the web server runs sselog, as far as a request tells. */
#ifndef SSELOG_FRONT_RUNS_H
#define SSELOG_FRONT_RUNS_H

#include <stdbool.h>

struct context;

/* ctx->started, or "proxy_fcgi" behind Apache's mod_proxy_fcgi. */
const char *runs_as(const struct context *ctx);
/* Whether the process serves one request at a time, so that a held stream occupies a process: as
 * CGI, and under mod_fcgid. */
bool runs_one_request(const struct context *ctx);

#endif
