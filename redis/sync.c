/* SPDX-License-Identifier: MIT */
/* sync: the ask of redis_io.h: one connection whose every call has a deadline.  It waits for
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
#define WALK_READ    128               /* entries read at once by redis_ask_walk, at most */
#define WALK_TURNS   32                /* reads of one redis_ask_walk */
#define WALK_LONG    (512 * 1024)      /* long values of so many bytes are read one at a time */

struct redis_ask {
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

struct redis_ask *redis_ask_new(const struct redis_address *address, unsigned deadline)
{
    struct redis_ask *a = calloc(1, sizeof *a);
    if (!a)
        return NULL;
    a->address = address;
    a->deadline = deadline;
    wire_init(&a->out);
    return a;
}

void redis_ask_beside_feed(struct redis_ask *a)
{
    a->beside_feed = true;
}

static void ask_hang_up(struct redis_ask *a)
{
    if (a->ctx)
        redisFree(a->ctx);
    a->ctx = NULL;
    a->tls = NULL;
    buf_free(&a->out);
    resp_bulk_reset(&a->divert);
}

void redis_ask_free(struct redis_ask *a)
{
    if (!a)
        return;
    ask_hang_up(a);
    reply_room_free(&a->room);
    free(a);
}

/* ---- bytes ---- */

/* Always -1. The connection is of no use any more: a late answer would be taken for the next. */
static int ask_lose(struct redis_ask *a, const char *why)
{
    diag(DIAG_WARNING, "redis", "look-up: %s", why);
    ask_hang_up(a);
    return -1;
}

/* Waits for the socket, until the call must end. What is there already counts, however late this
 * process came to look: then it was not Redis that took its time. */
static int ask_wait(struct redis_ask *a, short events)
{
    int64_t left;
    do {
        left = a->end - clock_ms();
        struct pollfd p = {.fd = a->ctx->fd, .events = events};
        int n = poll(&p, 1, left > 0 ? (int)left : 0);
        if (n > 0)
            return 0;
        if (n < 0 && errno != EINTR)
            return ask_lose(a, strerror(errno));
    } while (left > 0);
    a->silent = true;
    return ask_lose(a, a->tls ? "TLS: no answer in time" : "no answer in time");
}

static int ask_write(struct redis_ask *a)
{
    for (;;) {
        if (wire_write(a->ctx->fd, a->tls, &a->out))
            return ask_lose(a, redis_tls_why(a->tls, strerror(errno)));
        if (a->out.len == 0)
            return 0;
        if (ask_wait(a, POLLOUT))
            return -1;
    }
}

/* A long value begins: whether this answer may hold it. After one that it may not, none. */
static bool ask_holds(struct redis_ask *a)
{
    a->cut = a->cut || a->divert.large > a->hold;
    if (!a->cut)
        a->hold -= a->divert.large;
    return !a->cut;
}

/* Passes n bytes through divert to the parser. */
static int ask_take(struct redis_ask *a, const char *p, size_t n)
{
    size_t at = 0;
    do {
        ssize_t used = reply_feed(a->ctx->reader, &a->divert, p + at, n - at);
        if (used < 0 || (a->divert.large > 0 && resp_bulk_large(&a->divert, ask_holds(a))))
            return ask_lose(a, "an answer out of form, or no memory for it");
        at += (size_t)used;
    } while (at < n);
    return 0;
}

/* Waits for more, or takes some of it. */
static int ask_read_some(struct redis_ask *a)
{
    char chunk[READ_CHUNK];
    size_t room;
    char *direct = resp_bulk_target(&a->divert, &room), *into = direct ? direct : chunk;
    if (!direct)
        room = sizeof chunk;
    ssize_t n = a->tls ? redis_tls_read(a->tls, into, room) : recv(a->ctx->fd, into, room, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return ask_wait(a, POLLIN);
    if (n <= 0)
        return ask_lose(a, n < 0 ? redis_tls_why(a->tls, strerror(errno))
                                 : "connection closed by the server");
    a->end += n / BYTES_PER_MS;
    if (direct)
        resp_bulk_filled(&a->divert, (size_t)n);
    int bad = ask_take(a, chunk, direct ? 0 : (size_t)n);
    if (!direct)
        explicit_bzero(chunk, (size_t)n); /* a session, it may be */
    return bad;
}

/* NULL after the connection was lost. */
static redisReply *ask_reply(struct redis_ask *a)
{
    for (;;) {
        void *r = NULL;
        if (redisGetReplyFromReader(a->ctx, &r) != REDIS_OK) {
            ask_lose(a, a->ctx->errstr);
            return NULL;
        }
        if (r && reply_hold_blobs(&a->room, &a->divert, r)) {
            freeReplyObject(r);
            ask_lose(a, "out of memory");
            return NULL;
        }
        if (r || ask_read_some(a))
            return r;
    }
}

/* Wipes the long values, with divert.all every value, before their memory is given back. */
static void ask_drop(struct redis_ask *a, redisReply *r)
{
    for (size_t i = 0; i < a->room.nblobs; i++)
        explicit_bzero(a->room.blobs[i]->bytes, a->room.blobs[i]->len);
    reply_drop_blobs(&a->room);
    freeReplyObject(r);
}

static redisReply *ask_once(struct redis_ask *a, const struct slice *words, size_t n)
{
    if (wire_add(&a->out, words, n)) {
        ask_lose(a, "out of memory");
        return NULL;
    }
    return ask_write(a) ? NULL : ask_reply(a);
}

/* ---- connecting ---- */

/* A command of the greeting; -1 when it did not go well. */
static int ask_greet(struct redis_ask *a, const struct slice *words, size_t n)
{
    redisReply *r = ask_once(a, words, n);
    if (!r)
        return -1;
    int bad = r->type == REDIS_REPLY_ERROR ? ask_lose(a, reply_error_text(r)) : 0;
    ask_drop(a, r);
    return bad;
}

/* TCP, or the Unix socket. */
static int ask_dial(struct redis_ask *a)
{
    const struct redis_address *where = a->address;
    char found[WAY_HOST];
    const char *host = where->host;
    if (!where->path && a->beside_feed) {
        /* Whoever tries for the others has waited before. */
        if (!way_host(host, a->probe ? 0 : a->end - a->deadline / 2, found))
            return ask_lose(a, "the host's address is not known");
        host = found;
    }
    a->ctx = where->path ? redisConnectUnixNonBlock(where->path)
                         : redisConnectNonBlock(host, where->port);
    if (!a->ctx || a->ctx->err)
        return ask_lose(a, a->ctx ? a->ctx->errstr : "out of memory");
    fcntl(a->ctx->fd, F_SETFD, FD_CLOEXEC);
    if (ask_wait(a, POLLOUT))
        return -1;
    int error = 0;
    socklen_t len = sizeof error;
    if (getsockopt(a->ctx->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        error = errno;
    return error ? ask_lose(a, strerror(error)) : 0;
}

static int ask_shake(struct redis_ask *a)
{
    for (;;) {
        const char *why;
        enum tls_result result = redis_tls_shake(a->ctx, &a->tls, &why);
        if (result == TLS_DONE)
            return 0;
        if (result == TLS_FAILED)
            return ask_lose(a, why);
        if (ask_wait(a, result == TLS_WANTS_READ ? POLLIN : POLLOUT))
            return -1;
    }
}

static int ask_connect(struct redis_ask *a)
{
    const struct redis_address *where = a->address;
    if (ask_dial(a) || (where->tls && ask_shake(a)))
        return -1;
    char db[12];
    snprintf(db, sizeof db, "%d", where->db);
    const struct slice auth = slice_of("AUTH"), password = slice_of(where->password);
    const struct slice both[] = {auth, slice_of(where->user), password}, one[] = {auth, password};
    const struct slice select_db[] = {slice_of("SELECT"), slice_of(db)};
    if (where->password && (where->user ? ask_greet(a, both, 3) : ask_greet(a, one, 2)))
        return -1;
    return where->db != 0 ? ask_greet(a, select_db, 2) : 0;
}

/* The server may have closed an idle connection: then the first try on it says so at once. With TLS
 * there is nothing to be read between answers either, but for a farewell. */
static bool ask_is_stale(const redisContext *ctx)
{
    char c;
    ssize_t n = recv(ctx->fd, &c, 1, MSG_PEEK | MSG_DONTWAIT);
    return n >= 0 || (errno != EAGAIN && errno != EINTR);
}

/* ---- calls ---- */

/* Every call begins so: from here on it has its deadline. */
static void ask_begin(struct redis_ask *a)
{
    a->end = clock_ms() + a->deadline;
    a->hold = HOLD_BYTES;
    a->divert.all = false;
}

/* 0: connected, and ask_leave must follow. */
static int ask_enter(struct redis_ask *a)
{
    if (!way_enter(&a->probe))
        return -1;
    a->silent = a->cut = false;
    if (a->ctx && ask_is_stale(a->ctx))
        ask_hang_up(a);
    redis_tls_calm(a->tls);
    if (!a->ctx && ask_connect(a)) {
        way_leave(a->probe, WAY_SILENT);
        return -1;
    }
    return 0;
}

static void ask_leave(struct redis_ask *a)
{
    way_leave(a->probe, a->ctx ? WAY_WELL : a->silent ? WAY_SILENT : WAY_LOST);
}

/* What an error of the server comes to. */
static enum ask_result ask_error(const redisReply *r)
{
    diag(DIAG_WARNING, "redis", "look-up refused: %s", reply_error_text(r));
    if (reply_is_outage(r))
        return ASK_DOWN;
    /* A key of another type is not the one that was asked for. */
    return reply_starts_with(r, "WRONGTYPE") ? ASK_MISSING : ASK_REFUSED;
}

/* NULL with *result set when there is no answer to look at. Else it is for ask_drop. */
static redisReply *ask(struct redis_ask *a, const struct slice *words, size_t n,
                       enum ask_result *result)
{
    *result = ASK_DOWN;
    if (ask_enter(a))
        return NULL;
    redisReply *r = ask_once(a, words, n);
    ask_leave(a);
    if (!r)
        return NULL;
    *result = r->type == REDIS_REPLY_ERROR ? ask_error(r) : ASK_OK;
    if (*result == ASK_OK)
        return r;
    ask_drop(a, r);
    return NULL;
}

enum ask_result redis_ask_get(struct redis_ask *a, const char *key, bool take, struct buf *value)
{
    const struct slice words[] = {slice_of(take ? "GETDEL" : "GET"), slice_of(key)};
    enum ask_result result;
    ask_begin(a);
    a->divert.all = true; /* it may be a secret: hiredis does not see it, ask_drop wipes it */
    a->hold = value->max - value->len;
    redisReply *r = ask(a, words, 2, &result);
    if (!r)
        return result;
    struct slice s = reply_value(&a->room, r);
    if (!reply_is_text(r) || a->cut || buf_add(value, s.p, s.len))
        result = ASK_MISSING;
    ask_drop(a, r);
    return result;
}

enum ask_result redis_ask_set(struct redis_ask *a, const char *key, struct slice value,
                              unsigned seconds)
{
    char ttl[12];
    snprintf(ttl, sizeof ttl, "%u", seconds);
    const struct slice words[] = {slice_of("SET"), slice_of(key), value,
                                  slice_of("EX"),  slice_of(ttl), slice_of("NX")};
    enum ask_result result;
    ask_begin(a);
    redisReply *r = ask(a, words, 6, &result);
    if (!r)
        return result;
    result = r->type == REDIS_REPLY_NIL ? ASK_REFUSED : ASK_OK;
    ask_drop(a, r);
    return result;
}

enum ask_result redis_ask_ping(struct redis_ask *a)
{
    const struct slice words[] = {slice_of("PING")};
    enum ask_result result;
    ask_begin(a);
    redisReply *r = ask(a, words, 1, &result);
    if (r)
        ask_drop(a, r);
    return result;
}

/* The newest entries up to `to` in a->room; NULL with *result set when there are none to look at.
 */
static redisReply *ask_entries(struct redis_ask *a, const char *key, struct xid to, unsigned count,
                               ssize_t *n, enum ask_result *result)
{
    char high[XID_TEXT], number[12];
    xid_format(to, high);
    snprintf(number, sizeof number, "%u", count);
    const struct slice words[] = {slice_of("XREVRANGE"), slice_of(key),     slice_of(high),
                                  slice_of("-"),         slice_of("COUNT"), slice_of(number)};
    redisReply *r = ask(a, words, 6, result);
    if (!r)
        return NULL;
    *n = r->type == REDIS_REPLY_ARRAY ? reply_entries(&a->room, r) : -1;
    if (*n >= 0)
        return r;
    *result = ASK_REFUSED;
    ask_drop(a, r);
    return NULL;
}

enum ask_result redis_ask_range(struct redis_ask *a, const char *key, struct xid to, unsigned count,
                                redis_range_fn *fn, void *arg)
{
    enum ask_result result;
    ssize_t n;
    ask_begin(a);
    a->hold = SIZE_MAX;
    redisReply *r = ask_entries(a, key, to, count, &n, &result);
    if (!r)
        return result;
    fn(arg, REDIS_OK, a->room.entries, (size_t)n);
    ask_drop(a, r);
    return ASK_OK;
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
static enum ask_result walk_on(struct redis_ask *a, struct walk *w, bool *wanted, bool *more)
{
    enum ask_result result;
    ssize_t n, i = 0;
    a->hold = w->count == 1 ? SIZE_MAX : HOLD_BYTES;
    size_t hold = a->hold;
    redisReply *r = ask_entries(a, w->key, w->to, w->count, &n, &result);
    if (!r)
        return result;
    while (i < n && !(a->cut && is_cut(&a->room, &a->room.entries[i])) &&
           (*wanted = w->fn(w->arg, &a->room.entries[i])))
        w->to = xid_prev(a->room.entries[i++].id);
    *more = i < n || ((unsigned)n == w->count && xid_cmp(a->room.entries[n - 1].id, XID_ZERO) != 0);
    bool are_long = a->cut || hold - a->hold > WALK_LONG;
    w->count = are_long ? 1 : 2 * w->count < WALK_READ ? 2 * w->count : WALK_READ;
    ask_drop(a, r);
    return ASK_OK;
}

enum ask_result redis_ask_walk(struct redis_ask *a, const char *key, struct xid to,
                               redis_walk_fn *fn, void *arg, bool *more)
{
    struct walk w = {key, to, 1, fn, arg};
    enum ask_result result = ASK_OK;
    bool wanted = true;
    *more = true;
    int64_t end = clock_ms() + a->deadline;
    for (int turn = 0; wanted && *more && turn < WALK_TURNS && clock_ms() < end; turn++) {
        ask_begin(a);
        result = walk_on(a, &w, &wanted, more);
        if (result != ASK_OK)
            break;
    }
    return result;
}

enum ask_result redis_ask_listed(struct redis_ask *a, const char *key, int64_t from,
                                 void (*fn)(void *arg, struct slice member), void *arg)
{
    char low[24];
    snprintf(low, sizeof low, "%" PRId64, from);
    const struct slice words[] = {slice_of("ZRANGEBYSCORE"), slice_of(key), slice_of(low),
                                  slice_of("+inf")};
    enum ask_result result;
    ask_begin(a);
    redisReply *r = ask(a, words, 4, &result);
    if (!r)
        return result;
    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++)
        if (reply_is_text(r->element[i]))
            fn(arg, reply_value(&a->room, r->element[i]));
    ask_drop(a, r);
    return ASK_OK;
}

static int append_add(struct redis_ask *a, const struct redis_add *add)
{
    char maxlen[24];
    snprintf(maxlen, sizeof maxlen, "%lu", add->maxlen);
    const struct slice words[] = {slice_of("XADD"), slice_of(add->key), slice_of("MAXLEN"),
                                  slice_of("~"),    slice_of(maxlen),   slice_of("*"),
                                  add->field,       add->value,         add->event_field,
                                  add->event};
    if (wire_add(&a->out, words, add->event.len > 0 ? 10 : 8))
        return -1;
    const struct slice publish[] = {slice_of("PUBLISH"), slice_of(add->channel), add->value};
    return add->channel ? wire_add(&a->out, publish, 3) : 0;
}

/* Reads one answer of redis_ask_send. Each that comes is progress, and has its own deadline. */
static enum ask_result read_added(struct redis_ask *a)
{
    a->end = clock_ms() + a->deadline;
    redisReply *r = ask_reply(a);
    if (!r)
        return ASK_DOWN;
    enum ask_result result = ASK_OK;
    if (r->type == REDIS_REPLY_ERROR) {
        static const char *const for_good[] = {"WRONGTYPE", "NOPERM", "ERR"};
        result = ASK_DOWN;
        for (size_t i = 0; i < sizeof for_good / sizeof *for_good; i++)
            if (reply_starts_with(r, for_good[i]) && !reply_is_outage(r))
                result = ASK_REFUSED;
        ask_lose(a, reply_error_text(r));
    }
    ask_drop(a, r);
    return result;
}

static enum ask_result send_all(struct redis_ask *a, const struct redis_add *adds, size_t n,
                                size_t *done)
{
    for (size_t i = 0; i < n; i++)
        if (append_add(a, &adds[i]))
            return ask_lose(a, "out of memory"), ASK_DOWN;
    if (ask_write(a))
        return ASK_DOWN;
    for (; *done < n; (*done)++) {
        enum ask_result result = read_added(a);
        if (result == ASK_OK && adds[*done].channel)
            result = read_added(a);
        if (result != ASK_OK)
            return result;
    }
    return ASK_OK;
}

enum ask_result redis_ask_send(struct redis_ask *a, const struct redis_add *adds, size_t n,
                               size_t *done)
{
    *done = 0;
    ask_begin(a);
    if (ask_enter(a))
        return ASK_DOWN;
    enum ask_result result = send_all(a, adds, n, done);
    ask_leave(a);
    return result;
}
