/* SPDX-License-Identifier: MIT */
/* object: see object.h. */
#include "format/object.h"

#include "format/pyjson.h"

void object_fields(struct buf *b, const struct record *r)
{
    struct slice fields[2 * RECORD_MAX_BESIDE];
    size_t n = record_beside(r, fields);
    for (size_t i = 0; i < n; i++) {
        buf_adds(b, i == 0 ? ",\"fields\":{" : ",");
        pyjson_string(b, fields[2 * i], PYJSON_UTF8);
        buf_addc(b, ':');
        pyjson_string(b, fields[2 * i + 1], PYJSON_UTF8);
    }
    if (n > 0)
        buf_addc(b, '}');
}

static void object_log(struct buf *b, const struct record *r)
{
    if (r->log.len == 0)
        return;
    buf_adds(b, "\"log\":\"");
    buf_add(b, r->log.p, r->log.len); /* a name needs no escaping */
    buf_adds(b, "\",");
}

static void object_id(struct buf *b, const struct record *r)
{
    char id[XID_TEXT];
    if (!r->has_id)
        return;
    xid_format(r->id, id);
    buf_addf(b, "\"id\":\"%s\",", id);
}

void object_place(struct buf *b, const struct record *r)
{
    if (r->log.len > 0) {
        object_log(b, r);
        object_id(b, r);
    }
}

void object_write(struct buf *b, const struct record *r, size_t whole)
{
    struct slice text = r->data;
    if (text.len > whole)
        text.len = OBJECT_PART;
    buf_addc(b, '{');
    object_log(b, r);
    object_id(b, r);
    if (r->event.len > 0) {
        buf_adds(b, "\"event\":");
        pyjson_string(b, r->event, PYJSON_UTF8);
        buf_addc(b, ',');
    }
    buf_adds(b, "\"data\":");
    pyjson_string(b, text, PYJSON_UTF8);
    object_fields(b, r);
    if (text.len < r->data.len)
        buf_addf(b, ",\"size\":%zu", r->data.len);
    buf_addc(b, '}');
}
