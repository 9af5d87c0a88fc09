/* SPDX-License-Identifier: MIT */
/*
 * viewer: a viewer of two logs: the cursor that its client has, when it is live, and what one log
 * keeps from the other.  The viewer writes into a socket pair; nothing is asked of Redis.  The
 * linker sends all allocations here.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>

#include "relay/viewer.c"

/* Allocations until one fails; negative: none fails. */
static int fails_after = -1;

static bool allocation_fails(void)
{
    return fails_after >= 0 && fails_after-- == 0;
}

#include "wrap_malloc.h"

static struct relay relay;
static struct log logs[2];
static struct view views[2];
static struct viewer v;
static struct follower other;
static struct follower *const web = &v.first, *const api = &other;
static int peer;

/* The viewer is BEHIND in a log, and its client was told where. */
static void put_behind(int nth, struct follower *f, const char *name, uint64_t at, uint64_t tip)
{
    logs[nth] = (struct log){.relay = &relay, .kind = LOG_STREAM};
    logs[nth].tip.state = PLACE_LIVE;
    logs[nth].tip.cursor = (struct cursor){.id = {tip, 0}, .at = CURSOR_SENT};
    views[nth] = (struct view){
        .log = &logs[nth], .profile = profile_find("envelope"), .name = name, .followers = f};
    views[nth].ring.floor = XID_MAX;
    *f = (struct follower){.viewer = &v, .view = &views[nth], .told.id = {at, 0}, .told_any = true};
    f->place.state = PLACE_BEHIND;
    f->place.standing = PLACE_MET;
    f->place.cursor = (struct cursor){.id = {at, 0}, .at = CURSOR_SENT};
}

/* The viewer is at 5 of 10 in web, and at 15 of 20 in api. */
static int set_up(void **state)
{
    int s[2];
    (void)state;
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    peer = s[1];
    relay = (struct relay){.epoll = -1, .now = 1000, .next_sweep = INT64_MAX};
    relay.queue_end = &relay.queue;
    relay.rings.max = 1024 * 1024;
    relay.stats.behind = 2;
    relay.stats.viewers = 1;
    v = (struct viewer){.relay = &relay, .out.fd = s[0], .ends = INT64_MAX};
    buf_init(&v.out.rest, 1024 * 1024);
    v.state = VIEWER_OPEN;
    v.phase = PHASE_RESUME;
    put_behind(0, web, "web", 5, 10);
    put_behind(1, api, "api", 15, 20);
    web->beside = api;
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++)
        ring_reset(&relay.rings, &views[i].ring, XID_ZERO);
    free(web->gap);
    free(api->gap);
    close(v.out.fd);
    close(peer);
    buf_free(&v.out.rest);
    return 0;
}

/* The bytes that the peer got since it was last asked. */
static const char *got(void)
{
    static char text[64 * 1024];
    ssize_t n = recv(peer, text, sizeof text - 1, MSG_DONTWAIT);
    text[n > 0 ? n : 0] = '\0';
    return text;
}

static void fill_up(void)
{
    static const char bytes[4096];
    while (out_send_bytes(&v.out, bytes, sizeof bytes) == OUT_SENT)
        ;
}

static void empty(void)
{
    while (*got() || recv(peer, &(char){0}, 1, MSG_DONTWAIT | MSG_PEEK) > 0)
        ;
    buf_clear(&v.out.rest);
}

/* Two records from id on, "a" and "b". */
static struct batch two_records(struct item items[2], uint64_t id)
{
    struct batch b = {.items = items, .count = 2, .after = {.id = {id + 1, 0}, .at = CURSOR_SENT}};
    buf_init(&b.bytes, 100);
    buf_adds(&b.bytes, "a\nb\n");
    for (unsigned i = 0; i < 2; i++)
        items[i] =
            (struct item){.end = 2 * ((uint32_t)i + 1), .id = {id + i, 0}, .rank = RANK_UNKNOWN};
    return b;
}

static void take_two(struct follower *f, uint64_t id)
{
    struct item items[2];
    struct batch b = two_records(items, id);
    viewer_take(f, &b);
    buf_free(&b.bytes);
}

/* ---- the beginning ---- */

/* A log without a cursor begins like a new one, also when its client resumes in another. */
static void test_each_log_begins_at_its_own_cursor(void **state)
{
    static const struct {
        uint64_t web, api; /* 0: no cursor */
        enum viewer_phase phase;
    } cases[] = {
        {5, 15, PHASE_RESUME}, {5, 0, PHASE_RESUME}, {0, 15, PHASE_RESUME}, {0, 0, PHASE_NEW}};
    (void)state;
    relay.requests = 7;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct admitted_log second = {.has_cursor = cases[i].api != 0, .cursor = {cases[i].api, 0}};
        struct admission a = {.profile = profile_find("envelope")};
        struct poll poll = {.every = 3000}, *p = i % 2 ? &poll : NULL;
        struct viewer x = {.relay = &relay, .phase = PHASE_NEW, .first.viewer = &x, .poll = p};
        a.log = (struct admitted_log){
            .next = &second, .has_cursor = cases[i].web != 0, .cursor = {cases[i].web, 0}};
        assert_int_equal(followers_add(&x, &a), 0);
        const struct follower *f = x.first.beside;
        assert_int_equal(x.phase, cases[i].phase);
        assert_int_equal(x.first.place.cursor.id.ms, cases[i].web);
        assert_int_equal(f->place.cursor.id.ms, cases[i].api);
        assert_true(f->place.cursor.rank == (cases[i].api ? RANK_UNKNOWN : 0));
        assert_int_equal(f->told_any, cases[i].api != 0);
        assert_int_equal(f->place.standing, cases[i].api ? PLACE_CLAIMED : PLACE_FRESH);
        assert_int_equal(f->place.to_prove, p != NULL);
        assert_int_equal(f->place.came, 7);
        assert_ptr_equal(f->viewer, &x);
        assert_null(f->beside);
        followers_free(&x);
    }
}

/* ---- the cursor ---- */

static void test_each_record_says_where_the_client_is_in_all_logs(void **state)
{
    (void)state;
    take_two(web, 6);
    assert_string_equal(got(), "id: web=6-0,api=15-0\na\nid: web=7-0,api=15-0\nb\n");
    take_two(api, 16);
    assert_string_equal(got(), "id: web=7-0,api=16-0\na\nid: web=7-0,api=17-0\nb\n");
    assert_int_equal(relay.stats.deliveries, 4);
}

static void test_log_without_a_place_is_left_out(void **state)
{
    (void)state;
    api->told_any = false;
    api->place.standing = PLACE_FRESH;
    api->place.state = PLACE_ASKING;
    take_two(web, 6);
    assert_string_equal(got(), "id: web=6-0\na\nid: web=7-0\nb\n");
    web->place.cursor.id.ms = 10; /* the rest was withheld */
    assert_int_equal(emit_cursor(&v), OUT_SENT);
    assert_string_equal(got(), "id: web=10-0\nevent: cursor\ndata: {}\n\n");
    assert_false(api->told_any);
}

static void test_ring_gives_each_record_its_cursor(void **state)
{
    struct follower *const all[] = {web, api};
    static const char *const gets[] = {
        "id: web=6-0,api=15-0\nxid: web=7-0,api=15-0\nx",
        "id: web=7-0,api=16-0\nxid: web=7-0,api=17-0\nx"
        "event: live\ndata: {\"replayed\":4,\"sent\":4,\"withheld\":0,\"lost\":0}\n\n"};
    (void)state;
    for (int i = 0; i < 2; i++) {
        struct ring *ring = &views[i].ring;
        uint64_t at = all[i]->place.cursor.id.ms;
        logs[i].tip.cursor.id.ms = at + 2;
        ring_reset(&relay.rings, ring, all[i]->place.cursor.id);
        for (uint64_t id = at + 1; id <= at + 2; id++) /* a piece each */
            ring_add(&relay.rings, ring, &(struct item){1, 0, {id, 0}, RANK_UNKNOWN}, 1, "x");
        viewer_serve(&v);
        assert_string_equal(got(), gets[i]);
        assert_int_equal(all[i]->place.cursor.id.ms, at + 2);
    }
}

static void test_cursor_that_moved_is_told_once(void **state)
{
    static const char *const gets[] = {"id: web=5-0,api=18-0\nevent: cursor\ndata: {}\n\n", ""};
    (void)state;
    api->place.cursor.id.ms = 18;
    fill_up();
    assert_int_equal(emit_cursor(&v), OUT_FULL);
    empty();
    for (int i = 0; i < 2; i++) {
        assert_int_equal(emit_cursor(&v), OUT_SENT);
        assert_string_equal(got(), gets[i]);
    }
    api->place.cursor.id.ms = 19;
    assert_int_equal(emit_keepalive(&v), OUT_SENT);
    assert_int_equal(strncmp(got(), "id: web=5-0,api=19-0\nevent: cursor\n", 35), 0);
    assert_int_equal(emit_keepalive(&v), OUT_SENT);
    assert_null(strstr(got(), "cursor"));
}

static void test_records_that_are_withheld_move_the_cursor(void **state)
{
    struct batch none = {.after = {.id = {18, 0}, .at = CURSOR_SENT}, .clear_to = {19, 0}};
    (void)state;
    ring_reset(&relay.rings, &views[0].ring, web->place.cursor.id);
    viewer_serve(&v);
    assert_string_equal(got(), "id: web=10-0,api=15-0\nevent: cursor\ndata: {}\n\n");
    viewer_take(api, &none);
    assert_int_equal(api->place.cursor.id.ms, 18);
    assert_int_equal(api->place.clear_to.ms, 19);
    assert_int_equal(emit_cursor(&v), OUT_SENT);
    assert_string_equal(got(), "id: web=10-0,api=18-0\nevent: cursor\ndata: {}\n\n");
}

/* In the log that is there instead the cursor may be another record's. */
static void test_place_that_is_sought_is_not_told(void **state)
{
    (void)state;
    api->place.cursor.id.ms = 18;
    api->place.state = PLACE_ASKING;
    assert_int_equal(emit_cursor(&v), OUT_SENT);
    assert_string_equal(got(), "");
    take_two(web, 6);
    assert_string_equal(got(), "id: web=6-0,api=15-0\na\nid: web=7-0,api=15-0\nb\n");
}

static void test_log_whose_records_are_not_taken_is_behind(void **state)
{
    (void)state;
    follower_set_place(api, PLACE_LIVE);
    fill_up();
    take_two(api, 16);
    assert_int_equal(api->place.state, PLACE_BEHIND);
    assert_int_equal(api->place.cursor.id.ms, 15);
}

/* With their cursors they are much longer than in a stream of one log. */
static void test_many_short_records_go_out(void **state)
{
    static struct item items[WRITE_BYTES];
    struct batch b = {.items = items, .count = WRITE_BYTES};
    (void)state;
    buf_init(&b.bytes, WRITE_BYTES);
    for (size_t i = 0; i < WRITE_BYTES; i++) {
        buf_addc(&b.bytes, 'x');
        items[i] = (struct item){.end = (uint32_t)i + 1, .id = {6 + i, 0}, .rank = RANK_UNKNOWN};
    }
    viewer_take(web, &b);
    assert_int_equal(v.state, VIEWER_OPEN);
    assert_true(web->place.cursor.id.ms > 6);
    buf_free(&b.bytes);
}

/* The client comes back and gets them then. */
static void test_viewer_without_memory_for_its_records_is_closed(void **state)
{
    (void)state;
    for (int nth = 0; nth < 2; nth++) {
        struct item items[2];
        struct batch b = two_records(items, 6);
        tear_down(NULL);
        set_up(NULL);
        fails_after = nth;
        viewer_take(web, &b);
        assert_true(fails_after < 0);
        assert_int_equal(v.state, VIEWER_CLOSED);
        assert_string_equal(got(), "");
        assert_int_equal(web->told.id.ms, 5);
        assert_int_equal(relay.stats.behind, 0);
        buf_free(&b.bytes);
    }
}

/* ---- live ---- */

static void test_viewer_is_live_when_all_its_logs_are(void **state)
{
    (void)state;
    web->place.cursor.id.ms = 10;
    web->place.standing = PLACE_CLAIMED;
    viewer_serve(&v);
    assert_string_equal(got(), "id: web=10-0,api=15-0\nevent: cursor\ndata: {}\n\n");
    assert_int_equal(web->place.state, PLACE_LIVE);
    assert_int_equal(web->place.standing, PLACE_MET);
    assert_int_equal(v.phase, PHASE_RESUME);
    assert_int_equal(web->need, PLACE_WAIT);
    assert_int_equal(api->need, PLACE_READ);
    assert_int_equal(logs[0].live, 1);
    assert_int_equal(relay.stats.behind, 1);
    api->place.cursor.id.ms = 20;
    viewer_serve(&v);
    assert_string_equal(
        got(), "id: web=10-0,api=20-0\nevent: cursor\ndata: {}\n\n"
               "event: live\ndata: {\"replayed\":0,\"sent\":0,\"withheld\":0,\"lost\":0}\n\n");
    assert_int_equal(v.phase, PHASE_LIVE);
    assert_int_equal(logs[1].live, 1);
    assert_int_equal(relay.stats.behind, 0);
    viewer_serve(&v);
    assert_string_equal(got(), "");
}

static void test_log_is_live_when_the_client_was_told_its_place(void **state)
{
    (void)state;
    web->place.cursor.id.ms = 10;
    fill_up();
    viewer_serve(&v);
    assert_int_equal(web->place.state, PLACE_BEHIND);
    assert_int_equal(api->need, PLACE_WAIT); /* it gets its turn when the peer takes something */
    empty();
    viewer_serve(&v);
    assert_int_equal(web->place.state, PLACE_LIVE);
    assert_string_equal(got(), "id: web=10-0,api=15-0\nevent: cursor\ndata: {}\n\n");
}

/* Its needs are told again each time. */
static void test_needs_are_those_of_the_last_time(void **state)
{
    (void)state;
    viewer_serve(&v);
    assert_int_equal(web->need, PLACE_READ);
    assert_int_equal(api->need, PLACE_READ);
    web->place.cursor.id.ms = 10;
    fill_up();
    viewer_serve(&v);
    assert_int_equal(web->need, PLACE_WAIT);
    assert_int_equal(api->need, PLACE_WAIT);
}

static void test_poll_ends_when_all_logs_are_live(void **state)
{
    struct poll p = {.every = 3000};
    (void)state;
    for (int owes = 0; owes < 2; owes++) {
        tear_down(NULL);
        set_up(NULL);
        v.poll = &p;
        web->place.cursor.id.ms = 10;
        assert_int_equal(go_live(web), STEP_ON);
        assert_int_equal(viewer_step(&v), STEP_WAIT);
        api->place.cursor.id.ms = 20;
        if (owes)
            viewer_add_gap(web, &(struct gap){.lost = 1});
        assert_int_equal(go_live(api), owes ? STEP_ON : STEP_POLLED);
        if (owes)
            assert_int_equal(viewer_step(&v), STEP_ON);
        assert_int_equal(strstr(got(), "event: gap") != NULL, owes);
        assert_int_equal(viewer_step(&v), STEP_POLLED);
    }
}

static void test_viewer_is_idle_by_any_of_its_logs(void **state)
{
    (void)state;
    web->waits = WAIT_READ;
    assert_true(viewer_is_idle(&v));
    api->waits = WAIT_READ;
    assert_false(viewer_is_idle(&v));
    web->waits = WAIT_NONE;
    assert_true(viewer_is_idle(&v));
    v.watch_out = true;
    assert_false(viewer_is_idle(&v));
}

static void test_viewer_that_ends_is_counted_in_no_log(void **state)
{
    (void)state;
    follower_set_place(api, PLACE_LIVE);
    viewer_close(&v);
    assert_int_equal(relay.stats.behind, 0);
    assert_int_equal(relay.stats.viewers, 0);
    assert_int_equal(logs[1].live, 0);
    assert_int_equal(api->place.state, PLACE_NONE);
}

/* ---- what one log keeps from the other ---- */

static const char gap_of_api[] =
    "event: gap\ndata: {\"log\":\"api\",\"after\":\"15-0\",\"next\":\"17-0\",\"lost\":1}\n\n";

static void owe_gap(struct follower *f)
{
    viewer_add_gap(f,
                   &(struct gap){.after = {15, 0}, .has_next = true, .next = {17, 0}, .lost = 1});
    assert_non_null(f->gap);
}

static void test_gap_names_its_log(void **state)
{
    (void)state;
    owe_gap(api);
    viewer_serve(&v);
    assert_string_equal(got(), gap_of_api);
    assert_null(api->gap);
}

/* News of Redis and keepalives wait; the records of the other log need not. */
static void test_gap_of_any_log_comes_before_news(void **state)
{
    (void)state;
    owe_gap(api);
    keep_alive(&v);
    assert_string_equal(got(), "");
    take_two(web, 6);
    assert_non_null(strstr(got(), "id: web=7-0,api=15-0\n"));
    take_two(api, 17);
    assert_string_equal(got(), "");
    relay.down = true;
    viewer_serve(&v);
    const char *text = got();
    assert_int_equal(strncmp(text, gap_of_api, sizeof gap_of_api - 1), 0);
    assert_non_null(strstr(text, "event: source\n"));
}

/* The other log's records would stand inside it. */
/* The first log gets to its tip while the second has a gap. */
static void test_gap_of_any_log_comes_before_live(void **state)
{
    struct poll poll = {.every = 3000};
    (void)state;
    v.poll = &poll;
    web->place.cursor.id.ms = 10;
    api->place.cursor.id.ms = 20;
    follower_set_place(api, PLACE_LIVE);
    owe_gap(api);
    assert_int_equal(viewer_step(&v), STEP_ON);
    assert_string_equal(got(), gap_of_api);
    assert_int_equal(viewer_step(&v), STEP_POLLED);
    assert_non_null(strstr(got(), "event: live\n"));
    v.poll = NULL;
}

static void test_long_record_of_one_log_holds_the_other(void **state)
{
    struct item items[2];
    struct blob blob = {.refs = 2};
    struct batch b = two_records(items, 6);
    (void)state;
    buf_init(&b.open, 100);
    buf_adds(&b.open, "event: record.web\n");
    b.blob = &blob;
    b.after_blob = (struct cursor){.id = {8, 0}, .at = CURSOR_SENT};
    follower_set_place(web, PLACE_LIVE);
    follower_set_place(api, PLACE_LIVE);
    viewer_take(web, &b);
    assert_int_equal(web->place.state, PLACE_BEHIND);
    assert_string_equal(got(), "id: web=6-0,api=15-0\na\nid: web=7-0,api=15-0\nb\n"
                               "id: web=8-0,api=15-0\nevent: record.web\n");
    assert_ptr_equal(v.blob, &blob);
    take_two(api, 16);
    assert_string_equal(got(), "");
    assert_int_equal(api->place.state, PLACE_BEHIND);
    assert_int_equal(api->place.cursor.id.ms, 15);
    relay.down = true;
    viewer_serve(&v); /* the rest of it, and then the news */
    assert_int_equal(strncmp(got(), "data: \n\nevent: source\n", 22), 0);
    assert_null(v.blob);
    buf_free(&b.bytes);
    buf_free(&b.open);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(test_each_log_begins_at_its_own_cursor),
        TEST(test_each_record_says_where_the_client_is_in_all_logs),
        TEST(test_log_without_a_place_is_left_out),
        TEST(test_ring_gives_each_record_its_cursor),
        TEST(test_cursor_that_moved_is_told_once),
        TEST(test_records_that_are_withheld_move_the_cursor),
        TEST(test_place_that_is_sought_is_not_told),
        TEST(test_log_whose_records_are_not_taken_is_behind),
        TEST(test_many_short_records_go_out),
        TEST(test_viewer_without_memory_for_its_records_is_closed),
        TEST(test_viewer_is_live_when_all_its_logs_are),
        TEST(test_log_is_live_when_the_client_was_told_its_place),
        TEST(test_needs_are_those_of_the_last_time),
        TEST(test_poll_ends_when_all_logs_are_live),
        TEST(test_viewer_is_idle_by_any_of_its_logs),
        TEST(test_viewer_that_ends_is_counted_in_no_log),
        TEST(test_gap_names_its_log),
        TEST(test_gap_of_any_log_comes_before_news),
        TEST(test_gap_of_any_log_comes_before_live),
        TEST(test_long_record_of_one_log_holds_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
