/* SPDX-License-Identifier: MIT */
/*
 * tail: what a log does with each answer of Redis, in orders that the simulation meets rarely.
 * Redis is two functions that keep the requests; the rest of the relay is the real one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "redis_io.h"

static struct request {
    struct redis_range range;
    redis_range_fn *range_fn; /* NULL: XINFO STREAM */
    redis_info_fn *info_fn;
    void *arg;
} requests[16];
static size_t asked; /* requests ever */
static bool no_memory, no_reads;

static int fake_range(struct redis_feed *f, const char *key, const struct redis_range *range,
                      redis_range_fn *fn, void *arg)
{
    (void)f;
    (void)key;
    if (no_memory || no_reads)
        return -1;
    requests[asked++ % 16] = (struct request){*range, fn, NULL, arg};
    return 0;
}

static int fake_info(struct redis_feed *f, const char *key, redis_info_fn *fn, void *arg)
{
    (void)f;
    (void)key;
    if (no_memory)
        return -1;
    requests[asked++ % 16] = (struct request){.info_fn = fn, .arg = arg};
    return 0;
}

#include "relay/gather.h"

static void fake_pause(struct log *l)
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
#define on_read tail_on_read
#include "relay/tail.c"
#undef on_read
#include "relay/log.h"

#define ID(n)   ((struct xid){(n), 0})
#define VIEWERS 3

static char key[] = "log", data[] = "data", event[] = "event";
static struct relay relay;
static struct log l;
static struct view w;
static struct viewer viewers[VIEWERS];
static int peers[VIEWERS];

static struct cursor sent(uint64_t id)
{
    return (struct cursor){.id = ID(id), .at = CURSOR_SENT, .rank = RANK_UNKNOWN};
}

static void viewer_init(struct viewer *v, int i)
{
    int s[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    peers[i] = s[1];
    *v = (struct viewer){.relay = &relay, .view = &w, .out.fd = s[0], .state = VIEWER_OPEN};
    buf_init(&v->out.rest, 1024 * 1024);
    v->phase = PHASE_RESUME;
    v->next = w.viewers;
    v->at = &w.viewers;
    if (v->next)
        v->next->at = &v->next;
    w.viewers = v;
}

/* The tip stands at 10, and viewers[0] ... [2] are in the log; they are nowhere. */
static int set_up(void **state)
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

static int tear_down(void **state)
{
    (void)state;
    relay.logs = &l;
    reads_free_all(&relay);
    for (int i = 0; i < VIEWERS; i++) {
        close(viewers[i].out.fd);
        close(peers[i]);
        buf_free(&viewers[i].out.rest);
        free(viewers[i].gap);
    }
    ring_reset(&relay.rings, &w.ring, XID_ZERO);
    filter_free(w.filter);
    batch_free(&relay.batch);
    return 0;
}

static void put(int i, enum place_state state, uint64_t id)
{
    struct viewer *v = &viewers[i];
    v->place.cursor = sent(id);
    v->place.standing = PLACE_CLAIMED;
    viewer_set_place(v, state);
    if (state == PLACE_LIVE) {
        v->phase = PHASE_LIVE;
        v->place.standing = PLACE_MET;
    }
}

/* The request of that number, from 0 on, is a read of records from one to another. */
static void asks_range(size_t nth, uint64_t from, uint64_t to, unsigned count)
{
    assert_true(nth < asked);
    const struct request *q = &requests[nth];
    assert_non_null(q->range_fn);
    assert_int_equal(q->range.from.ms, from);
    assert_true(q->range.to.ms == (to > 0 ? to : UINT64_MAX));
    assert_int_equal(q->range.count, count);
}

static void asks_info(size_t nth)
{
    assert_true(nth < asked);
    assert_non_null(requests[nth].info_fn);
}

static void answer_info(size_t nth, const struct redis_info *info)
{
    asks_info(nth);
    requests[nth].info_fn(requests[nth].arg, REDIS_OK, info);
}

/* Records of one byte with these ids, up to 0. */
static void answer_range(size_t nth, const uint64_t *ids)
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

static void fail_range(size_t nth, enum redis_result result)
{
    assert_non_null(requests[nth].range_fn);
    requests[nth].range_fn(requests[nth].arg, result, NULL, 0);
}

static struct redis_info info_of(uint64_t first, uint64_t last, uint64_t length)
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
static bool peer_got(int i, const char *text)
{
    char got[4000];
    ssize_t n = recv(peers[i], got, sizeof got, MSG_DONTWAIT);
    return *text ? n > 0 && memmem(got, (size_t)n, text, strlen(text)) : n < 0;
}

/* ---- a viewer comes ---- */

static void test_new_viewer_reads_only_from_a_cursor_up_to_the_tip(void **state)
{
    static const struct {
        enum place_standing standing;
        enum place_state tip;
        uint64_t id;
        enum place_state then;
    } cases[] = {{PLACE_CLAIMED, PLACE_LIVE, 9, PLACE_BEHIND},
                 {PLACE_CLAIMED, PLACE_LIVE, 10, PLACE_BEHIND},
                 {PLACE_CLAIMED, PLACE_LIVE, 11, PLACE_ASKING},
                 {PLACE_CLAIMED, PLACE_NONE, 9, PLACE_ASKING},
                 {PLACE_FRESH, PLACE_LIVE, 0, PLACE_ASKING}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        put(0, PLACE_ASKING, cases[i].id);
        viewers[0].place.standing = cases[i].standing;
        l.tip.state = cases[i].tip;
        begin(&viewers[0]);
        assert_int_equal(viewers[0].place.state, cases[i].then);
    }
}

/* ---- the tip is read ---- */

static void test_tip_is_read_when_it_is_stale_and_needed(void **state)
{
    static const struct {
        const char *what;
        bool stale, up, live;
        enum place_state tip;
        uint64_t wanted, proven;
        bool read, hands_out;
        int64_t read_at;
    } cases[] = {
        {"stale", true, true, true, PLACE_LIVE, 0, 0, true, false, 0},
        {"not stale", false, true, true, PLACE_LIVE, 0, 0, false, false, 0},
        {"Redis away", true, false, true, PLACE_LIVE, 0, 0, false, false, 0},
        {"no one needs it", true, true, false, PLACE_LIVE, 3, 3, false, false, 0},
        {"a viewer waits", true, true, false, PLACE_LIVE, 4, 3, true, false, 0},
        {"under way", true, true, true, PLACE_BEHIND, 0, 0, false, false, 0},
        {"asks", true, true, true, PLACE_ASKING, 0, 0, false, false, 0},
        {"not known", true, true, true, PLACE_NONE, 0, 0, false, false, 0},
        {"hands out", true, true, true, PLACE_LIVE, 0, 0, false, true, 0},
        {"pauses", true, true, true, PLACE_LIVE, 0, 0, false, false, 100001},
        {"has paused", true, true, true, PLACE_LIVE, 0, 0, true, false, 100000},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asked = 0;
        relay.up = cases[i].up;
        l.fanouts = cases[i].hands_out ? (struct fanout *)&l : NULL; /* only compared */
        l.read_at = cases[i].read_at;
        l.stale = cases[i].stale;
        l.live = cases[i].live;
        l.tip.state = cases[i].tip;
        l.wanted = cases[i].wanted;
        l.proven = cases[i].proven;
        l.asked = 3;
        print_message("%s\n", cases[i].what);
        look(&l);
        assert_int_equal(asked, cases[i].read);
        if (!cases[i].read)
            continue;
        asks_range(0, 10, 0, 4);
        assert_false(l.stale);
        assert_int_equal(l.asked, 4);
        assert_int_equal(l.tip.state, PLACE_BEHIND);
        read_free(requests[0].arg);
    }
    l.live = 0;
    l.fanouts = NULL;
    gather_forget(&l);
}

static void test_log_pauses_after_its_hand_out_if_no_more_is_there(void **state)
{
    static const struct {
        const char *what;
        uint64_t ids[5];
        bool pauses;
    } cases[] = {{"whole", {10, 11, 12}, true},
                 {"full", {10, 11, 12, 13}, false},
                 {"nothing new", {10}, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asked = 0;
        put(0, PLACE_LIVE, 10);
        l.tip.cursor = sent(10);
        l.weight = 0;
        l.stale = true;
        l.read_at = 0;
        look(&l);
        relay.up = false; /* the next read would end at once */
        answer_range(0, cases[i].ids);
        relay.up = true;
        print_message("%s\n", cases[i].what);
        assert_int_equal(l.read_at > 0, cases[i].pauses);
    }
}

/* Its viewers get the records in a later turn.  Until then the tip is not read on, and no viewer is
 * placed in a log that is another one by now. */
static void test_tip_rests_when_all_viewers_have_what_was_read(void **state)
{
    struct redis_info info = info_of(1, 8, 8);
    (void)state;
    for (int i = 0; i < VIEWERS; i++)
        put(i, PLACE_LIVE, 10);
    relay.limits.slice_us = 0; /* a slice reaches nobody */
    l.stale = true;
    look(&l);
    l.stale = true;
    ANSWER(0, 10, 12);
    assert_true(peer_got(0, ""));
    put(1, PLACE_ASKING, 3);
    ask_for_info(&l);
    answer_info(1, &info);
    assert_int_equal(l.info, INFO_HELD);
    assert_int_equal(viewers[1].place.state, PLACE_ASKING);
    assert_int_equal(asked, 2);
    relay.limits.slice_us = INT64_MAX;
    tail_run(&relay);
    assert_true(peer_got(0, "id: 12-0"));
    assert_true(peer_got(2, "id: 12-0"));
    asks_info(2);
    assert_int_equal(l.read_at, relay.now + 10);
    relay.now = l.read_at;
    tail_run(&relay);
    asks_range(3, 12, 0, 16);
    read_free(requests[3].arg);
}

/* Each view makes frames of its own of what was read, and all are made in one turn. */
static void test_tip_with_many_views_is_read_in_smaller_steps(void **state)
{
    static struct view views[5];
    static const struct {
        unsigned frames, count;
        int views;
    } rows[] = {{1000, 20, 0}, {30, 20, 1}, {30, 16, 2}, {30, 11, 3},
                {30, 7, 5},    {4, 2, 4},   {4, 2, 5}};
    (void)state;
    l.weight = 5; /* 20 records a read */
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        l.views = &w;
        for (int k = 0; k < 5; k++) {
            views[k] =
                (struct view){.next = l.views, .viewers = k < rows[i].views ? viewers : NULL};
            l.views = &views[k];
        }
        w.viewers = NULL;
        relay.limits.frames = rows[i].frames;
        assert_int_equal(tip_count(&l), rows[i].count);
    }
    l.views = &w;
}

static void test_tip_without_memory_is_read_later(void **state)
{
    (void)state;
    put(0, PLACE_LIVE, 10);
    l.stale = no_memory = true;
    look(&l);
    assert_true(l.stale);
    assert_int_equal(l.asked, 0);
    assert_int_equal(l.tip.state, PLACE_LIVE);
    no_memory = false;
    check(&l);
    asks_range(0, 10, 0, 4);
}

static void test_answer_moves_the_tip(void **state)
{
    static const struct {
        const char *what;
        uint64_t ids[5];
        bool changed, located, stale;
        uint64_t proven, tip;
    } cases[] = {
        {"nothing new", {10}, false, false, false, 6, 10},
        {"nothing new, changed meanwhile", {10}, true, false, true, 6, 10},
        {"two", {10, 11, 12}, false, false, false, 6, 12},
        {"full", {10, 11, 12, 13}, false, false, true, 5, 13},
        {"located, nothing new", {8}, false, true, false, 6, 10},
        {"located, one", {8, 11}, false, true, false, 6, 11},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        asked = 0;
        put(0, PLACE_LIVE, 10);
        l.tip.cursor = (struct cursor){.id = ID(10), .rank = 7, .located = cases[i].located};
        l.tip.cursor.at = cases[i].located ? CURSOR_NEXT : CURSOR_SENT;
        l.tip.cursor.before = ID(8);
        l.asked = l.proven = 5;
        l.weight = 0;
        l.stale = true;
        print_message("%s\n", cases[i].what);
        l.read_at = 0;
        look(&l);
        l.stale = cases[i].changed;
        relay.up = false; /* the next read would end at once */
        answer_range(0, cases[i].ids);
        relay.up = true;
        assert_int_equal(l.stale, cases[i].stale);
        assert_int_equal(l.proven, cases[i].proven);
        assert_int_equal(l.tip.state, PLACE_LIVE);
        assert_int_equal(l.tip.cursor.id.ms, cases[i].tip);
        assert_int_equal(l.tip.cursor.at, CURSOR_SENT);
        assert_int_equal(l.tip.cursor.rank, 7 + cases[i].tip - 10);
        if (cases[i].tip > 10)
            assert_false(l.tip.cursor.located);
    }
}

static void test_tip_whose_record_is_missing_asks(void **state)
{
    (void)state;
    put(0, PLACE_LIVE, 10);
    l.stale = true;
    look(&l);
    ANSWER(0, 11);
    assert_int_equal(l.tip.state, PLACE_ASKING);
    assert_int_equal(l.tip.cursor.id.ms, 10);
    asks_info(1);
    assert_true(peer_got(0, ""));
}

static void test_refused_read_is_told_and_a_lost_one_is_not(void **state)
{
    static const enum redis_result results[] = {REDIS_LOST, REDIS_REFUSED, REDIS_WRONGTYPE};
    (void)state;
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_LIVE, 10);
        l.stale = true;
        l.wanted = 9;
        look(&l);
        relay.up = false;
        fail_range(0, results[i]);
        assert_true(l.stale); /* a read that was refused is not tracked */
        assert_int_equal(l.tip.state, PLACE_LIVE);
        assert_int_equal(l.wanted, results[i] == REDIS_LOST ? 9 : l.proven);
        assert_int_equal(viewers[0].state != VIEWER_OPEN, results[i] != REDIS_LOST);
    }
}

/* The same for the reads of viewers: the records after a cursor, the newest, the one before. */
static void test_refused_read_of_a_viewer_is_told(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        for (int lost = 0; lost < 2; lost++) {
            struct redis_info info = info_of(1, 10, 9);
            tear_down(NULL);
            set_up(NULL);
            put(0, PLACE_BEHIND, 5);
            if (kind == 0) {
                catchup_read_after(&viewers[0]);
            } else if (kind == 1) {
                viewers[0].place = (struct place){.state = PLACE_COUNTING, .history = 3};
                catchup_find_newest(&viewers[0]);
            } else {
                viewers[0].place.state = PLACE_LOCATING;
                catchup_find_before(&viewers[0], info.first);
            }
            relay.up = false;
            fail_range(0, lost ? REDIS_LOST : REDIS_REFUSED);
            assert_int_equal(viewers[0].state == VIEWER_OPEN, lost);
            assert_int_equal(viewers[0].waits, WAIT_NONE);
        }
    }
}

static void test_refused_info_is_told(void **state)
{
    (void)state;
    for (int lost = 0; lost < 2; lost++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_ASKING, 5);
        l.tip.state = PLACE_ASKING;
        l.stale = false;
        ask_for_info(&l);
        assert_int_equal(l.under_way, 1);
        requests[0].info_fn(&l, lost ? REDIS_LOST : REDIS_REFUSED, NULL);
        assert_int_equal(l.info, INFO_NONE);
        assert_int_equal(l.under_way, 0);
        assert_int_equal(viewers[0].state == VIEWER_OPEN, lost);
        assert_int_equal(l.tip.state, lost ? PLACE_ASKING : PLACE_LIVE);
        assert_int_equal(l.stale, !lost);
    }
}

/* ---- a viewer needs something ---- */

/* A read that is under way may have been sent before the record that the viewer has. */
static void test_proof_is_a_read_of_the_tip_sent_from_now_on(void **state)
{
    (void)state;
    put(0, PLACE_BEHIND, 10);
    l.asked = l.proven = 5;
    want(&viewers[0], PLACE_PROVE);
    assert_int_equal(viewers[0].place.proof, 6);
    asks_range(0, 10, 0, 4);
    put(1, PLACE_BEHIND, 10);
    want(&viewers[1], PLACE_PROVE);
    assert_int_equal(viewers[1].place.proof, 7);
    assert_int_equal(asked, 1);
    assert_int_equal(l.wanted, 7);
    ANSWER(0, 10);
    assert_int_equal(l.proven, 6);
    asks_range(1, 10, 0, 16); /* for the second viewer */
    ANSWER(1, 10);
    assert_int_equal(l.proven, 7);
    assert_int_equal(asked, 2);
}

static void test_viewer_that_asks_is_asked_for_once(void **state)
{
    (void)state;
    for (enum info_state info = INFO_NONE; info <= INFO_HELD; info++) {
        asked = 0;
        l.info = info;
        put(0, PLACE_ASKING, 5);
        want(&viewers[0], PLACE_ASK);
        assert_int_equal(asked, info == INFO_NONE);
        l.info = info;
        asked = 0;
        put(0, PLACE_BEHIND, 12);
        want(&viewers[0], PLACE_SUSPECT);
        assert_int_equal(asked, info == INFO_NONE);
        assert_int_equal(viewers[0].place.state, PLACE_ASKING);
        assert_int_equal(viewers[0].place.doubt, DOUBT_MISSING);
    }
    l.info = INFO_NONE;
    l.under_way = 0;
}

static void test_reads_of_viewers_are_shared_and_queued(void **state)
{
    (void)state;
    relay.limits.reads = 1;
    put(0, PLACE_BEHIND, 5);
    put(1, PLACE_BEHIND, 5);
    put(2, PLACE_BEHIND, 6);
    for (int i = 0; i < VIEWERS; i++)
        catchup_read_after(&viewers[i]);
    assert_int_equal(asked, 1);
    asks_range(0, 5, 10, 4); /* the tip is read apart */
    assert_ptr_equal(viewers[0].read, viewers[1].read);
    assert_int_equal(viewers[2].waits, WAIT_TURN);
    ANSWER(0, 5, 6, 7);
    assert_true(peer_got(0, "id: 7-0"));
    assert_true(peer_got(1, "id: 7-0"));
    asks_range(1, 10, 0, 16); /* to prove to the first two that they are at the end */
    asks_range(2, 6, 10, 16);
}

static void test_read_that_was_sent_before_a_viewer_came_is_not_shared(void **state)
{
    (void)state;
    put(0, PLACE_BEHIND, 5);
    viewers[1].place.came = relay.requests;
    put(1, PLACE_BEHIND, 5);
    catchup_read_after(&viewers[0]);
    catchup_read_after(&viewers[1]);
    assert_int_equal(asked, 1);
    put(2, PLACE_BEHIND, 5);
    viewers[2].place.came = relay.requests;
    catchup_read_after(&viewers[2]);
    assert_int_equal(asked, 2);
}

static void test_nothing_is_read_while_redis_is_away(void **state)
{
    (void)state;
    relay.up = false;
    put(0, PLACE_BEHIND, 5);
    catchup_read_after(&viewers[0]);
    ask_for_info(&l);
    assert_int_equal(asked, 0);
    assert_int_equal(viewers[0].waits, WAIT_NONE);
    assert_int_equal(l.info, INFO_NONE);
}

static void test_viewers_go_on_when_redis_is_back(void **state)
{
    (void)state;
    put(0, PLACE_BEHIND, 5);
    put(1, PLACE_ASKING, 5);
    put(2, PLACE_LIVE, 10);
    up(&l);
    assert_int_equal(asked, 3);
    asks_range(0, 10, 0, 4);
    asked = 0;
    l.tip.state = PLACE_ASKING;
    l.info = INFO_NONE;
    up(&l);
    asks_info(0);
    l.under_way--;
}

/* ---- records for viewers behind ---- */

/* A batch holds less than its answer when the records are large. */
static void test_answer_up_to_the_tip_is_its_end_only_if_whole(void **state)
{
    static const struct {
        const char *what;
        unsigned bytes; /* 4 times as many are in a batch; a frame has 17 */
        uint64_t ids[5];
        uint64_t then;
        bool end;
    } cases[] = {
        {"whole", 100, {5, 6, 7}, 7, true},
        {"nothing", 100, {5}, 5, true},
        {"full", 100, {5, 6, 7, 8}, 8, false},
        {"more than a batch", 5, {5, 6, 7}, 7, true},
        {"much more than a batch", 4, {5, 6, 7}, 6, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        relay.limits.read_bytes = cases[i].bytes;
        put(0, PLACE_BEHIND, 5);
        catchup_read_after(&viewers[0]);
        relay.up = false;
        print_message("%s\n", cases[i].what);
        answer_range(0, cases[i].ids);
        assert_int_equal(viewers[0].place.cursor.id.ms, cases[i].then);
        assert_int_equal(viewers[0].place.clear_to.ms, cases[i].end ? 10 : 0);
    }
}

static void test_read_without_its_record_asks(void **state)
{
    (void)state;
    put(0, PLACE_BEHIND, 5);
    viewers[0].place.cursor.located = true;
    viewers[0].place.cursor.before = ID(3);
    catchup_read_after(&viewers[0]);
    ANSWER(0, 4, 6);
    assert_true(peer_got(0, ""));
    assert_int_equal(viewers[0].place.state, PLACE_ASKING);
    assert_int_equal(viewers[0].place.doubt, DOUBT_MISSING);
    assert_int_equal(viewers[0].place.came, relay.requests - 1); /* that of the XINFO */
    assert_false(viewers[0].place.cursor.located);
    asks_info(1);
}

/* Each of them came to ask before the XINFO was sent. */
static void test_viewers_of_a_read_without_its_record_share_an_xinfo(void **state)
{
    struct redis_info info = info_of(6, 10, 5);
    (void)state;
    for (int i = 0; i < 3; i++) {
        put(i, PLACE_BEHIND, 5);
        catchup_read_after(&viewers[i]);
    }
    ANSWER(0, 6);
    asks_info(1);
    assert_int_equal(asked, 2);
    answer_info(1, &info);
    for (int i = 0; i < 3; i++) {
        assert_int_equal(viewers[i].place.state, PLACE_BEHIND);
        assert_true(peer_got(i, "event: gap"));
    }
}

/* A record that does not fit would be read for ever: the client comes back when there is memory. */
static void test_viewer_without_memory_for_its_records_ends(void **state)
{
    (void)state;
    buf_free(&relay.batch.bytes);
    buf_init(&relay.batch.bytes, 8);
    put(0, PLACE_BEHIND, 5);
    catchup_read_after(&viewers[0]);
    ANSWER(0, 5, 6);
    assert_int_equal(viewers[0].state, VIEWER_CLOSED);
    assert_true(peer_got(0, ""));
}

static void test_view_that_is_gone_is_given_nothing(void **state)
{
    (void)state;
    put(0, PLACE_BEHIND, 5);
    catchup_read_after(&viewers[0]);
    reads_forget(&viewers[0]);
    reads_forget_view(&relay, &w);
    ANSWER(0, 5, 6);
    assert_int_equal(relay.nreads, 0);
    assert_int_equal(viewers[0].place.cursor.id.ms, 5);
}

/* A viewer that ended in this turn still waits for the read. */
static void test_viewer_that_ended_is_given_nothing(void **state)
{
    (void)state;
    for (int kind = 0; kind < 4; kind++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_BEHIND, 5);
        if (kind == 1) {
            viewers[0].place = (struct place){.state = PLACE_COUNTING, .history = 3};
            catchup_find_newest(&viewers[0]);
        } else if (kind == 2) {
            viewers[0].place.state = PLACE_LOCATING;
            catchup_find_before(&viewers[0], ID(1));
        } else {
            catchup_read_after(&viewers[0]);
        }
        viewer_close(&viewers[0]);
        if (kind == 1)
            ANSWER(0, 10, 9, 8);
        else if (kind == 3)
            ANSWER(0, 4, 6); /* without its record */
        else
            ANSWER(0, 5, 6);
        assert_int_equal(viewers[0].place.state, PLACE_NONE);
        assert_true(peer_got(0, ""));
    }
}

/* ---- XINFO ---- */

/* Only a request that was sent after a viewer came answers it. */
static void test_info_places_only_viewers_that_came_before(void **state)
{
    struct redis_info info = info_of(1, 10, 9);
    (void)state;
    put(0, PLACE_ASKING, 10);
    viewers[0].place.came = relay.requests;
    ask_for_info(&l);
    put(1, PLACE_ASKING, 10);
    viewers[1].place.came = relay.requests;
    ask_for_info(&l);
    assert_int_equal(asked, 1);
    answer_info(0, &info);
    assert_int_equal(viewers[0].place.state, PLACE_LIVE);
    assert_int_equal(viewers[1].place.state, PLACE_ASKING);
    assert_int_equal(asked, 2);
    answer_info(1, &info);
    assert_int_equal(viewers[1].place.state, PLACE_LIVE);
    assert_int_equal(asked, 2);
    assert_int_equal(l.under_way, 0);
}

/* A viewer that is served may ask again, while the answer is handled. */
static void test_info_answers_no_viewer_that_came_while_it_is_handled(void **state)
{
    struct redis_info info = info_of(20, 30, 9);
    struct view second = w;
    (void)state;
    put(0, PLACE_BEHIND, 10);
    viewers[0].place.proof = l.proven = 1; /* it is to be placed again: it is beyond the tip */
    l.tip.cursor = sent(9);
    l.live = 1;
    put(1, PLACE_ASKING, 10);
    viewers[1].place.came = relay.requests + 1; /* the request after this one answers it */
    w.viewers = &viewers[0];
    viewers[0].next = NULL;
    second.viewers = &viewers[1];
    viewers[1].next = NULL;
    viewers[1].view = &second;
    second.next = NULL;
    w.next = &second;
    ask_for_info(&l);
    answer_info(0, &info);
    assert_int_equal(viewers[0].place.doubt, DOUBT_MISSING);
    assert_int_equal(viewers[1].place.state, PLACE_ASKING);
    assert_int_equal(viewers[1].place.cursor.id.ms, 10);
    l.live = 0;
    l.under_way--;
}

/* The tip is in the log that was there before: its read shows that, and then viewers are placed. */
static void test_viewers_are_placed_after_a_tip_in_a_former_log(void **state)
{
    static const enum place_state tips[] = {PLACE_BEHIND, PLACE_LOCATING};
    struct redis_info info = info_of(1, 8, 8);
    (void)state;
    for (size_t i = 0; i < sizeof tips / sizeof *tips; i++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_ASKING, 3);
        ask_for_info(&l);
        l.tip.state = tips[i];
        answer_info(0, &info);
        assert_int_equal(viewers[0].place.state, PLACE_ASKING);
        assert_int_equal(l.info, INFO_HELD);
        assert_int_equal(asked, 1);
        l.tip.state = PLACE_LIVE;
        tip_answered(&l);
        assert_int_equal(asked, 2);
        answer_info(1, &info);
        assert_int_equal(viewers[0].place.state, PLACE_LOCATING);
        asks_range(2, 1, 3, 1);
    }
}

static void test_viewer_that_waits_for_its_read_is_not_placed(void **state)
{
    struct redis_info info = info_of(1, 10, 9);
    (void)state;
    put(0, PLACE_LOCATING, 5);
    catchup_find_before(&viewers[0], ID(1));
    ask_for_info(&l);
    answer_info(1, &info);
    assert_int_equal(viewers[0].place.state, PLACE_LOCATING);
    assert_int_equal(viewers[0].waits, WAIT_READ);
    assert_int_equal(asked, 2);
}

static void test_info_without_memory_is_asked_for_soon(void **state)
{
    (void)state;
    no_memory = true;
    ask_for_info(&l);
    assert_int_equal(l.info, INFO_NONE);
    assert_int_equal(relay.next_sweep, relay.now + RETRY_MS);
    no_memory = false;
    l.tip.state = PLACE_ASKING;
    check(&l);
    asks_info(0);
    l.under_way--;
}

/* The read that finds a place has no memory: for a viewer's history, for its cursor, for the tip.
 * XINFO, which asks for that read, is not repeated as fast as Redis answers. */
static void test_place_without_memory_for_its_read_is_asked_for_later(void **state)
{
    struct redis_info info = info_of(1, 30, 30);
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_ASKING, 5);
        if (kind == 0)
            viewers[0].place = (struct place){.state = PLACE_ASKING, .history = 3};
        l.tip.state = kind == 2 ? PLACE_ASKING : PLACE_LIVE;
        l.live = 1; /* the tip does not move to the end */
        no_reads = true;
        ask_for_info(&l);
        answer_info(0, &info);
        assert_int_equal(asked, 1);
        assert_int_equal(relay.next_sweep, relay.now + RETRY_MS);
        relay.now += RETRY_MS - 1;
        relay.next_sweep = INT64_MAX; /* a sweep that another one called for */
        check(&l);
        log_serve(&viewers[0]);
        assert_int_equal(asked, 1);
        assert_int_equal(relay.next_sweep, relay.now + 1);
        relay.now++;
        check(&l);
        log_serve(&viewers[0]);
        asks_info(1);
        assert_int_equal(asked, 2);
        l.under_way--;
        l.live = 0;
    }
}

static void test_gap_of_a_viewer_is_told_with_its_place(void **state)
{
    struct redis_info info = info_of(20, 30, 9);
    (void)state;
    put(0, PLACE_ASKING, 5);
    put(1, PLACE_LIVE, 10);
    l.tip.state = PLACE_BEHIND;
    ask_for_info(&l);
    answer_info(0, &info);
    assert_true(peer_got(0, "event: gap"));
    assert_int_equal(viewers[0].place.cursor.id.ms, 20);
    l.tip.state = PLACE_LIVE;
}

/* ---- the tip by XINFO ---- */

static void test_tip_is_left_only_while_no_viewer_is_at_it(void **state)
{
    static const struct {
        const char *what;
        enum place_state tip;
        bool live;
        uint64_t last, rank, added;
        uint64_t then;
        uint64_t then_rank;
    } cases[] = {
        {"not known", PLACE_NONE, false, 14, 9, 12, 14, 12},
        {"left", PLACE_LIVE, false, 14, 9, 12, 14, 12},
        {"not moved", PLACE_LIVE, false, 10, 9, 9, 10, 9},
        {"not moved, rank unknown", PLACE_LIVE, false, 10, RANK_UNKNOWN, 9, 10, 9},
        {"the same end, fewer records", PLACE_LIVE, false, 10, 9, 3, 10, 3},
        {"viewers at it", PLACE_LIVE, true, 14, 9, 12, 10, 9},
        {"being read", PLACE_BEHIND, false, 14, 9, 12, 10, 9},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct redis_info info = info_of(1, cases[i].last, cases[i].added);
        l.tip = (struct place){.cursor = sent(10), .state = cases[i].tip};
        l.tip.cursor.rank = cases[i].rank;
        l.live = cases[i].live;
        l.stale = false;
        print_message("%s\n", cases[i].what);
        log_on_info(&l, &info, false);
        assert_int_equal(l.tip.cursor.id.ms, cases[i].then);
        assert_int_equal(l.tip.cursor.rank, cases[i].then_rank);
        bool left = cases[i].then != 10 || cases[i].then_rank < 9;
        assert_int_equal(l.stale, left); /* it is read, so that Redis tracks the key */
    }
    l.live = 0;
}

/* A later log that lost as many records would look as if nothing were missing. */
static void test_tip_at_a_deleted_record_gets_no_rank(void **state)
{
    struct redis_info info = info_of(1, 10, 9);
    (void)state;
    l.tip = (struct place){.cursor = sent(10), .state = PLACE_LIVE};
    l.tip.cursor.located = true;
    log_on_info(&l, &info, false);
    assert_true(l.tip.cursor.rank == RANK_UNKNOWN);
}

/* Viewers beyond a new tip stand in a log that was there before. */
static void test_new_tip_places_viewers_beyond_it_again(void **state)
{
    static const struct {
        uint64_t id;
        bool reads;
        enum place_state then;
        enum place_doubt doubt;
    } cases[] = {{5, false, PLACE_BEHIND, DOUBT_NONE},
                 {14, false, PLACE_BEHIND, DOUBT_NONE},
                 {15, false, PLACE_ASKING, DOUBT_NONE},
                 {15, true, PLACE_BEHIND, DOUBT_NONE}};
    struct redis_info info = info_of(1, 14, 9);
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_BEHIND, cases[i].id);
        viewers[0].place.doubt = DOUBT_DELETED; /* in the former log */
        if (cases[i].reads)
            catchup_read_after(&viewers[0]);
        ring_add(&relay.rings, &w.ring, &(struct item){2, ID(12), 1}, 1, "12");
        tip_at_end(&l, &info);
        assert_int_equal(viewers[0].place.state, cases[i].then);
        assert_int_equal(viewers[0].place.doubt, cases[i].doubt);
        assert_null(w.ring.first);
        assert_int_equal(w.ring.floor.ms, 14);
    }
}

static void test_gap_of_the_tip_is_told_where_it_was_met(void **state)
{
    static const struct {
        const char *what;
        enum place_state state;
        uint64_t id;
        bool reads, gap;
        enum place_state then;
        uint64_t then_id;
    } cases[] = {
        {"live at the tip", PLACE_LIVE, 10, false, true, PLACE_LIVE, 20},
        {"behind", PLACE_BEHIND, 5, false, false, PLACE_ASKING, 5},
        {"behind, reads", PLACE_BEHIND, 5, true, false, PLACE_BEHIND, 5},
        {"asks", PLACE_ASKING, 5, false, false, PLACE_ASKING, 5},
    };
    struct gap gap = {.after = {10, 0}, .lost = 3};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, cases[i].state, cases[i].id);
        viewers[0].place.doubt = DOUBT_DELETED;
        if (cases[i].reads)
            catchup_read_after(&viewers[0]);
        l.tip.cursor = sent(20);
        print_message("%s\n", cases[i].what);
        tip_gap(&l, &gap);
        assert_int_equal(peer_got(0, "event: gap"), cases[i].gap);
        assert_int_equal(viewers[0].place.state, cases[i].then);
        assert_int_equal(viewers[0].place.cursor.id.ms, cases[i].then_id);
        assert_int_equal(viewers[0].place.doubt, DOUBT_NONE);
        assert_int_equal(w.ring.floor.ms, 20);
    }
}

/* XINFO may tell of it before the invalidation comes.  The tip moves into the new log first. */
static void test_recreated_log_moves_its_tip_before_viewers_are_placed(void **state)
{
    struct redis_info info = info_of(1, 4, 4);
    (void)state;
    put(0, PLACE_LIVE, 10);
    put(1, PLACE_ASKING, 3);
    ask_for_info(&l);
    answer_info(0, &info);
    assert_true(peer_got(0, "event: gap"));
    assert_int_equal(l.tip.cursor.id.ms, 1);
    assert_int_equal(viewers[1].place.state, PLACE_ASKING);
    assert_int_equal(asked, 2);
    ANSWER(1, 1, 2, 3, 4);
    answer_info(2, &info);
    assert_int_equal(viewers[1].place.state, PLACE_LOCATING);
}

static void test_tip_by_info(void **state)
{
    static const struct {
        const char *what;
        uint64_t first, last, added, deleted;
        bool missing, located;
        enum place_state then;
        bool stale;
        uint64_t proven, id;
        bool gap;
    } cases[] = {
        {"at the end", 1, 10, 9, 0, false, false, PLACE_LIVE, false, 7, 10, false},
        {"its record deleted", 1, 14, 12, 10, true, false, PLACE_LOCATING, false, 5, 10, false},
        {"the same, located", 1, 14, 12, 10, true, true, PLACE_LIVE, true, 5, 10, false},
        {"trimmed up to it", 11, 14, 12, 0, false, false, PLACE_LIVE, true, 5, 11, false},
        {"trimmed past it", 12, 14, 12, 0, false, false, PLACE_LIVE, true, 5, 12, true},
        {"recreated", 1, 4, 4, 0, false, false, PLACE_LIVE, true, 5, 1, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct redis_info info = info_of(cases[i].first, cases[i].last, cases[i].added);
        tear_down(NULL);
        set_up(NULL);
        info.length = cases[i].added - (cases[i].first - 1 - (cases[i].last - cases[i].added));
        if (cases[i].first == 1)
            info.length = cases[i].added;
        info.deleted = ID(cases[i].deleted);
        put(0, PLACE_LIVE, 10);
        l.tip.state = PLACE_ASKING;
        l.tip.doubt = cases[i].missing ? DOUBT_MISSING : DOUBT_NONE;
        l.tip.cursor.located = cases[i].located;
        l.tip.cursor.rank = 8;
        l.asked = 7;
        l.proven = 5;
        relay.up = false; /* the tip is read when all is done */
        print_message("%s\n", cases[i].what);
        tip_on_info(&l, &info);
        assert_int_equal(l.tip.state, cases[i].then);
        assert_int_equal(l.stale, cases[i].stale);
        assert_int_equal(l.proven, cases[i].proven);
        assert_int_equal(l.tip.cursor.id.ms, cases[i].id);
        assert_int_equal(peer_got(0, "event: gap"), cases[i].gap);
        if (cases[i].then == PLACE_LOCATING)
            asks_range(0, cases[i].first, 10, 1);
        assert_int_equal(viewers[0].place.state, PLACE_LIVE);
    }
}

/* XINFO once more tells whether the record before was found in the same log. */
static void test_record_before_the_tip_is_looked_at_again(void **state)
{
    static const struct {
        const char *what;
        uint64_t ids[2];
        enum redis_result result;
        enum place_state then;
        bool located;
    } cases[] = {{"found before", {8}, REDIS_OK, PLACE_ASKING, true},
                 {"its own", {10}, REDIS_OK, PLACE_BEHIND, false}, /* and it is read again */
                 {"none", {0}, REDIS_OK, PLACE_ASKING, false},
                 {"refused", {0}, REDIS_REFUSED, PLACE_LIVE, false},
                 {"lost", {0}, REDIS_LOST, PLACE_BEHIND, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        put(0, PLACE_LIVE, 10);
        l.tip.state = PLACE_LOCATING;
        l.tip.doubt = DOUBT_MISSING;
        l.stale = false;
        find_before_tip(&l, ID(1));
        print_message("%s\n", cases[i].what);
        if (cases[i].result == REDIS_OK)
            answer_range(0, cases[i].ids);
        else
            fail_range(0, cases[i].result);
        assert_int_equal(l.tip.state, cases[i].then);
        assert_int_equal(l.tip.cursor.located, cases[i].located);
        assert_int_equal(viewers[0].state == VIEWER_OPEN, cases[i].result != REDIS_REFUSED);
        if (cases[i].then == PLACE_ASKING)
            asks_info(1);
        if (cases[i].then == PLACE_BEHIND)
            asks_range(1, 10, 0, 4);
        l.under_way -= cases[i].then == PLACE_ASKING;
    }
}

/* ---- the newest records ---- */

static void count_newest(int i, unsigned history)
{
    viewers[i].phase = PHASE_HISTORY;
    viewers[i].place = (struct place){.state = PLACE_COUNTING, .history = history};
    viewers[i].place.standing = PLACE_FRESH;
    catchup_find_newest(&viewers[i]);
}

/* Each page begins with the last record of the page before. */
static void test_newest_records_are_counted_page_by_page(void **state)
{
    (void)state;
    count_newest(0, 6);
    asks_range(0, 0, 0, 4);
    count_newest(1, 6);
    assert_int_equal(asked, 1); /* it is shared */
    uint64_t sent_before = ((const struct read *)requests[0].arg)->number;
    ANSWER(0, 30, 29, 28, 27);
    asks_range(1, 0, 27, 3);
    const struct read *q = requests[1].arg;
    assert_int_equal(q->history, 6);
    assert_int_equal(q->number, sent_before);
    assert_int_equal(viewers[0].waits, WAIT_READ);
    assert_int_equal(viewers[1].waits, WAIT_READ);
    relay.up = false;
    ANSWER(1, 27, 26, 25);
    for (int i = 0; i < 2; i++) {
        assert_int_equal(viewers[i].place.state, PLACE_BEHIND);
        assert_int_equal(viewers[i].place.cursor.at, CURSOR_NEXT);
        assert_int_equal(viewers[i].place.cursor.id.ms, 25);
    }
}

static void test_newest_records_end_where_the_log_does(void **state)
{
    static const struct {
        uint64_t ids[4];
        uint64_t begin; /* 0: with any record */
    } cases[] = {{{30, 29, 28}, 28}, {{30}, 30}, {{0}, 0}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        count_newest(0, 6);
        relay.up = false;
        answer_range(0, cases[i].ids);
        assert_int_equal(viewers[0].place.state, PLACE_BEHIND);
        assert_int_equal(viewers[0].place.cursor.at, cases[i].begin ? CURSOR_NEXT : CURSOR_OPEN);
        assert_int_equal(viewers[0].place.cursor.id.ms, cases[i].begin);
    }
}

/* The log was recreated or trimmed between the pages. */
static void test_pages_of_two_logs_are_no_history(void **state)
{
    static const uint64_t second[][4] = {{26, 25, 24}, {20, 19}, {0}};
    (void)state;
    for (size_t i = 0; i < sizeof second / sizeof *second; i++) {
        tear_down(NULL);
        set_up(NULL);
        count_newest(0, 6);
        ANSWER(0, 30, 29, 28, 27);
        answer_range(1, second[i]);
        assert_int_equal(viewers[0].place.state, PLACE_ASKING);
        asks_info(2);
        l.under_way--;
    }
}

/* ---- changes ---- */

static void test_change_is_looked_at_at_once(void **state)
{
    static const struct slice all = {0};
    (void)state;
    put(0, PLACE_LIVE, 10);
    relay.logs = &l;
    tail_invalidated(&relay, all);
    asks_range(0, 10, 0, 4);
    tail_invalidated(&relay, all);
    assert_int_equal(asked, 1);
    assert_true(l.stale);
    ANSWER(0, 10);
    assert_int_equal(asked, 2); /* what changed since the first read was sent */
}

static void test_tip_with_live_viewers_is_read_now_and_then(void **state)
{
    (void)state;
    put(0, PLACE_LIVE, 10);
    l.look_at = relay.now + 1;
    assert_int_equal(check(&l), l.look_at);
    assert_int_equal(asked, 0);
    relay.now++;
    check(&l);
    assert_int_equal(asked, 1);
    assert_int_equal(l.look_at, relay.now + LOOK_AGAIN_MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_new_viewer_reads_only_from_a_cursor_up_to_the_tip),
        TEST(test_tip_is_read_when_it_is_stale_and_needed),
        TEST(test_log_pauses_after_its_hand_out_if_no_more_is_there),
        TEST(test_tip_rests_when_all_viewers_have_what_was_read),
        TEST(test_tip_with_many_views_is_read_in_smaller_steps),
        TEST(test_tip_without_memory_is_read_later),
        TEST(test_answer_moves_the_tip),
        TEST(test_tip_whose_record_is_missing_asks),
        TEST(test_refused_read_is_told_and_a_lost_one_is_not),
        TEST(test_refused_read_of_a_viewer_is_told),
        TEST(test_refused_info_is_told),
        TEST(test_proof_is_a_read_of_the_tip_sent_from_now_on),
        TEST(test_viewer_that_asks_is_asked_for_once),
        TEST(test_reads_of_viewers_are_shared_and_queued),
        TEST(test_read_that_was_sent_before_a_viewer_came_is_not_shared),
        TEST(test_nothing_is_read_while_redis_is_away),
        TEST(test_viewers_go_on_when_redis_is_back),
        TEST(test_answer_up_to_the_tip_is_its_end_only_if_whole),
        TEST(test_read_without_its_record_asks),
        TEST(test_viewers_of_a_read_without_its_record_share_an_xinfo),
        TEST(test_viewer_without_memory_for_its_records_ends),
        TEST(test_view_that_is_gone_is_given_nothing),
        TEST(test_viewer_that_ended_is_given_nothing),
        TEST(test_info_places_only_viewers_that_came_before),
        TEST(test_info_answers_no_viewer_that_came_while_it_is_handled),
        TEST(test_viewers_are_placed_after_a_tip_in_a_former_log),
        TEST(test_viewer_that_waits_for_its_read_is_not_placed),
        TEST(test_info_without_memory_is_asked_for_soon),
        TEST(test_place_without_memory_for_its_read_is_asked_for_later),
        TEST(test_gap_of_a_viewer_is_told_with_its_place),
        TEST(test_tip_is_left_only_while_no_viewer_is_at_it),
        TEST(test_tip_at_a_deleted_record_gets_no_rank),
        TEST(test_new_tip_places_viewers_beyond_it_again),
        TEST(test_gap_of_the_tip_is_told_where_it_was_met),
        TEST(test_recreated_log_moves_its_tip_before_viewers_are_placed),
        TEST(test_tip_by_info),
        TEST(test_record_before_the_tip_is_looked_at_again),
        TEST(test_newest_records_are_counted_page_by_page),
        TEST(test_newest_records_end_where_the_log_does),
        TEST(test_pages_of_two_logs_are_no_history),
        TEST(test_change_is_looked_at_at_once),
        TEST(test_tip_with_live_viewers_is_read_now_and_then),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
