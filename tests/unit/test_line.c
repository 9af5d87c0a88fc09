/* SPDX-License-Identifier: MIT */
/* line: the corpus of lines that the page's tests use too, and what the corpus cannot say. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "format/level.h"
#include "format/line.c"

enum { LINE, FORMS_OF, TIME, SEVERITY, SHOWN, FIELDS, COLUMNS };

/* ---- the corpus ---- */

static size_t hex(char c)
{
    return (size_t)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* Reads the escapes of a column in place. */
static struct slice unescape(char *text)
{
    static const char from[] = "etn\\", to[] = "\x1b\t\n\\";
    char *end = text;
    for (char *p = text; *p; p++) {
        const char *found = p[0] == '\\' ? strchr(from, p[1]) : NULL;
        if (p[0] != '\\') {
            *end++ = *p;
        } else if (p[1] == 'x') {
            *end++ = (char)(16 * hex(p[2]) + hex(p[3]));
            p += 3;
        } else {
            assert_true(found && *found);
            *end++ = to[found - from];
            p++;
        }
    }
    return slice_make(text, (size_t)(end - text));
}

static void add_forms(struct buf *b, const struct line *l)
{
    for (size_t i = 0; l && i < l->nparts; i++)
        buf_addf(b, "%s%s", i ? ">" : "", line_form_name(l, i));
    if (l && l->json)
        buf_addf(b, "%sjson", l->nparts ? ">" : "");
    if (!l)
        buf_adds(b, "-");
}

/* The class that the page shows. */
static int class_of(int severity)
{
    return severity < 0 ? -1 : severity < 20 ? 0 : severity < 30 ? 1 : severity / 10;
}

static size_t cuts_of(const struct line *l, int severity, struct line_cut cuts[LINE_CUTS])
{
    bool says[LINE_DEPTH] = {false};
    for (size_t i = 0; i < l->nparts; i++) {
        struct line_level level = line_level(l, i);
        int said = level.severity < 0 ? level_of_name(level.text) : level.severity;
        says[i] = severity >= 0 && class_of(said) == class_of(severity);
    }
    return line_cuts(l, says, cuts);
}

/* Adds the part of the line that the page shows. */
static void add_shown(struct buf *b, const struct line *l, int severity)
{
    struct line_cut cuts[LINE_CUTS];
    size_t n = cuts_of(l, severity, cuts), at = 0;
    size_t end = l->json_leads ? (size_t)(l->json_text.p - l->text.p) : l->text.len;
    for (size_t i = 0; i < n; i++) {
        buf_add(b, l->text.p + at, cuts[i].from - at);
        at = cuts[i].to;
    }
    buf_add(b, l->text.p + at, end - at);
    if (l->json_leads) {
        struct record inner;
        record_from_message(&inner, XID_ZERO, l->json_text);
        struct slice message = record_message(&inner);
        if (message.len == 0)
            message = l->json_text;
        buf_add(b, message.p, message.len);
        record_end(&inner);
    }
}

static bool has_fields(const struct line *l, struct slice fields)
{
    struct json_object *wanted = json_read(fields, 8, 0);
    bool good = true;
    assert_non_null(wanted);
    json_object_object_foreach(wanted, name, value)
    {
        struct slice text, found = {0};
        if (json_text(value, &text))
            good = good && l && line_field(l, name, &found) && slice_equal(found, text);
    }
    json_object_put(wanted);
    return good;
}

static bool is_text(struct buf *b, struct slice wanted)
{
    bool same = slice_equal(buf_slice(b), wanted);
    buf_clear(b);
    return same;
}

/* A form is passed over only where it cannot match. */
static void check_needs(struct slice text)
{
    for (size_t i = 0; i < FORMS; i++) {
        struct needs known = {0};
        if (expression_find(expression_of(i), text, NULL) == EXPRESSION_FOUND &&
            !has_all(text, line_forms[i].needs, &known))
            fail_msg("%s: it matches \"%.*s\"", line_forms[i].name, (int)text.len, text.p);
    }
}

/* The number of the first column that is wrong, or 0. */
static int wrong_column(char *columns[COLUMNS])
{
    struct record r;
    struct buf b;
    struct slice text, said;
    int wrong = 0;
    buf_init(&b, 65536);
    text = unescape(columns[LINE]);
    record_from_message(&r, XID_ZERO, text);
    const struct line *l = record_line(&r);
    int severity = level_of_record(&r, &said);
    add_forms(&b, l);
    if (!is_text(&b, slice_of(columns[FORMS_OF])))
        wrong = FORMS_OF;
    if (severity !=
        (strcmp(columns[SEVERITY], "-") == 0 ? -1 : (int)strtol(columns[SEVERITY], NULL, 10)))
        wrong = SEVERITY;
    for (size_t at = 0; at < text.len; at++)
        check_needs(slice_after(text, at));
    if (l)
        add_shown(&b, l, severity);
    if (l && !is_text(&b, unescape(columns[SHOWN])))
        wrong = SHOWN;
    if (!has_fields(l, slice_of(columns[FIELDS])))
        wrong = FIELDS;
    record_end(&r);
    buf_free(&b);
    return wrong;
}

static int check_line(char *line)
{
    char whole[4096], *rest = line, *columns[COLUMNS];
    line[strcspn(line, "\n")] = '\0';
    snprintf(whole, sizeof whole, "%s", line);
    for (int i = 0; i < COLUMNS; i++)
        assert_non_null(columns[i] = strsep(&rest, "\t"));
    int wrong = wrong_column(columns);
    if (wrong)
        print_error("column %d: %s\n", wrong + 1, whole);
    return wrong != 0;
}

static void test_lines_are_those_of_the_corpus(void **state)
{
    char line[4096];
    int cases = 0, wrong = 0;
    FILE *f = fopen(TEST_CASES "/lines.tsv", "r");
    (void)state;
    assert_non_null(f);
    while (fgets(line, sizeof line, f)) {
        if (line[0] == '#')
            continue;
        cases++;
        wrong += check_line(line);
    }
    fclose(f);
    assert_true(cases > 150);
    assert_int_equal(wrong, 0);
}

/* ---- what the corpus cannot say ---- */

static bool parse(struct line *l, const char *text)
{
    return line_parse(l, slice_of(text));
}

static void test_fields_of_inner_parts_come_before_those_of_outer_ones(void **state)
{
    struct line l;
    struct slice value;
    (void)state;
    assert_true(parse(&l, "<11>1 2026-11-28T11:44:35Z web app 7 - - pid=8 x=- status=500 log=1"));
    assert_true(line_field(&l, "pid", &value));
    assert_true(slice_equal(value, slice_of("8")));
    assert_true(line_field(&l, "hostname", &value));
    assert_false(line_field(&l, "x", &value));
    assert_false(line_field(&l, "msgid", &value));
    assert_false(line_field(&l, "cut", &value));
    assert_false(line_field(&l, "pairs", &value));
    line_end(&l);
    assert_true(parse(&l, "web-1 | {\"log\":{\"level\":\"error\"},\"service\":\"x\",\"n\":null}"));
    assert_true(line_field(&l, "log.level", &value));
    assert_true(line_field(&l, "service", &value));
    assert_true(slice_equal(value, slice_of("x")));
    assert_false(line_field(&l, "n", &value));
    line_end(&l);
    line_end(NULL);
}

static void test_only_the_beginning_of_a_text_is_looked_at(void **state)
{
    struct line l;
    struct buf b;
    (void)state;
    buf_init(&b, 65536);
    buf_adds(&b, "10.0.0.1 - - [28/Nov/2026:11:44:35 +0000] \"GET /");
    for (int i = 0; i < 3000; i++)
        buf_addc(&b, 'x');
    buf_adds(&b, " HTTP/1.1\" 200 5");
    assert_false(line_parse(&l, buf_slice(&b)));
    assert_false(line_parse(&l, (struct slice){0}));
    assert_false(line_parse(&l, slice_of("\x1b[0m")));
    buf_free(&b);
}

static void test_bytes_that_are_no_text_are_no_line(void **state)
{
    struct line l;
    static const char nul[] = "2026-11-28 11:44:35 a\0b";
    (void)state;
    assert_false(parse(&l, "\xff\xfe\x80"));
    assert_true(line_parse(&l, slice_make(nul, sizeof nul - 1)));
    assert_int_equal(l.message.len, 2); /* control characters are not read */
    line_end(&l);
}

static void test_a_record_is_parsed_once(void **state)
{
    struct record r;
    (void)state;
    record_from_message(&r, XID_ZERO, slice_of("{\"msg\":\"GET /x 404 1.5 ms - 3\"}"));
    const struct line *l = record_line(&r);
    struct slice status;
    assert_non_null(l);
    assert_ptr_equal(record_line(&r), l);
    assert_true(line_field(l, "status", &status));
    record_end(&r);
    assert_null(record_line(&r));
    record_from_message(&r, XID_ZERO, slice_of("{\"n\":1}"));
    assert_null(record_line(&r));
    record_end(&r);
}

static void test_forms_are_passed_over_without_a_text_that_they_need(void **state)
{
    struct slice text = slice_of("2026-11-28 11:44:35 the job was taken from the queue");
    struct needs known = {0};
    size_t tried = 0;
    (void)state;
    for (size_t i = 0; i < FORMS; i++)
        tried += has_all(text, line_forms[i].needs, &known);
    assert_in_range(tried, 1, 25);
}

int main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_are_those_of_the_corpus),
        cmocka_unit_test(test_fields_of_inner_parts_come_before_those_of_outer_ones),
        cmocka_unit_test(test_forms_are_passed_over_without_a_text_that_they_need),
        cmocka_unit_test(test_only_the_beginning_of_a_text_is_looked_at),
        cmocka_unit_test(test_bytes_that_are_no_text_are_no_line),
        cmocka_unit_test(test_a_record_is_parsed_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
