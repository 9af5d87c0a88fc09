/* SPDX-License-Identifier: MIT */
/*
 * viewer: frames for a viewer that does not read now, the time for which unsent bytes are kept, and
 * the records of a batch.  Over socket pairs, without Redis.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/viewer.c"
#include "relay/log.h"
#include "relay/tail.h"
#include "admission.h"

static void test_waiting_gaps_become_one(void **state)
{
    static const struct {
        int64_t first, second, lost;
    } cases[] = {{3, 4, 7}, {-1, 4, -1}, {3, -1, -1}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct viewer v = {.first.viewer = &v, .first.place.state = PLACE_BEHIND};
        struct gap first = {{5, 0}, true, {9, 0}, cases[i].first, false, false};
        struct gap second = {{8, 7}, false, {0, 0}, cases[i].second, false, false};
        viewer_add_gap(&v.first, &first);
        viewer_add_gap(&v.first, &second);
        assert_int_equal(v.first.gap->after.ms, 5); /* the client's position */
        assert_false(v.first.gap->has_next);
        assert_int_equal(v.first.gap->lost, cases[i].lost);
        free(v.first.gap);
    }
}

/* The deadline also ends the relay's wait when no other deadline is set. */
static void test_drain_ends_at_its_deadline(void **state)
{
    struct relay r = {.now = 1000, .next_sweep = INT64_MAX};
    struct out o = {.request = 1};
    int s[2], small = 1;
    (void)state;
    r.epoll = epoll_create1(0);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    o.fd = s[0];
    buf_init(&o.rest, 1024 * 1024);
    while (out_send_bytes(&o, "0123456789", 10) == OUT_SENT && o.rest.len == 0)
        ;
    if (o.rest.len == 0)
        buf_adds(&o.rest, "rest");
    viewer_new_drain(&r, o, NULL, (struct charge){0});
    struct viewer *v = r.all;
    assert_non_null(v);
    assert_int_equal(v->state, VIEWER_DRAINING);
    assert_true(r.next_sweep <= r.now + BUDGET_STALL_MS);
    for (int i = 0; i < 3; i++) { /* a peer that takes something now and then has time */
        r.now += BUDGET_STALL_MS - 1;
        v->out.taken++;
        viewer_serve(v);
        assert_int_equal(viewer_check_times(v), r.now + BUDGET_STALL_MS);
    }
    r.now += BUDGET_STALL_MS;
    viewer_check_times(v);
    assert_int_equal(v->state, VIEWER_CLOSED);
    assert_int_equal(r.stats.cut_off, 1);
    viewer_free(v);
    assert_null(r.all);
    close(s[1]);
    close(r.epoll);
}

/* A viewer with its log; open: and its first frame. */
static struct viewer *new_viewer(struct relay *r, int fd, bool open)
{
    struct out out;
    out_init(&out, fd, 1);
    struct admission *a = admission_of(r, out, "plain");
    struct viewer *v = viewer_new(r, a);
    assert_non_null(v);
    assert_int_equal(log_attach(v, a, &tail_source), 0);
    if (open)
        viewer_begin(v, a);
    admission_free(a);
    return v;
}

/* Reads all bytes that the peer receives until the viewer is closed. */
static void read_to_the_end(struct viewer *v, int peer, struct buf *b)
{
    char bytes[65536];
    ssize_t n;
    while ((n = recv(peer, bytes, sizeof bytes, MSG_DONTWAIT)) > 0 || v->state != VIEWER_CLOSED) {
        if (n > 0)
            assert_int_equal(buf_add(b, bytes, (size_t)n), 0);
        else if (viewer_event(v, EPOLLOUT))
            viewer_serve(v);
    }
}

/* A viewer that does not read receives its final frame later.  Its seat is free at once. */
static void test_final_frame_waits_for_a_slow_reader(void **state)
{
    static const char end[] = "event: end\ndata: {\"reason\":\"revoked\",\"sent\":0,"
                              "\"withheld\":0,\"lost\":0}\n\n";
    struct config config = {.max_viewers = 1, .max_per_user = 1, .max_memory = 64 << 20};
    struct relay *r = relay_new(&config);
    struct buf b;
    struct seat_holder bob = {HOLDER_USER, "bob"};
    struct seat *seat;
    int s[2], small = 1;
    (void)state;
    assert_non_null(r);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    struct viewer *v = new_viewer(r, s[0], true);
    while (out_send_bytes(&v->out, "0123456789", 10) == OUT_SENT)
        ;
    assert_int_equal(relay_seat(r, &bob, &seat), SEAT_FULL);
    viewer_end(v, END_REVOKED);
    assert_int_equal(v->state, VIEWER_DRAINING);
    assert_int_equal(relay_seat(r, &bob, &seat), SEAT_TAKEN);
    relay_unseat(r, seat, SEAT_TAKEN);
    buf_init(&b, 1024 * 1024);
    read_to_the_end(v, s[1], &b);
    assert_non_null(memmem(b.p, b.len, end, sizeof end - 1));
    assert_int_equal(b.p[b.len - 16 + 1], 3); /* FCGI_END_REQUEST */
    buf_free(&b);
    relay_free(r);
    close(s[1]);
}

/* A viewer may be refused after it was created, for example because its key cannot be watched.  Its
 * seat is free then, and its connection is closed. */
static void test_viewer_that_never_opens_is_freed(void **state)
{
    struct config config = {.max_viewers = 1, .max_per_user = 1, .max_memory = 64 << 20};
    struct relay *r = relay_new(&config);
    struct seat_holder bob = {HOLDER_USER, "bob"};
    struct seat *seat;
    char byte;
    int s[2];
    (void)state;
    assert_non_null(r);
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    viewer_close(new_viewer(r, s[0], false));
    relay_finish(r);
    assert_null(r->all);
    assert_int_equal(r->stats.viewers, 0);
    assert_int_equal(r->stats.behind, 0);
    assert_int_equal(recv(s[1], &byte, 1, 0), 0);
    assert_int_equal(relay_seat(r, &bob, &seat), SEAT_TAKEN);
    relay_unseat(r, seat, SEAT_TAKEN);
    relay_free(r);
    close(s[1]);
}

/* A viewer with a log and a view, and the socket of its peer. */
struct fixture {
    struct relay relay;
    struct log log;
    struct view view;
    struct viewer viewer;
    int peer;
};

static char key[] = "log";

static void fixture_init(struct fixture *t, enum place_state state)
{
    int s[2];
    *t = (struct fixture){0};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    t->relay.epoll = epoll_create1(0);
    t->log = (struct log){.relay = &t->relay, .kind = LOG_STREAM, .key = key};
    t->view = (struct view){.log = &t->log, .profile = profile_find("plain")};
    t->viewer = (struct viewer){.relay = &t->relay, .out = {.fd = s[0]}};
    t->viewer.first = (struct follower){.viewer = &t->viewer, .view = &t->view};
    buf_init(&t->viewer.out.rest, 1024 * 1024);
    t->viewer.phase = PHASE_LIVE;
    t->viewer.first.place.state = state;
    t->log.live = state == PLACE_LIVE;
    t->peer = s[1];
}

static void assert_peer_received(const struct fixture *t, const char *text)
{
    char got[1000];
    ssize_t n = recv(t->peer, got, sizeof got, MSG_DONTWAIT);
    assert_int_equal(n < 0 ? 0 : n, strlen(text));
    assert_memory_equal(got, text, strlen(text));
}

static void fixture_free(struct fixture *t)
{
    close(t->viewer.out.fd);
    close(t->peer);
    close(t->relay.epoll);
    buf_free(&t->viewer.out.rest);
}

/* Records 5, 6 and 7 have one byte each.  A long record 8 may follow. */
static void make_batch(struct batch *b, struct item items[3], struct blob *long_one)
{
    *b = (struct batch){.items = items, .count = 3, .after = {.id = {7, 0}, .at = CURSOR_SENT}};
    buf_init(&b->bytes, 100);
    buf_adds(&b->bytes, "567");
    for (size_t i = 0; i < 3; i++)
        items[i] = (struct item){.end = (uint32_t)i + 1, .id = {5 + i, 0}};
    buf_init(&b->open, 100);
    buf_adds(&b->open, "id: 8-0\n");
    b->blob = long_one;
    b->after_blob = (struct cursor){.id = {8, 0}, .at = CURSOR_SENT};
}

/* The gap or the long record is sent first.  The viewer gets the batch later, by its own read. */
static void test_batch_waits_for_a_gap_or_a_long_record(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct fixture t;
        struct batch b;
        struct item items[3];
        struct gap gap = {.lost = 1};
        struct blob blob = {.refs = 1};
        fixture_init(&t, PLACE_LIVE);
        make_batch(&b, items, NULL);
        t.viewer.first.place.cursor = (struct cursor){.id = {4, 0}, .at = CURSOR_SENT};
        t.viewer.first.gap = i == 0 ? &gap : NULL;
        t.viewer.blob = i == 1 ? &blob : NULL;
        viewer_take(&t.viewer.first, &b);
        assert_peer_received(&t, "");
        assert_int_equal(t.viewer.first.place.state, PLACE_BEHIND);
        assert_int_equal(t.viewer.first.place.cursor.id.ms, 4);
        assert_int_equal(t.log.live, 0);
        buf_free(&b.bytes);
        buf_free(&b.open);
        fixture_free(&t);
    }
}

static void test_batch_sends_only_records_after_the_cursor(void **state)
{
    static const struct {
        uint64_t at, then;
        bool has_long;
        const char *gets;
    } cases[] = {{4, 7, false, "567"}, {6, 7, false, "7"}, {7, 7, false, ""},
                 {9, 9, false, ""},    {8, 8, true, ""},   {6, 8, true, "7id: 8-0\n"}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture t;
        struct batch b;
        struct item items[3];
        struct blob blob = {.refs = 1};
        fixture_init(&t, PLACE_LIVE);
        make_batch(&b, items, cases[i].has_long ? &blob : NULL);
        t.viewer.first.place.cursor = (struct cursor){.id = {cases[i].at, 0}, .at = CURSOR_SENT};
        viewer_take(&t.viewer.first, &b);
        assert_peer_received(&t, cases[i].gets);
        assert_int_equal(t.viewer.first.place.cursor.id.ms, cases[i].then);
        buf_free(&b.bytes);
        buf_free(&b.open);
        fixture_free(&t);
    }
}

/* While Redis does not answer, the keepalive brings the head that was withheld.  The rest of it
 * goes out when the peer reads, though the viewer waits for a read. */
static void test_head_that_waited_is_written_whole(void **state)
{
    struct fixture t;
    char bytes[65536];
    size_t len = 1024 * 1024, got = 0;
    ssize_t n;
    (void)state;
    fixture_init(&t, PLACE_COUNTING);
    struct viewer *v = &t.viewer;
    struct epoll_event e = {.data.ptr = v};
    assert_int_equal(epoll_ctl(t.relay.epoll, EPOLL_CTL_ADD, v->out.fd, &e), 0);
    v->state = VIEWER_OPEN;
    v->first.waits = WAIT_READ;
    v->head = malloc(sizeof *v->head);
    assert_non_null(v->head);
    buf_init(v->head, len);
    while (v->head->len < len)
        assert_int_equal(buf_adds(v->head, "0123456789abcdef"), 0);
    keep_alive(v);
    assert_true(v->out.rest.len > 0);
    for (int i = 0; i < 100; i++) {
        while ((n = recv(t.peer, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
            got += (size_t)n;
        if (epoll_wait(t.relay.epoll, &e, 1, 0) == 1 && viewer_event(v, e.events))
            viewer_serve(v);
    }
    assert_int_equal(got, len);
    fixture_free(&t);
}

/* A viewer at the tip, with 1,000 bytes for all. */
struct scarce {
    struct fixture t;
    struct item items[3];
    struct batch batch;
    struct seat *seat;
    struct charge of_others;
    struct blob blob; /* last, because its own bytes would follow it */
};

static void scarce_init(struct scarce *c, bool has_long)
{
    struct relay *r = &c->t.relay;
    struct seat_holder ann = {HOLDER_USER, "ann"};
    memset(c, 0, sizeof *c);
    fixture_init(&c->t, PLACE_LIVE);
    c->blob = (struct blob){.refs = 2, .len = 0};
    make_batch(&c->batch, c->items, has_long ? &c->blob : NULL);
    c->t.viewer.state = VIEWER_OPEN;
    c->t.viewer.first.place.cursor = (struct cursor){.id = {4, 0}, .at = CURSOR_SENT};
    r->budget.max = 1000;
    r->now = 100000;
    r->next_sweep = INT64_MAX;
    r->seats = seats_new(10, 10, &r->budget);
    assert_int_equal(seats_take(r->seats, &ann, &c->seat), SEAT_TAKEN);
    c->t.viewer.account = c->seat;
    seats_charge(r->seats, NULL, &c->of_others, (struct charge){.own = 1000});
}

static void scarce_free(struct scarce *c)
{
    seats_free(c->t.relay.seats);
    buf_free(&c->batch.bytes);
    buf_free(&c->batch.open);
    fixture_free(&c->t);
}

static void test_viewer_at_the_tip_gets_small_batches_though_memory_is_short(void **state)
{
    struct scarce c;
    (void)state;
    scarce_init(&c, false);
    viewer_take(&c.t.viewer.first, &c.batch);
    assert_peer_received(&c.t, "567");
    assert_int_equal(c.t.viewer.first.place.state, PLACE_LIVE);
    scarce_free(&c);
}

static void test_message_of_a_channel_does_not_wait_for_memory(void **state)
{
    struct scarce c;
    (void)state;
    scarce_init(&c, true);
    c.t.log.kind = LOG_PUBSUB;
    viewer_take(&c.t.viewer.first, &c.batch);
    assert_peer_received(&c.t, "567id: 8-0\n");
    assert_ptr_equal(c.t.viewer.blob, &c.blob);
    scarce_free(&c);
}

/* It is behind then, at the same place, and gets on when memory is free. */
static void test_viewer_waits_behind_a_long_record_while_memory_is_short(void **state)
{
    struct scarce c;
    (void)state;
    scarce_init(&c, true);
    struct viewer *v = &c.t.viewer;
    struct relay *r = &c.t.relay;
    seats_charge(r->seats, NULL, &c.of_others, (struct charge){.own = 1500}); /* the reserve too */
    viewer_take(&v->first, &c.batch);
    assert_peer_received(&c.t, "");
    assert_int_equal(v->first.place.state, PLACE_BEHIND);
    assert_int_equal(v->first.place.cursor.id.ms, 4);
    assert_int_equal(r->next_sweep, r->now + RETRY_MS);
    c.t.log.tip = (struct place){.state = PLACE_LIVE, .cursor = {.id = {8, 0}, .at = CURSOR_SENT}};
    viewer_serve(v);
    assert_int_equal(v->first.need, PLACE_WAIT);
    assert_true(viewer_is_idle(v));
    seats_charge(r->seats, NULL, &c.of_others, (struct charge){.own = 1499});
    viewer_serve(v);
    assert_int_equal(v->first.need, PLACE_READ);
    assert_true(r->held_back);
    scarce_free(&c);
}

static void test_stream_that_takes_nothing_is_cut_off_when_memory_is_short(void **state)
{
    (void)state;
    for (int shortage = 0; shortage < 2; shortage++) {
        struct scarce c;
        scarce_init(&c, false);
        struct viewer *v = &c.t.viewer;
        struct relay *r = &c.t.relay;
        v->keepalive = 3600;
        v->ends = INT64_MAX;
        r->now += 100 * BUDGET_STALL_MS;
        v->kept = r->now;
        viewer_check_times(v);
        assert_int_equal(v->state, VIEWER_OPEN);
        buf_adds(&v->out.rest, "unread");
        hold_settle(v);
        if (!shortage)
            seats_charge(r->seats, NULL, &c.of_others, (struct charge){0});
        r->now += BUDGET_STALL_MS - 1;
        assert_int_equal(viewer_check_times(v), r->now + RETRY_MS);
        assert_int_equal(v->state, VIEWER_OPEN);
        r->now++;
        viewer_check_times(v);
        assert_int_equal(v->state, shortage ? VIEWER_CLOSED : VIEWER_OPEN);
        assert_int_equal(r->stats.cut_off, shortage);
        scarce_free(&c);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_waiting_gaps_become_one),
        cmocka_unit_test(test_drain_ends_at_its_deadline),
        cmocka_unit_test(test_final_frame_waits_for_a_slow_reader),
        cmocka_unit_test(test_viewer_that_never_opens_is_freed),
        cmocka_unit_test(test_head_that_waited_is_written_whole),
        cmocka_unit_test(test_viewer_at_the_tip_gets_small_batches_though_memory_is_short),
        cmocka_unit_test(test_message_of_a_channel_does_not_wait_for_memory),
        cmocka_unit_test(test_viewer_waits_behind_a_long_record_while_memory_is_short),
        cmocka_unit_test(test_stream_that_takes_nothing_is_cut_off_when_memory_is_short),
        cmocka_unit_test(test_batch_waits_for_a_gap_or_a_long_record),
        cmocka_unit_test(test_batch_sends_only_records_after_the_cursor),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
