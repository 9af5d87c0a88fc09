/* SPDX-License-Identifier: MIT */
/*
 * gateway: the two ways a web server talks to us, FastCGI 1.0 and CGI/1.1 (RFC 3875), behind
 * one `struct exchange`: the request that fcgi_reader.h took in, or this process's environment, and
 * the `struct out` for the bytes that go back. The only file that knows libfcgi.  Knows nothing of
 * Redis, JSON or SSE.
 */
#ifndef SSELOG_GATEWAY_GATEWAY_H
#define SSELOG_GATEWAY_GATEWAY_H

#include <stdbool.h>

#include "base/buf.h"
#include "gateway/fcgi_reader.h"
#include "gateway/out.h"

struct exchange;

/* Whether fd 0 is a FastCGI listening socket (FastCGI specification, section 2.2: getpeername
 * says ENOTCONN). */
bool gateway_is_fastcgi(void);
/* Once, before any other call. 0 or -1. */
int gateway_init(void);
/* The request held by in (FCGI_READER_READY), whose connection it takes over; in is freed. NULL:
 * the parameters do not parse, or out of memory; the connection is closed. */
struct exchange *gateway_begin(struct fcgi_reader *in);
/* The request in this process's environment, its answer on fd 1. NULL: out of memory. */
struct exchange *gateway_begin_cgi(void);
/* A parameter or NULL; fits request_getter: nth is 0 for the first of that name. */
const char *gateway_param(void *exchange, const char *name, unsigned nth);
/* All parameters, NAME=value, NULL-terminated. */
char *const *gateway_params(const struct exchange *x);
/* Puts the answer together and sends what the peer takes now; the rest waits in the out of
 * gateway_take_out. head: CGI header lines without the blank line. */
void gateway_answer(struct exchange *x, struct slice head, struct slice body);
/* Hands the output over: x no longer touches it. */
struct out gateway_take_out(struct exchange *x);
/* Frees all that x still holds; closes the connection unless taken. */
void gateway_end(struct exchange *x);
/* Wipes what a request that was handled by this thread left on its stack, below the caller. */
void gateway_forget(void);

#endif
