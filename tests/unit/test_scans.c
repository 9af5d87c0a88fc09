/* SPDX-License-Identifier: MIT */
/* scans: a holder's newer search replaces the older, and nobody else's. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "front/scans.c"

static const struct seat_holder ann = {HOLDER_USER, "ann"}, bob = {HOLDER_USER, "bob"};
static const struct seat_holder nobody = {HOLDER_NOBODY, ""};

static void test_newer_search_of_a_holder_replaces_the_older(void **state)
{
    struct scans *s = scans_new();
    struct scans_entry entries[5] = {0};
    (void)state;
    assert_non_null(s);
    assert_int_equal(scans_begin(s, &ann, &entries[0]), 0);
    assert_int_equal(scans_begin(s, &bob, &entries[1]), 0);
    assert_int_equal(scans_begin(s, &nobody, &entries[2]), 0);
    assert_int_equal(scans_begin(s, &nobody, &entries[3]), 0);
    for (int i = 0; i < 4; i++)
        assert_false(entries[i].replaced);
    assert_int_equal(scans_begin(s, &ann, &entries[4]), 0);
    for (int i = 0; i < 5; i++)
        assert_int_equal(entries[i].replaced, i == 0);
    assert_int_equal(scans_figures(s).open, 5);
    scans_end(s, &entries[4]);
    scans_end(s, &entries[4]);
    for (int i = 0; i < 4; i++)
        scans_end(s, &entries[i]);
    assert_int_equal(scans_figures(s).open, 0);
    scans_count(s, 7);
    scans_count(s, 8);
    assert_int_equal(scans_figures(s).records, 15);
    scans_free(s);
}

static void test_only_search_of_a_process_needs_none_of_it(void **state)
{
    struct scans_entry e = {0};
    (void)state;
    assert_int_equal(scans_begin(NULL, &ann, &e), 0);
    assert_false(e.replaced);
    scans_count(NULL, 1);
    assert_int_equal(scans_figures(NULL).open, 0);
    scans_end(NULL, &e);
    scans_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_newer_search_of_a_holder_replaces_the_older),
        cmocka_unit_test(test_only_search_of_a_process_needs_none_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
