/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: what a Redis server might send, cut into pieces.  Two bytes choose the cuts, the
 * rest is the stream; "@" in it stands for a large body with its header.  The parser must be given
 * the same bytes, and the same bodies be diverted, as when all comes at once; and hiredis must live
 * with what it is given.
 */
#include <stdint.h>
#include <stdlib.h>

#include <hiredis/hiredis.h>

#include "redis/resp_bulk.h"

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

static void take(struct resp_bulk *d, struct taken *t)
{
    for (struct blob *b; (b = resp_bulk_take(d)); blob_unref(b)) {
        t->blobs++;
        t->bytes += b->len;
        for (size_t i = 0; i < b->len; i += 997)
            t->sum = t->sum * 31 + (unsigned char)b->bytes[i];
    }
}

/* One piece, as redis_io.c passes it on. */
static int pass(struct resp_bulk *d, const char *p, size_t len, struct buf *out)
{
    while (len > 0) {
        size_t room;
        char *into = resp_bulk_target(d, &room);
        if (into) {
            size_t n = room < len ? room : len;
            memcpy(into, p, n);
            resp_bulk_filled(d, n);
            p += n;
            len -= n;
            if (resp_bulk_feed(d, p, 0, out) < 0)
                return -1;
            continue;
        }
        ssize_t used = resp_bulk_feed(d, p, len, out);
        if (used < 0)
            return -1;
        need((size_t)used <= len && (used > 0 || d->large > 0));
        p += used;
        len -= (size_t)used;
        if (d->large > 64 * 1024 * 1024) /* it would have to be sent first */
            return -1;
        if (d->large > 0 && resp_bulk_large(d, d->large % 2))
            return -1;
    }
    return 0;
}

static struct taken run(const struct buf *wire, size_t first, size_t piece)
{
    struct resp_bulk d = {0};
    struct taken t = {0};
    buf_init(&t.out, 64 * 1024 * 1024);
    for (size_t at = 0; at < wire->len && !t.bad;) {
        size_t n = at == 0 ? first : piece;
        n = n < wire->len - at ? n : wire->len - at;
        t.bad = pass(&d, wire->p + at, n, &t.out) < 0;
        at += n;
        take(&d, &t);
    }
    resp_bulk_reset(&d);
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

static void expand(struct buf *wire, const uint8_t *p, size_t len)
{
    buf_init(wire, 8 * 1024 * 1024);
    for (size_t i = 0; i < len; i++) {
        size_t n = RESP_BULK_LARGE - 2 + i % 7;
        if (p[i] != '@' || wire->len > 256 * 1024) {
            buf_addc(wire, (char)p[i]);
            continue;
        }
        buf_addf(wire, "$%zu\r\n", n);
        for (size_t k = 0; k < n; k++)
            buf_addc(wire, "$1\r\n*x"[k % 6]);
        buf_adds(wire, "\r\n");
    }
    need(!wire->failed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf wire;
    if (size < 3)
        return 0;
    expand(&wire, data + 2, size - 2);
    struct taken whole = run(&wire, wire.len, 1);
    struct taken cut =
        run(&wire, 1u + data[0], wire.len > 4096 ? 100u + data[1] * 300u : 1u + data[1]);
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
