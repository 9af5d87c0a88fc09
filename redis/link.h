/* SPDX-License-Identifier: MIT */
/*
 * link: the feed's connections.  link.c connects them, runs the first commands on each, and closes
 * them; redis_io.c sends requests and delivers replies.  Private to these two files.
 */
#ifndef SSELOG_REDIS_LINK_H
#define SSELOG_REDIS_LINK_H

#include <netdb.h>

#include "redis/address.h"
#include "redis/reasons.h"
#include "redis/reply.h"
#include "redis/reply_memory.h"
#include "redis_io.h"

#define INVALIDATION_CHANNEL "__redis__:invalidate"
#define CONNECT_MS           3000  /* for connecting and for the first commands */
#define ANSWER_MS            5000  /* for an answer; then the server counts as dead */
#define PING_MS              10000 /* an idle connection is tested this often */
#define BACKOFF_FIRST_MS     50
#define BACKOFF_LAST_MS      2000
#define HELD_MS              60000 /* connections that were up for so long were good ones */
#define RENEW_MS             1000  /* an idle connection is renewed this often at most */
#define READ_CHUNK           (16 * 1024)
#define READ_TURN            (1024 * 1024) /* bytes read from one connection before the next */
#define LARGE_AT_ONCE        (1024 * 1024) /* bytes of large values in one answer */
#define POP_SECONDS          "2"   /* of BZPOPMIN: below ANSWER_MS, to notice a dead server */
#define POP_COUNT            "100" /* members removed at once if more than one is there */

enum request_kind {
    REQUEST_SETUP,
    REQUEST_RANGE,
    REQUEST_INFO,
    REQUEST_GET,
    REQUEST_PING,
    REQUEST_COMMAND,
    REQUEST_POP,
    REQUEST_POP_MORE
};

struct request_sent {
    struct request_sent *next;
    enum request_kind kind;
    enum redis_large large;
    bool bounded;      /* large values after the first share LARGE_AT_ONCE bytes */
    size_t large_seen; /* large values of its answer so far */
    size_t large_kept; /* bytes of those that were kept */
    bool timed;        /* the conn's timed_at is when it was sent */
    bool cut;          /* a large value was too much */
    bool too_large;    /* because there was no memory for it */
    size_t cut_at;     /* its index */
    union {
        void (*setup)(struct redis_feed *, const redisReply *);
        redis_range_fn *range;
        redis_info_fn *info;
        redis_value_fn *value;
    } fn;
    void *arg;
    int key_at;    /* which word is the key, for the log; 0: none */
    size_t hidden; /* bytes at its end that may be a secret */
    char name[];   /* for the log: the command and the key */
};

struct conn {
    const char *name;
    redisContext *ctx;  /* NULL: none */
    struct ssl_st *tls; /* rediss://, from the handshake on; belongs to ctx */
    bool connected;     /* TCP and TLS are up: commands may be sent */
    bool subscribed;    /* the server sends messages, not answers */
    bool ready;         /* the first commands are answered */
    bool writing;       /* the send buffer of the kernel is full */
    struct request_sent *first, **last;
    size_t sent;
    bool timing;      /* one of its requests is timed; the others are not */
    int64_t timed_at; /* when that was sent, us; 0: not yet */
    int64_t since;    /* when the oldest request was made, or the last byte arrived */
    int64_t opened;   /* when it began to connect */
    int64_t pinged;   /* subscribed: when an unanswered PING was sent; 0: none */
    struct buf out;   /* commands not yet sent */
    struct resp_bulk bulk;
    struct reply_memory memory; /* of its replies; stays when the connection is closed */
};

struct redis_feed {
    const struct redis_address *address;
    const struct redis_events *events;
    void *arg;
    int epoll;
    int64_t now;
    struct conn command, invalidation;
    struct conn queue;     /* only while queue_key is set */
    const char *queue_key; /* redis_feed_pop's */
    long long invalidation_id;
    bool briefly; /* without the invalidation connection */
    bool up;
    bool told_down;
    bool tracking;
    bool no_invalidation; /* the server refused the channel */
    bool no_client;       /* the server has no CLIENT ID for us: nothing to track with */
    bool logged_no_tracking;
    bool logged_outage;               /* and not yet its end */
    struct reasons outages, refusals; /* that were logged lately */
    char where[ADDRESS_NAME];
    int64_t retry_at;
    int64_t up_at; /* when the connections came up */
    unsigned backoff;
    char host[ADDRESS_TEXT]; /* numeric address in use */
    struct gaicb lookup;     /* valid while resolving */
    bool resolving;
    struct reply_storage storage; /* of the answer that is being delivered */
};

/* The wait before the next attempt to connect, in ms, and the longest wait after that one. A
 * greeting does not shorten it, because a server may greet well and then answer wrongly: the
 * connections must have been up for HELD_MS. up_for: how long they were, -1: not at all. */
unsigned link_backoff(unsigned *longest, int64_t up_for, unsigned random);
/* Closes a connection and makes it ready for link_open. */
void link_reset(struct redis_feed *f, struct conn *c);
/* Closes all connections and fails all requests with REDIS_LOST. Logs the reason, if it is new. */
void link_lose(struct redis_feed *f, const char *who, const char *why);
/* The server closed c. If that is the command connection and it was idle, only that is opened
 * again, and the owner of the feed notices nothing. Otherwise link_lose. */
void link_closed(struct redis_feed *f, struct conn *c, const char *why);
/* Queues a command whose answer is not matched to a request. -1: out of memory. */
int link_append(struct conn *c, int argc, const char **argv);
/* Queues a command and the request that gets its answer. -1: out of memory, nothing was queued. */
int link_request(struct redis_feed *f, struct conn *c, int argc, const char **argv,
                 const struct request_sent *what);
/* Sends as much of the queue as the kernel accepts. -1: the feed was lost. */
int link_flush(struct redis_feed *f, struct conn *c);
/* Queues BZPOPMIN for the next member. -1: out of memory. */
int link_pop(struct redis_feed *f);
/* Logs that the server refused `what`, if that is new. */
void link_log_refused(struct redis_feed *f, const char *what, const char *why);
/* Logs once that keys are polled, because the server refused `what`. */
void link_log_no_tracking(struct redis_feed *f, const char *what, const redisReply *r);
/* Turns CLIENT TRACKING on as soon as both connections are ready. Without it, the owner of the feed
 * polls its keys. */
void link_track(struct redis_feed *f);
/* Starts to connect. -1: the feed was lost. */
int link_open(struct redis_feed *f, struct conn *c);
/* Starts to connect all; first resolves the host if it is a name. */
void link_start(struct redis_feed *f);
/* Connects, if the host name is resolved by now. */
void link_resolved(struct redis_feed *f);
/* Continues to connect after a socket event: TCP, TLS, then the first commands. */
void link_connected(struct redis_feed *f, struct conn *c);

#endif
