/* SPDX-License-Identifier: MIT */
/*
 * reading: what requests that read a part of a log share: the checks before it, the log's key, the
 * filter, the range, and the answers to faults of Redis.
 */
#ifndef SSELOG_FRONT_READING_H
#define SSELOG_FRONT_READING_H

#include <stdbool.h>

#include "front/range.h"
#include "identity/identity.h"
#include "redis_io.h"

struct context;
struct filter;
struct record;

struct reading {
    char key[IDENTITY_MAX_KEY + 1];
    struct range range;
    struct filter *filter; /* owned */
};

/* Sets *r by the request. what: what the endpoint offers, for a 404 where there is none. -1:
 * answered, and nothing is owned. */
int reading_begin(struct context *ctx, const char *what, struct reading *r);
/* r may be zeroed. */
void reading_free(struct reading *r);
/* Answers 400 if a parameter asks for a part of the log in a way that is not in known, which ends
 * with NULL. names tells the client the known ones. True: answered. */
bool reading_refuses(struct context *ctx, const char *const *known, const char *names);
/* Answers a fault of Redis: another result than SYNC_OK. */
void reading_fault(struct context *ctx, enum sync_result result);

#endif
