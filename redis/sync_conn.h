/* SPDX-License-Identifier: MIT */
/*
 * sync_conn: the connection of a front thread.  sync_conn.c connects and keeps answers in step with
 * requests; sync.c and hold_count.c have the calls.  Private to these files.
 */
#ifndef SSELOG_REDIS_SYNC_CONN_H
#define SSELOG_REDIS_SYNC_CONN_H

#include "redis/address.h"
#include "redis/breaker.h"
#include "redis/reasons.h"
#include "redis/reply.h"
#include "redis/reply_memory.h"
#include "redis_io.h"

struct redis_sync {
    const struct redis_address *address;
    char where[ADDRESS_NAME];
    struct reasons losses, refusals; /* that were logged lately */
    bool beside_feed;                /* use the host address that the feed resolved */
    struct breaker *breaker;         /* that its time-outs open; NULL: each call goes to Redis */
    struct breaker own;              /* of redis_sync_apart */
    unsigned deadline;               /* ms */
    int64_t end;                     /* deadline of the current call: CLOCK_MONOTONIC ms */
    int64_t last;                    /* beyond which no bytes extend it */
    bool renews;                     /* the deadline begins again when Redis takes bytes */
    int64_t began;                   /* the current call: CLOCK_MONOTONIC us */
    bool timed_out;                  /* the current call waited until its deadline */
    size_t shown;                    /* bytes of the current call's key that may be logged */
    bool refusal_passes;             /* the last error was that no writes are taken for now */
    bool refused;                    /* the server refused the log-in for good */
    bool keeps_why;                  /* reasons are kept in why, not logged */
    char why[256];                   /* the newest reason for which the connection was lost */
    bool trial;                      /* of the circuit breaker: see breaker_enter */
    bool was_idle;      /* the connection was not new for the call, and has sent nothing since */
    redisContext *ctx;  /* non-blocking */
    struct ssl_st *tls; /* rediss://; belongs to ctx */
    struct buf out;
    struct resp_bulk bulk;
    size_t hold;         /* bytes of large values that the answer may still hold */
    unsigned skip;       /* large values that the answer begins with and that are not wanted */
    bool cut;            /* the answer had more than hold: those values are empty */
    struct xid added;    /* of redis_sync_added */
    const void *watched; /* the offset (once.h) that this connection watches; NULL: none */
    struct reply_storage storage;
    struct reply_memory memory;
};

/* From now on the call has its deadline. */
void sync_set_deadline(struct redis_sync *s);
/* Closes the connection, if there is one. */
void sync_close(struct redis_sync *s);
/* Always returns -1. Logs or keeps why, and closes the connection: a late answer would be taken for
 * the next one. */
int sync_lose(struct redis_sync *s, const char *why);
/* 0: connected; sync_leave must follow. */
int sync_enter(struct redis_sync *s);
void sync_leave(struct redis_sync *s);
/* Sends one command and waits for its answer. NULL: the connection was lost. */
redisReply *sync_once(struct redis_sync *s, const struct slice *words, size_t n);
/* Sends what s->out holds. -1: the connection was lost. */
int sync_write(struct redis_sync *s);
/* The next answer. NULL: the connection was lost. */
redisReply *sync_reply(struct redis_sync *s);
/* After the last answer of a call: nothing more may have arrived. If it has, not even this answer
 * can be trusted, because it may be the late one of an earlier request. -1: the connection was
 * lost.
 */
int sync_finish(struct redis_sync *s);
/* The answer is not needed any more. Wipes its large values before their memory is freed. With
 * bulk.all these are all values. */
void sync_free_reply(struct redis_sync *s);

/* ---- sync.c ---- */

/* Starts the deadline of a call. */
void sync_begin(struct redis_sync *s);
/* Logs an error of the server to the command of those words, if it is new. */
enum sync_result sync_error(struct redis_sync *s, const struct slice *words, size_t n,
                            const redisReply *r);

#define SYNC_WORDS 7 /* of one command of an exchange, at most */

struct sync_command {
    struct slice words[SYNC_WORDS];
    size_t n;
    bool errors; /* an error of the server is an answer for fn; else it ends the call */
};
/* The answer to the i-th command: an integer, an array, or an error that it takes. */
typedef void sync_answer_fn(void *arg, size_t i, const redisReply *r);
/* A call of n commands that may be repeated, in one write. fn gets their answers. Not SYNC_OK: fn
 * got those before the first that failed. */
enum sync_result sync_exchange(struct redis_sync *s, const struct sync_command *c, size_t n,
                               sync_answer_fn *fn, void *arg);

#endif
