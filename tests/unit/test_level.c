/* SPDX-License-Identifier: MIT */
/* level: the corpus of levels that the page's tests use too, and what the corpus cannot say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "format/level.c"

#define MOST_BESIDE 8

/* ---- the corpus ---- */

/* The signs that stand for characters which a line of the corpus cannot hold. */
static char sign(const char *p)
{
    static const char *const signs[] = {"\xe2\x90\x89", "\xe2\x90\x8a", "\xe2\x90\x9b"};
    for (size_t i = 0; i < COUNT(signs); i++)
        if (strncmp(p, signs[i], 3) == 0)
            return "\t\n\x1b"[i];
    return '\0';
}

static void replace_signs(char *text)
{
    char *to = text;
    for (const char *p = text; *p; to++) {
        char c = sign(p);
        *to = c ? c : *p;
        p += c ? 3 : 1;
    }
    *to = '\0';
}

/* Splits "name=value name=value" in place. */
static size_t split_beside(char *text, struct slice entry[2 * MOST_BESIDE])
{
    size_t n = 0;
    char *rest = NULL;
    for (char *pair = strtok_r(text, " ", &rest); pair; pair = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(pair, '=');
        assert_non_null(value);
        *value = '\0';
        entry[2 * n] = slice_of(pair);
        entry[2 * n + 1] = slice_of(value + 1);
        assert_true(++n < MOST_BESIDE);
    }
    return n;
}

static int severity_of(const char *payload, char *beside, struct slice *text)
{
    struct slice entry[2 * MOST_BESIDE + 2];
    struct record r;
    size_t n = beside ? split_beside(beside, entry) : 0;
    entry[2 * n] = slice_of("data");
    entry[2 * n + 1] = slice_of(payload);
    assert_int_equal(record_from_entry(&r, XID_ZERO, entry, n + 1, "data", "event"), 0);
    int severity = level_of_record(&r, text);
    assert_int_equal(level_of_record(&r, text), severity);
    record_end(&r);
    return severity;
}

/* A form is passed over only where it cannot match. */
static void check_needs(struct slice text)
{
    uint64_t pairs[PAIRS];
    find_pairs(text, pairs);
    for (size_t i = 0; i < COUNT(forms); i++)
        if (expression_find(form(i), text, NULL) == EXPRESSION_FOUND &&
            !(forms_with(pairs) >> i & 1))
            fail_msg("form %zu: it matches \"%.*s\"", i, (int)text.len, text.p);
}

static int check_line(char *line)
{
    char whole[2048], *rest = line, *payload, *level;
    struct slice text;
    line[strcspn(line, "\n")] = '\0';
    snprintf(whole, sizeof whole, "%s", line);
    payload = strsep(&rest, "\t");
    level = strsep(&rest, "\t");
    assert_non_null(level);
    replace_signs(payload);
    check_needs(slice_of(payload));
    const char *name = level_name(severity_of(payload, rest, &text));
    if (strcmp(name ? name : "-", level) == 0)
        return 0;
    print_error("%s: it is %s\n", whole, name ? name : "unknown");
    return 1;
}

static void test_levels_are_those_of_the_corpus(void **state)
{
    char line[2048];
    int cases = 0, wrong = 0;
    FILE *f = fopen(TEST_CASES "/levels.tsv", "r");
    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '#' && line[1] == ' ')
            continue;
        cases++;
        wrong += check_line(line);
    }
    fclose(f);
    assert_true(cases > 200);
    assert_int_equal(wrong, 0);
}

static void test_names_have_severities(void **state)
{
    static const struct {
        const char *name;
        int severity;
    } cases[] = {
        {"trace", 5},   {"DEBUG", 10},    {"dbug", 10},    {"Info", 20},
        {"notice", 25}, {"WARN", 30},     {"Warning", 30}, {"err", 40},
        {"ERRO", 40},   {"error", 40},    {"FATAL", 50},   {"emergency", 50},
        {"[warn]", 30}, {"< warn >", 30}, {"INFO+2", 20},  {"ERROR-1", 40},
        {"DEBUG3", 10}, {"info:", 20},    {" e ", 40},     {"fatal error", 50},
        {"", -1},       {"[]", -1},       {"infos", -1},   {"3", -1},
        {"+2", -1},     {"info+", -1},    {"in fo", -1},   {"recoverable fatal error!", -1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        if (level_of_name(slice_of(cases[i].name)) != cases[i].severity)
            fail_msg("%s", cases[i].name);
    assert_int_equal(level_of_name(slice_make("info\0", 5)), -1);
    assert_int_equal(level_of_name(slice_make(NULL, 0)), -1);
}

static void test_severities_have_usual_names(void **state)
{
    (void)state;
    assert_string_equal(level_name(5), "TRACE");
    assert_string_equal(level_name(50), "CRITICAL");
    assert_null(level_name(-1));
    assert_null(level_name(41));
}

static void test_the_word_that_tells_the_level_is_known(void **state)
{
    static const struct {
        const char *text, *word;
    } cases[] = {
        {"x [error] y", "error"},
        {"W1128 11:44:33.1 7 x", "W"},
        {"panic: x", "panic"},
        {"Traceback (most recent call last):", ""},
        {"<11>x", "11"},
        {"\x1b[31merr\x1b[0m: x", ""},
        {"\x1b[31merror\x1b[0m: x", "ERROR"},
        {"x", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct slice word = slice_of("untouched");
        level_of_text(slice_of(cases[i].text), &word);
        if (!slice_equal(word, slice_of(cases[i].word)))
            fail_msg("%s: %.*s", cases[i].text, (int)word.len, word.p);
    }
}

static void test_levels_far_in_a_text_do_not_count(void **state)
{
    char text[RAW_LOOK + 10];
    struct slice word;
    (void)state;
    memset(text, ' ', sizeof text);
    memcpy(text + LEVEL_LOOK - 5, "ERROR", 5);
    assert_int_equal(level_of_text(slice_make(text, sizeof text), &word), 40);
    memcpy(text + LEVEL_LOOK - 5, "     ERROR", 10);
    assert_int_equal(level_of_text(slice_make(text, sizeof text), &word), -1);
    assert_int_equal(level_of_text(slice_make(NULL, 0), &word), -1);
}

static void test_the_level_of_a_record_is_told_as_it_stands(void **state)
{
    static const struct {
        const char *payload, *text;
    } cases[] = {
        {"{\"level\":\"AUDIT\"}", "AUDIT"},
        {"{\"level\":30}", "30"},
        {"{\"level\":30,\"level_name\":\"Odd\",\"severity\":\"warn\"}", "warn"},
        {"{\"level\":\"\"}", ""},
        {"ERROR x", "ERROR"},
        {"x", ""},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct record r;
        struct slice text;
        record_from_message(&r, XID_ZERO, slice_of(cases[i].payload));
        level_of_record(&r, &text);
        assert_true(slice_equal(text, slice_of(cases[i].text)));
        record_end(&r);
    }
}

static void test_a_status_is_a_level_by_option(void **state)
{
    static const struct {
        const char *payload;
        unsigned lowest;
        int severity;
    } cases[] = {
        {"{\"request\":\"GET /\",\"status\":502}", 500, 40},
        {"{\"request\":\"GET /\",\"status\":\"502\"}", 400, 40},
        {"{\"method\":\"GET\",\"status\":404}", 400, 30},
        {"{\"method\":\"GET\",\"status\":404}", 500, -1},
        {"{\"method\":\"GET\",\"status\":399}", 400, -1},
        {"{\"method\":\"GET\",\"status\":600}", 400, -1},
        {"{\"method\":\"GET\",\"status\":502}", 0, -1},
        {"{\"method\":\"GET\",\"status\":\"0502\"}", 500, -1},
        {"{\"status\":502}", 500, -1}, /* of anything */
        {"{\"method\":\"GET\",\"status\":502,\"level\":\"info\"}", 500, 40},
        {"{\"method\":\"GET\",\"status\":502,\"level\":\"fatal\"}", 500, 50},
        {"{\"request\":{\"method\":\"GET\"},\"status\":404,\"level\":\"info\"}", 400, 30},
        {"{\"method\":\"GET\",\"status\":502,\"level\":\"odd\"}", 500, 40},
        {"x", 500, -1},
        {"10.0.0.7 - - [28/Nov/2026:11:44:35 +0000] \"GET / HTTP/1.1\" 503 5", 500, 40},
        {"10.0.0.7 - - [28/Nov/2026:11:44:35 +0000] \"GET / HTTP/1.1\" 404 5", 400, 30},
        {"10.0.0.7 - - [28/Nov/2026:11:44:35 +0000] \"GET / HTTP/1.1\" 404 5", 500, -1},
    };
    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct record r;
        struct slice text;
        record_from_message(&r, XID_ZERO, slice_of(cases[i].payload));
        r.status_level = cases[i].lowest;
        if (level_of_record(&r, &text) != cases[i].severity)
            fail_msg("%s from %u", cases[i].payload, cases[i].lowest);
        record_end(&r);
    }
}

static void test_forms_are_passed_over_where_they_cannot_match(void **state)
{
    uint64_t pairs[PAIRS];
    size_t passed_over = 0;
    (void)state;
    find_pairs(slice_of("the quick brown fox jumps over the lazy dog"), pairs);
    for (size_t i = 0; i < COUNT(forms); i++)
        passed_over += !(forms_with(pairs) >> i & 1);
    assert_int_equal(passed_over, COUNT(forms));
}

static void test_fields_are_listed(void **state)
{
    size_t n = 0;
    (void)state;
    while (level_field(n))
        n++;
    assert_int_equal(n, COUNT(fields));
    assert_string_equal(level_field(0), "level");
}

static void test_severities_have_the_classes_of_the_page(void **state)
{
    static const struct {
        int severity;
        const char *name;
    } rows[] = {{-1, "OTHER"}, {5, "DEBUG"},    {10, "DEBUG"}, {20, "INFO"},
                {25, "INFO"},  {30, "WARNING"}, {40, "ERROR"}, {50, "CRITICAL"}};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_string_equal(level_classes[level_class(rows[i].severity)], rows[i].name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_severities_have_the_classes_of_the_page),
        cmocka_unit_test(test_levels_are_those_of_the_corpus),
        cmocka_unit_test(test_names_have_severities),
        cmocka_unit_test(test_severities_have_usual_names),
        cmocka_unit_test(test_the_word_that_tells_the_level_is_known),
        cmocka_unit_test(test_levels_far_in_a_text_do_not_count),
        cmocka_unit_test(test_the_level_of_a_record_is_told_as_it_stands),
        cmocka_unit_test(test_a_status_is_a_level_by_option),
        cmocka_unit_test(test_forms_are_passed_over_where_they_cannot_match),
        cmocka_unit_test(test_fields_are_listed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
