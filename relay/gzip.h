/* SPDX-License-Identifier: MIT */
/*
 * gzip: event streams as gzip members (RFC 1952) that are made of pieces.  Each piece is a run of
 * whole deflate blocks (RFC 1951) that refers to nothing before it and ends at a byte.  So a piece
 * is made once and is right in every stream, in any order, and its reader has all of it at once.
 * Only the check sum and the length at the end of a member belong to one stream.  Knows zlib, and
 * nothing of viewers.
 */
#ifndef SSELOG_RELAY_GZIP_H
#define SSELOG_RELAY_GZIP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/buf.h"

struct gzip;

/* The content of one stream so far. Starts zeroed. */
struct gzip_sum {
    uint32_t crc; /* CRC-32 */
    uint32_t len; /* modulo 2^32 */
};

/* A piece, until the next one is made. */
struct gzip_piece {
    struct slice bytes; /* for the wire */
    struct gzip_sum content;
    uint32_t shift; /* moves a check sum over content.len bytes, for crc32_combine_op() */
    size_t fresh; /* bytes of content that were compressed for it now; 0: it was kept, or stored */
};

#define GZIP_HEADER_LEN 10
/* The beginning of each stream. */
extern const char gzip_header[GZIP_HEADER_LEN];

/* One stream more uses *g, which is made for the first.  -1: out of memory. */
int gzip_join(struct gzip **g);
/* One stream less. *g is freed and NULL after the last. */
void gzip_leave(struct gzip **g);

/* Compresses n slices of memory as one piece.  The same bytes are compressed once, as long as they
 * are among the recent ones.  False: out of memory. */
bool gzip_deflate(struct gzip *g, const struct iovec *plain, int n, struct gzip_piece *piece);
/* A piece that costs little to make and is a little longer than plain: for bytes that only one
 * stream gets. */
bool gzip_store(struct gzip *g, struct slice plain, struct gzip_piece *piece);
/* The last piece of a stream: stores plain, which may be empty, and ends the member.  sum: of what
 * went before. */
bool gzip_finish(struct gzip *g, const struct gzip_sum *sum, struct slice plain,
                 struct gzip_piece *piece);

/* The piece was sent in that stream. */
void gzip_count(struct gzip_sum *sum, const struct gzip_piece *piece);

#endif
