/* SPDX-License-Identifier: MIT */
/* figures: see figures.h. */
#include "redis/figures.h"

struct redis_figures redis_tally;

const struct redis_figures *redis_figures(void)
{
    return &redis_tally;
}
