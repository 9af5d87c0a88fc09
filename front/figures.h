/* SPDX-License-Identifier: MIT */
/*
 * figures: how many requests were answered, by endpoint and class of status, and how many were
 * refused, by status and cause.  Any thread may count and read, without a lock.  A stream counts in
 * the relay, which may still refuse it.
 */
#ifndef SSELOG_FRONT_FIGURES_H
#define SSELOG_FRONT_FIGURES_H

#include <stdatomic.h>
#include <stdint.h>

#include "front/profile_http.h"
#include "identity/why.h"

#define FIGURES_CLASSES 4 /* 2xx to 5xx */

/* The statuses of refusals; the last stands for all others. */
#define FIGURES_CODES                                                                              \
    {                                                                                              \
        400, 401, 403, 404, 405, 409, 413, 414, 422, 429, 431, 500, 503, 507, 0                    \
    }
enum { FIGURES_NCODES = 15 };

struct figures {
    _Atomic uint64_t requests[ENDPOINTS + 1][FIGURES_CLASSES]; /* the last: of no endpoint */
    _Atomic uint64_t refused[WHY_COUNT][FIGURES_NCODES];
};

/* Which member of refused[why] has this status. */
int figures_code(int status);
/* Counts an answer with that status, 200 to 599.  endpoint: ENDPOINTS for none.  why: WHY_OK unless
 * it is a refusal.  f NULL: nothing is counted. */
void figures_count(struct figures *f, enum endpoint_kind endpoint, int status, enum why why);

#endif
