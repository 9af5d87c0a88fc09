/* SPDX-License-Identifier: MIT */
/*
 * fcgi_reader: takes a FastCGI request in, without blocking and within bounds, before a front
 * thread sees it; so a peer that is silent, slow or hostile holds nobody up, and libfcgi (which
 * reads without limits and ends the process when malloc refuses a length the peer made up) only
 * ever parses a whole, checked request.
 */
#ifndef SSELOG_GATEWAY_FCGI_READER_H
#define SSELOG_GATEWAY_FCGI_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

/* Bytes of all parameters, and of a request body, at most. */
#define FCGI_READER_MAX_PARAMS (128 * 1024)
#define FCGI_READER_MAX_BODY   (64 * 1024)

enum fcgi_reader_state {
    FCGI_READER_MORE,      /* incomplete: wait until readable */
    FCGI_READER_READY,     /* whole: gateway_begin it */
    FCGI_READER_TOO_LARGE, /* over a bound (431, 413), or holds a NUL (400): answer it, close it */
    FCGI_READER_BAD        /* garbage, another role, or gone: close it */
};

struct fcgi_reader {
    int fd;
    int64_t deadline; /* for the owner's use */
    uint16_t request;
    bool params_done;
    unsigned short refuse; /* FCGI_READER_TOO_LARGE: the HTTP status */
    struct buf raw;        /* bytes of a record that is not whole yet */
    struct buf params;     /* content of FCGI_PARAMS */
    struct buf body;       /* content of FCGI_STDIN */
};

/* Takes over fd, a connected socket, and makes it non-blocking. NULL: out of memory, fd is closed.
 */
struct fcgi_reader *fcgi_reader_new(int fd);
/* Reads what is there. */
enum fcgi_reader_state fcgi_reader_read(struct fcgi_reader *in);
/* For FCGI_READER_TOO_LARGE: writes the short answer, as far as the socket takes it. */
void fcgi_reader_refuse(struct fcgi_reader *in);
/* Closes fd unless gateway_begin took it. NULL is fine. */
void fcgi_reader_free(struct fcgi_reader *in);

#endif
