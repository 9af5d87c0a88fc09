/* SPDX-License-Identifier: MIT */
/* query_terms: the terms of a query. query.c reads their parts, query_terms.c makes them, and
 * query_match.c tries them. Private to these files. */
#ifndef SSELOG_FORMAT_QUERY_TERMS_H
#define SSELOG_FORMAT_QUERY_TERMS_H

#include "format/expression.h"
#include "format/query.h"
#include "format/search.h"

#define QUERY_MAX_TEXT ((size_t)1024 * 1024) /* bytes of a key, and of what a term is made of */

/* In the order in which they are tried. */
enum term_kind { TERM_TEXT, TERM_LEVEL, TERM_FIELD, TERM_EXPRESSION };

enum term_operator { TERM_IS, TERM_HOLDS, TERM_LEAST, TERM_ABOVE, TERM_MOST, TERM_BELOW };

/* Classes of levels, as bits. */
enum term_level {
    LEVEL_UNKNOWN = 1,
    LEVEL_DEBUG = 2,
    LEVEL_INFO = 4,
    LEVEL_WARNING = 8,
    LEVEL_ERROR = 16,
    LEVEL_CRITICAL = 32
};

struct term_value {
    char *text; /* with case folded; owned */
    size_t len;
    bool is_number;
    double number;
};

struct term {
    enum term_kind kind;
    enum term_operator how;
    bool negated;
    struct buf key;
    struct search *search;         /* of a text and "~"; NULL in "~": every text holds it */
    struct expression *expression; /* owned, as are the others */
    bool placed; /* the expression may match in a message and not in the payload around it */
    char *field;
    struct term_value *values;
    size_t nvalues;
    unsigned levels; /* of level=, bits of enum term_level */
    int severity;    /* of level> and the like */
};

struct query {
    struct term *terms;
    size_t nterms;
    struct buf key;
};

/* The fault of a query. Only the first reason is kept. */
struct reason {
    char *text; /* QUERY_WHY bytes; empty when memory ran out */
    bool failed;
};

void reason_starve(struct reason *r);
/* Each makes a term, which begins as zeroes with an initialized key, and adds to that key. Frees
 * nothing on failure: the caller calls term_end(). */

/* A word or a phrase. An empty one makes no search. */
void term_make_text(struct term *t, struct slice text, struct reason *r);
/* source and flags are parts of the whole term. */
void term_make_expression(struct term *t, struct slice source, struct slice flags,
                          struct slice whole, struct reason *r);
/* Begins a term about a field, and returns the operator that text begins with; NULL: none. */
const char *term_find_operator(struct slice text, enum term_operator *how);
void term_begin_field(struct term *t, struct slice name, enum term_operator how, struct reason *r);
/* Adds a value, of which there is one unless the operator is TERM_IS. */
void term_add_value(struct term *t, struct slice text, struct reason *r);
/* head: the term, to say that it has no value. */
void term_end_field(struct term *t, struct slice head, struct reason *r);
/* Frees what the term owns. */
void term_end(struct term *t);

/* The class of a severity; -1 is unknown. */
unsigned term_level_of(int severity);
/* Whether text is a number. */
bool term_number(struct slice text, double *number);

#endif
