/* SPDX-License-Identifier: MIT */
/* out: see out.h. */
#include "gateway/out.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/fastcgi_wire.h"

/* Bytes that may wait for one peer. Answers have smaller limits of their own, and at most one batch
 * and one record of a stream wait. */
#define OUT_MAX_REST (64u * 1024 * 1024)

/* A request on a connection that has one is refused only while fewer bytes wait. */
#define MAX_REST_REFUSED (64u * 1024)

/* Bytes of a write that are worth a copy. */
#define MAX_COPY 4096

int out_set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

void out_init(struct out *o, int fd, uint16_t request)
{
    *o = (struct out){.fd = fd, .request = request};
    buf_init(&o->rest, OUT_MAX_REST);
}

/* One system call. Short pieces are copied together: the kernel takes a fifth less time for send()
 * of one than for writev() of two (docs/performance.md). */
static ssize_t write_once(const struct out *o, const struct iovec *v, int n)
{
    char bytes[MAX_COPY];
    size_t len = 0;
    if (o->request == 0) /* the output of a CGI program need not be a socket */
        return writev(o->fd, v, n);
    for (int i = 0; i < n; i++) {
        if (v[i].iov_len > sizeof bytes - len)
            return writev(o->fd, v, n);
        memcpy(bytes + len, v[i].iov_base, v[i].iov_len);
        len += v[i].iov_len;
    }
    return send(o->fd, bytes, len, MSG_NOSIGNAL);
}

/* write_once, repeated after EINTR; -1 with errno. */
static ssize_t write_some(struct out *o, const struct iovec *v, int n)
{
    ssize_t got;
    do
        got = write_once(o, v, n);
    while (got < 0 && errno == EINTR);
    o->taken += got > 0 ? (uint64_t)got : 0;
    return got;
}

enum out_result out_flush(struct out *o)
{
    if (o->fd < 0)
        return OUT_GONE;
    while (o->rest.len > 0) {
        struct iovec v = {o->rest.p, o->rest.len};
        ssize_t n = write_some(o, &v, 1);
        if (n < 0)
            return errno == EAGAIN ? OUT_FULL : OUT_GONE;
        buf_drop(&o->rest, (size_t)n);
        buf_shrink(&o->rest); /* what the peer took is no longer held for it */
    }
    buf_free(&o->rest); /* an idle viewer holds no memory here */
    return OUT_SENT;
}

/* Appends the bytes of v to rest, from offset skip on. */
static int keep_rest(struct out *o, const struct iovec *v, int n, size_t skip)
{
    for (int i = 0; i < n; i++) {
        if (skip >= v[i].iov_len) {
            skip -= v[i].iov_len;
            continue;
        }
        if (buf_add(&o->rest, (const char *)v[i].iov_base + skip, v[i].iov_len - skip))
            return -1;
        skip = 0;
    }
    return 0;
}

/* Sends as much of v as the socket accepts; the remainder goes to rest. If the socket accepts
 * nothing, all goes to rest with must set, else the result is OUT_FULL. */
static enum out_result send_now(struct out *o, const struct iovec *v, int n, bool must)
{
    ssize_t got = write_some(o, v, n);
    if (got < 0 && errno != EAGAIN)
        return OUT_GONE;
    if (got < 0 && !must)
        return OUT_FULL;
    return keep_rest(o, v, n, got < 0 ? 0 : (size_t)got) ? OUT_GONE : OUT_SENT;
}

/* Sends more than one record holds, in records of FCGI_MAX_CONTENT. The first decides whether the
 * peer accepts anything. */
static enum out_result send_long(struct out *o, const struct iovec *v, int n)
{
    bool must = false;
    for (int i = 0; i < n; i++) {
        for (size_t at = 0; at < v[i].iov_len;) {
            size_t len =
                v[i].iov_len - at < FCGI_MAX_CONTENT ? v[i].iov_len - at : FCGI_MAX_CONTENT;
            unsigned char h[HEADER_LEN];
            put_header(h, TYPE_STDOUT, o->request, len);
            struct iovec w[2] = {{h, HEADER_LEN}, {(char *)v[i].iov_base + at, len}};
            enum out_result r = o->rest.len > 0 ? (keep_rest(o, w, 2, 0) ? OUT_GONE : OUT_SENT)
                                                : send_now(o, w, 2, must);
            if (r != OUT_SENT)
                return r;
            must = true;
            at += len;
        }
    }
    return OUT_SENT;
}

enum out_result out_send(struct out *o, const struct iovec *pieces, int n)
{
    size_t len = 0;
    for (int i = 0; i < n; i++)
        len += pieces[i].iov_len;
    if (len == 0) /* an empty FCGI_STDOUT would end the stream (section 3.3) */
        return OUT_SENT;
    if (o->fd < 0)
        return OUT_GONE;
    if (o->rest.len > 0) {
        enum out_result r = out_flush(o);
        if (r != OUT_SENT)
            return r;
    }
    if (o->request == 0)
        return send_now(o, pieces, n, false);
    if (len > FCGI_MAX_CONTENT)
        return send_long(o, pieces, n);
    unsigned char h[HEADER_LEN];
    struct iovec v[1 + OUT_PARTS]; /* an initializer would clear 1 kB for each write */
    put_header(h, TYPE_STDOUT, o->request, len);
    v[0] = (struct iovec){h, HEADER_LEN};
    memcpy(v + 1, pieces, (size_t)n * sizeof *v);
    return send_now(o, v, n + 1, false);
}

enum out_result out_send_bytes(struct out *o, const void *p, size_t len)
{
    struct iovec v = {(void *)(uintptr_t)p, len};
    return out_send(o, &v, 1);
}

void out_leave_bytes(struct out *o, const void *p, size_t len)
{
    unsigned char h[HEADER_LEN];
    struct iovec v[2] = {{h, o->request ? HEADER_LEN : 0}, {(void *)(uintptr_t)p, len}};
    put_header(h, TYPE_STDOUT, o->request, len);
    if (len > 0 && buf_room(&o->rest, HEADER_LEN + len) == 0)
        keep_rest(o, v, 2, 0);
}

void out_finish(struct out *o)
{
    if (o->finished || o->fd < 0)
        return;
    o->finished = true;
    if (o->request == 0)
        return;
    unsigned char end[HEADER_LEN + END_LEN];
    put_header(end, TYPE_STDOUT, o->request, 0); /* empty: the end of the stream */
    put_end(end + HEADER_LEN, o->request, REQUEST_COMPLETE);
    if (buf_add(&o->rest, end, sizeof end) == 0)
        out_flush(o);
}

/* Handles the header of a record from the peer. True: it aborts the request. */
static bool take_header(struct out *o)
{
    uint16_t request = header_request(o->in);
    if (o->in[0] != FCGI_VERSION || request == 0)
        return false;
    if (o->in[1] == TYPE_BEGIN && request != o->request && o->rest.len < MAX_REST_REFUSED) {
        unsigned char end[END_LEN];
        put_end(end, request, CANT_MPX_CONN);
        buf_add(&o->rest, end, sizeof end); /* rest ends with a whole record */
    }
    return o->in[1] == TYPE_ABORT && request == o->request;
}

bool out_take_input(struct out *o, const void *bytes, size_t len)
{
    const unsigned char *p = bytes;
    while (len > 0) {
        if (o->in_skip > 0) {
            size_t n = o->in_skip < len ? o->in_skip : len;
            o->in_skip -= (uint32_t)n;
            p += n;
            len -= n;
            continue;
        }
        o->in[o->in_have++] = *p++;
        len--;
        if (o->in_have < HEADER_LEN)
            continue;
        o->in_have = 0;
        o->in_skip = ((uint32_t)o->in[4] << 8) + o->in[5] + o->in[6];
        if (take_header(o))
            return true;
    }
    return false;
}

/* A refusal that does not go now goes before the next output. */
static enum out_result flush_refusals(struct out *o)
{
    return out_flush(o) == OUT_GONE ? OUT_GONE : OUT_SENT;
}

enum out_result out_drain_input(struct out *o)
{
    unsigned char scrap[4096];
    for (int turns = 0; turns < 16; turns++) { /* a limit, so that one peer cannot block the loop */
        ssize_t n = recv(o->fd, scrap, sizeof scrap, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? flush_refusals(o) : OUT_GONE;
        if (n == 0 || out_take_input(o, scrap, (size_t)n))
            return OUT_GONE;
    }
    return flush_refusals(o);
}

void out_close(struct out *o)
{
    if (o->fd >= 0)
        close(o->fd);
    o->fd = -1;
    buf_free(&o->rest);
}
