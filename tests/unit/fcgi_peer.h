/* SPDX-License-Identifier: MIT */
/*
 * fcgi_peer: the web server's end of a FastCGI connection.  Builds records, and reads and checks
 * the records of the answer.  For the tests of out, fcgi_reader and gateway.  Include it after
 * cmocka.h and the .c under test.
 */
#ifndef SSELOG_TEST_FCGI_PEER_H
#define SSELOG_TEST_FCGI_PEER_H

#include <stdlib.h>
#include <sys/socket.h>

#include "gateway/fastcgi_wire.h"
#include "gateway/fcgi_reader.h"
#include "gateway/out.h"

/* ---- records of the web server ---- */

static inline void add_record(struct buf *b, int type, int id, const char *p, size_t len,
                              int padding)
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

static inline void add_begin(struct buf *b, int id, int role)
{
    const char content[8] = {0, (char)role};
    add_record(b, TYPE_BEGIN, id, content, sizeof content, 0);
}

static inline void add_length(struct buf *b, size_t len)
{
    const char large[4] = {(char)(0x80 | len >> 24), (char)(len >> 16), (char)(len >> 8),
                           (char)len};
    if (len < 128)
        buf_addc(b, (char)len);
    else
        buf_add(b, large, sizeof large);
}

static inline void add_pair(struct buf *b, const char *name, const char *value, size_t len)
{
    add_length(b, strlen(name));
    add_length(b, len);
    buf_adds(b, name);
    buf_add(b, value, len);
}

/* content as records of at most size bytes, then an empty record. */
static inline void add_stream(struct buf *b, int type, int id, const struct buf *content,
                              size_t size, int padding)
{
    for (size_t at = 0; at < content->len; at += size)
        add_record(b, type, id, content->p + at,
                   content->len - at < size ? content->len - at : size, padding);
    add_record(b, type, id, NULL, 0, 0);
}

static inline void add_params(struct buf *b, int id, size_t value_len, size_t size, int padding)
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

static inline void add_body(struct buf *b, int id, size_t len)
{
    struct buf body;
    buf_init(&body, len + 1);
    assert_int_equal(buf_room(&body, len), 0);
    memset(body.p, 'b', len);
    body.len = len;
    add_stream(b, TYPE_STDIN, id, &body, FCGI_MAX_CONTENT, 3);
    buf_free(&body);
}

static inline void add_request(struct buf *b, int id)
{
    add_begin(b, id, ROLE_RESPONDER);
    add_params(b, id, 300, 100, 5);
    add_body(b, id, 0);
}

static inline struct fcgi_reader *new_reader(int *peer)
{
    int s[2];
    assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, s), 0);
    *peer = s[1];
    struct fcgi_reader *in = fcgi_reader_new(s[0]);
    assert_non_null(in);
    return in;
}

/* ---- records of the answer ---- */

struct seen {
    struct buf wire, content;
    bool stream_ended, request_ended;
    unsigned char protocol_status;
};

static inline void parse_records(struct seen *s, int id)
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

/* Reads up to n bytes; -1: end of the connection. */
static inline ssize_t read_peer(struct seen *s, int fd, size_t n)
{
    assert_int_equal(buf_room(&s->wire, n), 0);
    ssize_t got = recv(fd, s->wire.p + s->wire.len, n, MSG_DONTWAIT);
    if (got > 0)
        s->wire.len += (size_t)got;
    return got == 0 ? -1 : got < 0 ? 0 : got;
}

static inline void seen_init(struct seen *s)
{
    *s = (struct seen){0};
    buf_init(&s->wire, 64 * 1024 * 1024);
    buf_init(&s->content, 64 * 1024 * 1024);
}

static inline void seen_free(struct seen *s)
{
    buf_free(&s->wire);
    buf_free(&s->content);
}

#endif
