/* SPDX-License-Identifier: MIT */
/*
 * answers: calls of producers, whose many commands leave in one write: connecting, and answers of
 * which each has a deadline of its own.  Private to redis/.
 */
#ifndef SSELOG_REDIS_ANSWERS_H
#define SSELOG_REDIS_ANSWERS_H

#include "redis/sync_conn.h"

/* Connects, if needed. sync_leave must follow SYNC_OK. */
enum sync_result answers_enter(struct redis_sync *s);
/* The connection is lost. */
enum sync_result answers_out_of_memory(struct redis_sync *s);
/* The connection is lost because of an error of the server. SYNC_REFUSED: waiting does not help. */
enum sync_result answers_error(struct redis_sync *s, const redisReply *error);
/* The next answer. Free it with sync_free_reply. NULL: *result says why there is none; the
 * connection is lost. */
const redisReply *answers_next(struct redis_sync *s, enum sync_result *result);
/* Takes up to n answers that have come and are these, at little cost. Returns how many. */
#define ANSWER_OK     "+OK\r\n"
#define ANSWER_QUEUED "+QUEUED\r\n"
size_t answers_are(struct redis_sync *s, const char *answer, size_t n);
/* Reads n answers. *count: how many of them are no nil. */
enum sync_result answers_skip(struct redis_sync *s, size_t n, size_t *count);

#endif
