/* SPDX-License-Identifier: MIT */
/* resp_bulk: see resp_bulk.h. */
#include "redis/resp_bulk.h"

#include <stdlib.h>

/* Redis's default maximum of a value (proto-max-bulk-len). */
#define MAX_BULK (512ull * 1024 * 1024)
/* Maximum of elements in an array: far more than any reply to our commands has. */
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

void resp_bulk_reset(struct resp_bulk *bulk)
{
    blob_unref(bulk->filling);
    for (size_t i = 0; i < bulk->ndone; i++)
        blob_unref(bulk->done[i]);
    free(bulk->done);
    *bulk = (struct resp_bulk){.all = bulk->all};
}

char *resp_bulk_target(struct resp_bulk *bulk, size_t *len)
{
    *len = bulk->filling ? bulk->filling->len - bulk->filled : 0;
    return *len > 0 ? bulk->filling->bytes + bulk->filled : NULL;
}

void resp_bulk_filled(struct resp_bulk *bulk, size_t n)
{
    bulk->filled += n;
}

/* The body is in its blob, or is to be dropped: skip is what still arrives of it, with its line
 * end. The placeholder follows after that: a reply that ends with it is delivered at once. */
static int finish_body(struct resp_bulk *bulk, size_t skip)
{
    if (bulk->ndone == bulk->cap_done) {
        size_t cap = bulk->cap_done ? 2 * bulk->cap_done : 4;
        struct blob **grown = realloc(bulk->done, cap * sizeof(*grown));
        if (!grown)
            return -1;
        bulk->done = grown;
        bulk->cap_done = cap;
    }
    bulk->done[bulk->ndone++] = bulk->filling;
    bulk->filling = NULL;
    bulk->skip = skip;
    bulk->drop = true;
    return 0;
}

int resp_bulk_large(struct resp_bulk *bulk, bool keep)
{
    size_t len = bulk->large;
    bulk->large = 0;
    bulk->filled = 0;
    bulk->filling = blob_new(keep ? len : 0);
    if (!bulk->filling)
        return -1;
    return keep ? 0 : finish_body(bulk, len + 2);
}

/* line holds a complete header, "$N\r\n" or "*N\r\n". The parser allocates as many elements as an
 * array header announces, so their number is checked here. */
static int take_header(struct resp_bulk *bulk, struct buf *out)
{
    uint64_t n = 0;
    size_t i = 1;
    for (; i < bulk->line_len && bulk->line[i] >= '0' && bulk->line[i] <= '9'; i++) {
        n = n * 10 + (uint64_t)(bulk->line[i] - '0');
        if (n > MAX_BULK)
            return -1;
    }
    bool array = bulk->line[0] == '*';
    bool digits = i > 1 && bulk->line[i] == '\r'; /* else "$-1": no body follows */
    size_t len = bulk->line_len;
    bulk->line_len = 0;
    if (array && digits && n > MAX_ARRAY)
        return -1;
    if (array || !digits || n <= (bulk->all ? 0 : RESP_BULK_LARGE)) {
        bulk->skip = digits && !array ? (size_t)n + 2 : 0;
        bulk->drop = false;
        return buf_add(out, bulk->line, len);
    }
    bulk->large = (size_t)n;
    return 0;
}

/* Returns how many bytes of a line it used, 0 on failure. */
static size_t feed_line(struct resp_bulk *bulk, const char *p, size_t len, struct buf *out)
{
    if (!bulk->in_line && bulk->line_len == 0 && *p != '$' && *p != '*')
        bulk->in_line = true;
    const char *end = memchr(p, '\n', len);
    size_t n = end ? (size_t)(end - p) + 1 : len;
    if (bulk->in_line) {
        bulk->in_line = !end;
        return buf_add(out, p, n) ? 0 : n;
    }
    if (bulk->line_len + n > RESP_BULK_MAX_LINE)
        return 0;
    memcpy(bulk->line + bulk->line_len, p, n);
    bulk->line_len += n;
    return end && take_header(bulk, out) ? 0 : n;
}

static size_t feed_body(struct resp_bulk *bulk, const char *p, size_t len)
{
    size_t n = bulk->filling->len - bulk->filled < len ? bulk->filling->len - bulk->filled : len;
    memcpy(bulk->filling->bytes + bulk->filled, p, n);
    bulk->filled += n;
    return n;
}

/* Passes on or drops n bytes. After the last dropped byte comes the placeholder. */
static int feed_skip(struct resp_bulk *bulk, const char *p, size_t n, struct buf *out)
{
    bulk->skip -= n;
    if (!bulk->drop)
        return buf_add(out, p, n);
    return bulk->skip == 0 ? buf_adds(out, "+\r\n") : 0;
}

ssize_t resp_bulk_feed(struct resp_bulk *bulk, const char *p, size_t len, struct buf *out)
{
    size_t at = 0;
    for (;;) {
        if (bulk->filling && bulk->filled == bulk->filling->len && finish_body(bulk, 2))
            return -1;
        if (at == len || bulk->large > 0)
            return (ssize_t)at;
        size_t left = len - at, n;
        if (bulk->filling) {
            n = feed_body(bulk, p + at, left);
        } else if (bulk->skip > 0) {
            n = bulk->skip < left ? bulk->skip : left;
            if (feed_skip(bulk, p + at, n, out))
                return -1;
        } else {
            n = feed_line(bulk, p + at, left, out);
            if (n == 0)
                return -1;
        }
        at += n;
    }
}

bool resp_bulk_is_empty(const struct resp_bulk *bulk)
{
    return !bulk->filling && bulk->large == 0 && bulk->skip == 0 && bulk->line_len == 0 &&
           !bulk->in_line && bulk->ndone == 0;
}

struct blob *resp_bulk_take(struct resp_bulk *bulk)
{
    if (bulk->ndone == 0)
        return NULL;
    struct blob *b = bulk->done[0];
    bulk->ndone--;
    memmove(bulk->done, bulk->done + 1, bulk->ndone * sizeof(*bulk->done));
    return b;
}
