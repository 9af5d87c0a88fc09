/* SPDX-License-Identifier: MIT */
/*
 * accept: takes FastCGI connections in, one thread for all, and hands over whole requests.  A peer
 * that sends nothing, half a request or garbage costs a descriptor for a while and nobody anything
 * else. Knows intake.
 */
#ifndef SSELOG_GATEWAY_ACCEPT_H
#define SSELOG_GATEWAY_ACCEPT_H

#include "gateway/fcgi_reader.h"

/* A whole request; the callee owns it. */
typedef void accept_ready(void *arg, struct fcgi_reader *in);

/* Serves the listening socket fd until stop_fd becomes readable. 0, or -1 when the wait itself
 * cannot be set up. */
int accept_run(int fd, int stop_fd, accept_ready *ready, void *arg);

#endif
