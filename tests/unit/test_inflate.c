/* SPDX-License-Identifier: MIT */
/* inflate: gzip bodies within their limit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/inflate.c"

/* Appends text as one gzip member. */
static void pack(struct buf *out, struct slice text)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, GZIP_ONLY, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(buf_room(out, deflateBound(&z, text.len)), 0);
    z.next_in = (unsigned char *)(uintptr_t)text.p;
    z.avail_in = (unsigned)text.len;
    z.next_out = (unsigned char *)out->p + out->len;
    z.avail_out = (unsigned)(out->cap - out->len);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    out->len += z.total_out;
    deflateEnd(&z);
}

static void check(struct slice packed, size_t max, enum inflate_result wanted, size_t len)
{
    struct buf out;
    buf_init(&out, max);
    assert_int_equal(inflate_gzip(packed, &out), wanted);
    if (wanted == INFLATE_OK)
        assert_int_equal(out.len, len);
    assert_true(out.len <= max);
    buf_free(&out);
}

static void test_members_within_the_limit(void **state)
{
    static char text[300000];
    struct buf packed;
    (void)state;
    memset(text, 'x', sizeof text);
    buf_init(&packed, 1000000);
    pack(&packed, slice_make(text, sizeof text));
    size_t one = packed.len;
    check(buf_slice(&packed), sizeof text + 1, INFLATE_OK, sizeof text);
    check(buf_slice(&packed), sizeof text, INFLATE_OK, sizeof text);
    check(slice_make(packed.p, one - 1), sizeof text, INFLATE_MALFORMED, 0);
    check(buf_slice(&packed), sizeof text - 1, INFLATE_LARGE, 0);
    check(buf_slice(&packed), 1000, INFLATE_LARGE, 0);
    pack(&packed, slice_of("and another"));
    check(buf_slice(&packed), 1000000, INFLATE_OK, sizeof text + 11);
    check(buf_slice(&packed), sizeof text + 11, INFLATE_OK, sizeof text + 11);
    check(buf_slice(&packed), sizeof text + 10, INFLATE_LARGE, 0);
    check(buf_slice(&packed), sizeof text, INFLATE_LARGE, 0);
    for (size_t cut = 0; cut < packed.len; cut += 7)
        if (cut != one)
            check(slice_make(packed.p, cut), 1000000, INFLATE_MALFORMED, 0);
    check(slice_make(packed.p, one), 1000000, INFLATE_OK, sizeof text);
    buf_adds(&packed, "x");
    check(buf_slice(&packed), 1000000, INFLATE_MALFORMED, 0);
    packed.p[one - 5] ^= 1; /* the check sum */
    check(buf_slice(&packed), 1000000, INFLATE_MALFORMED, 0);
    check(slice_of("no gzip at all"), 1000000, INFLATE_MALFORMED, 0);
    buf_free(&packed);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_within_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
