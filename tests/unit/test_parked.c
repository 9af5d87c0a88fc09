/* SPDX-License-Identifier: MIT */
/* parked: requests that wait for the same record share a question, and each is woken once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <poll.h>

#include "front/context.h"

/* Redis and the clients, as the tests want them. */
static const char *newest_of; /* the log that has news */
static enum sync_result result;
static unsigned asked, slow; /* slow: ms that a question takes */
static char asked_of[8];
static const struct exchange *gone;

static enum sync_result fake_news(struct redis_sync *s, const char *key, struct xid after,
                                  bool *news)
{
    (void)s;
    (void)after;
    asked++;
    snprintf(asked_of, sizeof asked_of, "%s", key);
    if (slow > 0)
        poll(NULL, 0, (int)slow);
    *news = result == SYNC_OK && newest_of && strcmp(key, newest_of) == 0;
    return result;
}

static bool fake_gone(const struct exchange *x)
{
    return x && x == gone;
}

static const struct exchange *takes; /* whose peer takes bytes */
static unsigned peers_asked;

static enum gateway_peer fake_peer(struct exchange *x, int wait_ms)
{
    (void)wait_ms;
    peers_asked++;
    return x && x == gone ? PEER_GONE : x && x == takes ? PEER_READY : PEER_FULL;
}

#define redis_sync_news fake_news
#define gateway_is_gone fake_gone
#define gateway_peer    fake_peer
#include "front/parked.c"
#undef redis_sync_news
#undef gateway_is_gone
#undef gateway_peer

static struct parked *p;
static struct context requests[8];

static int set_up(void **state)
{
    (void)state;
    newest_of = NULL;
    result = SYNC_OK;
    asked = slow = 0;
    gone = takes = NULL;
    peers_asked = 0;
    memset(requests, 0, sizeof requests);
    p = parked_new();
    return p ? 0 : -1;
}

static int tear_down(void **state)
{
    (void)state;
    assert_int_equal(parked_due(p), INT64_MAX);
    parked_free(p);
    parked_free(NULL);
    return 0;
}

static void park(size_t i, const char *key, uint64_t after, int64_t until)
{
    requests[i].parking = (struct parking){.key = key, .after = {1, after}, .until = until};
    parked_add(p, &requests[i]);
}

static void look(int64_t now)
{
    for (struct watch *w = p->watches; w; w = w->next)
        w->due = 0;
    parked_check(p, NULL, now);
}

/* The requests that a look wakes, in order, with the reasons. */
static const char *woken(int64_t now)
{
    static char text[64];
    static const char reasons[] = "-nrtsg";
    size_t n = 0;
    struct context *ctx;
    look(now);
    while ((ctx = parked_take(p)))
        n += (size_t)snprintf(text + n, sizeof text - n, "%zu%c", (size_t)(ctx - requests),
                              reasons[ctx->parking.woken]);
    text[n] = '\0';
    return text;
}

static void test_requests_for_one_record_share_a_question(void **state)
{
    (void)state;
    park(0, "ann", 7, 100);
    park(1, "bob", 7, 100);
    park(2, "ann", 7, 100);
    park(3, "ann", 8, 100);
    assert_string_equal(woken(1), "");
    assert_int_equal(asked, 3);
    newest_of = "ann";
    assert_string_equal(woken(1), "2n0n3n");
    assert_int_equal(asked, 6);
    assert_string_equal(woken(1), "");
    assert_int_equal(asked, 7);
    assert_string_equal(woken(100), "1t");
}

static void test_request_is_woken_by_its_time_and_when_its_client_left(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        requests[i].exchange = (struct exchange *)&requests[i]; /* only compared */
        park(i, "ann", 7, 100 + (int64_t)i);
    }
    assert_string_equal(woken(99), "");
    gone = requests[1].exchange;
    assert_string_equal(woken(99), "1g");
    assert_string_equal(woken(100), "0t");
    assert_string_equal(woken(102), "2t");
}

static void test_requests_wait_while_redis_cannot_be_asked(void **state)
{
    (void)state;
    result = SYNC_DOWN;
    park(0, "ann", 7, 100);
    park(1, "bob", 7, 200);
    newest_of = "bob";
    assert_string_equal(woken(100), "0t");
    assert_int_equal(asked, 1); /* the first question was not answered: no more in this look */
    result = SYNC_OK;
    assert_string_equal(woken(100), "1n");
}

/* The thread has other work. */
static void test_look_at_slow_logs_ends_and_the_next_one_goes_on(void **state)
{
    static const char *const keys[] = {"a", "b", "c", "d"};
    (void)state;
    for (size_t i = 0; i < 4; i++)
        park(i, keys[i], 7, 100);
    slow = TASK_SLICE_MS;
    for (unsigned i = 1; i <= 4; i++) {
        look(1 + i); /* all are due, the one that was looked at last is the last */
        assert_int_equal(asked, i);
        assert_string_equal(asked_of, keys[i - 1]);
    }
    slow = 0;
    assert_string_equal(woken(100), "0t1t2t3t");
}

static void test_looks_are_apart_and_a_woken_request_needs_none(void **state)
{
    (void)state;
    assert_int_equal(parked_due(p), INT64_MAX);
    park(0, "ann", 7, INT64_MAX);
    int64_t due = parked_due(p), now = clock_ms();
    assert_in_range(due, now, now + CHECK_MS);
    parked_check(p, NULL, due - 1);
    assert_int_equal(asked, 0);
    newest_of = "ann";
    parked_check(p, NULL, due);
    assert_int_equal(asked, 1);
    assert_int_equal(parked_due(p), 0);
    assert_ptr_equal(parked_take(p), &requests[0]);
}

static void test_woken_requests_take_turns_and_a_stop_wakes_all(void **state)
{
    (void)state;
    park(0, "ann", 7, 0);
    look(1);
    park(1, "bob", 7, INT64_MAX);
    park(2, "ann", 9, INT64_MAX);
    struct context *first = parked_take(p);
    assert_ptr_equal(first, &requests[0]);
    parked_again(p, first);
    parked_stop(p);
    assert_string_equal(woken(0), "0s1s2s");
}

static void test_full_peer_is_looked_at_less_and_less_often(void **state)
{
    (void)state;
    requests[0].exchange = (struct exchange *)&requests[0]; /* only compared */
    park(0, NULL, 0, INT64_MAX);
    int64_t began = parked_due(p);
    assert_in_range(began, 1, clock_ms() + PEER_MS);
    for (int64_t now = began; now < began + 1000; now++)
        parked_check(p, NULL, now);
    assert_in_range(peers_asked, 1000 / PEERS_MS, 1000 / PEERS_MS + 6);
    takes = requests[0].exchange;
    assert_string_equal(woken(parked_due(p)), "0r");
    assert_int_equal(asked, 0);
}

static void test_full_peer_is_woken_by_its_time_its_end_and_a_stop(void **state)
{
    (void)state;
    for (size_t i = 0; i < 3; i++) {
        requests[i].exchange = (struct exchange *)&requests[i];
        park(i, NULL, 0, i == 0 ? clock_ms() : INT64_MAX);
    }
    gone = requests[1].exchange;
    assert_string_equal(woken(clock_ms() + PEERS_MS), "1g0t");
    parked_stop(p);
    assert_string_equal(woken(0), "2s");
}

#define EACH(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EACH(test_requests_for_one_record_share_a_question),
        EACH(test_request_is_woken_by_its_time_and_when_its_client_left),
        EACH(test_requests_wait_while_redis_cannot_be_asked),
        EACH(test_look_at_slow_logs_ends_and_the_next_one_goes_on),
        EACH(test_looks_are_apart_and_a_woken_request_needs_none),
        EACH(test_woken_requests_take_turns_and_a_stop_wakes_all),
        EACH(test_full_peer_is_looked_at_less_and_less_often),
        EACH(test_full_peer_is_woken_by_its_time_its_end_and_a_stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
