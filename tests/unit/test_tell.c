/* SPDX-License-Identifier: MIT */
/* tell: which ids a viewer may be told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "../../tell.c"

/* A place that is before a record, not at one, is no id to tell. */
static void only_ids_that_were_sent_are_told(void **state)
{
    static const struct {
        enum cursor_at at;
        bool moved;
    } cases[] = {{CURSOR_SENT, true}, {CURSOR_NEXT, false}, {CURSOR_OPEN, false}};
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct log l = {.source = SOURCE_STREAM};
        struct view w = {.log = &l};
        struct viewer v = {.view = &w, .state = VIEWER_BEHIND};
        struct xid at;
        v.cursor = (struct cursor){.id = {42, 0}, .at = cases[i].at};
        v.told_any = true;
        v.told = (struct xid){17, 0};
        assert_int_equal(has_moved(&v, &at), cases[i].moved);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_ids_that_were_sent_are_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
