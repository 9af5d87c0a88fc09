/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: sse_data and sse_data_part. Pieces of all sizes must equal the whole. A parser that
 * shares no code with sse.c (WHATWG HTML, section 9.2.6, one byte at a time) must read back the
 * payload's lines and no other field. The first byte of the input chooses the line end, the next
 * eight the sizes of the pieces.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "sse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MAX (1024 * 1024)

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* Whether p begins with a well-formed sequence: it is decoded first, then the number is checked.
 * *used: its bytes. */
static bool decodes(const unsigned char *p, size_t n, size_t *used)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = p[0] < 0x80       ? 1
                 : p[0] >> 5 == 6  ? 2
                 : p[0] >> 4 == 14 ? 3
                 : p[0] >> 3 == 30 ? 4
                                   : 0;
    uint32_t c = len == 1 ? p[0] : len ? p[0] & (0xffu >> (len + 1)) : 0;
    *used = 1;
    if (len == 0 || len > n)
        return false;
    for (size_t i = 1; i < len; i++) {
        if (p[i] >> 6 != 2)
            return false;
        c = c << 6 | (p[i] & 0x3f);
    }
    if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return false;
    *used = len;
    return true;
}

/* Writes the payload's lines, which end with CR, LF or CRLF, each with "\n". The caller removes
 * ill-formed bytes with squeeze() before it compares. */
static void expected_lines(struct buf *out, const char *p, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (p[i] == '\r' || p[i] == '\n') {
            if (p[i] == '\r' && i + 1 < len && p[i + 1] == '\n')
                i++;
            buf_addc(out, '\n');
        } else {
            buf_addc(out, p[i]);
        }
    }
    buf_addc(out, '\n');
}

/* Copies text without ill-formed bytes and U+FFFD. strict: there must be no ill-formed bytes. */
static void squeeze(struct buf *out, struct slice text, bool strict)
{
    for (size_t i = 0, used; i < text.len; i += used) {
        bool good = decodes((const unsigned char *)text.p + i, text.len - i, &used);
        check(good || !strict);
        if (good && !(used == 3 && memcmp(text.p + i, "\xef\xbf\xbd", 3) == 0))
            buf_add(out, text.p + i, used);
    }
}

/* Reads a stream. Each line must be a data field; its value goes to out, with "\n". */
static void parse_stream(struct buf *out, const char *p, size_t len)
{
    size_t i = 0;
    while (i < len) {
        char field[8] = "";
        size_t n = 0;
        while (i < len && p[i] != ':' && p[i] != '\r' && p[i] != '\n' && n < sizeof field - 1)
            field[n++] = p[i++];
        check(strcmp(field, "data") == 0 && i < len && p[i] == ':');
        i++;
        if (i < len && p[i] == ' ')
            i++;
        while (i < len && p[i] != '\r' && p[i] != '\n')
            buf_addc(out, p[i++]);
        check(i < len);
        i += p[i] == '\r' && i + 1 < len && p[i + 1] == '\n' ? 2 : 1;
        buf_addc(out, '\n');
    }
}

static void reads_back(const struct buf *whole, struct slice payload)
{
    struct buf wanted, got, wanted_text, got_text;
    buf_init(&wanted, MAX);
    buf_init(&got, MAX);
    buf_init(&wanted_text, MAX);
    buf_init(&got_text, MAX);
    expected_lines(&wanted, payload.p, payload.len);
    parse_stream(&got, whole->p, whole->len);
    squeeze(&wanted_text, buf_slice(&wanted), false);
    squeeze(&got_text, buf_slice(&got), true);
    check(slice_equal(buf_slice(&wanted_text), buf_slice(&got_text)));
    buf_free(&wanted);
    buf_free(&got);
    buf_free(&wanted_text);
    buf_free(&got_text);
}

static void joins(const struct buf *whole, const char *eol, struct slice payload,
                  const uint8_t rooms[8])
{
    struct sse_part part = {0};
    struct buf joined;
    buf_init(&joined, MAX);
    for (unsigned i = 0; !part.done; i++) {
        size_t before = joined.len;
        sse_data_part(&joined, eol, payload, &part, rooms[i % 8]);
        check(joined.len > before && joined.len - before <= rooms[i % 8] + 16u);
        check(!joined.failed);
    }
    check(part.at == payload.len);
    check(slice_equal(buf_slice(&joined), buf_slice(whole)));
    buf_free(&joined);
}

/* A one-line field stays one line with any value. */
static void one_field(const char *eol, struct slice value)
{
    struct buf b, rest;
    buf_init(&b, MAX);
    buf_init(&rest, MAX);
    sse_field(&b, eol, "data", value);
    parse_stream(&rest, b.p, b.len);
    check(rest.len > 0 && memchr(rest.p, '\n', rest.len) == rest.p + rest.len - 1);
    check(!memchr(rest.p, '\0', rest.len));
    buf_free(&b);
    buf_free(&rest);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice payload;
    struct buf whole;
    const char *eol;
    if (size < 9 || size > MAX / 16)
        return 0;
    eol = data[0] & 1 ? "\r\n" : "\n";
    payload = slice_make((const char *)data + 9, size - 9);
    buf_init(&whole, MAX);
    sse_data(&whole, eol, payload);
    check(!whole.failed);
    joins(&whole, eol, payload, data + 1);
    reads_back(&whole, payload);
    one_field(eol, payload);
    buf_free(&whole);
    return 0;
}
