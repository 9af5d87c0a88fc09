/* SPDX-License-Identifier: MIT */
/* range: see range.h. */
#include "front/range.h"

#include <string.h>

#include "front/start.h"

#define FORMS                                                                                      \
    " must be milliseconds since 1970, a date such as 2026-11-28, a date and time with its zone "  \
    "such as 2026-11-28T22:00:00Z, a duration before now such as 15m, or an id"

static bool is_filter(const struct pair *filters, const char *name)
{
    while (filters->name && strcmp(filters->name, name) != 0)
        filters++;
    return filters->name != NULL;
}

const char *range_arg(const struct request *r, const struct pair *filters, const char *name)
{
    const char *value = is_filter(filters, name) ? NULL : request_arg(r, name);
    return value && value[0] ? value : NULL;
}

static bool is_one_of(const char *name, const char *const *known)
{
    while (*known && strcmp(*known, name) != 0)
        known++;
    return *known != NULL;
}

const char *range_unknown(const struct request *r, const struct pair *filters,
                          const char *const *known)
{
    for (size_t i = 0; i < r->nargs; i++) {
        const char *name = r->args[i].name;
        if (start_is_range(name) && !is_one_of(name, known) && !is_filter(filters, name))
            return name;
    }
    return NULL;
}

/* Digits are a time or, with a hyphen, an id. -1: malformed. */
static int read_end(const char *text, int64_t now, struct xid *id)
{
    int64_t ms;
    if (!text || position_parse_id(slice_of(text), id) == 0)
        return 0;
    if (start_time(text, now, &ms))
        return -1;
    *id = start_id_at(ms);
    return 0;
}

const char *range_read(const struct request *r, const struct pair *filters, int64_t now,
                       struct range *out)
{
    const char *from = range_arg(r, filters, "from"), *to = range_arg(r, filters, "to");
    *out = (struct range){.to = XID_MAX, .has_from = from != NULL, .has_to = to != NULL};
    if (read_end(from, now, &out->from))
        return "from" FORMS;
    if (read_end(to, now, &out->to))
        return "to" FORMS;
    return xid_cmp(out->from, out->to) > 0 ? "from must not be later than to" : NULL;
}

struct xid range_last(const struct range *g)
{
    return g->has_to ? xid_prev(g->to) : XID_MAX;
}

bool range_is_empty(const struct range *g)
{
    return g->has_to && xid_cmp(g->from, g->to) >= 0;
}

bool range_has(const struct range *g, struct xid id)
{
    return xid_cmp(id, g->from) >= 0 && !(g->has_to && xid_cmp(id, g->to) >= 0);
}
