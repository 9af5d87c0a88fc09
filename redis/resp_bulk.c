/* SPDX-License-Identifier: MIT */
/* resp_bulk: see resp_bulk.h. */
#include "redis/resp_bulk.h"

#include <stdlib.h>

/* Redis's own bound of a value (proto-max-bulk-len) by default. */
#define MAX_BULK (512ull * 1024 * 1024)
/* Elements of an array, at most: far more than any answer to what we ask. */
#define MAX_ARRAY (1024 * 1024)

struct blob *blob_new(size_t len)
{
    struct blob *b = len <= MAX_BULK ? malloc(sizeof *b + len) : NULL;
    if (b) {
        b->len = len;
        b->refs = 1;
    }
    return b;
}

struct blob *blob_ref(struct blob *b)
{
    b->refs++;
    return b;
}

void blob_unref(struct blob *b)
{
    if (b && --b->refs == 0)
        free(b);
}

void resp_bulk_reset(struct resp_bulk *d)
{
    blob_unref(d->filling);
    for (size_t i = 0; i < d->ndone; i++)
        blob_unref(d->done[i]);
    free(d->done);
    *d = (struct resp_bulk){.all = d->all};
}

char *resp_bulk_target(struct resp_bulk *d, size_t *len)
{
    *len = d->filling ? d->filling->len - d->filled : 0;
    return *len > 0 ? d->filling->bytes + d->filled : NULL;
}

void resp_bulk_filled(struct resp_bulk *d, size_t n)
{
    d->filled += n;
}

/* A body is done with, skip bytes of it and its line end aside: only now may the parser see its
 * placeholder, for an answer that ends with it is handed out at once. */
static int finish_body(struct resp_bulk *d, size_t skip)
{
    if (d->ndone == d->cap_done) {
        size_t cap = d->cap_done ? 2 * d->cap_done : 4;
        struct blob **grown = realloc(d->done, cap * sizeof(*grown));
        if (!grown)
            return -1;
        d->done = grown;
        d->cap_done = cap;
    }
    d->done[d->ndone++] = d->filling;
    d->filling = NULL;
    d->skip = skip;
    d->drop = true;
    return 0;
}

int resp_bulk_large(struct resp_bulk *d, bool keep)
{
    size_t len = d->large;
    d->large = 0;
    d->filled = 0;
    d->filling = blob_new(keep ? len : 0);
    if (!d->filling)
        return -1;
    return keep ? 0 : finish_body(d, len + 2);
}

/* A whole header "$N\r\n" or "*N\r\n" is in line. The parser makes room for as many elements as it
 * is told. */
static int take_header(struct resp_bulk *d, struct buf *out)
{
    uint64_t n = 0;
    size_t i = 1;
    for (; i < d->line_len && d->line[i] >= '0' && d->line[i] <= '9'; i++) {
        n = n * 10 + (uint64_t)(d->line[i] - '0');
        if (n > MAX_BULK)
            return -1;
    }
    bool array = d->line[0] == '*';
    bool digits = i > 1 && d->line[i] == '\r'; /* else "$-1": no body follows */
    size_t len = d->line_len;
    d->line_len = 0;
    if (array && digits && n > MAX_ARRAY)
        return -1;
    if (array || !digits || n <= (d->all ? 0 : RESP_BULK_LARGE)) {
        d->skip = digits && !array ? (size_t)n + 2 : 0;
        d->drop = false;
        return buf_add(out, d->line, len);
    }
    d->large = (size_t)n;
    return 0;
}

/* Bytes of a line; returns how many it used, 0 on failure. */
static size_t feed_line(struct resp_bulk *d, const char *p, size_t len, struct buf *out)
{
    if (!d->in_line && d->line_len == 0 && *p != '$' && *p != '*')
        d->in_line = true;
    const char *end = memchr(p, '\n', len);
    size_t n = end ? (size_t)(end - p) + 1 : len;
    if (d->in_line) {
        d->in_line = !end;
        return buf_add(out, p, n) ? 0 : n;
    }
    if (d->line_len + n > RESP_BULK_MAX_LINE)
        return 0;
    memcpy(d->line + d->line_len, p, n);
    d->line_len += n;
    return end && take_header(d, out) ? 0 : n;
}

/* Bytes of a body. */
static size_t feed_body(struct resp_bulk *d, const char *p, size_t len)
{
    size_t n = d->filling->len - d->filled < len ? d->filling->len - d->filled : len;
    memcpy(d->filling->bytes + d->filled, p, n);
    d->filled += n;
    return n;
}

/* Bytes that need no look. The placeholder follows when a dropped run is through. */
static int feed_skip(struct resp_bulk *d, const char *p, size_t n, struct buf *out)
{
    d->skip -= n;
    if (!d->drop)
        return buf_add(out, p, n);
    return d->skip == 0 ? buf_adds(out, "+\r\n") : 0;
}

ssize_t resp_bulk_feed(struct resp_bulk *d, const char *p, size_t len, struct buf *out)
{
    size_t at = 0;
    for (;;) {
        if (d->filling && d->filled == d->filling->len && finish_body(d, 2))
            return -1;
        if (at == len || d->large > 0)
            return (ssize_t)at;
        size_t left = len - at, n;
        if (d->filling) {
            n = feed_body(d, p + at, left);
        } else if (d->skip > 0) {
            n = d->skip < left ? d->skip : left;
            if (feed_skip(d, p + at, n, out))
                return -1;
        } else {
            n = feed_line(d, p + at, left, out);
            if (n == 0)
                return -1;
        }
        at += n;
    }
}

struct blob *resp_bulk_take(struct resp_bulk *d)
{
    if (d->ndone == 0)
        return NULL;
    struct blob *b = d->done[0];
    d->ndone--;
    memmove(d->done, d->done + 1, d->ndone * sizeof(*d->done));
    return b;
}
