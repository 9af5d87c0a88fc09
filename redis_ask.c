/* SPDX-License-Identifier: MIT */
/* redis_ask: the ask of redis_io.h: one blocking connection whose every call has a deadline. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <time.h>

#include "clock.h"
#include "diag.h"
#include "redis_reply.h"
#include "redis_tls.h"

#define ASK_PAUSE_MS 500 /* after a failure others are told at once, for so long */

struct redis_ask {
    const struct redis_address *address;
    struct timeval deadline;
    redisContext *ctx;
    struct ssl_st *tls; /* rediss://; belongs to ctx */
    int64_t not_before; /* CLOCK_MONOTONIC ms */
};

struct redis_ask *redis_ask_new(const struct redis_address *address, unsigned deadline)
{
    struct redis_ask *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->address = address;
    a->deadline.tv_sec = deadline / 1000;
    a->deadline.tv_usec = (deadline % 1000) * 1000;
    return a;
}

static void ask_hang_up(struct redis_ask *a)
{
    if (a->ctx)
        redisFree(a->ctx);
    a->ctx = NULL;
    a->tls = NULL;
}

void redis_ask_free(struct redis_ask *a)
{
    if (!a)
        return;
    ask_hang_up(a);
    free(a);
}

static enum ask_result ask_failed(struct redis_ask *a, const char *why)
{
    diag(DIAG_WARNING, "redis", "look-up: %s", why);
    ask_hang_up(a);
    a->not_before = clock_ms() + ASK_PAUSE_MS;
    return ASK_DOWN;
}

/* Why there is no answer. */
static const char *ask_error(const struct redis_ask *a)
{
    return redis_tls_why(a->tls, a->ctx->errstr);
}

static redisReply *ask_once(struct redis_ask *a, int argc, const char **argv)
{
    size_t lens[12];
    for (int i = 0; i < argc; i++)
        lens[i] = strlen(argv[i]);
    void *reply = NULL;
    int done = 0;
    if (redisAppendCommandArgv(a->ctx, argc, argv, lens) != REDIS_OK)
        return NULL;
    while (!done)
        if (reply_write(a->ctx, &done))
            return NULL;
    return redisGetReply(a->ctx, &reply) == REDIS_OK ? reply : NULL;
}

/* A command of the greeting; -1 when it did not go well. */
static int ask_greet(struct redis_ask *a, int argc, const char **argv)
{
    redisReply *r = ask_once(a, argc, argv);
    int bad = !r || r->type == REDIS_REPLY_ERROR;
    if (bad)
        ask_failed(a, r ? reply_error_text(r) : ask_error(a));
    if (r)
        freeReplyObject(r);
    return bad ? -1 : 0;
}

static int ask_connect(struct redis_ask *a)
{
    const struct redis_address *where = a->address;
    if (clock_ms() < a->not_before)
        return -1;
    a->ctx = where->path ? redisConnectUnixWithTimeout(where->path, a->deadline)
                         : redisConnectWithTimeout(where->host, where->port, a->deadline);
    if (!a->ctx || a->ctx->err || redisSetTimeout(a->ctx, a->deadline) != REDIS_OK ||
        fcntl(a->ctx->fd, F_SETFD, FD_CLOEXEC) < 0) {
        ask_failed(a, !a->ctx ? "out of memory" : a->ctx->err ? a->ctx->errstr : strerror(errno));
        return -1;
    }
    const char *why;
    if (where->tls && redis_tls_shake(a->ctx, &a->tls, &why) != TLS_DONE) {
        ask_failed(a, why);
        return -1;
    }
    char db[12];
    snprintf(db, sizeof db, "%d", where->db);
    const char *both[] = {"AUTH", where->user, where->password};
    const char *one[] = {"AUTH", where->password};
    const char *select_db[] = {"SELECT", db};
    if (where->password && (where->user ? ask_greet(a, 3, both) : ask_greet(a, 2, one)))
        return -1;
    return where->db != 0 ? ask_greet(a, 2, select_db) : 0;
}

/* The server may have closed an idle connection: then the first try on it says so at once. With TLS
 * there is nothing to be read between answers either, but for a farewell. */
static bool ask_is_stale(const redisContext *ctx)
{
    char c;
    ssize_t n = recv(ctx->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
    return n >= 0 || (errno != EAGAIN && errno != EINTR);
}

static int ask_ready(struct redis_ask *a)
{
    if (a->ctx && ask_is_stale(a->ctx))
        ask_hang_up(a);
    redis_tls_calm(a->tls);
    return a->ctx ? 0 : ask_connect(a);
}

/* NULL with *result set when there is no answer to look at. */
static redisReply *ask(struct redis_ask *a, int argc, const char **argv, enum ask_result *result)
{
    *result = ASK_DOWN;
    if (ask_ready(a))
        return NULL;
    redisReply *r = ask_once(a, argc, argv);
    if (!r) {
        *result = ask_failed(a, ask_error(a));
        return NULL;
    }
    *result = ASK_OK;
    if (r->type != REDIS_REPLY_ERROR)
        return r;
    diag(DIAG_WARNING, "redis", "look-up refused: %s", reply_error_text(r));
    if (reply_is_outage(r))
        *result = ASK_DOWN;
    else /* a key of another type is not the one that was asked for */
        *result = reply_starts_with(r, "WRONGTYPE") ? ASK_MISSING : ASK_REFUSED;
    freeReplyObject(r);
    return NULL;
}

/* Values that pass through here may be secrets: hiredis's copy is wiped before it is freed. */
static void free_wiped(redisReply *r)
{
    if (r->type == REDIS_REPLY_STRING)
        explicit_bzero(r->str, (size_t)r->len);
    freeReplyObject(r);
}

enum ask_result redis_ask_get(struct redis_ask *a, const char *key, bool take, struct buf *value)
{
    const char *argv[] = {take ? "GETDEL" : "GET", key};
    enum ask_result result;
    redisReply *r = ask(a, 2, argv, &result);
    if (!r)
        return result;
    if (r->type != REDIS_REPLY_STRING || buf_add(value, r->str, (size_t)r->len))
        result = ASK_MISSING;
    free_wiped(r);
    return result;
}

enum ask_result redis_ask_set(struct redis_ask *a, const char *key, struct slice value,
                              unsigned seconds)
{
    char ttl[12];
    snprintf(ttl, sizeof ttl, "%u", seconds);
    const char *argv[] = {"SET", key, value.p, "EX", ttl, "NX"};
    enum ask_result result;
    redisReply *r = ask(a, 6, argv, &result);
    if (!r)
        return result;
    result = r->type == REDIS_REPLY_NIL ? ASK_REFUSED : ASK_OK;
    freeReplyObject(r);
    return result;
}

enum ask_result redis_ask_ping(struct redis_ask *a)
{
    const char *argv[] = {"PING"};
    enum ask_result result;
    redisReply *r = ask(a, 1, argv, &result);
    if (r)
        freeReplyObject(r);
    return result;
}

enum ask_result redis_ask_range(struct redis_ask *a, const char *key, struct xid to, unsigned count,
                                redis_range_fn *fn, void *arg)
{
    char high[XID_TEXT], number[12];
    xid_format(to, high);
    snprintf(number, sizeof number, "%u", count);
    const char *argv[] = {"XREVRANGE", key, high, "-", "COUNT", number};
    enum ask_result result;
    redisReply *r = ask(a, 6, argv, &result);
    if (!r)
        return result;
    struct reply_room room = {0}; /* no values are diverted here */
    ssize_t n = r->type == REDIS_REPLY_ARRAY ? reply_entries(&room, r) : -1;
    if (n >= 0)
        fn(arg, REDIS_OK, room.entries, (size_t)n);
    reply_room_free(&room);
    freeReplyObject(r);
    return n < 0 ? ASK_REFUSED : ASK_OK;
}

enum ask_result redis_ask_listed(struct redis_ask *a, const char *key, int64_t from,
                                 void (*fn)(void *arg, struct slice member), void *arg)
{
    char low[24];
    snprintf(low, sizeof low, "%" PRId64, from);
    const char *argv[] = {"ZRANGEBYSCORE", key, low, "+inf"};
    enum ask_result result;
    redisReply *r = ask(a, 4, argv, &result);
    if (!r)
        return result;
    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++)
        if (reply_is_text(r->element[i]))
            fn(arg, reply_slice(r->element[i]));
    freeReplyObject(r);
    return ASK_OK;
}

static int append_add(redisContext *ctx, const struct redis_add *add)
{
    char maxlen[24];
    snprintf(maxlen, sizeof maxlen, "%lu", add->maxlen);
    struct slice s[] = {slice_of("XADD"), slice_of(add->key), slice_of("MAXLEN"), slice_of("~"),
                        slice_of(maxlen), slice_of("*"),      add->field,         add->value,
                        add->event_field, add->event};
    int argc = add->event.len > 0 ? 10 : 8;
    const char *argv[10];
    size_t lens[10];
    for (int i = 0; i < argc; i++) {
        argv[i] = s[i].len > 0 ? s[i].p : "";
        lens[i] = s[i].len;
    }
    if (redisAppendCommandArgv(ctx, argc, argv, lens) != REDIS_OK)
        return -1;
    if (!add->channel)
        return 0;
    const char *publish[] = {"PUBLISH", add->channel, argv[7]};
    size_t publish_lens[] = {7, strlen(add->channel), lens[7]};
    return redisAppendCommandArgv(ctx, 3, publish, publish_lens) == REDIS_OK ? 0 : -1;
}

/* Reads one answer of redis_ask_send. */
static enum ask_result read_added(struct redis_ask *a)
{
    void *p = NULL;
    if (redisGetReply(a->ctx, &p) != REDIS_OK)
        return ask_failed(a, ask_error(a));
    redisReply *r = p;
    enum ask_result result = ASK_OK;
    if (r->type == REDIS_REPLY_ERROR) {
        static const char *const for_good[] = {"WRONGTYPE", "NOPERM", "ERR"};
        result = ASK_DOWN;
        for (size_t i = 0; i < sizeof for_good / sizeof *for_good; i++)
            if (reply_starts_with(r, for_good[i]) && !reply_is_outage(r))
                result = ASK_REFUSED;
        ask_failed(a, r->str);
    }
    freeReplyObject(r);
    return result;
}

enum ask_result redis_ask_send(struct redis_ask *a, const struct redis_add *adds, size_t n,
                               size_t *done)
{
    *done = 0;
    if (ask_ready(a))
        return ASK_DOWN;
    for (size_t i = 0; i < n; i++)
        if (append_add(a->ctx, &adds[i]))
            return ask_failed(a, "out of memory");
    for (; *done < n; (*done)++) {
        enum ask_result result = read_added(a);
        if (result == ASK_OK && adds[*done].channel)
            result = read_added(a);
        if (result != ASK_OK)
            return result;
    }
    return ASK_OK;
}
