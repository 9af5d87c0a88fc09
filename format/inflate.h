/* SPDX-License-Identifier: MIT */
/* inflate: bodies that came as gzip (RFC 1952), within a limit.  Knows zlib.  Pure. */
#ifndef SSELOG_FORMAT_INFLATE_H
#define SSELOG_FORMAT_INFLATE_H

#include "base/buf.h"

enum inflate_result {
    INFLATE_OK,
    INFLATE_MALFORMED, /* not gzip, or it is not complete */
    INFLATE_LARGE,     /* the content is longer than out->max */
    INFLATE_NO_MEMORY
};

/* Appends the content of all members of packed to out. */
enum inflate_result inflate_gzip(struct slice packed, struct buf *out);

#endif
