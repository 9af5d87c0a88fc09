/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: rewriting of JSON. The output is one line of ASCII, or UTF-8, without control
 * characters, and is not changed when it is rewritten again. All bytes can become a JSON string.
 */
#include <stdint.h>
#include <stdlib.h>

#include "format/pyjson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_bytes(const struct buf *b, enum pyjson_style style)
{
    for (size_t i = 0; i < b->len; i++)
        check((unsigned char)b->p[i] >= 0x20 &&
              (style == PYJSON_UTF8 || (unsigned char)b->p[i] < 0x7f));
}

static void rewrite(struct slice text, enum pyjson_style style)
{
    struct pyjson_member look = {.name = "message"};
    struct buf once, twice;
    buf_init(&once, 8 * text.len + 64);
    buf_init(&twice, 8 * text.len + 64);
    enum pyjson_kind kind = pyjson_text(&once, text, style, &look);
    check(!once.failed && pyjson_text(NULL, text, style, NULL) == kind);
    bool is_json = kind == PYJSON_OBJECT || kind == PYJSON_OTHER;
    check(is_json || once.len == 0);
    if (is_json) {
        check_bytes(&once, style);
        check(pyjson_text(&twice, buf_slice(&once), style, NULL) == kind);
        check(slice_equal(buf_slice(&once), buf_slice(&twice)));
        check(look.value.len == 0 ||
              (look.value.p >= text.p && look.value.p + look.value.len <= text.p + text.len));
    }
    buf_free(&once);
    buf_free(&twice);
}

static void quote(struct slice text, enum pyjson_style style)
{
    struct buf b;
    buf_init(&b, 8 * text.len + 64);
    pyjson_string(&b, text, style);
    check(!b.failed && pyjson_text(NULL, buf_slice(&b), style, NULL) == PYJSON_OTHER);
    check_bytes(&b, style);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_make((const char *)data, size);
    for (int style = PYJSON_ASCII; style <= PYJSON_UTF8; style++) {
        rewrite(text, (enum pyjson_style)style);
        quote(text, (enum pyjson_style)style);
    }
    return 0;
}
