/* SPDX-License-Identifier: MIT */
/* figures: see figures.h. */
#include "front/figures.h"

#include <stddef.h>

const int figures_codes[FIGURES_NCODES] = {400, 401, 403, 404, 405, 408, 409, 411, 413,
                                           414, 415, 422, 429, 431, 500, 503, 507, 0};

int figures_code(int status)
{
    int i = 0;
    while (i < FIGURES_NCODES - 1 && figures_codes[i] != status)
        i++;
    return i;
}

void figures_count(struct figures *f, enum endpoint_kind endpoint, int status, enum why why)
{
    if (!f || status < 200 || status > 599)
        return;
    atomic_fetch_add_explicit(&f->requests[endpoint][status / 100 - 2], 1, memory_order_relaxed);
    if (why != WHY_OK)
        atomic_fetch_add_explicit(&f->refused[why][figures_code(status)], 1, memory_order_relaxed);
}
