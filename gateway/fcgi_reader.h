/* SPDX-License-Identifier: MIT */
/*
 * fcgi_reader: reads a FastCGI request without blocking and within limits.  A front thread gets
 * only complete, checked requests, so a silent, slow or hostile peer does not block one.  The
 * checks also protect libfcgi: it has no limits, and it ends the process if it cannot allocate the
 * length that a peer announced.
 *
 * It answers management records, and refuses a second request on the connection, by itself.
 */
#ifndef SSELOG_GATEWAY_FCGI_READER_H
#define SSELOG_GATEWAY_FCGI_READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "gateway/bodies.h"

/* Maximum bytes of all parameters, and of the request body. Paths that take records have the limits
 * of bodies.h. */
#define FCGI_READER_MAX_PARAMS (128 * 1024)
#define FCGI_READER_MAX_BODY   BODIES_SMALL

enum fcgi_reader_state {
    FCGI_READER_MORE,      /* incomplete: wait until readable */
    FCGI_READER_READY,     /* complete: call gateway_begin */
    FCGI_READER_TOO_LARGE, /* over a limit (431, 413, 503), or a bad name or NUL (400): refuse and
                              free it */
    FCGI_READER_BAD        /* malformed, another role, or closed by the peer: free it */
};

struct fcgi_reader {
    int fd;
    int64_t deadline; /* set and used by the owner */
    uint16_t request;
    bool params_done;
    unsigned short refuse; /* FCGI_READER_TOO_LARGE: the HTTP status */
    struct buf raw;        /* bytes of an incomplete record */
    struct buf params;     /* content of FCGI_PARAMS */
    struct buf body;       /* content of FCGI_STDIN */
    size_t charged;        /* bytes of body that count in bodies.h */
};

/* Owns fd, a connected socket, and makes it non-blocking. NULL: out of memory, fd is closed. */
struct fcgi_reader *fcgi_reader_new(int fd);
/* Reads what has arrived. */
enum fcgi_reader_state fcgi_reader_read(struct fcgi_reader *in);
/* For FCGI_READER_TOO_LARGE: sends a short answer, without waiting. */
void fcgi_reader_refuse(struct fcgi_reader *in);
/* Closes fd unless gateway_begin took it over. NULL is fine. */
void fcgi_reader_free(struct fcgi_reader *in);

#endif
