/* SPDX-License-Identifier: MIT */
/*
 * listen: the listening socket, created for -s or passed by a supervisor.  FastCGI has no
 * authentication: a client that can connect can claim any identity.  So only Unix sockets and
 * loopback addresses are allowed.
 */
#ifndef SSELOG_GATEWAY_LISTEN_H
#define SSELOG_GATEWAY_LISTEN_H

#include <sys/types.h>

#include "base/buf.h"

/* Creates a listening socket at a path, or at 127.0.0.1:PORT or [::1]:PORT. A path gets the
 * permissions mode. It takes the place of a socket there: at every moment one of them can be
 * connected to. -1 with one line in why. */
int listen_at(const char *where, mode_t mode, struct buf *why);
/* The socket that a supervisor passed as file descriptor 3 (sd_listen_fds(3)), or -1. */
int listen_passed(void);

#endif
