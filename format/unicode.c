/* SPDX-License-Identifier: MIT */
/* unicode: see unicode.h. */
#include "format/unicode.h"

#include <utf8proc.h>

#include "sse.h"

#define MOST_FOLDED 4 /* full folding makes at most three characters of one */

uint32_t unicode_read(const char *p, size_t n, size_t *len)
{
    const unsigned char *u = (const unsigned char *)p;
    static const unsigned char mask[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    bool good;
    *len = sse_utf8_sequence(u, n, &good);
    if (!good)
        return UNICODE_REPLACEMENT;
    uint32_t c = u[0] & mask[*len];
    for (size_t i = 1; i < *len; i++)
        c = c << 6 | (u[i] & 0x3fu);
    return c;
}

size_t unicode_write(uint32_t c, char out[4])
{
    size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const unsigned char lead[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n; i-- > 1; c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)(lead[n] | c);
    return n;
}

/* ---- JSON ---- */

/* Reads four hexadecimal digits at *at. */
static uint32_t read_hex(struct slice text, size_t *at)
{
    int high, low;
    if (text.len - *at < 4)
        return UNICODE_BAD;
    high = slice_hex_byte(slice_make(text.p + *at, 2));
    low = slice_hex_byte(slice_make(text.p + *at + 2, 2));
    *at += 4;
    return high < 0 || low < 0 ? UNICODE_BAD : (uint32_t)high << 8 | (uint32_t)low;
}

/* Reads \uXXXX after its 'u'. Of a surrogate pair it reads both halves. */
static uint32_t read_escaped(struct slice text, size_t *at)
{
    uint32_t high = read_hex(text, at), low;
    if (high == UNICODE_BAD || high < 0xd800 || high > 0xdfff)
        return high;
    if (high > 0xdbff || text.len - *at < 6 || memcmp(text.p + *at, "\\u", 2) != 0)
        return UNICODE_REPLACEMENT;
    size_t after = *at + 2;
    low = read_hex(text, &after);
    if (low < 0xdc00 || low > 0xdfff)
        return UNICODE_REPLACEMENT;
    *at = after;
    return 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
}

static uint32_t read_escape(struct slice text, size_t *at)
{
    static const char names[] = "\"\\/bfnrt", plain[] = "\"\\/\b\f\n\r\t";
    const char *found;
    if (++*at == text.len)
        return UNICODE_BAD;
    char c = text.p[(*at)++];
    if (c == 'u')
        return read_escaped(text, at);
    found = c ? strchr(names, c) : NULL;
    return found ? (uint32_t)plain[found - names] : UNICODE_BAD;
}

uint32_t unicode_json(struct slice text, size_t *at)
{
    size_t n;
    char c = text.p[*at];
    if (c == '"') {
        ++*at;
        return UNICODE_END;
    }
    if (c == '\\')
        return read_escape(text, at);
    if (c >= 0 && c < 0x20)
        return UNICODE_BAD;
    uint32_t u = unicode_read(text.p + *at, text.len - *at, &n);
    *at += n;
    return u;
}

/* ---- case ---- */

/* utf8proc has full folding. Where that makes several characters of one, simple folding is the
 * lower case, except for U+0130, which has none. */
uint32_t unicode_fold(uint32_t c)
{
    utf8proc_int32_t full[MOST_FOLDED], point = (utf8proc_int32_t)c;
    int boundary = 0;
    if (c < 0x80)
        return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
    if (utf8proc_get_property(point)->casefold_seqindex == UINT16_MAX)
        return c; /* most characters, and what follows is slow */
    if (utf8proc_decompose_char(point, full, MOST_FOLDED, UTF8PROC_CASEFOLD, &boundary) == 1)
        return (uint32_t)full[0];
    return c == 0x130 ? c : (uint32_t)utf8proc_tolower(point);
}

static uint32_t next_folded(struct slice *s)
{
    size_t n;
    uint32_t c = unicode_fold(unicode_read(s->p, s->len, &n));
    *s = slice_make(s->p + n, s->len - n);
    return c;
}

bool unicode_equal(struct slice a, struct slice b)
{
    while (a.len > 0 && b.len > 0)
        if (next_folded(&a) != next_folded(&b))
            return false;
    return a.len == b.len;
}
