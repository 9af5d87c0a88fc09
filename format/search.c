/* SPDX-License-Identifier: MIT */
/*
 * search: see search.h. Text and payload become UTF-8 with case folded and ill-formed bytes
 * replaced, character by character, and are compared byte by byte by the algorithm of Knuth, Morris
 * and Pratt. Nothing is copied. In well-formed UTF-8 a match begins and ends with a character.
 */
#include "format/search.h"

#include <stdlib.h>

#include "format/pyjson.h"
#include "format/unicode.h"

/* A character of ill-formed bytes takes three bytes, and folding makes none longer than that. */
#define MOST_GROWTH 3

/* The kinds of bytes in a payload; one byte may be of several. */
enum {
    MAY_BEGIN = 1,   /* the first byte of a character that the text begins with */
    ENDS_STRING = 2, /* in a JSON string, a byte that is more than itself: a quote, an escape */
    NOT_JSON = 4     /* no byte of JSON outside its strings */
};

struct search {
    enum search_case how;
    struct slice given; /* a copy of the text; owned */
    char *text;         /* as it is compared; owned */
    size_t len;         /* of text, not 0 */
    size_t *border;     /* of text, see find_borders; owned */
    unsigned char kinds[256];
};

/* c is ASCII. */
static inline char form_byte(enum search_case how, char c)
{
    return (char)(how == SEARCH_FOLDED && c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* Writes c as it is compared; returns the number of bytes. */
static size_t form_char(enum search_case how, uint32_t c, char out[4])
{
    return unicode_write(how == SEARCH_FOLDED ? unicode_fold(c) : c, out);
}

/* ---- building ---- */

/* border[i]: length of the longest proper prefix of text[0..i] that is also its suffix. */
static void find_borders(const char *text, size_t len, size_t *border)
{
    size_t k = 0;
    border[0] = 0;
    for (size_t i = 1; i < len; i++) {
        while (k > 0 && text[i] != text[k])
            k = border[k - 1];
        if (text[i] == text[k])
            k++;
        border[i] = k;
    }
}

/* U+212A (kelvin) and U+017F (long s) are the only characters beyond ASCII that fold into it. */
static bool may_begin(const struct search *s, unsigned char byte)
{
    unsigned char first = (unsigned char)s->text[0];
    if (byte < 0x80)
        return (unsigned char)form_byte(s->how, (char)byte) == first;
    return first >= 0x80 || (first == 'k' && byte == 0xe2) || (first == 's' && byte == 0xc5);
}

static void find_kinds(struct search *s)
{
    static const char outside[] = " \t\r\n{}[]:,\"+-.0123456789eEtrufalsnNaInfity";
    for (unsigned byte = 0; byte < sizeof s->kinds; byte++) {
        unsigned kind = may_begin(s, (unsigned char)byte) ? MAY_BEGIN : 0;
        if (byte < 0x20 || byte == '"' || byte == '\\')
            kind |= ENDS_STRING;
        if (byte == 0 || !strchr(outside, (int)byte))
            kind |= NOT_JSON;
        s->kinds[byte] = (unsigned char)kind;
    }
}

static int build(struct search *s, struct slice text)
{
    char *given = malloc(text.len);
    s->given = slice_make(given, text.len);
    s->text = malloc(MOST_GROWTH * text.len);
    s->border = calloc(MOST_GROWTH * text.len, sizeof *s->border);
    if (!given || !s->text || !s->border)
        return -1;
    memcpy(given, text.p, text.len);
    for (size_t at = 0, n; at < text.len; at += n) {
        uint32_t c = unicode_read(text.p + at, text.len - at, &n);
        char bytes[4];
        size_t more = form_char(s->how, c, bytes);
        memcpy(s->text + s->len, bytes, more);
        s->len += more;
    }
    find_borders(s->text, s->len, s->border);
    find_kinds(s);
    return 0;
}

struct search *search_new(struct slice text, enum search_case how)
{
    struct search *s = calloc(1, sizeof *s);
    if (s) {
        s->how = how;
        if (build(s, text) == 0)
            return s;
    }
    search_free(s);
    return NULL;
}

/* The cast drops the const that slices have for their readers. */
void search_free(struct search *s)
{
    if (!s)
        return;
    free((char *)(uintptr_t)s->given.p);
    free(s->text);
    free(s->border);
    free(s);
}

struct slice search_form(const struct search *s)
{
    return s->how == SEARCH_EXACT ? s->given : slice_make(s->text, s->len);
}

/* ---- searching ---- */

/* matched is the number of bytes of the text that the last bytes of the payload are equal to. Both
 * functions return the next value of it. s->len: the text is found. */
static inline size_t match_byte(const struct search *s, size_t matched, char c)
{
    while (matched > 0 && c != s->text[matched])
        matched = s->border[matched - 1];
    return matched + (c == s->text[matched]);
}

static size_t match_char(const struct search *s, size_t matched, uint32_t c)
{
    char bytes[4];
    size_t n = form_char(s->how, c, bytes);
    for (size_t i = 0; i < n && matched < s->len; i++)
        matched = match_byte(s, matched, bytes[i]);
    return matched;
}

/* The place of the next byte at which the text may begin, or of one of the kinds in stop. */
static inline size_t step_over(const struct search *s, struct slice payload, size_t at, int stop)
{
    while (at < payload.len && !(s->kinds[(unsigned char)payload.p[at]] & (MAY_BEGIN | stop)))
        at++;
    return at;
}

static bool find_folded(const struct search *s, struct slice payload)
{
    size_t matched = 0, at = 0, n;
    while (matched < s->len) {
        if (matched == 0)
            at = step_over(s, payload, at, 0);
        if (at == payload.len)
            return false;
        char c = payload.p[at];
        n = 1;
        matched = c >= 0
                      ? match_byte(s, matched, form_byte(SEARCH_FOLDED, c))
                      : match_char(s, matched, unicode_read(payload.p + at, payload.len - at, &n));
        at += n;
    }
    return true;
}

/* Reads a string from behind its first quote on. *at is the payload's length if it has no end or is
 * malformed. */
static size_t match_string(const struct search *s, size_t matched, struct slice payload, size_t *at)
{
    while (matched < s->len) {
        if (matched == 0)
            *at = step_over(s, payload, *at, ENDS_STRING);
        if (*at == payload.len)
            break;
        char c = payload.p[*at];
        if (c >= 0 && !(s->kinds[(unsigned char)c] & ENDS_STRING)) {
            matched = match_byte(s, matched, form_byte(s->how, c));
            ++*at;
            continue;
        }
        uint32_t u = unicode_json(payload, at);
        if (u == UNICODE_END)
            return match_byte(s, matched, '"');
        if (u == UNICODE_BAD)
            *at = payload.len;
        else
            matched = match_char(s, matched, u);
    }
    return matched;
}

/* Searches JSON with the escape sequences of its strings read. It stops where the payload has a
 * byte that is not JSON: text of another kind has no escape sequences. */
static bool find_unescaped(const struct search *s, struct slice payload)
{
    size_t matched = 0, at = 0;
    while (matched < s->len && at < payload.len) {
        char c = payload.p[at++];
        if (s->kinds[(unsigned char)c] & NOT_JSON)
            return false;
        matched = match_byte(s, matched, form_byte(s->how, c));
        if (c == '"' && matched < s->len)
            matched = match_string(s, matched, payload, &at);
    }
    return matched == s->len;
}

static bool may_have_escapes(struct slice payload)
{
    char first = pyjson_first(payload);
    return first && strchr("{[\"", first) && memchr(payload.p, '\\', payload.len);
}

bool search_in(const struct search *s, struct slice text)
{
    if (text.len == 0)
        return false;
    return s->how == SEARCH_FOLDED ? find_folded(s, text)
                                   : memmem(text.p, text.len, s->given.p, s->given.len) != NULL;
}

bool search_find(const struct search *s, struct slice payload)
{
    return search_in(s, payload) || (may_have_escapes(payload) && find_unescaped(s, payload));
}
