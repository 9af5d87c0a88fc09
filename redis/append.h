/* SPDX-License-Identifier: MIT */
/*
 * append: records on their way into a log: for `sselog send`, lines and elements of a list that
 * another program fills.  The deadline of the connection is for each answer, and for Redis to take
 * some bytes.
 */
#ifndef SSELOG_REDIS_APPEND_H
#define SSELOG_REDIS_APPEND_H

#include "base/xid.h"
#include "redis_io.h"

/* One record. */
struct redis_add {
    const char *key;      /* XADD key MAXLEN ~ maxlen * ... */
    const char *channel;  /* also PUBLISH to this channel; NULL: do not */
    unsigned long maxlen; /* 0: without MAXLEN */
    struct slice field, value;
    struct slice event_field, event; /* event.len 0: none */
    const char *producer;            /* NULL, or with IDMP, since Redis 8.6: a record of this */
    uint64_t number;                 /* producer and number that is there is not added again */
};

#define REDIS_MOVE_MAX  256                         /* elements of a list that are moved at once */
#define REDIS_VALUE_MAX ((size_t)512 * 1024 * 1024) /* that Redis takes: proto-max-bulk-len */

/* Adds the commands of one record to what the next write sends. -1: out of memory, or full. */
int append_add(struct redis_sync *s, const struct redis_add *add);

/* The results of these calls: SYNC_DOWN: repeat it later. SYNC_REFUSED: the server does not accept
 * the next record, or the log-in; waiting does not help. */

/* Sends n records without waiting in between; n 0 only connects. *done: how many of them Redis
 * confirmed, counted from the first. SYNC_DOWN: repeat the others; a record whose answer was lost
 * may then be in the log twice. */
enum sync_result redis_sync_send(struct redis_sync *s, const struct redis_add *adds, size_t n,
                                 size_t *done);
/* The id of the newest record that was confirmed; XID_ZERO: there is none. */
struct xid redis_sync_added(const struct redis_sync *s);
/* Removes about all records whose ids are lower: XTRIM key MINID ~. */
enum sync_result redis_sync_trim(struct redis_sync *s, const char *key, struct xid least);

/* A list that other programs fill. Elements pass through the list `taken`, so that none is lost,
 * and leave it in the transaction that adds them to the log, so that none comes twice. */
struct redis_queue {
    const char *list;
    const char *taken;
    bool newest_first; /* its writers use LPUSH */
};

/* Takes up to n elements from the list; waits up to wait_ms, not 0, for the first. *got: how many.
 */
enum sync_result redis_sync_take(struct redis_sync *s, const struct redis_queue *q, size_t n,
                                 unsigned wait_ms, size_t *got);
/* Calls fn for up to n elements that were taken, the oldest first, and watches that list. Only for
 * one if they are long, so that memory is bounded. Refused if the key `log` is no stream. */
typedef void sync_element_fn(void *arg, struct slice element);
enum sync_result redis_sync_taken(struct redis_sync *s, const struct redis_queue *q,
                                  const char *log, size_t n, sync_element_fn *fn, void *arg);
/* Adds n records, REDIS_MOVE_MAX at most, made from the first n elements that were taken, and
 * removes these. The records are alike except for their values. *done: how many; Redis did both or
 * nothing for each. If it refuses one, that element stays. *done 0 with SYNC_OK: another process
 * changed the list, or the connection is another one; call redis_sync_taken again. */
enum sync_result redis_sync_move(struct redis_sync *s, const struct redis_queue *q,
                                 const struct redis_add *adds, size_t n, size_t *done);
/* Moves the first element that was taken to the end of the list `aside`. *moved as *done. */
enum sync_result redis_sync_set_aside(struct redis_sync *s, const struct redis_queue *q,
                                      const char *aside, bool *moved);

#endif
