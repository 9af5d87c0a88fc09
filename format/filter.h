/* SPDX-License-Identifier: MIT */
/*
 * filter: which records a viewer gets.  Pure predicates over records; no I/O.
 * Two kinds that must not be mixed up: `match` withholds what the viewer may not see
 * (missing field: withheld), the others are what the viewer or the page asked for.
 */
#ifndef SSELOG_FORMAT_FILTER_H
#define SSELOG_FORMAT_FILTER_H

#include "base/buf.h"
#include "format/record.h"

struct filter; /* immutable once built; safe to share between threads */

/* The parts a filter is built from. Strings are copied by filter_new. */
struct filter_rule {
    const char *field;  /* JSON field of the payload */
    const char *values; /* list: comma-separated (items trimmed of blanks, empty items ignored; any
                           may match, exact); match: one literal value */
};
struct filter_spec {
    const struct filter_rule *match; /* each must hold: the field's text equals values as a whole;
                                        an empty value never holds */
    size_t nmatch;
    const struct filter_rule *lists; /* each must hold: the field's text is one of the list;
                                        an empty list (no items) is no filter */
    size_t nlists;
    const char *level; /* NULL, or the least level wanted */
    const char *const
        *skip_levels;  /* NULL, or NULL-terminated names never sent, upper or lower case */
    struct slice text; /* empty, or a substring the payload must hold, ASCII case folded */
    const char *const *skip_texts;   /* NULL, or NULL-terminated: payloads that hold one are never
                                        sent; exact, not empty */
    const char *const *skip_loggers; /* likewise, of the field "logger" */
    /* A viewer that brought a time instead of an id: of the records up to until, those whose number
     * in since_field is not greater than since are withheld (as are those without one). NULL: none.
     */
    const char *since_field;
    double since;
    struct xid until;
};

/* Numeric severity of a level name, any case: TRACE 5, DEBUG 10 (DBUG too), INFO 20 (NOTICE 25),
 * WARNING 30 (WARN), ERROR 40 (ERR, ERRO), CRITICAL 50 (CRIT, FATAL, ALERT, EMERG, PANIC); -1
 * unknown. */
int filter_level(struct slice name);
/* NULL: out of memory, or spec->level is no level name (errno ENOMEM or EINVAL). */
struct filter *filter_new(const struct filter_spec *spec);
void filter_free(struct filter *f);
/* Canonical bytes: two filters with equal keys pass the same records. Owned by f. */
struct slice filter_key(const struct filter *f);
/* Records of unknown or missing level pass `level` and `skip_levels`: nothing is hidden by a guess.
 * The level is the payload's "level", else "levelname", else "severity"; a number there is compared
 * with the severities above. */
bool filter_pass(const struct filter *f, struct record *r);

#endif
