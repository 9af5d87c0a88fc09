/* SPDX-License-Identifier: MIT */
/* pyjson: see pyjson.h. A scan reads the source once and writes at the same time. */
#include "format/pyjson.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "format/unicode.h"
#include "sse.h"

struct scan {
    const char *p;
    size_t len, at;
    struct buf *b; /* NULL: only checks */
    enum pyjson_style style;
    struct pyjson_member *look;
    size_t look_at; /* start of the value that is looked for; 0: not inside it */
    size_t depth;
    unsigned char objects[PYJSON_MAX_DEPTH / 8]; /* one bit for each level: 1 object, 0 array */
};

/* ---- writing ---- */

static void put(struct buf *b, const char *p, size_t len)
{
    if (b)
        buf_add(b, p, len);
}

static void put_unit(struct buf *b, unsigned unit)
{
    static const char hex[] = "0123456789abcdef";
    char text[] = {
        '\\', 'u', hex[unit >> 12 & 15], hex[unit >> 8 & 15], hex[unit >> 4 & 15], hex[unit & 15]};
    buf_add(b, text, sizeof text);
}

/* Writes a character of a string, escaped as by ESCAPE_ASCII or ESCAPE of Python's json.encoder. */
static void put_char(struct buf *b, uint32_t c, enum pyjson_style style)
{
    static const char plain[] = "\"\\\b\f\n\r\t", names[] = "\"\\bfnrt";
    const char *special = c > 0 && c < 0x80 ? strchr(plain, (int)c) : NULL;
    char bytes[4];
    if (!b)
        return;
    if (special)
        buf_addf(b, "\\%c", names[special - plain]);
    else if (c < 0x20)
        put_unit(b, c);
    else if (c < 0x7f || style == PYJSON_UTF8)
        buf_add(b, bytes, unicode_write(c, bytes));
    else if (c < 0x10000)
        put_unit(b, c);
    else {
        put_unit(b, 0xd800 + ((c - 0x10000) >> 10));
        put_unit(b, 0xdc00 + ((c - 0x10000) & 0x3ff));
    }
}

/* ---- characters ---- */

/* The length of the well-formed sequence beyond ASCII at p; 0: there is none. */
static size_t sequence(const char *p, size_t n)
{
    bool good;
    size_t len = sse_utf8_sequence((const unsigned char *)p, n, &good);
    return good && len > 1 ? len : 0;
}

/* The number of bytes at p that the style writes unchanged. */
static size_t simple_run(const char *p, size_t n, enum pyjson_style style)
{
    for (size_t i = 0, len;; i += len) {
        while (i < n && p[i] >= 0x20 && p[i] < 0x7f && p[i] != '"' && p[i] != '\\')
            i++;
        len = i < n && style == PYJSON_UTF8 ? sequence(p + i, n - i) : 0;
        if (len == 0)
            return i;
    }
}

void pyjson_string(struct buf *b, struct slice bytes, enum pyjson_style style)
{
    buf_addc(b, '"');
    for (size_t i = 0; i < bytes.len;) {
        size_t n = simple_run(bytes.p + i, bytes.len - i, style);
        if (n > 0)
            buf_add(b, bytes.p + i, n);
        else
            put_char(b, unicode_read(bytes.p + i, bytes.len - i, &n), style);
        i += n;
    }
    buf_addc(b, '"');
}

/* ---- numbers ---- */

#define MAX_DIGITS 17 /* enough to identify any double */

/* Changes text, "D.DDDe+XX", to the next larger decimal with as many digits. It is needed for
 * powers of two: the next smaller double is nearer than the next larger one. So the nearest
 * decimal, below d, may belong to the smaller double while the next one, above d, reads back as
 * d. */
static void next_decimal(char *text)
{
    char *p = strchr(text, 'e');
    while (--p > text && (*p == '9' || *p == '.'))
        if (*p == '9')
            *p = '0';
    (*p)++; /* *p is no 9: a carry out of all nines was already found with one digit */
}

/* Writes the shortest decimal that reads back as d (positive), as "D.DDDe+XX". For a normal number
 * the search starts at 15 digits: a shorter decimal shows there with zeros at its end. */
static void find_digits(double d, char *text, size_t size)
{
    for (int n = d < DBL_MIN ? 1 : DBL_DIG;; n++) {
        snprintf(text, size, "%.*e", n - 1, d);
        if (n == MAX_DIGITS || strtod(text, NULL) == d)
            return;
        next_decimal(text);
        if (strtod(text, NULL) == d)
            return;
    }
}

/* Writes n digits, the first of which has the weight 10^exponent, in Python's float_repr_style
 * "short". */
static void put_digits(struct buf *b, const char *digits, int n, int exponent)
{
    int whole = exponent + 1; /* digits before the point */
    if (exponent < -4 || exponent >= 16)
        buf_addf(b, "%c%s%.*se%+03d", digits[0], n > 1 ? "." : "", n - 1, digits + 1, exponent);
    else if (whole <= 0)
        buf_addf(b, "0.%.*s%.*s", -whole, "000", n, digits);
    else if (whole < n)
        buf_addf(b, "%.*s.%.*s", whole, digits, n - whole, digits + whole);
    else
        buf_addf(b, "%.*s%.*s.0", n, digits, whole - n, "000000000000000");
}

void pyjson_double(struct buf *b, double d)
{
    char text[32], digits[MAX_DIGITS];
    int n = 0;
    if (!isfinite(d)) {
        buf_adds(b, "null");
        return;
    }
    if (signbit(d))
        buf_addc(b, '-');
    find_digits(fabs(d), text, sizeof text);
    for (const char *p = text; *p != 'e'; p++)
        if (*p != '.')
            digits[n++] = *p;
    while (n > 1 && digits[n - 1] == '0')
        n--;
    put_digits(b, digits, n, (int)strtol(strchr(text, 'e') + 1, NULL, 10));
}

/* ---- reading ---- */

static bool scan_string(struct scan *x)
{
    if (x->at == x->len || x->p[x->at] != '"')
        return false;
    x->at++;
    put(x->b, "\"", 1);
    while (x->at < x->len) {
        size_t n = simple_run(x->p + x->at, x->len - x->at, x->style);
        put(x->b, x->p + x->at, n);
        x->at += n;
        if (x->at == x->len)
            return false;
        uint32_t c = unicode_json(slice_make(x->p, x->len), &x->at);
        if (c == UNICODE_END) {
            put(x->b, "\"", 1);
            return true;
        }
        if (c == UNICODE_BAD)
            return false;
        put_char(x->b, c, x->style);
    }
    return false;
}

static size_t digits(struct scan *x)
{
    size_t start = x->at;
    while (x->at < x->len && x->p[x->at] >= '0' && x->p[x->at] <= '9')
        x->at++;
    return x->at - start;
}

static bool next_is(const struct scan *x, const char *set)
{
    return x->at < x->len && x->p[x->at] && strchr(set, x->p[x->at]);
}

/* RFC 8259, section 6. */
static bool scan_number(struct scan *x)
{
    size_t start = x->at;
    x->at += x->p[x->at] == '-';
    bool zero = next_is(x, "0");
    size_t n = digits(x);
    if (n == 0 || (zero && n > 1))
        return false;
    if (next_is(x, ".")) {
        x->at++;
        if (digits(x) == 0)
            return false;
    }
    if (next_is(x, "eE")) {
        x->at++;
        x->at += next_is(x, "+-");
        if (digits(x) == 0)
            return false;
    }
    put(x->b, x->p + start, x->at - start);
    return true;
}

static bool scan_word(struct scan *x)
{
    static const struct {
        const char *text, *written;
    } words[] = {{"true", "true"}, {"false", "false"},   {"null", "null"},
                 {"NaN", "null"},  {"Infinity", "null"}, {"-Infinity", "null"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].text);
        if (x->len - x->at >= n && memcmp(x->p + x->at, words[i].text, n) == 0) {
            x->at += n;
            put(x->b, words[i].written, strlen(words[i].written));
            return true;
        }
    }
    return false;
}

static void skip_blanks(struct scan *x)
{
    while (next_is(x, " \t\r\n"))
        x->at++;
}

char pyjson_first(struct slice text)
{
    struct scan x = {.p = text.p, .len = text.len};
    skip_blanks(&x);
    return x.at < x.len ? x.p[x.at] : '\0';
}

static bool in_object(const struct scan *x)
{
    return x->objects[(x->depth - 1) / 8] & 1u << (x->depth - 1) % 8;
}

/* Reads the name of a member and its colon. */
static bool is_wanted(const struct pyjson_member *look, struct slice name)
{
    return look->is ? look->is(name) : slice_equal(name, slice_of(look->name));
}

static bool scan_member(struct scan *x)
{
    size_t start = x->at + 1;
    if (!scan_string(x))
        return false;
    struct slice name = slice_make(x->p + start, x->at - start - 1);
    skip_blanks(x);
    if (!next_is(x, ":"))
        return false;
    x->at++;
    put(x->b, ": ", 2);
    skip_blanks(x);
    if (x->look && x->depth == 1 && is_wanted(x->look, name))
        x->look_at = x->at;
    return true;
}

/* Enters an object or array; of an object it reads the first name too. *more: a value follows. */
static bool enter(struct scan *x, bool *more)
{
    bool object = x->p[x->at] == '{';
    unsigned bit = 1u << x->depth % 8;
    unsigned char *level = &x->objects[x->depth / 8];
    if (x->depth == PYJSON_MAX_DEPTH)
        return false;
    *level = (unsigned char)(object ? *level | bit : *level & ~bit);
    x->depth++;
    put(x->b, x->p + x->at++, 1);
    skip_blanks(x);
    *more = !next_is(x, object ? "}" : "]");
    return !*more || !object || scan_member(x);
}

/* Reads what follows a value: the ends of objects and arrays, then a comma or the end of the text.
 * *more: another value follows. */
static bool leave(struct scan *x, bool *more)
{
    for (*more = false; x->depth > 0;) {
        if (x->depth == 1 && x->look_at) {
            x->look->value = slice_make(x->p + x->look_at, x->at - x->look_at);
            x->look_at = 0;
        }
        skip_blanks(x);
        if (next_is(x, ",")) {
            x->at++;
            put(x->b, ", ", 2);
            skip_blanks(x);
            *more = true;
            return !in_object(x) || scan_member(x);
        }
        if (!next_is(x, in_object(x) ? "}" : "]"))
            return false;
        put(x->b, x->p + x->at++, 1);
        x->depth--;
    }
    skip_blanks(x);
    return x->at == x->len;
}

static bool scan_scalar(struct scan *x)
{
    if (next_is(x, "\""))
        return scan_string(x);
    if (next_is(x, "0123456789") ||
        (next_is(x, "-") && x->len - x->at > 1 && x->p[x->at + 1] != 'I'))
        return scan_number(x);
    return scan_word(x);
}

static bool scan_value(struct scan *x)
{
    bool more = true;
    while (more) {
        bool inside = next_is(x, "{[");
        if (inside ? !enter(x, &more) : !scan_scalar(x))
            return false;
        if (inside && more)
            continue;
        if (!leave(x, &more))
            return false;
    }
    return true;
}

enum pyjson_kind pyjson_text(struct buf *b, struct slice text, enum pyjson_style style,
                             struct pyjson_member *look)
{
    struct scan x = {.p = text.p, .len = text.len, .b = b, .style = style, .look = look};
    size_t before = b ? b->len : 0;
    if (look)
        look->value = slice_make(NULL, 0);
    enum pyjson_kind kind = pyjson_first(text) == '{' ? PYJSON_OBJECT : PYJSON_OTHER;
    skip_blanks(&x);
    if (scan_value(&x))
        return kind;
    if (b)
        buf_cut(b, before);
    if (look)
        look->value = slice_make(NULL, 0);
    return x.depth == PYJSON_MAX_DEPTH ? PYJSON_DEEP : PYJSON_NONE;
}
