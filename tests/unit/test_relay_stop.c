/* SPDX-License-Identifier: MIT */
/* relay: viewers that come while it stops, and the queue for reads when Redis goes away. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>

#include "relay/relay.c"
#include "admission.h"

static struct relay *relay;
static int peer;

static int set_up(void **state)
{
    static const struct config config = {
        .max_viewers = 1, .max_per_user = 1, .max_memory = 64 << 20};
    (void)state;
    relay = relay_new(&config);
    assert_non_null(relay);
    relay->now = 1000;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    relay_free(relay);
    close(peer);
    return 0;
}

static struct admission *one_viewer(void)
{
    struct out out;
    int s[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    peer = s[1];
    out_init(&out, s[0], 0);
    return admission_of(relay, out, "plain");
}

/* Whether the peer got this since it was last asked. */
static bool peer_got(const char *text)
{
    char got[4000];
    ssize_t n = recv(peer, got, sizeof got, MSG_DONTWAIT);
    return n > 0 && memmem(got, (size_t)n, text, strlen(text));
}

/* The watchdog of the process and /livez ask. */
static void test_turn_that_lasts_is_told(void **state)
{
    (void)state;
    assert_int_equal(relay_turn_ms(relay), 0); /* it asks for a turn */
    relay->turn_asked -= RELAY_STALLED_MS;
    assert_in_range(relay_turn_ms(relay), RELAY_STALLED_MS, 2 * RELAY_STALLED_MS);
    take_orders(relay);
    assert_int_equal(relay->turn_asked, 0);
    relay->turn_began = clock_ms() + RELAY_STALLED_MS; /* after the caller read the clock */
    assert_int_equal(relay_turn_ms(relay), 0);
    relay->turn_began = clock_ms() - RELAY_STALLED_MS;
    assert_in_range(relay_turn_ms(relay), RELAY_STALLED_MS, 2 * RELAY_STALLED_MS);
    relay->turn_began = 0; /* it ended */
    assert_in_range(relay_turn_ms(relay), 0, RELAY_STALLED_MS - 1);
}

/* The main thread asks for turns and stops, and a signal handler stops. Neither may wait for a
 * relay that hangs; nor does a front thread for ever. */
static void test_full_pipe_of_orders_blocks_nobody(void **state)
{
    struct order turn = {ORDER_TURN, NULL};
    (void)state;
    alarm(60); /* ends a test that waits without end */
    while (give_order(relay, turn, 0) == 0)
        ;
    assert_int_equal(relay_turn_ms(relay), 0);
    relay->turn_asked -= RELAY_STALLED_MS;
    assert_in_range(relay_turn_ms(relay), RELAY_STALLED_MS, 2 * RELAY_STALLED_MS);
    relay_admit(relay, one_viewer());
    char byte;
    assert_int_equal(recv(peer, &byte, 1, MSG_DONTWAIT), 0); /* its connection was closed */
    relay_stop(relay);
    alarm(0);
    assert_int_equal(relay->stop_by, 0);
    assert_true(take_orders(relay));
    assert_int_equal(relay->turn_asked, 0);
    assert_int_not_equal(relay->stop_by, 0);
}

/* Without a final frame the page would take the cut response for a refusal. */
static void test_viewer_that_comes_too_late_is_told_of_the_end(void **state)
{
    struct seat_holder ann = {HOLDER_USER, "ann"};
    struct seat *seat;
    (void)state;
    relay_stop(relay);
    relay_admit(relay, one_viewer());
    relay_finish(relay);
    assert_true(peer_got("\"shutdown\""));
    assert_null(relay->all);
    assert_int_equal(relay_seat(relay, &ann, &seat), SEAT_TAKEN);
    relay_unseat(relay, seat, SEAT_TAKEN);
}

static void test_message_that_waits_goes_out_before_the_end(void **state)
{
    (void)state;
    struct admission *a = one_viewer();
    a->kind = LOG_PUBSUB;
    relay_admit(relay, a);
    assert_true(take_orders(relay));
    pubsub_stands(relay->logs);
    relay->limits.slice_us = 0; /* nobody is reached at once */
    pubsub_message(relay, slice_of("log"), slice_of("one"));
    assert_non_null(relay->handing);
    stop_all(relay);
    assert_true(peer_got("data: one\n"));
}

/* No read is answered then, so none would give the viewer its turn. */
static void test_no_viewer_waits_for_its_turn_while_redis_is_away(void **state)
{
    (void)state;
    relay_admit(relay, one_viewer());
    assert_true(take_orders(relay));
    struct viewer *v = relay->all;
    reads_queue(&v->first);
    assert_int_equal(v->first.waits, WAIT_TURN);
    on_down(relay);
    assert_int_equal(v->first.waits, WAIT_NONE);
    assert_null(relay->queue);
    assert_true(peer_got("event: source\ndata: {\"state\":\"lost\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_turn_that_lasts_is_told),
        TEST(test_full_pipe_of_orders_blocks_nobody),
        TEST(test_viewer_that_comes_too_late_is_told_of_the_end),
        TEST(test_message_that_waits_goes_out_before_the_end),
        TEST(test_no_viewer_waits_for_its_turn_while_redis_is_away),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
