/* SPDX-License-Identifier: MIT */
/*
 * gunzip: decodes what a client with a compressed stream receives.  All that arrived in whole
 * pieces must be there at once: zlib gives out every byte that it can, and the oracle asks for it.
 */
#include <stdlib.h>
#include <zlib.h>

#include "sim.h"

/* The response head of the simulation, which is not compressed. */
static const char head[] = "HEAD\n\n";
#define HEAD (sizeof head - 1)

static z_stream *inflater(struct client *c)
{
    if (!c->inflater && (!(c->inflater = calloc(1, sizeof *c->inflater)) ||
                         inflateInit2(c->inflater, MAX_WBITS + 16) != Z_OK))
        abort();
    if (!c->inflating)
        inflateReset(c->inflater);
    c->inflating = true;
    return c->inflater;
}

static void inflate_all(struct client *c, const char *p, size_t len)
{
    z_stream *z = inflater(c);
    char plain[16384];
    z->next_in = (z_const Bytef *)(uintptr_t)p;
    z->avail_in = (uInt)len;
    do {
        z->next_out = (Bytef *)plain;
        z->avail_out = sizeof plain;
        int result = inflate(z, Z_SYNC_FLUSH);
        client_text(c, plain, sizeof plain - z->avail_out);
        c->inflated = result == Z_STREAM_END;
        if (result != Z_OK && result != Z_BUF_ERROR && !c->inflated)
            c->broken = z->msg ? z->msg : "not a gzip member";
        if (c->inflated && z->avail_in > 0)
            c->broken = "bytes after the gzip member";
    } while (z->avail_out == 0 && !c->broken);
}

void client_gunzip(struct client *c, const char *p, size_t len)
{
    for (; c->gzip && c->in_head < HEAD && len > 0; p++, len--) {
        c->gzip = *p == head[c->in_head++]; /* a refusal in place of the stream is plain */
        client_text(c, p, 1);
        if (!c->gzip)
            client_text(c, p + 1, len - 1);
    }
    if (c->gzip && len > 0)
        inflate_all(c, p, len);
}

void client_gunzip_ends(struct client *c)
{
    if (c->gzip && c->in_head > 0 && !c->inflated && !c->oom && !c->broken)
        c->broken = "the gzip member has no end";
}
