/* SPDX-License-Identifier: MIT */
/*
 * loki_push: see loki_push.h. Fields come in any order, so each message is read twice: for the
 * fields that it has once, and then for its repeated one.
 */
#include "format/loki_push.h"

#include "format/loki_labels.h"
#include "format/loki_record.h"
#include "format/protobuf.h"
#include "format/pyjson.h"

#define NS_OF_SECOND 1000000000u

static enum incoming_result refuse(struct incoming *in, const char *fault)
{
    in->number = in->count + 1;
    in->fault = fault;
    return INCOMING_MALFORMED;
}

/* Finds the texts of the fields 1 to n. -1: the message is malformed. */
static int find_texts(struct slice message, struct slice *texts, size_t n)
{
    struct protobuf_field field;
    enum protobuf_result result;
    while ((result = protobuf_next(&message, &field)) == PROTOBUF_FIELD)
        if (field.kind == PROTOBUF_TEXT && field.number <= n)
            texts[field.number - 1] = field.text;
    return result == PROTOBUF_END ? 0 : -1;
}

/* Cuts off what comes up to the next text of that number, and the text. False: there is none. */
static bool next_text(struct slice *rest, uint32_t number, struct slice *text)
{
    struct protobuf_field field;
    while (protobuf_next(rest, &field) == PROTOBUF_FIELD)
        if (field.kind == PROTOBUF_TEXT && field.number == number) {
            *text = field.text;
            return true;
        }
    return false;
}

/* Nanoseconds since 1970. -1: malformed, earlier, or later than 64 bits can tell. */
static int read_time(struct slice message, uint64_t *ns)
{
    uint64_t seconds = 0, nanos = 0;
    struct protobuf_field field;
    enum protobuf_result result;
    while ((result = protobuf_next(&message, &field)) == PROTOBUF_FIELD)
        if (field.kind == PROTOBUF_VARINT && field.number == 1)
            seconds = field.value;
        else if (field.kind == PROTOBUF_VARINT && field.number == 2)
            nanos = field.value;
    if (result != PROTOBUF_END || nanos >= NS_OF_SECOND ||
        seconds > UINT64_MAX / NS_OF_SECOND - 1) /* a negative number is a great one here */
        return -1;
    *ns = seconds * NS_OF_SECOND + nanos;
    return 0;
}

/* Adds structured metadata of the entry. */
static int add_metadata(struct slice entry, struct buf *b)
{
    struct slice pair;
    while (next_text(&entry, 3, &pair)) {
        struct slice texts[2] = {{0}}; /* name, value */
        if (find_texts(pair, texts, 2))
            return -1;
        loki_labels_add(b, texts[0], texts[1]);
    }
    return 0;
}

static enum incoming_result add_entry(struct incoming *in, struct slice entry, struct slice labels)
{
    struct slice texts[2] = {{0}}; /* time, line */
    size_t start = in->text.len;
    uint64_t ns;
    if (find_texts(entry, texts, 2))
        return refuse(in, "is not an entry of Loki's protobuf form");
    if (!texts[0].p || read_time(texts[0], &ns))
        return refuse(in, "has no time from 1970 to 2554");
    loki_record_begin(&in->text, ns, labels);
    if (add_metadata(entry, &in->text))
        return refuse(in, "has malformed metadata");
    buf_adds(&in->text, ",\"message\":");
    pyjson_string(&in->text, texts[1], PYJSON_UTF8);
    buf_addc(&in->text, '}');
    return loki_record_add(in, start);
}

/* labels: an empty buffer. */
static enum incoming_result add_stream(struct incoming *in, struct slice stream, struct buf *labels)
{
    struct slice text = {0}, entry;
    enum incoming_result result = INCOMING_OK;
    if (find_texts(stream, &text, 1))
        return refuse(in, "is not in a stream of Loki's protobuf form");
    if (loki_labels_read(text, labels))
        return refuse(in, "has labels that are not {name=\"value\", ...}");
    in->number = in->count + 1;
    if (labels->failed)
        return labels->starved ? INCOMING_NO_MEMORY : INCOMING_LONG;
    while (result == INCOMING_OK && next_text(&stream, 2, &entry))
        result = add_entry(in, entry, buf_slice(labels));
    return result;
}

enum incoming_result loki_push_read(struct incoming *in, struct slice body)
{
    struct buf labels;
    struct slice stream;
    enum incoming_result result = INCOMING_OK;
    if (find_texts(body, NULL, 0)) {
        in->fault = "is not in Loki's protobuf form";
        return INCOMING_MALFORMED;
    }
    buf_init(&in->text, INCOMING_MADE);
    buf_init(&labels, INCOMING_RECORD);
    while (result == INCOMING_OK && next_text(&body, 1, &stream)) {
        buf_clear(&labels);
        result = add_stream(in, stream, &labels);
    }
    buf_free(&labels);
    loki_record_place(in);
    return result;
}
