/* SPDX-License-Identifier: MIT */
/*
 * buf: the growable buffer of buf.h.  Knows only libc.  Invariants: len <= max; len < cap and
 * p[len] == 0 if p is set.  A failed buffer accepts no bytes until it is cleared, so that a later,
 * smaller piece cannot follow a piece that is missing.
 */
#include "base/buf.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define BUF_LARGE (64 * 1024)
#define BUF_LEAST 64 /* first allocation: most contents fit after one or two doublings */

void buf_init(struct buf *b, size_t max)
{
    const size_t most = UINT32_MAX - 1; /* and the NUL */
    *b = (struct buf){.max = (uint32_t)(max < most ? max : most)};
}

static void wipe(struct buf *b, size_t from, size_t to)
{
    if (b->secret && b->p)
        explicit_bzero(b->p + from, to - from);
}

void buf_free(struct buf *b)
{
    if (!b)
        return;
    bool secret = b->secret;
    wipe(b, 0, b->cap);
    free(b->p);
    buf_init(b, b->max);
    b->secret = secret;
}

void buf_clear(struct buf *b)
{
    wipe(b, 0, b->len);
    b->len = 0;
    b->failed = b->starved = false;
    if (b->p)
        b->p[0] = '\0';
}

/* The next capacity that holds need bytes, at most max + 1. It doubles, so n additions cost O(n).
 */
static size_t next_cap(const struct buf *b, size_t need)
{
    size_t cap = b->cap ? b->cap : BUF_LEAST;
    while (cap < need)
        cap = cap > b->max / 2 ? b->max + 1 : cap * 2;
    return cap < b->max + 1 ? cap : b->max + 1;
}

/* realloc does not wipe the old memory after a move, so a secret is copied by hand. */
static char *resize(struct buf *b, size_t cap)
{
    if (!b->secret)
        return realloc(b->p, cap);
    char *p = malloc(cap);
    if (p && b->p) {
        memcpy(p, b->p, b->len);
        wipe(b, 0, b->cap);
        free(b->p);
    }
    return p;
}

int buf_room(struct buf *b, size_t len)
{
    size_t cap;
    char *p;
    if (b->failed)
        return -1;
    if (len > b->max - b->len) {
        b->failed = true;
        return -1;
    }
    if (b->p && b->len + len < b->cap)
        return 0;
    cap = next_cap(b, b->len + len + 1);
    p = resize(b, cap);
    if (!p) {
        b->failed = b->starved = true;
        return -1;
    }
    b->p = p;
    b->cap = cap;
    b->p[b->len] = '\0';
    return 0;
}

int buf_add(struct buf *b, const void *p, size_t len)
{
    if (buf_room(b, len) < 0)
        return -1;
    if (len > 0)
        memcpy(b->p + b->len, p, len);
    b->len += len;
    b->p[b->len] = '\0';
    return 0;
}

int buf_adds(struct buf *b, const char *s)
{
    return buf_add(b, s, strlen(s));
}

int buf_addc(struct buf *b, char c)
{
    return buf_add(b, &c, 1);
}

int buf_add_number(struct buf *b, uint64_t number)
{
    char digits[NUMBER_DIGITS];
    return buf_add(b, digits, number_format(number, digits));
}

int buf_vaddf(struct buf *b, const char *format, va_list ap)
{
    va_list again;
    int len;
    if (buf_room(b, 0) < 0)
        return -1;
    va_copy(again, ap);
    len = vsnprintf(b->p + b->len, b->cap - b->len, format, ap);
    if (len < 0)
        b->failed = true;
    else if ((size_t)len >= b->cap - b->len && buf_room(b, (size_t)len) == 0)
        vsnprintf(b->p + b->len, b->cap - b->len, format, again);
    va_end(again);
    if (b->failed) {
        b->p[b->len] = '\0'; /* the first call may have written a part */
        return -1;
    }
    b->len += (size_t)len;
    return 0;
}

int buf_addf(struct buf *b, const char *format, ...)
{
    va_list ap;
    int result;
    va_start(ap, format);
    result = buf_vaddf(b, format, ap);
    va_end(ap);
    return result;
}

void buf_cut(struct buf *b, size_t len)
{
    if (len >= b->len)
        return;
    b->len = len;
    b->p[len] = '\0';
}

void buf_drop(struct buf *b, size_t n)
{
    if (n > b->len)
        n = b->len;
    if (n == 0)
        return;
    memmove(b->p, b->p + n, b->len - n + 1); /* with the NUL */
    b->len -= n;
    wipe(b, b->len, b->len + n);
}

void buf_shrink(struct buf *b)
{
    if (!b->p || b->cap < BUF_LARGE || b->len >= b->cap / 2)
        return;
    char *p = resize(b, b->len + 1);
    if (!p)
        return;
    b->p = p;
    b->cap = b->len + 1;
    b->p[b->len] = '\0';
}

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *at = c ? strchr(digits, c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c) : NULL;
    return at ? (int)(at - digits) : -1;
}

int slice_hex_byte(struct slice text)
{
    int high = text.len >= 2 ? hex_digit(text.p[0]) : -1;
    int low = high >= 0 ? hex_digit(text.p[1]) : -1;
    return low >= 0 ? high << 4 | low : -1;
}

int slice_number(struct slice text, uint64_t least, uint64_t most, uint64_t *number)
{
    uint64_t n = 0;
    if (text.len == 0)
        return -1;
    for (size_t i = 0; i < text.len; i++) {
        unsigned digit = (unsigned)(unsigned char)text.p[i] - '0';
        if (digit > 9 || n > UINT64_MAX / 10 || n * 10 > UINT64_MAX - digit)
            return -1;
        n = n * 10 + digit;
    }
    if (n < least || n > most)
        return -1;
    *number = n;
    return 0;
}

size_t number_format(uint64_t number, char out[NUMBER_DIGITS])
{
    char digits[NUMBER_DIGITS]; /* filled from the end */
    size_t at = sizeof digits;
    do {
        digits[--at] = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    memcpy(out, digits + at, sizeof digits - at);
    return sizeof digits - at;
}
