/* SPDX-License-Identifier: MIT */
/*
 * snappy: see snappy.h. A block is the length of its content and then elements: literal bytes, or
 * copies of bytes that came before (format_description.txt of Snappy). The two lowest bits of an
 * element's first byte are its kind. Room for all that a block says is made at first.
 */
#include "format/snappy.h"

#include "format/protobuf.h"

enum kind { LITERAL, COPY_NEAR, COPY, COPY_FAR };

/* A number of n bytes, at most four, the lowest first. */
static int cut_number(struct slice *rest, size_t n, uint32_t *number)
{
    struct slice bytes;
    if (slice_cut(rest, n, &bytes))
        return -1;
    *number = 0;
    while (n-- > 0)
        *number = *number << 8 | (unsigned char)bytes.p[n];
    return 0;
}

/* less: the length less one, or from 60 on how many bytes hold it. */
static int add_literal(struct slice *rest, uint32_t less, struct buf *out)
{
    struct slice text;
    if (less >= 60 && cut_number(rest, less - 59, &less))
        return -1;
    if (less >= rest->len || slice_cut(rest, (size_t)less + 1, &text))
        return -1;
    return buf_add(out, text.p, text.len);
}

/* A copy may be longer than its distance: then it repeats itself. With the room that it needs the
 * buffer does not move. */
static int add_copy(struct buf *out, size_t start, uint32_t distance, size_t len)
{
    if (distance == 0 || distance > out->len - start || buf_room(out, len))
        return -1;
    while (len > 0) {
        size_t n = len < distance ? len : distance;
        buf_add(out, out->p + out->len - distance, n);
        len -= n;
    }
    return 0;
}

static int add_element(struct slice *rest, struct buf *out, size_t start)
{
    uint32_t tag, number;
    if (cut_number(rest, 1, &tag))
        return -1;
    uint32_t upper = tag >> 2;
    switch ((enum kind)(tag & 3)) {
    case LITERAL:
        return add_literal(rest, upper, out);
    case COPY_NEAR:
        return cut_number(rest, 1, &number)
                   ? -1
                   : add_copy(out, start, upper >> 3 << 8 | number, 4 + (upper & 7));
    case COPY:
        return cut_number(rest, 2, &number) ? -1 : add_copy(out, start, number, 1 + upper);
    case COPY_FAR:
        return cut_number(rest, 4, &number) ? -1 : add_copy(out, start, number, 1 + upper);
    }
    return -1;
}

enum inflate_result snappy_inflate(struct slice packed, struct buf *out)
{
    uint64_t wanted;
    size_t start = out->len;
    if (protobuf_varint(&packed, &wanted) || wanted > UINT32_MAX)
        return INFLATE_MALFORMED;
    if (wanted > out->max - start)
        return INFLATE_LARGE;
    if (buf_room(out, (size_t)wanted))
        return INFLATE_NO_MEMORY;
    while (packed.len > 0)
        if (add_element(&packed, out, start))
            return INFLATE_MALFORMED;
    return out->len - start == wanted ? INFLATE_OK : INFLATE_MALFORMED;
}
