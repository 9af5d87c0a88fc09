/* SPDX-License-Identifier: MIT */
/*
 * local: the checks that need no web server: options and files, libraries, limits, the socket.
 * Without a socket they run as the user that will serve, so a file that this user cannot read is
 * found.  With one, only the check of the socket runs as the user of --as, who connects there.
 */
#ifndef SSELOG_DOCTOR_LOCAL_H
#define SSELOG_DOCTOR_LOCAL_H

#include "config/config.h"
#include "doctor/finding.h"
#include "doctor/options.h"

/* Becomes the user of o->as for good. -1: told, as a finding. */
int local_become(const struct doctor_options *o, struct report *r);
/* Loads the options, as the start does, and tells what is wrong with them. NULL: told. The caller
 * unloads them. */
struct config_base *local_load(const struct doctor_options *o, char *const *environment,
                               struct report *r);
/* The libraries that the options need. */
void local_libraries(const struct config *c, struct report *r);
/* The socket of o->socket, and the limit of open files of the process that listens there. Without a
 * socket: the limit of this process. */
void local_socket(const struct doctor_options *o, const struct config *c, struct report *r);

#endif
