/* SPDX-License-Identifier: MIT */
/* outflow: pieces reach a peer in order, a slow one is waited for, and one that left is noticed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/clock.h"
#include "front/answer.h"
#include "front/context.h"
#include "gateway/gateway.c"
#include "fcgi_peer.h"

static bool stopping;

static bool fake_stopping(const struct relay *r)
{
    (void)r;
    return stopping;
}

static int fake_seat(struct context *ctx)
{
    (void)ctx;
    return 0;
}

static int64_t ms;

static int64_t fake_clock(void)
{
    return ms;
}

#define clock_ms          fake_clock
#define relay_is_stopping fake_stopping
#define holder_take_seat  fake_seat
#include "front/outflow.c"
#undef clock_ms
#undef relay_is_stopping
#undef holder_take_seat

#define REQUEST 7

static struct context ctx;
static struct seen seen;
static int peer;

static int set_up(void **state)
{
    struct buf wire;
    (void)state;
    stopping = false;
    ms = 1000000;
    struct fcgi_reader *in = new_reader(&peer);
    buf_init(&wire, 100000);
    add_request(&wire, REQUEST);
    assert_int_equal(send(peer, wire.p, wire.len, 0), wire.len);
    buf_free(&wire);
    assert_int_equal(fcgi_reader_read(in), FCGI_READER_READY);
    ctx = (struct context){.exchange = gateway_begin(in), .endpoint = ENDPOINTS};
    assert_non_null(ctx.exchange);
    int small = 4096;
    setsockopt(gateway_out(ctx.exchange)->fd, SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    buf_init(&ctx.head, 1000);
    buf_init(&ctx.body, 1000000);
    buf_adds(&ctx.head, "Status: 200 OK\r\n");
    seen_init(&seen);
    assert_int_equal(outflow_begin(&ctx), 0);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    gateway_end(ctx.exchange);
    buf_free(&ctx.head);
    buf_free(&ctx.body);
    seen_free(&seen);
    if (peer >= 0)
        close(peer);
    return 0;
}

static void read_all(void)
{
    while (read_peer(&seen, peer, 4096) > 0)
        ;
}

/* Sends pieces until the peer takes no more. Returns how many were begun. */
static unsigned send_until_full(void)
{
    for (unsigned i = 1; i < 1000; i++) {
        for (size_t n = 0; n < OUTFLOW_PIECE; n += 16)
            buf_addf(&ctx.body, "%08u%07zu\n", i, n);
        enum outflow now = outflow_send(&ctx);
        if (now == OUTFLOW_FULL)
            return i;
        assert_int_equal(now, OUTFLOW_OPEN);
    }
    return 0;
}

static void test_slow_peer_gets_every_byte_and_little_is_held(void **state)
{
    (void)state;
    unsigned pieces = send_until_full();
    assert_in_range(pieces, 2, 100);
    assert_in_range(ctx.body.len, 1, OUTFLOW_PIECE);
    assert_in_range(gateway_out(ctx.exchange)->rest.len, 1, OUTFLOW_PIECE + 2 * HEADER_LEN);
    assert_int_equal(outflow_send(&ctx), OUTFLOW_FULL);
    while (outflow_send(&ctx) == OUTFLOW_FULL)
        read_peer(&seen, peer, 4096);
    buf_adds(&ctx.body, "end");
    outflow_end(&ctx);
    do
        read_all();
    while (out_flush(gateway_out(ctx.exchange)) == OUT_FULL);
    read_all();
    parse_records(&seen, REQUEST);
    assert_true(seen.request_ended);
    const char *head = "Status: 200 OK\r\n\r\n";
    assert_int_equal(seen.content.len, strlen(head) + pieces * OUTFLOW_PIECE + strlen("end"));
    assert_memory_equal(seen.content.p, head, strlen(head));
    for (unsigned i = 0; i < pieces; i++)
        assert_int_equal(
            strtoul(seen.content.p + strlen(head) + i * OUTFLOW_PIECE, NULL, 10) / 10000000, i + 1);
}

static void test_end_for_a_full_peer_goes_to_the_rest(void **state)
{
    (void)state;
    send_until_full();
    size_t left = ctx.body.len;
    outflow_end(&ctx);
    assert_true(gateway_out(ctx.exchange)->finished);
    assert_in_range(gateway_out(ctx.exchange)->rest.len, left, 2 * OUTFLOW_PIECE + 1000);
}

static void test_client_that_left_is_noticed(void **state)
{
    unsigned char abort[HEADER_LEN];
    (void)state;
    buf_adds(&ctx.body, "x");
    assert_int_equal(outflow_send(&ctx), OUTFLOW_OPEN);
    put_header(abort, TYPE_ABORT, REQUEST, 0);
    assert_int_equal(send(peer, abort, sizeof abort, 0), sizeof abort);
    assert_int_equal(outflow_send(&ctx), OUTFLOW_GONE);
    assert_int_equal(outflow_send(&ctx), OUTFLOW_GONE);
}

static void test_closed_connection_is_noticed(void **state)
{
    (void)state;
    close(peer);
    peer = -1;
    assert_int_equal(outflow_send(&ctx), OUTFLOW_GONE);
}

static void test_time_out_breaks_the_answer_off(void **state)
{
    (void)state;
    assert_int_equal(outflow_send(&ctx), OUTFLOW_OPEN);
    ctx.parking.woken = WOKEN_TIME;
    assert_int_equal(outflow_send(&ctx), OUTFLOW_GONE);
    read_all();
    parse_records(&seen, REQUEST);
    assert_false(seen.request_ended);
}

/* It takes some bytes of a piece each 20 s. */
static void test_peer_that_takes_a_little_now_and_then_has_a_limit(void **state)
{
    (void)state;
    send_until_full();
    int64_t begun = ms;
    for (int i = 0; i < 5; i++) {
        ms += 20000;
        uint64_t taken = gateway_out(ctx.exchange)->taken;
        while (gateway_out(ctx.exchange)->taken == taken) {
            read_peer(&seen, peer, 4096);
            assert_int_equal(outflow_send(&ctx), OUTFLOW_FULL);
        }
    }
    assert_int_equal(ctx.parking.until, begun + OUTFLOW_PIECE_MS);
    while (outflow_send(&ctx) == OUTFLOW_FULL)
        read_all();
    assert_int_equal(ctx.parking.until, ms + OUTFLOW_STALL_MS);
    outflow_limit(&ctx, ms + 10);
    assert_int_equal(ctx.parking.until, ms + 10);
    outflow_limit(&ctx, ms + 20);
    assert_int_equal(ctx.parking.until, ms + 10);
}

static void test_body_without_memory_breaks_the_answer_off(void **state)
{
    (void)state;
    ctx.body.failed = true;
    assert_int_equal(outflow_send(&ctx), OUTFLOW_GONE);
}

static void test_stop_is_told_by_the_relay_or_the_lane(void **state)
{
    (void)state;
    assert_false(outflow_stops(&ctx));
    ctx.parking.woken = WOKEN_STOP;
    assert_true(outflow_stops(&ctx));
    ctx.parking.woken = WOKEN_NOT;
    stopping = true;
    assert_true(outflow_stops(&ctx));
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_slow_peer_gets_every_byte_and_little_is_held),
        EACH(test_end_for_a_full_peer_goes_to_the_rest),
        EACH(test_client_that_left_is_noticed),
        EACH(test_closed_connection_is_noticed),
        EACH(test_time_out_breaks_the_answer_off),
        EACH(test_peer_that_takes_a_little_now_and_then_has_a_limit),
        EACH(test_body_without_memory_breaks_the_answer_off),
        EACH(test_stop_is_told_by_the_relay_or_the_lane),
    };
    return gateway_init() ? 1 : cmocka_run_group_tests(tests, NULL, NULL);
}
