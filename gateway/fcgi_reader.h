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
#define INTAKE_MAX_PARAMS (128 * 1024)
#define INTAKE_MAX_BODY   (64 * 1024)

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

#endif
