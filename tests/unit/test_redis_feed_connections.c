/* SPDX-License-Identifier: MIT */
/*
 * redis_feed: connections that fail, are closed while idle, or are silent.  The feed reconnects,
 * and reports each outage once.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>

#include "redis_io.c"

#include "feed_server.h"

/* ---- reconnecting ---- */

static void test_reconnect_backs_off(void **state)
{
    struct world *w = new_world();
    int64_t longest = 0;
    (void)state;
    close(w->listener);
    w->listener = -1;
    for (int i = 0; i < 20; i++) {
        redis_feed_run(w->feed, w->now);
        assert_int_equal(w->down, 1); /* reported once, though it fails often */
        int64_t due = redis_feed_deadline(w->feed);
        assert_true(due > w->now && due <= w->now + BACKOFF_LAST_MS);
        redis_feed_run(w->feed, due - 1);
        assert_int_equal(redis_feed_deadline(w->feed), due); /* no attempt before its time */
        longest = due - w->now > longest ? due - w->now : longest;
        w->now = due;
    }
    assert_true(longest >= BACKOFF_LAST_MS / 2);
    free_world(w);
}

/* Only connections that were up for a minute make the next wait short again. */
static void test_backoff_grows_until_connections_held(void **state)
{
    static const struct {
        int64_t up_for;
        unsigned least, most; /* of the wait */
    } steps[] = {
        {-1, 25, 50},           {-1, 50, 100},           {0, 100, 200},
        {5, 200, 400},          {HELD_MS - 1, 400, 800}, {-1, 800, 1600},
        {10000, 1000, 2000},    {-1, 1000, 2000},        {HELD_MS, 25, 50},
        {HELD_MS - 1, 50, 100}, {HELD_MS, 25, 50},       {INT64_MAX, 25, 50},
    };
    unsigned longest[2] = {BACKOFF_FIRST_MS, BACKOFF_FIRST_MS};
    (void)state;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        assert_int_equal(link_backoff(&longest[0], steps[i].up_for, 0), steps[i].least);
        assert_int_equal(link_backoff(&longest[1], steps[i].up_for, steps[i].most - steps[i].least),
                         steps[i].most);
        assert_int_equal(longest[0], longest[1]);
    }
}

/* A server that greets well and answers the first read wrongly: few attempts, one line in the log.
 */
static void test_server_that_greets_and_answers_wrongly_is_seldom_tried(void **state)
{
    static const struct redis_range all = {.to = {UINT64_MAX, UINT64_MAX}, .count = 10};
    struct world *w = new_world();
    int64_t start = w->now;
    char command[200];
    (void)state;
    while (w->now < start + 60000) {
        come_up(w);
        assert_int_equal(redis_feed_range(w->feed, "key", &all, on_range, w), 0);
        assert_true(talk(w, command));
        reply(w->command, ":1\r\n");
        settle(w);
        assert_false(w->feed->up);
    }
    assert_in_range(w->up, 20, 70); /* it was 23 a second */
    assert_int_equal(w->down, w->up);
    free_world(w);
}

/* ---- idle connections ---- */

/* Nothing is due for seconds. Then a request has its whole deadline. */
static void test_request_after_idle_time_has_its_whole_deadline(void **state)
{
    struct world *w = new_world();
    (void)state;
    come_up(w);
    w->now += ANSWER_MS + 1000;
    assert_true(w->now < redis_feed_deadline(w->feed));
    redis_feed_set_time(w->feed, w->now);
    request(w, RANGE);
    assert_int_equal(conn_deadline(w->feed, &w->feed->command), w->now + ANSWER_MS);
    reply(w->command, TWO);
    settle(w);
    assert_int_equal(w->result, REDIS_OK);
    assert_int_equal(w->down, 0);
    free_world(w);
}

/* Redis closes the idle command connection: another takes its place, and all keys count as changed.
 */
static void test_connection_closed_while_idle_is_renewed_without_an_outage(void **state)
{
    static const struct redis_range all = {.to = {UINT64_MAX, UINT64_MAX}, .count = 10};
    struct world *w = new_world();
    (void)state;
    come_up(w);
    w->now += ANSWER_MS + 1000;
    hang_up(w->command);
    redis_feed_run(w->feed, w->now);                                           /* notices it */
    assert_int_equal(redis_feed_range(w->feed, "key", &all, on_range, w), -1); /* not yet */
    assert_int_equal(redis_feed_subscribe(w->feed, "channel"), 0);
    char command[200];
    assert_true(talk(w, command));
    assert_string_equal(command, "SUBSCRIBE channel");
    settle(w);
    assert_int_equal(w->npeers, 3);
    assert_ptr_equal(w->command, &w->peers[2]);
    assert_int_equal(w->invalidations, 100);
    request(w, RANGE);
    reply(w->command, TWO);
    settle(w);
    assert_int_equal(w->result, REDIS_OK);
    assert_int_equal(w->up, 1);
    assert_int_equal(w->down, 0);
    free_world(w);
}

/* It is an outage if the server closes a connection that was not idle, or takes no other. */
static void test_connection_that_cannot_be_renewed_is_an_outage(void **state)
{
    enum how { ASKED, HALF_ANSWER, NO_SERVER, SILENT, OTHER_TRACKING, TOO_SOON, END };
    (void)state;
    for (enum how how = ASKED; how < END; how++) {
        struct world *w = new_world();
        come_up(w);
        if (how != TOO_SOON) /* a server that closes each connection at once */
            w->now += RENEW_MS;
        redis_feed_set_time(w->feed, w->now);
        if (how == ASKED)
            request(w, RANGE);
        if (how == HALF_ANSWER)
            reply(w->command, "*2\r\n");
        if (how == NO_SERVER)
            unlink(w->path);
        if (how == SILENT)
            w->greeting = "";
        if (how == OTHER_TRACKING)
            w->tracking = "-ERR no\r\n";
        hang_up(w->command);
        settle(w);
        if (how == SILENT) {
            assert_int_equal(w->down, 0);
            w->now = redis_feed_deadline(w->feed);
            redis_feed_run(w->feed, w->now);
        }
        assert_int_equal(w->down, 1);
        assert_false(w->feed->up);
        free_world(w);
    }
}

/* Both connections get a PING after a long silence. No answer on one closes both. */
static void test_idle_connections_are_pinged(void **state)
{
    struct world *w = new_world();
    char command[200];
    (void)state;
    come_up(w);
    w->now = redis_feed_deadline(w->feed);
    for (int i = 0; i < 20; i++)
        talk(w, command); /* PINGs; +PONG is wrong on the invalidation connection */
    assert_int_equal(w->down, 1);
    come_up(w);
    w->greeting = "";
    w->now = redis_feed_deadline(w->feed);
    settle(w);
    w->now = redis_feed_deadline(w->feed);
    redis_feed_run(w->feed, w->now);
    assert_int_equal(w->down, 2);
    w->greeting = "+PONG\r\n";
    come_up(w);
    free_world(w);
}

/* Redis refuses to pop while it cannot write to its disk.  The feed repeats the request after the
 * connection was idle for long, and then receives the members. */
static void test_refused_pop_is_repeated_when_idle(void **state)
{
    struct world *w = new_world();
    char command[200];
    (void)state;
    w->pong = "*2\r\n$4\r\npong\r\n$0\r\n\r\n";
    come_up(w);
    redis_feed_pop(w->feed, "queue");
    assert_true(talk(w, command));
    assert_true(is(command, "BZPOPMIN queue "));
    assert_int_equal(w->npeers, 3);
    for (int refused = 0; refused < 3; refused++) {
        reply(&w->peers[2], "-MISCONF Redis is configured to save RDB snapshots\r\n");
        settle(w);
        w->now = redis_feed_deadline(w->feed) - 1;
        settle(w);
        w->now++;
        assert_true(talk(w, command)); /* after the PINGs, which the server answers itself */
        assert_true(is(command, "BZPOPMIN queue "));
    }
    reply(&w->peers[2], "*3\r\n$5\r\nqueue\r\n$4\r\nlate\r\n$1\r\n1\r\n");
    assert_true(talk(w, command));
    assert_true(is(command, "ZPOPMIN queue "));
    assert_int_equal(w->popped, 1);
    assert_int_equal(w->down, 0);
    free_world(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_reconnect_backs_off),
        cmocka_unit_test(test_backoff_grows_until_connections_held),
        cmocka_unit_test(test_server_that_greets_and_answers_wrongly_is_seldom_tried),
        cmocka_unit_test(test_request_after_idle_time_has_its_whole_deadline),
        cmocka_unit_test(test_connection_closed_while_idle_is_renewed_without_an_outage),
        cmocka_unit_test(test_connection_that_cannot_be_renewed_is_an_outage),
        cmocka_unit_test(test_idle_connections_are_pinged),
        cmocka_unit_test(test_refused_pop_is_repeated_when_idle),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
