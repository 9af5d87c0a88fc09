/* SPDX-License-Identifier: MIT */
/* fcgi_reader: see fcgi_reader.h. */
#include "gateway/fcgi_reader.h"

#include <errno.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/diag.h"
#include "gateway/fastcgi_wire.h"
#include "gateway/out.h"
#include "gateway/params.h"

#define READ_HEAD 4096 /* bytes of one read */
#define READ_BODY (16 * 1024)

#define LOG_EVERY_MS 60000

struct fcgi_reader *fcgi_reader_new(int fd)
{
    struct fcgi_reader *in = calloc(1, sizeof *in);
    if (!in || out_set_nonblocking(fd)) {
        free(in);
        close(fd);
        return NULL;
    }
    in->fd = fd;
    buf_init(&in->raw, HEADER_LEN + FCGI_MAX_CONTENT + UCHAR_MAX + READ_BODY);
    buf_init(&in->params, FCGI_READER_MAX_PARAMS);
    buf_init(&in->body, FCGI_READER_MAX_BODY);
    return in;
}

/* Parameters hold passwords, tokens and cookies. */
static void free_wiped(struct buf *b)
{
    if (b->p)
        explicit_bzero(b->p, b->cap);
    buf_free(b);
}

void fcgi_reader_free(struct fcgi_reader *in)
{
    if (!in)
        return;
    if (in->fd >= 0)
        close(in->fd);
    free_wiped(&in->raw);
    free_wiped(&in->params);
    free_wiped(&in->body);
    bodies_give(in->charged);
    free(in);
}

static enum fcgi_reader_state refuse(struct fcgi_reader *in, enum fcgi_reader_refusal why)
{
    in->refusal = why;
    return FCGI_READER_REFUSED;
}

static enum fcgi_reader_state refuse_full(struct fcgi_reader *in, const struct buf *b,
                                          enum fcgi_reader_refusal why)
{
    return refuse(in, b->starved ? REFUSAL_MEMORY : why);
}

/* No web server sends such a name by itself, so its configuration is wrong. */
static enum fcgi_reader_state refuse_name(struct fcgi_reader *in, struct slice name)
{
    diag(DIAG_WARNING, "fcgi", "refused: a parameter has the name %.*s",
         name.len < 100 ? (int)name.len : 100, name.p);
    return refuse(in, REFUSAL_MALFORMED);
}

/* Reads a length of a name-value pair (section 3.4). False: it is incomplete. */
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

/* Reads the lengths of a name-value pair, which follows at *p. False: it is not all there. */
static bool read_pair(const unsigned char **p, const unsigned char *end, size_t *name,
                      size_t *value)
{
    return pair_length(p, end, name) && pair_length(p, end, value) && *name <= (size_t)(end - *p) &&
           *value <= (size_t)(end - *p) - *name;
}

/* Every length must fit the bytes that arrived. A NUL is refused: libfcgi cuts names and values
 * there, and a cut name may be the name of another parameter. The same holds for '=' in a name:
 * libfcgi joins name and value by one. A large body has room if its path takes records, and the
 * options may allow that. */
static enum fcgi_reader_state check_pairs(struct fcgi_reader *in)
{
    const unsigned char *p = (const unsigned char *)in->params.p;
    const unsigned char *end = in->params.len > 0 ? p + in->params.len : p;
    bool takes = false, may = bodies_expected();
    while (p < end) {
        size_t len, value_len;
        if (!read_pair(&p, end, &len, &value_len))
            return FCGI_READER_BAD;
        struct slice name = {(const char *)p, len}, value = {name.p + len, value_len};
        if (!params_name_fits(name))
            return refuse_name(in, name);
        if (memchr(p, 0, len + value_len))
            return refuse(in, REFUSAL_MALFORMED);
        takes = takes || params_takes_records(name, value);
        may = may || params_may_append(name);
        p += len + value_len;
    }
    if (takes && may)
        in->body.max = (uint32_t)bodies_most();
    return FCGI_READER_MORE;
}

/* ---- answers of the connection itself ---- */

/* The peer has nothing else to read yet, so a record that does not fit ends the connection. */
static enum fcgi_reader_state answer(const struct fcgi_reader *in, const void *record, size_t len)
{
    return send(in->fd, record, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len ? FCGI_READER_MORE
                                                                                  : FCGI_READER_BAD;
}

static enum fcgi_reader_state end_other_request(const struct fcgi_reader *in, uint16_t request,
                                                int status)
{
    unsigned char end[END_LEN];
    put_end(end, request, status);
    return answer(in, end, sizeof end);
}

/* Writes the value of a variable that we know (section 4.1) to value. Each connection is one
 * descriptor, so their limit is that of connections. */
static bool variable(struct slice name, char value[24])
{
    struct rlimit files;
    if (slice_equal(name, slice_of("FCGI_MPXS_CONNS")))
        snprintf(value, 24, "0");
    else if ((slice_equal(name, slice_of("FCGI_MAX_CONNS")) ||
              slice_equal(name, slice_of("FCGI_MAX_REQS"))) &&
             getrlimit(RLIMIT_NOFILE, &files) == 0)
        snprintf(value, 24, "%d", files.rlim_cur < INT32_MAX ? (int)files.rlim_cur : INT32_MAX);
    else
        return false;
    return true;
}

/* Answers FCGI_GET_VALUES with the variables that we know, as often as the peer named them. */
static enum fcgi_reader_state get_values(const struct fcgi_reader *in, struct slice content)
{
    const unsigned char *p = (const unsigned char *)content.p, *end = p + content.len;
    struct buf b;
    enum fcgi_reader_state state = FCGI_READER_BAD;
    buf_init(&b, HEADER_LEN + FCGI_MAX_CONTENT);
    if (buf_room(&b, HEADER_LEN))
        return state;
    b.len = HEADER_LEN;
    while (p < end) {
        size_t name_len, value_len;
        char value[24];
        if (!read_pair(&p, end, &name_len, &value_len))
            goto out;
        struct slice name = slice_make((const char *)p, name_len);
        if (variable(name, value)) {
            buf_addf(&b, "%c%c", (char)name_len, (char)strlen(value));
            buf_add(&b, name.p, name.len);
            buf_adds(&b, value);
        }
        p += name_len + value_len;
    }
    put_header((unsigned char *)b.p, TYPE_GET_VALUES_RESULT, 0, b.len - HEADER_LEN);
    state = b.failed ? FCGI_READER_BAD : answer(in, b.p, b.len);
out:
    buf_free(&b);
    return state;
}

/* Records of no request (section 4). */
static enum fcgi_reader_state manage(const struct fcgi_reader *in, const unsigned char *h,
                                     size_t len)
{
    unsigned char unknown[2 * HEADER_LEN] = {0};
    if (h[1] == TYPE_GET_VALUES)
        return get_values(in, slice_make((const char *)h + HEADER_LEN, len));
    put_header(unknown, TYPE_UNKNOWN, 0, HEADER_LEN);
    unknown[HEADER_LEN] = h[1];
    return answer(in, unknown, sizeof unknown);
}

/* ---- records ---- */

static enum fcgi_reader_state begin_request(struct fcgi_reader *in, const unsigned char *h,
                                            size_t len)
{
    const unsigned char *content = h + HEADER_LEN;
    uint16_t request = header_request(h);
    if (request == in->request || request == 0 || len < HEADER_LEN)
        return FCGI_READER_BAD;
    if (in->request != 0) /* a connection carries one request */
        return end_other_request(in, request, CANT_MPX_CONN);
    in->request = request;
    if (((content[0] << 8) | content[1]) == ROLE_RESPONDER)
        return FCGI_READER_MORE;
    end_other_request(in, request, UNKNOWN_ROLE);
    return FCGI_READER_BAD;
}

/* A large body counts among those of all requests. */
static enum fcgi_reader_state take_body(struct fcgi_reader *in, const unsigned char *p, size_t len)
{
    if (buf_add(&in->body, p, len))
        return refuse_full(in, &in->body, REFUSAL_BODY);
    size_t large = in->body.cap > BODIES_SMALL + 1 ? in->body.cap : 0;
    if (large <= in->charged)
        return FCGI_READER_MORE;
    if (!bodies_take(large - in->charged))
        return refuse(in, REFUSAL_BODIES);
    in->charged = large;
    return FCGI_READER_MORE;
}

static enum fcgi_reader_state take_record(struct fcgi_reader *in, const unsigned char *h,
                                          size_t len)
{
    uint16_t id = header_request(h);
    if (h[1] == TYPE_BEGIN)
        return begin_request(in, h, len);
    if (id == 0)
        return manage(in, h, len);
    if (in->request == 0)
        return FCGI_READER_BAD;
    if (id != in->request)
        return FCGI_READER_MORE;
    switch (h[1]) {
    case TYPE_PARAMS:
        if (in->params_done)
            return FCGI_READER_BAD;
        if (len == 0) {
            in->params_done = true;
            return check_pairs(in);
        }
        return buf_add(&in->params, h + HEADER_LEN, len)
                   ? refuse_full(in, &in->params, REFUSAL_PARAMS)
                   : FCGI_READER_MORE;
    case TYPE_STDIN:
        if (!in->params_done)
            return FCGI_READER_BAD;
        if (len == 0)
            return FCGI_READER_READY;
        return take_body(in, h + HEADER_LEN, len);
    default:
        return FCGI_READER_BAD; /* also FCGI_ABORT_REQUEST: the peer wants no answer */
    }
}

/* Handles and removes all complete records in raw. */
static enum fcgi_reader_state take_records(struct fcgi_reader *in)
{
    size_t at = 0;
    enum fcgi_reader_state state = FCGI_READER_MORE;
    while (state == FCGI_READER_MORE && in->raw.len - at >= HEADER_LEN) {
        const unsigned char *h = (const unsigned char *)in->raw.p + at;
        size_t len = ((size_t)h[4] << 8) | h[5];
        if (h[0] != FCGI_VERSION)
            return FCGI_READER_BAD;
        if (in->raw.len - at < HEADER_LEN + len + h[6])
            break;
        state = take_record(in, h, len);
        at += HEADER_LEN + len + h[6];
    }
    buf_drop(&in->raw, at);
    return state;
}

/* Handles n bytes that were added to raw. */
static enum fcgi_reader_state take_bytes(struct fcgi_reader *in, size_t n)
{
    if (!in->refused) {
        in->raw.len += n;
        return take_records(in);
    }
    in->dropped += n;
    return in->dropped < BODIES_DROPPED ? FCGI_READER_MORE : FCGI_READER_BAD;
}

enum fcgi_reader_state fcgi_reader_read(struct fcgi_reader *in)
{
    for (int turns = 0; turns < 64; turns++) {
        size_t room = in->params_done ? READ_BODY : READ_HEAD;
        if (buf_room(&in->raw, room))
            return FCGI_READER_BAD;
        ssize_t n = recv(in->fd, in->raw.p + in->raw.len, room, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return FCGI_READER_MORE;
        if (n <= 0)
            return FCGI_READER_BAD;
        enum fcgi_reader_state state = take_bytes(in, (size_t)n);
        if (state != FCGI_READER_MORE)
            return state;
    }
    return FCGI_READER_MORE;
}

#define LATER "\r\nRetry-After: 5" /* seconds */

/* The status, its text and more headers, the error, and the line of the log; NULL: it was written
 * already. */
static const struct {
    int status;
    const char *text, *error, *line;
} refusals[REFUSAL_COUNT] = {
    [REFUSAL_PARAMS] = {431, "Request Header Fields Too Large", "request header fields too large",
                        "the headers and parameters of a request are too large"},
    [REFUSAL_BODY] = {413, "Content Too Large", "content too large",
                      "the body of a request is too large"},
    [REFUSAL_BODIES] = {503, "Service Unavailable" LATER, "too many large bodies arrive",
                        "large bodies have all of SSELOG_MAX_MEMORY"},
    [REFUSAL_MEMORY] = {503, "Service Unavailable" LATER, "out of memory",
                        "there is no memory for a request"},
    [REFUSAL_LATE] = {408, "Request Timeout", "the request did not arrive in time",
                      "a request did not arrive in time"},
    [REFUSAL_MANY] = {503, "Service Unavailable" LATER, "too many requests arrive slowly",
                      "too many requests are incomplete"},
    [REFUSAL_MALFORMED] = {400, "Bad Request", "malformed request", NULL},
};
static _Atomic uint64_t refused[REFUSAL_COUNT];

/* Clients can cause these lines, so each comes once a minute at most. The main thread reads all
 * requests. */
static void log_refusal(enum fcgi_reader_refusal why)
{
    static int64_t logged[REFUSAL_COUNT];
    int64_t now = clock_ms();
    if (!refusals[why].line || (logged[why] != 0 && now - logged[why] < LOG_EVERY_MS))
        return;
    logged[why] = now;
    diag(DIAG_WARNING, "fcgi", "refused: %s", refusals[why].line);
}

void fcgi_reader_refuse(struct fcgi_reader *in, enum fcgi_reader_refusal why)
{
    char answer[256];
    refused[why]++;
    log_refusal(why);
    int len = snprintf(answer, sizeof answer,
                       "Status: %d %s\r\nContent-Type: application/json\r\n\r\n{\"error\":\"%s\"}",
                       refusals[why].status, refusals[why].text, refusals[why].error);
    struct out o;
    out_init(&o, in->fd, in->request);
    out_send_bytes(&o, answer, (size_t)len);
    out_finish(&o);
    buf_free(&o.rest);
    shutdown(in->fd, SHUT_WR); /* the peer sees the end, and closes when it has sent its request */
    free_wiped(&in->raw);
    free_wiped(&in->params);
    free_wiped(&in->body);
    bodies_give(in->charged);
    in->charged = 0;
    in->refused = true;
}

int fcgi_reader_status(enum fcgi_reader_refusal why)
{
    return refusals[why].status;
}

uint64_t fcgi_reader_refused(enum fcgi_reader_refusal why)
{
    return refused[why];
}
