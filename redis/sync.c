/* SPDX-License-Identifier: MIT */
/*
 * sync: the synchronous calls of redis_io.h.  Each call has a deadline, so this file polls the
 * socket itself.  The time-out of hiredis starts again with each byte and does not cover resolving
 * the host name.
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/diag.h"
#include "redis/address.h"
#include "redis/breaker.h"
#include "redis/reply.h"
#include "redis/tls.h"
#include "redis/wire.h"
#include "redis_io.h"

#define READ_CHUNK   (16 * 1024)
#define BYTES_PER_MS 4096              /* bytes that arrive faster extend the deadline */
#define HOLD_BYTES   (4 * 1024 * 1024) /* of large values in one answer */
#define WALK_READ    128               /* entries that redis_sync_walk reads at once, at most */
#define WALK_TURNS   32                /* reads of one redis_sync_walk */
#define WALK_LONG    (512 * 1024) /* after so many bytes of large values, read one entry at a time */

struct redis_sync {
    const struct redis_address *address;
    bool beside_feed;   /* use the host address that the feed resolved */
    unsigned deadline;  /* ms */
    int64_t end;        /* deadline of the current call: CLOCK_MONOTONIC ms */
    bool timed_out;     /* the current call waited until its deadline */
    bool trial;         /* of the circuit breaker: see breaker_enter */
    redisContext *ctx;  /* non-blocking */
    struct ssl_st *tls; /* rediss://; belongs to ctx */
    struct buf out;
    struct resp_bulk bulk;
    size_t hold; /* bytes of large values that the answer may still hold */
    bool cut;    /* the answer had more: those values are empty */
    struct reply_storage storage;
};

struct redis_sync *redis_sync_new(const struct redis_address *address, unsigned deadline)
{
    struct redis_sync *s = calloc(1, sizeof *s);
    if (!s)
        return NULL;
    s->address = address;
    s->deadline = deadline;
    wire_init(&s->out);
    return s;
}

void redis_sync_beside_feed(struct redis_sync *s)
{
    s->beside_feed = true;
}

static void sync_close(struct redis_sync *s)
{
    if (s->ctx)
        redisFree(s->ctx);
    s->ctx = NULL;
    s->tls = NULL;
    buf_free(&s->out);
    resp_bulk_reset(&s->bulk);
}

void redis_sync_free(struct redis_sync *s)
{
    if (!s)
        return;
    sync_close(s);
    reply_storage_free(&s->storage);
    free(s);
}

/* ---- bytes ---- */

/* Always returns -1. Closes the connection: a late answer would be taken for the next one. */
static int sync_lose(struct redis_sync *s, const char *why)
{
    diag(DIAG_WARNING, "redis", "look-up: %s", why);
    sync_close(s);
    return -1;
}

/* Waits for the socket until the deadline. A socket that is ready counts even after the deadline:
 * then this process was late, not Redis. */
static int sync_wait(struct redis_sync *s, short events)
{
    int64_t left;
    do {
        left = s->end - clock_ms();
        struct pollfd p = {.fd = s->ctx->fd, .events = events};
        int n = poll(&p, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return sync_lose(s, strerror(errno));
    } while (left > 0);
    s->timed_out = true;
    return sync_lose(s, s->tls ? "TLS: no answer in time" : "no answer in time");
}

static int sync_write(struct redis_sync *s)
{
    for (;;) {
        if (wire_write(s->ctx->fd, s->tls, &s->out))
            return sync_lose(s, redis_tls_error(s->tls, strerror(errno)));
        if (s->out.len == 0)
            return 0;
        if (sync_wait(s, POLLOUT))
            return -1;
    }
}

/* Whether the answer may hold the large value that begins. After the first one that it may not, it
 * holds no more. */
static bool sync_keeps_large(struct redis_sync *s)
{
    s->cut = s->cut || s->bulk.large > s->hold;
    if (!s->cut)
        s->hold -= s->bulk.large;
    return !s->cut;
}

/* Passes n bytes through resp_bulk to the parser. */
static int sync_parse(struct redis_sync *s, const char *p, size_t n)
{
    size_t at = 0;
    do {
        ssize_t used = reply_feed(s->ctx->reader, &s->bulk, p + at, n - at);
        if (used < 0 || (s->bulk.large > 0 && resp_bulk_large(&s->bulk, sync_keeps_large(s))))
            return sync_lose(s, "malformed answer, or out of memory");
        at += (size_t)used;
    } while (at < n);
    return 0;
}

/* Reads once, or waits until the socket is readable. */
static int sync_read_some(struct redis_sync *s)
{
    char chunk[READ_CHUNK];
    size_t room;
    char *direct = resp_bulk_target(&s->bulk, &room), *into = direct ? direct : chunk;
    if (!direct)
        room = sizeof chunk;
    ssize_t n = s->tls ? redis_tls_read(s->tls, into, room) : recv(s->ctx->fd, into, room, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return sync_wait(s, POLLIN);
    if (n <= 0)
        return sync_lose(s, n < 0 ? redis_tls_error(s->tls, strerror(errno))
                                  : "connection closed by the server");
    s->end += n / BYTES_PER_MS;
    if (direct)
        resp_bulk_filled(&s->bulk, (size_t)n);
    int bad = sync_parse(s, chunk, direct ? 0 : (size_t)n);
    if (!direct)
        explicit_bzero(chunk, (size_t)n); /* it may be a session */
    return bad;
}

/* The next reply; NULL: the connection was lost. */
static redisReply *sync_reply(struct redis_sync *s)
{
    for (;;) {
        void *r = NULL;
        if (redisGetReplyFromReader(s->ctx, &r) != REDIS_OK) {
            sync_lose(s, s->ctx->errstr);
            return NULL;
        }
        if (r && reply_hold_blobs(&s->storage, &s->bulk, r)) {
            freeReplyObject(r);
            sync_lose(s, "out of memory");
            return NULL;
        }
        if (r || sync_read_some(s))
            return r;
    }
}

/* Wipes the large values before their memory is freed. With bulk.all these are all values. */
static void sync_free_reply(struct redis_sync *s, redisReply *r)
{
    for (size_t i = 0; i < s->storage.nblobs; i++)
        explicit_bzero(s->storage.blobs[i]->bytes, s->storage.blobs[i]->len);
    reply_drop_blobs(&s->storage);
    freeReplyObject(r);
}

static redisReply *sync_once(struct redis_sync *s, const struct slice *words, size_t n)
{
    if (wire_add(&s->out, words, n)) {
        sync_lose(s, "out of memory");
        return NULL;
    }
    return sync_write(s) ? NULL : sync_reply(s);
}

/* ---- connecting ---- */

/* AUTH or SELECT; -1 after an error. */
static int sync_setup(struct redis_sync *s, const struct slice *words, size_t n)
{
    redisReply *r = sync_once(s, words, n);
    if (!r)
        return -1;
    int bad = r->type == REDIS_REPLY_ERROR ? sync_lose(s, reply_error_text(r)) : 0;
    sync_free_reply(s, r);
    return bad;
}

/* Connects TCP or the Unix socket. */
static int sync_connect_socket(struct redis_sync *s)
{
    const struct redis_address *where = s->address;
    char found[ADDRESS_TEXT];
    const char *host = where->host;
    if (!where->path && s->beside_feed) {
        /* The trial of the circuit breaker does not wait: the call that opened it did. */
        if (!address_wait(host, s->trial ? 0 : s->end - s->deadline / 2, found))
            return sync_lose(s, "the address of the host is not known");
        host = found;
    }
    s->ctx = where->path ? redisConnectUnixNonBlock(where->path)
                         : redisConnectNonBlock(host, where->port);
    if (!s->ctx || s->ctx->err)
        return sync_lose(s, s->ctx ? s->ctx->errstr : "out of memory");
    fcntl(s->ctx->fd, F_SETFD, FD_CLOEXEC);
    if (sync_wait(s, POLLOUT))
        return -1;
    int error = 0;
    socklen_t len = sizeof error;
    if (getsockopt(s->ctx->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        error = errno;
    return error ? sync_lose(s, strerror(error)) : 0;
}

static int sync_connect_tls(struct redis_sync *s)
{
    for (;;) {
        const char *why;
        enum tls_result result = redis_tls_handshake(s->ctx, &s->tls, &why);
        if (result == TLS_DONE)
            return 0;
        if (result == TLS_FAILED)
            return sync_lose(s, why);
        if (sync_wait(s, result == TLS_WANTS_READ ? POLLIN : POLLOUT))
            return -1;
    }
}

static int sync_connect(struct redis_sync *s)
{
    const struct redis_address *where = s->address;
    if (sync_connect_socket(s) || (where->tls && sync_connect_tls(s)))
        return -1;
    char db[12];
    snprintf(db, sizeof db, "%d", where->db);
    const struct slice auth = slice_of("AUTH"), password = slice_of(where->password);
    const struct slice both[] = {auth, slice_of(where->user), password}, one[] = {auth, password};
    const struct slice select_db[] = {slice_of("SELECT"), slice_of(db)};
    if (where->password && (where->user ? sync_setup(s, both, 3) : sync_setup(s, one, 2)))
        return -1;
    return where->db != 0 ? sync_setup(s, select_db, 2) : 0;
}

/* The server may have closed an idle connection. Between answers nothing arrives except that; with
 * TLS, the alert that closes the session. */
static bool sync_is_closed(const redisContext *ctx)
{
    char c;
    ssize_t n = recv(ctx->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
    return n >= 0 || (errno != EAGAIN && errno != EINTR);
}

/* ---- calls ---- */

/* Starts the deadline of a call. */
static void sync_begin(struct redis_sync *s)
{
    s->end = clock_ms() + s->deadline;
    s->hold = HOLD_BYTES;
    s->bulk.all = false;
}

/* 0: connected; sync_leave must follow. */
static int sync_enter(struct redis_sync *s)
{
    if (!breaker_enter(&s->trial))
        return -1;
    s->timed_out = s->cut = false;
    if (s->ctx && sync_is_closed(s->ctx))
        sync_close(s);
    redis_tls_clear_errors(s->tls);
    if (!s->ctx && sync_connect(s)) {
        breaker_leave(s->trial, BREAKER_TIMEOUT);
        return -1;
    }
    return 0;
}

static void sync_leave(struct redis_sync *s)
{
    breaker_leave(s->trial, s->ctx         ? BREAKER_SUCCESS
                            : s->timed_out ? BREAKER_TIMEOUT
                                           : BREAKER_LOST);
}

/* Logs an error of the server. */
static enum sync_result sync_error(const redisReply *r)
{
    diag(DIAG_WARNING, "redis", "look-up refused: %s", reply_error_text(r));
    if (reply_is_outage(r))
        return SYNC_DOWN;
    /* A key of another type is no session or token. */
    return reply_starts_with(r, "WRONGTYPE") ? SYNC_MISSING : SYNC_REFUSED;
}

/* One request. Free the reply with sync_free_reply. NULL: *result says why there is none. */
static redisReply *sync_request(struct redis_sync *s, const struct slice *words, size_t n,
                                enum sync_result *result)
{
    *result = SYNC_DOWN;
    if (sync_enter(s))
        return NULL;
    redisReply *r = sync_once(s, words, n);
    sync_leave(s);
    if (!r)
        return NULL;
    *result = r->type == REDIS_REPLY_ERROR ? sync_error(r) : SYNC_OK;
    if (*result == SYNC_OK)
        return r;
    sync_free_reply(s, r);
    return NULL;
}

enum sync_result redis_sync_get(struct redis_sync *s, const char *key, bool take, struct buf *value)
{
    const struct slice words[] = {slice_of(take ? "GETDEL" : "GET"), slice_of(key)};
    enum sync_result result;
    sync_begin(s);
    s->bulk.all = true; /* it may be a secret: it stays out of hiredis and is wiped */
    s->hold = value->max - value->len;
    redisReply *r = sync_request(s, words, 2, &result);
    if (!r)
        return result;
    struct slice text = reply_value(&s->storage, r);
    if (!reply_is_text(r) || s->cut || buf_add(value, text.p, text.len))
        result = SYNC_MISSING;
    sync_free_reply(s, r);
    return result;
}

enum sync_result redis_sync_set(struct redis_sync *s, const char *key, struct slice value,
                                unsigned seconds)
{
    char ttl[12];
    snprintf(ttl, sizeof ttl, "%u", seconds);
    const struct slice words[] = {slice_of("SET"), slice_of(key), value,
                                  slice_of("EX"),  slice_of(ttl), slice_of("NX")};
    enum sync_result result;
    sync_begin(s);
    redisReply *r = sync_request(s, words, 6, &result);
    if (!r)
        return result;
    result = r->type == REDIS_REPLY_NIL ? SYNC_REFUSED : SYNC_OK;
    sync_free_reply(s, r);
    return result;
}

enum sync_result redis_sync_ping(struct redis_sync *s)
{
    const struct slice words[] = {slice_of("PING")};
    enum sync_result result;
    sync_begin(s);
    redisReply *r = sync_request(s, words, 1, &result);
    if (r)
        sync_free_reply(s, r);
    return result;
}

/* Reads the newest entries up to `to` to s->storage. NULL: *result says why there are none. */
static redisReply *sync_entries(struct redis_sync *s, const char *key, struct xid to,
                                unsigned count, ssize_t *n, enum sync_result *result)
{
    char high[XID_TEXT], number[12];
    xid_format(to, high);
    snprintf(number, sizeof number, "%u", count);
    const struct slice words[] = {slice_of("XREVRANGE"), slice_of(key),     slice_of(high),
                                  slice_of("-"),         slice_of("COUNT"), slice_of(number)};
    redisReply *r = sync_request(s, words, 6, result);
    if (!r)
        return NULL;
    *n = r->type == REDIS_REPLY_ARRAY ? reply_entries(&s->storage, r) : -1;
    if (*n >= 0)
        return r;
    *result = SYNC_REFUSED;
    sync_free_reply(s, r);
    return NULL;
}

enum sync_result redis_sync_range(struct redis_sync *s, const char *key, struct xid to,
                                  unsigned count, redis_range_fn *fn, void *arg)
{
    enum sync_result result;
    ssize_t n;
    sync_begin(s);
    s->hold = SIZE_MAX;
    redisReply *r = sync_entries(s, key, to, count, &n, &result);
    if (!r)
        return result;
    fn(arg, REDIS_OK, s->storage.entries, (size_t)n);
    sync_free_reply(s, r);
    return SYNC_OK;
}

/* Whether a value of the entry is missing because the answer held no more. */
static bool has_cut_value(const struct reply_storage *m, const struct redis_entry *entry)
{
    for (size_t k = 0; k < 2 * entry->pairs; k++)
        for (size_t i = 0; i < m->nblobs; i++)
            if (m->blobs[i]->len == 0 && m->blobs[i]->bytes == entry->fields[k].p)
                return true;
    return false;
}

struct walk {
    const char *key;
    struct xid to;
    unsigned count; /* of entries in the next read */
    redis_walk_fn *fn;
    void *arg;
};

/* One read. It stops before an entry whose large values were cut. The next read starts there. The
 * first entry is never cut. *more: there may be entries left. */
static enum sync_result walk_on(struct redis_sync *s, struct walk *w, bool *wanted, bool *more)
{
    enum sync_result result;
    ssize_t n, i = 0;
    s->hold = w->count == 1 ? SIZE_MAX : HOLD_BYTES;
    size_t hold = s->hold;
    redisReply *r = sync_entries(s, w->key, w->to, w->count, &n, &result);
    if (!r)
        return result;
    while (i < n && !(s->cut && has_cut_value(&s->storage, &s->storage.entries[i])) &&
           (*wanted = w->fn(w->arg, &s->storage.entries[i])))
        w->to = xid_prev(s->storage.entries[i++].id);
    *more =
        i < n || ((unsigned)n == w->count && xid_cmp(s->storage.entries[n - 1].id, XID_ZERO) != 0);
    bool are_long = s->cut || hold - s->hold > WALK_LONG;
    w->count = are_long ? 1 : 2 * w->count < WALK_READ ? 2 * w->count : WALK_READ;
    sync_free_reply(s, r);
    return SYNC_OK;
}

enum sync_result redis_sync_walk(struct redis_sync *s, const char *key, struct xid to,
                                 redis_walk_fn *fn, void *arg, bool *more)
{
    struct walk w = {key, to, 1, fn, arg};
    enum sync_result result = SYNC_OK;
    bool wanted = true;
    *more = true;
    int64_t end = clock_ms() + s->deadline;
    for (int turn = 0; wanted && *more && turn < WALK_TURNS && clock_ms() < end; turn++) {
        sync_begin(s);
        result = walk_on(s, &w, &wanted, more);
        if (result != SYNC_OK)
            break;
    }
    return result;
}

enum sync_result redis_sync_members(struct redis_sync *s, const char *key, int64_t from,
                                    void (*fn)(void *arg, struct slice member), void *arg)
{
    char low[24];
    snprintf(low, sizeof low, "%" PRId64, from);
    const struct slice words[] = {slice_of("ZRANGEBYSCORE"), slice_of(key), slice_of(low),
                                  slice_of("+inf")};
    enum sync_result result;
    sync_begin(s);
    redisReply *r = sync_request(s, words, 4, &result);
    if (!r)
        return result;
    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++)
        if (reply_is_text(r->element[i]))
            fn(arg, reply_value(&s->storage, r->element[i]));
    sync_free_reply(s, r);
    return SYNC_OK;
}

static int append_add(struct redis_sync *s, const struct redis_add *add)
{
    char maxlen[24];
    snprintf(maxlen, sizeof maxlen, "%lu", add->maxlen);
    const struct slice words[] = {slice_of("XADD"), slice_of(add->key), slice_of("MAXLEN"),
                                  slice_of("~"),    slice_of(maxlen),   slice_of("*"),
                                  add->field,       add->value,         add->event_field,
                                  add->event};
    if (wire_add(&s->out, words, add->event.len > 0 ? 10 : 8))
        return -1;
    const struct slice publish[] = {slice_of("PUBLISH"), slice_of(add->channel), add->value};
    return add->channel ? wire_add(&s->out, publish, 3) : 0;
}

/* Reads one answer of redis_sync_send. Each has a deadline of its own. */
static enum sync_result read_added(struct redis_sync *s)
{
    s->end = clock_ms() + s->deadline;
    redisReply *r = sync_reply(s);
    if (!r)
        return SYNC_DOWN;
    enum sync_result result = SYNC_OK;
    if (r->type == REDIS_REPLY_ERROR) {
        static const char *const for_good[] = {"WRONGTYPE", "NOPERM", "ERR"};
        result = SYNC_DOWN;
        for (size_t i = 0; i < sizeof for_good / sizeof *for_good; i++)
            if (reply_starts_with(r, for_good[i]) && !reply_is_outage(r))
                result = SYNC_REFUSED;
        sync_lose(s, reply_error_text(r));
    }
    sync_free_reply(s, r);
    return result;
}

static enum sync_result send_all(struct redis_sync *s, const struct redis_add *adds, size_t n,
                                 size_t *done)
{
    for (size_t i = 0; i < n; i++)
        if (append_add(s, &adds[i]))
            return sync_lose(s, "out of memory"), SYNC_DOWN;
    if (sync_write(s))
        return SYNC_DOWN;
    for (; *done < n; (*done)++) {
        enum sync_result result = read_added(s);
        if (result == SYNC_OK && adds[*done].channel)
            result = read_added(s);
        if (result != SYNC_OK)
            return result;
    }
    return SYNC_OK;
}

enum sync_result redis_sync_send(struct redis_sync *s, const struct redis_add *adds, size_t n,
                                 size_t *done)
{
    *done = 0;
    sync_begin(s);
    if (sync_enter(s))
        return SYNC_DOWN;
    enum sync_result result = send_all(s, adds, n, done);
    sync_leave(s);
    return result;
}
