/* SPDX-License-Identifier: MIT */
/*
 * out: records are correct when the socket accepts few bytes at a time.  A closed connection and
 * an abort of the peer are noticed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <cmocka.h>

#include "gateway/out.c"
#include "fcgi_peer.h"

static void small_pair(int s[2])
{
    int small = 1; /* the kernel uses its minimum */
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    setsockopt(s[1], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    out_set_nonblocking(s[0]);
}

static unsigned dice(unsigned *seed, unsigned sides)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % sides;
}

/* Sends random pieces through a small socket buffer and reads random portions. */
/* Sends parts of bytes, and adds them to sent if they were accepted. Returns whether they were not.
 */
static bool send_some(struct out *o, char *bytes, size_t size, unsigned *d, struct buf *sent)
{
    struct iovec v[15];
    int n = 1 + (int)dice(d, 15);
    size_t len = 0, rest = o->rest.len;
    for (int i = 0; i < n; i++) {
        size_t most = dice(d, 40) == 0 ? size : 3000;
        v[i].iov_len = dice(d, (unsigned)most);
        v[i].iov_base = bytes + dice(d, (unsigned)(size - v[i].iov_len));
        len += v[i].iov_len;
    }
    enum out_result r = out_send(o, v, n);
    assert_true(r != OUT_GONE);
    assert_true(r != OUT_FULL || (len > 0 && o->rest.len <= rest)); /* nothing was accepted */
    for (int i = 0; r == OUT_SENT && i < n; i++)
        buf_add(sent, v[i].iov_base, v[i].iov_len);
    return r == OUT_FULL;
}

static void test_every_byte_is_framed_once(void **state)
{
    static char bytes[200000];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    for (unsigned seed = 1; seed <= 40; seed++) {
        unsigned d = seed;
        int s[2], id = seed % 4 == 0 ? 0 : 513, full = 0;
        struct out o;
        struct seen seen;
        struct buf sent;
        small_pair(s);
        out_init(&o, s[0], (uint16_t)id);
        seen_init(&seen);
        buf_init(&sent, 64 * 1024 * 1024);
        for (int turn = 0; turn < 60; turn++) {
            full += send_some(&o, bytes, sizeof bytes, &d, &sent);
            if (dice(&d, 3) == 0)
                read_peer(&seen, s[1], dice(&d, 100000));
            if (dice(&d, 5) == 0)
                out_flush(&o);
        }
        out_finish(&o);
        out_finish(&o);
        while (out_flush(&o) == OUT_FULL)
            assert_true(read_peer(&seen, s[1], 65536) > 0);
        assert_null(o.rest.p); /* an empty rest holds no memory */
        out_close(&o);
        out_close(&o);
        while (read_peer(&seen, s[1], 65536) > 0)
            ;
        assert_true(full > 0);
        if (id != 0) {
            parse_records(&seen, id);
            assert_true(seen.stream_ended && seen.request_ended);
            assert_int_equal(seen.protocol_status, 0);
            assert_int_equal(seen.wire.len, 0);
        }
        const struct buf *got = id != 0 ? &seen.content : &seen.wire;
        assert_int_equal(got->len, sent.len);
        assert_memory_equal(got->p, sent.p, sent.len);
        buf_free(&sent);
        seen_free(&seen);
        close(s[1]);
    }
}

/* A long answer: the part that the peer took is not held any more. */
static void test_bytes_that_were_taken_are_given_back(void **state)
{
    static char bytes[1000000];
    struct iovec v = {bytes, sizeof bytes};
    int s[2];
    struct out o;
    struct seen seen;
    (void)state;
    small_pair(s);
    out_init(&o, s[0], 1);
    seen_init(&seen);
    assert_int_equal(out_send(&o, &v, 1), OUT_SENT);
    assert_true(o.rest.cap > 900000);
    while (o.rest.len > 300000) {
        read_peer(&seen, s[1], 65536);
        out_flush(&o);
    }
    assert_true(o.rest.cap < 700000);
    while (out_flush(&o) == OUT_FULL)
        read_peer(&seen, s[1], 65536);
    out_close(&o);
    while (read_peer(&seen, s[1], 65536) > 0)
        ;
    close(s[1]);
    seen_free(&seen);
}

/* Its peer reads nothing: the refusals do not fill memory. */
static void test_refusals_that_are_not_read_are_few(void **state)
{
    static const unsigned char begin[16] = {1, TYPE_BEGIN, 0, 2, 0, 8, 0, 0, 0, 1};
    int s[2];
    struct out o;
    (void)state;
    small_pair(s);
    out_init(&o, s[0], 1);
    for (int i = 0; i < 100000; i++)
        assert_false(out_take_input(&o, begin, sizeof begin));
    assert_true(o.rest.len > 0 && o.rest.len < 70000);
    out_close(&o);
    close(s[1]);
}

static void test_empty_send_writes_no_record(void **state)
{
    int s[2];
    struct out o;
    char c;
    (void)state;
    small_pair(s);
    out_init(&o, s[0], 1);
    assert_int_equal(out_send_bytes(&o, "", 0), OUT_SENT);
    assert_int_equal(recv(s[1], &c, 1, MSG_DONTWAIT),
                     -1); /* an empty record would end the stream */
    out_close(&o);
    assert_int_equal(out_send_bytes(&o, "x", 1), OUT_GONE);
    assert_int_equal(out_flush(&o), OUT_GONE);
    out_finish(&o);
    close(s[1]);
}

static void test_closed_peer_is_noticed_while_writing(void **state)
{
    int s[2];
    struct out o;
    (void)state;
    signal(SIGPIPE, SIG_IGN);
    small_pair(s);
    out_init(&o, s[0], 1);
    while (out_send_bytes(&o, "0123456789", 10) == OUT_SENT)
        ;
    close(s[1]);
    assert_int_equal(out_send_bytes(&o, "x", 1), OUT_GONE);
    assert_int_equal(out_drain_input(&o), OUT_GONE);
    out_close(&o);
}

/* ---- input from the peer during the answer ---- */

static void test_abort_is_noticed(void **state)
{
    static const struct {
        int type, id;
        size_t len;
        int padding;
        enum out_result result;
    } cases[] = {
        {TYPE_STDIN, 1, 0, 0, OUT_SENT}, {TYPE_STDIN, 1, 1000, 255, OUT_SENT},
        {TYPE_ABORT, 2, 0, 0, OUT_SENT}, {TYPE_STDIN, 1, 65535, 9, OUT_SENT},
        {TYPE_ABORT, 1, 0, 0, OUT_GONE},
    };
    static const char content[65535] = {1, 2, 0, 1};
    (void)state;
    for (size_t piece = 1; piece < 70000; piece = piece * 5 + 2) {
        int s[2];
        struct out o;
        enum out_result r = OUT_SENT;
        assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
        out_init(&o, s[0], 1);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct buf wire;
            buf_init(&wire, 100000);
            add_record(&wire, cases[i].type, cases[i].id, content, cases[i].len, cases[i].padding);
            for (size_t at = 0; at < wire.len && r == OUT_SENT; at += piece) {
                size_t n = wire.len - at < piece ? wire.len - at : piece;
                assert_int_equal(send(s[1], wire.p + at, n, MSG_NOSIGNAL), n);
                while (r == OUT_SENT && recv(s[0], (char[1]){0}, 1, MSG_PEEK | MSG_DONTWAIT) > 0)
                    r = out_drain_input(&o);
            }
            buf_free(&wire);
            assert_int_equal(r, cases[i].result);
        }
        out_close(&o);
        close(s[1]);
    }
}

/* Its refusal goes between two records, also when a part of one is still to be sent. */
static void test_second_request_is_refused_between_records(void **state)
{
    (void)state;
    for (int full = 0; full < 2; full++) {
        int s[2];
        struct out o;
        struct buf wire, got;
        unsigned char end[END_LEN];
        small_pair(s);
        out_init(&o, s[0], 1);
        while (out_send_bytes(&o, "0123456789", 10) == OUT_SENT && full)
            ;
        buf_init(&wire, 1000);
        buf_init(&got, 10000000);
        add_begin(&wire, 2, ROLE_RESPONDER);
        add_begin(&wire, 1, ROLE_RESPONDER); /* no other request */
        add_begin(&wire, 0, ROLE_RESPONDER);
        assert_int_equal(send(s[1], wire.p, wire.len, 0), wire.len);
        assert_int_equal(out_drain_input(&o), OUT_SENT);
        out_finish(&o);
        do {
            assert_int_equal(buf_room(&got, 4096), 0);
            ssize_t n = recv(s[1], got.p + got.len, 4096, MSG_DONTWAIT);
            got.len += n > 0 ? (size_t)n : 0;
        } while (out_flush(&o) == OUT_FULL ||
                 recv(s[1], (char[1]){0}, 1, MSG_PEEK | MSG_DONTWAIT) > 0);
        put_end(end, 2, CANT_MPX_CONN);
        size_t at = 0, refusals = 0;
        while (at < got.len && got.p[at + 3] != 2)
            at += HEADER_LEN + (size_t)got.p[at + 5];
        for (; at < got.len && memcmp(got.p + at, end, sizeof end) == 0; at += sizeof end)
            refusals++;
        assert_int_equal(refusals, 1);
        assert_int_equal(got.len - at, HEADER_LEN + END_LEN); /* and the end of the response */
        out_close(&o);
        close(s[1]);
        buf_free(&wire);
        buf_free(&got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_byte_is_framed_once),
        cmocka_unit_test(test_bytes_that_were_taken_are_given_back),
        cmocka_unit_test(test_refusals_that_are_not_read_are_few),
        cmocka_unit_test(test_empty_send_writes_no_record),
        cmocka_unit_test(test_closed_peer_is_noticed_while_writing),
        cmocka_unit_test(test_abort_is_noticed),
        cmocka_unit_test(test_second_request_is_refused_between_records),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
