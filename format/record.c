/* SPDX-License-Identifier: MIT */
/*
 * record: see record.h. json.c reads payloads as strictly as a browser does. So a filter that
 * protects a tenant never relies on a field that the viewer does not see.
 */
#include "format/record.h"

#include <json-c/json.h>
#include <stdlib.h>

#include "format/json.h"
#include "format/line.h"
#include "format/message_table.h"
#include "sse.h"

/* The longest payload that is made from an entry's fields. */
#define RECORD_MAX_MADE ((size_t)1 << 30)

/* ---- making ---- */

/* Writes s as a JSON string; ill-formed UTF-8 becomes U+FFFD. */
static void quote(struct buf *b, struct slice s)
{
    size_t from = 0;
    buf_addc(b, '"');
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c >= 0x20 && c != '"' && c != '\\')
            continue;
        sse_utf8(b, slice_make(s.p + from, i - from));
        from = i + 1;
        if (c >= 0x20)
            buf_addf(b, "\\%c", c);
        else if (c == '\n')
            buf_adds(b, "\\n");
        else
            buf_addf(b, "\\u%04x", c);
    }
    if (from < s.len)
        sse_utf8(b, slice_after(s, from));
    buf_addc(b, '"');
}

/* Stores in last, for each name as it will be written, the index of the last pair with it. last is
 * a map because an entry may have any number of fields. */
static int note_last(struct json_object *last, struct buf *name, const struct slice *fields,
                     size_t pairs)
{
    for (size_t i = 0; i < pairs; i++) {
        struct json_object *place = json_object_new_int64((int64_t)i);
        buf_clear(name);
        quote(name, fields[2 * i]);
        if (!place || name->failed || json_object_object_add(last, name->p, place) < 0) {
            json_object_put(place);
            return -1;
        }
    }
    return 0;
}

/* Writes an entry's fields as one JSON object. Values are written directly because they may be
 * long. */
static int make_object(struct buf *b, const struct slice *fields, size_t pairs)
{
    struct json_object *last = json_object_new_object(), *place;
    struct buf name;
    int result = -1;
    buf_init(&name, RECORD_MAX_MADE);
    if (!last || note_last(last, &name, fields, pairs) < 0)
        goto out;
    buf_addc(b, '{');
    for (size_t i = 0; i < pairs && !name.failed; i++) {
        buf_clear(&name);
        quote(&name, fields[2 * i]);
        if (name.failed || !json_object_object_get_ex(last, name.p, &place) ||
            json_object_get_int64(place) != (int64_t)i)
            continue;
        if (b->len > 1)
            buf_addc(b, ',');
        buf_add(b, name.p, name.len);
        buf_addc(b, ':');
        quote(b, fields[2 * i + 1]);
    }
    buf_addc(b, '}');
    result = name.failed || b->failed ? -1 : 0;
out:
    buf_free(&name);
    json_object_put(last);
    return result;
}

static void record_start(struct record *r, struct xid id, bool has_id)
{
    *r = (struct record){.id = id, .rank = RANK_UNKNOWN, .has_id = has_id};
    buf_init(&r->made, RECORD_MAX_MADE);
}

int record_from_entry(struct record *r, struct xid id, const struct slice *fields, size_t pairs,
                      const char *field, const char *event_field)
{
    bool found = false;
    record_start(r, id, true);
    r->data_name = slice_of(field);
    r->event_name = slice_of(event_field);
    for (size_t i = 0; i < pairs; i++) {
        if (slice_equal(fields[2 * i], r->data_name)) {
            r->data = fields[2 * i + 1];
            found = true;
        } else if (slice_equal(fields[2 * i], r->event_name)) {
            r->event = fields[2 * i + 1];
        }
    }
    if (found) {
        r->fields = fields;
        r->pairs = pairs;
        return 0;
    }
    if (make_object(&r->made, fields, pairs) < 0)
        return -1;
    r->data = buf_slice(&r->made);
    return 0;
}

void record_from_message(struct record *r, struct xid local, struct slice payload)
{
    record_start(r, local, false);
    r->data = payload;
}

void record_end(struct record *r)
{
    line_end(r->line);
    free(r->line);
    r->line = NULL;
    r->lined = true;
    json_object_put(r->json);
    r->json = NULL;
    r->parsed = true; /* the payload may be freed: never parse it again */
    r->data = r->event = (struct slice){0};
    r->fields = NULL;
    r->pairs = 0;
    buf_free(&r->made);
}

/* ---- reading ---- */

/* Ill-formed UTF-8, equal names and NaN are accepted: the viewer gets U+FFFD, the last value and
 * null, and reads the fields, so filters must see them too. */
struct json_object *record_json(struct record *r)
{
    if (!r->parsed && r->data.len <= RECORD_MAX_PARSE)
        r->json = json_read(r->data, RECORD_MAX_DEPTH, JSON_LAST_COUNTS | JSON_NAN);
    r->parsed = true;
    return r->json;
}

bool record_has_fields(struct record *r)
{
    return json_object_is_type(record_json(r), json_type_object);
}

static bool is_beside(const struct record *r, struct slice name)
{
    return !slice_equal(name, r->data_name) && !slice_equal(name, r->event_name);
}

/* The last field of this name in the entry. */
static bool entry_field(const struct record *r, struct slice name, struct slice *out)
{
    for (size_t i = r->pairs; i > 0; i--)
        if (slice_equal(r->fields[2 * i - 2], name)) {
            *out = r->fields[2 * i - 1];
            return is_beside(r, name);
        }
    return false;
}

bool record_field(struct record *r, const char *name, enum record_field_source from,
                  struct slice *out)
{
    struct json_object *json = from == RECORD_ENTRY ? NULL : record_json(r), *field;
    if (json_object_is_type(json, json_type_object) &&
        json_object_object_get_ex(json, name, &field) && field)
        return json_text(field, out);
    return from != RECORD_PAYLOAD && entry_field(r, slice_of(name), out);
}

/* The value that a path leads to in the payload. NULL: there is none. */
static struct json_object *payload_value(struct record *r, const char *path)
{
    return json_at(record_json(r), path);
}

bool record_path_from(struct record *r, const char *path, enum record_field_source from,
                      struct slice *out)
{
    struct json_object *value = from == RECORD_ENTRY ? NULL : payload_value(r, path);
    if (value && json_text(value, out))
        return true;
    return from != RECORD_PAYLOAD && entry_field(r, slice_of(path), out);
}

bool record_path(struct record *r, const char *path, struct slice *out)
{
    return record_path_from(r, path, RECORD_ANY, out);
}

bool record_message_of(struct json_object *o, struct slice *out)
{
    for (size_t i = 0; i < sizeof message_names / sizeof *message_names; i++) {
        struct json_object *value = json_at(o, message_names[i]);
        if (json_object_is_type(value, json_type_string) && json_text(value, out))
            return true;
    }
    return false;
}

struct slice record_message(struct record *r)
{
    struct slice text = {0};
    if (!record_has_fields(r))
        return r->data;
    record_message_of(record_json(r), &text);
    return text;
}

const struct line *record_line(struct record *r)
{
    if (r->lined)
        return r->line;
    r->lined = true;
    r->line = malloc(sizeof *r->line);
    if (r->line && !line_parse(r->line, record_message(r))) {
        free(r->line);
        r->line = NULL;
    }
    return r->line;
}

bool record_find(struct record *r, const char *path, struct slice *out)
{
    if (record_path(r, path, out))
        return true;
    const struct line *l = record_line(r);
    return l && line_field(l, path, out);
}

/* Whether a field of this name can be a member of any JSON object. */
static bool is_name(struct slice name)
{
    bool good = true;
    for (size_t at = 0; good && at < name.len;)
        at += sse_utf8_sequence((const unsigned char *)name.p + at, name.len - at, &good);
    return good && (name.len == 0 || !memchr(name.p, '\0', name.len));
}

/* Whether one of the fields behind field i, before field n, has its name. */
static bool is_repeated(const struct record *r, size_t i, size_t n)
{
    for (size_t j = i + 1; j < n; j++)
        if (slice_equal(r->fields[2 * i], r->fields[2 * j]))
            return true;
    return false;
}

size_t record_beside(const struct record *r, struct slice out[2 * RECORD_MAX_BESIDE])
{
    size_t n = r->pairs < RECORD_MAX_BESIDE ? r->pairs : RECORD_MAX_BESIDE;
    size_t count = 0, left = RECORD_MAX_BESIDE_BYTES;
    for (size_t i = 0; i < n; i++) {
        struct slice name = r->fields[2 * i], value = r->fields[2 * i + 1];
        if (!is_beside(r, name) || name.len > left || value.len > left - name.len ||
            !is_name(name) || is_repeated(r, i, n))
            continue;
        left -= name.len + value.len;
        out[2 * count] = name;
        out[2 * count + 1] = value;
        count++;
    }
    return count;
}
