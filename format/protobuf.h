/* SPDX-License-Identifier: MIT */
/*
 * protobuf: the fields of a Protocol Buffers message, one after the other, without a schema.  A
 * message inside a message is the text of a field; the caller reads it in turn, so nothing
 * recurses. Own code: the libraries for C need generated code, and copy each message into a tree.
 * Pure.
 *
 * Limit: groups, which proto3 does not have, are refused.
 */
#ifndef SSELOG_FORMAT_PROTOBUF_H
#define SSELOG_FORMAT_PROTOBUF_H

#include "base/buf.h"

/* The wire types (Protocol Buffers, Encoding). */
enum protobuf_kind {
    PROTOBUF_VARINT = 0,
    PROTOBUF_FIXED64 = 1,
    PROTOBUF_TEXT = 2, /* bytes with a length: a string or a message */
    PROTOBUF_FIXED32 = 5
};

struct protobuf_field {
    uint32_t number; /* from 1 */
    enum protobuf_kind kind;
    uint64_t value;    /* of PROTOBUF_VARINT; of a negative number in two's complement */
    struct slice text; /* of the other kinds; lies in the message */
};

enum protobuf_result { PROTOBUF_FIELD, PROTOBUF_END, PROTOBUF_MALFORMED };

/* Cuts the next field off the rest of a message. */
enum protobuf_result protobuf_next(struct slice *rest, struct protobuf_field *field);
/* Cuts a number of at most 64 bits off *rest. -1: it does not end, or is greater. */
int protobuf_varint(struct slice *rest, uint64_t *number);

#endif
