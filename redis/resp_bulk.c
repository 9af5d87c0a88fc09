/* SPDX-License-Identifier: MIT */
/* resp_bulk: see resp_bulk.h. */
#include "redis/resp_bulk.h"

#include <stdlib.h>

/* Redis's default maximum of a value (proto-max-bulk-len). */
#define MAX_BULK (512ull * 1024 * 1024)

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
    bulk->filling = blob_new(keep ? len : 0);
    if (!bulk->filling)
        return -1;
    bulk->large = 0;
    bulk->filled = 0;
    return keep ? 0 : finish_body(bulk, len + 2);
}

/* The longest body that the parser gets now. */
static size_t longest_body(const struct resp_bulk *bulk)
{
    return bulk->all ? 0 : bulk->passed > RESP_BULK_MUCH ? RESP_BULK_SHORT : RESP_BULK_LARGE;
}

/* The parser allocates as many elements as the header of an array announces: so their number is
 * checked here. */
static int take_array(struct resp_bulk *bulk, uint64_t n)
{
    if (n > RESP_BULK_ELEMENTS - bulk->elements)
        return -1;
    bulk->elements += (size_t)n;
    return 0;
}

/* line is a complete header: "$N\r\n" or "*N\r\n", or with -1 nil. Anything else is malformed: the
 * parser might read it in another way. The header is for the parser, unless bulk->large is set. */
static int take_header(struct resp_bulk *bulk, const char *line, size_t len)
{
    uint64_t n = 0;
    size_t i = 1;
    if (len == 5 && memcmp(line + 1, "-1\r\n", 4) == 0)
        return 0;
    for (; i < len && line[i] >= '0' && line[i] <= '9'; i++) {
        n = n * 10 + (uint64_t)(line[i] - '0');
        if (n > MAX_BULK)
            return -1;
    }
    if (i == 1 || i + 2 != len || line[i] != '\r' || len > RESP_BULK_MAX_LINE)
        return -1;
    if (line[0] == '*')
        return take_array(bulk, n);
    if (n <= longest_body(bulk)) {
        bulk->skip = (size_t)n + 2;
        bulk->passed += (size_t)n;
        bulk->drop = false;
    } else {
        bulk->large = (size_t)n;
    }
    return 0;
}

/* ---- pieces: how many bytes of p each takes; 0: malformed ---- */

/* How many bytes of p belong to a line of text; as for the parser, a lone line feed does not end
 * it. */
static size_t text_length(const struct resp_bulk *bulk, const char *p, size_t len, bool *ends)
{
    for (size_t at = 0; at < len;) {
        const char *lf = memchr(p + at, '\n', len - at);
        if (!lf)
            break;
        at = (size_t)(lf - p) + 1;
        *ends = at > 1 ? p[at - 2] == '\r' : bulk->text_cr;
        if (*ends)
            return at;
    }
    *ends = false;
    return len;
}

/* Refuses the types that RESP3 has and RESP2 has not: nobody asked for them, and newer versions of
 * the parser would read them. */
static size_t take_text(struct resp_bulk *bulk, const char *p, size_t len)
{
    bool ends;
    if (bulk->text == 0 && memchr("_,#!=(%~>|", *p, 10))
        return 0;
    size_t n = text_length(bulk, p, len, &ends);
    if (n > RESP_BULK_TEXT - bulk->text)
        return 0;
    bulk->text = ends ? 0 : bulk->text + n;
    bulk->text_cr = !ends && p[n - 1] == '\r';
    return n;
}

static size_t take_skip(struct resp_bulk *bulk, size_t len)
{
    size_t n = bulk->skip < len ? bulk->skip : len;
    bulk->skip -= n;
    return n;
}

static size_t keep_back(struct resp_bulk *bulk, const char *p, size_t len)
{
    if (len > RESP_BULK_MAX_LINE - bulk->line_len)
        return 0;
    memcpy(bulk->line + bulk->line_len, p, len);
    bulk->line_len += len;
    return len;
}

/* A header at p. It is kept back if it is not complete. */
static size_t take_line(struct resp_bulk *bulk, const char *p, size_t len)
{
    const char *end = memchr(p, '\n', len);
    if (!end)
        return keep_back(bulk, p, len);
    size_t n = (size_t)(end - p) + 1;
    return take_header(bulk, p, n) ? 0 : n;
}

/* ---- one kind of state each; as resp_bulk_feed ---- */

static ssize_t feed_body(struct resp_bulk *bulk, const char *p, size_t len)
{
    size_t n = bulk->filling->len - bulk->filled < len ? bulk->filling->len - bulk->filled : len;
    memcpy(bulk->filling->bytes + bulk->filled, p, n);
    bulk->filled += n;
    return (ssize_t)n;
}

/* After the last dropped byte comes the placeholder. */
static ssize_t feed_dropped(struct resp_bulk *bulk, size_t len, struct slice *pass)
{
    size_t n = take_skip(bulk, len);
    if (bulk->skip == 0)
        *pass = slice_of("+\r\n");
    return (ssize_t)n;
}

/* The rest of a header that is kept back. */
static ssize_t feed_rest(struct resp_bulk *bulk, const char *p, size_t len, struct slice *pass)
{
    const char *end = memchr(p, '\n', len);
    size_t n = keep_back(bulk, p, end ? (size_t)(end - p) + 1 : len), line_len = bulk->line_len;
    if (n == 0 || !end)
        return n > 0 ? (ssize_t)n : -1;
    bulk->line_len = 0;
    if (take_header(bulk, bulk->line, line_len))
        return -1;
    if (bulk->large == 0)
        *pass = slice_make(bulk->line, line_len);
    return (ssize_t)n;
}

/* Lines and bodies for the parser, up to a header that it does not get, or does not get now. */
static ssize_t feed_run(struct resp_bulk *bulk, const char *p, size_t len, struct slice *pass)
{
    size_t at = 0, n;
    for (; at < len; at += n) {
        *pass = slice_make(p, at);
        if (bulk->skip > 0)
            n = take_skip(bulk, len - at);
        else if (bulk->text > 0 || (p[at] != '$' && p[at] != '*'))
            n = take_text(bulk, p + at, len - at);
        else
            n = take_line(bulk, p + at, len - at);
        if (n == 0)
            return -1;
        if (bulk->large > 0 || bulk->line_len > 0)
            return (ssize_t)(at + n);
    }
    *pass = slice_make(p, at);
    return (ssize_t)at;
}

ssize_t resp_bulk_feed(struct resp_bulk *bulk, const char *p, size_t len, struct slice *pass)
{
    *pass = slice_make(NULL, 0);
    if (bulk->filling && bulk->filled == bulk->filling->len && finish_body(bulk, 2))
        return -1;
    if (len == 0)
        return 0;
    if (bulk->filling)
        return feed_body(bulk, p, len);
    if (bulk->skip > 0 && bulk->drop)
        return feed_dropped(bulk, len, pass);
    if (bulk->line_len > 0)
        return feed_rest(bulk, p, len, pass);
    return feed_run(bulk, p, len, pass);
}

void resp_bulk_answered(struct resp_bulk *bulk)
{
    bulk->passed = bulk->elements = 0;
}

bool resp_bulk_is_empty(const struct resp_bulk *bulk)
{
    return !bulk->filling && bulk->large == 0 && bulk->skip == 0 && bulk->line_len == 0 &&
           bulk->text == 0 && bulk->ndone == 0;
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
