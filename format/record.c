/* SPDX-License-Identifier: MIT */
/*
 * record: see record.h. json-c is more lenient than the JSON parser of a browser, so each payload
 * passes lex() first.
 *
 * Invariant: a payload has no fields here if a strict parser refuses it or reads other fields than
 * json-c. So a filter that protects a tenant never relies on a field that the viewer does not see.
 */
#include "format/record.h"

#include <json-c/json.h>

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
        sse_utf8(b, slice_make(s.p + from, s.len - from));
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
    *r = (struct record){.id = id, .has_id = has_id};
    buf_init(&r->made, RECORD_MAX_MADE);
}

int record_from_entry(struct record *r, struct xid id, const struct slice *fields, size_t pairs,
                      const char *field, const char *event_field)
{
    struct slice data_name = slice_of(field), event_name = slice_of(event_field);
    bool found = false;
    record_start(r, id, true);
    for (size_t i = 0; i < pairs; i++) {
        if (slice_equal(fields[2 * i], data_name)) {
            r->data = fields[2 * i + 1];
            found = true;
        } else if (slice_equal(fields[2 * i], event_name)) {
            r->event = fields[2 * i + 1];
        }
    }
    if (found)
        return 0;
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
    json_object_put(r->json);
    r->json = NULL;
    r->parsed = true; /* the payload may be freed: never parse it again */
    r->data = r->event = (struct slice){0};
    buf_free(&r->made);
}

/* ---- reading ---- */

struct lexer {
    const char *p;
    size_t len, at;
    size_t copied;    /* bytes of p that were copied to wide */
    struct buf *wide; /* the text with large integers rewritten; empty if it has none */
};

/* Skips the string at x->at. *nul: it contains \u0000. False: it does not end, or contains a
 * control character. */
static bool lex_string(struct lexer *x, bool *nul)
{
    *nul = false;
    for (x->at++; x->at < x->len; x->at++) {
        unsigned char c = (unsigned char)x->p[x->at];
        if (c < 0x20)
            return false;
        if (c == '"') {
            x->at++;
            return true;
        }
        if (c == '\\') {
            if (x->len - x->at > 5 && memcmp(x->p + x->at, "\\u0000", 6) == 0)
                *nul = true;
            x->at++;
        }
    }
    return false;
}

/* Skips the number at x->at. An integer beyond 64 bits is rewritten as NNNe0: then json-c keeps its
 * text, else it would store the nearest 64-bit value. */
static void lex_number(struct lexer *x)
{
    bool negative = x->p[x->at] == '-';
    size_t start = x->at + negative;
    uint64_t most = negative ? (uint64_t)INT64_MAX + 1 : UINT64_MAX, n;
    struct slice digits;
    for (x->at = start; x->at < x->len; x->at++)
        if (x->p[x->at] < '0' || x->p[x->at] > '9')
            break;
    digits = slice_make(x->p + start, x->at - start);
    if (x->at < x->len && strchr(".eE", x->p[x->at]) && x->p[x->at]) {
        while (x->at < x->len && x->p[x->at] && strchr("0123456789.eE+-", x->p[x->at]))
            x->at++;
    } else if (digits.len > 0 && slice_number(digits, 0, most, &n) < 0) {
        buf_add(x->wide, x->p + x->copied, x->at - x->copied);
        buf_adds(x->wide, "e0");
        x->copied = x->at;
    }
}

static void skip_blanks(struct lexer *x)
{
    while (x->at < x->len && x->p[x->at] && strchr(" \t\r\n", x->p[x->at]))
        x->at++;
}

/* Refuses what json-c accepts beyond JSON: NaN and Infinity, single quotes, comments, control
 * characters, and text after a NUL. It also refuses names with \u0000, which json-c cuts there:
 * "tenant\u0000x" would become "tenant". json-c checks the grammar. */
static bool lex(struct lexer *x)
{
    while (skip_blanks(x), x->at < x->len) {
        char c = x->p[x->at];
        bool nul;
        if (c == '"') {
            if (!lex_string(x, &nul))
                return false;
            skip_blanks(x);
            if (nul && x->at < x->len && x->p[x->at] == ':')
                return false;
        } else if (c == '-' || (c >= '0' && c <= '9')) {
            lex_number(x);
        } else if (c && strchr("{}[]:,truefalsn", c)) {
            x->at++;
        } else {
            return false;
        }
    }
    if (x->copied > 0)
        buf_add(x->wide, x->p + x->copied, x->len - x->copied);
    return !x->wide->failed;
}

/* Parses text as one JSON value, or NULL. Ill-formed UTF-8 is accepted: the viewer gets U+FFFD in
 * its place and reads the fields, so filters must see them too. */
static struct json_object *parse(struct slice text)
{
    struct json_tokener *tokener = json_tokener_new_ex(RECORD_MAX_DEPTH + 1);
    struct json_object *json;
    enum json_tokener_error error;
    if (!tokener)
        return NULL;
    json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
    json = json_tokener_parse_ex(tokener, text.p, (int)text.len);
    error = json_tokener_get_error(tokener);
    if (error == json_tokener_continue) { /* a bare number needs a byte after it */
        json = json_tokener_parse_ex(tokener, "", 1);
        error = json_tokener_get_error(tokener);
    }
    json_tokener_free(tokener);
    if (error == json_tokener_success)
        return json;
    json_object_put(json);
    return NULL;
}

struct json_object *record_json(struct record *r)
{
    struct buf wide;
    struct lexer x = {.p = r->data.p, .len = r->data.len, .wide = &wide};
    if (r->parsed)
        return r->json;
    r->parsed = true;
    if (r->data.len == 0 || r->data.len > RECORD_MAX_PARSE)
        return NULL;
    buf_init(&wide, 3 * (size_t)RECORD_MAX_PARSE);
    if (lex(&x))
        r->json = parse(wide.len > 0 ? buf_slice(&wide) : r->data);
    buf_free(&wide);
    return r->json;
}

/* The length of a number's text without the "e0" that lex_number added. A producer's own NNNe0 with
 * so many digits loses it too: it is the same number. */
static size_t number_length(const char *text)
{
    size_t len = strlen(text);
    if (len >= 22 && strspn(text + (text[0] == '-'), "0123456789") == len - 2 - (text[0] == '-') &&
        memcmp(text + len - 2, "e0", 2) == 0)
        return len - 2;
    return len;
}

bool record_field(struct record *r, const char *name, struct slice *out)
{
    struct json_object *json = record_json(r), *field;
    if (!json_object_is_type(json, json_type_object) ||
        !json_object_object_get_ex(json, name, &field))
        return false;
    switch (json_object_get_type(field)) {
    case json_type_string:
        *out = slice_make(json_object_get_string(field), (size_t)json_object_get_string_len(field));
        return true;
    case json_type_int:
    case json_type_boolean:
        *out = slice_of(json_object_get_string(field));
        return out->p != NULL;
    case json_type_double:
        *out = slice_of(json_object_get_string(field));
        if (out->p)
            out->len = number_length(out->p);
        return out->p != NULL;
    default:
        return false;
    }
}
