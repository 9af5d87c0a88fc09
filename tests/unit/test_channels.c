/* SPDX-License-Identifier: MIT */
/* channels: whether a group still has us, by the score that Redis returns. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "relay/channels.c"

/* The value has no NUL at its end: in memory, other bytes follow it. */
static void test_score_is_read_within_its_length(void **state)
{
    static const struct {
        const char *memory;
        size_t len;
        bool reaches; /* 1700000000 */
    } cases[] = {
        {"1700000000.5", 12, true},
        {"1700000000", 10, true},
        {"1699999999.9", 12, false},
        {"17000000009", 3, false}, /* 170, and then other bytes */
        {"1.7e9", 5, true},
        {"inf", 3, true},
        {"nan", 3, false},
        {"", 0, false},
        {"1700000001x", 11, false},
        {"1700000001\0z", 12, false},
        {"1700000000.00000000000000000000000000000000000000000000000000009", 63, true},
        {"1700000000.000000000000000000000000000000000000000000000000000009", 64, false},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(score_reaches(slice_make(cases[i].memory, cases[i].len), 1700000000),
                         cases[i].reaches);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_score_is_read_within_its_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
