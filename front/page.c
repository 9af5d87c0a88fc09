/* SPDX-License-Identifier: MIT */
/* page: see page.h. */
#include "front/page.h"

#include "format/object.h"

#define PAGE_BYTES                                                                                 \
    (4u * 1024 * 1024) /* of records in one answer, as JSON; the last may exceed it */
#define PAGE_WHOLE ((size_t)512 * 1024) /* bytes of one payload; a longer one is cut */

void page_init(struct page *p, size_t limit, bool newest_first, size_t max)
{
    p->count = 0;
    p->limit = limit;
    p->newest_first = newest_first;
    buf_init(&p->text, max);
}

void page_free(struct page *p)
{
    buf_free(&p->text);
}

bool page_is_full(const struct page *p)
{
    return p->count >= p->limit || p->text.len >= PAGE_BYTES;
}

int page_add(struct page *p, const struct record *r)
{
    p->starts[p->count++] = p->text.len;
    object_write(&p->text, r, PAGE_WHOLE);
    return p->text.failed ? -1 : 0;
}

/* Writes the records, oldest first, with a text before each but the first, and one after each. */
static void write_records(const struct page *p, struct buf *b, const char *between,
                          const char *after)
{
    for (size_t k = 0; k < p->count; k++) {
        size_t i = p->newest_first ? p->count - 1 - k : k;
        size_t start = p->starts[i], end = i + 1 < p->count ? p->starts[i + 1] : p->text.len;
        buf_adds(b, k > 0 ? between : "");
        buf_add(b, p->text.p + start, end - start);
        buf_adds(b, after);
    }
}

/* Ids have only digits and a hyphen. */
static void write_id(struct buf *b, const char *name, const char *id)
{
    buf_addf(b, id ? ",\"%s\":\"%s\"" : ",\"%s\":null", name, id);
}

static void write_end(struct buf *b, const struct page_end *end)
{
    buf_addf(b, "\"more\":%s", end->more ? "true" : "false");
    write_id(b, "first", end->first);
    write_id(b, "last", end->last);
    if (end->status_level > 0)
        buf_addf(b, ",\"status_level\":\"%uxx\"", end->status_level / 100);
    if (end->every > 0)
        buf_addf(b, ",\"every\":%u", end->every);
    buf_addf(b, ",\"whose\":\"%s\"}", end->whose);
}

void page_write(const struct page *p, struct buf *b, const struct page_end *end, bool lines)
{
    if (!lines) {
        buf_adds(b, "{\"records\":[");
        write_records(p, b, ",", "");
        buf_adds(b, "],");
        if (end->gap)
            buf_addf(b, "\"gap\":%s,", end->gap);
        write_end(b, end);
        return;
    }
    if (end->gap)
        buf_addf(b, "{\"control\":\"gap\",%s\n", end->gap + 1);
    write_records(p, b, "", "\n");
    buf_adds(b, "{\"control\":\"page\",");
    write_end(b, end);
    buf_addc(b, '\n');
}
