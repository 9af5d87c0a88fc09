/* SPDX-License-Identifier: MIT */
/*
 * process: see process.h.  The kernel tells how many slots the table of descriptors has (FDSize in
 * proc(5)); poll(2) tells of many slots at once whether they are in use.  Listing /proc/self/fd
 * costs some twenty times as much.
 */
#include "base/process.h"

#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/clock.h"

#define SLOTS 64 /* that one poll(2) looks at */

static int status_fd = -1; /* /proc/self/status; set before threads start */
static int64_t started_ms;

void process_open(void)
{
    started_ms = clock_wall_ms();
    if (status_fd < 0)
        status_fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
}

/* The number behind the name at the beginning of a line. -1: there is none. */
static int64_t number_of(const char *text, const char *name)
{
    const char *p = strstr(text, name);
    return p && (p == text || p[-1] == '\n') ? strtoll(p + strlen(name), NULL, 10) : -1;
}

/* How many of the first slots are in use. poll(2) refuses more than the limit at once. */
static uint64_t count_open(int64_t slots, uint64_t limit)
{
    nfds_t most = limit > 0 && limit < SLOTS ? limit : SLOTS;
    uint64_t open_fds = 0;
    struct pollfd p[SLOTS];
    for (int64_t first = 0; first < slots; first += (int64_t)most) {
        nfds_t n = slots - first < (int64_t)most ? (nfds_t)(slots - first) : most;
        for (nfds_t i = 0; i < n; i++)
            p[i] = (struct pollfd){.fd = (int)(first + (int64_t)i)};
        poll(p, n, 0);
        for (nfds_t i = 0; i < n; i++)
            open_fds += !(p[i].revents & POLLNVAL);
    }
    return open_fds;
}

void process_read(struct process_figures *f)
{
    char text[4096];
    struct rlimit limit;
    ssize_t n = status_fd < 0 ? -1 : pread(status_fd, text, sizeof text - 1, 0);
    text[n > 0 ? n : 0] = '\0';
    int64_t kilobytes = number_of(text, "VmRSS:"), slots = number_of(text, "FDSize:");
    *f = (struct process_figures){.started_ms = started_ms, .cpu_us = clock_cpu_us()};
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY)
        f->max_fds = limit.rlim_cur;
    f->known = kilobytes >= 0 && slots >= 0;
    if (f->known) {
        f->resident = (uint64_t)kilobytes * 1024;
        f->open_fds = count_open(slots, f->max_fds);
    }
}
