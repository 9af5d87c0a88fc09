/* SPDX-License-Identifier: MIT */
/* ids: each id is kept once and in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "verify/ids.c"

static void check_order(const struct ids *s)
{
    for (size_t i = 1; i < s->count; i++)
        assert_true(xid_cmp(s->at[i - 1], s->at[i]) < 0);
}

static void test_ids_are_kept_once_and_in_order(void **state)
{
    static const unsigned steps[] = {1, 2999, 7, 1009}; /* none divides 3000 but 1 */
    (void)state;
    for (size_t k = 0; k < sizeof steps / sizeof *steps; k++) {
        struct ids s = {0};
        for (unsigned i = 0; i < 6000; i++)
            assert_int_equal(ids_add(&s, (struct xid){i * steps[k] % 3000 * 2, 0}), 0);
        assert_int_equal(s.count, 3000);
        check_order(&s);
        for (unsigned i = 0; i < 3000; i++) {
            assert_true(ids_have(&s, (struct xid){2 * i, 0}));
            assert_false(ids_have(&s, (struct xid){2 * i, 1}));
            assert_false(ids_have(&s, (struct xid){2 * i + 1, 0}));
        }
        ids_free(&s);
    }
}

static void test_empty_list_has_none(void **state)
{
    struct ids s = {0};
    (void)state;
    assert_false(ids_have(&s, XID_ZERO));
    assert_int_equal(ids_add(&s, XID_MAX), 0);
    assert_int_equal(ids_add(&s, XID_ZERO), 0);
    assert_true(ids_have(&s, XID_ZERO) && ids_have(&s, XID_MAX));
    ids_clear(&s);
    assert_false(ids_have(&s, XID_ZERO));
    ids_free(&s);
    ids_free(&s);
}

/* The limit is tried without the memory. */
static void test_full_list_refuses_new_ids(void **state)
{
    struct xid one = {5, 0};
    struct ids s = {.at = &one, .count = IDS_MOST, .cap = IDS_MOST};
    (void)state;
    assert_int_equal(make_room(&s), -1);
    assert_ptr_equal(s.at, &one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ids_are_kept_once_and_in_order),
        cmocka_unit_test(test_empty_list_has_none),
        cmocka_unit_test(test_full_list_refuses_new_ids),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
