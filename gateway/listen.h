/* SPDX-License-Identifier: MIT */
/*
 * listen: the listening socket, made here (-s) or passed by who started us.  FastCGI knows no
 * authentication: whoever can connect can claim to be anybody, so only Unix sockets and loopback
 * addresses are made.
 */
#ifndef SSELOG_GATEWAY_LISTEN_H
#define SSELOG_GATEWAY_LISTEN_H

#include <sys/types.h>

#include "base/buf.h"

/* A listening socket at a path (mode: its permissions; a stale socket there is replaced), or at
 * 127.0.0.1:PORT or [::1]:PORT. -1 with one line in why. */
int listen_at(const char *where, mode_t mode, struct buf *why);
/* The socket a supervisor passed as file descriptor 3 (sd_listen_fds(3)): fd, or -1 when there is
 * none. */
int listen_passed(void);

#endif
