/* SPDX-License-Identifier: MIT */
/*
 * service: what a serving process does beside requests.  It reads its options, keys and secrets
 * again at SIGHUP, changes the level of its log at SIGUSR2, and tells a service manager that it
 * lives.  All of it runs in the main thread, as the chore of accept_run.
 */
#ifndef SSELOG_SERVICE_H
#define SSELOG_SERVICE_H

#include "config/config.h"
#include "front/front.h"
#include "gateway/accept.h"
#include "relay/relay.h"

struct service {
    const char *file;                /* of options; NULL: none */
    const struct config_base *start; /* what the process was started with; lives longer */
    struct front *front;
    struct relay *relay;
};

/* Writes one line of the log about an option. For config_warn and config_each_restart. */
void service_warn(void *arg, const char *line);
/* From now on SIGHUP and SIGUSR2 are remembered; before, they would end the process. -1: no
 * descriptors. */
int service_catch(void);
/* Connects to the service manager, if there is one. Call it before hardening. */
void service_open(void);
/* Tells the manager that s is served, and fills in the chore that keeps it told. s must live until
 * service_close. */
void service_ready(struct service *s, struct accept_chore *chore);
/* Tells the manager that the process is about to end. */
void service_close(void);

#endif
