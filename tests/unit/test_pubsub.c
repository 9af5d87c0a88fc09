/* SPDX-License-Identifier: MIT */
/*
 * pubsub: subscriptions that come, fail, and end with an outage, and messages that a viewer missed.
 * Redis is two functions that count; the rest of the relay is the real one.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "redis_io.h"

static int subscribed, unsubscribed;
static bool no_memory;

static int fake_subscribe(struct redis_feed *f, const char *channel)
{
    (void)f;
    (void)channel;
    subscribed += !no_memory;
    return no_memory ? -1 : 0;
}

static int fake_unsubscribe(struct redis_feed *f, const char *channel)
{
    (void)f;
    (void)channel;
    unsubscribed++;
    return 0;
}
#define redis_feed_subscribe   fake_subscribe
#define redis_feed_unsubscribe fake_unsubscribe
#include "relay/pubsub.c"

#define VIEWERS 2

static struct relay relay;
static struct viewer viewers[VIEWERS];
static int peers[VIEWERS];

static struct log *channel(void)
{
    struct log *l = log_find(&relay, LOG_PUBSUB, "channel");
    assert_non_null(l);
    return l;
}

static struct viewer *comes(int i)
{
    static const char *const skip[] = {"drop", NULL};
    struct filter_spec spec = {.skip_texts = skip};
    struct viewer *v = &viewers[i];
    char key[] = "channel";
    struct admission a = {.profile = profile_find("plain"), .kind = LOG_PUBSUB, .log.key = key};
    int s[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    peers[i] = s[1];
    *v = (struct viewer){.relay = &relay, .out.fd = s[0], .state = VIEWER_OPEN};
    v->first.viewer = v;
    buf_init(&v->out.rest, 1024 * 1024);
    v->first.place.cursor.at = CURSOR_SENT;
    a.field = strdup("data");
    a.event_field = strdup("event");
    a.log.filter = filter_new(&spec);
    assert_int_equal(log_attach(v, &a, &pubsub_source), 0);
    free(a.field);
    free(a.event_field);
    filter_free(a.log.filter);
    follower_set_place(&v->first, PLACE_ASKING);
    begin(&v->first);
    return v;
}

static int set_up(void **state)
{
    (void)state;
    subscribed = unsubscribed = 0;
    no_memory = false;
    memset(viewers, 0, sizeof viewers);
    relay = (struct relay){.up = true, .now = 1000, .next_sweep = INT64_MAX, .epoll = -1};
    relay.limits.read_bytes = 4096;
    relay.limits.slice_us = INT64_MAX;
    relay.rings.max = 4096;
    relay.queue_end = &relay.queue;
    buf_init(&relay.batch.bytes, 100);
    buf_init(&relay.batch.open, 100);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < VIEWERS; i++) {
        struct viewer *v = &viewers[i];
        if (!v->relay)
            continue;
        log_detach(v);
        close(v->out.fd);
        close(peers[i]);
        buf_free(&v->out.rest);
        free(v->first.gap);
    }
    log_free_all(&relay);
    batch_free(&relay.batch);
    return 0;
}

static void stands(void)
{
    pubsub_subscribed(&relay, slice_of("channel"));
}

static void message(const char *text)
{
    pubsub_message(&relay, slice_of("channel"), slice_of(text));
}

/* Whether the peer got this since it was last asked; "": it got nothing. */
static bool receives(int i, const char *text)
{
    char got[4000];
    ssize_t n = recv(peers[i], got, sizeof got, MSG_DONTWAIT);
    return *text ? n > 0 && memmem(got, (size_t)n, text, strlen(text)) : n < 0;
}

static void test_viewers_are_live_when_the_subscription_stands(void **state)
{
    (void)state;
    comes(0);
    assert_int_equal(subscribed, 1);
    assert_int_equal(viewers[0].first.place.standing, PLACE_MET); /* a message has no former log */
    message("too early");
    assert_true(receives(0, ""));
    assert_int_equal(channel()->tip.cursor.id.seq, 0);
    stands();
    assert_true(receives(0, "event: live"));
    assert_int_equal(viewers[0].first.place.state, PLACE_LIVE);
    message("one");
    assert_true(receives(0, "data: one\n"));
    comes(1);
    assert_int_equal(subscribed, 1);
    assert_true(receives(1, "event: live"));
    message("two");
    assert_true(receives(0, "data: two\n"));
    assert_true(receives(1, "data: two\n"));
    message("drop");
    assert_true(receives(0, ""));
    assert_int_equal(channel()->tip.cursor.id.seq, 3);
}

static void test_no_message_from_before_the_subscription_is_in_the_ring(void **state)
{
    (void)state;
    comes(0);
    ring_reset(&relay.rings, &channel()->views->ring, XID_MAX);
    stands();
    assert_int_equal(channel()->views->ring.floor.seq, 0);
    assert_int_equal(channel()->views->ring.floor.ms, 0);
}

static void test_subscription_without_memory_is_tried_soon(void **state)
{
    (void)state;
    no_memory = true;
    comes(0);
    assert_int_equal(relay.next_sweep, relay.now + RETRY_MS);
    no_memory = false;
    check(channel());
    assert_int_equal(subscribed, 1);
    check(channel());
    assert_int_equal(subscribed, 1);
}

static void test_outage_is_a_gap_and_ends_the_subscription(void **state)
{
    (void)state;
    comes(0);
    stands();
    message("one");
    assert_true(receives(0, "data: one\n"));
    relay.up = false;
    pubsub_down(channel());
    assert_int_equal(channel()->tip.state, PLACE_NONE);
    assert_int_equal(viewers[0].first.place.state, PLACE_ASKING);
    assert_int_equal(channel()->live, 0);
    assert_int_equal(viewers[0].first.gap->lost, -1);
    pubsub_down(channel());
    comes(1); /* it can miss nothing */
    pubsub_down(channel());
    assert_null(viewers[1].first.gap);
    message("lost");
    relay.up = true;
    pubsub_source.up(channel());
    assert_int_equal(subscribed, 2);
    stands();
    assert_true(receives(0, "event: gap"));
    assert_int_equal(viewers[0].first.place.state, PLACE_LIVE);
    assert_int_equal(viewers[1].first.place.state, PLACE_LIVE);
}

static void test_message_that_waits_goes_out_before_an_outage(void **state)
{
    (void)state;
    comes(0);
    stands();
    relay.limits.slice_us = 0; /* nobody is reached at once */
    message("one");
    message("two");
    assert_false(receives(0, "data: one\n"));
    pubsub_down(channel());
    assert_true(receives(0, "data: two\n"));
    assert_int_equal(viewers[0].first.gap->lost, -1);
}

/* While a hand-out lasts, messages wait up to the size of a read. */
static void test_waiting_messages_are_bounded(void **state)
{
    (void)state;
    comes(0);
    stands();
    relay.limits.slice_us = 0;
    message("one");
    size_t each = channel()->waiting, n = 1;
    for (; !receives(0, "data: one\n"); n++)
        message("one");
    assert_int_equal(n, (relay.limits.read_bytes + each - 1) / each + 1);
    assert_int_equal(channel()->waiting, each);
}

/* A viewer that was behind begins at the tip once, not with each subscription. */
static void test_second_subscription_moves_only_viewers_that_wait(void **state)
{
    (void)state;
    comes(0);
    stands();
    message("one");
    follower_set_place(&viewers[0].first, PLACE_BEHIND);
    viewers[0].first.place.cursor.id = XID_ZERO;
    stands();
    assert_int_equal(viewers[0].first.place.state, PLACE_BEHIND);
    assert_int_equal(viewers[0].first.place.cursor.id.seq, 0);
}

static void test_refused_subscription_ends_only_its_viewers(void **state)
{
    (void)state;
    comes(0);
    stands();
    pubsub_refused(&relay);
    assert_int_equal(viewers[0].state, VIEWER_OPEN);
    pubsub_down(channel());
    pubsub_refused(&relay);
    assert_int_not_equal(viewers[0].state, VIEWER_OPEN);
}

static void test_missed_messages_are_counted(void **state)
{
    struct viewer *v;
    (void)state;
    v = comes(0);
    stands();
    for (int i = 0; i < 5; i++)
        message("x");
    follower_set_place(&v->first, PLACE_BEHIND);
    v->first.place.cursor.id.seq = 1;
    assert_false(pubsub_skip(&v->first, PLACE_PROVE));
    assert_null(v->first.gap);
    ring_reset(&relay.rings, &v->first.view->ring, (struct xid){0, 4});
    assert_true(pubsub_skip(&v->first, PLACE_READ));
    assert_int_equal(v->first.gap->lost, 3);
    assert_false(v->first.gap->has_next);
    assert_int_equal(v->first.place.cursor.id.seq, 4);
    assert_int_equal(v->first.place.cursor.at, CURSOR_SENT);
}

/* There was no memory for one message: it is not in the ring, so its viewers miss it. */
static void test_message_without_memory_is_missed(void **state)
{
    char large[200];
    (void)state;
    comes(0);
    stands();
    memset(large, 'x', sizeof large - 1);
    large[sizeof large - 1] = '\0';
    message("one");
    assert_true(receives(0, "data: one\n"));
    message(large);
    assert_true(receives(0, ""));
    assert_int_equal(viewers[0].first.place.state, PLACE_BEHIND);
    assert_int_equal(channel()->views->ring.floor.seq, 2);
    log_serve(&viewers[0]);
    assert_true(receives(0, "\"lost\":1"));
    assert_int_equal(viewers[0].first.place.state, PLACE_LIVE);
}

static void test_channel_that_no_viewer_follows_is_left(void **state)
{
    (void)state;
    comes(0);
    stop(channel()); /* not subscribed yet */
    assert_int_equal(unsubscribed, 0);
    stands();
    stop(channel());
    assert_int_equal(unsubscribed, 1);
    pubsub_subscribed(&relay, slice_of("channel of others"));
    assert_int_equal(unsubscribed, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_viewers_are_live_when_the_subscription_stands),
        TEST(test_no_message_from_before_the_subscription_is_in_the_ring),
        TEST(test_subscription_without_memory_is_tried_soon),
        TEST(test_outage_is_a_gap_and_ends_the_subscription),
        TEST(test_message_that_waits_goes_out_before_an_outage),
        TEST(test_waiting_messages_are_bounded),
        TEST(test_second_subscription_moves_only_viewers_that_wait),
        TEST(test_refused_subscription_ends_only_its_viewers),
        TEST(test_missed_messages_are_counted),
        TEST(test_message_without_memory_is_missed),
        TEST(test_channel_that_no_viewer_follows_is_left),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
