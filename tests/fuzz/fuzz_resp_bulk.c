/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the stream of a Redis server, cut into pieces.  The first two bytes of the input
 * choose the pieces, the rest is the stream; "@" in it stands for a large body with its header. The
 * oracle: the pieces give the same bytes for the parser and the same bodies as the whole stream.
 * hiredis then parses these bytes and must not fail a sanitizer.
 */
#include <stdint.h>
#include <stdlib.h>

#include <hiredis/hiredis.h>

#include "tests/fuzz/small_limits.h"

#include "redis/resp_bulk.c"
#include "tests/fuzz/large_values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct taken {
    struct buf out;
    size_t blobs, bytes;
    unsigned sum;
    bool bad;
};

static void need(bool so)
{
    if (!so)
        abort();
}

static void take(struct resp_bulk *bulk, struct taken *t)
{
    for (struct blob *b; (b = resp_bulk_take(bulk)); blob_unref(b)) {
        t->blobs++;
        t->bytes += b->len;
        for (size_t i = 0; i < b->len; i += 997)
            t->sum = t->sum * 31 + (unsigned char)b->bytes[i];
    }
}

static ssize_t feed(struct resp_bulk *bulk, const char *p, size_t len, struct buf *out)
{
    struct slice pass;
    ssize_t used = resp_bulk_feed(bulk, p, len, &pass);
    need(used < 0 || ((size_t)used <= len && (used > 0 || len == 0)));
    if (used >= 0)
        buf_add(out, pass.p, pass.len);
    return used;
}

/* Passes one piece as redis_io.c does. */
static int pass(struct resp_bulk *bulk, const char *p, size_t len, struct buf *out)
{
    while (len > 0) {
        size_t room;
        char *into = resp_bulk_target(bulk, &room);
        if (into) {
            size_t n = room < len ? room : len;
            memcpy(into, p, n);
            resp_bulk_filled(bulk, n);
            p += n;
            len -= n;
            if (feed(bulk, p, 0, out) < 0)
                return -1;
            continue;
        }
        ssize_t used = feed(bulk, p, len, out);
        if (used < 0)
            return -1;
        p += used;
        len -= (size_t)used;
        if (bulk->large > 1024 * 1024) /* a server would have to send it */
            return -1;
        if (bulk->large > 0 && resp_bulk_large(bulk, bulk->large % 2))
            return -1;
    }
    return 0;
}

static struct taken run(const struct buf *wire, size_t first, size_t piece)
{
    struct resp_bulk bulk = {0};
    struct taken t = {0};
    buf_init(&t.out, 64 * 1024 * 1024);
    for (size_t at = 0; at < wire->len && !t.bad;) {
        size_t n = at == 0 ? first : piece;
        n = n < wire->len - at ? n : wire->len - at;
        t.bad = pass(&bulk, wire->p + at, n, &t.out) < 0;
        at += n;
        take(&bulk, &t);
    }
    resp_bulk_reset(&bulk);
    return t;
}

static void parse(const struct buf *b)
{
    redisReader *r = redisReaderCreate();
    void *reply = NULL;
    need(r != NULL);
    if (b->len > 0 && redisReaderFeed(r, b->p, b->len) == 0)
        while (redisReaderGetReply(r, &reply) == 0 && reply) {
            freeReplyObject(reply);
            reply = NULL;
        }
    redisReaderFree(r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf wire;
    if (size < 3)
        return 0;
    expand(&wire, data + 2, size - 2);
    struct taken whole = run(&wire, wire.len, 1);
    struct taken cut = run(&wire, 1u + data[0], wire.len > 1024 ? 10u + data[1] : 1u + data[1]);
    need(whole.bad == cut.bad);
    if (!whole.bad) {
        need(whole.blobs == cut.blobs && whole.bytes == cut.bytes && whole.sum == cut.sum);
        need(slice_equal(buf_slice(&whole.out), buf_slice(&cut.out)));
        parse(&whole.out);
    }
    buf_free(&whole.out);
    buf_free(&cut.out);
    buf_free(&wire);
    return 0;
}
