/* SPDX-License-Identifier: MIT */
/*
 * gateway: requests taken in from fragments, hostile lengths and odd records; output framed right
 * through sockets that take little at a time; the peer's going away noticed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <signal.h>
#include <cmocka.h>

#include "../../gateway.c"

/* ---- building what a web server sends ---- */

static void add_record(struct buf *b, int type, int id, const char *p, size_t len, int padding)
{
    unsigned char h[HEADER_LEN];
    static const char zeros[256];
    put_header(h, type, (uint16_t)id, len);
    h[6] = (unsigned char)padding;
    buf_add(b, h, sizeof h);
    buf_add(b, p, len);
    buf_add(b, zeros, (size_t)padding);
    assert_false(b->failed);
}

static void add_begin(struct buf *b, int id, int role)
{
    const char content[8] = {0, (char)role};
    add_record(b, TYPE_BEGIN, id, content, sizeof content, 0);
}

static void add_length(struct buf *b, size_t len)
{
    const char large[4] = {(char)(0x80 | len >> 24), (char)(len >> 16), (char)(len >> 8),
                           (char)len};
    if (len < 128)
        buf_addc(b, (char)len);
    else
        buf_add(b, large, sizeof large);
}

static void add_pair(struct buf *b, const char *name, const char *value, size_t len)
{
    add_length(b, strlen(name));
    add_length(b, len);
    buf_adds(b, name);
    buf_add(b, value, len);
}

/* content as records of at most size bytes, and the empty one behind. */
static void add_stream(struct buf *b, int type, int id, const struct buf *content, size_t size,
                       int padding)
{
    for (size_t at = 0; at < content->len; at += size)
        add_record(b, type, id, content->p + at,
                   content->len - at < size ? content->len - at : size, padding);
    add_record(b, type, id, NULL, 0, 0);
}

static void add_params(struct buf *b, int id, size_t value_len, size_t size, int padding)
{
    struct buf pairs;
    char *value = malloc(value_len + 1);
    assert_non_null(value);
    memset(value, 'v', value_len);
    buf_init(&pairs, 1024 * 1024);
    add_pair(&pairs, "REQUEST_METHOD", "GET", 3);
    add_pair(&pairs, "LONG", value, value_len);
    add_pair(&pairs, "EMPTY", "", 0);
    add_stream(b, TYPE_PARAMS, id, &pairs, size, padding);
    buf_free(&pairs);
    free(value);
}

static void add_body(struct buf *b, int id, size_t len)
{
    struct buf body;
    buf_init(&body, 1024 * 1024);
    assert_int_equal(buf_room(&body, len), 0);
    memset(body.p, 'b', len);
    body.len = len;
    add_stream(b, TYPE_STDIN, id, &body, FCGI_MAX_CONTENT, 3);
    buf_free(&body);
}

static void add_request(struct buf *b, int id)
{
    add_begin(b, id, ROLE_RESPONDER);
    add_params(b, id, 300, 100, 5);
    add_body(b, id, 0);
}

/* Sends wire in pieces to an intake until it has made up its mind. */
static enum intake_state feed(struct intake *in, int peer, const struct buf *wire, size_t piece)
{
    enum intake_state state = INTAKE_MORE;
    for (size_t at = 0; at < wire->len && state == INTAKE_MORE; at += piece) {
        size_t n = wire->len - at < piece ? wire->len - at : piece;
        assert_int_equal(send(peer, wire->p + at, n, MSG_NOSIGNAL), n);
        state = intake_read(in);
    }
    return state;
}

static struct intake *new_intake(int *peer)
{
    int s[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    *peer = s[1];
    struct intake *in = intake_new(s[0]);
    assert_non_null(in);
    return in;
}

/* ---- intake ---- */

static void plain(struct buf *b)
{
    add_request(b, 1);
}
static void large_id(struct buf *b)
{
    add_request(b, 65535);
}
static void management(struct buf *b)
{
    add_record(b, 9, 0, "\017\000FCGI_MAX_CONNS", 16, 0);
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, 9, 0, "\017\000FCGI_MAX_CONNS", 16, 7);
    add_params(b, 1, 10, 65535, 0);
    add_record(b, 77, 0, NULL, 0, 255);
    add_body(b, 1, 5);
}
static void another_id(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, TYPE_PARAMS, 2, "\200", 1, 0);
    add_record(b, TYPE_ABORT, 2, NULL, 0, 0);
    add_params(b, 1, 10, 65535, 0);
    add_body(b, 1, 5);
}
static void full_params(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_params(b, 1, GATEWAY_MAX_PARAMS - 35, 65535, 255);
    add_body(b, 1, GATEWAY_MAX_BODY);
}
static void much_params(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_params(b, 1, GATEWAY_MAX_PARAMS, 65535, 0);
}
static void much_body(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_params(b, 1, 10, 65535, 0);
    add_body(b, 1, GATEWAY_MAX_BODY + 1);
}
static void garbage(struct buf *b)
{
    buf_adds(b, "GET / HTTP/1.1\r\n\r\n");
}
static void wrong_version(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    buf_add(b, "\002\004\000\001\000\000\000\000", 8);
}
static void filter_role(struct buf *b)
{
    add_begin(b, 1, 3);
}
static void id_zero(struct buf *b)
{
    add_begin(b, 0, ROLE_RESPONDER);
}
static void short_begin(struct buf *b)
{
    add_record(b, TYPE_BEGIN, 1, "\000\001", 2, 0);
}
static void two_begins(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_begin(b, 1, ROLE_RESPONDER);
}
static void no_begin(struct buf *b)
{
    add_params(b, 1, 10, 65535, 0);
}
static void aborted(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, TYPE_ABORT, 1, NULL, 0, 0);
}
static void body_first(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_body(b, 1, 5);
}
static void params_again(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_params(b, 1, 10, 65535, 0);
    add_params(b, 1, 10, 65535, 0);
}
static void pair_beyond_end(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, TYPE_PARAMS, 1, "\004\005NAMEvalu", 10, 0);
    add_record(b, TYPE_PARAMS, 1, NULL, 0, 0);
}
static void pair_of_2gb(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, TYPE_PARAMS, 1, "\377\377\377\377\377\377\377\377", 8, 0);
    add_record(b, TYPE_PARAMS, 1, NULL, 0, 0);
}
static void half_a_length(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_record(b, TYPE_PARAMS, 1, "\001\200\000", 3, 0);
    add_record(b, TYPE_PARAMS, 1, NULL, 0, 0);
}
static void half_a_request(struct buf *b)
{
    add_begin(b, 1, ROLE_RESPONDER);
    add_params(b, 1, 10, 65535, 0);
    add_record(b, TYPE_STDIN, 1, "x", 1, 0);
}

static void takes_requests_in(void **state)
{
    static const struct {
        const char *what;
        void (*build)(struct buf *);
        enum intake_state state;
        unsigned short refuse;
        size_t params, body;
    } cases[] = {
        {"plain", plain, INTAKE_READY, 0, 335, 0},
        {"large id", large_id, INTAKE_READY, 0, 335, 0},
        {"management records", management, INTAKE_READY, 0, 42, 5},
        {"another id", another_id, INTAKE_READY, 0, 42, 5},
        {"all that fits", full_params, INTAKE_READY, 0, GATEWAY_MAX_PARAMS, GATEWAY_MAX_BODY},
        {"too many parameters", much_params, INTAKE_TOO_LARGE, 431, 0, 0},
        {"too long a body", much_body, INTAKE_TOO_LARGE, 413, 0, 0},
        {"garbage", garbage, INTAKE_BAD, 0, 0, 0},
        {"wrong version", wrong_version, INTAKE_BAD, 0, 0, 0},
        {"filter role", filter_role, INTAKE_BAD, 0, 0, 0},
        {"request 0", id_zero, INTAKE_BAD, 0, 0, 0},
        {"short begin", short_begin, INTAKE_BAD, 0, 0, 0},
        {"two begins", two_begins, INTAKE_BAD, 0, 0, 0},
        {"no begin", no_begin, INTAKE_BAD, 0, 0, 0},
        {"aborted", aborted, INTAKE_BAD, 0, 0, 0},
        {"body first", body_first, INTAKE_BAD, 0, 0, 0},
        {"parameters again", params_again, INTAKE_BAD, 0, 0, 0},
        {"pair beyond the end", pair_beyond_end, INTAKE_BAD, 0, 0, 0},
        {"pair of 2 GB", pair_of_2gb, INTAKE_BAD, 0, 0, 0},
        {"half a length", half_a_length, INTAKE_BAD, 0, 0, 0},
        {"half a request", half_a_request, INTAKE_MORE, 0, 0, 0},
    };
    static const size_t pieces[] = {1, 7, 8, 4096, 60000};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf wire;
        buf_init(&wire, 4 * 1024 * 1024);
        cases[i].build(&wire);
        print_message("%s\n", cases[i].what);
        for (size_t k = wire.len > 50000 ? 3 : 0; k < sizeof pieces / sizeof *pieces; k++) {
            int peer;
            struct intake *in = new_intake(&peer);
            assert_int_equal(feed(in, peer, &wire, pieces[k]), cases[i].state);
            assert_int_equal(in->refuse, cases[i].refuse);
            if (cases[i].state == INTAKE_READY) {
                assert_int_equal(in->body.len, cases[i].body);
                assert_int_equal(in->params.len, cases[i].params);
            }
            intake_free(in);
            close(peer);
        }
        buf_free(&wire);
    }
}

static void a_peer_that_goes(void **state)
{
    struct buf wire;
    (void)state;
    buf_init(&wire, 100000);
    half_a_request(&wire);
    for (size_t n = 0; n <= wire.len; n += 5) {
        int peer;
        struct intake *in = new_intake(&peer);
        assert_int_equal(send(peer, wire.p, n, 0), n);
        assert_int_equal(intake_read(in), INTAKE_MORE);
        close(peer);
        assert_int_equal(intake_read(in), INTAKE_BAD);
        intake_free(in);
    }
    buf_free(&wire);
}

/* ---- what the peer gets ---- */

struct seen {
    struct buf wire, content;
    bool stream_ended, request_ended;
    unsigned char protocol_status;
};

static void look_at(struct seen *s, int id)
{
    size_t at = 0;
    while (s->wire.len - at >= HEADER_LEN) {
        const unsigned char *h = (const unsigned char *)s->wire.p + at;
        size_t len = (size_t)h[4] << 8 | h[5];
        if (s->wire.len - at < HEADER_LEN + len + h[6])
            break;
        assert_int_equal(h[0], 1);
        assert_int_equal(h[2] << 8 | h[3], id);
        assert_false(s->request_ended);
        if (h[1] == TYPE_STDOUT) {
            assert_false(s->stream_ended);
            s->stream_ended = len == 0;
            buf_add(&s->content, h + HEADER_LEN, len);
        } else {
            assert_int_equal(h[1], TYPE_END);
            assert_int_equal(len, 8);
            s->request_ended = true;
            s->protocol_status = h[HEADER_LEN + 4];
        }
        at += HEADER_LEN + len + h[6];
    }
    buf_drop(&s->wire, at);
}

/* Reads up to n bytes; -1 at the end. */
static ssize_t read_peer(struct seen *s, int fd, size_t n)
{
    assert_int_equal(buf_room(&s->wire, n), 0);
    ssize_t got = recv(fd, s->wire.p + s->wire.len, n, MSG_DONTWAIT);
    if (got > 0)
        s->wire.len += (size_t)got;
    return got == 0 ? -1 : got < 0 ? 0 : got;
}

static void seen_init(struct seen *s)
{
    *s = (struct seen){0};
    buf_init(&s->wire, 64 * 1024 * 1024);
    buf_init(&s->content, 64 * 1024 * 1024);
}

static void seen_free(struct seen *s)
{
    buf_free(&s->wire);
    buf_free(&s->content);
}

static void refuses(void **state)
{
    static const struct {
        void (*build)(struct buf *);
        const char *status;
    } cases[] = {{much_params, "Status: 431 "}, {much_body, "Status: 413 "}};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct buf wire;
        struct seen s;
        int peer;
        struct intake *in = new_intake(&peer);
        buf_init(&wire, 4 * 1024 * 1024);
        cases[i].build(&wire);
        assert_int_equal(feed(in, peer, &wire, 60000), INTAKE_TOO_LARGE);
        intake_refuse(in);
        intake_free(in);
        seen_init(&s);
        while (read_peer(&s, peer, 4096) > 0)
            ;
        look_at(&s, 1);
        assert_true(s.request_ended);
        assert_memory_equal(s.content.p, cases[i].status, strlen(cases[i].status));
        seen_free(&s);
        buf_free(&wire);
        close(peer);
    }
}

static void another_role_is_told(void **state)
{
    struct buf wire;
    struct seen s;
    int peer;
    struct intake *in = new_intake(&peer);
    (void)state;
    buf_init(&wire, 1000);
    filter_role(&wire);
    assert_int_equal(feed(in, peer, &wire, 1000), INTAKE_BAD);
    seen_init(&s);
    read_peer(&s, peer, 100);
    look_at(&s, 1);
    assert_true(s.request_ended);
    assert_int_equal(s.protocol_status, UNKNOWN_ROLE);
    seen_free(&s);
    buf_free(&wire);
    intake_free(in);
    close(peer);
}

static void small_pair(int s[2])
{
    int small = 1; /* the kernel takes its least */
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof small);
    setsockopt(s[1], SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
    set_nonblocking(s[0]);
}

static unsigned dice(unsigned *seed, unsigned sides)
{
    *seed = *seed * 1664525 + 1013904223;
    return (*seed >> 8) % sides;
}

/* Random runs of random pieces through a socket that takes little, read in random portions. */
static void every_byte_framed(void **state)
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
            struct iovec v[15];
            int n = 1 + (int)dice(&d, 15);
            size_t len = 0;
            for (int i = 0; i < n; i++) {
                size_t most = dice(&d, 40) == 0 ? sizeof bytes : 3000;
                v[i].iov_len = dice(&d, (unsigned)most);
                v[i].iov_base = bytes + dice(&d, (unsigned)(sizeof bytes - v[i].iov_len));
                len += v[i].iov_len;
            }
            size_t rest = o.rest.len;
            enum out_result r = out_send(&o, v, n);
            assert_true(r != OUT_GONE);
            if (r == OUT_FULL) {
                assert_true(len > 0 && o.rest.len <= rest); /* nothing of it was taken */
                full++;
            }
            for (int i = 0; r == OUT_SENT && i < n; i++)
                buf_add(&sent, v[i].iov_base, v[i].iov_len);
            if (dice(&d, 3) == 0)
                read_peer(&seen, s[1], dice(&d, 100000));
            if (dice(&d, 5) == 0)
                out_flush(&o);
        }
        out_finish(&o);
        out_finish(&o);
        while (out_flush(&o) == OUT_FULL)
            assert_true(read_peer(&seen, s[1], 65536) > 0);
        assert_null(o.rest.p); /* an idle viewer costs nothing */
        out_close(&o);
        out_close(&o);
        while (read_peer(&seen, s[1], 65536) > 0)
            ;
        assert_true(full > 0);
        if (id != 0) {
            look_at(&seen, id);
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

static void nothing_is_no_record(void **state)
{
    int s[2];
    struct out o;
    char c;
    (void)state;
    small_pair(s);
    out_init(&o, s[0], 1);
    assert_int_equal(out_send_bytes(&o, "", 0), OUT_SENT);
    assert_int_equal(recv(s[1], &c, 1, MSG_DONTWAIT), -1); /* else the stream would be over */
    out_close(&o);
    assert_int_equal(out_send_bytes(&o, "x", 1), OUT_GONE);
    assert_int_equal(out_flush(&o), OUT_GONE);
    out_finish(&o);
    close(s[1]);
}

static void peer_gone_while_writing(void **state)
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

/* ---- what the peer says while it is answered ---- */

static void abort_is_heard(void **state)
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

/* ---- a request through libfcgi ---- */

static struct exchange *begin(const struct buf *wire, int *peer)
{
    struct intake *in = new_intake(peer);
    assert_int_equal(send(*peer, wire->p, wire->len, 0), wire->len);
    assert_int_equal(intake_read(in), INTAKE_READY);
    return gateway_begin(in);
}

static void parameters_arrive(void **state)
{
    struct buf wire;
    struct seen s;
    int peer;
    (void)state;
    buf_init(&wire, 4 * 1024 * 1024);
    add_begin(&wire, 7, ROLE_RESPONDER);
    add_params(&wire, 7, 60000, 65535, 0);
    add_body(&wire, 7, 100);
    struct exchange *x = begin(&wire, &peer);
    assert_non_null(x);
    assert_string_equal(gateway_param(x, "REQUEST_METHOD", 0), "GET");
    assert_string_equal(gateway_param(x, "EMPTY", 0), "");
    assert_int_equal(strlen(gateway_param(x, "LONG", 0)), 60000);
    assert_null(gateway_param(x, "LON", 0));
    assert_null(gateway_param(x, "LONGER", 0));
    assert_null(gateway_param(x, "REQUEST_METHOD", 1));
    gateway_answer(x, slice_of("Status: 200 OK\r\n"), slice_of("body"));
    gateway_end(x);
    seen_init(&s);
    while (read_peer(&s, peer, 4096) > 0)
        ;
    look_at(&s, 7);
    assert_true(s.request_ended);
    assert_string_equal(s.content.p, "Status: 200 OK\r\n\r\nbody");
    seen_free(&s);
    buf_free(&wire);
    close(peer);
}

/* What came behind the request in the same read is looked at too, whole or in part. */
static void abort_behind_the_request(void **state)
{
    (void)state;
    for (size_t early = 0; early <= HEADER_LEN; early++) {
        struct buf wire;
        int peer;
        buf_init(&wire, 100000);
        add_request(&wire, 1);
        add_record(&wire, TYPE_ABORT, 1, NULL, 0, 0);
        size_t late = HEADER_LEN - early;
        wire.len -= late;
        struct exchange *x = begin(&wire, &peer);
        if (early == HEADER_LEN) {
            assert_null(x);
        } else {
            struct out o = gateway_take_out(x);
            assert_int_equal(send(peer, wire.p + wire.len, late, 0), late);
            assert_int_equal(out_drain_input(&o), OUT_GONE);
            out_close(&o);
            gateway_end(x);
        }
        buf_free(&wire);
        close(peer);
    }
}

static void no_descriptor_is_lost(void **state)
{
    (void)state;
    int before = dup(0);
    close(before);
    for (int i = 0; i < 50; i++) {
        struct buf wire;
        int peer;
        buf_init(&wire, 100000);
        add_request(&wire, 1);
        struct exchange *x = begin(&wire, &peer);
        struct out o = {.fd = -1};
        if (i % 2)
            o = gateway_take_out(x);
        gateway_end(x);
        out_close(&o);
        close(peer);
        buf_free(&wire);
    }
    int after = dup(0);
    close(after);
    assert_int_equal(after, before);
}

static int start(void **state)
{
    (void)state;
    return gateway_init();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_requests_in),
        cmocka_unit_test(a_peer_that_goes),
        cmocka_unit_test(refuses),
        cmocka_unit_test(another_role_is_told),
        cmocka_unit_test(every_byte_framed),
        cmocka_unit_test(nothing_is_no_record),
        cmocka_unit_test(peer_gone_while_writing),
        cmocka_unit_test(abort_is_heard),
        cmocka_unit_test(parameters_arrive),
        cmocka_unit_test(abort_behind_the_request),
        cmocka_unit_test(no_descriptor_is_lost),
    };

    return cmocka_run_group_tests(tests, start, NULL);
}
