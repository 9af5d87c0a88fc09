/* SPDX-License-Identifier: MIT */
/*
 * sse: see sse.h. For speed, clean_run() finds the longest run of bytes that can be copied
 * unchanged, and steps over ASCII eight bytes at a time.
 */
#include "sse.h"

#include <stdint.h>

#define REPLACEMENT "\xef\xbf\xbd" /* U+FFFD */
#define ONES        UINT64_C(0x0101010101010101)
#define HIGHS       UINT64_C(0x8080808080808080)

size_t sse_utf8_sequence(const unsigned char *p, size_t n, bool *good)
{
    unsigned char low = 0x80, high = 0xbf; /* bounds of the second byte */
    size_t len;
    *good = false;
    if (p[0] < 0x80) {
        *good = true;
        return 1;
    }
    if (p[0] < 0xc2 || p[0] > 0xf4)
        return 1;
    len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    if (p[0] == 0xe0)
        low = 0xa0; /* no overlong forms */
    else if (p[0] == 0xed)
        high = 0x9f; /* no surrogates */
    else if (p[0] == 0xf0)
        low = 0x90;
    else if (p[0] == 0xf4)
        high = 0x8f; /* nothing above U+10FFFF */
    for (size_t i = 1; i < len; i++) {
        if (i >= n || p[i] < low || p[i] > high)
            return i;
        low = 0x80;
        high = 0xbf;
    }
    *good = true;
    return len;
}

static bool has_byte(uint64_t word, char c)
{
    uint64_t v = word ^ (ONES * (unsigned char)c);
    return ((v - ONES) & ~v & HIGHS) != 0;
}

/* Whether the eight bytes at p are ASCII; with split, also none of them CR or LF. */
static bool clean_word(const unsigned char *p, bool split)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    if (word & HIGHS)
        return false;
    return !split || (!has_byte(word, '\n') && !has_byte(word, '\r'));
}

/* The number of bytes of text that can be copied unchanged: well-formed UTF-8, and with split no CR
 * or LF. It stops at limit, but never inside a sequence: the result may exceed limit by 3. */
static size_t clean_run(const char *text, size_t n, size_t limit, bool split)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t at = 0, end = limit < n ? limit : n;
    while (at < end) {
        if (end - at >= 8 && clean_word(p + at, split)) {
            at += 8;
        } else if (p[at] < 0x80) {
            if (split && (p[at] == '\n' || p[at] == '\r'))
                break;
            at++;
        } else {
            bool good;
            size_t len = sse_utf8_sequence(p + at, n - at, &good);
            if (!good)
                break;
            at += len;
        }
    }
    return at;
}

/* Writes U+FFFD for the ill-formed bytes at p. Returns their number. */
static size_t replace(struct buf *b, const char *p, size_t n)
{
    bool good;
    buf_adds(b, REPLACEMENT);
    return sse_utf8_sequence((const unsigned char *)p, n, &good);
}

void sse_utf8(struct buf *b, struct slice payload)
{
    size_t at = 0;
    while (at < payload.len && !b->failed) {
        size_t run = clean_run(payload.p + at, payload.len - at, SIZE_MAX, false);
        buf_add(b, payload.p + at, run);
        at += run;
        if (at < payload.len)
            at += replace(b, payload.p + at, payload.len - at);
    }
}

/* Writes value without the bytes that a field cannot contain. */
static void one_line(struct buf *b, struct slice value)
{
    size_t from = 0;
    for (size_t i = 0; i <= value.len; i++) {
        if (i < value.len && value.p[i] != '\0' && value.p[i] != '\r' && value.p[i] != '\n')
            continue;
        sse_utf8(b, slice_make(value.p + from, i - from));
        from = i + 1;
    }
}

void sse_field(struct buf *b, const char *eol, const char *name, struct slice value)
{
    buf_adds(b, name);
    buf_adds(b, ": ");
    if (value.len > 0)
        one_line(b, value);
    buf_adds(b, eol);
}

void sse_event(struct buf *b, const char *eol, struct slice prefix, struct slice name)
{
    buf_adds(b, "event: ");
    if (prefix.len > 0)
        one_line(b, prefix);
    if (name.len > 0)
        one_line(b, name);
    buf_adds(b, eol);
}

void sse_end(struct buf *b, const char *eol)
{
    buf_adds(b, eol);
}

void sse_comment(struct buf *b, const char *eol, const char *text)
{
    buf_adds(b, ": ");
    one_line(b, slice_of(text));
    buf_adds(b, eol);
    sse_end(b, eol);
}

void sse_retry(struct buf *b, const char *eol, unsigned ms)
{
    buf_addf(b, "retry: %u%s", ms, eol);
}

/* Ends the current line if the payload ends or has a line end here. CRLF is one line end, and is
 * consumed in one step, so it is never divided between two pieces. */
static bool end_line(struct buf *b, const char *eol, struct slice payload, struct sse_part *part)
{
    size_t left = payload.len - part->at;
    const char *p = left > 0 ? payload.p + part->at : "";
    if (left == 0)
        part->done = true;
    else if (p[0] == '\r' && left > 1 && p[1] == '\n')
        part->at += 2;
    else if (p[0] == '\r' || p[0] == '\n')
        part->at += 1;
    else
        return false;
    part->in_line = false;
    buf_adds(b, eol);
    return true;
}

/* Writes the start of a line, a run of bytes, one replacement or a line end. It writes at most 6
 * bytes, or room + 3 if that is more (see clean_run). */
static void step(struct buf *b, const char *eol, struct slice payload, struct sse_part *part,
                 size_t room)
{
    size_t left = payload.len - part->at, run;
    if (!part->in_line) {
        buf_add(b, "data: ", 6);
        part->in_line = true;
        return;
    }
    if (end_line(b, eol, payload, part))
        return;
    run = clean_run(payload.p + part->at, left, room, true);
    if (run > 0) {
        buf_add(b, payload.p + part->at, run);
        part->at += (uint32_t)run;
    } else {
        part->at += (uint32_t)replace(b, payload.p + part->at, left);
    }
}

void sse_data_part(struct buf *b, const char *eol, struct slice payload, struct sse_part *part,
                   size_t room)
{
    size_t start = b->len;
    if (room == 0)
        room = 1;
    while (!part->done && !b->failed && b->len - start < room)
        step(b, eol, payload, part, room - (b->len - start));
    if (b->failed)
        part->done = true;
}

void sse_data(struct buf *b, const char *eol, struct slice payload)
{
    struct sse_part part = {0};
    /* Mostly one allocation: the output is at least as long as the payload. */
    buf_room(b, payload.len);
    sse_data_part(b, eol, payload, &part, SIZE_MAX);
}
