/* SPDX-License-Identifier: MIT */
/* deflate: what it makes is read again by inflate, and is shorter. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "format/deflate.c"
#include "format/inflate.h"

static void check(struct slice plain)
{
    struct buf packed, again;
    buf_init(&packed, 1000000);
    buf_init(&again, 1000000);
    assert_int_equal(buf_adds(&packed, "before"), 0);
    assert_int_equal(deflate_gzip(plain, &packed), 0);
    struct slice member = slice_after(buf_slice(&packed), 6);
    assert_int_equal(inflate_gzip(member, &again), INFLATE_OK);
    assert_true(slice_equal(buf_slice(&again), plain));
    assert_true(member.len <= plain.len / 6 + 64);
    buf_free(&packed);
    buf_free(&again);
}

static void test_members_are_short_and_right(void **state)
{
    struct buf text;
    (void)state;
    check(slice_of(""));
    check(slice_of("a"));
    buf_init(&text, 1000000);
    for (int i = 0; i < 5000; i++)
        buf_addf(&text, "{\"id\":\"%d-0\",\"data\":\"a record like all others\"}", i);
    check(buf_slice(&text));
    buf_free(&text);
}

static void test_without_room_nothing_is_added(void **state)
{
    struct buf out;
    (void)state;
    buf_init(&out, 10);
    assert_int_equal(deflate_gzip(slice_of("more than ten bytes"), &out), -1);
    assert_int_equal(out.len, 0);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_members_are_short_and_right),
        cmocka_unit_test(test_without_room_nothing_is_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
