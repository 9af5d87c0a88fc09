/* SPDX-License-Identifier: MIT */
/*
 * out: the bytes of one response on their way to the web server, as FCGI_STDOUT records or, as CGI,
 * as they are.  Never blocks, and is never libfcgi's, whose writes know neither EINTR nor EAGAIN.
 */
#ifndef SSELOG_GATEWAY_OUT_H
#define SSELOG_GATEWAY_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/buf.h"

/* Content of one FastCGI record at most (FastCGI specification, section 3.3). */
#define FCGI_MAX_CONTENT 65535

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

/* fd is non-blocking: out_set_nonblocking, 0 or -1. It is closed by out_close. */
void out_init(struct out *o, int fd, uint16_t request);
int out_set_nonblocking(int fd);
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
/* Whether FCGI_ABORT_REQUEST is in what the peer sent: bytes that were read elsewhere, in order. */
bool out_saw_abort(struct out *o, const void *bytes, size_t len);
/* Closes and frees; safe twice. */
void out_close(struct out *o);

#endif
