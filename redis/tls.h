/* SPDX-License-Identifier: MIT */
/*
 * tls: TLS for the connections of rediss://.  Only tls.c knows OpenSSL.  Without TLS in hiredis
 * (before 1.0, or without hiredis_ssl) config.c refuses rediss://, redis_tls_start fails, and the
 * other functions are never called.
 *
 * Invariant: no command is sent before the server's certificate is verified.  It must be valid for
 * the host of the address and lead to a certificate that OpenSSL trusts.  The environment variables
 * SSL_CERT_FILE and SSL_CERT_DIR select others to trust, as in other programs that use OpenSSL.
 */
#ifndef SSELOG_REDIS_TLS_H
#define SSELOG_REDIS_TLS_H

#include <sys/types.h>

#include "base/buf.h"

struct redisContext; /* hiredis */
struct ssl_st;       /* OpenSSL's SSL */

/* Loads the libraries and the trusted certificates. Call it once, before threads start and before
 * harden_process closes access to the files. host (a name or an address) must outlive all
 * connections. -1 with one line in why. */
int redis_tls_start(const char *host, struct buf *why);

enum tls_result { TLS_DONE, TLS_WANTS_READ, TLS_WANTS_WRITE, TLS_FAILED };
/* Starts the handshake on ctx if *tls is NULL, else continues it. ctx is connected and does not
 * block. TLS_WANTS_...: call again when the socket is readable or writable. ctx owns *tls.
 * TLS_FAILED: *why is valid until this thread's next call of a redis_tls function. */
enum tls_result redis_tls_handshake(struct redisContext *ctx, struct ssl_st **tls,
                                    const char **why);
/* Like recv on a non-blocking socket: 0 at the end, -1 with errno. */
ssize_t redis_tls_read(struct ssl_st *tls, void *into, size_t room);
/* Like send on a non-blocking socket. After EAGAIN, start the next call with the same bytes. */
ssize_t redis_tls_write(struct ssl_st *tls, const void *p, size_t len);
/* Bytes that OpenSSL already read from the kernel and redis_tls_read will return. epoll does not
 * report them. NULL: 0. */
size_t redis_tls_pending(const struct ssl_st *tls);
/* Clears this thread's error queue, where other users of libcrypto may have left errors. NULL is
 * fine. */
void redis_tls_clear_errors(const struct ssl_st *tls);
/* The TLS error of the connection, valid until this thread's next call. Returns `otherwise` if
 * there is none or tls is NULL. */
const char *redis_tls_error(const struct ssl_st *tls, const char *otherwise);

#endif
