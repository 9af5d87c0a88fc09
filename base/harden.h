/* SPDX-License-Identifier: MIT */
/*
 * harden: the rights that the process gives up before it serves.  Only for Linux; uses system calls
 * and no library.  If the kernel lacks one of them, one line is logged and the process runs without
 * it: hardening limits the damage of a fault, and no other code relies on it.
 */
#ifndef SSELOG_BASE_HARDEN_H
#define SSELOG_BASE_HARDEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The process must be able to do this after hardening: to connect to Redis, and perhaps more. */
struct harden_needs {
    const char *host; /* name or address; NULL: a Unix socket, no TCP */
    uint16_t port;
    bool tls;        /* rediss://: OpenSSL reads certificates later */
    bool local_time; /* syslog(3) writes it */
    /* Files that are read again while serving, and that others may replace by rename(2). */
    const char *const *files;
    size_t nfiles;
};

/* NULL, or the reason why this process must not run: it is root, and allow is false. */
const char *harden_refuse_root(bool allow);
/* Call it once, after configuration and secrets are read and sockets are bound. Call it before any
 * thread starts: Landlock and no_new_privs apply to the calling thread and the threads it starts.
 * Returns 0, or -1 if a call failed that every Linux has; that is logged, and the start must end.
 */
int harden_process(const struct harden_needs *needs);

#endif
