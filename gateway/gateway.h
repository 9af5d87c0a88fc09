/* SPDX-License-Identifier: MIT */
/*
 * gateway: one interface for FastCGI 1.0 and CGI/1.1 (RFC 3875), `struct exchange`.  It holds the
 * request, from fcgi_reader.h or from the environment of the process, and the `struct out` for the
 * response.  The only file that knows libfcgi.  Knows nothing of Redis, JSON or SSE.
 */
#ifndef SSELOG_GATEWAY_GATEWAY_H
#define SSELOG_GATEWAY_GATEWAY_H

#include <stdbool.h>

#include "base/buf.h"
#include "gateway/fcgi_reader.h"
#include "gateway/out.h"

struct exchange;

/* Whether fd 0 is a FastCGI listening socket: getpeername fails with ENOTCONN (FastCGI
 * specification, section 2.2). */
bool gateway_is_fastcgi(void);
/* Call it once, before the others. 0 or -1. */
int gateway_init(void);
/* Takes over the request and the connection of in, which is FCGI_READER_READY, and frees in. NULL:
 * malformed parameters or out of memory; the connection is closed. */
struct exchange *gateway_begin(struct fcgi_reader *in);
/* The request in the environment of the process; the response goes to fd 1. NULL: out of memory. */
struct exchange *gateway_begin_cgi(void);

enum gateway_body {
    BODY_WHOLE,
    BODY_LARGE,    /* over its limit */
    BODY_NO_MEMORY /* for it */
};

/* The body of the request, which belongs to x; of another result than BODY_WHOLE a part. */
enum gateway_body gateway_body(const struct exchange *x, struct slice *body);
/* A request_getter: the value of the nth parameter of that name, counted from the last, or NULL. */
const char *gateway_param(void *exchange, const char *name, unsigned nth);
/* All parameters as NAME=value; the array ends with NULL. */
char *const *gateway_params(const struct exchange *x);
/* Whether the web server closed the connection, as it does when the client left. */
bool gateway_is_gone(const struct exchange *x);
/* The output, for an answer that is sent in pieces. It belongs to x. */
struct out *gateway_out(struct exchange *x);

enum gateway_peer { PEER_FULL, PEER_READY, PEER_GONE };

/* Waits at most so many ms until the peer takes bytes. PEER_GONE: the connection is closed, or the
 * web server aborted the request. Here the end of the peer's bytes is a sign, as for a stream. */
enum gateway_peer gateway_peer(struct exchange *x, int wait_ms);
/* Sends the response as far as the peer accepts it now; the rest stays in the struct out, for
 * gateway_take_out. head: CGI header lines without the blank line. */
void gateway_answer(struct exchange *x, struct slice head, struct slice body);
/* Moves the output to the caller. x does not use it any more. */
struct out gateway_take_out(struct exchange *x);
/* Frees x. Closes the connection unless gateway_take_out moved it. NULL is fine. */
void gateway_end(struct exchange *x);
/* Wipes the stack below the caller, where the last request of this thread may have left secrets. */
void gateway_forget(void);

#endif
