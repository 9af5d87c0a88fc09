/* SPDX-License-Identifier: MIT */
/* reading: see reading.h. */
#include "front/reading.h"

#include <stdio.h>

#include "base/clock.h"
#include "format/filter.h"
#include "front/access.h"
#include "front/answer.h"
#include "front/context.h"

bool reading_refuses(struct context *ctx, const char *const *known, const char *names)
{
    char why[200];
    const char *name = range_unknown(&ctx->request, ctx->config->filters, known);
    if (!name)
        return false;
    snprintf(why, sizeof why, "the parameter %.40s for a range is unknown: the known ones are %s",
             name, names);
    answer_error(ctx, 400, why);
    return true;
}

void reading_fault(struct context *ctx, enum sync_result result)
{
    if (result == SYNC_DOWN)
        answer_error(ctx, 503, "the log cannot be reached now");
    else
        answer_error(ctx, 500, "the log cannot be read");
}

/* Reads the range, and makes the filter last, so that nothing is owned when another part is wrong.
 */
static int read_query(struct context *ctx, struct reading *r)
{
    static const char *const known[] = {"from", "to", NULL};
    if (reading_refuses(ctx, known, "from and to"))
        return -1;
    const char *why = range_read(&ctx->request, ctx->config->filters, clock_wall_ms(), &r->range);
    if (why) {
        answer_error(ctx, 400, why);
        return -1;
    }
    r->filter = access_filter(ctx);
    return r->filter ? 0 : -1;
}

int reading_begin(struct context *ctx, const char *what, struct reading *r)
{
    char why[64];
    *r = (struct reading){.filter = NULL};
    if (ctx->config->log_kind != LOG_STREAM || !ctx->config->profile->lines) {
        snprintf(why, sizeof why, "there is no %s", what);
        answer_error(ctx, 404, why);
        return -1;
    }
    if (access_enabled(ctx) || access_identify(ctx) || access_key(ctx, r->key))
        return -1;
    return read_query(ctx, r);
}

void reading_free(struct reading *r)
{
    filter_free(r->filter);
}
