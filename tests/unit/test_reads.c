/* SPDX-License-Identifier: MIT */
/*
 * reads: which read serves a viewer, the queue, the size of reads, and what is sent to Redis, which
 * is a function that keeps the last request.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis_io.h"

static struct redis_range sent;
static redis_range_fn *answer;
static void *answer_arg;
static bool no_memory;

static int fake_range(struct redis_feed *f, const char *name, const struct redis_range *range,
                      redis_range_fn *fn, void *arg)
{
    (void)f;
    (void)name;
    if (no_memory)
        return -1;
    sent = *range;
    answer = fn;
    answer_arg = arg;
    return 0;
}
#define redis_feed_range fake_range
#include "relay/reads.c"

static char key[] = "log";
static struct relay relay;
static struct log logs[2];
static struct view views[2];
static unsigned asked_for;              /* of the read that was answered */
static const struct follower *newcomer; /* looks for a read while an answer is handed out */
static struct read *found;

static int set_up(void **state)
{
    (void)state;
    no_memory = false;
    relay = (struct relay){.up = true, .now = 1000, .next_sweep = INT64_MAX, .requests = 17};
    relay.limits = (struct limits){.read_bytes = 4000, .first_read = 16, .reads = 2};
    relay.queue_end = &relay.queue;
    for (int i = 0; i < 2; i++) {
        logs[i] = (struct log){.relay = &relay, .key = key};
        views[i] = (struct view){.log = &logs[i]};
        logs[i].views = &views[i];
    }
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    relay.logs = &logs[0];
    logs[0].next = &logs[1];
    reads_free_all(&relay);
    assert_int_equal(logs[0].under_way + logs[1].under_way, 0);
    assert_int_equal(relay.nreads, 0);
    return 0;
}

static struct viewer reader = {.relay = &relay, .state = VIEWER_OPEN};

static struct follower follower_of(int view)
{
    return (struct follower){.viewer = &reader, .view = &views[view]};
}

static void done(struct read *q, enum redis_result result, const struct redis_entry *entries,
                 size_t count)
{
    (void)result;
    (void)entries;
    (void)count;
    asked_for = q->count;
    found = newcomer ? reads_find_after(newcomer, false) : NULL;
}

/* ---- which read serves a viewer ---- */

static void test_read_after_is_shared_by_viewers_that_get_the_same(void **state)
{
    static const struct {
        const char *what;
        int view;
        uint64_t id, nth, came;
        bool as_history, found;
    } cases[] = {
        {"the same", 0, 5, 3, 7, false, true},         {"another view", 1, 5, 3, 7, false, false},
        {"another cursor", 0, 6, 3, 7, false, false},  {"as history", 0, 5, 3, 7, true, false},
        {"sent more before", 0, 5, 4, 7, false, true}, {"came later", 0, 5, 3, 8, false, false},
    };
    struct read *q = reads_new(&logs[0], READ_AFTER, done);
    (void)state;
    q->view = &views[0];
    q->from.id.ms = 5;
    q->nth = 3;
    q->number = 7;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct follower v = follower_of(cases[i].view);
        v.place.cursor.id.ms = cases[i].id;
        v.place.came = cases[i].came;
        reader.replayed = cases[i].nth;
        print_message("%s\n", cases[i].what);
        assert_int_equal(reads_find_after(&v, cases[i].as_history) != NULL, cases[i].found);
    }
}

/* The first record of a bulk begins it, so a viewer inside its bulk needs a read of its own. */
static void test_read_of_a_bulk_is_shared_at_the_same_record_of_it(void **state)
{
    struct read *q = reads_new(&logs[0], READ_AFTER, done);
    struct follower v = follower_of(0);
    (void)state;
    q->view = &views[0];
    q->as_history = true;
    q->nth = 3;
    for (reader.replayed = 2; reader.replayed <= 4; reader.replayed++)
        assert_int_equal(reads_find_after(&v, true) != NULL, reader.replayed == 3);
    assert_null(reads_find_after(&v, false));
}

static void test_newest_are_shared_by_viewers_that_came_before_the_read(void **state)
{
    static const struct {
        const char *what;
        int log;
        unsigned history;
        uint64_t came;
        bool found;
    } cases[] = {{"came before", 0, 10, 6, true},
                 {"came when it was sent", 0, 10, 7, true},
                 {"came later", 0, 10, 8, false},
                 {"of another log", 1, 10, 6, false},
                 {"of another N", 0, 11, 6, false}};
    struct read *q = reads_new(&logs[0], READ_NEWEST, done);
    (void)state;
    q->history = 10;
    q->number = 7;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct follower v = follower_of(cases[i].log);
        v.place.history = cases[i].history;
        v.place.came = cases[i].came;
        print_message("%s\n", cases[i].what);
        assert_int_equal(reads_find_newest(&v) != NULL, cases[i].found);
    }
}

static void test_read_whose_answer_is_handed_out_serves_no_one_else(void **state)
{
    struct follower v = follower_of(0);
    struct read *q = reads_new(&logs[0], READ_AFTER, done);
    (void)state;
    q->view = &views[0];
    assert_ptr_equal(reads_find_after(&v, false), q);
    assert_int_equal(reads_send(q), 0);
    newcomer = &v;
    found = q;
    answer(answer_arg, REDIS_OK, NULL, 0);
    newcomer = NULL;
    assert_null(found);
    assert_int_equal(relay.nreads, 0);
}

static void test_view_that_is_gone_gets_no_answer(void **state)
{
    struct read *q[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        q[i] = reads_new(&logs[0], READ_AFTER, done);
        q[i]->view = &views[i];
    }
    reads_forget_view(&relay, &views[0]);
    assert_null(q[0]->view);
    assert_ptr_equal(q[1]->view, &views[1]);
}

/* ---- what is sent ---- */

static void test_request_is_what_the_read_needs(void **state)
{
    static const struct {
        enum read_kind kind;
        bool located, large, newest_first;
        uint64_t from;
        enum redis_large kept;
    } cases[] = {
        {READ_TIP, false, false, false, 5, LARGE_KEEP},
        {READ_AFTER, false, false, false, 5, LARGE_KEEP},
        {READ_AFTER, false, true, false, 5, LARGE_BUT_FIRST},
        {READ_AFTER, true, false, false, 3, LARGE_KEEP},
        {READ_NEWEST, false, false, true, 5, LARGE_NONE},
        {READ_BEFORE, false, false, true, 5, LARGE_NONE},
        {READ_BEFORE_TIP, false, false, true, 5, LARGE_NONE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct read *q = reads_new(&logs[0], cases[i].kind, done);
        q->from = (struct cursor){
            .id = {5, 0}, .located = cases[i].located, .before = {3, 0}, .large = cases[i].large};
        q->to = (struct xid){9, 0};
        q->count = 7;
        bool tip = cases[i].kind == READ_TIP || cases[i].kind == READ_BEFORE_TIP;
        assert_int_equal(relay.nreads, tip ? 0 : 1); /* tips do not wait for their turn */
        assert_int_equal(reads_send(q), 0);
        assert_int_equal(relay.requests, 17 + i + 1);
        assert_int_equal(sent.from.ms, cases[i].from);
        assert_int_equal(sent.to.ms, 9);
        assert_int_equal(sent.count, 7);
        assert_int_equal(sent.newest_first, cases[i].newest_first);
        assert_int_equal(sent.large, cases[i].kept);
        assert_int_equal(logs[0].under_way, 1);
        answer(answer_arg, REDIS_OK, NULL, 0);
        assert_int_equal(asked_for, 7);
        assert_int_equal(logs[0].under_way, 0);
    }
}

/* An answer that leaves out what was too large is full, as far as it goes. */
static void test_cut_answer_is_full(void **state)
{
    struct redis_entry entries[3] = {{.pairs = 0}};
    struct read *q = reads_new(&logs[0], READ_AFTER, done);
    (void)state;
    q->count = 16;
    assert_int_equal(reads_send(q), 0);
    answer(answer_arg, REDIS_CUT, entries, 3);
    assert_int_equal(asked_for, 3);
    assert_int_equal(reads_count(&logs[0]), 2); /* the next one asks for as little as there is */
}

static void test_read_without_memory_is_tried_again_soon(void **state)
{
    struct follower v = follower_of(0);
    struct read *q = reads_new(&logs[0], READ_AFTER, done);
    (void)state;
    reads_join(q, &v);
    no_memory = true;
    assert_int_equal(reads_send(q), -1);
    assert_null(v.read);
    assert_int_equal(v.waits, WAIT_NONE);
    assert_int_equal(relay.next_sweep, relay.now + RETRY_MS);
    assert_int_equal(relay.requests, 17);
}

/* ---- who waits ---- */

static void test_waiters_that_are_taken_wait_no_longer(void **state)
{
    struct follower a = follower_of(0), b = follower_of(0), c = follower_of(0);
    struct read *q = reads_new(&logs[0], READ_AFTER, done);
    (void)state;
    reads_join(q, &a);
    reads_join(q, &b);
    reads_join(q, &c);
    assert_ptr_equal(b.read, q);
    reads_forget(&b);
    assert_null(b.read);
    assert_int_equal(b.waits, WAIT_NONE);
    assert_ptr_equal(reads_take_waiters(q), &c);
    assert_ptr_equal(c.wait_next, &a);
    assert_null(a.wait_next);
    assert_int_equal(a.waits, WAIT_NONE);
    assert_null(a.read);
    assert_null(q->waiters);
}

static void queue_is(const char *order, struct follower v[3])
{
    for (; *order; order++)
        assert_ptr_equal(reads_next_in_queue(&relay), &v[*order - 'a']);
    assert_null(reads_next_in_queue(&relay));
}

/* Each order of leaving; another viewer comes after it. */
static void test_queue_is_served_in_order_although_viewers_leave(void **state)
{
    static const struct {
        const char *leave, *left;
    } cases[] = {{"", "abc"}, {"a", "bca"}, {"b", "acb"}, {"c", "abc"}, {"ab", "ca"}, {"cb", "ac"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct follower v[3] = {follower_of(0), follower_of(0), follower_of(0)};
        for (int k = 0; k < 3; k++)
            reads_queue(&v[k]);
        for (const char *c = cases[i].leave; *c; c++)
            reads_forget(&v[*c - 'a']);
        if (*cases[i].leave)
            reads_queue(&v[*cases[i].leave - 'a']);
        queue_is(cases[i].left, v);
    }
}

static void test_queue_waits_for_room_and_for_redis(void **state)
{
    struct follower v = follower_of(0);
    struct read *q[2];
    (void)state;
    for (int i = 0; i < 2; i++) {
        assert_true(reads_have_room(&relay));
        q[i] = reads_new(&logs[0], READ_AFTER, done);
    }
    assert_false(reads_have_room(&relay));
    reads_queue(&v);
    assert_null(reads_next_in_queue(&relay));
    read_free(q[0]);
    relay.up = false;
    assert_null(reads_next_in_queue(&relay));
    relay.up = true;
    assert_ptr_equal(reads_next_in_queue(&relay), &v);
    assert_int_equal(v.waits, WAIT_NONE);
    reads_queue(&v);
    reads_empty_queue(&relay);
    assert_null(relay.queue);
    assert_int_equal(v.waits, WAIT_NONE);
}

/* ---- size ---- */

static void test_count_follows_the_size_of_records(void **state)
{
    static const struct {
        size_t len, times;
        unsigned count;
    } cases[] = {{0, 0, 16}, {99, 1, 40}, {5000, 1, 2}, {0, 200, 1000}};
    static const char bytes[5000];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct slice fields[2] = {slice_make(bytes, 0), slice_make(bytes, cases[i].len)};
        struct redis_entry e = {.fields = fields, .pairs = 1};
        logs[0].weight = 0;
        reads_weigh(&logs[0], &e, 0);
        for (size_t k = 0; k < cases[i].times; k++)
            reads_weigh(&logs[0], &e, 1);
        assert_int_equal(reads_count(&logs[0]), cases[i].count);
        assert_true(logs[0].weight <= relay.limits.read_bytes);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_read_after_is_shared_by_viewers_that_get_the_same),
        TEST(test_read_of_a_bulk_is_shared_at_the_same_record_of_it),
        TEST(test_newest_are_shared_by_viewers_that_came_before_the_read),
        TEST(test_read_whose_answer_is_handed_out_serves_no_one_else),
        TEST(test_view_that_is_gone_gets_no_answer),
        TEST(test_request_is_what_the_read_needs),
        TEST(test_cut_answer_is_full),
        TEST(test_read_without_memory_is_tried_again_soon),
        TEST(test_waiters_that_are_taken_wait_no_longer),
        TEST(test_queue_is_served_in_order_although_viewers_leave),
        TEST(test_queue_waits_for_room_and_for_redis),
        TEST(test_count_follows_the_size_of_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
