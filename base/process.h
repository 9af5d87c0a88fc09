/* SPDX-License-Identifier: MIT */
/*
 * process: what this process takes of the machine.  Hardening closes /proc to the process, so one
 * file of it is opened before and stays open.
 */
#ifndef SSELOG_BASE_PROCESS_H
#define SSELOG_BASE_PROCESS_H

#include <stdbool.h>
#include <stdint.h>

struct process_figures {
    int64_t started_ms; /* Unix time of process_open */
    int64_t cpu_us;     /* processor time of all threads */
    bool known;         /* the next two are: /proc was there */
    uint64_t resident;  /* bytes of memory */
    uint64_t open_fds;
    uint64_t max_fds; /* 0: no limit */
};

/* Call it when the process starts, before hardening and before threads start. */
void process_open(void);
/* Any thread. The cost grows with the number of open descriptors, by less than 0.1 us each. */
void process_read(struct process_figures *f);

#endif
