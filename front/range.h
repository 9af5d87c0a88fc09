/* SPDX-License-Identifier: MIT */
/*
 * range: the part of a log that the parameters `from` and `to` of a request name. Pure.
 *
 * An id of a log begins with a time, so a time is the first id that it can have. `from` belongs to
 * the range and `to` does not, in each form: from 12:00 to 13:00 and from 13:00 to 14:00
 * share no record.
 */
#ifndef SSELOG_FRONT_RANGE_H
#define SSELOG_FRONT_RANGE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/xid.h"
#include "config/config.h"
#include "gateway/request.h"

struct range {
    struct xid from; /* the first id; XID_ZERO without `from` */
    struct xid to;   /* the id behind the last; with has_to */
    bool has_from, has_to;
};

/* Reads from and to of r. now: Unix time, ms. Returns NULL, or a sentence that says which of them
 * is wrong, and why. */
const char *range_read(const struct request *r, const struct pair *filters, int64_t now,
                       struct range *out);
/* The value of the parameter name. NULL: it is absent or empty, or SSELOG_FILTERS (filters) names
 * it, so that it has the meaning it had before there were ranges. */
const char *range_arg(const struct request *r, const struct pair *filters, const char *name);
/* The first parameter of r that asks for a part of a log in a way that is not in known, which ends
 * with NULL, and that is no filter. NULL: none. Without this question the wrong records would be
 * taken for that part. */
const char *range_unknown(const struct request *r, const struct pair *filters,
                          const char *const *known);
/* The last id that the range may have, the end of a read by XRANGE; of an empty range it is before
 * from, or range_is_empty() is true. */
struct xid range_last(const struct range *g);
/* No id is in it. */
bool range_is_empty(const struct range *g);
bool range_has(const struct range *g, struct xid id);

#endif
