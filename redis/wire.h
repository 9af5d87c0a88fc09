/* SPDX-License-Identifier: MIT */
/*
 * wire: formats and sends commands.  Names of keys hold secrets (cookies and tokens), and hiredis
 * would free memory with copies of them without wiping it.  Knows no hiredis.
 */
#ifndef SSELOG_REDIS_WIRE_H
#define SSELOG_REDIS_WIRE_H

#include "base/buf.h"

struct ssl_st; /* OpenSSL's SSL */

/* An empty buffer for commands. Its memory is wiped before it is freed. */
void wire_init(struct buf *out);
/* Adds a command: an array of bulk strings (Redis serialization protocol). -1: out of memory or
 * full, nothing was added. */
int wire_add(struct buf *out, const struct slice *words, size_t n);
/* Sends what the kernel accepts without waiting and removes it from out. Frees the memory when all
 * is sent. tls NULL: without TLS. -1 with errno. */
int wire_write(int fd, struct ssl_st *tls, struct buf *out);

#endif
