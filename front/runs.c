/* SPDX-License-Identifier: MIT */
/* runs: see runs.h. */
#include "front/runs.h"

#include <string.h>

#include "front/context.h"

/* mod_proxy_fcgi marks the file name; the others do not. */
const char *runs_as(const struct context *ctx)
{
    const char *file = request_param(&ctx->request, "SCRIPT_FILENAME");
    return file && strncmp(file, "proxy:", 6) == 0 ? "proxy_fcgi" : ctx->started;
}

bool runs_one_request(const struct context *ctx)
{
    const char *software = request_param(&ctx->request, "SERVER_SOFTWARE");
    bool apache = software && strncmp(software, "Apache", 6) == 0;
    return ctx->cgi || (apache && strcmp(runs_as(ctx), "spawned") == 0);
}
