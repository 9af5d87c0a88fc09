/* SPDX-License-Identifier: MIT */
/* snappy: elements of each kind, their limits, and blocks that are cut or false. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/snappy.c"

#include "hex.h"

#define MOST 1000

static enum inflate_result inflate_hex(const char *hex, struct buf *out)
{
    struct buf bytes;
    buf_init(&bytes, 1000);
    buf_init(out, MOST);
    struct slice packed = exact(from_hex(&bytes, hex));
    enum inflate_result result = snappy_inflate(packed, out);
    free((void *)(uintptr_t)packed.p);
    buf_free(&bytes);
    return result;
}

static void test_content_of_blocks(void **state)
{
    static const struct {
        const char *hex, *wanted;
    } rows[] = {
        {"00", ""},
        {"05 10 'hello'", "hello"},
        {"85 00 10 'hello'", "hello"}, /* a longer number than it needs */
        {"04 04 'ab' 04 'cd'", "abcd"},
        {"05 f0 04 'hello'", "hello"}, /* lengths of one to four bytes */
        {"05 f4 0400 'hello'", "hello"},
        {"05 f8 040000 'hello'", "hello"},
        {"05 fc 04000000 'hello'", "hello"},
        {"08 0c 'abcd' 01 04", "abcdabcd"},        /* a copy of 4 bytes, distance 4 */
        {"0f 0c 'abcd' 1d 04", "abcdabcdabcdabc"}, /* of 11, longer than its distance */
        {"0c 00 'a' 1d 01", "aaaaaaaaaaaa"},
        {"06 0c 'abcd' 06 0300", "abcdbc"},     /* a distance in two bytes */
        {"06 0c 'abcd' 07 03000000", "abcdbc"}, /* and in four */
        {"05 0c 'abcd' 02 0100", "abcdd"},
        {"44 0c 'abcd' fe 0200",
         "abcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out;
        print_message("%s\n", rows[i].hex);
        assert_int_equal(inflate_hex(rows[i].hex, &out), INFLATE_OK);
        assert_int_equal(out.len, strlen(rows[i].wanted));
        assert_memory_equal(out.p, rows[i].wanted, out.len);
        buf_free(&out);
    }
}

static void test_blocks_that_are_refused(void **state)
{
    static const struct {
        const char *hex;
        enum inflate_result wanted;
    } rows[] = {
        {"", INFLATE_MALFORMED},
        {"80", INFLATE_MALFORMED},
        {"8080808010", INFLATE_MALFORMED}, /* 2 to the power of 32 */
        {"ffffffffffffffffff7f", INFLATE_MALFORMED},
        {"ffffffff0f", INFLATE_LARGE},
        {"e907", INFLATE_LARGE},     /* 1001 */
        {"e807", INFLATE_MALFORMED}, /* 1000, and none is there */
        {"05 10 'hell'", INFLATE_MALFORMED},
        {"06 10 'hello'", INFLATE_MALFORMED},
        {"04 10 'hello'", INFLATE_MALFORMED},
        {"00 10 'hello'", INFLATE_MALFORMED},
        {"05 f0", INFLATE_MALFORMED},
        {"05 f4 04", INFLATE_MALFORMED},
        {"05 fc ffffffff 'hello'", INFLATE_MALFORMED},
        {"04 01 01", INFLATE_MALFORMED},           /* nothing came before */
        {"08 0c 'abcd' 01 00", INFLATE_MALFORMED}, /* no distance */
        {"08 0c 'abcd' 01 05", INFLATE_MALFORMED}, /* before the first byte */
        {"08 0c 'abcd' 01", INFLATE_MALFORMED},
        {"06 0c 'abcd' 06 03", INFLATE_MALFORMED},
        {"06 0c 'abcd' 06 0500", INFLATE_MALFORMED},
        {"06 0c 'abcd' 07 030000", INFLATE_MALFORMED},
        {"06 0c 'abcd' 07 03000080", INFLATE_MALFORMED},
        {"07 0c 'abcd' 01 04", INFLATE_MALFORMED},
        {"ff 06 00 00 'sNaPpY'", INFLATE_MALFORMED}, /* frames */
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf out;
        print_message("%s\n", rows[i].hex);
        assert_int_equal(inflate_hex(rows[i].hex, &out), rows[i].wanted);
        assert_true(out.len <= MOST);
        buf_free(&out);
    }
}

/* The distance of a short copy has eleven bits: three of them are in the first byte. */
static void test_copy_from_afar(void **state)
{
    struct buf packed, out;
    (void)state;
    buf_init(&packed, MOST);
    buf_init(&out, MOST);
    from_hex(&packed, "b002 f4 2b01"); /* 304 bytes, and a literal of 300 */
    for (int i = 0; i < 300; i++)
        buf_addc(&packed, (char)(i % 251));
    buf_adds(&packed, "\x21\x2c");
    assert_int_equal(snappy_inflate(buf_slice(&packed), &out), INFLATE_OK);
    assert_int_equal(out.len, 304);
    assert_memory_equal(out.p + 300, "\0\1\2\3", 4);
    buf_free(&packed);
    buf_free(&out);
}

/* A copy does not reach what was in the buffer before. */
static void test_content_is_added_behind_what_is_there(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, MOST);
    buf_adds(&out, "before ");
    assert_int_equal(snappy_inflate(slice_make("\x02\x04go", 4), &out), INFLATE_OK);
    assert_string_equal(out.p, "before go");
    assert_int_equal(snappy_inflate(slice_make("\x06\x00x\x05\x02", 5), &out), INFLATE_MALFORMED);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_content_of_blocks),
        cmocka_unit_test(test_blocks_that_are_refused),
        cmocka_unit_test(test_copy_from_afar),
        cmocka_unit_test(test_content_is_added_behind_what_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
