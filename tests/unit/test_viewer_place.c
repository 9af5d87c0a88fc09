/* SPDX-License-Identifier: MIT */
/*
 * viewer: the place of a viewer: counts that follow it, what is withheld until there is one, and
 * how it is left.  The viewer writes into a socket pair; nothing is asked of Redis.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/reads.h"
#include "relay/viewer.c"

static struct relay relay;
static struct log l;
static struct view w;
static struct viewer v;
static int peer;

/* The tip stands at 10; the viewer is BEHIND at 5. */
static int set_up(void **state)
{
    int s[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    peer = s[1];
    relay = (struct relay){.epoll = -1, .now = 1000, .next_sweep = INT64_MAX, .requests = 17};
    relay.queue_end = &relay.queue;
    relay.all = &v;
    relay.stats.behind = relay.stats.viewers = 1;
    l = (struct log){.relay = &relay, .kind = LOG_STREAM};
    l.tip.state = PLACE_LIVE;
    l.tip.cursor = (struct cursor){.id = {10, 0}, .at = CURSOR_SENT};
    w = (struct view){.log = &l, .profile = profile_find("plain"), .followers = &v.first};
    w.ring.floor = XID_MAX;
    v = (struct viewer){.relay = &relay, .out.fd = s[0], .ends = INT64_MAX};
    v.first = (struct follower){.viewer = &v, .view = &w};
    buf_init(&v.out.rest, 1024 * 1024);
    v.state = VIEWER_OPEN;
    v.phase = PHASE_RESUME;
    v.first.place.state = PLACE_BEHIND;
    v.first.place.standing = PLACE_MET;
    v.first.place.cursor = (struct cursor){.id = {5, 0}, .at = CURSOR_SENT};
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    forget_head(&v);
    close(v.out.fd);
    close(peer);
    buf_free(&v.out.rest);
    return 0;
}

/* Serves the viewer, and returns its need. */
static enum place_step served(void)
{
    viewer_serve(&v);
    return v.first.need;
}

/* Whether the peer got this since it was last asked; "": it got nothing. */
static bool peer_got(const char *text)
{
    char got[4000];
    ssize_t n = recv(peer, got, sizeof got, MSG_DONTWAIT);
    return *text ? n > 0 && memmem(got, (size_t)n, text, strlen(text)) : n < 0;
}

static void fill_up(void)
{
    static const char bytes[4096];
    while (out_send_bytes(&v.out, bytes, sizeof bytes) == OUT_SENT)
        ;
}

static void counts_are(uint64_t behind, size_t live)
{
    assert_int_equal(relay.stats.behind, behind);
    assert_int_equal(l.live, live);
}

static void test_counts_follow_the_place(void **state)
{
    static const enum place_state places[] = {PLACE_BEHIND, PLACE_LIVE,     PLACE_LIVE,
                                              PLACE_ASKING, PLACE_COUNTING, PLACE_LIVE,
                                              PLACE_BEHIND, PLACE_LOCATING, PLACE_BEHIND};
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        follower_set_place(&v.first, places[i]);
        assert_int_equal(v.first.place.state, places[i]);
        counts_are(places[i] != PLACE_LIVE, places[i] == PLACE_LIVE);
    }
}

/* A viewer that is sought again waits for no read, and only for answers of later requests. */
static void test_viewer_that_is_sought_is_not_live_and_waits_for_nothing(void **state)
{
    (void)state;
    for (int missing = 0; missing < 2; missing++) {
        struct read q = {.waiters = NULL};
        follower_set_place(&v.first, PLACE_LIVE);
        reads_join(&q, &v.first);
        if (missing)
            follower_seek_missing(&v.first);
        else
            follower_seek_place(&v.first);
        assert_int_equal(v.first.place.state, PLACE_ASKING);
        assert_int_equal(v.first.place.doubt, missing ? DOUBT_MISSING : DOUBT_NONE);
        assert_int_equal(v.first.place.came, missing ? 17 : 0);
        assert_int_equal(v.first.waits, WAIT_NONE);
        assert_null(q.waiters);
        counts_are(1, 0);
    }
}

static void test_viewer_is_counted_until_it_ends(void **state)
{
    static const enum place_state places[] = {PLACE_BEHIND, PLACE_LIVE, PLACE_ASKING};
    (void)state;
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        for (int drains = 0; drains < 2; drains++) {
            tear_down(NULL);
            set_up(NULL);
            follower_set_place(&v.first, places[i]);
            if (drains)
                leave(&v, VIEWER_DRAINING);
            leave(&v, VIEWER_CLOSED);
            assert_int_equal(v.first.place.state, PLACE_NONE);
            assert_int_equal(relay.stats.viewers, 0);
            counts_are(0, 0);
            assert_ptr_equal(relay.ended, &v); /* once */
            assert_null(v.ended_next);
        }
    }
}

/* A viewer that drained for more than a turn was taken out of its view, but not freed. */
static void test_viewer_that_drained_ends_in_a_later_turn(void **state)
{
    (void)state;
    leave(&v, VIEWER_DRAINING);
    relay.ended = NULL;
    v.first.view = NULL;
    viewer_close(&v);
    assert_ptr_equal(relay.ended, &v);
    relay.ended = NULL;
    viewer_close(&v);
    assert_null(relay.ended);
}

/* A peer that does not take the final frame is waited for, for a while: less when we stop. */
static void test_final_frame_is_waited_for_a_while(void **state)
{
    (void)state;
    for (int stops = 0; stops < 2; stops++) {
        tear_down(NULL);
        set_up(NULL);
        relay.stop_by = stops;
        fill_up();
        viewer_end(&v, END_LIFETIME);
        assert_int_equal(v.state, VIEWER_DRAINING);
        int64_t due = relay.now + (stops ? STOP_MS : BUDGET_STALL_MS);
        assert_int_equal(relay.next_sweep, due);
        relay.now = due - 1;
        assert_int_equal(viewer_check_times(&v), due);
        assert_int_equal(v.state, VIEWER_DRAINING);
        relay.now++;
        viewer_check_times(&v);
        assert_int_equal(v.state, VIEWER_CLOSED);
    }
}

static void test_viewer_ends_once_and_in_time(void **state)
{
    (void)state;
    v.keepalive = 10;
    v.kept = relay.now;
    v.ends = relay.now + 1;
    assert_int_equal(viewer_check_times(&v), v.ends);
    assert_int_equal(v.state, VIEWER_OPEN);
    relay.now++;
    v.end_reason = END_EXPIRED;
    viewer_check_times(&v);
    assert_int_not_equal(v.state, VIEWER_OPEN);
    assert_true(peer_got("\"expired\""));
    v.state = VIEWER_CLOSED;
    viewer_end(&v, END_LIFETIME);
    assert_int_equal(v.state, VIEWER_CLOSED);
    viewer_fail(&v, "refused");
    assert_int_equal(v.state, VIEWER_CLOSED);
    assert_true(peer_got(""));
}

/* A poll has five seconds, and as many again while its peer takes bytes, up to a stream's lifetime.
 */
static void test_poll_goes_on_only_with_progress(void **state)
{
    struct poll p = {.every = 3000};
    struct admission a = {.lifetime = 60};
    (void)state;
    v.poll = &p;
    set_end(&v, &a);
    assert_int_equal(v.ends, relay.now + POLL_MS);
    assert_int_equal(v.end_reason, END_POLL);
    assert_false(poll_goes_on(&v));
    for (int64_t passed = POLL_MS; passed < 60000 - POLL_MS; passed += POLL_MS) {
        relay.now = v.ends;
        v.out.taken += 100;
        assert_true(poll_goes_on(&v));
        assert_int_equal(v.ends, relay.now + POLL_MS);
        assert_false(poll_goes_on(&v));
    }
    relay.now = v.ends;
    v.out.taken += 100;
    assert_false(poll_goes_on(&v));
}

static void test_poll_ends_with_its_identity(void **state)
{
    struct poll p = {.every = 3000};
    struct admission a = {.lifetime = 60, .ends = time(NULL) + 2};
    (void)state;
    v.poll = &p;
    set_end(&v, &a);
    assert_true(v.ends <= relay.now + 2001);
    assert_int_equal(v.end_reason, END_EXPIRED);
    v.out.taken += 100;
    relay.now = v.ends;
    assert_false(poll_goes_on(&v));
}

/* ... unless the profile's clients expect a keepalive at fixed times. */
static void test_any_frame_takes_the_place_of_a_keepalive(void **state)
{
    (void)state;
    for (int fixed = 0; fixed < 2; fixed++) {
        tear_down(NULL);
        set_up(NULL);
        v.keepalive = 10;
        v.kept = relay.now;
        v.keepalive_fixed = fixed;
        relay.now += 6000;
        assert_int_equal(emit_source(&v, false), OUT_SENT);
        assert_true(peer_got("lost"));
        relay.now += 4000;
        assert_int_equal(viewer_check_times(&v), relay.now + (fixed ? 10000 : 6000));
        assert_true(peer_got(fixed ? ": keepalive" : ""));
    }
}

static void test_keepalive_waits_for_what_is_due_before_it(void **state)
{
    struct gap gap = {.lost = 1};
    struct blob blob = {.refs = 1};
    (void)state;
    for (int i = 0; i < 3; i++) {
        v.first.gap = i == 0 ? &gap : NULL;
        v.blob = i == 1 ? &blob : NULL;
        keep_alive(&v);
        assert_int_equal(peer_got(""), i < 2);
        assert_int_equal(v.kept, relay.now);
    }
}

static void test_viewer_that_never_opened_ends_too(void **state)
{
    (void)state;
    v.state = VIEWER_NEW;
    v.first.place.state = PLACE_NONE;
    relay.stats.behind = relay.stats.viewers = 0;
    viewer_close(&v);
    assert_ptr_equal(relay.ended, &v);
    assert_int_equal(relay.stats.viewers, 0);
    counts_are(0, 0);
}

/* While its log's tip is not known a viewer goes nowhere. */
static void test_viewer_waits_for_a_tip(void **state)
{
    (void)state;
    l.tip.state = PLACE_NONE;
    l.tip.cursor.id = v.first.place.cursor.id;
    assert_int_equal(served(), PLACE_WAIT);
    assert_int_equal(v.first.place.state, PLACE_BEHIND);
    assert_true(peer_got(""));
    l.tip.state = PLACE_LIVE;
    viewer_serve(&v);
    assert_int_equal(v.first.place.state, PLACE_LIVE);
    assert_true(peer_got("event: live"));
}

/* A channel has no history: what comes after the place is live. */
static void test_viewer_of_messages_is_told_live_before_the_first(void **state)
{
    (void)state;
    l.kind = LOG_PUBSUB;
    viewer_serve(&v);
    assert_int_equal(v.first.place.state, PLACE_BEHIND);
    assert_int_equal(v.phase, PHASE_LIVE);
    assert_true(peer_got("event: live"));
}

static void test_viewer_is_live_when_the_client_was_told(void **state)
{
    (void)state;
    v.first.told_any = true;
    v.first.told.id = v.first.place.cursor.id;
    v.first.place.cursor.id.ms = 10;
    fill_up();
    assert_int_equal(go_live(&v.first), STEP_FULL);
    assert_int_equal(v.first.place.state, PLACE_BEHIND);
    counts_are(1, 0);
    while (!peer_got(""))
        ;
    buf_clear(&v.out.rest);
    assert_int_equal(go_live(&v.first), STEP_ON);
    assert_int_equal(v.first.place.state, PLACE_LIVE);
    counts_are(0, 1);
    assert_true(peer_got("id: 10-0\n\nevent: live")); /* the id was not told the first time */
}

/* Some clients only keep the id of an event that they dispatch. */
static void test_bulk_ends_with_its_id(void **state)
{
    (void)state;
    w.profile = profile_find("smarter");
    v.phase = PHASE_HISTORY;
    v.replayed = 1;
    v.first.told_any = true; /* the client got no ids inside the bulk */
    v.first.told.id = (struct xid){10, 0};
    v.first.place.cursor.id.ms = 10;
    fill_up();
    assert_int_equal(go_live(&v.first), STEP_FULL);
    assert_true(v.first.told_any);
    while (!peer_got(""))
        ;
    buf_clear(&v.out.rest);
    assert_int_equal(go_live(&v.first), STEP_ON);
    assert_true(peer_got("]\nid: 10-0\n\n"));
    assert_true(v.first.told_any && v.first.told.id.ms == 10);
}

/* A response that begins when the stream is live has its head withheld until there is a place; an
 * outage may take long, so the head goes out then. */
static void test_head_waits_for_a_place(void **state)
{
    static const struct {
        enum place_state state;
        bool down, sent;
    } cases[] = {{PLACE_ASKING, false, false},
                 {PLACE_COUNTING, false, false},
                 {PLACE_ASKING, true, true},
                 {PLACE_BEHIND, false, true}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        tear_down(NULL);
        set_up(NULL);
        v.head = malloc(sizeof *v.head);
        assert_non_null(v.head);
        buf_init(v.head, 100);
        buf_adds(v.head, "HEAD");
        v.first.place.state = cases[i].state;
        v.told_lost = relay.down = cases[i].down;
        viewer_serve(&v);
        assert_int_equal(peer_got("HEAD"), cases[i].sent);
        assert_int_equal(v.head == NULL, cases[i].sent);
    }
}

/* A bulk begins with history, not with the viewer, and ends with live. */
static void test_bulk_is_the_history_of_its_profile(void **state)
{
    static const struct {
        const char *profile;
        enum viewer_phase phase;
        bool in_bulk;
    } cases[] = {{"smarter", PHASE_NEW, false},
                 {"smarter", PHASE_HISTORY, true},
                 {"smarter", PHASE_RESUME, false},
                 {"smarter", PHASE_LIVE, false},
                 {"plain", PHASE_HISTORY, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        w.profile = profile_find(cases[i].profile);
        v.phase = cases[i].phase;
        assert_int_equal(emit_in_bulk(&v), cases[i].in_bulk);
    }
}

static void test_no_frame_stands_inside_a_bulk(void **state)
{
    struct gap gap = {.lost = 1};
    (void)state;
    w.profile = profile_find("smarter");
    v.phase = PHASE_HISTORY;
    v.first.gap = &gap;
    relay.down = true;
    ring_reset(&relay.rings, &w.ring, v.first.place.cursor.id); /* it could serve the viewer */
    assert_int_equal(served(), PLACE_READ);
    assert_true(peer_got(""));
    keep_alive(&v);
    assert_true(peer_got(""));
    viewer_end(&v, END_LIFETIME);
    assert_true(peer_got(""));
}

/* Others get a turn after so many writes; then the viewer goes on though nothing else happens. */
static void test_viewer_goes_on_after_the_turns_of_others(void **state)
{
    (void)state;
    relay.rings.max = 1024 * 1024;
    ring_reset(&relay.rings, &w.ring, v.first.place.cursor.id);
    l.tip.cursor.id.ms = 1000;
    for (uint64_t id = 6; id <= l.tip.cursor.id.ms; id++)
        ring_add(&relay.rings, &w.ring, &(struct item){1, 0, {id, 0}, id}, 1, "x");
    assert_int_equal(served(), PLACE_WAIT);
    assert_int_equal(v.first.place.state, PLACE_BEHIND);
    assert_true(v.first.place.cursor.id.ms > 5 + TURNS);
    assert_true(v.watch_out);
    for (int i = 0; i < 100 && v.first.place.state != PLACE_LIVE; i++)
        viewer_serve(&v);
    assert_int_equal(v.first.place.cursor.id.ms, 1000);
    assert_false(v.watch_out);
    ring_reset(&relay.rings, &w.ring, XID_ZERO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_counts_follow_the_place),
        TEST(test_viewer_that_is_sought_is_not_live_and_waits_for_nothing),
        TEST(test_viewer_is_counted_until_it_ends),
        TEST(test_viewer_that_drained_ends_in_a_later_turn),
        TEST(test_final_frame_is_waited_for_a_while),
        TEST(test_viewer_ends_once_and_in_time),
        TEST(test_poll_goes_on_only_with_progress),
        TEST(test_poll_ends_with_its_identity),
        TEST(test_any_frame_takes_the_place_of_a_keepalive),
        TEST(test_keepalive_waits_for_what_is_due_before_it),
        TEST(test_viewer_that_never_opened_ends_too),
        TEST(test_viewer_waits_for_a_tip),
        TEST(test_viewer_of_messages_is_told_live_before_the_first),
        TEST(test_viewer_is_live_when_the_client_was_told),
        TEST(test_bulk_ends_with_its_id),
        TEST(test_head_waits_for_a_place),
        TEST(test_bulk_is_the_history_of_its_profile),
        TEST(test_no_frame_stands_inside_a_bulk),
        TEST(test_viewer_goes_on_after_the_turns_of_others),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
