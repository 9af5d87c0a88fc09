/* SPDX-License-Identifier: MIT */
/*
 * sync_conn: the connection of a front thread: connecting, bytes, answers in step with requests.
 * The time-out of hiredis starts again with each byte and does not cover resolving the host name,
 * so this file polls the socket itself.
 */
#include "redis/sync_conn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/diag.h"
#include "redis/address.h"
#include "redis/login.h"
#include "redis/figures.h"
#include "redis/tls.h"
#include "redis/wire.h"

#define READ_CHUNK   (16 * 1024)
#define BYTES_PER_MS 4096 /* bytes that arrive faster extend the deadline, threefold at most */
#define SURPLUS_TEXT "answer without a request"

/* A thread that reads one value for minutes would count as hanging, and others would wait for it.
 */
void sync_set_deadline(struct redis_sync *s)
{
    s->end = clock_ms() + s->deadline;
    s->last = s->end + 2 * (int64_t)s->deadline;
}

void sync_close(struct redis_sync *s)
{
    if (s->ctx)
        redisFree(s->ctx);
    s->ctx = NULL;
    s->tls = NULL;
    s->watched = NULL;
    buf_free(&s->out);
    resp_bulk_reset(&s->bulk);
}

/* ---- bytes ---- */

int sync_lose(struct redis_sync *s, const char *why)
{
    /* The circuit breaker rations time-outs. */
    if (s->keeps_why)
        snprintf(s->why, sizeof s->why, "%s", why);
    else if (s->timed_out || reasons_are_new(&s->losses, "", why, clock_ms()))
        diag(DIAG_WARNING, "redis", "%s: look-up: %s", s->where, why);
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

int sync_write(struct redis_sync *s)
{
    for (;;) {
        size_t left = s->out.len;
        if (wire_write(s->ctx->fd, s->tls, &s->out))
            return sync_lose(s, redis_tls_error(s->tls, strerror(errno)));
        if (s->renews && s->out.len < left)
            sync_set_deadline(s);
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
    if (s->skip > 0) {
        s->skip--;
        return false;
    }
    s->cut = s->cut || s->bulk.large > s->hold;
    if (!s->cut)
        s->hold -= s->bulk.large;
    return !s->cut;
}

/* The deadline after n more bytes. */
static int64_t extended(const struct redis_sync *s, ssize_t n)
{
    int64_t end = s->end + n / BYTES_PER_MS;
    return end < s->last ? end : s->last;
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
    s->was_idle = false;
    s->end = extended(s, n);
    if (direct)
        resp_bulk_filled(&s->bulk, (size_t)n);
    int bad = sync_parse(s, chunk, direct ? 0 : (size_t)n);
    if (!direct)
        explicit_bzero(chunk, (size_t)n); /* it may be a session */
    return bad;
}

redisReply *sync_reply(struct redis_sync *s)
{
    for (;;) {
        void *r = NULL;
        if (redisGetReplyFromReader(s->ctx, &r) != REDIS_OK) {
            sync_lose(s, s->ctx->errstr);
            return NULL;
        }
        if (r && reply_hold_blobs(&s->storage, &s->bulk, r)) {
            reply_memory_clear(&s->memory);
            sync_lose(s, "out of memory");
            return NULL;
        }
        if (r || sync_read_some(s))
            return r;
    }
}

void sync_free_reply(struct redis_sync *s)
{
    for (size_t i = 0; i < s->storage.nblobs; i++)
        explicit_bzero(s->storage.blobs[i]->bytes, s->storage.blobs[i]->len);
    reply_drop_blobs(&s->storage);
    reply_memory_clear(&s->memory);
}

/* ---- answers in step with requests ---- */

enum silence {
    QUIET,
    CLOSED, /* by the server, as it does with idle connections; with TLS also by its alert */
    SURPLUS /* an answer without a request: the next caller would take it for its own */
};

/* Looks at what arrived since the last answer, without taking it. */
static enum silence sync_silence(const struct redis_sync *s)
{
    char c;
    ssize_t n = recv(s->ctx->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
    if (n > 0 && !s->tls)
        return SURPLUS;
    bool nothing = n < 0 && (errno == EAGAIN || errno == EINTR);
    return nothing && redis_tls_pending(s->tls) == 0 ? QUIET : CLOSED;
}

int sync_finish(struct redis_sync *s)
{
    return reply_is_last(s->ctx->reader, &s->bulk) ? 0 : sync_lose(s, SURPLUS_TEXT);
}

redisReply *sync_once(struct redis_sync *s, const struct slice *words, size_t n)
{
    bool surplus = sync_silence(s) == SURPLUS;
    if (surplus || wire_add(&s->out, words, n)) {
        sync_lose(s, surplus ? SURPLUS_TEXT : "out of memory");
        return NULL;
    }
    redisReply *r = sync_write(s) ? NULL : sync_reply(s);
    if (!r || sync_finish(s) == 0)
        return r;
    sync_free_reply(s);
    return NULL;
}

/* ---- connecting ---- */

/* AUTH or SELECT; -1 after an error. */
static int sync_setup(struct redis_sync *s, const struct slice *words, size_t n)
{
    redisReply *r = sync_once(s, words, n);
    if (!r)
        return -1;
    int bad = r->type == REDIS_REPLY_ERROR ? sync_lose(s, reply_error_text(r)) : 0;
    s->refused = reply_is_for_good(r);
    sync_free_reply(s);
    return bad;
}

/* Connects TCP or the Unix socket. found: where to, if another thread resolves the host name. */
static int sync_connect_socket(struct redis_sync *s, char found[ADDRESS_TEXT])
{
    const struct redis_address *where = s->address;
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
    reply_memory_serve(&s->memory, s->ctx->reader);
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

static int sync_log_in(struct redis_sync *s)
{
    struct login l;
    int result = 0;
    if (login_read(s->address, &l))
        return sync_lose(s, "out of memory");
    const struct slice auth = slice_of("AUTH"), password = slice_of(l.password);
    const struct slice both[] = {auth, slice_of(l.user), password}, one[] = {auth, password};
    if (l.password)
        result = l.user ? sync_setup(s, both, 3) : sync_setup(s, one, 2);
    login_free(&l);
    return result;
}

static int sync_connect(struct redis_sync *s)
{
    const struct redis_address *where = s->address;
    char host[ADDRESS_TEXT];
    if (sync_connect_socket(s, host) || (where->tls && sync_connect_tls(s)))
        return -1;
    char db[12];
    snprintf(db, sizeof db, "%d", where->db);
    const struct slice select_db[] = {slice_of("SELECT"), slice_of(db)};
    if (sync_log_in(s))
        return -1;
    if (where->db != 0 && sync_setup(s, select_db, 2))
        return -1;
    if (!where->path && s->beside_feed)
        address_publish(host, true);
    redis_tally.lookup_connects++;
    return 0;
}

/* ---- in and out ---- */

/* Only short calls count, for which a request waits. */
static void sync_count(const struct redis_sync *s)
{
    if (s->breaker == &breaker_of_lookups)
        histogram_add(&redis_tally.lookups, clock_us() - s->began);
}

static void sync_tell_breaker(struct redis_sync *s, enum breaker_result result)
{
    if (s->breaker)
        breaker_leave(s->breaker, clock_ms(), s->trial, result);
}

/* Whether the circuit breakers let the call go to Redis. Time-outs of short calls count for all. */
static bool sync_may_enter(struct redis_sync *s, int64_t now)
{
    s->trial = false;
    if (s->breaker != &breaker_of_lookups && breaker_pauses(&breaker_of_lookups, now))
        return false;
    return !s->breaker || breaker_enter(s->breaker, now, &s->trial);
}

bool redis_sync_pauses(struct redis_sync *s)
{
    int64_t now = clock_ms();
    return breaker_pauses(&breaker_of_lookups, now) ||
           (s->breaker && breaker_pauses(s->breaker, now));
}

int sync_enter(struct redis_sync *s)
{
    if (!sync_may_enter(s, clock_ms()))
        return -1;
    s->began = clock_us();
    s->timed_out = s->cut = s->refused = false;
    enum silence silence = s->ctx ? sync_silence(s) : QUIET;
    if (silence == CLOSED)
        sync_close(s);
    else if (silence == SURPLUS)
        sync_lose(s, SURPLUS_TEXT);
    s->was_idle = s->ctx != NULL;
    redis_tls_clear_errors(s->tls);
    if (!s->ctx && sync_connect(s)) {
        sync_count(s);
        sync_tell_breaker(s, BREAKER_TIMEOUT);
        return -1;
    }
    return 0;
}

void sync_leave(struct redis_sync *s)
{
    sync_count(s);
    sync_tell_breaker(s, s->ctx ? BREAKER_SUCCESS : s->timed_out ? BREAKER_TIMEOUT : BREAKER_LOST);
}
