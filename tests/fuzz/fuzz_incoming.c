/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: bodies of producers. The first byte chooses the form, or gzip. Each record lies in
 * the body, or in the text that was made of it, and is JSON where the form is. Three parsers agree
 * about what is JSON: walk accepts all that json-c does within its rules, and no more than pyjson.
 */
#include <json-c/json.h>
#include <stdint.h>
#include <stdlib.h>

#include "format/incoming.h"
#include "format/inflate.h"
#include "format/json.h"
#include "format/pyjson.h"
#include "format/walk.h"
#include "redis/receipt.h"

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
        need(form == INCOMING_LOKI ? lies_in(r, in.text.p, in.text.len)
                                   : lies_in(r, body.p, body.len));
        need(form == INCOMING_LINES || walk_is_json(r));
    }
    incoming_free(&in);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct receipt receipt;
    struct buf out;
    if (size == 0)
        return 0;
    struct slice body = slice_make((const char *)data + 1, size - 1);
    if (data[0] % 5 == 4) {
        buf_init(&out, 100000);
        need(inflate_gzip(body, &out) != INFLATE_OK || out.len <= 100000);
        buf_free(&out);
        return 0;
    }
    read_body((enum incoming_form)(data[0] % 5), body);
    compare_parsers(body);
    if (receipt_parse(body, &receipt) == 0)
        need(receipt_compare(&receipt, &receipt) == RECEIPT_SAME);
    return 0;
}
