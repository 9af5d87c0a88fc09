/* SPDX-License-Identifier: MIT */
/*
 * filter: decides which records a viewer gets. Pure predicates over records; no I/O.
 *
 * There are two kinds of rules. A `match` rule protects: it withholds records that the viewer may
 * not see, also those without the field. All other rules only select what the viewer or the
 * configuration wants.
 */
#ifndef SSELOG_FORMAT_FILTER_H
#define SSELOG_FORMAT_FILTER_H

#include "base/buf.h"
#include "format/record.h"

struct filter; /* never changes after filter_new; threads may share it */

/* The parts of a filter. filter_new copies the strings. */
struct filter_rule {
    const char *field; /* of the payload, or of the entry; see record_field */
    /* In a match rule: one literal value. In a list: items with commas between, of which one must
     * be equal; blanks around items and empty items are dropped. */
    const char *values;
};
struct filter_spec {
    /* In each rule the field's text must equal the value, in payload and entry if both have the
     * field. An empty value never matches. */
    const struct filter_rule *match;
    size_t nmatch;
    /* In each rule the field's text must be an item. A list without items is no rule. */
    const struct filter_rule *lists;
    size_t nlists;
    const char *level; /* the lowest level to send; NULL: all */
    /* Levels that are never sent, in any case. NULL, or NULL-terminated. */
    const char *const *skip_levels;
    /* The lowest status of HTTP that is a level in access records: 400, 500, or 0 for none. */
    unsigned status_level;
    /* A query, as format/query.h has it. Empty: no such rule. */
    struct slice query;
    /* QUERY_WHY bytes that say what is wrong with the query; empty: nothing. NULL: not wanted. */
    char *why;
    /* Payloads that contain one of these texts are never sent, nor are those whose field "logger"
     * is one of these names. Case matters; not empty; NULL, or NULL-terminated. */
    const char *const *skip_texts, *const *skip_loggers;
    /* For a viewer whose cursor is a time. Records up to the id until are sent only if their number
     * in since_field is greater than since. NULL: no such rule. */
    const char *since_field;
    double since;
    struct xid until;
};

/* NULL, with errno: ENOMEM, or EINVAL when spec->level is no level name or the query is wrong. */
struct filter *filter_new(const struct filter_spec *spec);
/* f may be NULL. */
void filter_free(struct filter *f);
/* Canonical bytes of the filter: filters with equal keys pass the same records. Owned by f. */
struct slice filter_key(const struct filter *f);
/* Whether the record passes. Its level is that of format/level.h. A record whose level is unknown
 * passes `level`, and also `skip_levels` unless they name it. */
bool filter_pass(const struct filter *f, struct record *r);

#endif
