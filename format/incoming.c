/* SPDX-License-Identifier: MIT */
/* incoming: see incoming.h. */
#include "format/incoming.h"

#include <stdlib.h>

#include "format/loki.h"
#include "format/loki_push.h"
#include "format/walk.h"

#define FIRST_CAP 64

static const char bom[] = "\xef\xbb\xbf";

static enum incoming_result grow(struct incoming *in)
{
    size_t cap = in->cap ? 2 * in->cap : FIRST_CAP;
    struct slice *records = realloc(in->records, cap * sizeof *records);
    if (!records)
        return INCOMING_NO_MEMORY;
    in->records = records;
    in->cap = cap;
    return INCOMING_OK;
}

enum incoming_result incoming_add(struct incoming *in, struct slice record)
{
    in->number = in->count + 1;
    if (in->count == INCOMING_RECORDS)
        return INCOMING_MANY;
    if (record.len > INCOMING_RECORD)
        return INCOMING_LONG;
    if (in->count == in->cap && grow(in) != INCOMING_OK)
        return INCOMING_NO_MEMORY;
    in->records[in->count++] = record;
    return INCOMING_OK;
}

/* Cuts the next line off *rest, without its end. */
static struct slice cut_line(struct slice *rest)
{
    const char *lf = memchr(rest->p, '\n', rest->len);
    struct slice line = slice_make(rest->p, lf ? (size_t)(lf - rest->p) : rest->len);
    size_t used = line.len + (lf != NULL);
    *rest = slice_make(rest->p + used, rest->len - used);
    if (line.len > 0 && line.p[line.len - 1] == '\r')
        line.len--;
    return line;
}

static bool is_blank(struct slice line)
{
    size_t i = 0;
    while (i < line.len && (line.p[i] == ' ' || line.p[i] == '\t'))
        i++;
    return i == line.len;
}

static enum incoming_result read_lines(struct incoming *in, struct slice rest, bool json)
{
    enum incoming_result result = INCOMING_OK;
    while (rest.len > 0 && result == INCOMING_OK) {
        struct slice line = cut_line(&rest);
        if (line.len == 0 || (json && is_blank(line)))
            continue;
        result = incoming_add(in, line);
        if (result == INCOMING_OK && json && !walk_is_json(line))
            result = INCOMING_MALFORMED;
    }
    return result;
}

/* The elements of the array that has begun. */
static enum incoming_result read_elements(struct incoming *in, struct walk *w)
{
    for (;;) {
        struct walk before = *w;
        struct slice element;
        if (walk_next(w) == WALK_END)
            return INCOMING_OK;
        *w = before;
        in->number = in->count + 1;
        if (walk_skip(w, &element))
            return INCOMING_MALFORMED;
        enum incoming_result result = incoming_add(in, element);
        if (result != INCOMING_OK)
            return result;
    }
}

static enum incoming_result read_json(struct incoming *in, struct slice body)
{
    struct walk w = walk_of(body), whole = w;
    struct slice object;
    enum incoming_result result = INCOMING_MALFORMED;
    switch (walk_next(&w)) {
    case WALK_ARRAY:
        result = read_elements(in, &w);
        break;
    case WALK_OBJECT:
        in->number = 1;
        if (walk_skip(&whole, &object) == 0)
            result = incoming_add(in, object);
        w = whole;
        break;
    default:
        return INCOMING_MALFORMED;
    }
    if (result != INCOMING_OK || walk_next(&w) == WALK_DONE)
        return result;
    in->number = 0;
    return INCOMING_MALFORMED;
}

enum incoming_result incoming_read(struct incoming *in, enum incoming_form form, struct slice body)
{
    if (body.len >= sizeof bom - 1 && memcmp(body.p, bom, sizeof bom - 1) == 0)
        body = slice_after(body, sizeof bom - 1);
    switch (form) {
    case INCOMING_LINES:
    case INCOMING_NDJSON:
        return read_lines(in, body, form == INCOMING_NDJSON);
    case INCOMING_JSON:
        return read_json(in, body);
    case INCOMING_LOKI:
        return loki_read(in, body);
    case INCOMING_LOKI_PROTOBUF:
        return loki_push_read(in, body);
    }
    return INCOMING_MALFORMED;
}

void incoming_free(struct incoming *in)
{
    free(in->records);
    buf_free(&in->text);
    *in = (struct incoming){0};
}
