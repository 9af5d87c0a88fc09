/* SPDX-License-Identifier: MIT */
/*
 * query_match: tries the terms of a query on a record; see query.h. Most payloads are searched in
 * place. Only one with control characters, and JSON that hides some, is copied as a reader sees it.
 */
#include "format/ansi.h"
#include "format/level.h"
#include "format/pyjson.h"
#include "format/query_terms.h"
#include "format/unicode.h"

#define EXPRESSION_BYTES ((size_t)65536) /* of a text, in which expressions are tried */

enum outcome { NO, YES, EITHER };

/* A record as a reader sees it; parts are made when a term asks for them. */
struct sight {
    struct record *r;
    bool looked;      /* the members below are set */
    bool in_place;    /* the payload has no control characters, not even hidden ones */
    bool has_read;    /* it is JSON with escape sequences */
    bool only_read;   /* and those are of a terminal: as it came it is not searched */
    bool read_is_set; /* read was made */
    struct buf came, read;
    struct buf scratch; /* another text, while it is searched */
    size_t nbeside;
    struct slice beside[2 * RECORD_MAX_BESIDE];
};

/* ---- the payload ---- */

static bool has_escapes(struct slice payload)
{
    char first = pyjson_first(payload);
    return first && strchr("{[\"", first) && memchr(payload.p, '\\', payload.len);
}

/* Whether the escape sequence behind a backslash is, or may be, of a control character. */
static bool is_control(struct slice rest)
{
    int byte;
    if (rest.len == 0 || !rest.p[0] || !strchr("bfru", rest.p[0]))
        return false;
    if (rest.p[0] != 'u')
        return true;
    if (rest.len < 5 || rest.p[1] != '0' || rest.p[2] != '0')
        return false;
    byte = slice_hex_byte(slice_make(rest.p + 3, 2));
    return byte >= 0 && (byte < 0x20 || (byte >= 0x7f && byte <= 0x9f));
}

static bool hides_control(struct slice payload)
{
    const char *end = payload.p + payload.len, *p = payload.p;
    while (p < end && (p = memchr(p, '\\', (size_t)(end - p))) != NULL) {
        if (is_control(slice_make(p + 1, (size_t)(end - p - 1))))
            return true;
        p += 2;
    }
    return false;
}

/* The place behind the bytes from at on that stand for themselves: in a string of JSON, or outside.
 */
static size_t skip_plain(struct slice json, size_t at, bool inside)
{
    static const char outside[] = " \t\r\n{}[]:,+-.0123456789eEtrufalsnNaInfity";
    while (at < json.len) {
        char c = json.p[at];
        if (inside ? c < 0x20 || c == '"' || c == '\\' : !c || !strchr(outside, c))
            break;
        at++;
    }
    return at;
}

/* Adds JSON with the escape sequences of its strings read, up to where it is no JSON. A byte beyond
 * ASCII is negative, and is read as a character. */
static void add_read(struct buf *b, struct slice json)
{
    bool inside = false;
    for (size_t at = 0; at < json.len;) {
        size_t end = skip_plain(json, at, inside);
        char bytes[4];
        buf_add(b, json.p + at, end - at);
        at = end;
        if (at == json.len || (!inside && json.p[at] != '"'))
            return;
        if (!inside) {
            buf_addc(b, json.p[at++]);
            inside = true;
            continue;
        }
        uint32_t c = unicode_json(json, &at);
        if (c == UNICODE_BAD)
            return;
        inside = c != UNICODE_END;
        if (inside)
            buf_add(b, bytes, unicode_write(c, bytes));
        else
            buf_addc(b, '"');
    }
}

/* Whether the text has an escape character. */
static bool has_terminal_escape(struct slice text)
{
    return text.len > 0 &&
           (memchr(text.p, 0x1b, text.len) || memmem(text.p, text.len, "\xc2\x9b", 2));
}

static void make_read(struct sight *s)
{
    struct buf raw;
    if (s->read_is_set)
        return;
    s->read_is_set = true;
    buf_init(&raw, s->r->data.len * 3 + 1);
    add_read(&raw, s->r->data);
    s->only_read = has_terminal_escape(buf_slice(&raw));
    ansi_plain(&s->read, buf_slice(&raw));
    buf_free(&raw);
}

static void look(struct sight *s)
{
    struct slice payload = s->r->data;
    if (s->looked)
        return;
    s->looked = true;
    s->has_read = has_escapes(payload);
    s->in_place = !ansi_present(payload) && !(s->has_read && hides_control(payload));
    s->nbeside = record_beside(s->r, s->beside);
    if (s->in_place)
        return;
    ansi_plain(&s->came, payload);
    if (s->has_read)
        make_read(s);
}

static struct slice came(const struct sight *s)
{
    return s->in_place ? s->r->data : buf_slice(&s->came);
}

/* Another text as a reader sees it. It is valid until the next call. */
static struct slice seen(struct sight *s, struct slice text)
{
    if (!ansi_present(text))
        return text;
    buf_clear(&s->scratch);
    ansi_plain(&s->scratch, text);
    return buf_slice(&s->scratch);
}

/* ---- texts ---- */

static bool in_payload(const struct search *search, struct sight *s)
{
    if (s->in_place)
        return search_find(search, s->r->data);
    if (s->has_read && search_in(search, buf_slice(&s->read)))
        return true;
    return !s->only_read && search_in(search, buf_slice(&s->came));
}

static enum outcome try_text(const struct term *t, struct sight *s)
{
    look(s);
    if (in_payload(t->search, s) || search_in(t->search, seen(s, s->r->event)))
        return YES;
    for (size_t i = 0; i < s->nbeside; i++)
        if (search_in(t->search, seen(s, s->beside[2 * i + 1])))
            return YES;
    return NO;
}

/* ---- expressions ---- */

/* The beginning of a text, without a part of a character at its end. */
static struct slice head(struct slice text)
{
    size_t len = EXPRESSION_BYTES;
    if (text.len <= len)
        return text;
    while (len > EXPRESSION_BYTES - 4 && ((unsigned char)text.p[len] & 0xc0) == 0x80)
        len--;
    return slice_make(text.p, len);
}

/* Tries another text: a match is better than a time-out, and that is better than no match. */
static enum outcome find(const struct term *t, struct slice text, enum outcome before)
{
    if (before == YES)
        return YES;
    switch (expression_find(t->expression, head(text), NULL)) {
    case EXPRESSION_FOUND:
        return YES;
    case EXPRESSION_LIMIT:
        return EITHER;
    default:
        return before;
    }
}

/* The message is a part of what was searched, so it matters only to an expression that looks at
 * what is around it, or where not all was searched. */
static enum outcome find_in_message(const struct term *t, struct sight *s, enum outcome before)
{
    struct slice message = record_has_fields(s->r) ? record_message(s->r) : (struct slice){0};
    return message.p ? find(t, seen(s, message), before) : before;
}

static enum outcome find_in_payload(const struct term *t, struct sight *s)
{
    enum outcome found = NO;
    if (s->has_read)
        make_read(s);
    if (!s->only_read)
        found = find(t, came(s), found);
    if (s->has_read)
        found = find(t, buf_slice(&s->read), found);
    if ((t->placed || s->only_read || s->r->data.len > EXPRESSION_BYTES) && found != YES)
        found = find_in_message(t, s, found);
    return found;
}

static enum outcome try_expression(const struct term *t, struct sight *s)
{
    enum outcome found;
    look(s);
    found = find_in_payload(t, s);
    if (s->r->event.len > 0)
        found = find(t, seen(s, s->r->event), found);
    for (size_t i = 0; i < s->nbeside; i++)
        found = find(t, seen(s, s->beside[2 * i + 1]), found);
    return found;
}

/* ---- fields and levels ---- */

static bool compares(double a, enum term_operator how, double b)
{
    switch (how) {
    case TERM_LEAST:
        return a >= b;
    case TERM_ABOVE:
        return a > b;
    case TERM_MOST:
        return a <= b;
    case TERM_BELOW:
        return a < b;
    default:
        return a == b;
    }
}

static enum outcome try_field(const struct term *t, struct sight *s)
{
    struct slice text;
    double number;
    if (!record_path(s->r, t->field, &text))
        return NO;
    text = seen(s, text);
    if (t->how == TERM_HOLDS)
        return !t->search || search_in(t->search, text) ? YES : NO;
    for (size_t i = 0; t->how == TERM_IS && i < t->nvalues; i++)
        if (unicode_equal(text, slice_make(t->values[i].text, t->values[i].len)))
            return YES;
    if (!term_number(text, &number))
        return NO;
    for (size_t i = 0; i < t->nvalues; i++)
        if (t->values[i].is_number && compares(number, t->how, t->values[i].number))
            return YES;
    return NO;
}

/* A level that is not known is neither, unless the term names those records. */
static enum outcome try_level(const struct term *t, struct sight *s)
{
    struct slice name;
    int severity = level_of_record(s->r, &name);
    if (severity < 0)
        return t->levels & LEVEL_UNKNOWN ? YES : EITHER;
    if (t->how == TERM_IS)
        return t->levels & term_level_of(severity) ? YES : NO;
    return compares(severity, t->how, t->severity) ? YES : NO;
}

/* ---- all ---- */

static enum outcome try_term(const struct term *t, struct sight *s)
{
    switch (t->kind) {
    case TERM_TEXT:
        return try_text(t, s);
    case TERM_LEVEL:
        return try_level(t, s);
    case TERM_FIELD:
        return try_field(t, s);
    default:
        return try_expression(t, s);
    }
}

bool query_pass(const struct query *q, struct record *r)
{
    struct sight s;
    bool pass = true;
    s.r = r;
    s.looked = s.only_read = s.read_is_set = false;
    buf_init(&s.came, r->data.len + 1);
    buf_init(&s.read, r->data.len * 3 + 1);
    buf_init(&s.scratch, UINT32_MAX - 1);
    for (size_t i = 0; pass && i < q->nterms; i++) {
        enum outcome found = try_term(&q->terms[i], &s);
        pass = found == EITHER || (found == YES) != q->terms[i].negated;
    }
    buf_free(&s.came);
    buf_free(&s.read);
    buf_free(&s.scratch);
    return pass;
}
