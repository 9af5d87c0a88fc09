/* SPDX-License-Identifier: MIT */
/* scan_plan: see scan_plan.h. */
#include "front/scan_plan.h"

#include <string.h>

#include "base/position.h"

#include "gateway/request.h"

bool scan_is_over(const struct request *r)
{
    const char *last = request_header(r, "Last-Event-ID", NULL);
    return last && strcmp(last, SCAN_OVER) == 0;
}

/* An EventSource that comes back repeats its address, so its header is newer. */
static const char *read_place(const struct request *r, struct scan_wish *w)
{
    const char *at = request_arg(r, "at");
    const char *last = request_header(r, "Last-Event-ID", NULL);
    w->resumed = last && strchr(last, '-') && position_parse_id(slice_of(last), &w->at) == 0;
    if (w->resumed || !at || !at[0])
        return NULL;
    w->resumed = strchr(at, '-') && position_parse_id(slice_of(at), &w->at) == 0;
    return w->resumed ? NULL : "at must be an id, such as 1700000000000-0";
}

const char *scan_read(const struct request *r, const struct pair *filters, int64_t now,
                      struct scan_wish *w)
{
    *w = (struct scan_wish){.limit = SCAN_LIMIT};
    const char *dir = range_arg(r, filters, "dir"), *limit = request_arg(r, "limit");
    const char *why = range_read(r, filters, now, &w->range);
    if (why)
        return why;
    w->forward = dir && strcmp(dir, "forward") == 0;
    if (dir && !w->forward && strcmp(dir, "backward") != 0)
        return "dir must be forward or backward";
    if (limit && slice_number(slice_of(limit), 1, SCAN_LIMIT_MAX, &w->limit))
        return "limit must be a number from 1 to 10000";
    return read_place(r, w);
}

const char *scan_end_name(enum scan_end end)
{
    static const char *const names[] = {
        [SCAN_GOES_ON] = "",          [SCAN_DONE] = "done",
        [SCAN_LIMITED] = "limit",     [SCAN_DEADLINE] = "deadline",
        [SCAN_REPLACED] = "replaced", [SCAN_EXPIRED] = "expired",
        [SCAN_REVOKED] = "revoked",   [SCAN_UNAVAILABLE] = "unavailable",
        [SCAN_FAILED] = "failed",     [SCAN_SHUTDOWN] = "shutdown",
    };
    return names[end];
}

bool scan_is_final(enum scan_end end)
{
    return end != SCAN_DEADLINE && end != SCAN_UNAVAILABLE && end != SCAN_SHUTDOWN;
}

/* The end of the login comes first, then faults. A search that has looked at all is done, also when
 * it met its limit or its deadline. */
enum scan_end scan_decide(const struct scan_facts *f)
{
    if (f->revoked || f->expired)
        return f->revoked ? SCAN_REVOKED : SCAN_EXPIRED;
    if (f->failed || f->lost)
        return f->failed ? SCAN_FAILED : SCAN_UNAVAILABLE;
    if (f->all_read)
        return SCAN_DONE;
    if (f->matched >= f->limit)
        return SCAN_LIMITED;
    if (f->stopping || f->replaced)
        return f->stopping ? SCAN_SHUTDOWN : SCAN_REPLACED;
    return f->age >= SCAN_MS ? SCAN_DEADLINE : SCAN_GOES_ON;
}

bool scan_tells(int64_t since)
{
    return since >= SCAN_PROGRESS_MS;
}
