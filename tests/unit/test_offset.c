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

/* Redis had this value. */
static void had(struct redis_offset *o, const char *value)
{
    assert_int_equal(offset_see(o, slice_of(value)), 0);
    offset_take(o);
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
        {"nothing ever was there", true, "", "10", "", OFFSET_BEFORE},
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
        had(&o, rows[i].before);
        o.known = rows[i].known;
        assert_int_equal(offset_set_next(&o, slice_of(rows[i].place)), 0);
        assert_int_equal(offset_see(&o, slice_of(rows[i].now)), 0);
        assert_int_equal(offset_compare(&o, 0), rows[i].finding);
        offset_free(&o);
    }
}

#define KEEP 60 /* seconds */

static void test_offset_that_is_gone_before_it_expires_was_lost(void **state)
{
    static const struct {
        const char *what;
        unsigned keep;
        bool sent;   /* a batch, at 0; else only read */
        int64_t now; /* seconds */
        enum offset_finding finding;
    } rows[] = {
        {"kept for ever", 0, true, 1000000, OFFSET_GONE},
        {"kept for ever, and only read", 0, false, 1, OFFSET_GONE},
        {"before it expires", KEEP, true, KEEP - 1, OFFSET_GONE},
        {"it expired", KEEP, true, KEEP, OFFSET_BEFORE},
        {"an earlier process set it, so the time is not known", KEEP, false, 1, OFFSET_BEFORE},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct redis_offset o;
        print_message("%s\n", rows[i].what);
        assert_int_equal(offset_init(&o, "log", "name", LIFE, rows[i].keep), 0);
        had(&o, OTHER " 1 5");
        assert_int_equal(offset_set_next(&o, slice_of("10")), 0);
        if (rows[i].sent)
            offset_sent(&o, offset_renews(&o, 0), 0);
        assert_int_equal(offset_see(&o, slice_of("")), 0);
        assert_int_equal(offset_compare(&o, rows[i].now * 1000), rows[i].finding);
        offset_take(&o);
        assert_int_equal(offset_compare(&o, rows[i].now * 1000), OFFSET_BEFORE);
        offset_free(&o);
    }
}

/* The key has a time to live from the first batch on, and always most of it. */
static void test_time_to_live_is_renewed_now_and_then(void **state)
{
    struct redis_offset o;
    unsigned renewals = 0;
    int64_t now = 0;
    (void)state;
    begin(&o);
    for (unsigned second = 0; second < 10 * KEEP; second++) {
        now = second * INT64_C(1000);
        bool renews = offset_renews(&o, now);
        assert_true(second > 0 || renews);
        assert_int_equal(offset_set_next(&o, slice_of("10")), 0);
        offset_sent(&o, renews, now);
        assert_true(o.expires - now >= KEEP * 900);
        renewals += renews;
    }
    assert_in_range(renewals, 100, 10 * KEEP / 2);
    had(&o, "");
    assert_true(offset_renews(&o, now)); /* the key is gone */
    offset_free(&o);
    assert_int_equal(offset_init(&o, "log", "name", LIFE, 0), 0);
    assert_false(offset_renews(&o, 0));
    offset_free(&o);
}

static void test_value_that_is_too_long_is_refused(void **state)
{
    static char text[OFFSET_MAX + 1];
    struct redis_offset o;
    (void)state;
    memset(text, 'x', sizeof text);
    begin(&o);
    assert_int_equal(offset_see(&o, slice_make(text, OFFSET_MAX)), 0);
    assert_int_equal(offset_see(&o, slice_make(text, OFFSET_MAX + 1)), -1);
    assert_false(o.seen.starved);
    assert_int_equal(offset_set_next(&o, slice_make(text, OFFSET_MAX)), -1);
    assert_int_equal(offset_set_next(&o, slice_of("x")), 0);
    offset_free(&o);
}

static void test_places_are_read_back(void **state)
{
    static const char *const places[] = {"", "12 34", "s=a;i=1", "1 2 3 4 3 6 -", " "};
    struct redis_offset o;
    (void)state;
    begin(&o);
    assert_int_equal(offset_place(&o).len, 0);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        assert_int_equal(offset_set_next(&o, slice_of(places[i])), 0);
        assert_false(slice_equal(buf_slice(&o.before), buf_slice(&o.next)));
        offset_sent(&o, false, 0);
        assert_true(slice_equal(offset_place(&o), slice_of(places[i])));
    }
    had(&o, "x");
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
        cmocka_unit_test(test_offset_that_is_gone_before_it_expires_was_lost),
        cmocka_unit_test(test_time_to_live_is_renewed_now_and_then),
        cmocka_unit_test(test_value_that_is_too_long_is_refused),
        cmocka_unit_test(test_places_are_read_back),
        cmocka_unit_test(test_key_is_in_the_slot_of_the_log),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
