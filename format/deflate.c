/* SPDX-License-Identifier: MIT */
/* deflate: see deflate.h. */
#include "format/deflate.h"

#include <zlib.h>

#define GZIP_ONLY (15 + 16) /* the largest window, with the head of gzip */
#define LEVEL     6
#define MEM_LEVEL 8

int deflate_gzip(struct slice plain, struct buf *out)
{
    z_stream z = {0};
    if (deflateInit2(&z, LEVEL, Z_DEFLATED, GZIP_ONLY, MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return -1;
    size_t room = deflateBound(&z, plain.len);
    int result = Z_MEM_ERROR;
    if (buf_room(out, room) == 0) {
        z.next_in = (unsigned char *)(uintptr_t)plain.p;
        z.avail_in = (unsigned)plain.len;
        z.next_out = (unsigned char *)out->p + out->len;
        z.avail_out = (unsigned)room;
        result = deflate(&z, Z_FINISH);
        out->len += z.total_out;
    }
    deflateEnd(&z);
    return result == Z_STREAM_END ? 0 : -1;
}
