/* SPDX-License-Identifier: MIT */
/* fcgi_reader: see fcgi_reader.h. */
#include "gateway/fcgi_reader.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/diag.h"
#include "gateway/fastcgi_wire.h"
#include "gateway/out.h"
#include "gateway/params.h"

struct fcgi_reader *fcgi_reader_new(int fd)
{
    struct fcgi_reader *in = calloc(1, sizeof *in);
    if (!in || out_set_nonblocking(fd)) {
        free(in);
        close(fd);
        return NULL;
    }
    in->fd = fd;
    buf_init(&in->raw, HEADER_LEN + FCGI_MAX_CONTENT + UCHAR_MAX + 4096);
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
    free(in);
}

static enum fcgi_reader_state refuse(struct fcgi_reader *in, unsigned short status)
{
    in->refuse = status;
    return FCGI_READER_TOO_LARGE;
}

/* No web server sends such a name by itself, so its configuration is wrong. */
static enum fcgi_reader_state refuse_name(struct fcgi_reader *in, struct slice name)
{
    diag(DIAG_WARNING, "fcgi", "refused: a parameter has the name %.*s",
         name.len < 100 ? (int)name.len : 100, name.p);
    return refuse(in, 400);
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

/* Every length must fit the bytes that arrived. A NUL is refused: libfcgi cuts names and values
 * there, and a cut name may be the name of another parameter. The same holds for '=' in a name:
 * libfcgi joins name and value by one. */
static enum fcgi_reader_state check_pairs(struct fcgi_reader *in)
{
    const unsigned char *p = (const unsigned char *)in->params.p;
    const unsigned char *end = in->params.len > 0 ? p + in->params.len : p;
    while (p < end) {
        size_t name, value;
        if (!pair_length(&p, end, &name) || !pair_length(&p, end, &value))
            return FCGI_READER_BAD;
        if (name > (size_t)(end - p) || value > (size_t)(end - p) - name)
            return FCGI_READER_BAD;
        if (!params_name_fits(slice_make((const char *)p, name)))
            return refuse_name(in, slice_make((const char *)p, name));
        if (memchr(p, 0, name + value))
            return refuse(in, 400);
        p += name + value;
    }
    return FCGI_READER_MORE;
}

static enum fcgi_reader_state begin_request(struct fcgi_reader *in, const unsigned char *h,
                                            size_t len)
{
    const unsigned char *content = h + HEADER_LEN;
    if (in->request != 0 || len < HEADER_LEN)
        return FCGI_READER_BAD; /* a connection carries one request */
    in->request = (uint16_t)((h[2] << 8) | h[3]);
    if (in->request == 0)
        return FCGI_READER_BAD;
    if (((content[0] << 8) | content[1]) == ROLE_RESPONDER)
        return FCGI_READER_MORE;
    unsigned char end[2 * HEADER_LEN] = {0};
    put_header(end, TYPE_END, in->request, HEADER_LEN);
    end[HEADER_LEN + 4] = UNKNOWN_ROLE;
    (void)!write(in->fd, end, sizeof end);
    return FCGI_READER_BAD;
}

static enum fcgi_reader_state take_record(struct fcgi_reader *in, const unsigned char *h,
                                          size_t len)
{
    uint16_t id = (uint16_t)((h[2] << 8) | h[3]);
    if (h[1] == TYPE_BEGIN)
        return begin_request(in, h, len);
    if (id == 0)
        return FCGI_READER_MORE; /* management records (section 4) are ignored */
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
        return buf_add(&in->params, h + HEADER_LEN, len) ? refuse(in, 431) : FCGI_READER_MORE;
    case TYPE_STDIN:
        if (!in->params_done)
            return FCGI_READER_BAD;
        if (len == 0)
            return FCGI_READER_READY;
        return buf_add(&in->body, h + HEADER_LEN, len) ? refuse(in, 413) : FCGI_READER_MORE;
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

enum fcgi_reader_state fcgi_reader_read(struct fcgi_reader *in)
{
    for (int turns = 0; turns < 64; turns++) {
        if (buf_room(&in->raw, 4096))
            return FCGI_READER_BAD;
        ssize_t n = recv(in->fd, in->raw.p + in->raw.len, 4096, 0);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && errno == EAGAIN)
            return FCGI_READER_MORE;
        if (n <= 0)
            return FCGI_READER_BAD;
        in->raw.len += (size_t)n;
        enum fcgi_reader_state state = take_records(in);
        if (state != FCGI_READER_MORE)
            return state;
    }
    return FCGI_READER_MORE;
}

void fcgi_reader_refuse(struct fcgi_reader *in)
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
    /* A close with unread input resets a TCP connection, and the peer may lose the answer. */
    shutdown(o.fd, SHUT_WR);
    out_drain_input(&o);
    buf_free(&o.rest);
}
