/* SPDX-License-Identifier: MIT */
/*
 * query: the language of the filter, which the parameter q and the page (web/query.js) have: terms
 * with blanks between them, all of which must hold. The manual page describes it. Pure;
 * tests/cases/queries.tsv is run here and there.
 *
 * The time for a record is linear in its length, and in the number of terms, which is bounded.
 */
#ifndef SSELOG_FORMAT_QUERY_H
#define SSELOG_FORMAT_QUERY_H

#include "base/buf.h"
#include "format/record.h"

#define QUERY_MAX_TERMS 32
#define QUERY_WHY       1024 /* bytes of a reason with its NUL */

struct query; /* never changes after query_new; threads may share it */

/* Copies text. NULL: why says what is wrong with it, or is empty when memory ran out. */
struct query *query_new(struct slice text, char why[QUERY_WHY]);
/* q may be NULL. */
void query_free(struct query *q);
/* The canonical text of the query, which is a query too: queries with equal keys pass the same
 * records. Empty: all records pass. Owned by q. */
struct slice query_key(const struct query *q);
/* Whether only texts are sought: no term needs the fields of a record, or tries an expression. */
bool query_is_plain(const struct query *q);
/* Whether all terms hold. A record whose level is not known, or on which an expression takes too
 * long, passes a term and its negation. */
bool query_pass(const struct query *q, struct record *r);

#endif
