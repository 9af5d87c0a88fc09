/* SPDX-License-Identifier: MIT */
/* loki_labels: see loki_labels.h. */
#include "format/loki_labels.h"

#include "format/loki_record.h"
#include "format/pyjson.h"
#include "format/unicode.h"

void loki_labels_add(struct buf *out, struct slice name, struct slice value)
{
    if (loki_record_has(name))
        return;
    buf_addc(out, ',');
    pyjson_string(out, name, PYJSON_UTF8);
    buf_addc(out, ':');
    pyjson_string(out, value, PYJSON_UTF8);
}

/* The next byte is one of the set. */
static bool next_is(const struct slice *rest, const char *set)
{
    return rest->len > 0 && rest->p[0] && strchr(set, rest->p[0]);
}

/* Whether the next byte was c, which is cut off. */
static bool cut_byte(struct slice *rest, char c)
{
    struct slice byte;
    return rest->len > 0 && rest->p[0] == c && slice_cut(rest, 1, &byte) == 0;
}

/* The same after blanks. */
static bool cut_mark(struct slice *rest, char c)
{
    struct slice blank;
    while (next_is(rest, " \t\r\n"))
        slice_cut(rest, 1, &blank);
    return cut_byte(rest, c);
}

/* Appends the byte of \xHH, or the character of \uHHHH and \UHHHHHHHH: bytes is 1, 2 or 4. */
static int read_hex(struct slice *rest, unsigned bytes, struct buf *out)
{
    char text[4];
    uint32_t c = 0;
    for (unsigned i = 0; i < bytes; i++) {
        struct slice digits;
        int byte = slice_hex_byte(*rest);
        if (byte < 0)
            return -1;
        slice_cut(rest, 2, &digits);
        c = c << 8 | (unsigned)byte;
    }
    if (bytes == 1)
        return buf_addc(out, (char)c);
    if (c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
        return -1;
    return buf_add(out, text, unicode_write(c, text));
}

/* Reads what follows a backslash. */
static int read_escape(struct slice *rest, struct buf *out)
{
    static const char letters[] = "abfnrtv\\\"'", meant[] = "\a\b\f\n\r\t\v\\\"'";
    struct slice letter;
    if (slice_cut(rest, 1, &letter))
        return -1;
    const char *at = letter.p[0] ? strchr(letters, letter.p[0]) : NULL;
    if (at)
        return buf_addc(out, meant[at - letters]);
    switch (letter.p[0]) {
    case 'x':
        return read_hex(rest, 1, out);
    case 'u':
        return read_hex(rest, 2, out);
    case 'U':
        return read_hex(rest, 4, out);
    }
    return -1;
}

/* Appends the content of the string whose first quote was cut off. */
static int read_string(struct slice *rest, struct buf *out)
{
    while (rest->len > 0) {
        size_t n = 0;
        struct slice plain;
        while (n < rest->len && rest->p[n] != '"' && rest->p[n] != '\\')
            n++;
        slice_cut(rest, n, &plain);
        buf_add(out, plain.p, plain.len);
        if (cut_byte(rest, '"'))
            return 0;
        if (!cut_byte(rest, '\\') || read_escape(rest, out))
            return -1;
    }
    return -1;
}

/* A name in quotes, or one that ends where a name cannot go on. */
static int read_name(struct slice *rest, struct buf *out)
{
    size_t n = 0;
    struct slice name;
    if (cut_mark(rest, '"'))
        return read_string(rest, out);
    while (n < rest->len && !strchr(" \t\r\n=,{}\"\\", rest->p[n])) /* a NUL ends it too */
        n++;
    slice_cut(rest, n, &name);
    return n > 0 ? buf_add(out, name.p, name.len) : -1;
}

/* text is for the content of both strings. */
static int read_label(struct slice *rest, struct buf *text, struct buf *out)
{
    buf_clear(text);
    if (read_name(rest, text))
        return -1;
    size_t n = text->len;
    if (!cut_mark(rest, '=') || !cut_mark(rest, '"') || read_string(rest, text) || text->failed)
        return -1;
    loki_labels_add(out, slice_make(text->p, n), slice_make(text->p + n, text->len - n));
    return 0;
}

/* A comma may follow the last label. */
static int read_labels(struct slice *rest, struct buf *text, struct buf *out)
{
    if (!cut_mark(rest, '{'))
        return -1;
    while (!cut_mark(rest, '}'))
        if (read_label(rest, text, out) || (!cut_mark(rest, ',') && !next_is(rest, "}")))
            return -1;
    return rest->len == 0 ? 0 : -1;
}

int loki_labels_read(struct slice text, struct buf *out)
{
    struct buf content;
    if (text.len == 0)
        return 0;
    buf_init(&content, text.len);
    if (buf_room(&content, text.len)) { /* with it, no label fails for want of memory */
        out->failed = out->starved = true;
        return 0;
    }
    int result = read_labels(&text, &content, out);
    buf_free(&content);
    return result;
}
