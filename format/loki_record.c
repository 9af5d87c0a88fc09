/* SPDX-License-Identifier: MIT */
/*
 * loki_record: see loki_record.h. The text moves when it grows, so records get their places at the
 * end.
 */
#include "format/loki_record.h"

#include "base/clock.h"

static void add_time(struct buf *b, uint64_t ns)
{
    char text[CLOCK_TEXT];
    buf_add(b, text,
            clock_text_of((int64_t)(ns / 1000000000), (unsigned)(ns % 1000000000), 9, text));
}

bool loki_record_has(struct slice name)
{
    return slice_equal(name, slice_of("time")) || slice_equal(name, slice_of("message"));
}

void loki_record_begin(struct buf *b, uint64_t ns, struct slice labels)
{
    buf_adds(b, "{\"time\":\"");
    add_time(b, ns);
    buf_addc(b, '"');
    buf_add(b, labels.p, labels.len);
}

enum incoming_result loki_record_add(struct incoming *in, size_t start)
{
    in->number = in->count + 1;
    if (in->text.failed)
        return in->text.starved ? INCOMING_NO_MEMORY : INCOMING_LARGE;
    return incoming_add(in, slice_make(NULL, in->text.len - start));
}

void loki_record_place(struct incoming *in)
{
    for (size_t i = 0, at = 0; i < in->count; at += in->records[i++].len)
        in->records[i].p = in->text.p + at;
}
