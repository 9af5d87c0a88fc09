/* SPDX-License-Identifier: MIT */
/* figures: see figures.h. */
#include "front/figures.h"

#include <stddef.h>

int figures_code(int status)
{
    static const int codes[FIGURES_NCODES] = FIGURES_CODES;
    int i = 0;
    while (i < FIGURES_NCODES - 1 && codes[i] != status)
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
