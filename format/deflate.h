/* SPDX-License-Identifier: MIT */
/* deflate: whole bodies as gzip (RFC 1952).  Knows zlib.  Pure. */
#ifndef SSELOG_FORMAT_DEFLATE_H
#define SSELOG_FORMAT_DEFLATE_H

#include "base/buf.h"

/* Appends plain to out as one member. Returns 0, or -1 if there is no memory or no room in out. */
int deflate_gzip(struct slice plain, struct buf *out);

#endif
