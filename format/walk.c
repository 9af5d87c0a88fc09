/* SPDX-License-Identifier: MIT */
/* walk: see walk.h. */
#include "format/walk.h"

#include "sse.h"

struct walk walk_of(struct slice text)
{
    /* Places are counted from p, which must not be NULL for that. */
    return (struct walk){.p = text.p ? text.p : "", .len = text.len};
}

static enum walk_token bad(struct walk *w)
{
    w->place = WALK_AT_BAD;
    return WALK_BAD;
}

/* The byte at the walk's place; 0: the text has ended, or a NUL, which nothing accepts. */
static char here(const struct walk *w)
{
    return w->at < w->len ? w->p[w->at] : '\0';
}

static void skip_blanks(struct walk *w)
{
    while (here(w) == ' ' || here(w) == '\t' || here(w) == '\n' || here(w) == '\r')
        w->at++;
}

/* ---- scalars ---- */

/* Skips the escape sequence at '\\'. False: there is no such sequence. */
static bool skip_escape(struct walk *w)
{
    char c = w->at + 1 < w->len ? w->p[w->at + 1] : '\0';
    if (c == 'u') {
        if (w->len - w->at < 6 || slice_hex_byte(slice_make(w->p + w->at + 2, 2)) < 0 ||
            slice_hex_byte(slice_make(w->p + w->at + 4, 2)) < 0)
            return false;
        w->at += 6;
        return true;
    }
    w->at += 2;
    return c && strchr("\"\\/bfnrt", c);
}

/* Skips the string at its first quote. */
static bool skip_string(struct walk *w)
{
    for (w->at++; w->at < w->len;) {
        unsigned char c = (unsigned char)w->p[w->at];
        bool good = true;
        if (c == '"') {
            w->at++;
            return true;
        }
        if (c == '\\')
            good = skip_escape(w);
        else if (c >= 0x80)
            w->at += sse_utf8_sequence((const unsigned char *)w->p + w->at, w->len - w->at, &good);
        else
            w->at++;
        if (!good || c < 0x20)
            return false;
    }
    return false;
}

static bool skip_digits(struct walk *w)
{
    size_t start = w->at;
    while (here(w) >= '0' && here(w) <= '9')
        w->at++;
    return w->at > start;
}

static bool skip_number(struct walk *w)
{
    w->at += here(w) == '-';
    bool zero = here(w) == '0';
    size_t start = w->at;
    if (!skip_digits(w) || (zero && w->at - start > 1))
        return false;
    if (here(w) == '.') {
        w->at++;
        if (!skip_digits(w))
            return false;
    }
    if (here(w) != 'e' && here(w) != 'E')
        return true;
    w->at++;
    w->at += here(w) == '+' || here(w) == '-';
    return skip_digits(w);
}

static bool skip_word(struct walk *w)
{
    static const char *const words[] = {"true", "false", "null"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i]);
        if (w->len - w->at >= n && memcmp(w->p + w->at, words[i], n) == 0) {
            w->at += n;
            return true;
        }
    }
    return false;
}

/* ---- structure ---- */

static bool in_object(const struct walk *w)
{
    return w->depth > 0 && w->objects >> (w->depth - 1) & 1;
}

static enum walk_token begin(struct walk *w, bool object)
{
    if (w->depth == WALK_DEPTH)
        return bad(w);
    uint64_t bit = (uint64_t)1 << w->depth++;
    w->objects = object ? w->objects | bit : w->objects & ~bit;
    w->place = object ? WALK_AT_FIRST_NAME : WALK_AT_FIRST_VALUE;
    w->at++;
    return object ? WALK_OBJECT : WALK_ARRAY;
}

static enum walk_token end(struct walk *w)
{
    w->at++;
    w->depth--;
    w->place = WALK_AFTER_VALUE;
    return WALK_END;
}

static enum walk_token value(struct walk *w)
{
    char c = here(w);
    if (c == '{' || c == '[')
        return begin(w, c == '{');
    w->place = WALK_AFTER_VALUE;
    if (c == '"')
        return skip_string(w) ? WALK_STRING : bad(w);
    if (c == '-' || (c >= '0' && c <= '9'))
        return skip_number(w) ? WALK_NUMBER : bad(w);
    return skip_word(w) ? WALK_WORD : bad(w);
}

/* A name and the colon behind it. */
static enum walk_token name(struct walk *w, size_t *ends)
{
    if (here(w) != '"' || !skip_string(w))
        return bad(w);
    *ends = w->at;
    skip_blanks(w);
    if (here(w) != ':')
        return bad(w);
    w->at++;
    w->place = WALK_AT_VALUE;
    return WALK_NAME;
}

/* A value is followed by the end of the text, the end of the object or array, or a comma. */
static enum walk_token after(struct walk *w, size_t *start, size_t *ends)
{
    if (w->depth == 0)
        return w->at == w->len ? WALK_DONE : bad(w);
    if (here(w) == (in_object(w) ? '}' : ']'))
        return end(w);
    if (here(w) != ',')
        return bad(w);
    w->at++;
    skip_blanks(w);
    *start = w->at;
    return in_object(w) ? name(w, ends) : value(w);
}

enum walk_token walk_next(struct walk *w)
{
    enum walk_token t = WALK_BAD;
    skip_blanks(w);
    size_t start = w->at, ends = 0;
    switch (w->place) {
    case WALK_AT_VALUE:
        t = value(w);
        break;
    case WALK_AT_FIRST_VALUE:
        t = here(w) == ']' ? end(w) : value(w);
        break;
    case WALK_AT_FIRST_NAME:
        t = here(w) == '}' ? end(w) : name(w, &ends);
        break;
    case WALK_AFTER_VALUE:
        t = after(w, &start, &ends);
        break;
    case WALK_AT_BAD:
        break;
    }
    w->text = slice_make(w->p + start, (ends > 0 ? ends : w->at) - start);
    return t;
}

int walk_skip(struct walk *w, struct slice *text)
{
    unsigned depth = w->depth;
    enum walk_token t = walk_next(w);
    if (t == WALK_BAD || t == WALK_DONE || t == WALK_NAME || (t == WALK_END && w->depth < depth))
        return -1;
    const char *start = w->text.p;
    while (w->depth > depth)
        if (walk_next(w) == WALK_BAD)
            return -1;
    *text = slice_make(start, (size_t)(w->p + w->at - start));
    return 0;
}

bool walk_is_json(struct slice text)
{
    struct walk w = walk_of(text);
    struct slice all;
    return walk_skip(&w, &all) == 0 && walk_next(&w) == WALK_DONE;
}

bool walk_is(const struct walk *w, const char *content)
{
    size_t n = strlen(content);
    return w->text.len == n + 2 && memcmp(w->text.p + 1, content, n) == 0;
}
