/* SPDX-License-Identifier: MIT */
/*
 * snappy: bodies in Snappy's block format, which has no frames and no checksums, within a limit.
 * Own code: Debian's libsnappy needs the C++ library, which the static program cannot have.  Pure.
 */
#ifndef SSELOG_FORMAT_SNAPPY_H
#define SSELOG_FORMAT_SNAPPY_H

#include "format/inflate.h"

/* Appends the content of packed to out. Allocates what packed says that it holds, within out->max.
 */
enum inflate_result snappy_inflate(struct slice packed, struct buf *out);

#endif
