/* SPDX-License-Identifier: MIT */
/*
 * ansi: see ansi.h. Text is overwritten as on a terminal that shows one line: the cursor goes back,
 * and the next character that is shown replaces all behind it. Control characters beyond ASCII
 * (U+0080 to U+009F) are two bytes in UTF-8, of which the first is C1_LEAD. A byte that is not
 * UTF-8 is no control character.
 */
#include "format/ansi.h"

#define ESC     0x1b
#define BELL    0x07
#define C1_LEAD 0xc2
#define C1_CSI  0x9b /* the second byte of "ESC [" as one character */
#define C1_END  0x9c /* of the terminator of a string */

#define ALL SIZE_MAX /* characters: to the begin of the line */

static unsigned char byte_at(struct slice text, size_t at)
{
    return at < text.len ? (unsigned char)text.p[at] : 0;
}

static bool is_c1(struct slice text, size_t at)
{
    unsigned char second = byte_at(text, at + 1);
    return byte_at(text, at) == C1_LEAD && second >= 0x80 && second <= 0x9f;
}

/* The bytes of the control character at a place; 0: it is none. */
static size_t control(struct slice text, size_t at)
{
    unsigned char c = (unsigned char)text.p[at];
    if (c < 0x20)
        return c != '\t' && c != '\n';
    return c == 0x7f ? 1 : is_c1(text, at) ? 2 : 0;
}

/* The place behind the bytes from at on that lie between least and most. */
static size_t skip_range(struct slice text, size_t at, unsigned char least, unsigned char most)
{
    while (at < text.len && (unsigned char)text.p[at] >= least && (unsigned char)text.p[at] <= most)
        at++;
    return at;
}

/* Skips one byte that may end a sequence. */
static size_t skip_final(struct slice text, size_t at, unsigned char least)
{
    unsigned char c = byte_at(text, at);
    return at < text.len && c >= least && c <= 0x7e ? at + 1 : at;
}

/* A title, a link, or a command to a device. It ends at its terminator, the next escape or the end
 * of the text. */
static size_t skip_string(struct slice text, size_t at)
{
    for (; at < text.len; at++) {
        unsigned char c = (unsigned char)text.p[at];
        if (c == ESC)
            return byte_at(text, at + 1) == '\\' ? at + 2 : at;
        if (c == BELL)
            return at + 1;
        if (is_c1(text, at) && byte_at(text, at + 1) == C1_END)
            return at + 2;
    }
    return at;
}

/* A control sequence, or another escape or control character. */
struct sequence {
    struct slice parameters; /* of a control sequence */
    char final;              /* its last byte; 0: it is cut short, or no control sequence */
    size_t end;              /* the place behind it */
};

static struct sequence control_sequence(struct slice text, size_t at)
{
    size_t from = at;
    at = skip_range(text, at, 0x20, 0x3f);
    struct sequence s = {.parameters = slice_make(text.p + from, at - from),
                         .end = skip_final(text, at, 0x40)};
    s.final = s.end > at ? text.p[at] : '\0';
    return s;
}

/* The sequence that begins at a control character of length bytes. */
static struct sequence read_sequence(struct slice text, size_t at, size_t length)
{
    unsigned char next = byte_at(text, at + 1);
    bool escape = (unsigned char)text.p[at] == ESC;
    if (escape ? next == '[' : length == 2 && next == C1_CSI)
        return control_sequence(text, at + 2);
    if (!escape)
        return (struct sequence){.end = at + length};
    if (next && strchr("]PX^_", next))
        return (struct sequence){.end = skip_string(text, at + 2)};
    return (struct sequence){.end = skip_final(text, skip_range(text, at + 1, 0x20, 0x2f), 0x30)};
}

/* The number of a sequence, up to a million; 0: it has none. ALL: it has other parameters. */
static size_t number_of(struct slice parameters)
{
    size_t n = 0;
    for (size_t i = 0; i < parameters.len; i++) {
        if (parameters.p[i] < '0' || parameters.p[i] > '9')
            return ALL;
        n = n * 10 + (size_t)(parameters.p[i] - '0');
        n = n > 1000000 ? 1000000 : n;
    }
    return n;
}

/* How many characters a sequence or control character goes back in its line. */
static size_t back_of(const struct sequence *s, char c)
{
    size_t n = number_of(s->parameters);
    if (c == '\r' || c == '\b')
        return c == '\r' ? ALL : 1;
    if (n == ALL)
        return 0;
    if (s->final == 'D')
        return n > 0 ? n : 1;
    return (s->final == 'G' && n <= 1) || (s->final == 'K' && (n == 1 || n == 2)) ? ALL : 0;
}

/* Removes the last characters of the line that ends b, of what stands behind from. */
static void erase(struct buf *b, size_t from, size_t count)
{
    size_t len = b->len;
    for (; count > 0 && len > from && b->p[len - 1] != '\n'; count--) {
        len--;
        while (len > from && ((unsigned char)b->p[len] & 0xc0) == 0x80)
            len--;
    }
    buf_cut(b, len);
}

/* Adds text behind something that was removed. A byte C1_LEAD there was no character, and must not
 * become one with the first byte of the text: it is left out. */
static void join(struct buf *b, size_t from, struct slice text)
{
    unsigned char first = byte_at(text, 0);
    if (first >= 0x80 && first <= 0x9f)
        while (b->len > from && (unsigned char)b->p[b->len - 1] == C1_LEAD)
            buf_cut(b, b->len - 1);
    buf_add(b, text.p, text.len);
}

/* The same byte eight times. */
#define EIGHT(byte) (UINT64_C(0x0101010101010101) * (byte))

/* Whether a zero byte is among the eight; also true for some that have none. */
static uint64_t zero_in(uint64_t eight)
{
    return (eight - EIGHT(1)) & ~eight & EIGHT(0x80);
}

/* Whether a control character may begin in the eight bytes. Most payloads have none. */
static bool may_have_control(const char *p)
{
    uint64_t eight;
    memcpy(&eight, p, sizeof eight);
    return (((eight - EIGHT(0x20)) & ~eight & EIGHT(0x80)) | zero_in(eight ^ EIGHT(0x7f)) |
            zero_in(eight ^ EIGHT(C1_LEAD))) != 0;
}

/* The place of the next control character, and its length. */
static size_t next_control(struct slice text, size_t at, size_t *length)
{
    while (at < text.len) {
        size_t end = text.len - at < 8 ? text.len : at + 8;
        if (end - at == 8 && !may_have_control(text.p + at)) {
            at = end;
            continue;
        }
        for (; at < end; at++) {
            *length = control(text, at);
            if (*length > 0)
                return at;
        }
    }
    return at;
}

bool ansi_present(struct slice text)
{
    size_t length;
    return next_control(text, 0, &length) < text.len;
}

void ansi_plain(struct buf *b, struct slice text)
{
    size_t from = b->len, back = 0;
    for (size_t at = 0, length = 0; at < text.len;) {
        size_t end = next_control(text, at, &length);
        if (end > at) {
            if (text.p[at] != '\n')
                erase(b, from, back);
            back = 0;
            join(b, from, slice_make(text.p + at, end - at));
        }
        if (end == text.len)
            return;
        struct sequence s = read_sequence(text, end, length);
        size_t more = back_of(&s, text.p[end]);
        back = more > ALL - back ? ALL : back + more;
        at = s.end;
    }
}
