/* SPDX-License-Identifier: MIT */
/*
 * reply_memory: the memory of the reply that hiredis parses or has just returned.  hiredis would
 * allocate and free memory for each value and each array.  Here all objects of a reply are cut from
 * a few areas, which are freed together.  Private to redis_io.c and redis/.
 */
#ifndef SSELOG_REDIS_REPLY_MEMORY_H
#define SSELOG_REDIS_REPLY_MEMORY_H

#include "redis/reply.h"

struct reply_area;

/* For one connection at a time. Starts zeroed. */
struct reply_memory {
    struct reply_area *newest;
    size_t left; /* free bytes in the newest */
};

/* From now on the replies of parser are made in m: no freeReplyObject for them. They are valid
 * until reply_memory_clear, even when parser was freed. */
void reply_memory_serve(struct reply_memory *m, redisReader *parser);
/* Frees the reply that the parser returned last, and what a parser that was freed before left of an
 * incomplete one. Keeps memory for a short reply. */
void reply_memory_clear(struct reply_memory *m);
void reply_memory_free(struct reply_memory *m);

#endif
