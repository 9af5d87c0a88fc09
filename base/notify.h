/* SPDX-License-Identifier: MIT */
/*
 * notify: tells the service manager the state of the process, by the protocol of sd_notify(3): a
 * datagram of NAME=value lines to the socket that NOTIFY_SOCKET names.  Knows only libc.  One
 * thread uses it.  Without a manager all calls do nothing.
 */
#ifndef SSELOG_BASE_NOTIFY_H
#define SSELOG_BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/buf.h"

/* Connects to the manager's socket. Call it before hardening, which may forbid to connect to an
 * abstract one. False: NOTIFY_SOCKET is not set, or unusable, or meant for another process, as
 * SYSTEMD_EXEC_PID tells: a web server passes its environment on. The last two are logged. */
bool notify_open(void);
/* Sends the lines. An important message waits up to a second for the manager to read earlier ones;
 * another one is dropped then. -1: it was not sent. */
int notify_send(const char *lines, bool important);
void notify_close(void);

/* The time within which the manager wants to hear of this process again and again, ms, from
 * WATCHDOG_USEC and WATCHDOG_PID; 0: it does not watch. */
unsigned notify_watchdog_ms(void);

/* ---- pure functions ---- */

/* The address of a socket as NOTIFY_SOCKET has it: a path, or "@name" for an abstract one. -1: it
 * is neither, or too long. */
int notify_address(const char *text, struct sockaddr_un *a, socklen_t *len);
/* Whether a variable that names a pid means this process. NULL, not set: it does. */
bool notify_is_meant(const char *pid, int own_pid);
/* As notify_watchdog_ms, of these texts, which may be NULL. */
unsigned notify_watchdog_of(const char *usec, const char *pid, int own_pid);
/* The longest pause between two signs of life, ms, for that watchdog; status_ms without one. */
unsigned notify_pause(unsigned watchdog_ms, unsigned status_ms);
/* RELOADING=1 with the time when the reload began, us of CLOCK_MONOTONIC. */
void notify_add_reloading(struct buf *out, int64_t us);
/* STATUS=, as `systemctl status` shows it. refused: the options that were read last are wrong. */
void notify_add_status(struct buf *out, uint64_t viewers, bool redis_up, bool refused);

#endif
