/* SPDX-License-Identifier: MIT */
/*
 * redis_sync, the connection: a call waits until its deadline and not longer, and takes no answer
 * that may be another request's.  test_redis_sync_calls.c tests the calls, test_hold_count.c those
 * for held streams.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis/sync_conn.c"
#include "sync_peer.h"

#define BOB "$12\r\n{\"id\":\"bob\"}\r\n"
#define ANN "$12\r\n{\"id\":\"ann\"}\r\n"

/* The first call gets an answer with more behind it. The second call must not get the rest. */
static void test_surplus_reply_is_nobodys_answer(void **state)
{
    static const char *const firsts[] = {
        ("+PONG\r\n" BOB),       /* a whole answer more */
        "+PONG\r\n$12\r\n{",     /* a part of one, in its body */
        "+PONG\r\n$1",           /* in its head */
        "+PONG\r\n+PO",          /* in a line */
        "+PONG\r\n*2\r\n+a\r\n", /* in an array */
        "+PONG\r\n*2\r\n",       /* after an array's head */
    };
    (void)state;
    for (size_t i = 0; i < sizeof firsts / sizeof *firsts; i++) {
        const char *const script[] = {firsts[i], ANN, NULL};
        struct peer peer;
        struct buf value;
        peer_start(&peer, script);
        struct redis_sync *s = redis_sync_new(&peer.address, 1000);
        assert_int_equal(redis_sync_ping(s), SYNC_DOWN);
        buf_init(&value, 100);
        assert_int_equal(redis_sync_get(s, "session:ann", 8, false, &value), SYNC_OK);
        assert_true(slice_equal(buf_slice(&value), slice_of("{\"id\":\"ann\"}")));
        redis_sync_free(s);
        peer_stop(&peer);
        assert_int_equal(peer.connections, 2);
        buf_free(&value);
    }
}

/* The same, but the surplus arrives after the call has returned. */
static void test_late_surplus_reply_is_nobodys_answer(void **state)
{
    const char *const script[] = {"+PONG\r\n", ANN, NULL};
    struct peer peer;
    struct buf value;
    int ends[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    peer_start(&peer, script + 1);
    struct redis_sync *s = redis_sync_new(&peer.address, 1000);
    s->ctx = redisConnectFd(ends[0]);
    assert_int_equal(send(ends[1], BOB, strlen(BOB), 0), strlen(BOB));
    buf_init(&value, 100);
    assert_int_equal(redis_sync_get(s, "session:ann", 8, false, &value), SYNC_OK);
    assert_true(slice_equal(buf_slice(&value), slice_of("{\"id\":\"ann\"}")));
    redis_sync_free(s);
    peer_stop(&peer);
    close(ends[1]);
    buf_free(&value);
}

/* The server closes the connection only when the next command arrives, as a firewall does. A
 * command that only reads is sent again; a token is taken at most once. */
static void test_connection_closed_while_idle_is_renewed_without_an_error(void **state)
{
    (void)state;
    for (int take = 0; take < 2; take++) {
        const char *const script[] = {"+PONG\r\n", "close", ANN, NULL};
        struct peer peer;
        struct buf value;
        peer_start(&peer, script);
        struct redis_sync *s = redis_sync_new(&peer.address, 1000);
        assert_int_equal(redis_sync_ping(s), SYNC_OK);
        buf_init(&value, 100);
        assert_int_equal(redis_sync_get(s, "key", 0, take, &value), take ? SYNC_DOWN : SYNC_OK);
        redis_sync_free(s);
        peer_stop(&peer);
        assert_int_equal(peer.connections, take ? 1 : 2);
        buf_free(&value);
    }
}

/* A new connection that is closed is an error at once. */
static void test_closed_new_connection_is_an_error(void **state)
{
    const char *const script[] = {"close", ANN, NULL};
    struct peer peer;
    struct buf value;
    (void)state;
    peer_start(&peer, script);
    struct redis_sync *s = redis_sync_new(&peer.address, 1000);
    buf_init(&value, 100);
    assert_int_equal(redis_sync_get(s, "key", 0, false, &value), SYNC_DOWN);
    redis_sync_free(s);
    peer_stop(&peer);
    assert_int_equal(peer.connections, 1);
    buf_free(&value);
}

/* An answer of another type belongs to another request: the connection ends. */
static void test_reply_of_another_type_is_no_answer(void **state)
{
    static const char *const replies[] = {":1\r\n", "*1\r\n$3\r\nbob\r\n"};
    (void)state;
    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        const char *const script[] = {replies[i], ANN, NULL};
        struct peer peer;
        struct buf value;
        peer_start(&peer, script);
        struct redis_sync *s = redis_sync_new(&peer.address, 1000);
        buf_init(&value, 100);
        assert_int_equal(redis_sync_get(s, "session:ann", 8, false, &value), SYNC_DOWN);
        assert_int_equal(redis_sync_get(s, "session:ann", 8, false, &value), SYNC_OK);
        assert_true(slice_equal(buf_slice(&value), slice_of("{\"id\":\"ann\"}")));
        redis_sync_free(s);
        peer_stop(&peer);
        buf_free(&value);
    }
}

/* ends: of its connection; the caller has the second one. */
static struct redis_sync *new_connected(unsigned deadline, int ends[2])
{
    static const struct redis_address nowhere = {.path = NULL};
    struct redis_sync *s = redis_sync_new(&nowhere, deadline);
    assert_non_null(s);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    s->ctx = redisConnectFd(ends[0]);
    assert_non_null(s->ctx);
    return s;
}

/* A slow line takes a bundle in several deadlines. Without that the sender would begin again each
 * time. Other calls wait no longer. */
static void test_bytes_that_redis_takes_renew_the_deadline_of_a_sender(void **state)
{
    int ends[2];
    (void)state;
    struct redis_sync *s = new_connected(3600000, ends);
    for (int renews = 0; renews < 2; renews++) {
        int64_t end = s->end = clock_ms() + 1800000;
        s->renews = renews;
        buf_adds(&s->out, "PING\r\n");
        assert_int_equal(sync_write(s), 0);
        assert_int_equal(s->end > end, renews);
    }
    redis_sync_free(s);
    close(ends[1]);
}

/* A process that was stopped until after the deadline reads an answer that arrived meanwhile.  It
 * does not wait for one that did not arrive. */
static void test_answer_after_the_deadline_counts_if_it_is_there(void **state)
{
    int ends[2];
    (void)state;
    struct redis_sync *s = new_connected(1000, ends);
    s->end = clock_ms() - 1;
    assert_int_equal(write(ends[1], "+", 1), 1);
    assert_int_equal(sync_wait(s, POLLIN), 0);
    assert_false(s->timed_out);
    assert_int_equal(recv(ends[0], &(char){0}, 1, 0), 1);
    assert_int_equal(sync_wait(s, POLLIN), -1);
    assert_true(s->timed_out);
    assert_null(s->ctx);
    redis_sync_free(s);
    close(ends[1]);
}

static void test_bytes_extend_the_deadline_threefold_at_most(void **state)
{
    struct redis_sync s = {.deadline = 100};
    (void)state;
    sync_set_deadline(&s);
    int64_t first = s.end;
    s.end = extended(&s, 7 * BYTES_PER_MS);
    assert_int_equal(s.end, first + 7);
    for (int i = 0; i < 100; i++)
        s.end = extended(&s, 7 * BYTES_PER_MS);
    assert_int_equal(s.end, first + 200);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_surplus_reply_is_nobodys_answer),
        cmocka_unit_test(test_late_surplus_reply_is_nobodys_answer),
        cmocka_unit_test(test_connection_closed_while_idle_is_renewed_without_an_error),
        cmocka_unit_test(test_closed_new_connection_is_an_error),
        cmocka_unit_test(test_reply_of_another_type_is_no_answer),
        cmocka_unit_test(test_bytes_that_redis_takes_renew_the_deadline_of_a_sender),
        cmocka_unit_test(test_answer_after_the_deadline_counts_if_it_is_there),
        cmocka_unit_test(test_bytes_extend_the_deadline_threefold_at_most),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
