/* SPDX-License-Identifier: MIT */
/* log: what a log that is freed leaves behind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "relay/log.c"

#define VIEWERS 3

static struct relay relay;
static struct viewer viewers[VIEWERS];

static void nothing(struct log *l)
{
    (void)l;
}

static int64_t never(struct log *l)
{
    (void)l;
    return INT64_MAX;
}

static const struct log_source source = {.look = nothing, .check = never, .stop = nothing};

/* Viewers without a connection, LIVE in a new log. */
static struct log *log_with_viewers(void)
{
    struct filter_spec all = {0};
    relay = (struct relay){.now = 1000, .next_sweep = INT64_MAX, .limits = {.gather_ms = 50}};
    relay.rings.max = 4096;
    buf_init(&relay.batch.bytes, 1024);
    buf_init(&relay.batch.open, 1024);
    for (int i = 0; i < VIEWERS; i++) {
        struct admission a = {.kind = LOG_STREAM, .profile = profile_find("plain")};
        char key[] = "log";
        a.log.key = key;
        a.field = strdup("data");
        a.event_field = strdup("event");
        a.log.filter = filter_new(&all);
        viewers[i] = (struct viewer){.relay = &relay, .state = VIEWER_OPEN, .out.fd = -1};
        viewers[i].first.viewer = &viewers[i];
        assert_int_equal(log_attach(&viewers[i], &a, &source), 0);
        viewers[i].first.place.state = PLACE_LIVE;
        viewers[i].first.view->log->live++;
        free(a.field);
        free(a.event_field);
        filter_free(a.log.filter);
    }
    return relay.logs;
}

static void free_log(void)
{
    for (int i = 0; i < VIEWERS; i++)
        log_detach(&viewers[i]);
    relay.stop_by = 1;
    log_sweep(&relay);
    assert_null(relay.logs);
    batch_free(&relay.batch);
}

static void test_freed_log_does_not_pause(void **state)
{
    struct log *l = log_with_viewers();
    (void)state;
    l->read_at = 1010;
    assert_true(gather_holds(l));
    free_log();
    assert_null(relay.gathering);
}

/* The relay stops between two slices. */
static void test_freed_log_does_not_hand_out(void **state)
{
    struct log *l = log_with_viewers();
    struct cursor from = {.at = CURSOR_SENT};
    (void)state;
    fanout_begin(l);
    batch_begin(&relay.batch, &from, false);
    fanout_give(l->views, &relay.batch);
    assert_false(fanout_end(l));
    free_log();
    assert_null(relay.handing);
}

/* The answer to a read comes after its view is gone. */
static void test_freed_view_is_no_longer_read_for(void **state)
{
    struct log *l = log_with_viewers();
    (void)state;
    struct read *q = reads_new(l, READ_AFTER, NULL);
    assert_non_null(q);
    q->view = l->views;
    for (int i = 0; i < VIEWERS; i++)
        log_detach(&viewers[i]);
    relay.now += LINGER_MS;
    log_sweep(&relay);
    assert_null(l->views);
    assert_null(q->view);
    reads_free_all(&relay);
    free_log();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_freed_log_does_not_pause),
        cmocka_unit_test(test_freed_log_does_not_hand_out),
        cmocka_unit_test(test_freed_view_is_no_longer_read_for),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
