/* SPDX-License-Identifier: MIT */
/* pace: see pace.h. */
#include "front/pace.h"

/* A busy machine stands still for so long now and then, and all polls that come meanwhile are
 * processes at once. They must have room: beyond its limit a hoster refuses the whole site. */
#define STALL_US 250000

/* Polls come at random times. Half of the processes on average leaves room for those moments at
 * which many come, and for the site's other programs. */
#define SHARE_OF_PROCESSES 2
#define SHARE_OF_CORE      2

/* A poll before any was measured: as plain CGI, on a busy machine. */
#define UNKNOWN_WALL_US 20000
#define UNKNOWN_CPU_US  3000

#define LONGEST_MS 3600000

/* The ms in which so many polls of that cost fit. */
static uint64_t time_for(uint64_t pollers, uint64_t cost_us, unsigned at_once, unsigned share)
{
    const uint64_t most = UINT64_C(1) << 31; /* of each factor: the product has room */
    uint64_t n = pollers < most ? pollers : most, us = cost_us < most ? cost_us : most;
    return n * us / at_once / (1000 / share);
}

unsigned pace_interval(unsigned least, const struct pace_load *load)
{
    unsigned processes = load->processes > 0 ? load->processes : 1;
    uint64_t wall = load->wall_us > 0 ? load->wall_us : UNKNOWN_WALL_US;
    uint64_t cpu = load->cpu_us > 0 ? load->cpu_us : UNKNOWN_CPU_US;
    uint64_t by_processes = time_for(load->pollers, wall, processes, SHARE_OF_PROCESSES);
    uint64_t by_stall = time_for(load->pollers, STALL_US, processes, 1);
    uint64_t by_core = time_for(load->pollers, cpu, 1, SHARE_OF_CORE);
    uint64_t interval = by_processes > by_core ? by_processes : by_core;
    if (interval < by_stall)
        interval = by_stall;
    if (interval < least)
        interval = least;
    return interval < LONGEST_MS ? (unsigned)interval : LONGEST_MS;
}

unsigned pace_jittered(unsigned interval, unsigned random)
{
    return interval + random % (interval / 4 + 1);
}
