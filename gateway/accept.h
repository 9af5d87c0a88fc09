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

/* The end of the connections that wait at the listening socket when the process stops. */
enum accept_rest {
    ACCEPT_LEAVE, /* other processes have the socket too: they are theirs */
    ACCEPT_TAKE   /* nobody else can accept them: they are served */
};

/* Other work of the accepting thread, such as to read options again. It delays new requests. */
struct accept_chore {
    int fd;                  /* readable: there is work */
    int every_ms;            /* the longest pause between two calls; -1: only when fd is readable */
    void (*work)(void *arg); /* empties fd */
    void *arg;
};

/* Serves the listening socket fd until stop_fd becomes readable. Requests that have begun then get
 * a moment to arrive. chore may be NULL. Returns 0, or -1 if epoll cannot be set up. */
int accept_run(int fd, int stop_fd, enum accept_rest rest, const struct accept_chore *chore,
               accept_ready *ready, void *arg);

#endif
