/* SPDX-License-Identifier: MIT */
/*
 * redis_feed: the answers and messages of a scripted server.  Each request gets one result, even
 * when the server sends wrong data, is silent or hangs up.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <signal.h>

#include "redis_io.c"

#include "feed_server.h"

#define INFO_OK "*4\r\n$6\r\nlength\r\n:3\r\n$17\r\nlast-generated-id\r\n$3\r\n9-9\r\n"

static const struct {
    const char *what;
    enum request ask;
    const char *reply; /* NULL: silence */
    bool close;
    enum redis_result result;
    size_t entries;
} cases[] = {
    {"entries", RANGE, TWO, false, REDIS_OK, 2},
    {"no entries", RANGE, "*0\r\n", false, REDIS_OK, 0},
    {"wrong type", RANGE, "-WRONGTYPE Operation against\r\n", false, REDIS_WRONGTYPE, 0},
    {"no rights", RANGE, "-NOPERM this user\r\n", false, REDIS_REFUSED, 0},
    {"loading", RANGE, "-LOADING Redis is loading\r\n", false, REDIS_LOST, 0},
    {"no password any more", RANGE, "-NOAUTH Authentication required.\r\n", false, REDIS_LOST, 0},
    {"a replica without its primary", RANGE, "-MASTERDOWN Link with MASTER is down\r\n", false,
     REDIS_LOST, 0},
    {"half an answer", RANGE, "*2\r\n*2\r\n$3\r\n1-0\r\n*2\r\n$4\r\nda", true, REDIS_LOST, 0},
    {"nothing but the end", RANGE, "", true, REDIS_LOST, 0},
    {"garbage", RANGE, "?what\r\n", false, REDIS_LOST, 0},
    {"a number", RANGE, ":1\r\n", false, REDIS_LOST, 0},
    {"a word", RANGE, "+OK\r\n", false, REDIS_LOST, 0},
    {"nil", RANGE, "$-1\r\n", false, REDIS_LOST, 0},
    {"a bulk too long", RANGE, "*1\r\n$99999999999\r\n", false, REDIS_LOST, 0},
    {"silence", RANGE, NULL, false, REDIS_LOST, 0},
    {"half an answer, silence", RANGE, "*2\r\n*2\r\n", false, REDIS_LOST, 0},
    {"info", INFO, INFO_OK, false, REDIS_OK, 3},
    {"info of no key", INFO, "-ERR no such key\r\n", false, REDIS_OK, 0},
    {"info of another type", INFO, "-WRONGTYPE Operation\r\n", false, REDIS_WRONGTYPE, 0},
    {"info that is a word", INFO, "+OK\r\n", false, REDIS_LOST, 0},
    {"info cut", INFO, "*4\r\n$6\r\nlen", true, REDIS_LOST, 0},
    {"value", GET, "$5\r\nhello\r\n", false, REDIS_OK, 5},
    {"no value", GET, "$-1\r\n", false, REDIS_OK, SIZE_MAX},
    {"value of another type", GET, "-WRONGTYPE Operation\r\n", false, REDIS_WRONGTYPE, SIZE_MAX},
    {"value that is a list", GET, "*1\r\n$1\r\nx\r\n", false, REDIS_LOST, SIZE_MAX},
};

/* Sends text one byte at a time; the feed runs after each. */
static void drip(struct world *w, const char *text)
{
    for (size_t i = 0; text[i] && w->answers == 0 && w->feed->up; i++) {
        send(w->command->fd, text + i, 1, MSG_NOSIGNAL);
        redis_feed_run(w->feed, w->now);
    }
}

static void test_each_answer_gives_its_result(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (int dripping = 0; dripping < 2; dripping++) {
            struct world *w = new_world();
            print_message("%s\n", cases[i].what);
            come_up(w);
            request(w, cases[i].ask);
            if (cases[i].reply && dripping)
                drip(w, cases[i].reply);
            else if (cases[i].reply)
                reply(w->command, cases[i].reply);
            if (cases[i].close)
                hang_up(w->command);
            settle(w);
            if (w->answers == 0) { /* silence ends the request at the deadline, not before */
                int64_t due = redis_feed_deadline(w->feed);
                assert_true(due > w->now && due <= w->now + ANSWER_MS);
                redis_feed_run(w->feed, due - 1);
                assert_int_equal(w->answers, 0);
                w->now = due;
                redis_feed_run(w->feed, w->now);
            }
            assert_int_equal(w->answers, 1);
            assert_int_equal(w->result, cases[i].result);
            if (w->result == REDIS_OK)
                assert_int_equal(w->entries, cases[i].entries);
            assert_int_equal(w->down, w->result == REDIS_LOST);
            assert_int_equal(w->feed->command.sent, 0);
            if (w->result == REDIS_LOST)
                come_up(w);
            request(w, RANGE);
            reply(w->command, TWO);
            settle(w);
            assert_int_equal(w->answers, 1);
            assert_int_equal(w->result, REDIS_OK);
            assert_int_equal(w->last.ms, 2);
            free_world(w);
        }
    }
}

/* Many requests are open: each gets its result once, in order. */
static void test_outage_fails_each_request_once(void **state)
{
    static const struct redis_range all = {.to = {UINT64_MAX, UINT64_MAX}, .count = 10};
    struct world *w = new_world();
    (void)state;
    come_up(w);
    for (int i = 0; i < 100; i++)
        assert_int_equal(redis_feed_range(w->feed, "key", &all, on_range, w), 0);
    redis_feed_run(w->feed, w->now);
    reply(w->command, TWO "*0\r\n");
    redis_feed_run(w->feed, w->now);
    assert_int_equal(w->answers, 2);
    hang_up(w->invalidation);
    redis_feed_run(w->feed, w->now);
    assert_int_equal(w->answers, 100);
    assert_int_equal(w->result, REDIS_LOST);
    assert_int_equal(w->down, 1);
    assert_int_equal(redis_feed_range(w->feed, "key", &all, on_range, w), -1);
    assert_int_equal(redis_feed_get(w->feed, "key", 2, on_get, w), -1);
    assert_int_equal(redis_feed_subscribe(w->feed, "c"), -1);
    come_up(w);
    assert_int_equal(w->answers, 100);
    free_world(w);
}

static void test_messages_of_the_invalidation_connection_are_reported(void **state)
{
    static const struct {
        const char *text;
        int invalidations, messages;
        bool lost;
    } inputs[] = {
        {"*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*2\r\n$1\r\na\r\n$1\r\nb\r\n", 2, 0,
         false},
        {"*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n*-1\r\n", 100, 0, false},
        {"*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n$-1\r\n", 100, 0, false},
        {"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$2\r\nhi\r\n", 0, 1, false},
        {"*3\r\n$7\r\nsmessag\r\n$1\r\nc\r\n$2\r\nhi\r\n", 0, 0, false},
        {"*4\r\n$8\r\npmessage\r\n$1\r\n*\r\n$1\r\nc\r\n$2\r\nhi\r\n", 0, 0, false},
        {"*2\r\n$4\r\npong\r\n$0\r\n\r\n", 0, 0, false},
        {"*3\r\n$7\r\nmessage\r\n$1\r\nc\r\n*1\r\n:4\r\n", 0, 0, false},
        {"+hello\r\n", 0, 0, true},
        {"-ERR what\r\n", 0, 0, true},
        {"*1\r\n$1\r\nx\r\n", 0, 0, true},
        {"*2\r\n:1\r\n:2\r\n", 0, 0, true},
        {">1\r\n$1\r\nx\r\n", 0, 0, true},
    };
    (void)state;
    for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
        struct world *w = new_world();
        print_message("%s\n", inputs[i].text);
        come_up(w);
        reply(w->invalidation, inputs[i].text);
        settle(w);
        assert_int_equal(w->invalidations, inputs[i].invalidations);
        assert_int_equal(w->messages, inputs[i].messages);
        assert_int_equal(w->down, inputs[i].lost);
        free_world(w);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_answer_gives_its_result),
        cmocka_unit_test(test_outage_fails_each_request_once),
        cmocka_unit_test(test_messages_of_the_invalidation_connection_are_reported),
    };
    signal(SIGPIPE, SIG_IGN);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
