/* SPDX-License-Identifier: MIT */
/* slot: hash tags of keys, and keys in the slot of another one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "redis/slot.c"

/* The slots are those that CLUSTER KEYSLOT answers. */
static void test_key_is_in_the_slot_of_another(void **state)
{
    static const struct {
        const char *key, *tag;
        unsigned slot;
        const char *other; /* NULL: it has a number */
    } rows[] = {
        {"log", "log", 10591, "{log}:x"},
        {"queue:a", "queue:a", 6244, "{queue:a}:x"},
        {"{x}:a", "x", 16287, "{x}:a:x"},
        {"a{x}", "x", 16287, "a{x}:x"},
        {"a{x}{y}b", "x", 16287, "a{x}{y}b:x"},
        {"a{b", "a{b", 13340, "{a{b}:x"},
        {"{", "{", 4092, "{{}:x"},
        {"a{{b}}", "{b", 6215, "a{{b}}:x"},
        {"a{}c", "a{}c", 9567, NULL},
        {"a{}{b}", "a{}{b}", 15033, NULL},
        {"a}b", "a}b", 7866, NULL},
        {"a}b{", "a}b{", 6027, NULL},
        {"a}b{c}", "c", 7365, "a}b{c}:x"},
        {"}", "}", 12090, NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char out[64];
        struct slice tag = slot_tag(rows[i].key);
        print_message("%s\n", rows[i].key);
        assert_true(slice_equal(tag, slice_of(rows[i].tag)));
        assert_int_equal(slot_number(tag), rows[i].slot);
        slot_key(rows[i].key, ":x", out, strlen(rows[i].key) + SLOT_KEY_MORE + 2);
        assert_int_equal(slot_number(slot_tag(out)), rows[i].slot);
        assert_string_equal(out + strlen(out) - 2, ":x");
        if (rows[i].other)
            assert_string_equal(out, rows[i].other);
    }
}

/* Names of users may have any character. The patterns of an ACL hold. */
static void test_key_is_found_for_each_number(void **state)
{
    char key[16], out[64];
    (void)state;
    for (unsigned i = 0; i < 100; i++) {
        int n = snprintf(key, sizeof key, "log}%u", i);
        slot_key(key, ":x", out, (size_t)n + SLOT_KEY_MORE + 2);
        const char *rest = strchr(out, '}');
        assert_int_equal(slot_number(slot_tag(out)), slot_number(slice_of(key)));
        assert_memory_equal(out, "{log", 4);
        assert_memory_equal(rest, key + 3, (size_t)n - 3);
        assert_string_equal(rest + n - 3, "}:x");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_key_is_in_the_slot_of_another),
                                       cmocka_unit_test(test_key_is_found_for_each_number)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
