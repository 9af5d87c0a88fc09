/* SPDX-License-Identifier: MIT */
/*
 * profile_http: the HTTP side of a profile: the paths, answers and other endpoints of the system
 * that it replaces. Each profile has one row in profile_http.c. The rest of the front only reads
 * the row and knows no profile by name. An empty member means: as in the plain profile.
 */
#ifndef SSELOG_FRONT_PROFILE_HTTP_H
#define SSELOG_FRONT_PROFILE_HTTP_H

#include <stdbool.h>

#include "format/profile.h"

struct filter;
struct context;

enum endpoint_kind {
    ENDPOINT_STREAM,
    ENDPOINT_HISTORY,
    ENDPOINT_LOGS,
    ENDPOINT_VOLUME,
    ENDPOINT_EXPORT,
    ENDPOINT_SEARCH,
    ENDPOINT_TOKEN,
    ENDPOINT_STATUS,
    ENDPOINT_METRICS,
    ENDPOINT_HEALTHZ,
    ENDPOINT_LIVEZ,
    ENDPOINT_APPEND,
    ENDPOINT_LOKI,
    ENDPOINTS
};

/* The reason why a request is not served. */
enum refusal {
    REFUSED_DISABLED,
    REFUSED_UNAUTHENTICATED, /* no identity; context.auth_result says what was wrong */
    REFUSED_TOO_MANY,        /* the same, after too many wrong credentials */
    REFUSED_FORBIDDEN,
    REFUSED_UNAVAILABLE /* Redis cannot be reached */
};

/* An end of a request's path that leads to an endpoint. Any text may precede it. */
struct profile_http_path {
    const char *end;
    enum endpoint_kind kind;
};

struct profile_http {
    const struct profile_http_path *paths; /* the last has end NULL; NULL: none */
    const char *time_field; /* a cursor that is a number is compared with this field; NULL: not */
    /* A malformed cursor, level or number is ignored: the original server has no such parameter. */
    bool lenient;
    bool identity_first; /* authenticate before SSELOG_ENABLED is looked at */
    bool needs_redis;    /* refuse a stream while Redis cannot be reached */
    bool presence;       /* keep open viewers in Redis, for status */
    /* Checks the form of a stream request before its identity. 0, or -1: answered. */
    int (*check)(struct context *ctx);
    /* Answers a refusal. False: nothing was sent, answer as plain does. */
    bool (*refuse)(struct context *ctx, enum refusal why);
    /* Answers with a token that was made. */
    void (*token)(struct context *ctx, const char *token);
    /* Answers with history, or sets ctx->task to do so. Takes ownership of filter. */
    void (*history)(struct context *ctx, const char *key, struct filter *filter);
    /* Answers /status in place of the metrics, or sets ctx->task. key: the presence key. */
    void (*status)(struct context *ctx, const char *key);
};

/* The row of profile, never NULL. */
const struct profile_http *profile_http_of(const struct profile *profile);

#endif
