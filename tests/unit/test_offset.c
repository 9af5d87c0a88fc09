/* SPDX-License-Identifier: MIT */
/* offset: what Redis knows of a producer, and what follows from it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "redis/offset.c"

#define LIFE  "00112233aabbccdd"
#define OTHER "ffffffffffffffff"

static void begin(struct redis_offset *o)
{
    assert_int_equal(offset_init(o, "log", "name", LIFE, 60), 0);
}

static void test_value_after_a_reconnect_decides(void **state)
{
    static const struct {
        const char *what;
        bool known;
        const char *before; /* the value that Redis had */
        const char *place;  /* of the batch, whose value is LIFE 1 and this */
        const char *now;
        enum offset_finding finding;
    } rows[] = {
        {"the first look finds nothing", false, "", "10", "", OFFSET_BEFORE},
        {"the first look finds a former life", false, "", "10", OTHER " 7 5", OFFSET_BEFORE},
        {"nothing was sent yet, and nothing is there", true, "", "10", "", OFFSET_BEFORE},
        {"the first batch is there", true, "", "10", LIFE " 1 10", OFFSET_THERE},
        {"another began at the same time", true, "", "10", OTHER " 1 10", OFFSET_TAKEN},
        {"the batch is not there", true, OTHER " 7 5", "10", OTHER " 7 5", OFFSET_BEFORE},
        {"the batch is there", true, OTHER " 7 5", "10", LIFE " 1 10", OFFSET_THERE},
        {"another took over", true, OTHER " 7 5", "10", OTHER " 8 9", OFFSET_TAKEN},
        {"the same place by another", true, OTHER " 7 5", "10", OTHER " 1 10", OFFSET_TAKEN},
        {"the key expired or Redis is empty", true, LIFE " 0 5", "10", "", OFFSET_BEFORE},
        {"own batches are lost", true, LIFE " 9 5", "10", LIFE " 8 4", OFFSET_EARLIER},
        {"the same place again", true, LIFE " 0 10", "10", LIFE " 0 10", OFFSET_BEFORE},
        {"not a value of ours", true, LIFE " 0 10", "11", "x", OFFSET_TAKEN},
        {"an empty place", true, LIFE " 0 ", "", LIFE " 1 ", OFFSET_THERE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct redis_offset o;
        print_message("%s\n", rows[i].what);
        begin(&o);
        assert_int_equal(offset_take(&o, slice_of(rows[i].before)), 0);
        o.known = rows[i].known;
        assert_int_equal(offset_set_next(&o, slice_of(rows[i].place)), 0);
        assert_int_equal(offset_compare(&o, slice_of(rows[i].now)), rows[i].finding);
        offset_free(&o);
    }
}

static void test_places_are_read_back(void **state)
{
    static const char *const places[] = {"", "12 34", "s=a;i=1", "1 2 3 4 3 6 -", " "};
    struct redis_offset o;
    (void)state;
    begin(&o);
    assert_int_equal(offset_place(&o).len, 0);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        struct buf former;
        buf_init(&former, OFFSET_MAX);
        buf_add(&former, o.next.p, o.next.len);
        assert_int_equal(offset_set_next(&o, slice_of(places[i])), 0);
        assert_false(slice_equal(buf_slice(&former), buf_slice(&o.next)));
        assert_int_equal(offset_take(&o, buf_slice(&o.next)), 0);
        assert_true(slice_equal(offset_place(&o), slice_of(places[i])));
        buf_free(&former);
    }
    assert_int_equal(offset_take(&o, slice_of("x")), 0);
    assert_int_equal(offset_place(&o).len, 0);
    offset_free(&o);
}

static void test_key_is_in_the_slot_of_the_log(void **state)
{
    static const char *const rows[][2] = {
        {"log", "{log}:sent:n"},
        {"{a}:log", "{a}:log:sent:n"},
        {"a{b}c", "a{b}c:sent:n"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct redis_offset o;
        assert_int_equal(offset_init(&o, rows[i][0], "n", LIFE, 0), 0);
        assert_string_equal(o.key, rows[i][1]);
        assert_int_equal(slot_number(slot_tag(o.key)), slot_number(slot_tag(rows[i][0])));
        offset_free(&o);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_value_after_a_reconnect_decides),
        cmocka_unit_test(test_places_are_read_back),
        cmocka_unit_test(test_key_is_in_the_slot_of_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
