/* SPDX-License-Identifier: MIT */
/* inflate: see inflate.h. */
#include "format/inflate.h"

#include <zlib.h>

#define GZIP_ONLY (15 + 16) /* the largest window, and no other format */
#define PIECE     (64 * 1024)

/* Inflates the next piece. Z_BUF_ERROR: there is no room, or no more input. */
static int inflate_piece(z_stream *z, struct buf *out)
{
    size_t room = out->max - out->len < PIECE ? out->max - out->len : PIECE;
    if (room == 0)
        return Z_BUF_ERROR;
    if (buf_room(out, room))
        return Z_MEM_ERROR;
    z->next_out = (unsigned char *)out->p + out->len;
    z->avail_out = (unsigned)room;
    int result = inflate(z, Z_NO_FLUSH);
    out->len += room - z->avail_out;
    return result;
}

static enum inflate_result inflate_all(z_stream *z, struct buf *out)
{
    for (;;) {
        int result = inflate_piece(z, out);
        if (result == Z_STREAM_END && z->avail_in == 0)
            return INFLATE_OK;
        if (result == Z_STREAM_END)
            result = inflateReset(z); /* another member follows */
        if (result == Z_BUF_ERROR)
            return out->len == out->max ? INFLATE_LARGE : INFLATE_MALFORMED;
        if (result != Z_OK)
            return result == Z_MEM_ERROR ? INFLATE_NO_MEMORY : INFLATE_MALFORMED;
    }
}

enum inflate_result inflate_gzip(struct slice packed, struct buf *out)
{
    z_stream z = {0};
    if (inflateInit2(&z, GZIP_ONLY) != Z_OK)
        return INFLATE_NO_MEMORY;
    z.next_in = (unsigned char *)(uintptr_t)packed.p;
    z.avail_in = (unsigned)packed.len;
    enum inflate_result result = inflate_all(&z, out);
    inflateEnd(&z);
    return result;
}
