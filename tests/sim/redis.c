/* SPDX-License-Identifier: MIT */
/*
 * redis: the feed of redis_io.h over database.c, and one channel.  A request is executed at one
 * step, and its answer arrives at a later one.  Invalidations and messages come over a second
 * connection, independent of the answers.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim.h"

static const char *const keys[LOGS] = {"log0", "log1", "channel"};

#define MAX_REQUESTS 6000
struct request {
    bool is_info;
    int log;
    struct redis_range range;
    redis_range_fn *range_fn;
    redis_info_fn *info_fn;
    void *arg;
    enum redis_result result;
    int first, n; /* in picked */
    struct redis_info info;
};
/* One message of the second connection. */
enum news_kind { NEWS_INVALIDATED, NEWS_FLUSH, NEWS_SUBSCRIBED, NEWS_REFUSED, NEWS_MESSAGE };
struct news {
    enum news_kind kind;
    int log, serial;
};

static struct request requests[MAX_REQUESTS];
static int asked, executed, arrived, answered; /* counts; none is above the one before it */
static int picked[200000], npicked;
static struct news news[MAX_REQUESTS];
static int nnews, news_arrived, news_taken;
static bool tracked[STREAMS], subscribed, subscribing;
static int denied; /* 1 XRANGE, 2 XINFO, 4 SUBSCRIBE */
struct redis_feed {
    int64_t now; /* of the requests */
    const struct redis_events *events;
    void *arg;
    bool up, want_up, want_down, failed;
};
static struct redis_feed feed;

#define MAX_LARGE 16
static struct blob *blobs[MAX_LARGE];
static int nblobs;

void redis_reset(void)
{
    database_reset();
    redis.nmessages = 0;
    redis.denied_ever = redis.down_ever = redis.lost_news = false;
    redis.noutages = 0;
    redis.fault = NULL;
    asked = executed = arrived = answered = npicked = 0;
    nnews = news_arrived = news_taken = 0;
    tracked[0] = tracked[1] = subscribed = subscribing = false;
    denied = 0;
    feed = (struct redis_feed){0};
    nblobs = 0;
}

/* ---- news ---- */

static void news_add(enum news_kind kind, int log, int serial)
{
    if (nnews < MAX_REQUESTS)
        news[nnews++] = (struct news){kind, log, serial};
}

static bool sends_invalidations(void)
{
    return feed.up && !sim.settings[SET_SWEEP];
}

void redis_changed(int log)
{
    if (tracked[log] && sends_invalidations())
        news_add(NEWS_INVALIDATED, log, 0);
    tracked[log] = false;
}

/* ---- requests ---- */

struct redis_feed *redis_feed_new(const struct redis_address *address,
                                  const struct redis_events *events, void *arg)
{
    (void)address;
    feed.events = events;
    feed.arg = arg;
    return &feed;
}

void redis_feed_free(struct redis_feed *f)
{
    (void)f;
}

int redis_feed_fd(const struct redis_feed *f)
{
    (void)f;
    return 93;
}

int64_t redis_feed_deadline(const struct redis_feed *f)
{
    (void)f;
    return INT64_MAX;
}

void redis_feed_set_time(struct redis_feed *f, int64_t now)
{
    f->now = now;
}

void redis_feed_flush(struct redis_feed *f)
{
    (void)f;
}

void redis_feed_settle(struct redis_feed *f, int64_t now, int timeout)
{
    (void)f;
    (void)now;
    (void)timeout;
}

struct blob *redis_feed_blob(const struct redis_feed *f, const char *p)
{
    (void)f;
    for (int i = 0; i < nblobs; i++)
        if (blobs[i]->bytes == p)
            return blobs[i];
    return NULL;
}

static int log_of(const char *key)
{
    for (int i = 0; i < LOGS; i++)
        if (strcmp(keys[i], key) == 0)
            return i;
    abort();
}

static struct request *ask(const char *key, void *arg)
{
    if (!feed.up || machine_fails() || asked == MAX_REQUESTS)
        return NULL;
    if (feed.now < sim.woke)
        redis.fault = "the relay asks with the deadline of an earlier time";
    struct request *q = &requests[asked++];
    *q = (struct request){.log = log_of(key), .arg = arg};
    return q;
}

/* Counts reads under way for viewers behind.  Such a read has an upper limit, the tip. */
static int reads_behind(void)
{
    int n = 0;
    for (int i = answered; i < asked; i++) {
        const struct redis_range *range = &requests[i].range;
        n += !requests[i].is_info && !range->newest_first && xid_cmp(range->to, XID_MAX) != 0;
    }
    return n;
}

int redis_feed_range(struct redis_feed *f, const char *key, const struct redis_range *range,
                     redis_range_fn *fn, void *arg)
{
    (void)f;
    struct request *q = ask(key, arg);
    if (!q)
        return -1;
    q->range = *range;
    q->range_fn = fn;
    if (sim.settings[SET_READS] > 0 && reads_behind() > sim.settings[SET_READS])
        redis.fault = "the relay exceeds its limit of reads at once";
    return 0;
}

int redis_feed_info(struct redis_feed *f, const char *key, redis_info_fn *fn, void *arg)
{
    (void)f;
    struct request *q = ask(key, arg);
    if (!q)
        return -1;
    q->is_info = true;
    q->info_fn = fn;
    return 0;
}

int redis_feed_get(struct redis_feed *f, const char *key, size_t shown, redis_value_fn *fn,
                   void *arg)
{
    (void)shown;
    (void)f;
    (void)key;
    (void)fn;
    (void)arg;
    return -1;
}

int redis_feed_score(struct redis_feed *f, const char *key, const char *member, redis_value_fn *fn,
                     void *arg)
{
    (void)f;
    (void)key;
    (void)member;
    (void)fn;
    (void)arg;
    return -1;
}

int redis_feed_command(struct redis_feed *f, int argc, const char **argv)
{
    (void)f;
    (void)argc;
    (void)argv;
    return -1;
}

int redis_feed_polled(struct redis_feed *f, const struct redis_polled *p, int64_t now_ms)
{
    (void)f;
    if (p->due_ms <= now_ms || p->wall_us == 0)
        redis.fault = "a poll's count says that its client is back already";
    return feed.up ? 0 : -1;
}

void redis_feed_briefly(struct redis_feed *f)
{
    (void)f;
    abort(); /* only as CGI */
}

void redis_feed_pop(struct redis_feed *f, const char *key)
{
    (void)f;
    (void)key;
}

int redis_feed_subscribe(struct redis_feed *f, const char *channel)
{
    (void)channel;
    if (!f->up || machine_fails())
        return -1;
    subscribing = true;
    return 0;
}

int redis_feed_unsubscribe(struct redis_feed *f, const char *channel)
{
    (void)channel;
    subscribed = subscribing = false;
    return f->up ? 0 : -1;
}

/* ---- execution ---- */

static void execute(struct request *q)
{
    if (denied & (q->is_info ? 2 : 1)) {
        q->result = REDIS_REFUSED;
        return;
    }
    tracked[q->log] = true;
    if (q->is_info) {
        database_info(q->log, &q->info);
    } else {
        q->first = npicked;
        q->result = database_range(q->log, &q->range, picked + npicked, &q->n);
        npicked += q->n;
    }
}

static void execute_subscribe(void)
{
    subscribing = false;
    if (denied & 4) {
        news_add(NEWS_REFUSED, 2, 0);
        return;
    }
    if (!subscribed)
        news_add(NEWS_SUBSCRIBED, 2, 0);
    subscribed = true;
}

static bool execute_next(void)
{
    if (!feed.up)
        return false;
    if (subscribing && (executed == asked || sim.stamp & 1)) {
        execute_subscribe();
        return true;
    }
    if (executed == asked)
        return false;
    execute(&requests[executed++]);
    return true;
}

/* ---- arrival ---- */

static void hand_over_range(struct request *q, enum redis_result result)
{
    static struct redis_entry entries[MAX_RECORDS];
    static struct slice fields[MAX_RECORDS][2];
    static char texts[MAX_RECORDS][24], text[REC_MAX_BYTES];
    int n = result == REDIS_LOST ? 0 : q->n;
    nblobs = 0;
    for (int i = 0; i < n; i++) {
        const struct rec *r = &redis.recs[picked[q->first + i]];
        size_t len = rec_payload(r, text);
        fields[i][0] = slice_of("data");
        fields[i][1] = slice_make(texts[i], len);
        bool dropped =
            q->range.large == LARGE_NONE || (q->range.large == LARGE_BUT_FIRST && i == 0);
        if (r->kind != KIND_LONG) {
            memcpy(texts[i], text, len);
        } else if (dropped || nblobs == MAX_LARGE) {
            fields[i][1].len = 0;
        } else {
            blobs[nblobs] = blob_new(len);
            memcpy(blobs[nblobs]->bytes, text, len);
            fields[i][1].p = blobs[nblobs++]->bytes;
        }
        entries[i] = (struct redis_entry){r->id, fields[i], 1};
    }
    machine_leave(false);
    q->range_fn(q->arg, result, entries, (size_t)n);
    machine_enter();
    for (int i = 0; i < nblobs; i++)
        blob_unref(blobs[i]);
    nblobs = 0;
}

static void print_request(const struct request *q, enum redis_result result)
{
    static const char *const names[] = {
        [REDIS_OK] = "OK",           [REDIS_CUT] = "CUT",
        [REDIS_LOST] = "LOST",       [REDIS_WRONGTYPE] = "WRONGTYPE",
        [REDIS_REFUSED] = "REFUSED", [REDIS_TOO_LARGE] = "TOO LARGE"};
    if (q->is_info)
        story("   XINFO log%d: %s, length %llu, added %llu, last %llu", q->log, names[result],
              (unsigned long long)q->info.length, (unsigned long long)q->info.added,
              (unsigned long long)q->info.last.ms);
    else
        story("   %s log%d %llu to %llu, %u: %s, %d from #%d",
              q->range.newest_first ? "XREVRANGE" : "XRANGE", q->log,
              (unsigned long long)q->range.from.ms, (unsigned long long)q->range.to.ms,
              q->range.count, names[result], q->n, q->n ? picked[q->first] : -1);
}

static void hand_over(struct request *q, bool lost)
{
    enum redis_result result = lost ? REDIS_LOST : q->result;
    print_request(q, result);
    if (!q->is_info) {
        hand_over_range(q, result);
        return;
    }
    const struct log *l = q->arg;
    invariants_before_info(l);
    machine_leave(false);
    q->info_fn(q->arg, result, result == REDIS_OK ? &q->info : NULL);
    machine_enter();
    invariants_after_info(l);
}

static void hand_over_news(const struct news *w)
{
    static char text[REC_MAX_BYTES]; /* the clients write other texts while it is handed over */
    size_t len = 0;
    if (w->kind == NEWS_MESSAGE) {
        redis.messages[redis.nmessages++] = w->serial;
        redis.recs[w->serial].born = sim.stamp; /* the time at which the relay received it */
        len = rec_payload(&redis.recs[w->serial], text);
    }
    story("   %s", w->kind == NEWS_INVALIDATED
                       ? w->log ? "invalidation of log1" : "invalidation of log0"
                   : w->kind == NEWS_FLUSH      ? "invalidation of all"
                   : w->kind == NEWS_SUBSCRIBED ? "subscribed"
                   : w->kind == NEWS_REFUSED    ? "subscription refused"
                                                : "a message");
    machine_leave(false);
    if (w->kind == NEWS_INVALIDATED)
        feed.events->invalidated(feed.arg, slice_of(keys[w->log]));
    else if (w->kind == NEWS_FLUSH)
        feed.events->invalidated(feed.arg, slice_make(NULL, 0));
    else if (w->kind == NEWS_SUBSCRIBED)
        feed.events->subscribed(feed.arg, slice_of(keys[2]));
    else if (w->kind == NEWS_REFUSED)
        feed.events->refused(feed.arg);
    else
        feed.events->message(feed.arg, slice_of(keys[2]), slice_make(text, len));
    machine_enter();
}

static void go_down(void)
{
    int last = asked;
    feed.want_down = feed.up = false;
    story("   connection lost");
    if (redis.noutages < 64)
        redis.outages[redis.noutages++].from = sim.stamp;
    if (redis.noutages > 0)
        redis.outages[redis.noutages - 1].to = NEVER;
    tracked[0] = tracked[1] = subscribed = subscribing = false;
    nnews = news_arrived = news_taken = 0;
    for (int i = answered; i < last; i++)
        hand_over(&requests[i], true);
    asked = executed = arrived = answered = 0;
    npicked = 0;
    machine_leave(false);
    feed.events->down(feed.arg);
    machine_enter();
}

static void go_up(void)
{
    feed.want_up = false;
    feed.up = true;
    story("   connected");
    if (redis.noutages > 0 && redis.outages[redis.noutages - 1].to == NEVER)
        redis.outages[redis.noutages - 1].to = sim.stamp;
    machine_leave(false);
    feed.events->up(feed.arg, !sim.settings[SET_SWEEP]);
    machine_enter();
}

bool redis_ready(void)
{
    return feed.want_up || feed.want_down || feed.failed ||
           (feed.up && (arrived > answered || news_arrived > news_taken));
}

static void take_answers(void)
{
    while (feed.up && answered < arrived)
        hand_over(&requests[answered++], false);
    if (feed.up && answered == asked) {
        asked = executed = arrived = answered = 0;
        npicked = 0;
    }
}

static void take_news(void)
{
    while (feed.up && news_taken < news_arrived)
        hand_over_news(&news[news_taken++]);
    if (news_taken == nnews)
        nnews = news_arrived = news_taken = 0;
}

void redis_feed_run(struct redis_feed *f, int64_t now)
{
    bool was = machine_enter();
    f->now = now;
    sim.progress += redis_ready();
    if (f->want_down)
        go_down();
    if (f->failed) {
        f->failed = false;
        machine_leave(false);
        f->events->down(f->arg);
        machine_enter();
    }
    if (f->want_up)
        go_up();
    if (sim.stamp & 2) {
        take_answers();
        take_news();
    } else {
        take_news();
        take_answers();
    }
    machine_leave(was);
}

bool redis_all(void)
{
    bool any = arrived > answered || news_arrived > news_taken;
    while (execute_next())
        any = true;
    any = any || arrived < executed || news_arrived < nnews;
    arrived = executed;
    news_arrived = nnews;
    return any || feed.want_up;
}

/* ---- steps ---- */

static void go(bool up)
{
    if (up && !feed.up) {
        feed.want_up = true;
    } else if (!up && feed.up) {
        feed.want_down = true;
        redis.down_ever = true;
    } else if (!up && !feed.want_up && !redis.down_ever) {
        feed.failed = true; /* the first attempt to connect fails */
        redis.down_ever = true;
    }
    if (!up)
        feed.want_up = false;
    else if (feed.up)
        feed.want_down = false;
}

static void arrive(int *upto, int end, int n)
{
    *upto = end - *upto < n ? end : *upto + n;
}

static void publish(int kind)
{
    if (!subscribed || redis.nrecs == MAX_RECORDS)
        return;
    int serial = redis.nrecs++;
    redis.recs[serial] = (struct rec){.id = {0, (uint64_t)serial},
                                      .serial = serial,
                                      .log = 2,
                                      .life = -1,
                                      .kind = kind,
                                      .born = NEVER,
                                      .dead = NEVER};
    story("channel: #%d", serial);
    news_add(NEWS_MESSAGE, 2, serial);
}

/* Changes tracked keys, or the news of them. False: s is no such step. */
static bool tracking_op(const struct step *s)
{
    switch (s->op) {
    case OP_SPURIOUS: /* the key left the tracking table, or another database has the same key */
        redis_changed(s->a);
        return true;
    case OP_LOSE:
        nnews = news_arrived;
        redis.lost_news = true;
        return true;
    case OP_DOUBLE:
        if (sends_invalidations())
            news_add(NEWS_INVALIDATED, s->a, 0);
        return true;
    case OP_FLUSH:
        database_flush();
        if (sends_invalidations())
            news_add(NEWS_FLUSH, 0, 0);
        return true;
    default:
        return false;
    }
}

void redis_op(const struct step *s)
{
    if (database_op(s) || tracking_op(s))
        return;
    switch (s->op) {
    case OP_CRASH:
        database_crash(s->a, s->b);
        go(false);
        break;
    case OP_PUBLISH:
        publish(s->a);
        break;
    case OP_UP:
    case OP_DOWN:
        go(s->op == OP_UP);
        break;
    case OP_DENY:
        denied = s->a;
        redis.denied_ever = redis.denied_ever || denied;
        break;
    case OP_ALLOW:
        denied = 0;
        break;
    case OP_EXEC:
        for (int i = 0; i < s->a; i++)
            execute_next();
        break;
    case OP_ANSWER:
        arrive(&arrived, executed, s->a);
        break;
    case OP_RING:
        arrive(&news_arrived, nnews, s->a);
        break;
    default:
        abort();
    }
}
