/* SPDX-License-Identifier: MIT */
/*
 * address: the numeric address of the Redis host, shared by all threads.  In a responder only the
 * feed resolves the host name, because a slow name server would block a front thread.  The process
 * has one Redis host, so the shared address is a global behind a mutex.
 */
#ifndef SSELOG_REDIS_ADDRESS_H
#define SSELOG_REDIS_ADDRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"

#define ADDRESS_TEXT 64  /* a numeric address with its NUL */
#define ADDRESS_NAME 300 /* an address as the log has it, with its NUL */

/* Writes HOST:PORT or the path of the socket, as the option has it, without user and password. */
void address_name(const struct redis_address *a, char name[ADDRESS_NAME]);

/* Must precede the first look-up of a host name. A static program resolves names by /etc/hosts and
 * DNS only: what else nsswitch.conf(5) names are libraries for one version of the C library.
 * Returns -1 with *why. */
int address_start(const struct redis_address *a, struct buf *why);

/* The feed resolved the host name to this address. works: the feed is connected to it. An address
 * that works replaces any other; one that is not tried yet does not replace one that works. */
void address_publish(const char *host, bool works);
/* The feed cannot resolve the host name now. The last address stays published. */
void address_publish_failure(void);
/* Copies the address of host to found: host itself if it is numeric, else the published address.
 * Waits for an address that works until the time `until` (CLOCK_MONOTONIC ms), because a request
 * may arrive before the feed is connected. False: there is none. */
bool address_wait(const char *host, int64_t until, char found[ADDRESS_TEXT]);

#endif
