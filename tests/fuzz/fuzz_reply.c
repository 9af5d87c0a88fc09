/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the answers of a Redis server, from the socket's bytes to entries, infos and values,
 * as redis_io.c reads them: through resp_bulk, the parser and reply.c.  The first byte chooses the
 * pieces; "@" in the rest stands for a body of about RESP_BULK_LARGE bytes with its header.  The
 * oracle: the parser without resp_bulk and reply_memory, on the same bytes, gives the same entries
 * and values.
 */
#include <stdint.h>
#include <stdlib.h>

#include "tests/fuzz/small_limits.h"

#include "redis/reply.c"
#include "redis/reply_memory.c"
#include "redis/resp_bulk.c"
#include "tests/fuzz/large_values.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A digest of all that was read. */
struct seen {
    uint64_t sum;
    size_t replies;
    bool empty_status; /* a real one looks like a placeholder, and no Redis sends it */
};

static void need(bool so)
{
    if (!so)
        abort();
}

static void add(struct seen *s, uint64_t n)
{
    s->sum = (s->sum ^ n) * 1099511628211u;
}

static void add_slice(struct seen *s, struct slice text)
{
    add(s, text.len);
    for (size_t i = 0; i < text.len; i++)
        add(s, (unsigned char)text.p[i]);
}

static void see_entries(struct seen *s, struct reply_storage *m, const redisReply *r)
{
    const char *why;
    ssize_t n = reply_entries(m, r, &why);
    add(s, (uint64_t)n);
    for (ssize_t i = 0; i < n; i++) {
        add(s, m->entries[i].id.ms);
        add(s, m->entries[i].id.seq);
        for (size_t k = 0; k < 2 * m->entries[i].pairs; k++)
            add_slice(s, m->entries[i].fields[k]);
    }
}

static void see_info(struct seen *s, const redisReply *r)
{
    struct redis_info info = {0};
    reply_info(r, &info);
    add(s, info.length);
    add(s, info.last.ms);
    add(s, info.first.ms);
    add(s, info.added);
    add(s, info.deleted.ms);
    add(s, info.has_first * 4u + info.has_added * 2u + info.has_deleted);
}

/* A large value only stands where an entry, a message or a lone value may have one. */
static void see(struct seen *s, struct reply_storage *m, const redisReply *r)
{
    s->replies++;
    add(s, reply_is_text(r) ? REDIS_REPLY_STRING : (uint64_t)r->type);
    if (r->type == REDIS_REPLY_ARRAY) {
        see_entries(s, m, r);
        see_info(s, r);
    } else if (r->type == REDIS_REPLY_ERROR) {
        add(s, reply_is_outage(r));
        add_slice(s, slice_of(reply_error_text(r)));
    } else if (reply_is_text(r)) {
        add_slice(s, reply_value(m, r));
    }
}

static bool has_empty_status(const redisReply *r)
{
    if (r->type == REDIS_REPLY_STATUS && r->len == 0)
        return true;
    for (size_t i = 0; r->type == REDIS_REPLY_ARRAY && i < r->elements; i++)
        if (has_empty_status(r->element[i]))
            return true;
    return false;
}

/* Reads all complete replies. bulk and memory NULL: the parser without them. False: the parser
 * failed. */
static bool take(redisReader *parser, struct resp_bulk *bulk, struct reply_memory *memory,
                 struct seen *s)
{
    struct reply_storage m = {0};
    void *reply = NULL;
    bool good;
    while ((good = redisReaderGetReply(parser, &reply) == 0) && reply) {
        s->empty_status = s->empty_status || (!bulk && has_empty_status(reply));
        need(!bulk || reply_hold_blobs(&m, bulk, reply) == 0);
        see(s, &m, reply);
        reply_drop_blobs(&m);
        if (memory)
            reply_memory_clear(memory);
        else
            freeReplyObject(reply);
        reply = NULL;
    }
    reply_storage_free(&m);
    return good;
}

static bool feed(redisReader *parser, struct resp_bulk *bulk, struct reply_memory *memory,
                 const char *p, size_t len, struct seen *s)
{
    for (size_t at = 0; at < len;) {
        ssize_t used = reply_feed(parser, bulk, p + at, len - at);
        if (used < 0 || !take(parser, bulk, memory, s) || bulk->large > 1024 * 1024 ||
            (bulk->large > 0 && resp_bulk_large(bulk, true)))
            return false;
        at += (size_t)used;
    }
    return take(parser, bulk, memory, s);
}

static bool run(const struct buf *wire, size_t piece, struct seen *s)
{
    redisReader *parser = redisReaderCreate();
    struct resp_bulk bulk = {0};
    struct reply_memory memory = {0};
    bool good = true;
    need(parser != NULL);
    reply_memory_serve(&memory, parser);
    for (size_t at = 0; at < wire->len && good; at += piece) {
        size_t n = piece < wire->len - at ? piece : wire->len - at;
        good = feed(parser, &bulk, &memory, wire->p + at, n, s);
    }
    resp_bulk_reset(&bulk);
    redisReaderFree(parser);
    reply_memory_free(&memory);
    return good;
}

static bool run_plain(const struct buf *wire, struct seen *s)
{
    redisReader *parser = redisReaderCreate();
    need(parser != NULL && redisReaderFeed(parser, wire->p, wire->len) == 0);
    bool good = take(parser, NULL, NULL, s);
    redisReaderFree(parser);
    return good;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf wire;
    struct seen ours = {0}, plain = {0};
    if (size < 2)
        return 0;
    expand(&wire, data + 1, size - 1);
    /* The parser itself would allocate what resp_bulk refuses. */
    if (run(&wire, 1u + data[0], &ours) && run_plain(&wire, &plain) && !plain.empty_status)
        need(ours.replies == plain.replies && ours.sum == plain.sum);
    buf_free(&wire);
    return 0;
}
