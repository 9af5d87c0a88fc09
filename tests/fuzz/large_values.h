/* SPDX-License-Identifier: MIT */
/* large_values: writes answers of Redis with values that are too large for the parser. */
#ifndef SSELOG_FUZZ_LARGE_VALUES_H
#define SSELOG_FUZZ_LARGE_VALUES_H

#include <stdlib.h>

#include "base/buf.h"
#include "redis/resp_bulk.h"

/* Writes p to wire. Each '@' becomes a value of about RESP_BULK_LARGE bytes that look like RESP. */
static inline void expand(struct buf *wire, const uint8_t *p, size_t len)
{
    buf_init(wire, 1024 * 1024);
    for (size_t i = 0; i < len; i++) {
        size_t n = RESP_BULK_LARGE - 2 + i % 7;
        if (p[i] != '@' || wire->len > 8 * 1024) {
            buf_addc(wire, (char)p[i]);
            continue;
        }
        buf_addf(wire, "$%zu\r\n", n);
        for (size_t k = 0; k < n; k++)
            buf_addc(wire, "$1\r\n*x"[(i + k) % 6]);
        buf_adds(wire, "\r\n");
    }
    if (wire->failed)
        abort();
}

#endif
