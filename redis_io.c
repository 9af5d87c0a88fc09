/* SPDX-License-Identifier: MIT */
/* redis_io: the feed of redis_io.h: what is asked over its connections, and what comes back. */
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
#include "base/diag.h"
#include "redis/link.h"
#include "redis/tls.h"

/* ---- requests ---- */

int redis_feed_range(struct redis_feed *f, const char *key, const struct redis_range *range,
                     redis_range_fn *fn, void *arg)
{
    if (!f->up)
        return -1;
    char low[XID_TEXT], high[XID_TEXT], number[12];
    bool back = range->newest_first;
    xid_format(range->from, low);
    xid_format(range->to, high);
    snprintf(number, sizeof number, "%u", range->count);
    const char *argv[] = {
        back ? "XREVRANGE" : "XRANGE", key, back ? high : low, back ? low : high, "COUNT", number};
    struct request_sent what = {.kind = ASKED_RANGE,
                                .large = range->large,
                                .bounded = range->count > 2,
                                .fn.range = fn,
                                .arg = arg};
    return link_ask(f, &f->command, 6, argv, &what);
}

int redis_feed_info(struct redis_feed *f, const char *key, redis_info_fn *fn, void *arg)
{
    if (!f->up)
        return -1;
    const char *argv[] = {"XINFO", "STREAM", key};
    struct request_sent what = {.kind = ASKED_INFO, .large = LARGE_NONE, .fn.info = fn, .arg = arg};
    return link_ask(f, &f->command, 3, argv, &what);
}

int redis_feed_get(struct redis_feed *f, const char *key, redis_value_fn *fn, void *arg)
{
    if (!f->up)
        return -1;
    const char *argv[] = {"GET", key};
    struct request_sent what = {.kind = ASKED_GET, .fn.value = fn, .arg = arg};
    return link_ask(f, &f->command, 2, argv, &what);
}

int redis_feed_subscribe(struct redis_feed *f, const char *channel)
{
    const char *argv[] = {"SUBSCRIBE", channel};
    return f->up ? link_append(&f->doorbell, 2, argv) : -1;
}

int redis_feed_unsubscribe(struct redis_feed *f, const char *channel)
{
    const char *argv[] = {"UNSUBSCRIBE", channel};
    return f->up ? link_append(&f->doorbell, 2, argv) : -1;
}

int redis_feed_score(struct redis_feed *f, const char *key, const char *member, redis_value_fn *fn,
                     void *arg)
{
    const char *argv[] = {"ZSCORE", key, member};
    struct request_sent what = {.kind = ASKED_GET, .fn.value = fn, .arg = arg};
    return f->up ? link_ask(f, &f->command, 3, argv, &what) : -1;
}

int redis_feed_command(struct redis_feed *f, int argc, const char **argv)
{
    struct request_sent what = {.kind = ASKED_COMMAND};
    return f->up ? link_ask(f, &f->command, argc, argv, &what) : -1;
}

static int ask_pop_more(struct redis_feed *f)
{
    const char *argv[] = {"ZPOPMIN", f->queue_key, POP_COUNT};
    struct request_sent what = {.kind = ASKED_POP_MORE};
    return link_ask(f, &f->queue, 3, argv, &what);
}

/* ---- answers ---- */

struct blob *redis_feed_blob(const struct redis_feed *f, const char *p)
{
    for (size_t i = 0; i < f->room.nblobs; i++)
        if (f->room.blobs[i]->bytes == p)
            return f->room.blobs[i];
    return NULL;
}

static enum redis_result result_of(const redisReply *r)
{
    if (r->type != REDIS_REPLY_ERROR)
        return REDIS_OK;
    if (reply_starts_with(r, "WRONGTYPE"))
        return REDIS_WRONGTYPE;
    diag(DIAG_WARNING, "redis", "refused: %s", reply_error_text(r));
    return REDIS_REFUSED;
}

/* How many of n entries come before the one that holds value. */
static size_t entries_before(const struct redis_entry *entries, size_t n, const struct blob *value)
{
    for (size_t i = 0; i < n; i++)
        for (size_t k = 0; k < 2 * entries[i].pairs; k++)
            if (entries[i].fields[k].p == value->bytes)
                return i;
    return n;
}

static void answer_range(struct redis_feed *f, const struct request_sent *q, const redisReply *r)
{
    enum redis_result result = result_of(r);
    ssize_t n = 0;
    if (result == REDIS_OK && (n = reply_entries(&f->room, r)) < 0) {
        result = REDIS_REFUSED;
        n = 0;
    }
    if (result == REDIS_OK && q->over > 0 && q->over < f->room.nblobs) {
        result = REDIS_CUT;
        n = (ssize_t)entries_before(f->room.entries, (size_t)n, f->room.blobs[q->over]);
    }
    q->fn.range(q->arg, result, f->room.entries, (size_t)n);
}

static void answer_info(const struct request_sent *q, const redisReply *r)
{
    struct redis_info info = {0};
    if (reply_starts_with(r, "ERR no such key")) {
        q->fn.info(q->arg, REDIS_OK, &info);
        return;
    }
    enum redis_result result = result_of(r);
    if (result == REDIS_OK)
        reply_info(r, &info);
    q->fn.info(q->arg, result, &info);
}

static void answer_get(struct redis_feed *f, const struct request_sent *q, const redisReply *r)
{
    enum redis_result result = result_of(r);
    struct slice value = result == REDIS_OK ? reply_value(&f->room, r) : slice_make(NULL, 0);
    q->fn.value(q->arg, result, result == REDIS_OK && reply_is_text(r) ? &value : NULL);
}

/* Members with their scores: [key, member, score], or [member, score, member ...]. */
static void answer_pop(struct redis_feed *f, const struct request_sent *q, const redisReply *r)
{
    bool first = q->kind == ASKED_POP;
    bool any = r->type == REDIS_REPLY_ARRAY && r->elements > 1;
    if (r->type == REDIS_REPLY_ERROR) { /* asked again when the connection was idle for a while */
        if (!f->said_no_pop)
            diag(DIAG_WARNING, "redis", "refused: %s", reply_error_text(r));
        f->said_no_pop = true;
        return;
    }
    f->said_no_pop = false;
    for (size_t i = 0; any && i < r->elements; i++) {
        struct slice s = reply_value(&f->room, r->element[i]);
        if (i % 2 == (first ? 1 : 0))
            f->events->popped(f->arg, s);
    }
    if (!f->queue.ctx || !f->queue_key) /* the callback ended it */
        return;
    if (first && any ? ask_pop_more(f) : link_pop(f))
        link_lose(f, f->queue.name, "out of memory");
}

/* The queue is idle only after Redis refused to pop, which may pass: MISCONF, READONLY. */
static void answer_ping(struct redis_feed *f, const struct conn *c)
{
    if (c == &f->queue && f->queue_key && link_pop(f))
        link_lose(f, c->name, "out of memory");
}

/* Whether an answer is of the kind that its request has. Else answers and requests are out of step,
 * and nothing that comes can be believed. */
static bool fits(enum request_kind kind, const redisReply *r)
{
    if (r->type == REDIS_REPLY_ERROR)
        return true;
    if (kind == ASKED_RANGE || kind == ASKED_INFO)
        return r->type == REDIS_REPLY_ARRAY;
    return kind != ASKED_GET || reply_is_text(r) || r->type == REDIS_REPLY_NIL;
}

static void hand_out_answer(struct redis_feed *f, struct conn *c, const redisReply *r)
{
    struct request_sent *q = c->first;
    if (!q) {
        link_lose(f, c->name, "an answer nobody asked for");
        return;
    }
    if (q->kind != ASKED_SETUP && reply_is_outage(r)) {
        link_lose(f, c->name, r->str);
        return;
    }
    if (!fits(q->kind, r)) {
        link_lose(f, c->name, "an answer of another kind than asked for");
        return;
    }
    c->first = q->next;
    if (!c->first)
        c->last = &c->first;
    c->sent--;
    if (q->kind == ASKED_SETUP)
        q->fn.setup(f, r);
    else if (q->kind == ASKED_RANGE)
        answer_range(f, q, r);
    else if (q->kind == ASKED_INFO)
        answer_info(q, r);
    else if (q->kind == ASKED_GET)
        answer_get(f, q, r);
    else if (q->kind == ASKED_COMMAND)
        result_of(r);
    else if (q->kind == ASKED_POP || q->kind == ASKED_POP_MORE)
        answer_pop(f, q, r);
    else if (q->kind == ASKED_PING)
        answer_ping(f, c);
    free(q);
}

static void hand_out_rings(struct redis_feed *f, const redisReply *keys)
{
    if (keys->type != REDIS_REPLY_ARRAY) { /* nil: the database was flushed */
        f->events->invalidated(f->arg, slice_make(NULL, 0));
        return;
    }
    for (size_t i = 0; f->up && i < keys->elements; i++)
        if (reply_is_text(keys->element[i]))
            f->events->invalidated(f->arg, reply_slice(keys->element[i]));
}

/* A subscription was refused. Without the bell's own (an ACL that does not know its channel) logs
 * are looked at by the clock; any other is the trouble of those who wait for it. */
static void subscription_refused(struct redis_feed *f, const redisReply *r)
{
    if (!reply_starts_with(r, "NOPERM")) {
        link_lose(f, f->doorbell.name, reply_error_text(r));
    } else if (!f->doorbell.ready) {
        f->doorbell.ready = true;
        f->no_bell = true;
        link_say_no_tracking(f, "SUBSCRIBE " BELL_CHANNEL, r);
        link_track(f);
    } else {
        diag(DIAG_WARNING, "redis", "refused: %s", reply_error_text(r));
        f->events->refused(f->arg);
    }
}

static void hand_out_message(struct redis_feed *f, const redisReply *r)
{
    if (r->type == REDIS_REPLY_ERROR) {
        subscription_refused(f, r);
        return;
    }
    if (f->no_bell && r->type == REDIS_REPLY_STATUS) { /* PING where nothing is subscribed */
        f->doorbell.pinged = 0;
        return;
    }
    if (r->type != REDIS_REPLY_ARRAY || r->elements < 2 || !reply_is_text(r->element[0])) {
        link_lose(f, f->doorbell.name, "no message");
        return;
    }
    struct slice kind = reply_slice(r->element[0]), channel = reply_slice(r->element[1]);
    bool bell = slice_equal(channel, slice_of(BELL_CHANNEL));
    if (slice_equal(kind, slice_of("pong"))) {
        f->doorbell.pinged = 0;
    } else if (slice_equal(kind, slice_of("subscribe")) && bell) {
        f->doorbell.ready = true;
        link_track(f);
    } else if (slice_equal(kind, slice_of("subscribe"))) {
        f->events->subscribed(f->arg, channel);
    } else if (slice_equal(kind, slice_of("message")) && r->elements == 3 && f->up) {
        if (bell)
            hand_out_rings(f, r->element[2]);
        else if (reply_is_text(r->element[2]))
            f->events->message(f->arg, channel, reply_value(&f->room, r->element[2]));
    }
}

/* ---- reading ---- */

/* All answers that are whole. -1 after the feed was lost. */
static int conn_hand_out(struct redis_feed *f, struct conn *c)
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
        if (reply_hold_blobs(&f->room, &c->divert, reply))
            link_lose(f, c->name, "out of memory");
        else if (c->subscribed)
            hand_out_message(f, reply);
        else
            hand_out_answer(f, c, reply);
        reply_drop_blobs(&f->room);
        freeReplyObject(reply);
    }
    return -1;
}

/* A large value begins, and all before it has been handed out: whether the request it answers wants
 * it. */
static bool wants_large(struct conn *c)
{
    struct request_sent *q = c->first;
    if (!q || c->subscribed)
        return true;
    size_t nth = q->met++;
    if (q->large == LARGE_NONE || (q->large == LARGE_BUT_FIRST && nth == 0) || q->over > 0)
        return false;
    if (q->bounded && q->kept > 0 && q->kept + c->divert.large > LARGE_AT_ONCE) {
        q->over = nth;
        return false;
    }
    q->kept += c->divert.large;
    return true;
}

/* Passes n bytes through divert to the parser, and hands out what is whole. -1 after the feed was
 * lost. */
static int conn_take(struct redis_feed *f, struct conn *c, const char *p, size_t n)
{
    const redisContext *ctx = c->ctx;
    size_t at = 0;
    do {
        ssize_t used = reply_feed(ctx->reader, &c->divert, p + at, n - at);
        if (used >= 0 && conn_hand_out(f, c))
            return -1;
        if (used < 0 || (c->divert.large > 0 && resp_bulk_large(&c->divert, wants_large(c)))) {
            link_lose(f, c->name, "an answer out of form, or no memory for it");
            return -1;
        }
        at += (size_t)used;
    } while (at < n);
    return 0;
}

/* One read. 1: got some, 0: nothing there, -1 after the feed was lost. */
static int conn_read_some(struct redis_feed *f, struct conn *c, size_t *got)
{
    char chunk[READ_CHUNK];
    size_t room;
    char *into = resp_bulk_target(&c->divert, &room);
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
        link_lose(f, c->name,
                  n < 0 ? redis_tls_why(c->tls, strerror(errno))
                        : "connection closed by the server");
        return -1;
    }
    c->since = f->now;
    *got += (size_t)n;
    if (direct)
        resp_bulk_filled(&c->divert, (size_t)n);
    return conn_take(f, c, chunk, direct ? 0 : (size_t)n) ? -1 : 1;
}

/* What OpenSSL has taken from the kernel already, the rest of one TLS record, is read in this turn:
 * epoll would not tell of it. */
static void conn_read(struct redis_feed *f, struct conn *c)
{
    size_t got = 0;
    while (c->ctx && (got < READ_TURN || redis_tls_pending(c->tls) > 0)) {
        int r = conn_read_some(f, c, &got);
        if (r <= 0)
            return;
    }
}

/* ---- the loop's side ---- */

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
    f->command.name = "command connection";
    f->doorbell.name = "doorbell connection";
    f->command.last = &f->command.first;
    f->doorbell.last = &f->doorbell.first;
    f->queue.name = "queue connection";
    f->queue.last = &f->queue.first;
    f->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (f->epoll < 0) {
        free(f);
        return NULL;
    }
    return f;
}

static void conn_forget(struct redis_feed *f, struct conn *c)
{
    for (struct request_sent *r = c->first, *next; r; r = next) {
        next = r->next;
        free(r);
    }
    c->first = NULL;
    link_reset(f, c);
}

void redis_feed_free(struct redis_feed *f)
{
    if (!f)
        return;
    if (f->looking_up && gai_cancel(&f->lookup) != EAI_CANCELED) {
        const struct gaicb *list[] = {&f->lookup};
        while (gai_error(&f->lookup) == EAI_INPROGRESS)
            gai_suspend(list, 1, NULL);
        if (f->lookup.ar_result)
            freeaddrinfo(f->lookup.ar_result);
    }
    conn_forget(f, &f->command);
    conn_forget(f, &f->doorbell);
    conn_forget(f, &f->queue);
    close(f->epoll);
    reply_room_free(&f->room);
    free(f);
}

int redis_feed_fd(const struct redis_feed *f)
{
    return f->epoll;
}

/* When c must have said something, or must be asked whether it lives. */
static int64_t conn_deadline(const struct redis_feed *f, const struct conn *c)
{
    if (!c->ctx)
        return INT64_MAX;
    if (!f->up || !c->connected)
        return c->since + CONNECT_MS;
    if (c->pinged)
        return c->pinged + ANSWER_MS;
    return c->since + (c->first ? ANSWER_MS : PING_MS);
}

int64_t redis_feed_deadline(const struct redis_feed *f)
{
    if (f->looking_up)
        return f->now + 20;
    int64_t a = conn_deadline(f, &f->command), b = conn_deadline(f, &f->doorbell);
    int64_t due = a < b ? a : b, q = conn_deadline(f, &f->queue);
    if (q < due)
        due = q;
    return f->retry_at < due ? f->retry_at : due;
}

/* The deadline of c passed. */
static void conn_overdue(struct redis_feed *f, struct conn *c)
{
    const char *argv[] = {"PING"};
    struct request_sent what = {.kind = ASKED_PING};
    if (!f->up || c->first || c->pinged) {
        link_lose(f, c->name, "no answer in time");
        return;
    }
    c->since = f->now;
    if (c->subscribed)
        c->pinged = f->now;
    if (c->subscribed ? link_append(c, 1, argv) : link_ask(f, c, 1, argv, &what))
        link_lose(f, c->name, "out of memory");
}

static void conn_event(struct redis_feed *f, struct conn *c, uint32_t events)
{
    if (!c->connected) /* before TCP stands nothing is readable; the handshake reads too */
        link_connected(f, c);
    if (c->ctx && c->connected && events & (EPOLLIN | EPOLLERR | EPOLLHUP))
        conn_read(f, c);
}

void redis_feed_run(struct redis_feed *f, int64_t now)
{
    struct epoll_event ready[3];
    f->now = now;
    if (f->looking_up)
        link_looked_up(f);
    else if (now >= f->retry_at)
        link_start(f);
    int n = epoll_wait(f->epoll, ready, 3, 0);
    for (int i = 0; i < n; i++) {
        struct conn *c = ready[i].data.ptr;
        if (c->ctx) /* the first may have ended both */
            conn_event(f, c, ready[i].events);
    }
    if (now >= conn_deadline(f, &f->doorbell))
        conn_overdue(f, &f->doorbell);
    if (now >= conn_deadline(f, &f->command))
        conn_overdue(f, &f->command);
    if (now >= conn_deadline(f, &f->queue))
        conn_overdue(f, &f->queue);
    redis_feed_flush(f);
}

void redis_feed_flush(struct redis_feed *f)
{
    if (link_flush(f, &f->doorbell) == 0 && link_flush(f, &f->command) == 0)
        link_flush(f, &f->queue);
}

void redis_feed_pop(struct redis_feed *f, const char *key)
{
    f->queue_key = key;
    if (!key)
        conn_forget(f, &f->queue);
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
