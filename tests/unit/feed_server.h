/* SPDX-License-Identifier: MIT */
/*
 * feed_server: a feed and its scripted server.  The test writes each byte of the server and moves
 * the clock.  Include it after cmocka.h and redis_io.c.  main() ignores SIGPIPE.
 */
#ifndef SSELOG_TEST_FEED_SERVER_H
#define SSELOG_TEST_FEED_SERVER_H

#include <sys/un.h>

struct peer {
    int fd;
    struct buf in;
};

struct world {
    int listener;
    char path[108];
    struct redis_address address;
    struct redis_feed *feed;
    int64_t now;
    struct peer peers[3]; /* the third: after redis_feed_pop, or a renewed command connection */
    size_t npeers;
    const char *tracking; /* the answer to CLIENT TRACKING */
    const char *refused;  /* commands that begin so get the answer `refusal`; NULL: none do */
    const char *refusal;  /* NULL: silence */
    const char *client;   /* the answer to CLIENT SETNAME and CLIENT ID; NULL: as usual */
    const char *greeting; /* the answer to PING on a new connection */
    const char *pong;     /* the answer to PING on the invalidation connection; NULL: greeting */
    struct peer *command; /* the connection that sent CLIENT TRACKING */
    struct peer *invalidation;
    /* events and results of the feed */
    int up, down, invalidations, messages, answers, popped;
    bool tracked;
    enum redis_result result;
    size_t entries;
    struct xid last;
};

static inline void on_up_event(void *arg, bool tracking)
{
    struct world *w = arg;
    w->up++;
    w->tracked = tracking;
}
static inline void on_down_event(void *arg)
{
    ((struct world *)arg)->down++;
}
static inline void on_invalidated_event(void *arg, struct slice key)
{
    ((struct world *)arg)->invalidations += key.p ? 1 : 100;
}
static inline void on_message_event(void *arg, struct slice channel, struct slice payload)
{
    (void)channel;
    (void)payload;
    ((struct world *)arg)->messages++;
}
static inline void on_subscribed_event(void *arg, struct slice channel)
{
    (void)arg;
    (void)channel;
}

static inline void on_refused_event(void *arg)
{
    (void)arg;
}

static inline void on_popped_event(void *arg, struct slice member)
{
    (void)member;
    ((struct world *)arg)->popped++;
}

static const struct redis_events events = {
    on_up_event,         on_down_event,    on_invalidated_event, on_message_event,
    on_subscribed_event, on_refused_event, on_popped_event};

static inline void on_range(void *arg, enum redis_result result, const struct redis_entry *entries,
                            size_t count)
{
    struct world *w = arg;
    w->answers++;
    w->result = result;
    w->entries = count;
    if (count > 0)
        w->last = entries[count - 1].id;
}

static inline void on_info(void *arg, enum redis_result result, const struct redis_info *info)
{
    struct world *w = arg;
    w->answers++;
    w->result = result;
    if (result == REDIS_OK) {
        w->entries = info->length;
        w->last = info->last;
    }
}

static inline void on_get(void *arg, enum redis_result result, const struct slice *value)
{
    struct world *w = arg;
    w->answers++;
    w->result = result;
    w->entries = value ? value->len : SIZE_MAX;
}

static inline void reply(struct peer *p, const char *text)
{
    ssize_t n = send(p->fd, text, strlen(text), MSG_NOSIGNAL);
    assert_true(n == (ssize_t)strlen(text) || errno == EPIPE); /* the feed may have gone */
}

static inline void hang_up(struct peer *p)
{
    if (p->fd >= 0)
        close(p->fd);
    p->fd = -1;
    buf_free(&p->in);
}

/* Removes the next complete command from p->in: its words, joined by blanks. */
static inline bool next_command(struct peer *p, char out[200])
{
    size_t at = 0, len = 0;
    char *end;
    if (p->in.len == 0 || p->in.p[0] != '*' || !strstr(p->in.p, "\r\n"))
        return false;
    long words = strtol(p->in.p + 1, &end, 10);
    at = (size_t)(end - p->in.p) + 2;
    for (long i = 0; i < words; i++) {
        if (at >= p->in.len || !strstr(p->in.p + at, "\r\n"))
            return false;
        size_t n = (size_t)strtol(p->in.p + at + 1, &end, 10);
        at = (size_t)(end - p->in.p) + 2;
        if (at + n + 2 > p->in.len)
            return false;
        assert_true(len + n + 2 < 200);
        memcpy(out + len, p->in.p + at, n);
        len += n;
        out[len++] = ' ';
        at += n + 2;
    }
    out[len - 1] = '\0';
    buf_drop(&p->in, at);
    return true;
}

static inline bool is(const char *command, const char *start)
{
    return strncmp(command, start, strlen(start)) == 0;
}

/* Answers the first commands of a connection.  Returns false for other commands. */
static inline bool greet(struct world *w, struct peer *p, const char *command)
{
    if (w->refused && is(command, w->refused)) {
        if (w->refusal)
            reply(p, w->refusal);
    } else if (w->client && is(command, "CLIENT"))
        reply(p, w->client);
    else if (is(command, "AUTH") || is(command, "SELECT"))
        reply(p, "+OK\r\n");
    else if (is(command, "CLIENT SETNAME"))
        reply(p, "+OK\r\n");
    else if (is(command, "CLIENT ID"))
        reply(p, ":77\r\n");
    else if (is(command, "SUBSCRIBE __redis__")) {
        w->invalidation = p;
        reply(p, "*3\r\n$9\r\nsubscribe\r\n$20\r\n__redis__:invalidate\r\n:1\r\n");
    } else if (is(command, "PING")) {
        reply(p, p == w->invalidation && w->pong ? w->pong : w->greeting);
    } else if (is(command, "CLIENT TRACKING")) {
        assert_string_equal(command, "CLIENT TRACKING ON REDIRECT 77");
        w->command = p;
        reply(p, w->tracking);
    } else {
        return false;
    }
    return true;
}

/* Runs feed and server until both are silent.  Returns true when the server received a command that
 * it does not answer by itself. */
static inline bool talk(struct world *w, char command[200])
{
    for (int idle = 0; idle < 3; idle++) {
        redis_feed_run(w->feed, w->now);
        int fd = accept(w->listener, NULL, NULL);
        if (fd >= 0) {
            assert_true(w->npeers < 3);
            w->peers[w->npeers].fd = fd;
            buf_init(&w->peers[w->npeers++].in, 100000);
            idle = 0;
        }
        for (size_t i = 0; i < w->npeers; i++) {
            struct peer *p = &w->peers[i];
            char got[4096];
            ssize_t n = p->fd < 0 ? 0 : recv(p->fd, got, sizeof got, MSG_DONTWAIT);
            if (n > 0) {
                idle = 0;
                buf_add(&p->in, got, (size_t)n);
            }
            while (next_command(p, command))
                if (!greet(w, p, command))
                    return true;
        }
    }
    return false;
}

static inline void settle(struct world *w)
{
    char command[200];
    assert_false(talk(w, command));
}

static inline struct world *new_world(void)
{
    struct world *w = calloc(1, sizeof *w);
    struct sockaddr_un a = {.sun_family = AF_UNIX};
    assert_non_null(w);
    snprintf(w->path, sizeof w->path, "/tmp/sselog-feed-%d", (int)getpid());
    memcpy(a.sun_path, w->path, strlen(w->path) + 1);
    unlink(w->path);
    w->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0);
    assert_int_equal(bind(w->listener, (struct sockaddr *)&a, sizeof a), 0);
    assert_int_equal(listen(w->listener, 8), 0);
    w->address.path = w->path;
    w->tracking = "+OK\r\n";
    w->greeting = "+PONG\r\n";
    w->now = 1000000;
    w->feed = redis_feed_new(&w->address, &events, w);
    assert_non_null(w->feed);
    return w;
}

static inline void forget_peers(struct world *w)
{
    for (size_t i = 0; i < w->npeers; i++)
        hang_up(&w->peers[i]);
    w->npeers = 0;
    w->command = w->invalidation = NULL;
}

static inline void free_world(struct world *w)
{
    redis_feed_free(w->feed);
    forget_peers(w);
    close(w->listener);
    unlink(w->path);
    free(w);
}

/* Runs the feed until it is up, at the start or after an outage. */
static inline void come_up(struct world *w)
{
    int before = w->up;
    forget_peers(w);
    int64_t due = redis_feed_deadline(w->feed);
    assert_true(due != INT64_MAX);
    if (due > w->now)
        w->now = due;
    settle(w);
    assert_int_equal(w->up, before + 1);
    assert_true(w->feed->up);
    assert_int_equal(w->npeers, 2);
}

enum request { RANGE, INFO, GET };

static inline void request(struct world *w, enum request what)
{
    static const struct redis_range all = {.to = {UINT64_MAX, UINT64_MAX}, .count = 10};
    char command[200];
    w->answers = 0;
    int bad = what == RANGE  ? redis_feed_range(w->feed, "key", &all, on_range, w)
              : what == INFO ? redis_feed_info(w->feed, "key", on_info, w)
                             : redis_feed_get(w->feed, "key", 2, on_get, w);
    assert_int_equal(bad, 0);
    assert_int_equal(w->feed->command.sent, 1);
    assert_true(talk(w, command));
    assert_true(is(command, what == RANGE  ? "XRANGE key 0-0 18446744073709551615-"
                            : what == INFO ? "XINFO STREAM key"
                                           : "GET key"));
}

#define TWO                                                                                        \
    "*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$4\r\ndata\r\n$1\r\na\r\n"                                     \
    "*2\r\n$3\r\n2-7\r\n*2\r\n$4\r\ndata\r\n$1\r\nb\r\n"

#endif
