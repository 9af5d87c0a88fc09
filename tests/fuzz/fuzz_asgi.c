/* SPDX-License-Identifier: MIT */
/* Fuzz target: members of a Channels queue. Each payload that comes out is one JSON object. */
#include <stdint.h>
#include <stdlib.h>

#include "format/asgi.h"
#include "format/pyjson.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void see(void *arg, struct slice name, struct slice payload)
{
    volatile char sink = 0;
    (void)arg;
    for (size_t i = 0; i < name.len; i++)
        sink = name.p[i];
    (void)sink;
    if (pyjson_text(NULL, payload, PYJSON_ASCII, NULL) != PYJSON_OBJECT)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf payload;
    buf_init(&payload, 16 * size + 4096);
    if (asgi_read(slice_make((const char *)data, size), &payload, see, NULL) == ASGI_BROADCAST &&
        pyjson_text(NULL, buf_slice(&payload), PYJSON_ASCII, NULL) != PYJSON_OBJECT)
        abort();
    buf_free(&payload);
    return 0;
}
