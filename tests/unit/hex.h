/* SPDX-License-Identifier: MIT */
/* hex: bytes for tests, written as pairs of digits with blanks between, or as 'text'. */
#ifndef SSELOG_TESTS_HEX_H
#define SSELOG_TESTS_HEX_H

#include "base/buf.h"

/* Fills b, which is initialized, with the bytes. */
static inline struct slice from_hex(struct buf *b, const char *text)
{
    buf_clear(b);
    while (*text) {
        if (*text == ' ') {
            text++;
        } else if (*text == '\'') {
            const char *end = strchr(text + 1, '\'');
            assert_non_null(end);
            buf_add(b, text + 1, (size_t)(end - text - 1));
            text = end + 1;
        } else {
            int byte = slice_hex_byte(slice_of(text));
            assert_true(byte >= 0);
            buf_addc(b, (char)byte);
            text += 2;
        }
    }
    return buf_slice(b);
}

/* A copy of exactly that size, so that the address sanitizer sees a read behind it. */
static inline struct slice exact(struct slice s)
{
    char *p = malloc(s.len ? s.len : 1);
    assert_non_null(p);
    if (s.len)
        memcpy(p, s.p, s.len);
    return slice_make(p, s.len);
}

#endif
