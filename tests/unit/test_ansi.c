/* SPDX-License-Identifier: MIT */
/* ansi: the texts that the page's tests read too. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "case_rows.h"
#include "format/ansi.c"

/* Reads the escapes of the table in place. */
static struct slice unescape(char *text)
{
    static const char names[] = "eabtnr\\", plain[] = "\x1b\a\b\t\n\r\\";
    char *to = text;
    for (const char *p = text; *p; to++) {
        if (*p != '\\') {
            *to = *p++;
        } else if (p[1] == 'x') {
            *to = (char)slice_hex_byte(slice_make(p + 2, 2));
            p += 4;
        } else {
            *to = plain[strchr(names, p[1]) - names];
            p += 2;
        }
    }
    return slice_make(text, (size_t)(to - text));
}

static void test_sequences_are_left_out_as_on_the_page(void **state)
{
    struct case_rows rows = case_rows_read("ansi.tsv", 3);
    (void)state;
    for (size_t i = 0; i < rows.count; i++) {
        struct slice text = unescape(rows.cells[i][1]), want = unescape(rows.cells[i][2]);
        struct buf b;
        buf_init(&b, 1000);
        buf_adds(&b, "before\n");
        ansi_plain(&b, text);
        if (b.failed || !slice_equal(slice_after(buf_slice(&b), 7), want))
            fail_msg("%s: %s", rows.cells[i][0], b.p);
        assert_true(ansi_present(text) || slice_equal(text, want));
        buf_free(&b);
    }
    assert_true(rows.count > 50);
    case_rows_free(&rows);
}

/* These bytes are no UTF-8, so the page's tests cannot have them: the rest must hold no control
 * character. */
static void test_bytes_that_come_together_are_no_control_character(void **state)
{
    static const struct {
        const char *text, *want;
    } rows[] = {
        {"a\xc2\x01\x9e"
         "b",
         "a\x9e"
         "b"},
        {"a\xc2\xc2\x1b[m\x9b"
         "31m",
         "a\x9b"
         "31m"},
        {"a\xc2"
         "b\b\x85",
         "a\x85"},
        {"a\xc2\x01 b", "a\xc2 b"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct buf b;
        buf_init(&b, 100);
        ansi_plain(&b, slice_of(rows[i].text));
        assert_string_equal(b.p, rows[i].want);
        assert_false(ansi_present(buf_slice(&b)));
        buf_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sequences_are_left_out_as_on_the_page),
        cmocka_unit_test(test_bytes_that_come_together_are_no_control_character),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
