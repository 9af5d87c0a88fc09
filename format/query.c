/* SPDX-License-Identifier: MIT */
/*
 * query: see query.h. This file reads a query; query_terms.c makes its terms, and query_match.c
 * tries them. Terms
 * are sorted by their cost and then by their keys, and equal ones are one, so that the order in
 * which a reader writes them makes no difference.
 */
#include "format/query.h"

#include <stdio.h>
#include <stdlib.h>

#include "format/query_terms.h"

struct reader {
    const char *p;
    size_t len, at;
    struct reason reason;
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* ---- reading ---- */

static char peek(const struct reader *x)
{
    return x->at < x->len ? x->p[x->at] : '\0';
}

/* Where the text from a place on ends: at a blank, at the stop character, or at the end of all. */
static size_t end_of(const struct reader *x, size_t from, char stop)
{
    size_t at = from;
    while (at < x->len && !is_blank(x->p[at]) && !(stop && x->p[at] == stop))
        at++;
    return at;
}

static struct slice part(const struct reader *x, size_t from, size_t to)
{
    return slice_make(x->p + from, to - from);
}

/* Adds what is in the quotes to b. Quotes that are not closed reach to the end. */
static void read_quoted(struct reader *x, struct buf *b)
{
    for (x->at++; x->at < x->len && x->p[x->at] != '"'; x->at++) {
        if (x->p[x->at] == '\\' && x->at + 1 < x->len &&
            (x->p[x->at + 1] == '"' || x->p[x->at + 1] == '\\'))
            x->at++;
        buf_addc(b, x->p[x->at]);
    }
    if (x->at < x->len)
        x->at++;
}

static void read_bare(struct reader *x, struct buf *b, char stop)
{
    size_t end = end_of(x, x->at, stop);
    buf_add(b, x->p + x->at, end - x->at);
    x->at = end;
}

/* ---- expressions ---- */

/* The place of the slash that ends the expression; 0: there is none, or the expression is empty. */
static size_t find_slash(const struct reader *x)
{
    size_t at = x->at + 1;
    while (at < x->len && x->p[at] != '/')
        at += x->p[at] == '\\' ? 2 : 1;
    return at < x->len && at > x->at + 1 ? at : 0;
}

static void read_expression(struct reader *x, struct term *t, size_t slash)
{
    size_t from = x->at;
    x->at = end_of(x, slash + 1, '\0');
    term_make_expression(t, part(x, from + 1, slash), part(x, slash + 1, x->at),
                         part(x, from, x->at), &x->reason);
}

/* ---- fields ---- */

static bool is_name_start(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@' || c == '$' ||
           (unsigned char)c >= 0x80;
}

static bool is_name_char(char c)
{
    return is_name_start(c) || (c >= '0' && c <= '9') || c == '.' || c == '-';
}

/* Whether a field's name and an operator come next. *name and *how get them, and *end the place
 * behind them. Two operators in a row are text. */
static bool find_field(const struct reader *x, struct slice *name, enum term_operator *how,
                       size_t *end)
{
    size_t at = x->at;
    const char *operator;
    if (at == x->len || !is_name_start(x->p[at]))
        return false;
    while (at < x->len && is_name_char(x->p[at]))
        at++;
    *name = part(x, x->at, at);
    if (name->p[name->len - 1] == '.' || name->p[name->len - 1] == '-')
        return false;
    operator= term_find_operator(part(x, at, x->len), how);
    if (!operator)
        return false;
    *end = at + strlen(operator);
    return *end == x->len || !x->p[*end] || !strchr("=~<>", x->p[*end]);
}

/* Reads a value into b. False: there is none. */
static bool read_value(struct reader *x, struct buf *b, char stop)
{
    buf_clear(b);
    if (peek(x) == '"') {
        read_quoted(x, b);
        return true;
    }
    read_bare(x, b, stop);
    return b->len > 0;
}

/* Values with commas between them; empty ones do not count. */
static void read_values(struct reader *x, struct term *t, struct buf *b)
{
    bool list = t->how == TERM_IS;
    for (bool more = true; more && !x->reason.failed;) {
        if (read_value(x, b, list ? ',' : '\0'))
            term_add_value(t, buf_slice(b), &x->reason);
        more = list && peek(x) == ',';
        x->at += more;
    }
}

static void read_field(struct reader *x, struct term *t, struct slice name, enum term_operator how,
                       size_t value)
{
    size_t from = x->at;
    struct buf text;
    buf_init(&text, QUERY_MAX_TEXT);
    x->at = value;
    term_begin_field(t, name, how, &x->reason);
    read_values(x, t, &text);
    if (text.failed)
        reason_starve(&x->reason);
    term_end_field(t, part(x, from, x->at), &x->reason);
    buf_free(&text);
}

/* ---- all ---- */

/* A word or a phrase. */
static void read_text(struct reader *x, struct term *t)
{
    struct buf text;
    buf_init(&text, QUERY_MAX_TEXT);
    if (peek(x) == '"')
        read_quoted(x, &text);
    else
        read_bare(x, &text, '\0');
    if (text.failed)
        reason_starve(&x->reason);
    term_make_text(t, buf_slice(&text), &x->reason);
    buf_free(&text);
}

/* Reads a term. False: it is empty, or wrong. */
static bool read_term(struct reader *x, struct term *t)
{
    size_t slash, end;
    struct slice name;
    enum term_operator how;
    t->negated = (peek(x) == '-' || peek(x) == '!') && end_of(x, x->at, '\0') > x->at + 1;
    if (t->negated) {
        x->at++;
        buf_addc(&t->key, '-');
    }
    slash = peek(x) == '/' ? find_slash(x) : 0;
    if (slash > 0)
        read_expression(x, t, slash);
    else if (find_field(x, &name, &how, &end))
        read_field(x, t, name, how, end);
    else
        read_text(x, t);
    if (t->key.failed)
        reason_starve(&x->reason);
    return !x->reason.failed && (t->kind != TERM_TEXT || t->search);
}

static bool skip_blanks(struct reader *x)
{
    while (x->at < x->len && is_blank(x->p[x->at]))
        x->at++;
    return x->at < x->len;
}

static void read_terms(struct reader *x, struct query *q)
{
    while (!x->reason.failed && skip_blanks(x)) {
        struct term t = {0};
        buf_init(&t.key, QUERY_MAX_TEXT);
        if (read_term(x, &t) && q->nterms < QUERY_MAX_TERMS) {
            q->terms[q->nterms++] = t;
            continue;
        }
        if (!x->reason.failed && (t.kind != TERM_TEXT || t.search)) {
            snprintf(x->reason.text, QUERY_WHY, "there are more than %d terms", QUERY_MAX_TERMS);
            x->reason.failed = true;
        }
        term_end(&t);
    }
}

static int compare_terms(const void *x, const void *y)
{
    const struct term *a = x, *b = y;
    size_t common = a->key.len < b->key.len ? a->key.len : b->key.len;
    int order = memcmp(a->key.p, b->key.p, common);
    if (a->kind != b->kind)
        return a->kind < b->kind ? -1 : 1;
    return order ? order : (a->key.len > b->key.len) - (a->key.len < b->key.len);
}

static void make_key(struct reader *x, struct query *q)
{
    size_t kept = 0;
    qsort(q->terms, q->nterms, sizeof *q->terms, compare_terms);
    for (size_t i = 0; i < q->nterms; i++) {
        if (kept > 0 && compare_terms(&q->terms[kept - 1], &q->terms[i]) == 0) {
            term_end(&q->terms[i]);
            continue;
        }
        q->terms[kept] = q->terms[i];
        if (kept++ > 0)
            buf_addc(&q->key, ' ');
        buf_add(&q->key, q->terms[kept - 1].key.p, q->terms[kept - 1].key.len);
    }
    q->nterms = kept;
    if (q->key.failed)
        reason_starve(&x->reason);
}

struct query *query_new(struct slice text, char why[QUERY_WHY])
{
    struct reader x = {.p = text.p, .len = text.len, .reason = {.text = why}};
    struct query *q = calloc(1, sizeof *q);
    why[0] = '\0';
    if (!q)
        return NULL;
    buf_init(&q->key, QUERY_MAX_TEXT);
    q->terms = calloc(QUERY_MAX_TERMS, sizeof *q->terms);
    if (!q->terms)
        reason_starve(&x.reason);
    else
        read_terms(&x, q);
    if (!x.reason.failed)
        make_key(&x, q);
    if (!x.reason.failed)
        return q;
    query_free(q);
    return NULL;
}

void query_free(struct query *q)
{
    if (!q)
        return;
    for (size_t i = 0; i < q->nterms; i++)
        term_end(&q->terms[i]);
    free(q->terms);
    buf_free(&q->key);
    free(q);
}

struct slice query_key(const struct query *q)
{
    return buf_slice(&q->key);
}

/* Terms are sorted by kind. */
bool query_is_plain(const struct query *q)
{
    return q->nterms == 0 || q->terms[q->nterms - 1].kind == TERM_TEXT;
}
