/* SPDX-License-Identifier: MIT */
/*
 * profile_http: the front's side of a profile: the paths, answers and neighbour endpoints of the
 * system it stands in for.  One table row each, in profile_http.c; the front and its answers ask
 * the row and know no names.  A row leaves empty what is as in the plain profile.
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
    ENDPOINT_TOKEN,
    ENDPOINT_STATUS,
    ENDPOINT_METRICS,
    ENDPOINT_HEALTHZ,
    ENDPOINTS
};

/* Why a request is not served. */
enum refusal {
    REFUSED_DISABLED,
    REFUSED_NOBODY, /* visit.refused says what was wrong with the credential */
    REFUSED_FORBIDDEN,
    REFUSED_UNAVAILABLE /* Redis is not to be reached */
};

/* How the path of a request ends, mount and all. */
struct profile_http_path {
    const char *end;
    enum endpoint_kind kind;
};

struct profile_http {
    const struct profile_http_path *paths; /* ends with end NULL; NULL: none */
    const char *time_field; /* a cursor that is a number is a time of records in this field */
    bool lenient; /* a cursor, level or number out of form counts for none: its server knows no such
                     parameter */
    bool identity_first; /* who it is comes before whether viewing is turned off */
    bool needs_redis;    /* a stream is refused while Redis is away */
    bool presence;       /* open viewers are kept in Redis, for status */
    /* The form of a request, before its identity. 0, or -1: answered. */
    int (*check)(struct context *ctx);
    /* False: nothing of its own, answer as plain does. */
    bool (*refuse)(struct context *ctx, enum refusal why);
    void (*token)(struct context *ctx, const char *token);
    void (*history)(struct context *ctx, const char *key, const struct filter *filter);
    /* In place of the figures; does its own identity. key: of the list of its
     * viewers. */
    void (*status)(struct context *ctx, const char *key);
};

/* Never NULL. */
const struct profile_http *profile_http_of(const struct profile *profile);

#endif
