/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: bodies of producers. The first byte chooses the form, or what it was packed with.
 * Each record lies in the body, or in the text that was made of it, and is JSON where the form is.
 * Three parsers agree about what is JSON: walk accepts all that json-c does within its rules, and
 * no more than pyjson.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>

#include "format/incoming.h"
#include "format/inflate.h"
#include "format/json.h"
#include "format/pyjson.h"
#include "format/snappy.h"
#include "format/walk.h"
#include "redis/receipt.h"

#define MOST 100000 /* bytes of unpacked content */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(bool so)
{
    if (!so)
        abort();
}

static void compare_parsers(struct slice text)
{
    struct json_object *o = json_read(text, WALK_DEPTH, JSON_UTF8);
    bool json = walk_is_json(text);
    need(!o || json);
    need(!json || pyjson_text(NULL, text, PYJSON_UTF8, NULL) != PYJSON_NONE);
    json_object_put(o);
}

static bool lies_in(struct slice part, const char *p, size_t len)
{
    return part.len == 0 || (part.p >= p && part.p + part.len <= p + len);
}

static void read_body(enum incoming_form form, struct slice body)
{
    struct incoming in = {0};
    enum incoming_result result = incoming_read(&in, form, body);
    need(in.count <= INCOMING_RECORDS && in.number <= INCOMING_RECORDS + 1);
    for (size_t i = 0; result == INCOMING_OK && i < in.count; i++) {
        struct slice r = in.records[i];
        need(r.len <= INCOMING_RECORD);
        bool made = form == INCOMING_LOKI || form == INCOMING_LOKI_PROTOBUF;
        need(made ? lies_in(r, in.text.p, in.text.len) : lies_in(r, body.p, body.len));
        need(form == INCOMING_LINES || walk_is_json(r));
    }
    incoming_free(&in);
}

/* Reads the content as the form, as the front does. */
static void read_packed(enum inflate_result inflate(struct slice, struct buf *),
                        struct slice packed, enum incoming_form form)
{
    struct buf out;
    buf_init(&out, MOST);
    enum inflate_result result = inflate(packed, &out);
    need(out.len <= MOST);
    if (result == INFLATE_OK)
        read_body(form, buf_slice(&out));
    buf_free(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct receipt receipt;
    if (size == 0)
        return 0;
    struct slice body = {0}; /* so is that of a request without content */
    if (size > 1)
        body = slice_make((const char *)data + 1, size - 1);
    switch (data[0] % 7) {
    case 4:
        read_packed(inflate_gzip, body, INCOMING_LINES);
        return 0;
    case 5:
        read_packed(snappy_inflate, body, INCOMING_LOKI_PROTOBUF);
        return 0;
    case 6:
        read_body(INCOMING_LOKI_PROTOBUF, body);
        return 0;
    }
    read_body((enum incoming_form)(data[0] % 7), body);
    compare_parsers(body);
    if (receipt_parse(body, &receipt) == 0)
        need(receipt_compare(&receipt, &receipt) == RECEIPT_SAME);
    return 0;
}
