/* SPDX-License-Identifier: MIT */
/*
 * hold_count: the numbers of held and polled streams, which several commands of one exchange read
 * and write.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "redis/hold_count.c"
#include "sync_peer.h"

static void test_hold_is_looked_at_in_one_exchange(void **state)
{
    static const struct {
        const char *answer;
        bool looks;
        enum sync_result result;
        struct redis_hold found;
    } rows[] = {
        {":3\r\n:7\r\n*2\r\n$7\r\na:10:20\r\n$7\r\nb:30:60\r\n", true, SYNC_OK, {3, 7, 20, 40}},
        {":7\r\n*1\r\n$7\r\na:10:20\r\n", false, SYNC_OK, {0, 7, 10, 20}},
        {":7\r\n*0\r\n", false, SYNC_OK, {0, 7, 0, 0}},
        /* members that somebody else wrote */
        {":-1\r\n*4\r\n$1\r\na\r\n$3\r\na:1\r\n$5\r\na:x:1\r\n:5\r\n", false, SYNC_OK, {0}},
        {":3\r\n-NOPERM no\r\n*0\r\n", true, SYNC_REFUSED, {3, 0, 0, 0}},
        {"-LOADING Redis is loading\r\n-LOADING no\r\n", false, SYNC_DOWN, {0}},
        {"+OK\r\n*0\r\n", false, SYNC_DOWN, {0}},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const script[] = {rows[i].answer, NULL};
        struct redis_hold found;
        struct peer peer;
        peer_start(&peer, script);
        struct redis_sync *s = redis_sync_new(&peer.address, 1000);
        assert_int_equal(redis_sync_hold_look(s, "k", 5000, rows[i].looks, &found), rows[i].result);
        assert_memory_equal(&found, &rows[i].found, sizeof found);
        redis_sync_free(s);
        peer_stop(&peer);
    }
}

static void test_place_is_given_back_when_there_is_one_too_many(void **state)
{
    static const struct {
        const char *first, *second;
        enum sync_result result;
        bool taken;
    } rows[] = {
        {":0\r\n:1\r\n:2\r\n", NULL, SYNC_OK, true},
        {":0\r\n:1\r\n:3\r\n", ":1\r\n", SYNC_OK, false},
        {":0\r\n:1\r\n:3\r\n", "-READONLY no\r\n", SYNC_REFUSED, false},
        {":0\r\n-OOM no\r\n:0\r\n", NULL, SYNC_REFUSED, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const char *const script[] = {rows[i].first, rows[i].second, NULL};
        bool taken;
        struct peer peer;
        peer_start(&peer, script);
        struct redis_sync *s = redis_sync_new(&peer.address, 1000);
        assert_int_equal(redis_sync_hold_take(s, "k", "m", 2, 5, 95, &taken), rows[i].result);
        assert_int_equal(taken, rows[i].taken);
        redis_sync_free(s);
        peer_stop(&peer);
    }
}

/* The server closed the connection while it was idle: the exchange is made again on a new one. */
static void test_exchange_is_repeated_on_a_new_connection(void **state)
{
    static const char *const script[] = {"+PONG\r\n", "close", ":1\r\n*0\r\n", NULL};
    struct redis_hold found;
    struct peer peer;
    (void)state;
    peer_start(&peer, script);
    struct redis_sync *s = redis_sync_new(&peer.address, 1000);
    assert_int_equal(redis_sync_ping(s), SYNC_OK);
    assert_int_equal(redis_sync_hold_look(s, "k", 5000, false, &found), SYNC_OK);
    assert_int_equal(found.pollers, 1);
    redis_sync_free(s);
    peer_stop(&peer);
    assert_int_equal(peer.connections, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_hold_is_looked_at_in_one_exchange),
        cmocka_unit_test(test_place_is_given_back_when_there_is_one_too_many),
        cmocka_unit_test(test_exchange_is_repeated_on_a_new_connection),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
