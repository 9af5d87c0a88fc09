/* SPDX-License-Identifier: MIT */
/*
 * redis_io: everything between sselog and Redis; the only file that knows hiredis.  Knows nothing
 * of HTTP, SSE or who a viewer is.  Two kinds of connection:
 *
 * The feed, for the relay: never blocks, reconnects by itself, and is two connections (three where
 * redis_feed_pop is used).  Commands go
 * over one; the other, the doorbell, is subscribed to __redis__:invalidate (and to Pub/Sub
 * channels). CLIENT TRACKING ON REDIRECT ties them: each read of a key on the first arms its bell,
 * any later change of that key rings it once (Redis manual, "Client-side caching in Redis").
 *
 * Synchronous calls, for front threads: each thread has one connection, and each call waits until a
 * deadline.
 */
#ifndef SSELOG_REDIS_IO_H
#define SSELOG_REDIS_IO_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "redis/resp_bulk.h"
#include "base/xid.h"

/* ---- the feed ---- */

enum redis_result {
    REDIS_OK,
    REDIS_CUT,       /* as REDIS_OK, and the next entry was too much for this answer */
    REDIS_LOST,      /* the connection went before the answer came: ask again when it is up */
    REDIS_WRONGTYPE, /* the key holds something else than asked for */
    REDIS_REFUSED    /* any other error of the server (NOPERM ...): already logged */
};

/* One stream entry. Slices are valid during the callback; a value longer than RESP_BULK_LARGE is in
 * a blob that redis_feed_blob finds. */
struct redis_entry {
    struct xid id;
    const struct slice *fields; /* name, value, name, value ... */
    size_t pairs;
};

/* What XINFO STREAM tells. */
struct redis_info {
    bool exists; /* false: no such key, all else is zero */
    uint64_t length;
    struct xid last;    /* last-generated-id */
    bool has_first;     /* the log is not empty */
    struct xid first;   /* id of the first entry */
    bool has_added;     /* Redis 7: entries-added is known */
    uint64_t added;     /* entries ever added */
    bool has_deleted;   /* Redis 7: max-deleted-entry-id is known */
    struct xid deleted; /* the greatest id that XDEL removed; 0-0: none */
};

typedef void redis_range_fn(void *arg, enum redis_result result, const struct redis_entry *entries,
                            size_t count);
typedef void redis_info_fn(void *arg, enum redis_result result, const struct redis_info *info);
/* value is NULL where the key does not exist. */
typedef void redis_value_fn(void *arg, enum redis_result result, const struct slice *value);

struct redis_events {
    /* Both connections stand. tracking: doorbells ring; without, the owner must look by itself. */
    void (*up)(void *arg, bool tracking);
    /* They went; requests under way have been told REDIS_LOST. Comes once for each up, and once
     * when the first attempt to connect failed. */
    void (*down)(void *arg);
    /* The key changed since it was last read. key.p NULL: all keys may have. */
    void (*invalidated)(void *arg, struct slice key);
    /* A Pub/Sub message, and that a subscription now stands. */
    void (*message)(void *arg, struct slice channel, struct slice payload);
    void (*subscribed)(void *arg, struct slice channel);
    /* One of the subscriptions asked for and not yet standing was refused; Redis does not say
     * which. */
    void (*refused)(void *arg);
    /* A member that redis_feed_pop took out. */
    void (*popped)(void *arg, struct slice member);
};

struct redis_feed;

/* Starts connecting at the first redis_feed_run. address and events must outlive the feed. NULL:
 * out of memory or descriptors. */
struct redis_feed *redis_feed_new(const struct redis_address *address,
                                  const struct redis_events *events, void *arg);
/* Tells nobody. NULL is fine. */
void redis_feed_free(struct redis_feed *f);
/* A descriptor that is readable when redis_feed_run has work. */
int redis_feed_fd(const struct redis_feed *f);
/* When redis_feed_run must be called at the latest (CLOCK_MONOTONIC ms); INT64_MAX: never. */
int64_t redis_feed_deadline(const struct redis_feed *f);
/* Does all that can be done without waiting. Callbacks run from here only. */
void redis_feed_run(struct redis_feed *f, int64_t now);
/* Sends what was asked since redis_feed_run. */
void redis_feed_flush(struct redis_feed *f);

enum redis_large { /* values longer than RESP_BULK_LARGE in the answer */
                   LARGE_KEEP,
                   LARGE_BUT_FIRST, /* all but the first: the caller has it */
                   LARGE_NONE       /* come as empty: the caller wants ids alone */
};
/* Of values longer than RESP_BULK_LARGE an answer holds about 1 MB, and always the first: with
 * REDIS_CUT it ends before the entry that would be more. One of two entries, a cursor's own and the
 * next, is always whole. */
struct redis_range {
    struct xid from, to;
    bool newest_first;
    unsigned count;
    enum redis_large large;
};

/* Each returns 0 and calls back exactly once later (not after redis_feed_free), or -1 when the feed
 * is not up: then nothing is called. Keys are NUL-terminated. */
int redis_feed_range(struct redis_feed *f, const char *key, const struct redis_range *range,
                     redis_range_fn *fn, void *arg);
int redis_feed_info(struct redis_feed *f, const char *key, redis_info_fn *fn, void *arg);
int redis_feed_get(struct redis_feed *f, const char *key, redis_value_fn *fn, void *arg);
/* 0, or -1 when not up. Subscriptions are forgotten when the feed goes down. */
int redis_feed_subscribe(struct redis_feed *f, const char *channel);
int redis_feed_unsubscribe(struct redis_feed *f, const char *channel);
/* ZSCORE; value is NULL where key has no such member. */
int redis_feed_score(struct redis_feed *f, const char *key, const char *member, redis_value_fn *fn,
                     void *arg);
/* A command of up to 8 words whose answer nobody waits for; a refusal is logged. 0, or -1 when not
 * up. */
int redis_feed_command(struct redis_feed *f, int argc, const char **argv);
/* From now on takes members out of the sorted set at key, lowest score first, as they come: over a
 * third connection, for waiting blocks one. key must outlive the feed; NULL: no more. */
void redis_feed_pop(struct redis_feed *f, const char *key);
/* At the end: runs until commands are answered, for timeout ms at most. Callbacks run. */
void redis_feed_settle(struct redis_feed *f, int64_t now, int timeout);
/* During a callback: the blob whose bytes p points at, or NULL. Take a reference to keep it. */
struct blob *redis_feed_blob(const struct redis_feed *f, const char *p);

/* ---- synchronous calls ---- */

enum sync_result {
    SYNC_OK,
    SYNC_MISSING, /* no such key */
    SYNC_REFUSED, /* an error of the server, logged */
    SYNC_DOWN     /* not to be reached, or no answer within the deadline */
};

struct redis_sync;

/* deadline: ms for a call, connecting and all; redis_sync_send has as long for each answer. What
 * comes fast, as a long value may, does not use it up. NULL: out of memory. Connects at the first
 * call. */
struct redis_sync *redis_sync_new(const struct redis_address *address, unsigned deadline);
/* Another thread runs the feed: where the host is a name, its address is the one that the feed
 * found. Without, it is looked up at each connect, however long that takes. */
void redis_sync_beside_feed(struct redis_sync *s);
void redis_sync_free(struct redis_sync *s);
/* GET, or GETDEL. A value that does not fit into value's cap is SYNC_MISSING. */
enum sync_result redis_sync_get(struct redis_sync *s, const char *key, bool take,
                                struct buf *value);
/* SET key value EX seconds NX; an existing key is SYNC_REFUSED. */
enum sync_result redis_sync_set(struct redis_sync *s, const char *key, struct slice value,
                                unsigned seconds);
enum sync_result redis_sync_ping(struct redis_sync *s);
/* XREVRANGE key to - COUNT count; fn once, newest first, on SYNC_OK (a missing key has no entries).
 */
enum sync_result redis_sync_range(struct redis_sync *s, const char *key, struct xid to,
                                  unsigned count, redis_range_fn *fn, void *arg);

/* False: no more entries are wanted, this one included. Slices are valid until it returns. */
typedef bool redis_walk_fn(void *arg, const struct redis_entry *entry);
/* From `to` back in the log, newest first, in few reads that hold few long values at a time. Ends
 * when fn wants no more, at the beginning of the log, after some thousand entries, or when the
 * deadline has passed. *more, on SYNC_OK: whether entries may be left before the last given. */
enum sync_result redis_sync_walk(struct redis_sync *s, const char *key, struct xid to,
                                 redis_walk_fn *fn, void *arg, bool *more);

/* ZRANGEBYSCORE key from +inf: each member once, on SYNC_OK (a missing key has none). */
enum sync_result redis_sync_members(struct redis_sync *s, const char *key, int64_t from,
                                    void (*fn)(void *arg, struct slice member), void *arg);

/* One record of `sselog send`. */
struct redis_add {
    const char *key;     /* XADD key MAXLEN ~ maxlen * ... */
    const char *channel; /* also PUBLISH there; NULL: not */
    unsigned long maxlen;
    struct slice field, value;
    struct slice event_field, event; /* event.len 0: none */
};
/* Sends n records in one go. *done: how many of them, from the first on, Redis has confirmed.
 * SYNC_DOWN: try the rest again later (one whose answer was lost may then be there twice);
 * SYNC_REFUSED: the server will not take the record after those done. */
enum sync_result redis_sync_send(struct redis_sync *s, const struct redis_add *adds, size_t n,
                                 size_t *done);

#endif
