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

/* A cursor that waits for a record has no id to send. */
static void test_only_a_cursor_at_a_record_has_an_id(void **state)
{
    static const struct {
        enum cursor_at at;
        bool moved;
    } cases[] = {{CURSOR_SENT, true}, {CURSOR_NEXT, false}, {CURSOR_OPEN, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log l = {.kind = LOG_STREAM};
        struct view w = {.log = &l};
        struct viewer v = {.view = &w, .place.state = PLACE_BEHIND};
        struct xid at;
        v.place.standing = PLACE_MET;
        v.place.cursor = (struct cursor){.id = {42, 0}, .at = cases[i].at};
        v.told_any = true;
        v.told = (struct xid){17, 0};
        assert_int_equal(has_moved(&v, &at), cases[i].moved);
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
        struct viewer v = {.relay = &r, .view = &w, .told_any = true};
        char got[1000] = "";
        int s[2];
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s), 0);
        v.place.state = PLACE_LIVE;
        v.place.standing = PLACE_MET;
        l.tip.cursor = v.place.cursor = (struct cursor){.id = {42, 7}, .at = CURSOR_SENT};
        v.out.fd = s[0];
        buf_init(&v.out.rest, 1024 * 1024);
        buf_adds(&v.out.rest, "still to be taken");
        while (send(s[0], got, sizeof got, 0) > 0)
            ;
        assert_int_equal(emit_keepalive(&v), OUT_FULL);
        assert_int_equal(v.told.ms, 0);
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
    t->viewer.view = &t->view;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_only_a_cursor_at_a_record_has_an_id),
        cmocka_unit_test(test_keepalive_sends_the_id_of_a_filtered_record),
        cmocka_unit_test(test_check_sum_is_that_of_the_bytes_that_were_taken),
        cmocka_unit_test(test_refusal_in_place_of_a_compressed_stream_is_plain),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
