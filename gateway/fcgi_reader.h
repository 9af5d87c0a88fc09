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
    FCGI_READER_MORE,    /* incomplete: wait until readable */
    FCGI_READER_READY,   /* complete: call gateway_begin */
    FCGI_READER_REFUSED, /* over a limit, or malformed: call fcgi_reader_refuse, and read on */
    FCGI_READER_BAD      /* malformed, another role, or closed by the peer: free it */
};

enum fcgi_reader_refusal {
    REFUSAL_PARAMS,    /* too many parameters: 431 */
    REFUSAL_BODY,      /* a body over its limit: 413 */
    REFUSAL_BODIES,    /* too many large bodies at once: 503 */
    REFUSAL_MEMORY,    /* out of memory: 503 */
    REFUSAL_LATE,      /* it did not arrive in time: 408 */
    REFUSAL_MANY,      /* too many others are incomplete too: 503 */
    REFUSAL_MALFORMED, /* a bad name or a NUL: 400 */
    REFUSAL_COUNT
};

struct fcgi_reader {
    int fd;
    int64_t deadline; /* set and used by the owner */
    uint16_t request;
    bool params_done;
    enum fcgi_reader_refusal refusal; /* of FCGI_READER_REFUSED */
    bool refused;                     /* it was answered: what still arrives is dropped */
    size_t dropped;                   /* bytes */
    struct buf raw;                   /* bytes of an incomplete record */
    struct buf params;                /* content of FCGI_PARAMS */
    struct buf body;                  /* content of FCGI_STDIN */
    size_t charged;                   /* bytes of body that count in bodies.h */
};

/* Owns fd, a connected socket, and makes it non-blocking. NULL: out of memory, fd is closed. */
struct fcgi_reader *fcgi_reader_new(int fd);
/* Reads what has arrived. */
enum fcgi_reader_state fcgi_reader_read(struct fcgi_reader *in);
/* Sends a short answer, without waiting. The peer may be in the middle of its request, and would
 * lose the answer if the connection closed now. So fcgi_reader_read drops the rest until the peer
 * closes, or sends more than BODIES_DROPPED: both are FCGI_READER_BAD. */
void fcgi_reader_refuse(struct fcgi_reader *in, enum fcgi_reader_refusal why);
/* The status of those answers, and how many there were. Any thread may ask. */
int fcgi_reader_status(enum fcgi_reader_refusal why);
uint64_t fcgi_reader_refused(enum fcgi_reader_refusal why);
/* Closes fd unless gateway_begin took it over. NULL is fine. */
void fcgi_reader_free(struct fcgi_reader *in);

#endif
