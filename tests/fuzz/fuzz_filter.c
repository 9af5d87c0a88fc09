/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: filters, their match rules and the search. The input is split at 0xfe into the value
 * of a match rule, list items, a level, a text, a payload, and a field's name and value.
 *
 * - A record that passes a match rule has no field, in payload or entry, with another value.
 *   pyjson, which shares no code with json-c, reads the payload again.
 * - A string of a JSON payload is found as its reader sees it. In ASCII without escape sequences
 *   the search finds what strcasestr finds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/filter.h"
#include "format/level.h"
#include "format/pyjson.h"
#include "format/record.h"
#include "format/search.h"
#include "format/unicode.h"
#include "sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { VALUE, ITEMS, LEVEL, TEXT, PAYLOAD, NAME, FIELD, PARTS };

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* A part with its NUL, owned by the caller. */
static char *copied(struct slice s)
{
    char *p = malloc(s.len + 1);
    check(p);
    memcpy(p, s.p, s.len);
    p[s.len] = '\0';
    return p;
}

static void split(const uint8_t *data, size_t size, struct slice parts[PARTS])
{
    const char *p = (const char *)data, *end = p + size;
    for (size_t i = 0; i < PARTS; i++) {
        const char *mark = p < end ? memchr(p, 0xfe, (size_t)(end - p)) : NULL;
        parts[i] = slice_make(p, (size_t)((mark ? mark : end) - p));
        p = mark ? mark + 1 : end;
    }
}

/* Reads a JSON string from behind its quote. False: it is none. */
static bool read_string(struct slice text, size_t at, struct buf *b)
{
    char bytes[4];
    while (at < text.len) {
        uint32_t c = unicode_json(text, &at);
        if (c == UNICODE_END || c == UNICODE_BAD)
            return c == UNICODE_END;
        buf_add(b, bytes, unicode_write(c, bytes));
    }
    return false;
}

static bool is_utf8(struct slice s)
{
    bool good = true;
    for (size_t at = 0; good && at < s.len;)
        at += sse_utf8_sequence((const unsigned char *)s.p + at, s.len - at, &good);
    return good;
}

/* The record passed a rule that wants value in the field "t". */
static void check_match(struct record *r, const char *value)
{
    struct pyjson_member t = {.name = "t"};
    struct slice field;
    check(value[0] && record_field(r, "t", RECORD_ANY, &field));
    if (record_field(r, "t", RECORD_ENTRY, &field))
        check(slice_equal(field, slice_of(value)));
    /* pyjson compares names as they are written, and an escaped one may be the last. */
    if (!record_json(r) || memmem(r->data.p, r->data.len, "\\u0074", 6) ||
        pyjson_text(NULL, r->data, PYJSON_UTF8, &t) != PYJSON_OBJECT || t.value.len == 0)
        return;
    if (t.value.p[0] != '"') {
        check(t.value.p[0] != '{' && t.value.p[0] != '[');
        return;
    }
    struct buf b;
    buf_init(&b, 4 * t.value.len + 1);
    if (is_utf8(t.value)) {
        check(read_string(t.value, 1, &b));
        check(slice_equal(buf_slice(&b), slice_of(value)));
    }
    buf_free(&b);
}

static void check_found(struct slice text, enum search_case how, struct slice payload, bool found)
{
    struct search *s = search_new(text, how);
    check(s && search_form(s).len > 0);
    check(search_find(s, payload) == found);
    search_free(s);
}

/* The first string of a JSON payload is found. */
static void check_strings(struct slice payload)
{
    const char *quote = payload.len > 0 ? memchr(payload.p, '"', payload.len) : NULL;
    enum pyjson_kind kind = pyjson_text(NULL, payload, PYJSON_UTF8, NULL);
    struct buf b;
    if (!quote || (kind != PYJSON_OBJECT && kind != PYJSON_OTHER))
        return;
    buf_init(&b, 4 * payload.len);
    check(read_string(payload, (size_t)(quote - payload.p) + 1, &b));
    if (b.len > 0) {
        check_found(buf_slice(&b), SEARCH_FOLDED, payload, true);
        if (is_utf8(payload))
            check_found(buf_slice(&b), SEARCH_EXACT, payload, true);
    }
    buf_free(&b);
}

static void check_ascii(const char *text, const char *payload)
{
    for (const char *p = payload; *p; p++)
        if (*p & 0x80 || *p == '\\')
            return;
    for (const char *p = text; *p; p++)
        if (*p & 0x80)
            return;
    if (text[0])
        check_found(slice_of(text), SEARCH_FOLDED, slice_of(payload), strcasestr(payload, text));
}

static void check_record(char *const parts[PARTS], struct record *r)
{
    static const char *const levels[] = {"debug", "audit", NULL};
    const char *const texts[] = {parts[TEXT], NULL};
    const struct filter_rule match = {"t", parts[VALUE]}, list = {"r", parts[ITEMS]};
    struct filter_spec spec = {.match = &match,
                               .nmatch = 1,
                               .lists = &list,
                               .nlists = 1,
                               .level =
                                   level_of_name(slice_of(parts[LEVEL])) < 0 ? NULL : parts[LEVEL],
                               .skip_levels = levels,
                               .skip_loggers = levels,
                               .skip_texts = parts[TEXT][0] ? texts : NULL};
    struct filter *all = filter_new(&spec), *again = filter_new(&spec);
    check(all && again && slice_equal(filter_key(all), filter_key(again)));
    if (filter_pass(all, r))
        check_match(r, parts[VALUE]);
    check(filter_pass(again, r) == filter_pass(all, r));
    filter_free(all);
    filter_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice parts[PARTS];
    char *texts[PARTS];
    struct record r;
    split(data, size, parts);
    for (size_t i = 0; i < PARTS; i++)
        texts[i] = copied(parts[i]);
    const struct slice fields[] = {slice_of("data"), parts[PAYLOAD], parts[NAME], parts[FIELD]};
    check(record_from_entry(&r, XID_ZERO, fields, 2, "data", "event") == 0);
    check_record(texts, &r);
    record_end(&r);
    check_strings(parts[PAYLOAD]);
    check_ascii(texts[TEXT], texts[PAYLOAD]);
    for (size_t i = 0; i < PARTS; i++)
        free(texts[i]);
    return 0;
}
