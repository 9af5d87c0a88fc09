/* SPDX-License-Identifier: MIT */
/* reply: see reply.h. */
#include "redis/reply.h"

#include <stdlib.h>

bool reply_starts_with(const redisReply *r, const char *word)
{
    size_t n = strlen(word);
    return r->type == REDIS_REPLY_ERROR && r->len >= n && memcmp(r->str, word, n) == 0;
}

const char *reply_error_text(const redisReply *r)
{
    char *args = r->str ? strstr(r->str, ", with args") : NULL;
    if (args)
        *args = '\0';
    return r->str ? r->str : "an error without a text";
}

struct slice reply_slice(const redisReply *r)
{
    return slice_make(r->str, r->str ? (size_t)r->len : 0);
}

bool reply_is_text(const redisReply *r)
{
    return r->type == REDIS_REPLY_STRING || r->type == REDIS_REPLY_STATUS;
}

/* The parser gets an empty status instead of a large value. */
static bool is_placeholder(const redisReply *r)
{
    return r->type == REDIS_REPLY_STATUS && r->len == 0;
}

static uint64_t reply_number(const redisReply *r)
{
    return r->type == REDIS_REPLY_INTEGER && r->integer > 0 ? (uint64_t)r->integer : 0;
}

bool reply_is_for_good(const redisReply *r)
{
    static const char *const words[] = {"WRONGTYPE", "NOPERM", "NOAUTH", "WRONGPASS",
                                        "DENIED",    "MOVED",  "ERR"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (reply_starts_with(r, words[i]))
            return !reply_starts_with(r, "ERR max number of clients");
    return false;
}

bool reply_is_no_write(const redisReply *r)
{
    static const char *const words[] = {"READONLY ", "OOM ", "NOREPLICAS ", "MISCONF "};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (reply_starts_with(r, words[i]))
            return true;
    return false;
}

bool reply_is_outage(const redisReply *r)
{
    static const char *const words[] = {"LOADING",     "NOAUTH", "MASTERDOWN",
                                        "CLUSTERDOWN", "BUSY ",  "ERR max number of clients"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (reply_starts_with(r, words[i]))
            return true;
    return false;
}

ssize_t reply_feed(redisReader *parser, struct resp_bulk *bulk, const char *p, size_t len)
{
    size_t at = 0;
    do {
        struct slice pass;
        ssize_t used = resp_bulk_feed(bulk, p + at, len - at, &pass);
        if (used < 0 || (pass.len > 0 && redisReaderFeed(parser, pass.p, pass.len) != REDIS_OK))
            return -1;
        at += (size_t)used;
    } while (at < len && bulk->large == 0);
    return (ssize_t)at;
}

bool reply_is_last(const redisReader *parser, const struct resp_bulk *bulk)
{
    /* resp_bulk knows of incomplete lines and bodies, the parser of incomplete arrays. */
    return parser->pos == parser->len && !parser->reply && resp_bulk_is_empty(bulk);
}

/* The parser gets complete lines only, so a reply that it has begun is an array (see above). */
size_t reply_skip_lines(redisReader *parser, struct slice line, size_t n)
{
    size_t taken = 0;
    if (parser->err || parser->reply)
        return 0;
    while (taken < n && parser->len - parser->pos >= line.len &&
           memcmp(parser->buf + parser->pos, line.p, line.len) == 0) {
        parser->pos += line.len;
        taken++;
    }
    return taken;
}

static size_t count_placeholders(const redisReply *r)
{
    size_t n = is_placeholder(r);
    if (r->type == REDIS_REPLY_ARRAY) /* hiredis bounds the depth */
        for (size_t i = 0; i < r->elements; i++)
            n += count_placeholders(r->element[i]);
    return n;
}

int reply_hold_blobs(struct reply_storage *m, struct resp_bulk *bulk, const redisReply *r)
{
    size_t n = bulk->ndone > 0 ? count_placeholders(r) : 0;
    resp_bulk_answered(bulk);
    m->nblobs = m->next_blob = 0;
    if (n == 0)
        return 0;
    m->blobs = calloc(n, sizeof(*m->blobs));
    if (!m->blobs)
        return -1;
    while (m->nblobs < n && (m->blobs[m->nblobs] = resp_bulk_take(bulk)))
        m->nblobs++;
    return 0;
}

void reply_drop_blobs(struct reply_storage *m)
{
    for (size_t i = 0; i < m->nblobs; i++)
        blob_unref(m->blobs[i]);
    free(m->blobs);
    m->blobs = NULL;
    m->nblobs = 0;
}

struct slice reply_value(struct reply_storage *m, const redisReply *r)
{
    if (!is_placeholder(r) || m->next_blob == m->nblobs)
        return reply_slice(r);
    struct blob *b = m->blobs[m->next_blob++];
    return slice_make(b->bytes, b->len);
}

/* An entry is [id, [name, value ...]]. */
static bool read_entry(const redisReply *e, struct xid *id)
{
    return e->type == REDIS_REPLY_ARRAY && e->elements == 2 &&
           e->element[1]->type == REDIS_REPLY_ARRAY &&
           xid_parse(reply_slice(e->element[0]), id) == 0;
}

/* Reads the ids, and counts the names and values of all entries. False: one of them is no entry. */
static bool read_entries(struct redis_entry *entries, const redisReply *r, size_t *fields)
{
    *fields = 0;
    for (size_t i = 0; i < r->elements; i++) {
        if (!read_entry(r->element[i], &entries[i].id))
            return false;
        *fields += r->element[i]->element[1]->elements;
    }
    return true;
}

static int grow(void **p, size_t *cap, size_t want, size_t size)
{
    if (want <= *cap)
        return 0;
    void *grown = realloc(*p, want * size);
    if (!grown)
        return -1;
    *p = grown;
    *cap = want;
    return 0;
}

ssize_t reply_entries(struct reply_storage *m, const redisReply *r, const char **why)
{
    size_t fields, at = 0;
    *why = "out of memory";
    if (grow((void **)&m->entries, &m->cap_entries, r->elements, sizeof *m->entries))
        return -1;
    if (!read_entries(m->entries, r, &fields)) {
        *why = "malformed entries";
        return -1;
    }
    if (grow((void **)&m->slices, &m->cap_slices, fields, sizeof *m->slices))
        return -1;
    for (size_t i = 0; i < r->elements; i++) {
        const redisReply *values = r->element[i]->element[1];
        struct redis_entry *entry = &m->entries[i];
        entry->fields = fields > 0 ? m->slices + at : NULL;
        entry->pairs = values->elements / 2;
        for (size_t k = 0; k < values->elements; k++)
            m->slices[at++] = reply_value(m, values->element[k]);
    }
    return (ssize_t)r->elements;
}

void reply_info(const redisReply *r, struct redis_info *info)
{
    info->exists = true;
    for (size_t i = 0; i + 1 < r->elements; i += 2) {
        struct slice name = reply_slice(r->element[i]);
        const redisReply *v = r->element[i + 1];
        if (slice_equal(name, slice_of("length")))
            info->length = reply_number(v);
        else if (slice_equal(name, slice_of("last-generated-id")))
            xid_parse(reply_slice(v), &info->last);
        else if (slice_equal(name, slice_of("first-entry")) && v->type == REDIS_REPLY_ARRAY &&
                 v->elements == 2)
            info->has_first = xid_parse(reply_slice(v->element[0]), &info->first) == 0;
        else if (slice_equal(name, slice_of("entries-added"))) {
            info->has_added = true;
            info->added = reply_number(v);
        } else if (slice_equal(name, slice_of("max-deleted-entry-id"))) {
            info->has_deleted = xid_parse(reply_slice(v), &info->deleted) == 0;
        }
    }
}

void reply_storage_free(struct reply_storage *m)
{
    reply_drop_blobs(m);
    free(m->slices);
    free(m->entries);
}
