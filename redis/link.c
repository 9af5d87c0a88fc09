/* SPDX-License-Identifier: MIT */
/* link: connects, sends on and closes the feed's connections.  See link.h. */
#include "redis/link.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/diag.h"
#include "redis/login.h"
#include "redis/figures.h"
#include "redis/tls.h"
#include "redis/wire.h"

/* ---- losing a connection ---- */

void link_reset(struct redis_feed *f, struct conn *c)
{
    if (c->ctx) {
        epoll_ctl(f->epoll, EPOLL_CTL_DEL, c->ctx->fd, NULL);
        redisFree(c->ctx);
    }
    buf_free(&c->out);
    resp_bulk_reset(&c->bulk);
    *c = (struct conn){.name = c->name, .last = &c->first, .memory = c->memory};
}

/* Fails all requests with REDIS_LOST. The list is detached first, because callbacks may use the
 * feed. */
static void conn_fail_requests(struct conn *c)
{
    struct request_sent *r = c->first;
    c->first = NULL;
    c->last = &c->first;
    c->sent = 0;
    while (r) {
        struct request_sent *next = r->next;
        if (r->kind == REQUEST_RANGE)
            r->fn.range(r->arg, REDIS_LOST, NULL, 0);
        else if (r->kind == REQUEST_INFO)
            r->fn.info(r->arg, REDIS_LOST, NULL);
        else if (r->kind == REQUEST_GET)
            r->fn.value(r->arg, REDIS_LOST, NULL);
        free(r);
        r = next;
    }
}

unsigned link_backoff(unsigned *longest, int64_t up_for, unsigned random)
{
    if (up_for >= HELD_MS)
        *longest = BACKOFF_FIRST_MS;
    unsigned half = *longest / 2;
    *longest = *longest * 2 < BACKOFF_LAST_MS ? *longest * 2 : BACKOFF_LAST_MS;
    /* Half of the wait is random, so that many processes do not reconnect at the same time. */
    return half + random % (half + 1);
}

void link_lose(struct redis_feed *f, const char *who, const char *why)
{
    if (reasons_are_new(&f->outages, who, why, f->now)) {
        diag(DIAG_WARNING, "redis", "%s: %s: %s; trying again", f->where, who, why);
        f->logged_outage = true;
    }
    int64_t up_for = f->up ? f->now - f->up_at : -1;
    f->up = false;
    conn_fail_requests(&f->command);
    conn_fail_requests(&f->invalidation);
    link_reset(f, &f->command);
    link_reset(f, &f->invalidation);
    conn_fail_requests(&f->queue);
    link_reset(f, &f->queue);
    f->invalidation_id = 0;
    f->no_invalidation = f->no_client = false;
    f->host[0] = '\0';
    f->retry_at = f->now + link_backoff(&f->backoff, up_for, (unsigned)rand());
    if (!f->told_down) {
        f->told_down = true;
        f->events->down(f->arg);
    }
}

/* Redis closes connections that were idle for its `timeout`. Those with subscriptions stay. */
void link_closed(struct redis_feed *f, struct conn *c, const char *why)
{
    bool idle = f->up && c == &f->command && c->ready && !c->first && c->out.len == 0 &&
                f->now - c->opened >= RENEW_MS && reply_is_last(c->ctx->reader, &c->bulk);
    if (!idle) {
        link_lose(f, c->name, why);
        return;
    }
    diag(DIAG_DEBUG, "redis", "%s: %s: %s; it was idle", f->where, c->name, why);
    link_reset(f, c);
    link_open(f, c);
}

/* ---- sending ---- */

int link_append(struct conn *c, int argc, const char **argv)
{
    struct slice words[8];
    for (int i = 0; i < argc; i++)
        words[i] = slice_of(argv[i]);
    return wire_add(&c->out, words, (size_t)argc);
}

int link_request(struct redis_feed *f, struct conn *c, int argc, const char **argv,
                 const struct request_sent *what)
{
    const char *key = what->key_at > 0 ? argv[what->key_at] : NULL;
    size_t shown = key ? strlen(key) - what->hidden : 0;
    size_t room = strlen(argv[0]) + shown + sizeof " ...";
    struct request_sent *r = malloc(sizeof *r + room);
    if (!r || link_append(c, argc, argv)) {
        free(r);
        return -1;
    }
    *r = *what;
    snprintf(r->name, room, "%s%s%.*s%s", argv[0], key ? " " : "", (int)shown, key ? key : "",
             what->hidden ? "..." : "");
    r->next = NULL;
    r->timed = c == &f->command && !c->timing;
    c->timing = c->timing || r->timed;
    if (!c->first)
        c->since = f->now;
    *c->last = r;
    c->last = &r->next;
    c->sent++;
    return 0;
}

static int request_setup(struct redis_feed *f, struct conn *c, int argc, const char **argv,
                         void (*fn)(struct redis_feed *, const redisReply *))
{
    struct request_sent what = {.kind = REQUEST_SETUP, .fn.setup = fn};
    return link_request(f, c, argc, argv, &what);
}

static void conn_watch(struct redis_feed *f, struct conn *c, bool writing, int op)
{
    struct epoll_event e = {.events = EPOLLIN | (writing ? EPOLLOUT : 0), .data.ptr = c};
    epoll_ctl(f->epoll, op, c->ctx->fd, &e);
    c->writing = writing;
}

int link_flush(struct redis_feed *f, struct conn *c)
{
    if (!c->ctx || !c->connected)
        return 0;
    if (c->timing && c->timed_at == 0)
        c->timed_at = clock_us();
    if (wire_write(c->ctx->fd, c->tls, &c->out)) {
        link_lose(f, c->name, redis_tls_error(c->tls, strerror(errno)));
        return -1;
    }
    bool more = c->out.len > 0;
    if (more != c->writing)
        conn_watch(f, c, more, EPOLL_CTL_MOD);
    return 0;
}

int link_pop(struct redis_feed *f)
{
    const char *argv[] = {"BZPOPMIN", f->queue_key, POP_SECONDS};
    struct request_sent what = {.kind = REQUEST_POP};
    return link_request(f, &f->queue, 3, argv, &what);
}

/* ---- the first commands of a connection ---- */

/* The command connection was renewed: tracking begins again, and a change may have gone unnoticed.
 */
static void feed_renewed(struct redis_feed *f, bool tracking)
{
    if (f->tracking != tracking)
        link_lose(f, f->command.name, "tracking is not as it was");
    else
        f->events->invalidated(f->arg, slice_make(NULL, 0));
}

static void feed_up(struct redis_feed *f, bool tracking)
{
    if (f->up) {
        feed_renewed(f, tracking);
        return;
    }
    f->tracking = tracking;
    if (f->queue_key && link_open(f, &f->queue))
        return;
    f->up = true;
    redis_tally.feed_connects++;
    if (!f->address->path)
        address_publish(f->host, true);
    f->told_down = false;
    f->up_at = f->now;
    if (f->logged_outage)
        diag(DIAG_INFO, "redis", "%s: connected", f->where);
    f->logged_outage = false;
    f->events->up(f->arg, f->tracking);
}

void link_log_refused(struct redis_feed *f, const char *what, const char *why)
{
    if (reasons_are_new(&f->refusals, what, why, f->now))
        diag(DIAG_WARNING, "redis", "%s: %s refused: %s", f->where, what, why);
}

void link_log_no_tracking(struct redis_feed *f, const char *what, const redisReply *r)
{
    if (!f->logged_no_tracking)
        diag(DIAG_WARNING, "redis", "%s: %s refused (%s): looking every 250 ms instead", f->where,
             what, reply_error_text(r));
    f->logged_no_tracking = true;
}

static void on_tracking(struct redis_feed *f, const redisReply *r)
{
    bool refused = r->type == REDIS_REPLY_ERROR;
    if (refused && reply_is_outage(r)) {
        link_lose(f, "connecting", r->str);
        return;
    }
    if (refused)
        link_log_no_tracking(f, "CLIENT TRACKING", r);
    feed_up(f, !refused);
}

void link_track(struct redis_feed *f)
{
    if (!f->command.ready || (!f->briefly && !f->invalidation.ready))
        return;
    if (f->briefly || f->no_invalidation || f->no_client) {
        feed_up(f, false);
        return;
    }
    char id[24];
    snprintf(id, sizeof id, "%lld", f->invalidation_id);
    const char *argv[] = {"CLIENT", "TRACKING", "ON", "REDIRECT", id};
    if (request_setup(f, &f->command, 5, argv, on_tracking))
        link_lose(f, f->command.name, "out of memory");
}

/* AUTH and SELECT: the connection is useless after an error. */
static void on_required(struct redis_feed *f, const redisReply *r)
{
    if (r->type == REDIS_REPLY_ERROR)
        link_lose(f, "connecting", reply_error_text(r));
}

static void on_ignored(struct redis_feed *f, const redisReply *r)
{
    (void)f;
    (void)r;
}

static void on_command_ready(struct redis_feed *f, const redisReply *r)
{
    if (r->type == REDIS_REPLY_ERROR) {
        link_lose(f, "connecting", r->str); /* LOADING, NOAUTH, NOPERM */
        return;
    }
    f->command.ready = true;
    link_track(f);
}

static void on_invalidation_id(struct redis_feed *f, const redisReply *r)
{
    f->no_client = r->type == REDIS_REPLY_ERROR && !reply_is_outage(r);
    if (f->no_client) { /* renamed, or denied by an ACL */
        link_log_no_tracking(f, "CLIENT ID", r);
    } else if (r->type != REDIS_REPLY_INTEGER) {
        link_lose(f, "connecting",
                  r->type == REDIS_REPLY_ERROR ? r->str : "answer of the wrong type");
        return;
    }
    f->invalidation_id = r->integer;
    f->invalidation.subscribed = true; /* the next command is SUBSCRIBE */
}

static int setup_auth(struct redis_feed *f, struct conn *c)
{
    struct login l;
    int result = 0;
    if (login_read(f->address, &l))
        return -1;
    const char *both[] = {"AUTH", l.user, l.password};
    const char *one[] = {"AUTH", l.password};
    if (l.password)
        result = l.user ? request_setup(f, c, 3, both, on_required)
                        : request_setup(f, c, 2, one, on_required);
    login_free(&l);
    return result;
}

static int setup_command(struct redis_feed *f)
{
    struct conn *c = &f->command;
    char db[12];
    snprintf(db, sizeof db, "%d", f->address->db);
    const char *select_db[] = {"SELECT", db};
    const char *name[] = {"CLIENT", "SETNAME", "sselog-relay"};
    const char *ping[] = {"PING"};
    if (setup_auth(f, c) || (f->address->db != 0 && request_setup(f, c, 2, select_db, on_required)))
        return -1;
    return request_setup(f, c, 3, name, on_ignored) ||
           request_setup(f, c, 1, ping, on_command_ready);
}

static int setup_invalidation(struct redis_feed *f)
{
    struct conn *c = &f->invalidation;
    const char *name[] = {"CLIENT", "SETNAME", "sselog-doorbell"};
    const char *id[] = {"CLIENT", "ID"};
    const char *subscribe[] = {"SUBSCRIBE", INVALIDATION_CHANNEL};
    if (setup_auth(f, c) || request_setup(f, c, 3, name, on_ignored) ||
        request_setup(f, c, 2, id, on_invalidation_id))
        return -1;
    return link_append(c, 2, subscribe);
}

static int setup_queue(struct redis_feed *f)
{
    struct conn *c = &f->queue;
    char db[12];
    snprintf(db, sizeof db, "%d", f->address->db);
    const char *select_db[] = {"SELECT", db};
    const char *name[] = {"CLIENT", "SETNAME", "sselog-queue"};
    if (setup_auth(f, c) || (f->address->db != 0 && request_setup(f, c, 2, select_db, on_required)))
        return -1;
    return request_setup(f, c, 3, name, on_ignored) || link_pop(f);
}

/* ---- connecting ---- */

int link_open(struct redis_feed *f, struct conn *c)
{
    const struct redis_address *a = f->address;
    c->ctx = a->path ? redisConnectUnixNonBlock(a->path) : redisConnectNonBlock(f->host, a->port);
    if (!c->ctx || c->ctx->err) {
        link_lose(f, c->name, c->ctx ? c->ctx->errstr : "out of memory");
        return -1;
    }
    fcntl(c->ctx->fd, F_SETFD, FD_CLOEXEC); /* hiredis does not set it */
    reply_memory_serve(&c->memory, c->ctx->reader);
    wire_init(&c->out);
    c->since = c->opened = f->now;
    conn_watch(f, c, true, EPOLL_CTL_ADD);
    return 0;
}

static void feed_connect(struct redis_feed *f)
{
    if (f->briefly || link_open(f, &f->invalidation) == 0)
        link_open(f, &f->command);
}

/* A thread of the C library resolves the host name, so a slow name server does not block the relay.
 */
static void feed_resolve(struct redis_feed *f)
{
    static const struct addrinfo numeric = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
    static const struct addrinfo stream = {.ai_flags = AI_ADDRCONFIG, .ai_socktype = SOCK_STREAM};
    struct addrinfo *found;
    const char *host = f->address->host;
    if (getaddrinfo(host, NULL, &numeric, &found) == 0) {
        freeaddrinfo(found);
        snprintf(f->host, sizeof f->host, "%s", host);
        feed_connect(f);
        return;
    }
    struct gaicb *list[] = {&f->lookup};
    f->lookup = (struct gaicb){.ar_name = host, .ar_request = &stream};
    f->resolving = getaddrinfo_a(GAI_NOWAIT, list, 1, NULL) == 0;
    if (!f->resolving)
        link_lose(f, host, "cannot look up");
}

/* Picks one of the addresses at random: another may work if this one does not. */
void link_resolved(struct redis_feed *f)
{
    int error = gai_error(&f->lookup);
    if (error == EAI_INPROGRESS)
        return;
    f->resolving = false;
    struct addrinfo *a = f->lookup.ar_result;
    for (int skip = rand() % 4; a && skip > 0; skip--)
        a = a->ai_next ? a->ai_next : f->lookup.ar_result;
    if (!error && a)
        error = getnameinfo(a->ai_addr, a->ai_addrlen, f->host, sizeof f->host, NULL, 0,
                            NI_NUMERICHOST);
    if (f->lookup.ar_result)
        freeaddrinfo(f->lookup.ar_result);
    if (!error) {
        address_publish(f->host, false);
        feed_connect(f);
        return;
    }
    address_publish_failure();
    link_lose(f, f->address->host, gai_strerror(error));
}

void link_start(struct redis_feed *f)
{
    f->retry_at = INT64_MAX;
    if (f->address->path)
        feed_connect(f);
    else
        feed_resolve(f);
}

/* True: the handshake is done. False: it waits for the socket, or the feed was lost. */
static bool conn_handshake(struct redis_feed *f, struct conn *c)
{
    const char *why;
    enum tls_result result = redis_tls_handshake(c->ctx, &c->tls, &why);
    if (result == TLS_FAILED)
        link_lose(f, c->name, why);
    else if (result != TLS_DONE)
        conn_watch(f, c, result == TLS_WANTS_WRITE, EPOLL_CTL_MOD);
    return result == TLS_DONE;
}

void link_connected(struct redis_feed *f, struct conn *c)
{
    int error = 0;
    socklen_t len = sizeof error;
    if (getsockopt(c->ctx->fd, SOL_SOCKET, SO_ERROR, &error, &len) < 0)
        error = errno;
    if (error) {
        link_lose(f, c->name, strerror(error));
        return;
    }
    if (f->address->tls && !conn_handshake(f, c))
        return;
    c->connected = true;
    if (c == &f->command ? setup_command(f)
        : c == &f->queue ? setup_queue(f)
                         : setup_invalidation(f))
        link_lose(f, c->name, "out of memory");
}
