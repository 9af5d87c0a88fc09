/* SPDX-License-Identifier: MIT */
/*
 * out: sends the bytes of one response to the web server: as FCGI_STDOUT records, or unchanged for
 * CGI.  Never blocks.  libfcgi cannot be used for this: its writes do not handle EINTR and EAGAIN.
 */
#ifndef SSELOG_GATEWAY_OUT_H
#define SSELOG_GATEWAY_OUT_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/buf.h"

/* Maximum content of one FastCGI record (FastCGI specification, section 3.3). */
#define FCGI_MAX_CONTENT 65535

enum out_result {
    OUT_SENT, /* accepted; a part may wait in `rest` */
    OUT_FULL, /* nothing accepted: the peer does not read; try again when writable */
    OUT_GONE  /* the peer closed the connection */
};

/* Parts of one write. */
#define OUT_PARTS 63

/* Not thread-safe: one thread owns it at a time. */
struct out {
    int fd;              /* -1: closed */
    uint16_t request;    /* FastCGI request id; 0: CGI */
    bool finished;       /* the end of the response is in `rest` or sent */
    struct buf rest;     /* bytes for the wire, not yet sent */
    uint64_t taken;      /* bytes that the socket took */
    unsigned char in[8]; /* header of the record that arrives from the peer */
    uint8_t in_have;
    uint32_t in_skip; /* bytes of its content that are still to arrive */
};

/* fd must not block; out_close closes it. */
void out_init(struct out *o, int fd, uint16_t request);
/* 0 or -1 with errno. */
int out_set_nonblocking(int fd);
/* Sends n pieces, at most OUT_PARTS, as one run of bytes. Accepts all of it or, with OUT_FULL,
 * nothing. The part that the socket does not accept at once waits in rest. */
enum out_result out_send(struct out *o, const struct iovec *pieces, int n);
enum out_result out_send_bytes(struct out *o, const void *p, size_t len);
/* Appends at most FCGI_MAX_CONTENT bytes to rest: for a final frame to a peer that does not read
 * now. Does nothing if out of memory. */
void out_leave_bytes(struct out *o, const void *p, size_t len);
/* Sends what waits in rest. OUT_FULL: some is left. */
enum out_result out_flush(struct out *o);
/* Appends the end of the response, once. Flush then, and close. */
void out_finish(struct out *o);
/* Reads what the peer sent and takes it as out_take_input does. OUT_GONE: end of file, error or
 * FCGI_ABORT_REQUEST. */
enum out_result out_drain_input(struct out *o);
/* Takes bytes from the peer, which the caller read in order. Another request on the connection is
 * refused, with the next output, unless the peer left much unread. True: they contain
 * FCGI_ABORT_REQUEST. */
bool out_take_input(struct out *o, const void *bytes, size_t len);
/* Closes and frees; may be called twice. */
void out_close(struct out *o);

#endif
