/* SPDX-License-Identifier: MIT */
/* wire: see wire.h. */
#include "redis/wire.h"

#include <errno.h>
#include <sys/socket.h>

#include "redis/tls.h"

#define WIRE_MAX  (16u * 1024 * 1024)
#define WIRE_HEAD 24 /* "$", a number and its line end, the word's line end */

void wire_init(struct buf *out)
{
    buf_init(out, WIRE_MAX);
    out->secret = true;
}

/* Writes kind, a number and the line end. */
static void add_head(struct buf *out, char kind, size_t n)
{
    char head[WIRE_HEAD] = {kind};
    size_t len = 1 + number_format(n, head + 1);
    head[len++] = '\r';
    head[len++] = '\n';
    buf_add(out, head, len);
}

int wire_add(struct buf *out, const struct slice *words, size_t n)
{
    size_t len = WIRE_HEAD;
    for (size_t i = 0; i < n; i++)
        len += words[i].len + WIRE_HEAD + 2;
    if (buf_room(out, len)) {
        out->failed = false; /* the commands before this one are complete */
        return -1;
    }
    add_head(out, '*', n);
    for (size_t i = 0; i < n; i++) {
        add_head(out, '$', words[i].len);
        buf_add(out, words[i].p, words[i].len);
        buf_adds(out, "\r\n");
    }
    return 0;
}

int wire_write(int fd, struct ssl_st *tls, struct buf *out)
{
    while (out->len > 0) {
        ssize_t n = tls ? redis_tls_write(tls, out->p, out->len)
                        : send(fd, out->p, out->len, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return errno == EAGAIN ? 0 : -1;
        buf_drop(out, (size_t)n);
    }
    buf_free(out);
    return 0;
}
