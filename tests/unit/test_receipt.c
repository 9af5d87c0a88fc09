/* SPDX-License-Identifier: MIT */
/* receipt: what is remembered of a batch, and what its repetition is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "redis/receipt.c"

#define A "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define B "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"

static void test_repetitions_are_found(void **state)
{
    static const struct {
        const char *what;
        struct receipt kept, wanted;
        enum receipt_finding finding;
    } rows[] = {
        {"the same key and body", {.digest = A}, {.digest = A}, RECEIPT_SAME},
        {"the same key, another body", {.digest = A}, {.digest = B}, RECEIPT_OTHER},
        {"the next offset",
         {.digest = A, .has_offset = true, .offset = 4},
         {.digest = B, .has_offset = true, .offset = 5},
         RECEIPT_NEW},
        {"the next offset, the same body",
         {.digest = A, .has_offset = true, .offset = 4},
         {.digest = A, .has_offset = true, .offset = 5},
         RECEIPT_NEW},
        {"the same offset",
         {.digest = A, .has_offset = true, .offset = 4},
         {.digest = A, .has_offset = true, .offset = 4},
         RECEIPT_SAME},
        {"the same offset, another body",
         {.digest = A, .has_offset = true, .offset = 4},
         {.digest = B, .has_offset = true, .offset = 4},
         RECEIPT_OTHER},
        {"an older offset",
         {.digest = A, .has_offset = true, .offset = UINT64_MAX},
         {.digest = A, .has_offset = true, .offset = 4},
         RECEIPT_OLDER},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        print_message("%s\n", rows[i].what);
        assert_int_equal(receipt_compare(&rows[i].kept, &rows[i].wanted), rows[i].finding);
    }
}

static void test_text_is_read_back(void **state)
{
    static const struct receipt receipts[] = {
        {.digest = A, .count = 1},
        {.digest = B,
         .count = UINT64_MAX,
         .has_offset = true,
         .offset = UINT64_MAX,
         .after = {UINT64_MAX, UINT64_MAX},
         .has_ids = true,
         .first = {UINT64_MAX, UINT64_MAX},
         .last = {UINT64_MAX, UINT64_MAX}},
        {.digest = A,
         .count = 500,
         .after = {5, 0},
         .has_ids = true,
         .first = {6, 0},
         .last = {6, 499}},
    };
    char text[RECEIPT_TEXT], again[RECEIPT_TEXT];
    (void)state;
    for (size_t i = 0; i < sizeof receipts / sizeof *receipts; i++) {
        struct receipt m;
        receipt_format(&receipts[i], text);
        assert_int_equal(receipt_parse(slice_of(text), &m), 0);
        receipt_format(&m, again);
        assert_string_equal(again, text);
        assert_int_equal(m.has_ids, receipts[i].has_ids);
        assert_int_equal(m.offset, receipts[i].offset);
        assert_int_equal(xid_cmp(m.after, receipts[i].after), 0);
        assert_int_equal(xid_cmp(m.last, receipts[i].last), 0);
    }
}

static void test_other_texts_are_refused(void **state)
{
    static const char *const texts[] = {
        "",
        " ",
        "x",
        A,
        A " 1 - 0-0 -",
        A " 1 - 0-0 - - ",
        A " 1 - 0-0 - - -",
        "a 1 - 0-0 - -",
        A " -1 - 0-0 - -",
        A " 1 x 0-0 - -",
        A " 1 - x - -",
        A " 1 - 0-0 1-1 -",
        A " 1 - 0-0 x x",
        A "  1 - 0-0 - -",
    };
    struct receipt m;
    (void)state;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (receipt_parse(slice_of(texts[i]), &m) == 0)
            fail_msg("%s", texts[i]);
}

/* test_slot.c has odd names. */
static void test_key_is_in_the_slot_of_its_log(void **state)
{
    static const struct {
        const char *log, *key;
    } rows[] = {
        {"log", "{log}:sent:d"},
        {"a{b}c", "a{b}c:sent:d"},
    };
    char key[64];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        receipt_key(rows[i].log, "d", key, sizeof key);
        assert_string_equal(key, rows[i].key);
    }
    char log[513], longest[512 + RECEIPT_KEY_MORE];
    memset(log, '}', 512);
    log[512] = '\0';
    receipt_key(log, A, longest, sizeof longest);
    assert_string_equal(longest + strlen(longest) - RECEIPT_DIGEST, A);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_repetitions_are_found),
        cmocka_unit_test(test_key_is_in_the_slot_of_its_log),
        cmocka_unit_test(test_text_is_read_back),
        cmocka_unit_test(test_other_texts_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
