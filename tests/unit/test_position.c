/* SPDX-License-Identifier: MIT */
/* position: its text is read as the same position, and nothing else is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "base/position.h"

static void test_text_is_read_as_the_same_position(void **state)
{
    static const struct {
        struct position p;
        const char *text;
    } cases[] = {
        {{{0, 0}, RANK_UNKNOWN, EPOCH_UNKNOWN}, "0-0"},
        {{{1789000000000, 7}, 120, 0xf00d}, "1789000000000-7~120.f00d"},
        {{{1, 2}, 3, 1}, "1-2~3.1"},
        {{{UINT64_MAX, UINT64_MAX}, UINT64_MAX - 1, UINT32_MAX},
         "18446744073709551615-18446744073709551615~18446744073709551614.ffffffff"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[POSITION_TEXT];
        struct position p = {{9, 9}, 9, 9};
        assert_int_equal(position_format(&cases[i].p, text), strlen(cases[i].text));
        assert_string_equal(text, cases[i].text);
        assert_int_equal(position_parse(slice_of(text), &p), 0);
        assert_int_equal(xid_cmp(p.id, cases[i].p.id), 0);
        assert_true(p.rank == cases[i].p.rank);
        assert_int_equal(p.epoch, cases[i].p.epoch);
    }
}

/* The life of a position without a rank is not told. */
static void test_life_goes_with_the_rank(void **state)
{
    struct position p = {{1, 2}, RANK_UNKNOWN, 5};
    char text[POSITION_TEXT];
    (void)state;
    position_format(&p, text);
    assert_string_equal(text, "1-2");
    p.rank = 0; /* it proves nothing */
    position_format(&p, text);
    assert_string_equal(text, "1-2");
}

static void test_time_without_a_sequence_is_read(void **state)
{
    struct position p;
    (void)state;
    assert_int_equal(position_parse(slice_of("17"), &p), 0);
    assert_true(p.id.ms == 17 && p.id.seq == 0 && p.rank == RANK_UNKNOWN);
}

static void test_wrong_text_is_not_read(void **state)
{
    static const char *const texts[] = {"",
                                        "~",
                                        "1-0~",
                                        "1-0~.",
                                        "1-0~x",
                                        "1-0~-1",
                                        "1-0~1.",
                                        "1-0~1.0",
                                        "1-0~1.g",
                                        "1-0~1.F",
                                        "1-0~1.123456789",
                                        "1-0~1.a ",
                                        "1-0~ 1",
                                        "~1",
                                        "1-0~1~2",
                                        "1-0~1.2.3",
                                        "1-0.2",
                                        "1-0~18446744073709551615",
                                        "1-0~99999999999999999999",
                                        "x~1.2"};
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct position p = {{9, 9}, 9, 9};
        print_message("%s\n", texts[i]);
        assert_int_equal(position_parse(slice_of(texts[i]), &p), -1);
        assert_true(p.id.ms == 9 && p.rank == 9 && p.epoch == 9);
    }
}

static void test_lives_differ_only_where_that_is_known(void **state)
{
    uint32_t first = epoch_first((struct xid){5, 0}), other = epoch_first((struct xid){5, 1});
    uint32_t here = epoch_random(7), next = epoch_random(8);
    (void)state;
    assert_int_equal(first, epoch_first((struct xid){5, 0}));
    assert_true(epoch_differs(first, other));
    assert_false(epoch_differs(first, first));
    assert_false(epoch_differs(here, next));
    assert_false(epoch_differs(first, here));
    assert_false(epoch_differs(first, EPOCH_UNKNOWN));
    assert_false(epoch_differs(EPOCH_UNKNOWN, here));
    assert_false(epoch_differs(first, epoch_random(UINT32_MAX)));
    assert_int_not_equal(epoch_random(0), EPOCH_UNKNOWN);
    assert_int_not_equal(epoch_random(1u << 31), EPOCH_UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_text_is_read_as_the_same_position),
        cmocka_unit_test(test_life_goes_with_the_rank),
        cmocka_unit_test(test_time_without_a_sequence_is_read),
        cmocka_unit_test(test_wrong_text_is_not_read),
        cmocka_unit_test(test_lives_differ_only_where_that_is_known),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
