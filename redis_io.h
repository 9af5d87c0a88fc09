/* SPDX-License-Identifier: MIT */
/*
 * redis_io: everything between sselog and Redis.  hiredis is known only here and in redis/.  Knows
 * nothing of HTTP, SSE or viewers.
 *
 * The feed serves the relay.  It never blocks and reconnects by itself.  It has two connections,
 * and a third while redis_feed_pop is used.  Commands go over the first.  The second, the
 * invalidation connection, is subscribed to __redis__:invalidate and to Pub/Sub channels.  CLIENT
 * TRACKING ON REDIRECT ties the two: after a read of a key, Redis announces the next change of that
 * key once (Redis manual, "Client-side caching in Redis").
 *
 * Synchronous calls serve the front threads.  Each thread has one connection, and each call waits
 * for its answer until a deadline.
 */
#ifndef SSELOG_REDIS_IO_H
#define SSELOG_REDIS_IO_H

#include "base/histogram.h"
#include "config/config.h"
#include "redis/resp_bulk.h"
#include "redis/types.h"

/* Of the process.  Any thread may read them. */
struct redis_figures {
    struct histogram lookups;     /* synchronous calls of front threads, with the time to connect */
    struct histogram round_trips; /* requests of the feed, from sending to the answer */
    _Atomic uint64_t lookup_connects; /* connections of front threads that were made */
    _Atomic uint64_t feed_connects;   /* how often the feed came up */
};
const struct redis_figures *redis_figures(void);

/* ---- the feed ---- */

struct redis_events {
    /* Both connections are up. tracking false: Redis sends no invalidations, so the owner must poll
     * its keys. */
    void (*up)(void *arg, bool tracking);
    /* The connections ended; every open request got REDIS_LOST before. Called once after each `up`,
     * and once if the first attempt to connect failed. */
    void (*down)(void *arg);
    /* The key changed since it was last read. key.p NULL: any key may have changed. */
    void (*invalidated)(void *arg, struct slice key);
    /* A Pub/Sub message arrived; a subscription was confirmed. */
    void (*message)(void *arg, struct slice channel, struct slice payload);
    void (*subscribed)(void *arg, struct slice channel);
    /* Redis refused one of the unconfirmed subscriptions; it does not say which. */
    void (*refused)(void *arg);
    /* redis_feed_pop removed this member from its set. */
    void (*popped)(void *arg, struct slice member);
};

struct redis_feed;

/* The first redis_feed_run starts to connect. address and events must outlive the feed. NULL: out
 * of memory or descriptors. */
struct redis_feed *redis_feed_new(const struct redis_address *address,
                                  const struct redis_events *events, void *arg);
/* Calls no callback. NULL is fine. */
void redis_feed_free(struct redis_feed *f);
/* A descriptor that is readable when redis_feed_run has work. */
int redis_feed_fd(const struct redis_feed *f);
/* Before the first redis_feed_run: one connection is enough, for a process that ends soon. There
 * are no invalidations and no messages. */
void redis_feed_briefly(struct redis_feed *f);
/* The latest time for the next redis_feed_run (CLOCK_MONOTONIC ms). INT64_MAX: no deadline. */
int64_t redis_feed_deadline(const struct redis_feed *f);
/* The time (CLOCK_MONOTONIC ms) of the requests that follow, until redis_feed_run is given another:
 * their deadlines count from it. */
void redis_feed_set_time(struct redis_feed *f, int64_t now);
/* Does everything that needs no wait. Callbacks run only from here and from redis_feed_settle. */
void redis_feed_run(struct redis_feed *f, int64_t now);
/* Sends the requests made since redis_feed_run. */
void redis_feed_flush(struct redis_feed *f);

/* Which values longer than RESP_BULK_LARGE an answer holds. The others arrive with length 0. */
enum redis_large {
    LARGE_KEEP,
    LARGE_BUT_FIRST, /* all except the first: the caller has it already */
    LARGE_NONE       /* the caller wants only the ids */
};
/* An answer holds about 1 MB of large values (redis/resp_bulk.h), and always the first of them.
 * If that is not enough, the result is REDIS_CUT, and the answer ends before the entry that would
 * exceed it. An answer of up to two entries is always whole. */
struct redis_range {
    struct xid from, to;
    bool newest_first;
    unsigned count;
    enum redis_large large;
};

/* XRANGE or XREVRANGE, XINFO STREAM, GET, ZSCORE (value NULL: key has no such member). Each returns
 * 0 and calls fn exactly once later, except after redis_feed_free. -1: the feed is not up, and fn
 * is not called. Keys are NUL-terminated. */
int redis_feed_range(struct redis_feed *f, const char *key, const struct redis_range *range,
                     redis_range_fn *fn, void *arg);
int redis_feed_info(struct redis_feed *f, const char *key, redis_info_fn *fn, void *arg);
int redis_feed_get(struct redis_feed *f, const char *key, size_t shown, redis_value_fn *fn,
                   void *arg);
int redis_feed_score(struct redis_feed *f, const char *key, const char *member, redis_value_fn *fn,
                     void *arg);
/* 0, or -1 if the feed is not up. Subscriptions end when the feed goes down. */
int redis_feed_subscribe(struct redis_feed *f, const char *channel);
int redis_feed_unsubscribe(struct redis_feed *f, const char *channel);
/* Sends a command of up to 8 words, of which the second is its key, and ignores its answer; an
 * error is logged. 0, or -1 if the feed is not up. */
int redis_feed_command(struct redis_feed *f, int argc, const char **argv);
/* From now on removes members from the sorted set at key as they arrive, lowest score first. Uses
 * a third connection, because the waiting command blocks it. key must outlive the feed; NULL: stop.
 */
void redis_feed_pop(struct redis_feed *f, const char *key);
/* Before the end of the process: runs until all commands are answered, at most timeout ms. */
void redis_feed_settle(struct redis_feed *f, int64_t now, int timeout);
/* During a callback: the blob whose bytes p points to, or NULL. Take a reference to keep it. */
struct blob *redis_feed_blob(const struct redis_feed *f, const char *p);

/* ---- synchronous calls ---- */

enum sync_result {
    SYNC_OK,
    SYNC_MISSING, /* no such key */
    SYNC_REFUSED, /* an error of the server, already logged */
    SYNC_DOWN     /* no connection, or no answer before the deadline */
};

struct redis_sync;

/* The first call connects. deadline: ms for each call, with the time to connect; those of
 * redis/append.h have as long for each answer. Bytes that arrive fast extend the deadline, so that
 * a long value can be read. address must outlive it. NULL: out of memory. */
struct redis_sync *redis_sync_new(const struct redis_address *address, unsigned deadline);
/* From now on each call has this deadline, ms. */
void redis_sync_hurry(struct redis_sync *s, unsigned deadline);
/* Use the host address that the feed of another thread resolves. Otherwise each connect resolves
 * the host name itself, and its deadline does not cover that. */
void redis_sync_beside_feed(struct redis_sync *s);
/* For long calls: a time-out says that this one was slow, not that Redis is away. So it does
 * not open the circuit breaker of the short calls of other threads. It opens one of this
 * connection: while Redis hangs, one call waits, and those in the pause after it fail at once. */
void redis_sync_apart(struct redis_sync *s);
/* For a caller that asks each thing once: time-outs open no circuit breaker. */
void redis_sync_always(struct redis_sync *s);
/* Whether a circuit breaker pauses, so that a call would fail at once. */
bool redis_sync_pauses(struct redis_sync *s);
/* For a caller that tells its user itself: reasons are not logged. redis_sync_why has the newest
 * one; "": none yet. */
void redis_sync_keep_why(struct redis_sync *s);
const char *redis_sync_why(const struct redis_sync *s);
/* NULL is fine. */
void redis_sync_free(struct redis_sync *s);
/* GET, or GETDEL if take is set. A value that exceeds the maximum of the buffer is SYNC_MISSING.
 * Only the first `shown` bytes of the key may be logged: it may be a session or a token. */
enum sync_result redis_sync_get(struct redis_sync *s, const char *key, size_t shown, bool take,
                                struct buf *value);
/* SET key value EX seconds NX; an existing key is SYNC_REFUSED. shown: as above. */
enum sync_result redis_sync_set(struct redis_sync *s, const char *key, size_t shown,
                                struct slice value, unsigned seconds);
/* Whether the last SYNC_REFUSED will pass by itself: Redis takes no writes for now, as a replica,
 * without enough replicas, with full memory or a failed save. */
bool redis_sync_refusal_passes(const struct redis_sync *s);
enum sync_result redis_sync_ping(struct redis_sync *s);
/* The id of the newest entry up to `to`. *any false: there is none. */
enum sync_result redis_sync_newest(struct redis_sync *s, const char *key, struct xid to, bool *any,
                                   struct xid *id);
/* The id of the oldest entry from `from` on. */
enum sync_result redis_sync_oldest(struct redis_sync *s, const char *key, struct xid from,
                                   bool *any, struct xid *id);
/* Whether there is an entry after that id: cheap, however long the entry is. */
enum sync_result redis_sync_news(struct redis_sync *s, const char *key, struct xid after,
                                 bool *news);
/* XINFO STREAM. A missing key is SYNC_OK, with exists false. */
enum sync_result redis_sync_info(struct redis_sync *s, const char *key, struct redis_info *info);

/* Slices are valid until it returns. False: stop; this entry was not used. */
typedef bool redis_walk_fn(void *arg, const struct redis_entry *entry);
/* Whether a read holds all entries that follow those of the reads before it. *start: the index of
 * the first new one. Large values may be missing. */
typedef bool redis_proof_fn(void *arg, const struct redis_entry *entries, size_t count,
                            size_t *start);
/* A walk through a log, in few requests, with few large values in memory at a time. It goes
 * backwards, or with proof forward, unless newest_first is set too. It ends when fn returns false,
 * at the end of the log, or without a proof. Unless most is set, it also ends after some thousand
 * entries, and when its slices took as long as the deadline of a call. The caller sets the first
 * seven members and zeros the others. */
struct redis_walk {
    const char *key;
    struct xid at; /* the next read begins with this entry; with proof, fn may have used it */
    redis_walk_fn *fn;
    redis_proof_fn *proof; /* called for each read, before fn; NULL: backwards */
    void *arg;
    unsigned most; /* entries of one read, and as many as make up 256 kB; 0: a walk with an end */
    bool newest_first; /* backwards with proof */
    bool ended;
    bool more;      /* there may be entries beyond the last one that fn used */
    bool lost;      /* proof returned false */
    unsigned count; /* private: of new entries in the next read */
    unsigned skip;  /* large values of the entry at `at`, which are not read again */
    bool skip_known;
    unsigned reads;
    int64_t taken; /* ms */
};
/* Walks on for about `slice` ms, with at least one read. Call it until w->ended, unless the result
 * is not SYNC_OK. */
enum sync_result redis_sync_walk(struct redis_sync *s, struct redis_walk *w, unsigned slice);

/* ZRANGEBYSCORE key from +inf. Calls fn for each member on SYNC_OK; a missing key has none. */
enum sync_result redis_sync_members(struct redis_sync *s, const char *key, int64_t from,
                                    void (*fn)(void *arg, struct slice member), void *arg);

/* Whether the set at key has that member; a missing key has none. */
enum sync_result redis_sync_set_has(struct redis_sync *s, const char *key, struct slice member,
                                    bool *has);
#define REDIS_SET_CURSOR 24
/* One part of the members of the set at key: calls fn for each. cursor is "0" for the first part,
 * and again when there are no more. Members may come twice, and those longer than RESP_BULK_LARGE
 * are empty. A missing key, or one of another type, has none. */
enum sync_result redis_sync_set_scan(struct redis_sync *s, const char *key,
                                     char cursor[REDIS_SET_CURSOR],
                                     void (*fn)(void *arg, struct slice member), void *arg);
#define REDIS_INFOS 32
/* XINFO STREAM of n keys, at most REDIS_INFOS, in one write. A key that is missing, of another
 * type, or that the server refuses, has exists false; the last two are logged. */
enum sync_result redis_sync_infos(struct redis_sync *s, const char *const *keys, size_t n,
                                  struct redis_info *infos);

/* ---- held and polled streams of a site ---- */

/* The sorted set at key has a member for each stream that is held, scored by the Unix time (s) at
 * which it ends unless it is renewed. The set at key:polls has a member for each client that polls,
 * scored by the Unix time (ms) at which it comes back. */
#define REDIS_HOLD_POLLS ":polls"
struct redis_hold {
    uint64_t held;
    uint64_t pollers;
    uint64_t wall_us, cpu_us; /* of one poll: the average of some recent ones; 0: none is known */
};
/* looks: also count the streams that are held. */
enum sync_result redis_sync_hold_look(struct redis_sync *s, const char *key, int64_t now_ms,
                                      bool looks, struct redis_hold *out);
/* Adds member at the Unix time `now` (s) until `ends`, unless the set has `most` members already.
 * *taken: whether it did. */
enum sync_result redis_sync_hold_take(struct redis_sync *s, const char *key, const char *member,
                                      uint64_t most, int64_t now, int64_t ends, bool *taken);

/* Removes member. */
enum sync_result redis_sync_hold_leave(struct redis_sync *s, const char *key, const char *member);

/* A client was answered by a poll of that cost, and comes back at the Unix time due_ms. */
struct redis_polled {
    const char *key;    /* of the set of held streams */
    const char *client; /* names the poll among others; any text without colon */
    int64_t due_ms;
    uint64_t wall_us, cpu_us;
};
/* Counts it. 0, or -1 if the feed is not up. */
int redis_feed_polled(struct redis_feed *f, const struct redis_polled *p, int64_t now_ms);
/* The same at once, for an answer that the relay has no part in. */
enum sync_result redis_sync_hold_polled(struct redis_sync *s, const struct redis_polled *p,
                                        int64_t now_ms);

#endif
