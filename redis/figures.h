/* SPDX-License-Identifier: MIT */
/*
 * figures: how long Redis takes, and how often it was connected to.  The process has one Redis
 * address, so they are one global.  Private to redis/; redis_io.h has what others read.
 */
#ifndef SSELOG_REDIS_FIGURES_H
#define SSELOG_REDIS_FIGURES_H

#include "redis_io.h"

extern struct redis_figures redis_tally;

#endif
