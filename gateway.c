/* SPDX-License-Identifier: MIT */
/* gateway: see gateway.h. Sections named below are those of the FastCGI Specification 1.0. */
#include "gateway.h"

#include <errno.h>
#include <fcgiapp.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

extern char **environ;

enum {
    FCGI_VERSION = 1,
    TYPE_BEGIN = 1,
    TYPE_ABORT = 2,
    TYPE_END = 3,
    TYPE_PARAMS = 4,
    TYPE_STDIN = 5,
    TYPE_STDOUT = 6,
    ROLE_RESPONDER = 1,
    HEADER_LEN = 8,
    UNKNOWN_ROLE = 3
};

/* Wire bytes that may wait for one peer. An answer is bounded by who makes it; a stream's rest by
 * one batch and one record. */
#define OUT_MAX_REST (64u * 1024 * 1024)

/* More than libfcgi's buffer of input holds (8 kB): see request_image. */
#define RINSE_BYTES 16384

/* Of a thread's stack, about, by what a request goes through. */
#define STACK_USED (16 * 1024)

struct exchange {
    struct out out;
    bool cgi;
    FCGX_Request fcgx;
};

/* ---- output ---- */

/* Section 3.3. */
static void put_header(unsigned char h[HEADER_LEN], int type, uint16_t request, size_t len)
{
    h[0] = FCGI_VERSION;
    h[1] = (unsigned char)type;
    h[2] = (unsigned char)(request >> 8);
    h[3] = (unsigned char)request;
    h[4] = (unsigned char)(len >> 8);
    h[5] = (unsigned char)len;
    h[6] = 0;
    h[7] = 0;
}

/* writev that knows EINTR; -1 with errno else. */
static ssize_t write_some(int fd, const struct iovec *v, int n)
{
    ssize_t got;
    do
        got = writev(fd, v, n);
    while (got < 0 && errno == EINTR);
    return got;
}

enum out_result out_flush(struct out *o)
{
    if (o->fd < 0)
        return OUT_GONE;
    while (o->rest.len > 0) {
        struct iovec v = {o->rest.p, o->rest.len};
        ssize_t n = write_some(o->fd, &v, 1);
        if (n < 0)
            return errno == EAGAIN ? OUT_FULL : OUT_GONE;
        buf_drop(&o->rest, (size_t)n);
    }
    buf_free(&o->rest); /* an idle viewer costs nothing */
    return OUT_SENT;
}

/* Keeps v's bytes from offset skip on. */
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

/* Sends v at once as far as the socket takes it. Nothing taken: OUT_FULL, unless must is set: then,
 * as when part of it is taken, the rest is kept. */
static enum out_result send_now(struct out *o, const struct iovec *v, int n, bool must)
{
    ssize_t got = write_some(o->fd, v, n);
    if (got < 0 && errno != EAGAIN)
        return OUT_GONE;
    if (got < 0 && !must)
        return OUT_FULL;
    return keep_rest(o, v, n, got < 0 ? 0 : (size_t)got) ? OUT_GONE : OUT_SENT;
}

/* More than one record holds: records of FCGI_MAX_CONTENT, of which the first decides whether the
 * peer takes anything. */
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
    if (len == 0) /* an empty FCGI_STDOUT would end the stream, section 3.3 */
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
    struct iovec v[16] = {{h, HEADER_LEN}};
    put_header(h, TYPE_STDOUT, o->request, len);
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
    /* Empty FCGI_STDOUT, then FCGI_END_REQUEST with FCGI_REQUEST_COMPLETE, section 5.5. */
    unsigned char end[3 * HEADER_LEN] = {0};
    put_header(end, TYPE_STDOUT, o->request, 0);
    put_header(end + HEADER_LEN, TYPE_END, o->request, HEADER_LEN);
    if (buf_add(&o->rest, end, sizeof end) == 0)
        out_flush(o);
}

/* Walks the records in p: the web server sends us nothing more than perhaps an abort. */
static bool saw_abort(struct out *o, const unsigned char *p, size_t len)
{
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
        if (o->in[0] == FCGI_VERSION && o->in[1] == TYPE_ABORT &&
            ((o->in[2] << 8) | o->in[3]) == o->request)
            return true;
    }
    return false;
}

enum out_result out_drain_input(struct out *o)
{
    unsigned char scrap[4096];
    for (int turns = 0; turns < 16; turns++) { /* a peer that floods us does not hold the loop */
        ssize_t n = recv(o->fd, scrap, sizeof scrap, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? OUT_SENT : OUT_GONE;
        if (n == 0 || saw_abort(o, scrap, (size_t)n))
            return OUT_GONE;
    }
    return OUT_SENT;
}

void out_close(struct out *o)
{
    if (o->fd >= 0)
        close(o->fd);
    o->fd = -1;
    buf_free(&o->rest);
}

static int set_nonblocking(int fd)
{
    int flags = fcntl(fd, F_GETFL);
    return flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK);
}

static void out_init(struct out *o, int fd, uint16_t request)
{
    *o = (struct out){.fd = fd, .request = request};
    buf_init(&o->rest, OUT_MAX_REST);
}

/* ---- taking a request in ---- */

struct intake *intake_new(int fd)
{
    struct intake *in = calloc(1, sizeof *in);
    if (!in || set_nonblocking(fd)) {
        free(in);
        close(fd);
        return NULL;
    }
    in->fd = fd;
    buf_init(&in->raw, HEADER_LEN + FCGI_MAX_CONTENT + UCHAR_MAX + 4096);
    buf_init(&in->params, GATEWAY_MAX_PARAMS);
    buf_init(&in->body, GATEWAY_MAX_BODY);
    return in;
}

/* Parameters hold passwords, tokens and cookies. */
static void free_wiped(struct buf *b)
{
    if (b->p)
        explicit_bzero(b->p, b->cap);
    buf_free(b);
}

void intake_free(struct intake *in)
{
    if (!in)
        return;
    if (in->fd >= 0)
        close(in->fd);
    free_wiped(&in->raw);
    free_wiped(&in->params);
    free_wiped(&in->body);
    free(in);
}

static enum intake_state refuse(struct intake *in, unsigned short status)
{
    in->refuse = status;
    return INTAKE_TOO_LARGE;
}

/* Reads a length of a name-value pair, section 3.4. Returns false when it is not whole. */
static bool pair_length(const unsigned char **p, const unsigned char *end, size_t *len)
{
    if (*p >= end)
        return false;
    if (**p < 0x80) {
        *len = *(*p)++;
        return true;
    }
    if (end - *p < 4)
        return false;
    *len = ((size_t)((*p)[0] & 0x7f) << 24) | ((size_t)(*p)[1] << 16) | ((size_t)(*p)[2] << 8) |
           (*p)[3];
    *p += 4;
    return true;
}

/* Every length fits what was sent, and nothing holds a NUL, where libfcgi would cut it: what is
 * left of a name could be another's. */
static enum intake_state check_pairs(struct intake *in)
{
    const unsigned char *p = (const unsigned char *)in->params.p;
    const unsigned char *end = in->params.len > 0 ? p + in->params.len : p;
    while (p < end) {
        size_t name, value;
        if (!pair_length(&p, end, &name) || !pair_length(&p, end, &value))
            return INTAKE_BAD;
        if (name > (size_t)(end - p) || value > (size_t)(end - p) - name)
            return INTAKE_BAD;
        if (memchr(p, 0, name + value))
            return refuse(in, 400);
        p += name + value;
    }
    return INTAKE_MORE;
}

static enum intake_state begin_request(struct intake *in, const unsigned char *h, size_t len)
{
    const unsigned char *content = h + HEADER_LEN;
    if (in->request != 0 || len < HEADER_LEN)
        return INTAKE_BAD; /* we take one request a connection */
    in->request = (uint16_t)((h[2] << 8) | h[3]);
    if (in->request == 0)
        return INTAKE_BAD;
    if (((content[0] << 8) | content[1]) == ROLE_RESPONDER)
        return INTAKE_MORE;
    unsigned char end[2 * HEADER_LEN] = {0};
    put_header(end, TYPE_END, in->request, HEADER_LEN);
    end[HEADER_LEN + 4] = UNKNOWN_ROLE;
    (void)!write(in->fd, end, sizeof end);
    return INTAKE_BAD;
}

/* One whole record. */
static enum intake_state take_record(struct intake *in, const unsigned char *h, size_t len)
{
    uint16_t id = (uint16_t)((h[2] << 8) | h[3]);
    if (h[1] == TYPE_BEGIN)
        return begin_request(in, h, len);
    if (id == 0)
        return INTAKE_MORE; /* management records, section 4: nothing we would answer */
    if (in->request == 0)
        return INTAKE_BAD;
    if (id != in->request)
        return INTAKE_MORE;
    switch (h[1]) {
    case TYPE_PARAMS:
        if (in->params_done)
            return INTAKE_BAD;
        if (len == 0) {
            in->params_done = true;
            return check_pairs(in);
        }
        return buf_add(&in->params, h + HEADER_LEN, len) ? refuse(in, 431) : INTAKE_MORE;
    case TYPE_STDIN:
        if (!in->params_done)
            return INTAKE_BAD;
        if (len == 0)
            return INTAKE_READY;
        return buf_add(&in->body, h + HEADER_LEN, len) ? refuse(in, 413) : INTAKE_MORE;
    default:
        return INTAKE_BAD; /* FCGI_ABORT_REQUEST too: nobody waits for an answer */
    }
}

/* Takes all whole records out of raw. */
static enum intake_state take_records(struct intake *in)
{
    size_t at = 0;
    enum intake_state state = INTAKE_MORE;
    while (state == INTAKE_MORE && in->raw.len - at >= HEADER_LEN) {
        const unsigned char *h = (const unsigned char *)in->raw.p + at;
        size_t len = ((size_t)h[4] << 8) | h[5];
        if (h[0] != FCGI_VERSION)
            return INTAKE_BAD;
        if (in->raw.len - at < HEADER_LEN + len + h[6])
            break;
        state = take_record(in, h, len);
        at += HEADER_LEN + len + h[6];
    }
    buf_drop(&in->raw, at);
    return state;
}

enum intake_state intake_read(struct intake *in)
{
    for (int turns = 0; turns < 64; turns++) {
        if (buf_room(&in->raw, 4096))
            return INTAKE_BAD;
        ssize_t n = recv(in->fd, in->raw.p + in->raw.len, 4096, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return INTAKE_MORE;
        if (n <= 0)
            return INTAKE_BAD;
        in->raw.len += (size_t)n;
        enum intake_state state = take_records(in);
        if (state != INTAKE_MORE)
            return state;
    }
    return INTAKE_MORE;
}

void intake_refuse(struct intake *in)
{
    static const char large_head[] =
        "Status: 431 Request Header Fields Too Large\r\nContent-Type: application/json\r\n\r\n"
        "{\"error\":\"request header fields too large\"}";
    static const char large_body[] =
        "Status: 413 Content Too Large\r\nContent-Type: application/json"
        "\r\n\r\n{\"error\":\"content too large\"}";
    static const char nul[] = "Status: 400 Bad Request\r\nContent-Type: application/json\r\n\r\n"
                              "{\"error\":\"request out of form\"}";
    const char *answer = in->refuse == 413 ? large_body : in->refuse == 400 ? nul : large_head;
    struct out o;
    out_init(&o, in->fd, in->request);
    out_send_bytes(&o, answer, strlen(answer));
    out_finish(&o);
    /* Closing with input unread would reset a TCP connection before the answer is read. */
    shutdown(o.fd, SHUT_WR);
    out_drain_input(&o);
    buf_free(&o.rest);
}

/* ---- one request ---- */

bool gateway_is_fastcgi(void)
{
    struct sockaddr_storage a;
    socklen_t len = sizeof a;
    return getpeername(STDIN_FILENO, (struct sockaddr *)&a, &len) < 0 && errno == ENOTCONN;
}

int gateway_init(void)
{
    return FCGX_Init() == 0 ? 0 : -1;
}

static int write_all(int fd, const void *p, size_t len)
{
    const char *at = p;
    while (len > 0) {
        ssize_t n = write(fd, at, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return -1;
        at += n;
        len -= (size_t)n;
    }
    return 0;
}

/* The checked request once more as FastCGI records, in memory, for libfcgi to parse: it can neither
 * block nor run short nor meet a length that is not there. A body of zeros follows: reading it
 * rinses the parameters, and what is secret in them, out of libfcgi's own buffer. */
static int request_image(const struct intake *in)
{
    int fd = memfd_create("request", MFD_CLOEXEC);
    if (fd < 0)
        return -1;
    unsigned char begin[2 * HEADER_LEN] = {0};
    put_header(begin, TYPE_BEGIN, in->request, HEADER_LEN);
    begin[HEADER_LEN + 1] = ROLE_RESPONDER;
    int bad = write_all(fd, begin, sizeof begin);
    for (size_t at = 0; !bad && at < in->params.len;) {
        size_t len =
            in->params.len - at < FCGI_MAX_CONTENT ? in->params.len - at : FCGI_MAX_CONTENT;
        unsigned char h[HEADER_LEN];
        put_header(h, TYPE_PARAMS, in->request, len);
        bad = write_all(fd, h, sizeof h) || write_all(fd, in->params.p + at, len);
        at += len;
    }
    static const unsigned char zeros[RINSE_BYTES];
    unsigned char ends[2 * HEADER_LEN], end[HEADER_LEN];
    put_header(ends, TYPE_PARAMS, in->request, 0);
    put_header(ends + HEADER_LEN, TYPE_STDIN, in->request, RINSE_BYTES);
    put_header(end, TYPE_STDIN, in->request, 0);
    if (bad || write_all(fd, ends, sizeof ends) || write_all(fd, zeros, sizeof zeros) ||
        write_all(fd, end, sizeof end) || lseek(fd, 0, SEEK_SET) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

static void rinse(FCGX_Stream *in)
{
    char zeros[1024];
    while (FCGX_GetStr(zeros, sizeof zeros, in) > 0)
        ;
}

struct exchange *gateway_begin(struct intake *in)
{
    struct exchange *x = calloc(1, sizeof *x);
    int image = x ? request_image(in) : -1;
    if (image < 0) {
        free(x);
        intake_free(in);
        return NULL;
    }
    out_init(&x->out, in->fd, in->request);
    in->fd = -1;
    /* What came behind the request in the same read, perhaps a part of a record. */
    bool aborted = saw_abort(&x->out, (const unsigned char *)in->raw.p, in->raw.len);
    intake_free(in);
    FCGX_InitRequest(&x->fcgx, -1, 0);
    x->fcgx.ipcFd = image;
    x->fcgx.keepConnection =
        1; /* or the accept would close image as the last request's connection */
    if (FCGX_Accept_r(&x->fcgx) != 0 || aborted) {
        gateway_end(x);
        return NULL;
    }
    rinse(x->fcgx.in);
    return x;
}

/* The body is nothing we would use, but where standard input and output are one socket (mod_cgid),
 * what is left unread resets the connection, and the answer with it. RFC 3875, section 4.2:
 * CONTENT_LENGTH bytes are there. */
static void read_cgi_body(void)
{
    char scrap[4096];
    uint64_t left = 0;
    slice_number(slice_of(getenv("CONTENT_LENGTH")), 1, GATEWAY_MAX_BODY, &left);
    while (left > 0) {
        ssize_t n = read(STDIN_FILENO, scrap, left < sizeof scrap ? (size_t)left : sizeof scrap);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        left -= (uint64_t)n;
    }
}

struct exchange *gateway_begin_cgi(void)
{
    read_cgi_body();
    struct exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    x->cgi = true;
    set_nonblocking(STDOUT_FILENO);
    out_init(&x->out, STDOUT_FILENO, 0);
    return x;
}

char *const *gateway_params(const struct exchange *x)
{
    return x->cgi ? environ : x->fcgx.envp;
}

const char *gateway_param(void *exchange, const char *name, unsigned nth)
{
    size_t len = strlen(name);
    for (char *const *p = gateway_params(exchange); *p; p++)
        if (strncmp(*p, name, len) == 0 && (*p)[len] == '=' && nth-- == 0)
            return *p + len + 1;
    return NULL;
}

void gateway_answer(struct exchange *x, struct slice head, struct slice body)
{
    struct iovec v[3] = {{(void *)(uintptr_t)head.p, head.len},
                         {(void *)(uintptr_t) "\r\n", 2},
                         {(void *)(uintptr_t)body.p, body.len}};
    out_send(&x->out, v, body.len > 0 ? 3 : 2);
    out_finish(&x->out);
}

struct out gateway_take_out(struct exchange *x)
{
    struct out o = x->out;
    x->out.fd = -1;
    buf_init(&x->out.rest, 0);
    return o;
}

/* Parameters that may hold a secret, by how they begin: RFC 3875, section 4.1, and Apache's copies.
 */
static bool may_be_secret(const char *param)
{
    static const char *const names[] = {"HTTP_", "REDIRECT_",
                                        "QUERY_STRING=", "REQUEST_URI=", "UNENCODED_URL="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(param, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* They leave memory with the request; as CGI that is the environment, which could be read in /proc
 * as long as the process lives. */
static void wipe_params(char *const *params)
{
    for (; params && *params; params++) {
        char *value = strchr(*params, '=');
        if (value && may_be_secret(*params))
            explicit_bzero(value + 1, strlen(value + 1));
    }
}

void gateway_end(struct exchange *x)
{
    if (!x)
        return;
    out_close(&x->out);
    wipe_params(gateway_params(x));
    if (!x->cgi) {
        FCGX_Free(&x->fcgx, 0);
        if (x->fcgx.ipcFd >= 0)
            close(x->fcgx.ipcFd);
    }
    free(x);
}

/* Frames that are gone hold pieces of it still: buffers, and copies in vector registers that the
 * dynamic linker spilled when it looked a function up. */
__attribute__((noinline)) void gateway_forget(void)
{
    char below[STACK_USED];
    explicit_bzero(below, sizeof below);
}
