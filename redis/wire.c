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

static char *put_end(char *at)
{
    *at++ = '\r';
    *at++ = '\n';
    return at;
}

/* Writes kind, a number and the line end. */
static char *put_head(char *at, char kind, size_t n)
{
    *at++ = kind;
    at += number_format(n, at);
    return put_end(at);
}

static char *put_word(char *at, struct slice word)
{
    at = put_head(at, '$', word.len);
    if (word.len > 0)
        memcpy(at, word.p, word.len);
    return put_end(at + word.len);
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
    char *at = put_head(out->p + out->len, '*', n);
    for (size_t i = 0; i < n; i++)
        at = put_word(at, words[i]);
    *at = '\0';
    out->len = (size_t)(at - out->p);
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
