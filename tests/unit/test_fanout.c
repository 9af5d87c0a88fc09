/* SPDX-License-Identifier: MIT */
/* fanout: in which turn each viewer gets what was read.  Viewers only write down what they took. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>

#include "base/clock.h"
#include "relay/viewer.h"

#define VIEWERS 10
#define SLICE   4 /* viewers */

static int64_t now;
static bool no_memory;
static struct {
    const struct viewer *viewer;
    uint64_t id;
} taken[4 * VIEWERS];
static size_t ntaken;

/* Each look at the clock takes a microsecond; one is taken before each viewer. */
static int64_t fake_us(void)
{
    return now++;
}

static void fake_take(struct follower *f, const struct batch *b)
{
    taken[ntaken].viewer = f->viewer;
    taken[ntaken++].id = b->after.id.ms;
}

static void *fake_malloc(size_t n)
{
    return no_memory ? NULL : calloc(1, n);
}

#define clock_us    fake_us
#define viewer_take fake_take
#define malloc      fake_malloc
#include "relay/fanout.c"
#undef malloc

static struct relay relay;
static struct log logs[2];
static struct view views[3]; /* the last two are of logs[1] */
static struct viewer viewers[3][VIEWERS];

static void add_view(struct log *l, int i)
{
    views[i] = (struct view){.log = l, .next = l->views, .followers = &viewers[i][0].first};
    l->views = &views[i];
    for (int k = 0; k < VIEWERS; k++) {
        struct viewer *v = &viewers[i][k];
        *v = (struct viewer){.relay = &relay, .state = VIEWER_OPEN};
        v->first = (struct follower){.viewer = v, .view = &views[i]};
        v->first.place.state = PLACE_LIVE;
        v->first.next = k + 1 < VIEWERS ? &v[1].first : NULL;
    }
    l->live += VIEWERS;
}

static int set_up(void **state)
{
    (void)state;
    relay = (struct relay){
        .limits = {.slice_us = SLICE + 1}, .rings.max = 3000, .next_sweep = INT64_MAX};
    for (int i = 0; i < 2; i++)
        logs[i] = (struct log){.relay = &relay, .kind = LOG_STREAM};
    for (int i = 0; i < 3; i++)
        add_view(&logs[i > 0], i);
    now = 1000000;
    no_memory = false;
    ntaken = 0;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        fanout_forget_view(&views[i]);
    assert_null(relay.handing);
    assert_int_equal(relay.fanout_bytes, 0);
    buf_free(&relay.batch.bytes);
    return 0;
}

static void give(int view, uint64_t id)
{
    relay.batch.after.id.ms = id;
    fanout_give(&views[view], &relay.batch);
}

/* Of a view, from one viewer up to another: they took that batch, one after the other, beginning at
 * the nth that was taken. */
static void assert_took(size_t nth, int view, int from, int to, uint64_t id)
{
    for (int k = from; k < to; k++, nth++) {
        assert_ptr_equal(taken[nth].viewer, &viewers[view][k]);
        assert_int_equal(taken[nth].id, id);
    }
}

static void test_hand_out_within_its_slice_is_done_at_once(void **state)
{
    (void)state;
    relay.limits.slice_us = 1000;
    fanout_begin(&logs[0]);
    give(0, 7);
    assert_true(fanout_end(&logs[0]));
    assert_int_equal(ntaken, VIEWERS);
    assert_took(0, 0, 0, VIEWERS, 7);
    assert_null(fanout_run(&relay));
    assert_int_equal(logs[0].fanout_us, VIEWERS + 1);
}

static void test_hand_out_goes_on_in_later_turns(void **state)
{
    (void)state;
    fanout_begin(&logs[0]);
    give(0, 7);
    assert_false(fanout_end(&logs[0]));
    assert_int_equal(ntaken, SLICE);
    assert_null(fanout_run(&relay));
    assert_int_equal(ntaken, 2 * SLICE);
    assert_ptr_equal(fanout_run(&relay), &logs[0]);
    assert_int_equal(ntaken, VIEWERS);
    assert_took(0, 0, 0, VIEWERS, 7);
    assert_null(logs[0].fanouts);
    assert_int_equal(logs[0].fanout_us, 2 * (SLICE + 2) + 3);
}

static void test_each_hand_out_is_measured_by_itself(void **state)
{
    (void)state;
    relay.limits.slice_us = 1000;
    for (int i = 0; i < 2; i++) {
        fanout_begin(&logs[0]);
        give(0, 7);
        assert_true(fanout_end(&logs[0]));
        assert_int_equal(logs[0].fanout_us, VIEWERS + 1);
    }
}

static void test_logs_take_turns(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        fanout_begin(&logs[i]);
        give(i, 7);
        assert_false(fanout_end(&logs[i]));
    }
    assert_null(fanout_run(&relay));
    assert_null(fanout_run(&relay));
    assert_took(2 * SLICE, 0, SLICE, 2 * SLICE, 7);
    assert_took(3 * SLICE, 1, SLICE, 2 * SLICE, 7);
    assert_ptr_equal(fanout_run(&relay), &logs[0]);
    assert_ptr_equal(fanout_run(&relay), &logs[1]);
    assert_int_equal(ntaken, 2 * VIEWERS);
}

static void test_batches_of_a_log_keep_their_order(void **state)
{
    (void)state;
    fanout_begin(&logs[1]);
    give(1, 7);
    give(1, 8);
    give(2, 8);
    assert_int_equal(ntaken, SLICE);
    while (!fanout_run(&relay))
        ;
    assert_took(0, 1, 0, VIEWERS, 7);
    assert_took(VIEWERS, 1, 0, VIEWERS, 8);
    assert_took(2 * VIEWERS, 2, 0, VIEWERS, 8);
}

/* A log may have many views with one viewer each. */
static void test_views_share_the_slice(void **state)
{
    (void)state;
    for (int i = 1; i < 3; i++)
        for (int k = 3; k < VIEWERS; k++)
            viewers[i][k].first.place.state = PLACE_BEHIND;
    fanout_begin(&logs[1]);
    give(1, 7);
    give(2, 7);
    assert_int_equal(ntaken, SLICE);
    assert_ptr_equal(fanout_run(&relay), &logs[1]);
    assert_int_equal(ntaken, 6);
}

static void test_only_viewers_that_are_live_are_served(void **state)
{
    (void)state;
    for (int k = 0; k < VIEWERS; k++)
        viewers[0][k].first.place.state = k % 4 == 1 ? PLACE_LIVE : PLACE_BEHIND;
    fanout_begin(&logs[0]);
    give(0, 7);
    assert_int_equal(ntaken, 3);
    assert_ptr_equal(taken[2].viewer, &viewers[0][9]);
    assert_null(logs[0].fanouts);
}

static void test_viewer_that_leaves_is_passed_over(void **state)
{
    (void)state;
    fanout_begin(&logs[0]);
    give(0, 7);
    fanout_forget(&viewers[0][SLICE + 1].first); /* not the next one */
    fanout_forget(&viewers[0][SLICE].first);
    while (!fanout_run(&relay))
        ;
    assert_int_equal(ntaken, VIEWERS - 1);
    assert_took(SLICE, 0, SLICE + 1, VIEWERS, 7);
}

static void test_view_that_is_freed_is_forgotten(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        fanout_begin(&logs[i]);
    give(1, 7);
    give(0, 7);
    give(2, 7);
    fanout_forget_view(&views[1]);
    assert_non_null(logs[1].fanouts);
    fanout_forget_view(&views[2]);
    assert_null(logs[1].fanouts);
    while (!fanout_run(&relay))
        ;
    assert_null(relay.handing);
    assert_int_equal(ntaken, SLICE + VIEWERS);
}

/* It was the last in the queue; the next one comes after the one that is left. */
static void test_log_that_left_the_queue_comes_again(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        fanout_begin(&logs[i]);
        give(i, 7);
    }
    fanout_forget_view(&views[1]);
    fanout_begin(&logs[1]);
    give(2, 8);
    while (relay.handing)
        fanout_run(&relay);
    assert_int_equal(ntaken, SLICE + VIEWERS + VIEWERS);
}

static void test_view_that_is_freed_takes_all_its_batches_along(void **state)
{
    (void)state;
    fanout_begin(&logs[1]);
    give(1, 7);
    give(2, 7);
    give(1, 8);
    give(2, 8);
    fanout_forget_view(&views[2]);
    while (relay.handing)
        fanout_run(&relay);
    assert_int_equal(ntaken, 2 * VIEWERS);
    assert_took(VIEWERS, 1, 0, VIEWERS, 8);
}

static void test_batch_that_all_have_is_freed(void **state)
{
    struct blob *b = blob_new(1);
    (void)state;
    relay.batch.blob = blob_ref(b);
    fanout_begin(&logs[0]);
    give(0, 7);
    assert_null(relay.batch.blob);
    while (!fanout_run(&relay))
        ;
    assert_int_equal(b->refs, 1);
    blob_unref(b);
}

/* A log may have a view for each of its viewers, and each view frames of its own. */
static void test_frames_that_wait_are_no_more_than_the_rings_hold(void **state)
{
    (void)state;
    buf_init(&relay.batch.bytes, 4000);
    fanout_begin(&logs[1]);
    for (int i = 1; i < 3; i++) {
        assert_int_equal(buf_room(&relay.batch.bytes, 2000), 0);
        relay.batch.bytes.len = 2000;
        give(i, 7);
        assert_int_equal(relay.fanout_bytes, 2000 + sizeof(struct fanout));
    }
    for (int k = 0; k < VIEWERS; k++) {
        assert_int_equal(viewers[1][k].first.place.state, PLACE_LIVE);
        assert_int_equal(viewers[2][k].first.place.state, PLACE_BEHIND);
    }
    assert_int_equal(relay.next_sweep, relay.now);
    while (!fanout_run(&relay))
        ;
    assert_int_equal(ntaken, VIEWERS);
}

static void test_without_memory_the_rest_is_behind(void **state)
{
    (void)state;
    no_memory = true;
    fanout_begin(&logs[0]);
    give(0, 7);
    assert_true(fanout_end(&logs[0]));
    assert_int_equal(ntaken, SLICE);
    for (int k = 0; k < VIEWERS; k++)
        assert_int_equal(viewers[0][k].first.place.state, k < SLICE ? PLACE_LIVE : PLACE_BEHIND);
    assert_int_equal(logs[0].live, SLICE);
    assert_int_equal(relay.next_sweep, relay.now);
}

static void test_hand_out_is_finished_when_it_must_be(void **state)
{
    (void)state;
    fanout_finish(&logs[0]); /* nothing waits */
    fanout_begin(&logs[0]);
    give(0, 7);
    give(0, 8);
    assert_int_equal(ntaken, SLICE);
    fanout_finish(&logs[0]);
    assert_took(SLICE, 0, SLICE, VIEWERS, 7);
    assert_took(VIEWERS, 0, 0, VIEWERS, 8);
    assert_null(logs[0].fanouts);
    assert_null(relay.handing);
}

static void test_bytes_that_wait_are_counted(void **state)
{
    static const char text[100];
    (void)state;
    fanout_begin(&logs[0]);
    for (int i = 0; i < 3; i++) {
        buf_init(&relay.batch.bytes, sizeof text);
        buf_add(&relay.batch.bytes, text, sizeof text);
        give(0, 7);
    }
    size_t waiting = 3 * (sizeof(struct fanout) + sizeof text);
    assert_int_equal(logs[0].waiting, waiting);
    relay.batch.blob = blob_new(1000);
    give(0, 7);
    assert_int_equal(logs[0].waiting, waiting + sizeof(struct fanout) + 1000);
    while (!fanout_run(&relay))
        ;
    assert_int_equal(logs[0].waiting, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_hand_out_within_its_slice_is_done_at_once),
        TEST(test_hand_out_goes_on_in_later_turns),
        TEST(test_each_hand_out_is_measured_by_itself),
        TEST(test_logs_take_turns),
        TEST(test_batches_of_a_log_keep_their_order),
        TEST(test_views_share_the_slice),
        TEST(test_only_viewers_that_are_live_are_served),
        TEST(test_viewer_that_leaves_is_passed_over),
        TEST(test_view_that_is_freed_is_forgotten),
        TEST(test_log_that_left_the_queue_comes_again),
        TEST(test_view_that_is_freed_takes_all_its_batches_along),
        TEST(test_batch_that_all_have_is_freed),
        TEST(test_frames_that_wait_are_no_more_than_the_rings_hold),
        TEST(test_without_memory_the_rest_is_behind),
        TEST(test_hand_out_is_finished_when_it_must_be),
        TEST(test_bytes_that_wait_are_counted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
