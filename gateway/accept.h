/* SPDX-License-Identifier: MIT */
/*
 * accept: accepts FastCGI connections in one thread and hands over complete requests.  A peer that
 * sends nothing, half a request or garbage occupies one descriptor for some seconds and delays no
 * other peer.  Knows fcgi_reader.
 */
#ifndef SSELOG_GATEWAY_ACCEPT_H
#define SSELOG_GATEWAY_ACCEPT_H

#include "gateway/fcgi_reader.h"

/* Receives a complete request and owns it. */
typedef void accept_ready(void *arg, struct fcgi_reader *in);

/* Serves the listening socket fd until stop_fd becomes readable. Returns 0, or -1 if epoll cannot
 * be set up. */
int accept_run(int fd, int stop_fd, accept_ready *ready, void *arg);

#endif
