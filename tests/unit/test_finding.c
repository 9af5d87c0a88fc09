/* SPDX-License-Identifier: MIT */
/* finding: one line for each, as text and as JSON; the exit status. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "doctor/finding.c"

static const struct check BUFFERING = {"D7", "buffering"};

static void check_line(const struct finding *f, bool json, const char *wanted)
{
    struct buf out;
    buf_init(&out, 4096);
    finding_format(f, json, &out);
    assert_string_equal(out.p, wanted);
    buf_free(&out);
}

static void test_line_has_state_id_name_evidence_and_cure(void **state)
{
    struct finding f = {FINDING_FAIL, BUFFERING, "nothing in 2 s", "put X into Y"};
    (void)state;
    check_line(&f, false, "FAIL D7 buffering: nothing in 2 s; put X into Y\n");
    check_line(&f, true,
               "{\"state\":\"FAIL\",\"id\":\"D7\",\"name\":\"buffering\","
               "\"evidence\":\"nothing in 2 s\",\"cure\":\"put X into Y\"}\n");
    f.cure = NULL;
    f.state = FINDING_NOTE;
    check_line(&f, false, "NOTE D7 buffering: nothing in 2 s\n");
    check_line(&f, true,
               "{\"state\":\"NOTE\",\"id\":\"D7\",\"name\":\"buffering\","
               "\"evidence\":\"nothing in 2 s\"}\n");
}

static void test_text_from_outside_makes_no_second_line(void **state)
{
    const struct finding f = {FINDING_WARN, BUFFERING, "a\nFAIL \033[1m\xc3\xa9\"", NULL};
    (void)state;
    check_line(&f, false, "WARN D7 buffering: a\\x0aFAIL \\x1b[1m\\xc3\\xa9\"\n");
    check_line(&f, true,
               "{\"state\":\"WARN\",\"id\":\"D7\",\"name\":\"buffering\","
               "\"evidence\":\"a\\nFAIL \\u001b[1m\\u00e9\\\"\"}\n");
}

/* Adds findings of these states and returns what was printed. */
static int report(const enum finding_state *states, size_t n, bool verbose, char out[512])
{
    struct report r = {.to = tmpfile(), .verbose = verbose};
    assert_non_null(r.to);
    for (size_t i = 0; i < n; i++)
        report_add(&r, states[i], BUFFERING, "do", "number %zu", i);
    int status = report_end(&r);
    rewind(r.to);
    out[fread(out, 1, 511, r.to)] = '\0';
    fclose(r.to);
    return status;
}

static void test_status_is_1_after_a_warning_or_a_failure(void **state)
{
    static const struct {
        enum finding_state states[3];
        int status;
    } rows[] = {
        {{FINDING_OK, FINDING_NOTE, FINDING_OK}, 0},
        {{FINDING_OK, FINDING_WARN, FINDING_OK}, 1},
        {{FINDING_FAIL, FINDING_NOTE, FINDING_OK}, 1},
    };
    char out[512];
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_int_equal(report(rows[i].states, 3, false, out), rows[i].status);
}

static void test_passed_checks_are_printed_if_wanted(void **state)
{
    static const enum finding_state states[] = {FINDING_OK, FINDING_FAIL};
    char out[512];
    (void)state;
    report(states, 2, false, out);
    assert_string_equal(out, "FAIL D7 buffering: number 1; do\n"
                             "1 failed, 0 warnings, 0 notes, 1 passed\n");
    report(states, 2, true, out);
    assert_string_equal(out, "OK D7 buffering: number 0; do\nFAIL D7 buffering: number 1; do\n"
                             "1 failed, 0 warnings, 0 notes, 1 passed\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_line_has_state_id_name_evidence_and_cure),
        cmocka_unit_test(test_text_from_outside_makes_no_second_line),
        cmocka_unit_test(test_status_is_1_after_a_warning_or_a_failure),
        cmocka_unit_test(test_passed_checks_are_printed_if_wanted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
