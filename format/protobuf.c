/* SPDX-License-Identifier: MIT */
/* protobuf: see protobuf.h. */
#include "format/protobuf.h"

#define MOST_NUMBER 0x1fffffffu /* of a field */

/* Seven bits in each byte, the lowest first. The highest bit tells that a byte follows. */
int protobuf_varint(struct slice *rest, uint64_t *number)
{
    uint64_t n = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
        struct slice byte;
        if (slice_cut(rest, 1, &byte))
            return -1;
        uint64_t bits = byte.p[0] & 0x7f;
        if (shift == 63 && bits > 1)
            return -1;
        n |= bits << shift;
        if (!(byte.p[0] & 0x80)) {
            *number = n;
            return 0;
        }
    }
    return -1;
}

/* Cuts the value of a field whose number and kind are known. */
static int cut_value(struct slice *rest, struct protobuf_field *field)
{
    uint64_t len;
    switch (field->kind) {
    case PROTOBUF_VARINT:
        return protobuf_varint(rest, &field->value);
    case PROTOBUF_FIXED64:
        return slice_cut(rest, 8, &field->text);
    case PROTOBUF_TEXT:
        if (protobuf_varint(rest, &len) || len > rest->len)
            return -1;
        return slice_cut(rest, (size_t)len, &field->text);
    case PROTOBUF_FIXED32:
        return slice_cut(rest, 4, &field->text);
    }
    return -1; /* a group, or no wire type */
}

enum protobuf_result protobuf_next(struct slice *rest, struct protobuf_field *field)
{
    uint64_t tag;
    *field = (struct protobuf_field){0};
    if (rest->len == 0)
        return PROTOBUF_END;
    if (protobuf_varint(rest, &tag) || tag >> 3 == 0 || tag >> 3 > MOST_NUMBER)
        return PROTOBUF_MALFORMED;
    field->number = (uint32_t)(tag >> 3);
    field->kind = (enum protobuf_kind)(tag & 7);
    return cut_value(rest, field) ? PROTOBUF_MALFORMED : PROTOBUF_FIELD;
}
