/* SPDX-License-Identifier: MIT */
/*
 * query_terms: makes the terms of a query; see query_terms.h. A key is the term again, in the one
 * form that all equal terms have.
 */
#include "format/query_terms.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "format/level.h"
#include "format/pattern.h"
#include "format/unicode.h"

#define SHOWN       60 /* characters of a term in a reason */
#define SHOWN_BYTES (4 * SHOWN + sizeof "…")
#define MAX_NUMBER  128 /* characters */
#define INFINITE    "1e999"

/* ---- reasons ---- */

__attribute__((format(printf, 2, 3))) static void say(struct reason *r, const char *format, ...)
{
    va_list ap;
    if (r->failed)
        return;
    va_start(ap, format);
    vsnprintf(r->text, QUERY_WHY, format, ap);
    va_end(ap);
    r->failed = true;
}

void reason_starve(struct reason *r)
{
    say(r, "%s", "");
}

/* The beginning of a text in well-formed UTF-8, with a NUL. */
static const char *shorten(struct slice text, char out[SHOWN_BYTES])
{
    size_t len = 0, at = 0, n;
    for (size_t i = 0; i < SHOWN && at < text.len; i++, at += n) {
        uint32_t c = unicode_read(text.p + at, text.len - at, &n);
        len += unicode_write(c ? c : UNICODE_REPLACEMENT, out + len);
    }
    memcpy(out + len, "…", sizeof "…");
    if (at == text.len)
        out[len] = '\0';
    return out;
}

/* Says what is wrong with a term, and the way out. */
static void say_of(struct reason *r, const char *what, struct slice whole)
{
    char shown[SHOWN_BYTES];
    say(r, "%s; write \"%s\" in quotes to find this text", what, shorten(whole, shown));
}

/* ---- texts ---- */

/* Adds a text in quotes, as a key has it. */
static void add_quoted(struct buf *b, struct slice text)
{
    buf_addc(b, '"');
    for (size_t i = 0; i < text.len; i++) {
        if (text.p[i] == '"' || text.p[i] == '\\')
            buf_addc(b, '\\');
        buf_addc(b, text.p[i]);
    }
    buf_addc(b, '"');
}

static void make_search(struct term *t, struct slice text, struct reason *r)
{
    if (text.len > 0 && !(t->search = search_new(text, SEARCH_FOLDED)))
        reason_starve(r);
    add_quoted(&t->key, t->search ? search_form(t->search) : slice_make(NULL, 0));
}

void term_make_text(struct term *t, struct slice text, struct reason *r)
{
    t->kind = TERM_TEXT;
    make_search(t, text, r);
}

void term_end(struct term *t)
{
    buf_free(&t->key);
    search_free(t->search);
    expression_free(t->expression);
    free(t->field);
    for (size_t i = 0; i < t->nvalues; i++)
        free(t->values[i].text);
    free(t->values);
}

/* ---- numbers ---- */

static size_t skip_digits(struct slice text, size_t at)
{
    while (at < text.len && text.p[at] >= '0' && text.p[at] <= '9')
        at++;
    return at;
}

static size_t skip_sign(struct slice text, size_t at)
{
    return at < text.len && (text.p[at] == '+' || text.p[at] == '-') ? at + 1 : at;
}

static bool is_number(struct slice text)
{
    size_t from = skip_sign(text, 0), at = skip_digits(text, from);
    if (at == from)
        return false;
    if (at < text.len && text.p[at] == '.')
        at = skip_digits(text, at + 1);
    if (at == text.len)
        return true;
    if (text.p[at] != 'e' && text.p[at] != 'E')
        return false;
    from = skip_sign(text, at + 1);
    at = skip_digits(text, from);
    return at > from && at == text.len;
}

bool term_number(struct slice text, double *number)
{
    char copied[MAX_NUMBER + 1];
    if (text.len > MAX_NUMBER || !is_number(text))
        return false;
    memcpy(copied, text.p, text.len);
    copied[text.len] = '\0';
    *number = strtod(copied, NULL);
    return true;
}

static void add_number(struct buf *b, double number)
{
    if (isinf(number))
        buf_addf(b, "%s" INFINITE, number < 0 ? "-" : "");
    else
        buf_addf(b, "%.17g", number);
}

/* ---- expressions ---- */

static int read_flags(struct slice text, unsigned *flags)
{
    static const char names[] = "imsug";
    static const unsigned values[] = {EXPRESSION_FOLD, EXPRESSION_LINES, EXPRESSION_DOTALL, 0, 0};
    *flags = EXPRESSION_UTF;
    for (size_t i = 0; i < text.len; i++) {
        const char *found = text.p[i] ? strchr(names, text.p[i]) : NULL;
        if (!found)
            return -1;
        *flags |= values[found - names];
    }
    return 0;
}

/* PCRE2 refuses a translated expression only for its size. */
static void compile(struct term *t, struct slice source, unsigned flags, struct slice whole,
                    struct reason *r)
{
    char wrong[PATTERN_WHY], shown[SHOWN_BYTES], what[SHOWN_BYTES + PATTERN_WHY + 32];
    const char *why = NULL;
    struct buf pattern;
    buf_init(&pattern, QUERY_MAX_TEXT);
    if (pattern_translate(source, flags & EXPRESSION_FOLD, &pattern, &t->placed, wrong) == 0)
        t->expression = expression_new(buf_slice(&pattern), flags, &why);
    if (!t->expression && (wrong[0] || why)) {
        snprintf(what, sizeof what, "the expression /%s/ %s", shorten(source, shown),
                 wrong[0] ? wrong : "is too large");
        say_of(r, what, whole);
    } else if (!t->expression) {
        reason_starve(r);
    }
    buf_free(&pattern);
}

void term_make_expression(struct term *t, struct slice source, struct slice flags,
                          struct slice whole, struct reason *r)
{
    char shown[SHOWN_BYTES], what[SHOWN_BYTES + 64];
    unsigned set;
    t->kind = TERM_EXPRESSION;
    if (read_flags(flags, &set) < 0) {
        snprintf(what, sizeof what, "\"%s\" are no flags of an expression", shorten(flags, shown));
        say_of(r, what, whole);
        return;
    }
    compile(t, source, set, whole, r);
    buf_addc(&t->key, '/');
    buf_add(&t->key, source.p, source.len);
    buf_addf(&t->key, "/%s%s%s", set & EXPRESSION_FOLD ? "i" : "",
             set & EXPRESSION_LINES ? "m" : "", set & EXPRESSION_DOTALL ? "s" : "");
}

/* ---- levels ---- */

static const struct {
    const char *name;
    unsigned level;
    int severity; /* the lowest of the class */
} classes[] = {
    {"unknown", LEVEL_UNKNOWN, -1}, {"debug", LEVEL_DEBUG, 0},  {"info", LEVEL_INFO, 20},
    {"warning", LEVEL_WARNING, 30}, {"error", LEVEL_ERROR, 40}, {"critical", LEVEL_CRITICAL, 50},
};
#define CLASSES (sizeof classes / sizeof *classes)

unsigned term_level_of(int severity)
{
    size_t i = CLASSES - 1;
    while (i > 0 && severity < classes[i].severity)
        i--;
    return classes[i].level;
}

static void add_level(struct term *t, struct slice name, struct reason *r)
{
    char shown[SHOWN_BYTES];
    int severity = level_of_name(name);
    if (t->how == TERM_HOLDS)
        say(r, "level~ is not known; write level=error or level>=warning");
    else if (t->how == TERM_IS && unicode_equal(name, slice_of(classes[0].name)))
        t->levels |= LEVEL_UNKNOWN;
    else if (severity < 0)
        say(r, "\"%s\" is no level", shorten(name, shown));
    else
        t->levels |= term_level_of(severity);
    t->severity = severity;
}

static void end_level(struct term *t)
{
    if (t->how != TERM_IS) {
        buf_adds(&t->key, level_name(t->severity));
        return;
    }
    for (size_t i = 0, n = 0; i < CLASSES; i++)
        if (t->levels & classes[i].level)
            buf_addf(&t->key, "%s%s", n++ > 0 ? "," : "", classes[i].name);
}

/* ---- fields ---- */

static const struct {
    const char *text;
    enum term_operator how;
} operators[] = {{">=", TERM_LEAST}, {"<=", TERM_MOST}, {"=", TERM_IS},
                 {"~", TERM_HOLDS},  {">", TERM_ABOVE}, {"<", TERM_BELOW}};

static const char *operator_text(enum term_operator how)
{
    size_t i = 0;
    while (operators[i].how != how)
        i++;
    return operators[i].text;
}

const char *term_find_operator(struct slice text, enum term_operator *how)
{
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
        size_t n = strlen(operators[i].text);
        if (text.len >= n && memcmp(text.p, operators[i].text, n) == 0) {
            *how = operators[i].how;
            return operators[i].text;
        }
    }
    return NULL;
}

void term_begin_field(struct term *t, struct slice name, enum term_operator how, struct reason *r)
{
    t->kind = slice_equal(name, slice_of("level")) ? TERM_LEVEL : TERM_FIELD;
    t->how = how;
    t->field = strndup(name.p, name.len);
    if (!t->field)
        reason_starve(r);
    buf_add(&t->key, name.p, name.len);
    buf_adds(&t->key, operator_text(how));
}

/* Adds a value with its case folded. */
static struct term_value *add_folded(struct term *t, struct slice text, struct reason *r)
{
    struct term_value *grown = realloc(t->values, (t->nvalues + 1) * sizeof *grown), *v;
    struct buf folded;
    if (!grown) {
        reason_starve(r);
        return NULL;
    }
    t->values = grown;
    v = &grown[t->nvalues++];
    *v = (struct term_value){0};
    buf_init(&folded, QUERY_MAX_TEXT);
    for (size_t at = 0, n; at < text.len; at += n) {
        char bytes[4];
        uint32_t c = unicode_fold(unicode_read(text.p + at, text.len - at, &n));
        buf_add(&folded, bytes, unicode_write(c, bytes));
    }
    if (folded.failed)
        reason_starve(r);
    v->text = folded.p;
    v->len = folded.len;
    return v;
}

void term_add_value(struct term *t, struct slice text, struct reason *r)
{
    char shown[SHOWN_BYTES];
    struct term_value *v = add_folded(t, text, r);
    if (!v)
        return;
    v->is_number = term_number(text, &v->number);
    if (t->kind == TERM_LEVEL) {
        add_level(t, text, r);
    } else if (t->how == TERM_HOLDS) {
        make_search(t, text, r);
    } else if (t->how != TERM_IS) {
        if (!v->is_number)
            say(r, "\"%s\" is no number", shorten(text, shown));
        add_number(&t->key, v->number);
    }
}

static int compare_values(const void *x, const void *y)
{
    const struct term_value *a = x, *b = y;
    size_t common = a->len < b->len ? a->len : b->len;
    int order = common > 0 ? memcmp(a->text, b->text, common) : 0;
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

/* Values are sorted, and equal ones are one. */
static void end_values(struct term *t)
{
    size_t kept = 0;
    qsort(t->values, t->nvalues, sizeof *t->values, compare_values);
    for (size_t i = 0; i < t->nvalues; i++) {
        struct term_value v = t->values[i];
        if (kept > 0 && compare_values(&t->values[kept - 1], &v) == 0) {
            free(v.text);
            continue;
        }
        if (kept > 0)
            buf_addc(&t->key, ',');
        add_quoted(&t->key, slice_make(v.text, v.len));
        t->values[kept++] = v;
    }
    t->nvalues = kept;
}

void term_end_field(struct term *t, struct slice head, struct reason *r)
{
    char shown[SHOWN_BYTES], what[SHOWN_BYTES + 32];
    if (r->failed)
        return;
    if (t->nvalues == 0) {
        snprintf(what, sizeof what, "%s has no value", shorten(head, shown));
        say_of(r, what, head);
    } else if (t->kind == TERM_LEVEL) {
        end_level(t);
    } else if (t->how == TERM_IS) {
        end_values(t);
    }
}
