/* SPDX-License-Identifier: MIT */
/*
 * wire: commands on their way to Redis.  hiredis would leave copies of them in memory that it
 * gave back, and the names of keys are secrets: cookies and tokens.  Knows no hiredis.
 */
#ifndef SSELOG_REDIS_WIRE_H
#define SSELOG_REDIS_WIRE_H

#include "base/buf.h"

struct ssl_st; /* OpenSSL's SSL */

/* An empty buffer for commands; what was in it is wiped when it goes. */
void wire_init(struct buf *out);
/* Adds a command (Redis serialization protocol: an array of bulk strings). -1: no room, nothing was
 * added. */
int wire_add(struct buf *out, const struct slice *words, size_t n);
/* Writes what the kernel takes at once and drops it from out; gives the memory back when nothing is
 * left. tls NULL: in the clear. -1 with errno. */
int wire_write(int fd, struct ssl_st *tls, struct buf *out);

#endif
