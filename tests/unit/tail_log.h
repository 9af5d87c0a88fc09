/* SPDX-License-Identifier: MIT */
/*
 * tail_log: a log with three viewers, whose Redis is two functions that keep the requests.  The
 * rest of the relay is the real one.  It includes the .c files under test, because they call these
 * functions instead of Redis.  Include it after cmocka.h.
 */
#ifndef SSELOG_TEST_TAIL_LOG_H
#define SSELOG_TEST_TAIL_LOG_H

#include <sys/socket.h>
#include <unistd.h>

#include "ids.h"
#include "redis_io.h"

static struct request {
    struct redis_range range;
    redis_range_fn *range_fn; /* NULL: XINFO STREAM */
    redis_info_fn *info_fn;
    void *arg;
} requests[16];
static size_t asked; /* requests ever */
static bool no_memory, no_reads;

static inline int fake_range(struct redis_feed *f, const char *key, const struct redis_range *range,
                             redis_range_fn *fn, void *arg)
{
    (void)f;
    (void)key;
    if (no_memory || no_reads)
        return -1;
    requests[asked++ % 16] = (struct request){*range, fn, NULL, arg};
    return 0;
}

static inline int fake_info(struct redis_feed *f, const char *key, redis_info_fn *fn, void *arg)
{
    (void)f;
    (void)key;
    if (no_memory)
        return -1;
    requests[asked++ % 16] = (struct request){.info_fn = fn, .arg = arg};
    return 0;
}

#include "relay/gather.h"

static inline void fake_pause(struct log *l)
{
    l->read_at = l->relay->now + 10;
}

/* Two files in one: each has a static function of this name. */
#define redis_feed_range fake_range
#define redis_feed_info  fake_info
#include "relay/reads.c"
#define gather_begin fake_pause
#define on_read      catchup_on_read
#include "relay/catchup.c"
#undef on_read
#include "relay/rewind.c"
#define on_read tail_on_read
#include "relay/tail.c"
#undef on_read
#include "relay/log.h"

#define VIEWERS 3

static char key[] = "log", data[] = "data", event[] = "event";
static struct relay relay;
static struct log l;
static struct view w;
static struct viewer viewers[VIEWERS];
static int peers[VIEWERS];

static inline struct cursor sent(uint64_t id)
{
    return (struct cursor){.id = ID(id), .at = CURSOR_SENT, .rank = RANK_UNKNOWN};
}

static inline void viewer_init(struct viewer *v, int i)
{
    int s[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    peers[i] = s[1];
    *v = (struct viewer){.relay = &relay, .out.fd = s[0], .state = VIEWER_OPEN};
    struct follower *f = &v->first;
    *f = (struct follower){.viewer = v, .view = &w, .next = w.followers, .at = &w.followers};
    buf_init(&v->out.rest, 1024 * 1024);
    v->phase = PHASE_RESUME;
    if (f->next)
        f->next->at = &f->next;
    w.followers = f;
}

/* The tip stands at 10, and viewers[0] ... [2] are in the log; they are nowhere. */
static inline int set_up(void **state)
{
    struct filter_spec all = {0};
    (void)state;
    asked = 0;
    no_memory = no_reads = false;
    relay = (struct relay){.up = true, .now = 100000, .next_sweep = INT64_MAX, .requests = 17};
    relay.limits =
        (struct limits){4096, 100, 4, 2, .frames = 1000, .slice_us = INT64_MAX, .gather_ms = 1000};
    relay.rings.max = 4096;
    relay.queue_end = &relay.queue;
    relay.epoll = -1;
    buf_init(&relay.batch.bytes, 1024 * 1024);
    buf_init(&relay.batch.open, 1024 * 1024);
    l = (struct log){.relay = &relay, .kind = LOG_STREAM, .source = &tail_source, .key = key};
    l.tip = (struct place){.cursor = sent(10), .state = PLACE_LIVE, .standing = PLACE_MET};
    l.views = &w;
    w = (struct view){.log = &l, .profile = profile_find("plain"), .filter = filter_new(&all)};
    w.field = data;
    w.event_field = event;
    w.ring.floor = ID(10);
    for (int i = VIEWERS; i-- > 0;)
        viewer_init(&viewers[i], i);
    return 0;
}

static inline int tear_down(void **state)
{
    (void)state;
    relay.logs = &l;
    reads_free_all(&relay);
    for (int i = 0; i < VIEWERS; i++) {
        close(viewers[i].out.fd);
        close(peers[i]);
        buf_free(&viewers[i].out.rest);
        free(viewers[i].first.gap);
    }
    ring_reset(&relay.rings, &w.ring, XID_ZERO);
    filter_free(w.filter);
    batch_free(&relay.batch);
    return 0;
}

static inline void put(int i, enum place_state state, uint64_t id)
{
    struct viewer *v = &viewers[i];
    v->first.place.cursor = sent(id);
    v->first.place.standing = PLACE_CLAIMED;
    follower_set_place(&v->first, state);
    if (state == PLACE_LIVE) {
        v->phase = PHASE_LIVE;
        v->first.place.standing = PLACE_MET;
    }
}

/* The request of that number, from 0 on, is a read of records from one to another. */
static inline void asks_range(size_t nth, uint64_t from, uint64_t to, unsigned count)
{
    assert_true(nth < asked);
    const struct request *q = &requests[nth];
    assert_non_null(q->range_fn);
    assert_int_equal(q->range.from.ms, from);
    assert_true(q->range.to.ms == (to > 0 ? to : UINT64_MAX));
    assert_int_equal(q->range.count, count);
}

static inline void asks_info(size_t nth)
{
    assert_true(nth < asked);
    assert_non_null(requests[nth].info_fn);
}

static inline void answer_info(size_t nth, const struct redis_info *info)
{
    asks_info(nth);
    requests[nth].info_fn(requests[nth].arg, REDIS_OK, info);
}

/* Records of one byte with these ids, up to 0. */
static inline void answer_range(size_t nth, const uint64_t *ids)
{
    struct slice fields[2] = {slice_of("data"), slice_of("x")};
    struct redis_entry e[8] = {{.pairs = 0}};
    size_t n = 0;
    for (; ids[n]; n++)
        e[n] = (struct redis_entry){.id = ID(ids[n]), .fields = fields, .pairs = 1};
    assert_non_null(requests[nth].range_fn);
    requests[nth].range_fn(requests[nth].arg, REDIS_OK, e, n);
}
#define ANSWER(nth, ...) answer_range(nth, (const uint64_t[]){__VA_ARGS__, 0})

static inline void fail_range(size_t nth, enum redis_result result)
{
    assert_non_null(requests[nth].range_fn);
    requests[nth].range_fn(requests[nth].arg, result, NULL, 0);
}

static inline struct redis_info info_of(uint64_t first, uint64_t last, uint64_t length)
{
    return (struct redis_info){.exists = true,
                               .length = length,
                               .last = ID(last),
                               .has_first = length > 0,
                               .first = ID(length > 0 ? first : 0),
                               .has_added = true,
                               .added = length,
                               .has_deleted = true};
}

/* Whether the peer of a viewer got this since it was last asked; "": it got nothing. */
static inline bool peer_got(int i, const char *text)
{
    char got[4000];
    ssize_t n = recv(peers[i], got, sizeof got, MSG_DONTWAIT);
    return *text ? n > 0 && memmem(got, (size_t)n, text, strlen(text)) : n < 0;
}

/* An entry of the table of tests. */
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

#endif
