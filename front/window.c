/* SPDX-License-Identifier: MIT */
/* window: see window.h. */
#include "front/window.h"

#include <string.h>

#include "front/page.h"

#define LIMIT    200 /* records, when the query gives no limit */
#define WAIT_MAX 300 /* seconds */

static struct xid earlier(struct xid a, struct xid b)
{
    return xid_cmp(a, b) < 0 ? a : b;
}

/* Without dir, after goes forward and all else backward. */
static const char *read_direction(const char *dir, bool before, bool after, bool *forward)
{
    *forward = dir ? strcmp(dir, "forward") == 0 : after;
    if (dir && !*forward && strcmp(dir, "backward") != 0)
        return "dir must be forward or backward";
    if (before && *forward)
        return "before cannot be given with dir=forward";
    return after && !*forward ? "after cannot be given with dir=backward" : NULL;
}

/* Nobody waits for the head of an answer. */
static const char *read_counts(const struct request *r, bool waits, struct window *w)
{
    const char *limit = request_arg(r, "limit"), *wait = request_arg(r, "wait");
    if (limit && slice_number(slice_of(limit), 1, PAGE_MAX, &w->limit))
        return "limit must be a number from 1 to 1000";
    if (wait && !waits)
        return "wait needs after, and no to";
    if (wait && slice_number(slice_of(wait), 0, WAIT_MAX, &w->wait))
        return "wait must be a number of seconds from 0 to 300";
    w->wait = r->method == METHOD_HEAD ? 0 : w->wait;
    return NULL;
}

/* Where to begin, inside the range. at is the id of before or after. */
static void begin_inside(struct window *w, bool before, bool after, struct xid at)
{
    w->claimed = after && xid_cmp(at, w->range.from) >= 0;
    w->has_end = before || w->range.has_to;
    if (w->forward)
        w->at = w->claimed ? at : w->range.from;
    else
        w->at = earlier(before ? xid_prev(at) : XID_MAX, range_last(&w->range));
}

const char *window_read(const struct request *r, const struct pair *filters, int64_t now,
                        struct window *w)
{
    const char *before = request_arg(r, "before"), *after = request_arg(r, "after");
    struct xid at = XID_ZERO;
    *w = (struct window){.limit = LIMIT};
    const char *why = range_read(r, filters, now, &w->range);
    if (!why && after && before)
        why = "after and before cannot be given together";
    if (!why)
        why = read_direction(range_arg(r, filters, "dir"), before, after, &w->forward);
    if (!why)
        why = read_counts(r, after && !w->range.has_to, w);
    if (!why && after && (!strchr(after, '-') || position_parse_id(slice_of(after), &at)))
        why = "after must be an id, such as 0-0";
    if (!why && before && position_parse_id(slice_of(before), &at))
        why = "before must be an id";
    begin_inside(w, before, after, at);
    return why;
}
