/* SPDX-License-Identifier: MIT */
/*
 * link: the feed's connections, and the structures that link.c (connecting and
 * greeting) and redis_io.c (asking and answering) share.  Private to these two.
 */
#ifndef SSELOG_REDIS_LINK_H
#define SSELOG_REDIS_LINK_H

#include <netdb.h>

#include "redis/reply.h"

#define BELL_CHANNEL     "__redis__:invalidate"
#define ANSWER_MS        5000  /* a server silent for so long while it owes an answer is gone */
#define CONNECT_MS       3000  /* for connecting and for the greeting */
#define PING_MS          10000 /* idle connections are tried this often */
#define BACKOFF_FIRST_MS 50
#define BACKOFF_LAST_MS  2000
#define READ_CHUNK       (16 * 1024)
#define READ_TURN        (1024 * 1024) /* bytes taken from one connection before others get a turn */
#define LARGE_AT_ONCE    (1024 * 1024)

#define POP_SECONDS "2"   /* a wait for a member; below ANSWER_MS, which shows a dead server */
#define POP_COUNT   "100" /* members taken at once where more than one waits */

enum request_kind {
    ASKED_SETUP,
    ASKED_RANGE,
    ASKED_INFO,
    ASKED_GET,
    ASKED_PING,
    ASKED_COMMAND,
    ASKED_POP,
    ASKED_POP_MORE
};

struct request_sent {
    struct request_sent *next;
    enum request_kind kind;
    enum redis_large large;
    bool bounded; /* no more than LARGE_AT_ONCE bytes of large values are kept, but for the first */
    size_t met;   /* large values of its answer so far ... */
    size_t kept;  /* ... and bytes of those kept */
    size_t over;  /* the one that was too much, and from which on none is kept; 0: none */
    union {
        void (*setup)(struct redis_feed *, const redisReply *);
        redis_range_fn *range;
        redis_info_fn *info;
        redis_value_fn *value;
    } fn;
    void *arg;
};

struct conn {
    const char *name;
    redisContext *ctx;  /* NULL: none */
    struct ssl_st *tls; /* rediss://, from the handshake on; belongs to ctx */
    bool connected;     /* the socket is, and the handshake done: commands may go */
    bool subscribed;    /* what comes are messages, not answers */
    bool ready;         /* the greeting is done */
    bool writing;       /* the kernel's buffer is full */
    struct request_sent *first, **last;
    size_t sent;
    int64_t since;  /* when it began to owe us something, or last sent us a byte */
    int64_t pinged; /* subscribed: when an unanswered PING went; 0 none */
    struct buf out; /* commands that the kernel did not take yet */
    struct resp_bulk divert;
};

struct redis_feed {
    const struct redis_address *address;
    const struct redis_events *events;
    void *arg;
    int epoll;
    int64_t now;
    struct conn command, doorbell;
    struct conn queue;     /* only while queue_key is set */
    const char *queue_key; /* redis_feed_pop's */
    long long doorbell_id;
    bool up;
    bool told_down;
    bool tracking;
    bool no_bell; /* its channel was refused */
    bool said_no_tracking;
    bool said_no_pop;
    bool said_trouble;
    int64_t retry_at;
    unsigned backoff;
    char host[64];       /* numeric address in use */
    struct gaicb lookup; /* of a host name, under way while looking_up */
    bool looking_up;
    struct reply_room room; /* the answer being handed out */
};

/* Ends a connection, closed as it was never opened. */
void link_reset(struct redis_feed *f, struct conn *c);
/* All connections end, who waits is told; why is logged once for each outage. */
void link_lose(struct redis_feed *f, const char *who, const char *why);
/* Queues a command whose answer nobody waits for in turn. -1: out of memory. */
int link_append(struct conn *c, int argc, const char **argv);
/* Queues a command and who gets its answer. -1: out of memory, nothing was queued. */
int link_ask(struct redis_feed *f, struct conn *c, int argc, const char **argv,
             const struct request_sent *what);
/* Writes what is queued, as far as the kernel takes it. -1 after the feed was lost. */
int link_flush(struct redis_feed *f, struct conn *c);
/* The next wait for a member of the queue. -1: out of memory. */
int link_pop(struct redis_feed *f);
/* Says once that logs will be looked at by the clock. */
void link_say_no_tracking(struct redis_feed *f, const char *what, const redisReply *r);
/* Ties the connections, once both are greeted. */
void link_track(struct redis_feed *f);
/* Begins to connect one. -1 after the feed was lost. */
int link_open(struct redis_feed *f, struct conn *c);
/* Begins to connect all, looking the host up first where it is a name ... */
void link_start(struct redis_feed *f);
/* ... and goes on when that is done. */
void link_looked_up(struct redis_feed *f);
/* Goes on with a connection that is not yet through: socket, handshake, greeting. */
void link_connected(struct redis_feed *f, struct conn *c);

#endif
