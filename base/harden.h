/* SPDX-License-Identifier: MIT */
/*
 * harden: what the process gives up before it serves.  Linux alone; raw system calls, no
 * library.  What the kernel lacks is told in one line and done without: hardening narrows what
 * a fault could reach, nothing relies on it.
 */
#ifndef SSELOG_BASE_HARDEN_H
#define SSELOG_BASE_HARDEN_H

#include <stdbool.h>
#include <stdint.h>

/* What has to go on working: connecting to Redis again. */
struct harden_needs {
    const char *host; /* name or address; NULL: a Unix socket, no TCP at all */
    uint16_t port;
    bool tls; /* rediss://: certificates are read again */
};

/* NULL, or why this process must not run: it is root and was not allowed to be. */
const char *harden_refuse_root(bool allow);
/* To be called once, after configuration and secrets are read and sockets are bound, before any
 * thread starts (Landlock and no_new_privs belong to the calling thread and those it starts).
 * Returns 0; -1 when the kernel refused one of those that every Linux has (told by diag; the start
 * should end). */
int harden_process(const struct harden_needs *needs);

#endif
