/* SPDX-License-Identifier: MIT */
/* sync: redis_sync_... of redis_io.h: one connection whose every call has a deadline.  It waits for
 * its socket by itself: hiredis would wait as long again for each byte, and look the host up
 * besides. */
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
#include "redis/reply.h"
#include "redis/tls.h"
#include "redis/breaker.h"
#include "redis/wire.h"

#define READ_CHUNK   (16 * 1024)
#define BYTES_PER_MS 4096 /* what comes faster than that does not use up the deadline */
#define HOLD_BYTES   (4 * 1024 * 1024) /* of long values in one answer */
#define WALK_READ    128               /* entries read at once by redis_sync_walk, at most */
#define WALK_TURNS   32                /* reads of one redis_sync_walk */
#define WALK_LONG    (512 * 1024)      /* long values of so many bytes are read one at a time */

struct redis_sync {
    const struct redis_address *address;
    bool beside_feed;   /* which looks the host's name up */
    unsigned deadline;  /* ms */
    int64_t end;        /* of the call under way: CLOCK_MONOTONIC ms */
    bool silent;        /* it was not to be reached, or did not answer in time */
    bool probe;         /* see way_enter */
    redisContext *ctx;  /* non-blocking */
    struct ssl_st *tls; /* rediss://; belongs to ctx */
    struct buf out;
    struct resp_bulk divert;
    size_t hold; /* bytes of long values that the answer may still hold */
    bool cut;    /* it had more: such a value came as empty */
    struct reply_room room;
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
    resp_bulk_reset(&s->divert);
}

void redis_sync_free(struct redis_sync *s)
{
    if (!s)
        return;
    sync_close(s);
    reply_room_free(&s->room);
    free(s);
}

/* ---- bytes ---- */

/* Always -1. The connection is of no use any more: a late answer would be taken for the next. */
static int sync_lose(struct redis_sync *s, const char *why)
{
    diag(DIAG_WARNING, "redis", "look-up: %s", why);
    sync_close(s);
    return -1;
}

/* Waits for the socket, until the call must end. What is there already counts, however late this
 * process came to look: then it was not Redis that took its time. */
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
    s->silent = true;
    return sync_lose(s, s->tls ? "TLS: no answer in time" : "no answer in time");
}

static int sync_write(struct redis_sync *s)
{
    for (;;) {
        if (wire_write(s->ctx->fd, s->tls, &s->out))
            return sync_lose(s, redis_tls_why(s->tls, strerror(errno)));
        if (s->out.len == 0)
            return 0;
        if (sync_wait(s, POLLOUT))
            return -1;
    }
}

/* A long value begins: whether this answer may hold it. After one that it may not, none. */
static bool sync_holds(struct redis_sync *s)
{
    s->cut = s->cut || s->divert.large > s->hold;
    if (!s->cut)
        s->hold -= s->divert.large;
    return !s->cut;
}

/* Passes n bytes through divert to the parser. */
static int sync_take(struct redis_sync *s, const char *p, size_t n)
{
    size_t at = 0;
    do {
        ssize_t used = reply_feed(s->ctx->reader, &s->divert, p + at, n - at);
        if (used < 0 || (s->divert.large > 0 && resp_bulk_large(&s->divert, sync_holds(s))))
            return sync_lose(s, "an answer out of form, or no memory for it");
        at += (size_t)used;
    } while (at < n);
    return 0;
}

/* Waits for more, or takes some of it. */
static int sync_read_some(struct redis_sync *s)
{
    char chunk[READ_CHUNK];
    size_t room;
    char *direct = resp_bulk_target(&s->divert, &room), *into = direct ? direct : chunk;
    if (!direct)
        room = sizeof chunk;
    ssize_t n = s->tls ? redis_tls_read(s->tls, into, room) : recv(s->ctx->fd, into, room, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return sync_wait(s, POLLIN);
    if (n <= 0)
        return sync_lose(s, n < 0 ? redis_tls_why(s->tls, strerror(errno))
                                  : "connection closed by the server");
    s->end += n / BYTES_PER_MS;
    if (direct)
        resp_bulk_filled(&s->divert, (size_t)n);
    int bad = sync_take(s, chunk, direct ? 0 : (size_t)n);
    if (!direct)
        explicit_bzero(chunk, (size_t)n); /* a session, it may be */
    return bad;
}

/* NULL after the connection was lost. */
static redisReply *sync_reply(struct redis_sync *s)
{
    for (;;) {
        void *r = NULL;
        if (redisGetReplyFromReader(s->ctx, &r) != REDIS_OK) {
            sync_lose(s, s->ctx->errstr);
            return NULL;
        }
        if (r && reply_hold_blobs(&s->room, &s->divert, r)) {
            freeReplyObject(r);
            sync_lose(s, "out of memory");
            return NULL;
        }
        if (r || sync_read_some(s))
            return r;
    }
}

/* Wipes the long values, with divert.all every value, before their memory is given back. */
static void sync_drop(struct redis_sync *s, redisReply *r)
{
    for (size_t i = 0; i < s->room.nblobs; i++)
        explicit_bzero(s->room.blobs[i]->bytes, s->room.blobs[i]->len);
    reply_drop_blobs(&s->room);
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

/* A command of the greeting; -1 when it did not go well. */
static int sync_greet(struct redis_sync *s, const struct slice *words, size_t n)
{
    redisReply *r = sync_once(s, words, n);
    if (!r)
        return -1;
    int bad = r->type == REDIS_REPLY_ERROR ? sync_lose(s, reply_error_text(r)) : 0;
    sync_drop(s, r);
    return bad;
}

/* TCP, or the Unix socket. */
static int sync_connect_socket(struct redis_sync *s)
{
    const struct redis_address *where = s->address;
    char found[WAY_HOST];
    const char *host = where->host;
    if (!where->path && s->beside_feed) {
        /* Whoever tries for the others has waited before. */
        if (!way_host(host, s->probe ? 0 : s->end - s->deadline / 2, found))
            return sync_lose(s, "the host's address is not known");
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
        enum tls_result result = redis_tls_shake(s->ctx, &s->tls, &why);
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
    if (where->password && (where->user ? sync_greet(s, both, 3) : sync_greet(s, one, 2)))
        return -1;
    return where->db != 0 ? sync_greet(s, select_db, 2) : 0;
}

/* The server may have closed an idle connection: then the first try on it says so at once. With TLS
 * there is nothing to be read between answers either, but for a farewell. */
static bool sync_is_closed(const redisContext *ctx)
{
    char c;
    ssize_t n = recv(ctx->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
    return n >= 0 || (errno != EAGAIN && errno != EINTR);
}

/* ---- calls ---- */

/* Every call begins so: from here on it has its deadline. */
static void sync_begin(struct redis_sync *s)
{
    s->end = clock_ms() + s->deadline;
    s->hold = HOLD_BYTES;
    s->divert.all = false;
}

/* 0: connected, and sync_leave must follow. */
static int sync_enter(struct redis_sync *s)
{
    if (!way_enter(&s->probe))
        return -1;
    s->silent = s->cut = false;
    if (s->ctx && sync_is_closed(s->ctx))
        sync_close(s);
    redis_tls_calm(s->tls);
    if (!s->ctx && sync_connect(s)) {
        way_leave(s->probe, WAY_SILENT);
        return -1;
    }
    return 0;
}

static void sync_leave(struct redis_sync *s)
{
    way_leave(s->probe, s->ctx ? WAY_WELL : s->silent ? WAY_SILENT : WAY_LOST);
}

/* What an error of the server comes to. */
static enum sync_result sync_error(const redisReply *r)
{
    diag(DIAG_WARNING, "redis", "look-up refused: %s", reply_error_text(r));
    if (reply_is_outage(r))
        return SYNC_DOWN;
    /* A key of another type is not the one that was asked for. */
    return reply_starts_with(r, "WRONGTYPE") ? SYNC_MISSING : SYNC_REFUSED;
}

/* NULL with *result set when there is no answer to look at. Else it is for sync_drop. */
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
    sync_drop(s, r);
    return NULL;
}

enum sync_result redis_sync_get(struct redis_sync *s, const char *key, bool take, struct buf *value)
{
    const struct slice words[] = {slice_of(take ? "GETDEL" : "GET"), slice_of(key)};
    enum sync_result result;
    sync_begin(s);
    s->divert.all = true; /* it may be a secret: hiredis does not see it, sync_drop wipes it */
    s->hold = value->max - value->len;
    redisReply *r = sync_request(s, words, 2, &result);
    if (!r)
        return result;
    struct slice text = reply_value(&s->room, r);
    if (!reply_is_text(r) || s->cut || buf_add(value, text.p, text.len))
        result = SYNC_MISSING;
    sync_drop(s, r);
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
    sync_drop(s, r);
    return result;
}

enum sync_result redis_sync_ping(struct redis_sync *s)
{
    const struct slice words[] = {slice_of("PING")};
    enum sync_result result;
    sync_begin(s);
    redisReply *r = sync_request(s, words, 1, &result);
    if (r)
        sync_drop(s, r);
    return result;
}

/* The newest entries up to `to` in s->room; NULL with *result set when there are none to look at.
 */
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
    *n = r->type == REDIS_REPLY_ARRAY ? reply_entries(&s->room, r) : -1;
    if (*n >= 0)
        return r;
    *result = SYNC_REFUSED;
    sync_drop(s, r);
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
    fn(arg, REDIS_OK, s->room.entries, (size_t)n);
    sync_drop(s, r);
    return SYNC_OK;
}

/* Whether a value of the entry was not held. */
static bool is_cut(const struct reply_room *m, const struct redis_entry *entry)
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
    unsigned count; /* entries of the next read */
    redis_walk_fn *fn;
    void *arg;
};

/* One read. Long values it gives as far as they may be held together, which one alone always may:
 * the next read begins behind the last entry given. *more: the walk goes on. */
static enum sync_result walk_on(struct redis_sync *s, struct walk *w, bool *wanted, bool *more)
{
    enum sync_result result;
    ssize_t n, i = 0;
    s->hold = w->count == 1 ? SIZE_MAX : HOLD_BYTES;
    size_t hold = s->hold;
    redisReply *r = sync_entries(s, w->key, w->to, w->count, &n, &result);
    if (!r)
        return result;
    while (i < n && !(s->cut && is_cut(&s->room, &s->room.entries[i])) &&
           (*wanted = w->fn(w->arg, &s->room.entries[i])))
        w->to = xid_prev(s->room.entries[i++].id);
    *more = i < n || ((unsigned)n == w->count && xid_cmp(s->room.entries[n - 1].id, XID_ZERO) != 0);
    bool are_long = s->cut || hold - s->hold > WALK_LONG;
    w->count = are_long ? 1 : 2 * w->count < WALK_READ ? 2 * w->count : WALK_READ;
    sync_drop(s, r);
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
            fn(arg, reply_value(&s->room, r->element[i]));
    sync_drop(s, r);
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

/* Reads one answer of redis_sync_send. Each that comes is progress, and has its own deadline. */
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
    sync_drop(s, r);
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
