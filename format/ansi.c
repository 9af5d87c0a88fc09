/* SPDX-License-Identifier: MIT */
/*
 * ansi: see ansi.h. Control characters beyond ASCII (U+0080 to U+009F) are two bytes in UTF-8, of
 * which the first is C1_LEAD. A byte that is not UTF-8 is no control character.
 */
#include "format/ansi.h"

#define ESC     0x1b
#define BELL    0x07
#define C1_LEAD 0xc2
#define C1_CSI  0x9b /* the second byte of "ESC [" as one character */
#define C1_END  0x9c /* of the terminator of a string */

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
static size_t skip(struct slice text, size_t at, unsigned char least, unsigned char most)
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

/* The place behind the sequence or character that begins at a control character. */
static size_t skip_sequence(struct slice text, size_t at, size_t length)
{
    unsigned char next = byte_at(text, at + 1);
    if (length == 2)
        return next == C1_CSI ? skip_final(text, skip(text, at + 2, 0x20, 0x3f), 0x40) : at + 2;
    if ((unsigned char)text.p[at] != ESC)
        return at + 1;
    if (next == '[')
        return skip_final(text, skip(text, at + 2, 0x20, 0x3f), 0x40);
    if (next && strchr("]PX^_", next))
        return skip_string(text, at + 2);
    return skip_final(text, skip(text, at + 1, 0x20, 0x2f), 0x30);
}

/* The place of the next control character, and its length. */
static size_t next_control(struct slice text, size_t at, size_t *length)
{
    while (at < text.len && !(*length = control(text, at)))
        at++;
    return at;
}

bool ansi_present(struct slice text)
{
    size_t length;
    return next_control(text, 0, &length) < text.len;
}

void ansi_plain(struct buf *b, struct slice text)
{
    for (size_t at = 0, length = 0; at < text.len;) {
        size_t end = next_control(text, at, &length);
        buf_add(b, text.p + at, end - at);
        at = end < text.len ? skip_sequence(text, end, length) : end;
    }
}
