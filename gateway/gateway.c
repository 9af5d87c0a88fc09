/* SPDX-License-Identifier: MIT */
/* gateway: see gateway.h. */
#include "gateway/gateway.h"

#include <errno.h>
#include <fcgiapp.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "gateway/fastcgi_wire.h"
#include "gateway/params.h"

extern char **environ;

/* More than the input buffer of libfcgi (8 kB): see request_image. */
#define RINSE_BYTES 16384

/* Under CGI, for the next bytes of a body without a length. */
#define CHUNK_MS 10000

/* Of a thread's stack, by a request; an estimate. */
#define STACK_USED (16 * 1024)

struct exchange {
    struct out out;
    bool cgi;
    struct buf body;
    size_t charged; /* bytes of body that count in bodies.h */
    bool too_large; /* CGI: the body was over its limit, and was not kept */
    FCGX_Request fcgx;
};

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

/* Writes the checked request as FastCGI records to a file in memory, for libfcgi to parse. There it
 * cannot block, and every length is right. A body of zeros follows: after it was read, the input
 * buffer of libfcgi no longer holds the parameters and their secrets. */
static int request_image(const struct fcgi_reader *in)
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

struct exchange *gateway_begin(struct fcgi_reader *in)
{
    struct exchange *x = calloc(1, sizeof *x);
    int image = x ? request_image(in) : -1;
    if (image < 0) {
        free(x);
        fcgi_reader_free(in);
        return NULL;
    }
    out_init(&x->out, in->fd, in->request);
    in->fd = -1;
    x->body = in->body;
    x->charged = in->charged;
    buf_init(&in->body, 0);
    in->charged = 0;
    /* Bytes that arrived after the request in the same read; perhaps a part of a record. */
    bool aborted = out_take_input(&x->out, in->raw.p, in->raw.len);
    fcgi_reader_free(in);
    FCGX_InitRequest(&x->fcgx, -1, 0);
    x->fcgx.ipcFd = image;
    x->fcgx.keepConnection = 1; /* else FCGX_Accept_r closes image as an old connection */
    if (FCGX_Accept_r(&x->fcgx) != 0 || aborted) {
        gateway_end(x);
        return NULL;
    }
    rinse(x->fcgx.in);
    return x;
}

/* Whether the path of this process takes records. */
static bool takes_records(void)
{
    static const char *const names[] = {"PATH_INFO", "SCRIPT_NAME"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (params_takes_records(slice_of(names[i]), slice_of(getenv(names[i]))))
            return true;
    return false;
}

/* Drops a body that came in chunks. Apache passes it on without a length, up to the end of file,
 * which also comes when the client breaks off: nobody could tell whether it is complete. */
static void drop_cgi_chunks(void)
{
    char scrap[16 * 1024];
    struct pollfd p = {.fd = STDIN_FILENO, .events = POLLIN};
    for (size_t dropped = 0; dropped < BODIES_DROPPED;) {
        int ready = poll(&p, 1, CHUNK_MS);
        ssize_t n = ready > 0 ? read(STDIN_FILENO, scrap, sizeof scrap) : ready;
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        dropped += (size_t)n;
    }
}

/* CONTENT_LENGTH bytes arrive (RFC 3875, section 4.2). mod_cgid uses one socket for standard input
 * and output: a close with unread input resets it, and the response is lost. So a body that is not
 * wanted, or too large, is read too, up to a limit. */
static void read_cgi_body(struct exchange *x)
{
    char scrap[16 * 1024];
    uint64_t left = 0;
    buf_init(&x->body, bodies_expected() && takes_records() ? bodies_most() : 0);
    slice_number(slice_of(getenv("CONTENT_LENGTH")), 1, UINT64_MAX, &left);
    x->too_large = left > x->body.max;
    left = left < BODIES_DROPPED ? left : BODIES_DROPPED;
    if (!getenv("CONTENT_LENGTH") && getenv("HTTP_TRANSFER_ENCODING"))
        drop_cgi_chunks();
    while (left > 0) {
        ssize_t n = read(STDIN_FILENO, scrap, left < sizeof scrap ? (size_t)left : sizeof scrap);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return;
        left -= (uint64_t)n;
        if (!x->too_large)
            buf_add(&x->body, scrap, (size_t)n);
    }
}

struct exchange *gateway_begin_cgi(void)
{
    struct exchange *x = calloc(1, sizeof *x);
    if (!x)
        return NULL;
    read_cgi_body(x);
    x->cgi = true;
    out_set_nonblocking(STDOUT_FILENO);
    out_init(&x->out, STDOUT_FILENO, 0);
    return x;
}

enum gateway_body gateway_body(const struct exchange *x, struct slice *body)
{
    *body = buf_slice(&x->body);
    return x->too_large ? BODY_LARGE : x->body.failed ? BODY_NO_MEMORY : BODY_WHOLE;
}

char *const *gateway_params(const struct exchange *x)
{
    return x->cgi ? environ : x->fcgx.envp;
}

const char *gateway_param(void *exchange, const char *name, unsigned nth)
{
    return params_find(gateway_params(exchange), name, nth);
}

void gateway_answer(struct exchange *x, struct slice head, struct slice body)
{
    struct iovec v[3] = {{(void *)(uintptr_t)head.p, head.len},
                         {(void *)(uintptr_t) "\r\n", 2},
                         {(void *)(uintptr_t)body.p, body.len}};
    out_send(&x->out, v, body.len > 0 ? 3 : 2);
    out_finish(&x->out);
}

/* A peer that only stopped sending still wants its answer, so the end of its bytes is no sign. */
bool gateway_is_gone(const struct exchange *x)
{
    struct pollfd p = {.fd = x->out.fd};
    return poll(&p, 1, 0) > 0 && p.revents & (POLLHUP | POLLERR);
}

struct out *gateway_out(struct exchange *x)
{
    return &x->out;
}

enum gateway_peer gateway_peer(struct exchange *x, int wait_ms)
{
    struct pollfd p = {.fd = x->out.fd, .events = POLLOUT};
    bool asks = x->out.request != 0; /* as CGI, fd 1 is only written */
    if (x->out.fd < 0 || (asks && out_drain_input(&x->out) == OUT_GONE))
        return PEER_GONE;
    p.events = asks ? POLLOUT | POLLRDHUP : POLLOUT;
    int n = poll(&p, 1, wait_ms);
    if (n > 0 && p.revents & (POLLHUP | POLLERR | POLLRDHUP))
        return PEER_GONE;
    return n > 0 && p.revents & POLLOUT ? PEER_READY : PEER_FULL;
}

struct out gateway_take_out(struct exchange *x)
{
    struct out o = x->out;
    x->out.fd = -1;
    buf_init(&x->out.rest, 0);
    return o;
}

/* Parameters that may hold a secret (RFC 3875, section 4.1), and Apache's copies of them. */
static bool may_be_secret(const char *param)
{
    static const char *const names[] = {"HTTP_", "REDIRECT_",
                                        "QUERY_STRING=", "REQUEST_URI=", "UNENCODED_URL="};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strncmp(param, names[i], strlen(names[i])) == 0)
            return true;
    return false;
}

/* Secrets must not stay in memory after the request. As CGI they are in the environment, which
 * /proc shows until the process ends. */
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
    buf_free(&x->body);
    bodies_give(x->charged);
    if (!x->cgi) {
        FCGX_Free(&x->fcgx, 0);
        if (x->fcgx.ipcFd >= 0)
            close(x->fcgx.ipcFd);
    }
    free(x);
}

/* Stack frames of finished functions still hold parts of a request: buffers, and vector registers
 * that the dynamic linker saved while it resolved a symbol. */
__attribute__((noinline)) void gateway_forget(void)
{
    char below[STACK_USED];
    explicit_bzero(below, sizeof below);
}
