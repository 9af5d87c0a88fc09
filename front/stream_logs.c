/* SPDX-License-Identifier: MIT */
/* stream_logs: see stream_logs.h. */
#include "front/stream_logs.h"

#include <stdlib.h>
#include <string.h>

#include "front/access.h"
#include "front/answer.h"
#include "front/context.h"
#include "relay/admission.h"

bool stream_logs_are_many(const struct context *ctx)
{
    return access_names_log(ctx) && request_arg_count(&ctx->request, "log") > 1;
}

/* A name of the request, from 0 on.  NULL: no more. */
static const char *name_at(const struct request *r, size_t nth)
{
    for (size_t i = 0; i < r->nargs; i++)
        if (strcmp(r->args[i].name, "log") == 0 && nth-- == 0)
            return r->args[i].value.p;
    return NULL;
}

/* NULL, or what is wrong with the names. */
static const char *check_names(const struct request *r)
{
    const char *name;
    if (request_arg_count(r, "log") > ADMISSION_LOGS)
        return "log may be given 16 times";
    for (size_t i = 0; (name = name_at(r, i)) != NULL; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(name_at(r, k), name) == 0)
                return "each log may be given once";
    return NULL;
}

static int find_one(struct context *ctx, struct admitted_log *log, const char *name,
                    const char **whose)
{
    char key[IDENTITY_MAX_KEY + 1];
    if (access_log_key(ctx, name, key) || access_whose(ctx, key, whose))
        return -1;
    log->key = strdup(key);
    log->name = strdup(name);
    if (log->key && log->name)
        return 0;
    answer_error(ctx, 500, "out of memory");
    return -1;
}

/* The log behind last. NULL: answered. */
static struct admitted_log *add_log(struct context *ctx, struct admitted_log *last)
{
    last->next = calloc(1, sizeof *last->next);
    if (!last->next)
        answer_error(ctx, 500, "out of memory");
    return last->next;
}

static int find_many(struct context *ctx, struct admitted_log *first)
{
    const char *wrong = check_names(&ctx->request), *name;
    const char *whose = request_arg(&ctx->request, "whose");
    struct admitted_log *log = first;
    if (wrong) {
        answer_error(ctx, 400, wrong);
        return -1;
    }
    for (size_t i = 0; (name = name_at(&ctx->request, i)) != NULL; i++) {
        log = i > 0 ? add_log(ctx, log) : log;
        if (!log || find_one(ctx, log, name, &whose))
            return -1;
    }
    return access_whose_end(ctx, whose);
}

int stream_logs_find(struct context *ctx, struct admitted_log *first)
{
    char key[IDENTITY_MAX_KEY + 1];
    if (stream_logs_are_many(ctx))
        return find_many(ctx, first);
    if (access_key(ctx, key))
        return -1;
    first->key = strdup(key);
    if (first->key)
        return 0;
    answer_error(ctx, 500, "out of memory");
    return -1;
}
