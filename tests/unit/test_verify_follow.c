/* SPDX-License-Identifier: MIT */
/* follow: which requests it makes of a scripted server, by a clock that only they and pauses move.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <time.h>

#include "base/clock.h"
#include "doctor/http.h"

static int64_t time_now;

static int64_t scripted_clock(void)
{
    return time_now;
}

static int scripted_sleep(const struct timespec *pause, struct timespec *left)
{
    (void)left;
    time_now += pause->tv_nsec / 1000000;
    return 0;
}

static void scripted_get(const struct http_request *q, struct http_answer *a);

#define clock_ms  scripted_clock
#define nanosleep scripted_sleep
#define http_get  scripted_get
#include "verify/follow.c"

/* An answer: the stream `text` comes after `delay` ms, and stays open if `held`. */
struct answer {
    const char *text; /* NULL: nothing comes */
    int64_t delay;
    bool held;
    long status; /* 0: 200 */
    const char *head;
};

static const struct answer *answers; /* the last one stays */
static size_t nanswers, requests;
static int64_t asked[200];   /* when */
static int64_t streams[200]; /* how long each was open */
static char urls[200][100], resumed[200][100];

static const char *resume_of(const struct http_request *q)
{
    static const char name[] = "Last-Event-ID: ";
    for (const char *const *h = q->headers; *h; h++)
        if (strncmp(*h, name, sizeof name - 1) == 0)
            return *h + sizeof name - 1;
    return "";
}

static void give_text(const struct http_request *q, struct http_answer *a, const struct answer *s)
{
    a->first_at = time_now;
    buf_adds(&a->body, s->text);
    a->stopped = !q->on_bytes(q->arg, a);
}

static void scripted_get(const struct http_request *q, struct http_answer *a)
{
    const struct answer *s = &answers[requests < nanswers ? requests : nanswers - 1];
    size_t n = requests++;
    assert_true(n < 200 && q->patience > 0);
    snprintf(urls[n], sizeof urls[n], "%s", q->url);
    snprintf(resumed[n], sizeof resumed[n], "%s", resume_of(q));
    asked[n] = time_now;
    *a = (struct http_answer){.deadline = time_now + q->patience};
    buf_init(&a->head, 1000);
    buf_init(&a->body, 10000);
    if (!s->text || time_now + s->delay > a->deadline) {
        time_now = a->deadline;
        a->late = true;
        return;
    }
    time_now += s->delay;
    int64_t began = time_now;
    a->status = s->status ? s->status : 200;
    buf_adds(&a->head, s->head ? s->head : "Content-Type: text/event-stream\r\n");
    if (s->text[0])
        give_text(q, a, s);
    a->late = s->held && !a->stopped;
    time_now = a->late && a->deadline > time_now ? a->deadline : time_now;
    streams[n] = time_now - began;
}

static struct count c;
static struct followed f;

static void run(const struct answer *script, size_t n, int duration, unsigned cuts)
{
    static volatile sig_atomic_t stop;
    struct verify_options o = {
        .url = "http://h/stream", .duration = duration, .cuts = cuts, .seed = 7};
    answers = script;
    nanswers = n;
    requests = 0;
    time_now = 1000;
    count_init(&c);
    verify_follow(&o, &c, &stop, &f);
    count_free(&c);
}

#define LIVE "event: live\ndata: {\"sent\":0,\"withheld\":0,\"lost\":0}\n\n"
#define POLL                                                                                       \
    "retry: 3000\nevent: end\ndata: "                                                              \
    "{\"reason\":\"poll\",\"sent\":0,\"withheld\":0,\"lost\":0}\n\n"

static void test_stream_is_cut_and_resumed(void **state)
{
    static const struct answer script[] = {
        {.text = "id: 1-0~1.80000001\ndata: x\n\n" LIVE, .held = true},
        {.text = LIVE, .held = true}};
    (void)state;
    run(script, 2, 60000, 6);
    assert_true(f.cuts >= 4 && f.broken == 0 && f.opened == requests);
    assert_string_equal(urls[0], "http://h/stream?history=0&proof=1");
    assert_string_equal(urls[1], "http://h/stream?proof=1");
    assert_string_equal(resumed[0], "");
    assert_string_equal(resumed[1], "1-0~1.80000001");
}

static void test_several_logs_are_resumed_by_their_list(void **state)
{
    static const struct answer script[] = {
        {.text = "id: web=1-0~1.80000001,api=7-0~7.80000002\nevent: cursor\ndata: {}\n\n" LIVE},
        {.text = LIVE, .held = true}};
    (void)state;
    run(script, 2, 10000, 0);
    assert_string_equal(resumed[1], "web=1-0~1.80000001,api=7-0~7.80000002");
}

/* The moment of a cut falls into the pause between two polls. */
static void test_polls_go_on_to_the_end_beside_cuts(void **state)
{
    static const struct answer script[] = {{.text = LIVE POLL}};
    (void)state;
    run(script, 1, 60000, 6);
    assert_int_equal(requests, 20);
    assert_int_equal(f.opened, 20);
    assert_int_equal(f.broken, 0);
}

/* The moment of a cut falls into the time that the answer takes. */
static void test_cut_waits_for_the_answer(void **state)
{
    static const struct answer script[] = {{.text = LIVE, .delay = 3000, .held = true}};
    (void)state;
    run(script, 1, 60000, 40);
    assert_int_equal(f.broken, 0);
    assert_true(f.opened > 10);
    for (size_t i = 0; i + 1 < requests; i++)
        assert_true(streams[i] > 0);
}

static void test_server_that_is_silent_is_given_up(void **state)
{
    static const struct answer script[] = {{.text = NULL}};
    (void)state;
    run(script, 1, 600000, 100);
    assert_int_equal(requests, PLAN_ATTEMPTS);
    assert_int_equal(asked[1] - asked[0], PLAN_PATIENCE + PLAN_RETRY);
    assert_string_equal(f.refused, "no answer: nothing came in time");
}

static void test_short_check_does_not_wait_longer_than_it_lasts(void **state)
{
    static const struct answer script[] = {{.text = NULL}};
    (void)state;
    run(script, 1, 2000, 0);
    assert_int_equal(time_now, 1000 + 2000);
    assert_true(requests == 1 && f.opened == 0 && f.broken == 0 && f.refused[0] == '\0');
}

static void test_event_stream_without_an_event_is_no_refusal(void **state)
{
    static const struct answer script[] = {{.text = "", .delay = 1}};
    (void)state;
    run(script, 1, 5000, 0);
    assert_true(f.refused[0] == '\0' && f.broken > 1);
}

static void test_busy_server_is_asked_when_it_says(void **state)
{
    static const struct answer script[] = {
        {.text = "", .status = 503, .head = "Retry-After: 7\r\n"}, {.text = LIVE, .held = true}};
    (void)state;
    run(script, 2, 30000, 0);
    assert_int_equal(asked[1] - asked[0], 7000);
    assert_true(f.busy == 1 && f.opened == 1);
}

static void test_token_is_for_one_request(void **state)
{
    static const struct answer script[] = {
        {.text = "event: token\ndata: {\"expires_in\":303, \"token\": \"next-one\"}\n\n" LIVE POLL},
        {.text = LIVE POLL}};
    (void)state;
    run(script, 2, 7000, 0);
    assert_non_null(strstr(urls[1], "token=next-one&"));
    assert_null(strstr(urls[2], "token="));
}

/* A hole is open at the end: the part is asked for again until it has come. */
static void test_open_hole_is_read_again_after_the_end(void **state)
{
    static const struct answer script[] = {
        {.text = LIVE "id: 1-0~1.80000001\ndata: x\n\nid: 3-0~3.80000001\ndata: x\n\n",
         .held = true},
        {.text = ""},
        {.text = "id: 3-0~3.80000001\ndata: x\n\nevent: live\ndata: "
                 "{\"sent\":1,\"withheld\":1,\"lost\":0}\n\n",
         .held = true}};
    (void)state;
    run(script, 3, 10000, 0);
    assert_int_equal(requests, 3);
    assert_string_equal(resumed[1], "1-0~1.80000001");
    assert_string_equal(resumed[2], "1-0~1.80000001");
    assert_int_equal(streams[2], 0); /* it ends at live */
    assert_true(c.withheld == 1 && c.unchecked == 0 && c.nproblems == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stream_is_cut_and_resumed),
        cmocka_unit_test(test_several_logs_are_resumed_by_their_list),
        cmocka_unit_test(test_polls_go_on_to_the_end_beside_cuts),
        cmocka_unit_test(test_cut_waits_for_the_answer),
        cmocka_unit_test(test_server_that_is_silent_is_given_up),
        cmocka_unit_test(test_short_check_does_not_wait_longer_than_it_lasts),
        cmocka_unit_test(test_event_stream_without_an_event_is_no_refusal),
        cmocka_unit_test(test_busy_server_is_asked_when_it_says),
        cmocka_unit_test(test_token_is_for_one_request),
        cmocka_unit_test(test_open_hole_is_read_again_after_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
