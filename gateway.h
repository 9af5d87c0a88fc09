/* SPDX-License-Identifier: MIT */
/*
 * gateway: the two ways a web server talks to us, FastCGI 1.0 and CGI/1.1 (RFC 3875), behind
 * one `struct exchange` for the request and one `struct out` for the bytes that go back.
 * The only file that knows libfcgi.  Knows nothing of Redis, JSON or SSE.
 *
 * A FastCGI request is taken in by `struct intake`, without blocking and within bounds of size and
 * time, before a front thread sees it; so a peer that is silent, slow or hostile holds nobody
 * up, and libfcgi (which reads without limits and ends the process when malloc refuses a length
 * the peer made up) only ever parses a whole, checked request.  Output is never libfcgi's.
 */
#ifndef SSELOG_GATEWAY_H
#define SSELOG_GATEWAY_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "buf.h"

/* Bytes of all parameters, and of a request body, at most. */
#define GATEWAY_MAX_PARAMS (128 * 1024)
#define GATEWAY_MAX_BODY   (64 * 1024)
/* Content of one FastCGI record at most (FastCGI specification, section 3.3). */
#define FCGI_MAX_CONTENT 65535

/* ---- output ---- */

enum out_result {
    OUT_SENT, /* all taken, though a rest may wait in `rest` */
    OUT_FULL, /* nothing taken: the peer does not read; try again when writable */
    OUT_GONE  /* the peer went away */
};

/* Where a response goes. Never blocks. Not thread-safe: owned by one thread at a time. */
struct out {
    int fd;              /* -1: closed */
    uint16_t request;    /* FastCGI request id; 0: plain CGI, bytes go as they are */
    bool finished;       /* the end of the response is in or behind `rest` */
    struct buf rest;     /* wire bytes that the peer has yet to take */
    unsigned char in[8]; /* header of the record now arriving from the peer */
    uint8_t in_have;
    uint32_t in_skip; /* bytes of its content still to come */
};

/* Sends n pieces as one run of bytes: taken whole or (OUT_FULL) not at all; what the socket does
 * not take at once waits in rest. n is 15 at most. */
enum out_result out_send(struct out *o, const struct iovec *pieces, int n);
enum out_result out_send_bytes(struct out *o, const void *p, size_t len);
/* Leaves bytes (FCGI_MAX_CONTENT at most) in rest, behind what waits there: for what must be told
 * also to a peer that takes nothing now. Nothing when memory is short. */
void out_leave_bytes(struct out *o, const void *p, size_t len);
/* Sends what waits in rest. OUT_FULL while some is left. */
enum out_result out_flush(struct out *o);
/* Adds the end of the response behind all else, once. Flush, then close. */
void out_finish(struct out *o);
/* Reads and drops what the peer sends. OUT_GONE at end of file, error or FCGI_ABORT_REQUEST. */
enum out_result out_drain_input(struct out *o);
/* Closes and frees; safe twice. */
void out_close(struct out *o);

/* ---- taking a FastCGI request in ---- */

enum intake_state {
    INTAKE_MORE,      /* incomplete: wait until readable */
    INTAKE_READY,     /* whole: gateway_begin it */
    INTAKE_TOO_LARGE, /* over a bound (431, 413), or holds a NUL (400): answer it, close it */
    INTAKE_BAD        /* garbage, another role, or gone: close it */
};

struct intake {
    int fd;
    int64_t deadline; /* for the owner's use */
    uint16_t request;
    bool params_done;
    unsigned short refuse; /* INTAKE_TOO_LARGE: the HTTP status */
    struct buf raw;        /* bytes of a record that is not whole yet */
    struct buf params;     /* content of FCGI_PARAMS */
    struct buf body;       /* content of FCGI_STDIN */
};

/* Takes over fd, a connected socket, and makes it non-blocking. NULL: out of memory, fd is closed.
 */
struct intake *intake_new(int fd);
/* Reads what is there. */
enum intake_state intake_read(struct intake *in);
/* For INTAKE_TOO_LARGE: writes the short answer, as far as the socket takes it. */
void intake_refuse(struct intake *in);
/* Closes fd unless gateway_begin took it. NULL is fine. */
void intake_free(struct intake *in);

/* ---- one request ---- */

struct exchange;

/* Whether fd 0 is a FastCGI listening socket (FastCGI specification, section 2.2: getpeername
 * says ENOTCONN). */
bool gateway_is_fastcgi(void);
/* Once, before any other call. 0 or -1. */
int gateway_init(void);
/* The request held by in (INTAKE_READY), whose connection it takes over; in is freed. NULL: the
 * parameters do not parse, or out of memory; the connection is closed. */
struct exchange *gateway_begin(struct intake *in);
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
