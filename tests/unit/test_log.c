/* SPDX-License-Identifier: MIT */
/* log: what a log that is freed leaves behind, and how a viewer is in several logs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <fcntl.h>
#include <unistd.h>

#include "relay/log.c"
#include "relay/seats.h"
#include "admission.h"

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
    batch_begin(&relay.batch, &from, EPOCH_UNKNOWN, false);
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

static void test_viewer_that_leaves_waits_for_nothing_more(void **state)
{
    struct log *l = log_with_viewers();
    struct cursor from = {.at = CURSOR_SENT};
    struct read *q = reads_new(l, READ_AFTER, NULL);
    struct viewer *next = &viewers[VIEWERS - 1]; /* that is handed the batch */
    (void)state;
    assert_non_null(q);
    reads_join(q, &next->first);
    fanout_begin(l);
    batch_begin(&relay.batch, &from, EPOCH_UNKNOWN, false);
    fanout_give(l->views, &relay.batch);
    log_detach(next);
    assert_null(q->waiters);
    assert_ptr_equal(l->fanouts->at, &viewers[VIEWERS - 2].first);
    relay.now += LINGER_MS;
    log_sweep(&relay);
    assert_non_null(l->views); /* the others are still in it */
    reads_free_all(&relay);
    free_log();
}

/* ---- a viewer of two logs ---- */

/* The calls of a log's source. */
static struct {
    const struct log *log;
    int begun, wanted, looked;
} asked[2];

static int number_of(const struct log *l)
{
    int n = strcmp(l->key, "log2") == 0;
    asked[n].log = l;
    return n;
}

static void begin(struct follower *f)
{
    asked[number_of(f->view->log)].begun++;
}

/* Nothing that f needs more can be done: its log has no tip then. */
static bool want(struct follower *f, enum place_step need)
{
    assert_int_not_equal(need, PLACE_WAIT);
    asked[number_of(f->view->log)].wanted++;
    f->view->log->tip.state = PLACE_NONE;
    return true;
}

static void look(struct log *l)
{
    asked[number_of(l)].looked++;
}

static const struct log_source counting = {
    .begin = begin, .want = want, .look = look, .check = never, .stop = nothing};

static struct follower other;

/* Attaches the first viewer to both logs, and the second to the first of them. */
static struct viewer *attach_to_two(void)
{
    struct seats *seats = seats_new(10, 10, &relay.budget);
    relay = (struct relay){.now = 1000, .next_sweep = INT64_MAX, .seats = seats, .epoll = -1};
    relay.queue_end = &relay.queue;
    relay.budget.max = 1 << 20;
    memset(asked, 0, sizeof asked);
    for (int i = 0; i < 2; i++) {
        struct admission *a = admission_of(&relay, (struct out){.fd = -1}, "envelope");
        viewers[i] = (struct viewer){.relay = &relay, .state = VIEWER_OPEN, .out.fd = -1};
        viewers[i].first.viewer = &viewers[i];
        if (i == 0) {
            admission_add_log(a);
            other = (struct follower){.viewer = &viewers[i]};
            viewers[i].first.beside = &other;
        }
        assert_int_equal(log_attach(&viewers[i], a, &counting), 0);
        relay_unseat(&relay, a->seat, SEAT_TAKEN);
        a->seat = NULL;
        admission_free(a);
    }
    viewers[0].out.fd = open("/dev/null", O_WRONLY);
    assert_true(viewers[0].out.fd >= 0);
    return &viewers[0];
}

static void leave_two(void)
{
    for (int i = 0; i < 2; i++)
        log_detach(&viewers[i]);
    relay.stop_by = 1;
    log_sweep(&relay);
    assert_null(relay.logs);
    seats_free(relay.seats);
    close(viewers[0].out.fd);
}

/* Its records say their log, those of a stream of one log do not. */
static void test_stream_of_several_logs_has_views_of_its_own(void **state)
{
    const struct viewer *v = attach_to_two();
    (void)state;
    assert_string_equal(v->first.view->name, "web");
    assert_string_equal(other.view->name, "api");
    assert_string_equal(other.view->log->key, "log2");
    assert_ptr_equal(v->first.view->log, viewers[1].first.view->log);
    assert_null(viewers[1].first.view->name);
    leave_two();
}

static void test_viewer_begins_in_each_of_its_logs_and_leaves_each(void **state)
{
    struct viewer *v = attach_to_two();
    const struct view *w = other.view;
    (void)state;
    log_begin(v);
    assert_int_equal(asked[0].begun, 1);
    assert_int_equal(asked[1].begun, 1);
    log_detach(v);
    assert_null(w->followers);
    assert_null(other.view);
    leave_two();
}

/* Out of memory, or closed already. */
static void test_viewer_leaves_the_logs_that_it_is_in(void **state)
{
    struct viewer *v = attach_to_two();
    struct view *w = other.view;
    (void)state;
    other.view = NULL;
    w->followers = NULL;
    log_detach(v);
    assert_null(v->first.view);
    leave_two();
}

static void test_what_each_log_needs_is_asked_for(void **state)
{
    struct viewer *v = attach_to_two();
    (void)state;
    for (struct follower *f = &v->first; f; f = f->beside) {
        f->view->log->tip.state = PLACE_LIVE;
        f->view->log->tip.cursor.id.ms = 10;
        f->view->ring.floor = XID_MAX;
        f->place.state = PLACE_BEHIND;
        f->place.standing = PLACE_MET;
    }
    log_serve(v);
    assert_int_equal(asked[0].wanted, 1);
    assert_int_equal(asked[1].wanted, 1);
    leave_two();
}

static void test_log_is_looked_at_where_the_viewer_is_live(void **state)
{
    struct viewer *v = attach_to_two();
    (void)state;
    v->first.place.state = PLACE_BEHIND;
    follower_set_place(&other, PLACE_LIVE);
    log_serve(v);
    assert_int_equal(asked[0].looked, 0);
    assert_int_equal(asked[1].looked, 1);
    leave_two();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_freed_log_does_not_pause),
        cmocka_unit_test(test_freed_log_does_not_hand_out),
        cmocka_unit_test(test_freed_view_is_no_longer_read_for),
        cmocka_unit_test(test_viewer_that_leaves_waits_for_nothing_more),
        cmocka_unit_test(test_stream_of_several_logs_has_views_of_its_own),
        cmocka_unit_test(test_viewer_begins_in_each_of_its_logs_and_leaves_each),
        cmocka_unit_test(test_viewer_leaves_the_logs_that_it_is_in),
        cmocka_unit_test(test_what_each_log_needs_is_asked_for),
        cmocka_unit_test(test_log_is_looked_at_where_the_viewer_is_live),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
