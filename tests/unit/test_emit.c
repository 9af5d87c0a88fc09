/* SPDX-License-Identifier: MIT */
/* emit: a viewer receives each id once, and only ids of records that were sent or filtered. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <sys/socket.h>
#include <unistd.h>
#include <zlib.h>

#include "relay/emit.c"

/* A cursor that waits for a record has no id to send. After the gap of another log even a lower one
 * is new. */
static void test_only_a_cursor_at_a_record_has_an_id(void **state)
{
    static const struct {
        enum cursor_at at;
        uint64_t id;
        bool former, moved;
    } cases[] = {{CURSOR_SENT, 42, false, true},  {CURSOR_NEXT, 42, false, false},
                 {CURSOR_OPEN, 42, false, false}, {CURSOR_SENT, 17, false, false},
                 {CURSOR_SENT, 9, false, false},  {CURSOR_SENT, 0, false, false},
                 {CURSOR_SENT, 17, true, false},  {CURSOR_SENT, 9, true, true},
                 {CURSOR_SENT, 0, true, true},    {CURSOR_NEXT, 9, true, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log l = {.kind = LOG_STREAM};
        struct view w = {.log = &l};
        struct viewer v = {.first.viewer = &v, .first.view = &w, .first.place.state = PLACE_BEHIND};
        v.first.place.standing = PLACE_MET;
        v.first.place.cursor = (struct cursor){.id = {cases[i].id, 0}, .at = cases[i].at};
        v.first.told_any = true;
        v.first.told.id = (struct xid){17, 0};
        v.first.told_former = cases[i].former;
        assert_int_equal(told_has_moved(&v.first), cases[i].moved);
    }
}

/* Without records it is placed by the newest ones again, if its log is recreated: an id would be a
 * promise that nothing after it is passed over. */
static void test_only_a_placed_viewer_with_a_cursor_has_an_id(void **state)
{
    static const struct {
        enum place_state state;
        enum place_standing standing;
        bool moved;
    } cases[] = {{PLACE_BEHIND, PLACE_FRESH, false},   {PLACE_BEHIND, PLACE_CLAIMED, true},
                 {PLACE_BEHIND, PLACE_MET, true},      {PLACE_LIVE, PLACE_FRESH, false},
                 {PLACE_LIVE, PLACE_MET, true},        {PLACE_ASKING, PLACE_MET, false},
                 {PLACE_COUNTING, PLACE_FRESH, false}, {PLACE_LOCATING, PLACE_CLAIMED, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log l = {.kind = LOG_STREAM};
        struct view w = {.log = &l};
        struct viewer v = {.first.viewer = &v, .first.view = &w};
        v.first.place.state = cases[i].state;
        v.first.place.standing = cases[i].standing;
        v.first.place.cursor = (struct cursor){.id = {42, 0}, .at = CURSOR_SENT};
        assert_int_equal(told_has_moved(&v.first), cases[i].moved);
    }
}

/* The keepalive sends the id of a filtered record once.  A peer that does not read gets the id with
 * the next keepalive. */
static void test_keepalive_sends_the_id_of_a_filtered_record(void **state)
{
    static const char *const profiles[] = {"plain", "swf"};
    (void)state;
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        struct relay r = {.now = 1};
        struct log l = {.relay = &r, .kind = LOG_STREAM};
        struct view w = {.log = &l, .profile = profile_find(profiles[i])};
        struct viewer v = {
            .relay = &r, .first.viewer = &v, .first.view = &w, .first.told_any = true};
        char got[1000] = "";
        int s[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
        v.first.place.state = PLACE_LIVE;
        v.first.place.standing = PLACE_MET;
        l.tip.cursor = v.first.place.cursor = (struct cursor){.id = {42, 7}, .at = CURSOR_SENT};
        v.out.fd = s[0];
        buf_init(&v.out.rest, 1024 * 1024);
        buf_adds(&v.out.rest, "still to be taken");
        while (send(s[0], got, sizeof got, 0) > 0)
            ;
        assert_int_equal(emit_keepalive(&v), OUT_FULL);
        assert_int_equal(v.first.told.id.ms, 0);
        buf_clear(&v.out.rest);
        while (recv(s[1], got, sizeof got, 0) > 0)
            ;
        for (int time = 0; time < 2; time++) {
            assert_int_equal(emit_keepalive(&v), OUT_SENT);
            ssize_t n = recv(s[1], got, sizeof got, 0);
            assert_true(n > 0);
            assert_int_equal(memmem(got, (size_t)n, "42-7", 4) != NULL, time == 0);
        }
        close(s[0]);
        close(s[1]);
        buf_free(&v.out.rest);
    }
}

/* A poll that ends before it is through tells how far it came, else the next one would begin there
 * again: the filter may withhold all that is read meanwhile. */
static void test_poll_that_ends_behind_sends_its_cursor(void **state)
{
    static const char *const profiles[] = {"plain", "swf"};
    (void)state;
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++) {
        struct relay r = {.now = 1};
        struct log l = {.relay = &r, .kind = LOG_STREAM};
        struct view w = {.log = &l, .profile = profile_find(profiles[i])};
        struct poll p = {.every = 3000};
        struct viewer v = {
            .relay = &r, .first.viewer = &v, .first.view = &w, .poll = &p, .first.told_any = true};
        struct buf b;
        v.first.place.state = PLACE_BEHIND;
        v.first.place.standing = PLACE_CLAIMED;
        v.phase = PHASE_RESUME;
        v.first.place.cursor = (struct cursor){.id = {42, 7}, .at = CURSOR_SENT};
        emit_end(&v, &b, END_POLL);
        assert_non_null(strstr(b.p, "id: 42-7"));
        buf_free(&b);
    }
}

static void test_token_is_told_with_the_time_that_is_left(void **state)
{
    static const struct {
        int ms;
        const char *told;
    } cases[] = {{263500, "\"expires_in\":263}"}, {500, NULL}, {-1500, NULL}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log l = {.kind = LOG_STREAM};
        struct view w = {.log = &l, .profile = profile_find("plain")};
        char token[] = "abc";
        struct poll p = {.token = token, .token_ends = clock_ms() + cases[i].ms};
        struct viewer v = {.first.viewer = &v, .first.view = &w, .poll = &p};
        struct buf b;
        emit_end(&v, &b, END_POLL);
        assert_int_equal(strstr(b.p, "event: token") != NULL, cases[i].told != NULL);
        assert_true(!cases[i].told || strstr(b.p, cases[i].told));
        buf_free(&b);
    }
}

/* A viewer whose stream is compressed, over a socket pair. */
struct compressed {
    struct relay relay;
    struct log log;
    struct view view;
    struct viewer viewer;
    int peer;
};

static void compressed_begin(struct compressed *t, const char *profile, struct buf *head)
{
    int s[2], small = 1;
    *t = (struct compressed){.view.profile = profile_find(profile)};
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
    setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    t->peer = s[1];
    t->log.relay = t->viewer.relay = &t->relay;
    t->view.log = &t->log;
    t->viewer.first = (struct follower){.viewer = &t->viewer, .view = &t->view};
    out_init(&t->viewer.out, s[0], 0);
    buf_init(head, 65536);
    buf_adds(head, "Status: 200 OK\r\n\r\n");
    emit_first_frame(&t->viewer, head, "client", true);
    assert_false(head->failed);
}

static void compressed_end(struct compressed *t)
{
    emit_end_gzip(&t->viewer);
    assert_null(t->relay.gzip);
    out_close(&t->viewer.out);
    close(t->peer);
}

static void take_all(struct compressed *t, struct buf *b)
{
    char bytes[65536];
    ssize_t n;
    do {
        while ((n = recv(t->peer, bytes, sizeof bytes, MSG_DONTWAIT)) > 0)
            assert_int_equal(buf_add(b, bytes, (size_t)n), 0);
    } while (out_flush(&t->viewer.out) == OUT_FULL);
}

/* A frame that the peer did not take is in no check sum; the final frame waits behind the rest. */
static void test_check_sum_is_that_of_the_bytes_that_were_taken(void **state)
{
    struct compressed t;
    struct buf head, got;
    char plain[65536];
    int keepalives = 0;
    (void)state;
    compressed_begin(&t, "plain", &head);
    size_t frame = buf_slice(&head).len;
    assert_int_equal(emit_head(&t.viewer, &head), OUT_SENT);
    while (emit_keepalive(&t.viewer) == OUT_SENT)
        keepalives++;
    emit_final(&t.viewer, slice_of("event: end\n\n"));
    buf_init(&got, 1024 * 1024);
    take_all(&t, &got);
    take_all(&t, &got);
    size_t at = strlen("Status: 200 OK\r\n\r\n");
    assert_memory_equal(got.p, head.p, frame);
    z_stream z = {.next_in = (Bytef *)got.p + at,
                  .avail_in = (uInt)(got.len - at),
                  .next_out = (Bytef *)plain,
                  .avail_out = sizeof plain};
    assert_int_equal(inflateInit2(&z, 16 + MAX_WBITS), Z_OK);
    assert_int_equal(inflate(&z, Z_FINISH), Z_STREAM_END);
    assert_int_equal(z.avail_in, 0);
    size_t len = sizeof plain - z.avail_out;
    int seen = 0;
    for (const char *p = plain; (p = memmem(p, len - (size_t)(p - plain), ": ", 2)); p += 2)
        seen += memcmp(p, ": keepalive", 11) == 0;
    assert_int_equal(seen, keepalives);
    assert_memory_equal(plain + len - 12, "event: end\n\n", 12);
    inflateEnd(&z);
    buf_free(&head);
    buf_free(&got);
    compressed_end(&t);
}

/* A status in place of a response that was withheld is plain, with nothing after it. */
static void test_refusal_in_place_of_a_compressed_stream_is_plain(void **state)
{
    struct compressed t;
    struct buf head, frame, got;
    (void)state;
    compressed_begin(&t, "swf", &head);
    t.viewer.head = &head;
    emit_failure(&t.viewer, &frame, "refused");
    assert_int_equal(emit_head(&t.viewer, &head), OUT_SENT);
    emit_final(&t.viewer, buf_slice(&frame));
    buf_init(&got, 65536);
    take_all(&t, &got);
    assert_memory_equal(got.p, "Status: 503", 11);
    assert_true(slice_equal(buf_slice(&got), buf_slice(&head)));
    assert_null(memchr(got.p, 0x1f, got.len));
    buf_free(&head);
    buf_free(&frame);
    buf_free(&got);
    compressed_end(&t);
}

/* Adds count records to the ring, of a kilobyte that compresses well each.  Their bytes. */
static size_t fill_ring(struct compressed *t, unsigned first, unsigned count)
{
    struct item items[40];
    struct buf b;
    buf_init(&b, 65536);
    for (unsigned i = 0; i < count; i++) {
        buf_addf(&b, "id: %u-0\ndata: ", first + i);
        while (b.len < 1024 * (i + 1))
            buf_adds(&b, "all the same ");
        buf_adds(&b, "\n\n");
        items[i] = (struct item){(uint32_t)b.len, 0, {first + i, 0}, RANK_UNKNOWN};
    }
    size_t len = b.len;
    t->relay.rings.max = 1 << 20;
    t->log.kind = LOG_STREAM;
    ring_add(&t->relay.rings, &t->view.ring, items, count, b.p);
    buf_free(&b);
    return len;
}

static enum out_result catch_up_from(struct compressed *t, unsigned id)
{
    t->viewer.first.place.cursor = (struct cursor){.id = {id, 0}, .at = CURSOR_SENT};
    return emit_from_ring(&t->viewer.first);
}

/* Viewers at the same place cost nothing, since a piece is kept.  Those at many places
 * take turns. */
static void test_viewers_at_many_places_catch_up_in_turns(void **state)
{
    struct compressed t;
    struct buf head;
    (void)state;
    compressed_begin(&t, "plain", &head);
    size_t len = fill_ring(&t, 1, 10);
    t.relay.limits.deflate_bytes = 1000;
    assert_int_equal(catch_up_from(&t, 0), OUT_SENT);
    assert_int_equal(t.relay.deflated, len);
    assert_int_equal(t.relay.stats.writes, 1);
    assert_true(t.relay.stats.bytes < len / 10);
    assert_int_equal(t.viewer.first.place.cursor.id.ms, 10);
    assert_int_equal(catch_up_from(&t, 3), OUT_FULL);
    assert_int_equal(t.viewer.first.place.cursor.id.ms, 3);
    t.relay.deflated = 0; /* the next turn */
    assert_int_equal(catch_up_from(&t, 0), OUT_SENT);
    assert_int_equal(t.relay.deflated, 0);
    assert_int_equal(catch_up_from(&t, 3), OUT_SENT);
    assert_true(t.relay.deflated > 6 * 1024 && t.relay.deflated < len);
    assert_int_equal(catch_up_from(&t, 10),
                     OUT_SENT); /* nothing is left for it: it needs no turn */
    ring_reset(&t.relay.rings, &t.view.ring, XID_ZERO);
    buf_free(&head);
    compressed_end(&t);
}

/* Nor does a stream that is not compressed wait. */
static void test_plain_viewer_catches_up_at_once(void **state)
{
    struct compressed t;
    struct buf head;
    (void)state;
    compressed_begin(&t, "plain", &head);
    fill_ring(&t, 1, 10);
    emit_end_gzip(&t.viewer);
    t.relay.deflated = 1;
    t.relay.limits.deflate_bytes = 1;
    assert_int_equal(catch_up_from(&t, 3), OUT_SENT);
    ring_reset(&t.relay.rings, &t.view.ring, XID_ZERO);
    buf_free(&head);
    compressed_end(&t);
}

/* A write ends inside a piece of the ring, and the next one goes on there. */
static void test_no_record_of_the_ring_is_left_out(void **state)
{
    struct compressed t;
    struct buf head;
    (void)state;
    compressed_begin(&t, "plain", &head);
    fill_ring(&t, 1, 40);
    fill_ring(&t, 41, 1);
    t.relay.limits.deflate_bytes = SIZE_MAX;
    assert_int_equal(catch_up_from(&t, 0), OUT_SENT);
    assert_int_equal(t.viewer.first.place.cursor.id.ms, t.relay.stats.deliveries);
    assert_true(t.relay.stats.deliveries < 40);
    assert_int_equal(emit_from_ring(&t.viewer.first), OUT_SENT);
    assert_int_equal(t.viewer.first.place.cursor.id.ms, 41);
    assert_int_equal(t.relay.stats.deliveries, 41);
    ring_reset(&t.relay.rings, &t.view.ring, XID_ZERO);
    buf_free(&head);
    compressed_end(&t);
}

/* The viewer is closed then: a part of a head must not go out. */
static void test_head_that_lacks_bytes_stays_failed(void **state)
{
    struct compressed t;
    struct buf head, failed = {.max = 100, .failed = true};
    (void)state;
    compressed_begin(&t, "plain", &head);
    emit_end_gzip(&t.viewer);
    emit_first_frame(&t.viewer, &failed, "client", true);
    assert_true(failed.failed);
    buf_free(&head);
    compressed_end(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_a_cursor_at_a_record_has_an_id),
        cmocka_unit_test(test_only_a_placed_viewer_with_a_cursor_has_an_id),
        cmocka_unit_test(test_keepalive_sends_the_id_of_a_filtered_record),
        cmocka_unit_test(test_poll_that_ends_behind_sends_its_cursor),
        cmocka_unit_test(test_token_is_told_with_the_time_that_is_left),
        cmocka_unit_test(test_check_sum_is_that_of_the_bytes_that_were_taken),
        cmocka_unit_test(test_refusal_in_place_of_a_compressed_stream_is_plain),
        cmocka_unit_test(test_viewers_at_many_places_catch_up_in_turns),
        cmocka_unit_test(test_plain_viewer_catches_up_at_once),
        cmocka_unit_test(test_no_record_of_the_ring_is_left_out),
        cmocka_unit_test(test_head_that_lacks_bytes_stays_failed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
