/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: queries of the filter. The input is split at 0xfe into a query, a payload, an event
 * name, and a field's name and value.
 *
 * - The key of a query is a query with the same key, and lets the same record pass.
 * - Of a term and its negation one lets a record pass. Both do where the level is not known, or an
 *   expression takes too long.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/ansi.h"
#include "format/query_terms.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { QUERY, PAYLOAD, EVENT, NAME, VALUE, PARTS };

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void split(const uint8_t *data, size_t size, struct slice parts[PARTS])
{
    const char *p = (const char *)data, *end = p + size;
    for (size_t i = 0; i < PARTS; i++) {
        const char *mark = p < end ? memchr(p, 0xfe, (size_t)(end - p)) : NULL;
        parts[i] = slice_make(p, (size_t)((mark ? mark : end) - p));
        p = mark ? mark + 1 : end;
    }
}

static bool passes(const struct query *q, const struct slice parts[PARTS])
{
    const struct slice fields[] = {slice_of("data"), parts[PAYLOAD], slice_of("event"),
                                   parts[EVENT],     parts[NAME],    parts[VALUE]};
    struct record r;
    bool pass;
    check(record_from_entry(&r, XID_ZERO, fields, 3, "data", "event") == 0);
    pass = query_pass(q, &r);
    check(query_pass(q, &r) == pass);
    record_end(&r);
    return pass;
}

/* A query that has only a term, or its negation. */
static struct query *one_term(const struct term *t, bool negated)
{
    char why[QUERY_WHY];
    struct slice key = slice_after(buf_slice(&t->key), t->negated ? 1 : 0);
    struct buf text;
    buf_init(&text, key.len + 2);
    buf_adds(&text, negated ? "-" : "");
    buf_add(&text, key.p, key.len);
    struct query *q = query_new(buf_slice(&text), why);
    check(q && q->nterms == 1 && q->terms[0].negated == negated);
    buf_free(&text);
    return q;
}

static bool may_be_neither(const struct term *t)
{
    return t->kind == TERM_LEVEL || t->kind == TERM_EXPRESSION;
}

static void check_terms(const struct query *q, const struct slice parts[PARTS])
{
    bool all = true, unsure = false;
    for (size_t i = 0; i < q->nterms; i++) {
        struct query *yes = one_term(&q->terms[i], false), *no = one_term(&q->terms[i], true);
        bool holds = passes(yes, parts), fails = passes(no, parts);
        check(holds || fails);
        check(!(holds && fails) || may_be_neither(&q->terms[i]));
        unsure |= holds && fails;
        all &= q->terms[i].negated ? fails : holds;
        query_free(yes);
        query_free(no);
    }
    check(passes(q, parts) == all || unsure);
}

static void check_plain(struct slice text)
{
    struct buf plain;
    buf_init(&plain, text.len + 1);
    ansi_plain(&plain, text);
    check(!plain.failed && !ansi_present(buf_slice(&plain)));
    check(ansi_present(text) || slice_equal(buf_slice(&plain), text));
    buf_free(&plain);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice parts[PARTS];
    char why[QUERY_WHY];
    split(data, size, parts);
    struct query *q = query_new(parts[QUERY], why), *again;
    check_plain(parts[PAYLOAD]);
    if (!q) {
        check(why[0] && strlen(why) < QUERY_WHY - 1);
        return 0;
    }
    again = query_new(query_key(q), why);
    check(again && slice_equal(query_key(again), query_key(q)));
    check(passes(again, parts) == passes(q, parts));
    check_terms(q, parts);
    query_free(again);
    query_free(q);
    return 0;
}
