/* SPDX-License-Identifier: MIT */
/*
 * gzip: see gzip.h.  Bytes for many viewers come here once for each of them, perhaps at another
 * address: a run of a batch, or frames of a ring.  The bytes themselves are the key under which
 * pieces are kept.  To compare them costs a hundredth of compressing them, and nothing has to say
 * when a piece is out of date.
 */
#include "relay/gzip.h"

#include <stdlib.h>
#include <zlib.h>

/* Measured with lines of JSON, 32 KiB a piece: a longer window and more memory gain nothing.  Level
 * 9 gains 3 % and takes three times as long, level 4 loses 8 %.  This is 96 KiB of memory. */
#define LEVEL       6
#define WINDOW_BITS 14
#define MEM_LEVEL   6

/* Pieces that are kept, and their bytes with those of their contents: more than the largest batch
 * of usual records. */
#define MAX_KEPT   32
#define KEPT_BYTES (1024 * 1024)
/* A longer content is stored, because to compress it would hold up the other viewers. */
#define MAX_PLAIN (256 * 1024)
/* Of a piece: a whole batch of the relay fits. */
#define MAX_BYTES (65u * 1024 * 1024)

#define STORED_HEAD 5
#define MAX_STORED  65535 /* RFC 1951, section 3.2.4 */

/* Deflate, no name and no time, from Unix (RFC 1952, section 2.3). */
const char gzip_header[GZIP_HEADER_LEN] = {0x1f, (char)0x8b, 8, 0, 0, 0, 0, 0, 0, 3};

/* A piece that was made, with its content. */
struct kept {
    struct gzip_piece piece;
    size_t len;   /* of the content */
    char bytes[]; /* the content, then the piece */
};

struct gzip {
    z_stream deflate;
    size_t streams;              /* that use it */
    struct buf plain, wire;      /* scratch */
    struct kept *kept[MAX_KEPT]; /* from oldest on, count of them, in a circle */
    size_t oldest, count, bytes;
    size_t found; /* where the last one that was wanted again is */
};

/* ---- pieces that are kept ---- */

static size_t cost(const struct kept *k)
{
    return sizeof *k + k->len + k->piece.bytes.len;
}

static void drop_oldest(struct gzip *g)
{
    struct kept *k = g->kept[g->oldest];
    g->kept[g->oldest] = NULL;
    g->oldest = (g->oldest + 1) % MAX_KEPT;
    g->count--;
    g->bytes -= cost(k);
    free(k);
}

/* Without memory for it, it is made again. */
static void keep(struct gzip *g, struct slice plain, const struct gzip_piece *piece)
{
    struct kept *k = malloc(sizeof *k + plain.len + piece->bytes.len);
    if (!k)
        return;
    *k = (struct kept){*piece, plain.len};
    memcpy(k->bytes, plain.p, plain.len);
    memcpy(k->bytes + plain.len, piece->bytes.p, piece->bytes.len);
    k->piece.bytes.p = k->bytes + plain.len;
    while (g->count == MAX_KEPT || (g->count > 0 && g->bytes + cost(k) > KEPT_BYTES))
        drop_oldest(g);
    g->kept[(g->oldest + g->count) % MAX_KEPT] = k;
    g->count++;
    g->bytes += cost(k);
}

/* The next viewer mostly wants the same piece, or the one after it. */
static const struct kept *find(struct gzip *g, struct slice plain)
{
    for (size_t i = 0; i < MAX_KEPT; i++) {
        size_t at = (g->found + i) % MAX_KEPT;
        const struct kept *k = g->kept[at];
        if (k && slice_equal(slice_make(k->bytes, k->len), plain)) {
            g->found = at;
            return k;
        }
    }
    return NULL;
}

/* ---- the streams that use it ---- */

static struct gzip *make(void)
{
    struct gzip *g = calloc(1, sizeof *g);
    if (!g)
        return NULL;
    if (deflateInit2(&g->deflate, LEVEL, Z_DEFLATED, -WINDOW_BITS, MEM_LEVEL, Z_DEFAULT_STRATEGY) !=
        Z_OK) {
        free(g);
        return NULL;
    }
    buf_init(&g->plain, MAX_BYTES);
    buf_init(&g->wire, MAX_BYTES);
    return g;
}

int gzip_join(struct gzip **g)
{
    if (!*g && !(*g = make()))
        return -1;
    (*g)->streams++;
    return 0;
}

void gzip_leave(struct gzip **at)
{
    struct gzip *g = *at;
    if (--g->streams > 0)
        return;
    while (g->count > 0)
        drop_oldest(g);
    deflateEnd(&g->deflate);
    buf_free(&g->plain);
    buf_free(&g->wire);
    free(g);
    *at = NULL;
}

/* ---- pieces ---- */

void gzip_count(struct gzip_sum *sum, const struct gzip_piece *piece)
{
    sum->crc = (uint32_t)crc32_combine_op(sum->crc, piece->content.crc, piece->shift);
    sum->len += piece->content.len;
}

/* A piece of plain, whose bytes are in g->wire. */
static struct gzip_piece piece_of(const struct gzip *g, struct slice plain)
{
    struct gzip_piece piece = {.bytes = buf_slice(&g->wire)};
    piece.content.crc = (uint32_t)crc32_z(0, (const Bytef *)plain.p, plain.len);
    piece.content.len = (uint32_t)plain.len;
    piece.shift = (uint32_t)crc32_combine_gen((z_off_t)plain.len);
    return piece;
}

static void clear(struct buf *scratch)
{
    buf_clear(scratch);
    buf_shrink(scratch);
}

/* Stored blocks (RFC 1951, section 3.2.4), which begin and end at a byte. */
static void add_stored(struct buf *b, struct slice plain)
{
    for (size_t at = 0; at < plain.len; at += MAX_STORED) {
        size_t len = plain.len - at < MAX_STORED ? plain.len - at : MAX_STORED;
        const unsigned char head[STORED_HEAD] = {0, (unsigned char)len, (unsigned char)(len >> 8),
                                                 (unsigned char)~len, (unsigned char)(~len >> 8)};
        buf_add(b, head, sizeof head);
        buf_add(b, plain.p + at, len);
    }
}

bool gzip_store(struct gzip *g, struct slice plain, struct gzip_piece *piece)
{
    clear(&g->wire);
    add_stored(&g->wire, plain);
    *piece = piece_of(g, plain);
    return !g->wire.failed;
}

static void add_number(struct buf *b, uint32_t n)
{
    for (int i = 0; i < 4; i++)
        buf_addc(b, (char)(n >> 8 * i));
}

bool gzip_finish(struct gzip *g, const struct gzip_sum *sum, struct slice plain,
                 struct gzip_piece *piece)
{
    static const char final_block[2] = {3, 0}; /* empty, with fixed codes */
    struct gzip_sum all = *sum;
    if (!gzip_store(g, plain, piece))
        return false;
    gzip_count(&all, piece);
    buf_add(&g->wire, final_block, sizeof final_block);
    add_number(&g->wire, all.crc);
    add_number(&g->wire, all.len);
    piece->bytes = buf_slice(&g->wire);
    return !g->wire.failed;
}

/* Adds plain to g->wire as deflate blocks, and an empty stored one that fills up the last byte.
 * With the reset before it this is a full flush: no block refers to an earlier piece. */
static bool add_deflated(struct gzip *g, struct slice plain)
{
    z_stream *z = &g->deflate;
    deflateReset(z);
    if (buf_room(&g->wire, deflateBound(z, plain.len) + STORED_HEAD + 1))
        return false;
    z->next_in = (z_const Bytef *)(uintptr_t)plain.p;
    z->avail_in = (uInt)plain.len;
    z->next_out = (Bytef *)g->wire.p;
    z->avail_out = (uInt)(g->wire.cap - 1);
    deflate(z, Z_SYNC_FLUSH);
    g->wire.len = g->wire.cap - 1 - z->avail_out;
    return true;
}

static size_t stored_len(size_t plain)
{
    return plain + STORED_HEAD * ((plain + MAX_STORED - 1) / MAX_STORED);
}

static bool deflate_new(struct gzip *g, struct slice plain, struct gzip_piece *piece)
{
    if (plain.len == 0 || plain.len > MAX_PLAIN)
        return gzip_store(g, plain, piece);
    clear(&g->wire);
    if (!add_deflated(g, plain))
        return false;
    *piece = piece_of(g, plain);
    if (piece->bytes.len > stored_len(plain.len) && !gzip_store(g, plain, piece))
        return false;
    keep(g, plain, piece);
    piece->fresh = plain.len;
    return true;
}

/* The slices as one. False: out of memory. */
static bool join(struct buf *b, const struct iovec *plain, int n)
{
    clear(b);
    for (int i = 0; i < n; i++)
        buf_add(b, plain[i].iov_base, plain[i].iov_len);
    return !b->failed;
}

bool gzip_deflate(struct gzip *g, const struct iovec *plain, int n, struct gzip_piece *piece)
{
    if (n > 1 && !join(&g->plain, plain, n))
        return false;
    struct slice all = n > 1 ? buf_slice(&g->plain) : slice_make(plain->iov_base, plain->iov_len);
    const struct kept *k = find(g, all);
    if (!k)
        return deflate_new(g, all, piece);
    *piece = k->piece;
    return true;
}
