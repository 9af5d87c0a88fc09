/* SPDX-License-Identifier: MIT */
/* inflate: see inflate.h. */
#include "format/inflate.h"

#include <zlib.h>

#define GZIP_ONLY (15 + 16) /* the largest window, and no other format */
#define PIECE     (64 * 1024)

/* Inflates the next piece. Z_BUF_ERROR: there is no more input. *over: the content goes on behind
 * the maximum of out; a full buffer has no room to show that, so one byte more is asked for. */
static int inflate_piece(z_stream *z, struct buf *out, bool *over)
{
    unsigned char beyond = 0;
    size_t room = out->max - out->len < PIECE ? out->max - out->len : PIECE;
    if (room > 0 && buf_room(out, room))
        return Z_MEM_ERROR;
    z->next_out = room > 0 ? (unsigned char *)out->p + out->len : &beyond;
    z->avail_out = room > 0 ? (unsigned)room : 1;
    int result = inflate(z, Z_NO_FLUSH);
    *over = room == 0 && z->avail_out == 0;
    if (room > 0)
        out->len += room - z->avail_out;
    return result;
}

static enum inflate_result inflate_all(z_stream *z, struct buf *out)
{
    for (;;) {
        bool over = false;
        int result = inflate_piece(z, out, &over);
        if (over)
            return INFLATE_LARGE;
        if (result == Z_STREAM_END && z->avail_in == 0)
            return INFLATE_OK;
        if (result == Z_STREAM_END)
            result = inflateReset(z); /* another member follows */
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
