/* SPDX-License-Identifier: MIT */
/* redis_io: the feed of redis_io.h: sends requests over its connections and delivers replies. */
#include "redis_io.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "redis/figures.h"
#include "redis/link.h"
#include "redis/message.h"
#include "redis/tls.h"

/* ---- requests ---- */

/* Not while the command connection is renewed. */
static bool takes_commands(const struct redis_feed *f)
{
    return f->up && f->command.ready;
}

int redis_feed_range(struct redis_feed *f, const char *key, const struct redis_range *range,
                     redis_range_fn *fn, void *arg)
{
    if (!takes_commands(f))
        return -1;
    char low[XID_TEXT], high[XID_TEXT], number[NUMBER_DIGITS + 1];
    bool back = range->newest_first;
    xid_format(range->from, low);
    xid_format(range->to, high);
    number[number_format(range->count, number)] = '\0';
    const char *argv[] = {
        back ? "XREVRANGE" : "XRANGE", key, back ? high : low, back ? low : high, "COUNT", number};
    struct request_sent what = {.kind = REQUEST_RANGE,
                                .key_at = 1,
                                .large = range->large,
                                .bounded = range->count > 2,
                                .fn.range = fn,
                                .arg = arg};
    return link_request(f, &f->command, 6, argv, &what);
}

int redis_feed_info(struct redis_feed *f, const char *key, redis_info_fn *fn, void *arg)
{
    if (!takes_commands(f))
        return -1;
    const char *argv[] = {"XINFO", "STREAM", key};
    struct request_sent what = {
        .kind = REQUEST_INFO, .key_at = 2, .large = LARGE_NONE, .fn.info = fn, .arg = arg};
    return link_request(f, &f->command, 3, argv, &what);
}

int redis_feed_get(struct redis_feed *f, const char *key, size_t shown, redis_value_fn *fn,
                   void *arg)
{
    if (!takes_commands(f))
        return -1;
    const char *argv[] = {"GET", key};
    size_t len = strlen(key);
    struct request_sent what = {.kind = REQUEST_GET,
                                .key_at = 1,
                                .hidden = shown < len ? len - shown : 0,
                                .fn.value = fn,
                                .arg = arg};
    return link_request(f, &f->command, 2, argv, &what);
}

int redis_feed_subscribe(struct redis_feed *f, const char *channel)
{
    const char *argv[] = {"SUBSCRIBE", channel};
    return f->up ? link_append(&f->invalidation, 2, argv) : -1;
}

int redis_feed_unsubscribe(struct redis_feed *f, const char *channel)
{
    const char *argv[] = {"UNSUBSCRIBE", channel};
    return f->up ? link_append(&f->invalidation, 2, argv) : -1;
}

int redis_feed_score(struct redis_feed *f, const char *key, const char *member, redis_value_fn *fn,
                     void *arg)
{
    const char *argv[] = {"ZSCORE", key, member};
    struct request_sent what = {.kind = REQUEST_GET, .key_at = 1, .fn.value = fn, .arg = arg};
    return takes_commands(f) ? link_request(f, &f->command, 3, argv, &what) : -1;
}

int redis_feed_command(struct redis_feed *f, int argc, const char **argv)
{
    struct request_sent what = {.kind = REQUEST_COMMAND, .key_at = 1};
    return takes_commands(f) ? link_request(f, &f->command, argc, argv, &what) : -1;
}

static int request_pop_more(struct redis_feed *f)
{
    const char *argv[] = {"ZPOPMIN", f->queue_key, POP_COUNT};
    struct request_sent what = {.kind = REQUEST_POP_MORE, .key_at = 1};
    return link_request(f, &f->queue, 3, argv, &what);
}

/* ---- replies ---- */

struct blob *redis_feed_blob(const struct redis_feed *f, const char *p)
{
    for (size_t i = 0; i < f->storage.nblobs; i++)
        if (f->storage.blobs[i]->bytes == p)
            return f->storage.blobs[i];
    return NULL;
}

static enum redis_result result_of(struct redis_feed *f, const struct request_sent *q,
                                   const redisReply *r)
{
    if (r->type != REDIS_REPLY_ERROR)
        return REDIS_OK;
    link_log_refused(f, q->name, reply_error_text(r));
    return reply_starts_with(r, "WRONGTYPE") ? REDIS_WRONGTYPE : REDIS_REFUSED;
}

/* How many of n entries precede the one that holds value. */
static size_t entries_before(const struct redis_entry *entries, size_t n, const struct blob *value)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 2 * entries[i].pairs; k++)
            if (entries[i].fields[k].p == value->bytes)
                return i;
    return n;
}

static enum redis_result too_large(struct redis_feed *f, const struct request_sent *q)
{
    link_log_refused(f, q->name, "a value is too large for memory");
    return REDIS_TOO_LARGE;
}

static void deliver_range(struct redis_feed *f, const struct request_sent *q, const redisReply *r)
{
    enum redis_result result = result_of(f, q, r);
    const char *why;
    ssize_t n = 0;
    if (result == REDIS_OK && (n = reply_entries(&f->storage, r, &why)) < 0) {
        link_log_refused(f, q->name, why);
        result = REDIS_REFUSED;
        n = 0;
    }
    if (result == REDIS_OK && q->cut && q->cut_at < f->storage.nblobs) {
        /* The owner goes on in small steps. If this was one, it can only give up. */
        result = q->too_large && !q->bounded ? too_large(f, q) : REDIS_CUT;
        n = (ssize_t)entries_before(f->storage.entries, (size_t)n, f->storage.blobs[q->cut_at]);
    }
    q->fn.range(q->arg, result, f->storage.entries, (size_t)n);
}

static void deliver_info(struct redis_feed *f, const struct request_sent *q, const redisReply *r)
{
    struct redis_info info = {0};
    if (reply_starts_with(r, "ERR no such key")) {
        q->fn.info(q->arg, REDIS_OK, &info);
        return;
    }
    enum redis_result result = result_of(f, q, r);
    if (result == REDIS_OK)
        reply_info(r, &info);
    q->fn.info(q->arg, result, &info);
}

static void deliver_value(struct redis_feed *f, const struct request_sent *q, const redisReply *r)
{
    enum redis_result result = result_of(f, q, r);
    if (result == REDIS_OK && q->too_large)
        result = too_large(f, q);
    struct slice value = result == REDIS_OK ? reply_value(&f->storage, r) : slice_make(NULL, 0);
    q->fn.value(q->arg, result, result == REDIS_OK && reply_is_text(r) ? &value : NULL);
}

/* The reply holds members with their scores: [key, member, score] for BZPOPMIN, [member, score,
 * member ...] for ZPOPMIN. */
static void deliver_popped(struct redis_feed *f, const struct request_sent *q, const redisReply *r)
{
    bool first = q->kind == REQUEST_POP;
    bool any = r->type == REDIS_REPLY_ARRAY && r->elements > 1;
    if (r->type == REDIS_REPLY_ERROR) { /* deliver_pong repeats the request */
        link_log_refused(f, q->name, reply_error_text(r));
        return;
    }
    for (size_t i = 0; any && i < r->elements; i++) {
        struct slice s = reply_value(&f->storage, r->element[i]);
        if (i % 2 == (first ? 1 : 0))
            f->events->popped(f->arg, s);
    }
    if (!f->queue.ctx || !f->queue_key) /* the callback closed it */
        return;
    if (first && any ? request_pop_more(f) : link_pop(f))
        link_lose(f, f->queue.name, "out of memory");
}

/* The queue connection is idle only after Redis refused BZPOPMIN. The reason may have passed by
 * now, as with MISCONF or READONLY. */
static void deliver_pong(struct redis_feed *f, const struct conn *c)
{
    if (c == &f->queue && f->queue_key && link_pop(f))
        link_lose(f, c->name, "out of memory");
}

/* Whether the type of a reply fits its request. If not, replies and requests no longer match, and
 * no later reply can be trusted. */
static bool has_expected_type(enum request_kind kind, const redisReply *r)
{
    if (r->type == REDIS_REPLY_ERROR)
        return true;
    if (kind == REQUEST_RANGE || kind == REQUEST_INFO)
        return r->type == REDIS_REPLY_ARRAY;
    return kind != REQUEST_GET || reply_is_text(r) || r->type == REDIS_REPLY_NIL;
}

static void count_round_trip(struct conn *c)
{
    histogram_add(&redis_tally.round_trips, clock_us() - c->timed_at);
    c->timing = false;
    c->timed_at = 0;
}

static void deliver_reply(struct redis_feed *f, struct conn *c, const redisReply *r)
{
    struct request_sent *q = c->first;
    if (!q) {
        link_lose(f, c->name, "answer without a request");
        return;
    }
    if (q->kind != REQUEST_SETUP && reply_is_outage(r)) {
        link_lose(f, c->name, r->str);
        return;
    }
    if (!has_expected_type(q->kind, r)) {
        link_lose(f, c->name, "answer of the wrong type");
        return;
    }
    c->first = q->next;
    if (!c->first)
        c->last = &c->first;
    c->sent--;
    if (q->timed)
        count_round_trip(c);
    if (q->kind == REQUEST_SETUP)
        q->fn.setup(f, r);
    else if (q->kind == REQUEST_RANGE)
        deliver_range(f, q, r);
    else if (q->kind == REQUEST_INFO)
        deliver_info(f, q, r);
    else if (q->kind == REQUEST_GET)
        deliver_value(f, q, r);
    else if (q->kind == REQUEST_COMMAND)
        result_of(f, q, r);
    else if (q->kind == REQUEST_POP || q->kind == REQUEST_POP_MORE)
        deliver_popped(f, q, r);
    else if (q->kind == REQUEST_PING)
        deliver_pong(f, c);
    free(q);
}

/* ---- reading ---- */

/* Delivers all complete replies. -1: the feed was lost. */
static int conn_deliver(struct redis_feed *f, struct conn *c)
{
    redisContext *ctx = c->ctx;
    while (c->ctx == ctx && ctx) {
        void *reply = NULL;
        if (redisGetReplyFromReader(ctx, &reply) != REDIS_OK) {
            link_lose(f, c->name, ctx->errstr);
            return -1;
        }
        if (!reply)
            return 0;
        if (reply_hold_blobs(&f->storage, &c->bulk, reply))
            link_lose(f, c->name, "out of memory");
        else if (c->subscribed)
            message_deliver(f, reply);
        else
            deliver_reply(f, c, reply);
        reply_drop_blobs(&f->storage);
        reply_memory_clear(&c->memory);
    }
    return -1;
}

/* Whether to keep the large value that begins. All replies before it are delivered, so it belongs
 * to the first request. */
static bool keeps_large(struct conn *c)
{
    struct request_sent *q = c->first;
    if (!q || c->subscribed)
        return true;
    size_t nth = q->large_seen++;
    if (q->large == LARGE_NONE || (q->large == LARGE_BUT_FIRST && nth == 0) || q->cut)
        return false;
    if (q->bounded && q->large_kept > 0 && q->large_kept + c->bulk.large > LARGE_AT_ONCE) {
        q->cut = true;
        q->cut_at = nth;
        return false;
    }
    q->large_kept += c->bulk.large;
    return true;
}

/* Decides about the large value that begins. If there is no memory for it, it is dropped, and only
 * the request that it answers fails. -1: the connection is of no use any more. */
static int begin_large(struct conn *c)
{
    struct request_sent *q = c->subscribed ? NULL : c->first;
    bool keep = keeps_large(c);
    if (resp_bulk_large(&c->bulk, keep) == 0)
        return 0;
    if (!keep || !q || resp_bulk_large(&c->bulk, false))
        return -1;
    q->cut = q->too_large = true;
    q->cut_at = q->large_seen - 1;
    return 0;
}

/* Passes n bytes through resp_bulk to the parser and delivers complete replies. -1: the feed was
 * lost. */
static int conn_parse(struct redis_feed *f, struct conn *c, const char *p, size_t n)
{
    const redisContext *ctx = c->ctx;
    size_t at = 0;
    do {
        ssize_t used = reply_feed(ctx->reader, &c->bulk, p + at, n - at);
        if (used >= 0 && conn_deliver(f, c))
            return -1;
        if (used < 0 || (c->bulk.large > 0 && begin_large(c))) {
            link_lose(f, c->name, "malformed answer, or out of memory");
            return -1;
        }
        at += (size_t)used;
    } while (at < n);
    return 0;
}

/* Reads once. 1: got bytes, 0: nothing to read, -1: the feed was lost. */
static int conn_read_some(struct redis_feed *f, struct conn *c, size_t *got)
{
    char chunk[READ_CHUNK];
    size_t room;
    char *into = resp_bulk_target(&c->bulk, &room);
    bool direct = into != NULL;
    if (!direct) {
        into = chunk;
        room = sizeof chunk;
    } else if (room > READ_TURN) {
        room = READ_TURN;
    }
    ssize_t n = c->tls ? redis_tls_read(c->tls, into, room) : recv(c->ctx->fd, into, room, 0);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return 0;
    if (n <= 0) {
        link_closed(f, c,
                    n < 0 ? redis_tls_error(c->tls, strerror(errno))
                          : "connection closed by the server");
        return -1;
    }
    c->since = f->now;
    *got += (size_t)n;
    if (direct)
        resp_bulk_filled(&c->bulk, (size_t)n);
    return conn_parse(f, c, chunk, direct ? 0 : (size_t)n) ? -1 : 1;
}

/* Also reads what OpenSSL has buffered, the rest of a TLS record: epoll does not report that. */
static void conn_read(struct redis_feed *f, struct conn *c)
{
    size_t got = 0;
    while (c->ctx && (got < READ_TURN || redis_tls_pending(c->tls) > 0)) {
        int r = conn_read_some(f, c, &got);
        if (r <= 0)
            return;
    }
}

/* ---- the event loop ---- */

struct redis_feed *redis_feed_new(const struct redis_address *address,
                                  const struct redis_events *events, void *arg)
{
    struct redis_feed *f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    f->address = address;
    f->events = events;
    f->arg = arg;
    f->backoff = BACKOFF_FIRST_MS;
    address_name(address, f->where);
    f->command.name = "command connection";
    f->invalidation.name = "invalidation connection";
    f->command.last = &f->command.first;
    f->invalidation.last = &f->invalidation.first;
    f->queue.name = "queue connection";
    f->queue.last = &f->queue.first;
    f->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (f->epoll < 0) {
        free(f);
        return NULL;
    }
    return f;
}

static void conn_discard(struct redis_feed *f, struct conn *c)
{
    for (struct request_sent *r = c->first, *next; r; r = next) {
        next = r->next;
        free(r);
    }
    c->first = NULL;
    link_reset(f, c);
    reply_memory_free(&c->memory);
}

void redis_feed_free(struct redis_feed *f)
{
    if (!f)
        return;
    if (f->resolving && gai_cancel(&f->lookup) != EAI_CANCELED) {
        const struct gaicb *list[] = {&f->lookup};
        while (gai_error(&f->lookup) == EAI_INPROGRESS)
            gai_suspend(list, 1, NULL);
        if (f->lookup.ar_result)
            freeaddrinfo(f->lookup.ar_result);
    }
    conn_discard(f, &f->command);
    conn_discard(f, &f->invalidation);
    conn_discard(f, &f->queue);
    close(f->epoll);
    reply_storage_free(&f->storage);
    free(f);
}

void redis_feed_briefly(struct redis_feed *f)
{
    f->briefly = true;
}

int redis_feed_fd(const struct redis_feed *f)
{
    return f->epoll;
}

/* When c must have sent something, or must be sent a PING. */
static int64_t conn_deadline(const struct redis_feed *f, const struct conn *c)
{
    if (!c->ctx)
        return INT64_MAX;
    if (!f->up || !c->connected || (c == &f->command && !c->ready))
        return c->since + CONNECT_MS;
    if (c->pinged)
        return c->pinged + ANSWER_MS;
    return c->since + (c->first ? ANSWER_MS : PING_MS);
}

int64_t redis_feed_deadline(const struct redis_feed *f)
{
    if (f->resolving)
        return f->now + 20;
    int64_t a = conn_deadline(f, &f->command), b = conn_deadline(f, &f->invalidation);
    int64_t due = a < b ? a : b, q = conn_deadline(f, &f->queue);
    if (q < due)
        due = q;
    return f->retry_at < due ? f->retry_at : due;
}

/* The deadline of c passed: an idle connection gets a PING, any other is lost. */
static void conn_overdue(struct redis_feed *f, struct conn *c)
{
    const char *argv[] = {"PING"};
    struct request_sent what = {.kind = REQUEST_PING};
    if (!f->up || !c->connected || c->first || c->pinged) {
        link_lose(f, c->name, "no answer in time");
        return;
    }
    c->since = f->now;
    if (c->subscribed)
        c->pinged = f->now;
    if (c->subscribed ? link_append(c, 1, argv) : link_request(f, c, 1, argv, &what))
        link_lose(f, c->name, "out of memory");
}

static void conn_event(struct redis_feed *f, struct conn *c, uint32_t events)
{
    if (!c->connected) /* before TCP is up nothing is readable; the handshake reads for itself */
        link_connected(f, c);
    if (c->ctx && c->connected && events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        conn_read(f, c);
}

/* If Redis closed the idle command connection, that is noticed before an invalidation leads to a
 * request on it. */
static void command_first(struct redis_feed *f, struct epoll_event *ready, int n)
{
    for (int i = 1; i < n; i++) {
        if (ready[i].data.ptr == &f->command) {
            struct epoll_event first = ready[0];
            ready[0] = ready[i];
            ready[i] = first;
        }
    }
}

void redis_feed_set_time(struct redis_feed *f, int64_t now)
{
    f->now = now;
}

void redis_feed_run(struct redis_feed *f, int64_t now)
{
    struct epoll_event ready[3];
    f->now = now;
    if (f->resolving)
        link_resolved(f);
    else if (now >= f->retry_at)
        link_start(f);
    int n = epoll_wait(f->epoll, ready, 3, 0);
    command_first(f, ready, n);
    for (int i = 0; i < n; i++) {
        struct conn *c = ready[i].data.ptr;
        if (c->ctx) /* the events before may have closed all connections */
            conn_event(f, c, ready[i].events);
    }
    if (now >= conn_deadline(f, &f->invalidation))
        conn_overdue(f, &f->invalidation);
    if (now >= conn_deadline(f, &f->command))
        conn_overdue(f, &f->command);
    if (now >= conn_deadline(f, &f->queue))
        conn_overdue(f, &f->queue);
    redis_feed_flush(f);
}

void redis_feed_flush(struct redis_feed *f)
{
    if (link_flush(f, &f->invalidation) == 0 && link_flush(f, &f->command) == 0)
        link_flush(f, &f->queue);
}

void redis_feed_pop(struct redis_feed *f, const char *key)
{
    f->queue_key = key;
    if (!key)
        conn_discard(f, &f->queue);
    else if (f->up && !f->queue.ctx)
        link_open(f, &f->queue);
}

void redis_feed_settle(struct redis_feed *f, int64_t now, int timeout)
{
    int64_t end = clock_ms() + timeout, left = timeout;
    for (redis_feed_run(f, now); f->up && f->command.sent > 0 && left > 0;) {
        struct pollfd p = {.fd = f->epoll, .events = POLLIN};
        poll(&p, 1, (int)left);
        left = end - clock_ms();
        redis_feed_run(f, now);
    }
}
