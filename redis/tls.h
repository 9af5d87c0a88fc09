/* SPDX-License-Identifier: MIT */
/*
 * tls: TLS for the connections of rediss://; with tls.c the only place that knows
 * OpenSSL.  Where hiredis has no TLS (before 1.0, or without hiredis_ssl) redis_tls_start refuses,
 * config.c did before, and the rest is never reached.
 * Invariant: nothing is sent to a server before its certificate was found good for the host of the
 * address, by OpenSSL's store of trusted certificates. SSL_CERT_FILE and SSL_CERT_DIR in the
 * environment are OpenSSL's own way to name others.
 */
#ifndef SSELOG_REDIS_TLS_H
#define SSELOG_REDIS_TLS_H

#include <sys/types.h>

#include "base/buf.h"

struct redisContext; /* hiredis */
struct ssl_st;       /* OpenSSL's SSL */

/* Once, before harden_process and before threads: reads what is read from files. host (a name or an
 * address) must outlive the process's connections. -1 with one line in why. */
int redis_tls_start(const char *host, struct buf *why);

enum tls_result { TLS_DONE, TLS_WANTS_READ, TLS_WANTS_WRITE, TLS_FAILED };
/* Begins the handshake (*tls is NULL) on ctx, whose TCP connection stands, or goes on with it when
 * ctx is as TLS_WANTS_... asked. ctx does not block. *tls belongs to ctx and goes with it.
 * TLS_FAILED: *why until this thread's next call of redis_tls. */
enum tls_result redis_tls_shake(struct redisContext *ctx, struct ssl_st **tls, const char **why);
/* As recv on a non-blocking socket: 0 at the end, -1 with errno. */
ssize_t redis_tls_read(struct ssl_st *tls, void *into, size_t room);
/* As send on a non-blocking socket. After EAGAIN the same bytes must come again first. */
ssize_t redis_tls_write(struct ssl_st *tls, const void *p, size_t len);
/* Bytes that the kernel no longer has and redis_tls_read still gives: epoll does not tell of them.
 * NULL: none. */
size_t redis_tls_pending(const struct ssl_st *tls);
/* Forgets errors in this thread that are not of this connection: libcrypto has other users. NULL is
 * fine. */
void redis_tls_calm(const struct ssl_st *tls);
/* Why the connection failed, as far as TLS has to do with it, until this thread's next call; else,
 * or where tls is NULL, otherwise. */
const char *redis_tls_why(const struct ssl_st *tls, const char *otherwise);

#endif
