/* SPDX-License-Identifier: MIT */
/*
 * pace: how long the clients of polled streams wait until their next poll. The interval grows with
 * their number and with what a poll costs, so that the polls of a site stay within its processes
 * and one core. Pure functions.
 */
#ifndef SSELOG_FRONT_PACE_H
#define SSELOG_FRONT_PACE_H

#include <stdint.h>

/* The polls of a site, as its processes counted them. */
struct pace_load {
    uint64_t pollers;   /* clients that will come back, the present one included */
    unsigned processes; /* that polls may use; at least 1 is assumed */
    uint64_t wall_us;   /* that a poll occupies a process, on average; 0: not known */
    uint64_t cpu_us;    /* of processor time that a poll takes, on average; 0: not known */
};

/* The interval in ms: at least `least`, at most an hour. */
unsigned pace_interval(unsigned least, const struct pace_load *load);
/* The interval for one client: longer by up to a quarter, so that clients which came together come
 * back one by one. */
unsigned pace_jittered(unsigned interval, unsigned random);

#endif
