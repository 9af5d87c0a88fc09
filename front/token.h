/* SPDX-License-Identifier: MIT */
/* token: makes exchange tokens, the credentials of streams whose pages cannot send another, and the
 * ids of clients. */
#ifndef SSELOG_FRONT_TOKEN_H
#define SSELOG_FRONT_TOKEN_H

#include "redis_io.h"

struct config;
struct identity;

#define TOKEN_SIZE 44 /* with its NUL */

enum token_result {
    TOKEN_STORED,
    TOKEN_IMPOSSIBLE, /* out of memory, or the options contradict each other */
    TOKEN_REFUSED,    /* by Redis, for good; already logged */
    TOKEN_NOT_NOW     /* Redis is away or takes no writes */
};

/* Makes a token that stands for `who` once, within so many seconds, and stores it in Redis. Wipe it
 * after use. */
enum token_result token_make(struct redis_sync *redis, const struct config *config,
                             const struct identity *who, unsigned seconds, char token[TOKEN_SIZE]);
/* A random UUID, RFC 9562 version 4 text. It is a label and no secret. */
void token_client_id(char out[37]);

#endif
