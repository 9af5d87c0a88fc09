/* SPDX-License-Identifier: MIT */
/*
 * pattern_escape: see pattern_escape.h. PCRE2 knows the sets of JavaScript for ASCII only, so those
 * that reach further are written out.
 */
#include "format/pattern_escape.h"

#include "format/unicode.h"

/* Blanks of JavaScript beyond ASCII, and what is no blank. */
#define MORE_BLANKS                                                                                \
    "\\u{a0}\\u{1680}\\u{2000}-\\u{200a}\\u{2028}\\u{2029}\\u{202f}\\u{205f}\\u{3000}\\u{feff}"
#define NO_BLANKS                                                                                  \
    "\\u{0}-\\u{8}\\u{e}-\\u{1f}\\u{21}-\\u{9f}\\u{a1}-\\u{167f}\\u{1681}-\\u{1fff}"               \
    "\\u{200b}-\\u{2027}\\u{202a}-\\u{202e}\\u{2030}-\\u{205e}\\u{2060}-\\u{2fff}"                 \
    "\\u{3001}-\\u{fefe}\\u{ff00}-\\u{10ffff}"
/* The long s and the sign of Kelvin are word characters where case is ignored. */
#define MORE_FOLDED_WORDS "\\u{17f}\\u{212a}"
#define NO_FOLDED_WORDS                                                                            \
    "\\u{0}-\\u{2f}\\u{3a}-\\u{40}\\u{5b}-\\u{5e}\\u{60}\\u{7b}-\\u{17e}\\u{180}-\\u{2129}"        \
    "\\u{212b}-\\u{10ffff}"

static bool begins(struct slice text, const char *with)
{
    size_t n = strlen(with);
    return text.len >= n && memcmp(text.p, with, n) == 0;
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* ---- sets ---- */

/* The length of a category of Unicode, "p{Lu}" or the like; 0: rest begins with none. */
static size_t category(struct slice rest)
{
    static const char *const known[] = {"Lultmo", "Mnce", "Ndlo", "Pcdseifo",
                                        "Smcko",  "Zslp", "Ccfo"};
    size_t n = 3;
    if (rest.len < 4 || (rest.p[0] != 'p' && rest.p[0] != 'P') || rest.p[1] != '{')
        return 0;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (rest.p[2] != known[i][0])
            continue;
        if (rest.p[n] && strchr(known[i] + 1, rest.p[n]))
            n++;
        return n < rest.len && rest.p[n] == '}' ? n + 1 : 0;
    }
    return 0;
}

size_t pattern_escape_set(struct slice rest, bool fold, struct buf *out)
{
    size_t n = category(rest);
    char c = rest.len > 0 ? rest.p[0] : '\0';
    if (n == 0 && (!c || !strchr("dDwWsS", c)))
        return 0;
    n = n > 0 ? n : 1;
    if (c == 's')
        buf_adds(out, "\\s" MORE_BLANKS);
    else if (c == 'S')
        buf_adds(out, NO_BLANKS);
    else if (c == 'w' && fold)
        buf_adds(out, "\\w" MORE_FOLDED_WORDS);
    else if (c == 'W' && fold)
        buf_adds(out, NO_FOLDED_WORDS);
    else
        buf_addf(out, "\\%.*s", (int)n, rest.p);
    return n;
}

/* ---- characters ---- */

/* Reads up to most hexadecimal digits at *at, and moves it behind them. */
static uint32_t read_hex(struct slice text, size_t *at, size_t most)
{
    static const char digits[] = "0123456789abcdef0123456789ABCDEF";
    uint32_t value = 0;
    for (size_t n = 0; n < most && *at < text.len; n++, ++*at) {
        const char *found = text.p[*at] ? strchr(digits, text.p[*at]) : NULL;
        if (!found)
            break;
        value = value << 4 | (uint32_t)((found - digits) & 15);
    }
    return value;
}

/* "xHH", "uHHHH" or "u{H}". *length is 0 if there is none. */
static uint32_t read_coded(struct slice rest, size_t *length)
{
    bool braces = begins(rest, "u{");
    size_t least = rest.p[0] == 'x' ? 2 : braces ? 1 : 4, at = braces ? 2 : 1, from = at;
    uint32_t c = read_hex(rest, &at, braces ? 6 : least);
    *length = 0;
    if (at - from < least || (braces && (at == rest.len || rest.p[at] != '}')))
        return 0;
    *length = braces ? at + 1 : at;
    return c;
}

/* A surrogate counts only in a pair. */
static bool read_code_point(struct slice rest, uint32_t *c, size_t *length)
{
    size_t n, second;
    uint32_t low;
    *c = read_coded(rest, &n);
    *length = n;
    if (n == 5 && *c >= 0xd800 && *c <= 0xdbff && begins(slice_after(rest, n), "\\u")) {
        low = read_coded(slice_after(rest, n + 1), &second);
        if (second == 5 && low >= 0xdc00 && low <= 0xdfff) {
            *length = n + 1 + second;
            *c = 0x10000 + ((*c - 0xd800) << 10) + (low - 0xdc00);
            return true;
        }
    }
    return n > 0 && *c <= 0x10ffff && (*c < 0xd800 || *c > 0xdfff);
}

bool pattern_escape_character(struct slice rest, uint32_t *c, size_t *length)
{
    static const char names[] = "tnvfr0", plain[] = "\t\n\v\f\r";
    char first = rest.len > 0 ? rest.p[0] : '\0', next = rest.len > 1 ? rest.p[1] : '\0';
    *length = 1;
    if (first == 'x' || first == 'u')
        return read_code_point(rest, c, length);
    if (first == 'c' && is_letter(next)) {
        *length = 2;
        *c = (uint32_t)next & 31;
        return true;
    }
    if (first && strchr(names, first) && !(first == '0' && is_digit(next))) {
        *c = (uint32_t)plain[strchr(names, first) - names];
        return true;
    }
    if (rest.len == 0 || is_letter(first) || is_digit(first))
        return false;
    *c = unicode_read(rest.p, rest.len, length);
    return true;
}
