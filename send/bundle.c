/* SPDX-License-Identifier: MIT */
/* bundle: see bundle.h. */
#include "send/bundle.h"

#include "send/journal.h"
#include "send/lines.h"

#define READ_ROOM ((size_t)128 * 1024)             /* of an input, beyond one record */
#define MADE_MAX  (REDIS_VALUE_MAX + BUNDLE_BYTES) /* an element of a list may be long */
#define GROWTH    8 /* a record has at most so many bytes for each of its text, if that is long */

/* The most that is read without a complete record. */
static size_t input_room(const struct recipe *how)
{
    return (how->join ? 2 : 1) * (size_t)LINES_MAX + READ_ROOM;
}

void input_init(struct input *in, const struct recipe *how)
{
    *in = (struct input){0};
    buf_init(&in->bytes, input_room(how));
}

void input_free(struct input *in)
{
    buf_free(&in->bytes);
}

void bundle_init(struct bundle *b)
{
    b->n = b->used = 0;
    buf_init(&b->made, MADE_MAX);
    buf_init(&b->joined, LINES_MAX);
}

void bundle_free(struct bundle *b)
{
    buf_free(&b->made);
    buf_free(&b->joined);
}

void bundle_begin(struct bundle *b)
{
    b->n = b->used = 0;
    buf_clear(&b->made);
}

static void make(struct buf *out, const struct recipe *how, struct slice text)
{
    enum send_form form = how->options->form;
    if (form == FORM_TEXT) {
        buf_add(out, text.p, text.len);
        return;
    }
    int64_t now = clock_wall_ms();
    bool made = form == FORM_JOURNAL ? journal_record(out, &how->wrap, text, now)
                                     : wrap_object(out, &how->wrap, text);
    if (!made)
        wrap_text(out, &how->wrap, text, now);
}

/* Lines that were joined may have CRs at their ends, which are left out. */
static bool has_ends(const struct recipe *how, struct slice text)
{
    return how->join && text.len > 0 && memchr(text.p, '\r', text.len);
}

bool bundle_add(struct bundle *b, const struct recipe *how, struct slice text)
{
    const struct send_options *o = how->options;
    size_t i = b->n++;
    b->at[i] = SIZE_MAX;
    bool copied = has_ends(how, text);
    if (copied) {
        buf_clear(&b->joined);
        join_copy(&b->joined, text);
        text = buf_slice(&b->joined);
    }
    if (copied || o->form != FORM_TEXT) {
        b->at[i] = b->made.len;
        make(&b->made, how, text);
        text = slice_make(NULL, b->made.len - b->at[i]);
    }
    b->adds[i] = (struct redis_add){.key = o->log,
                                    .channel = o->channel,
                                    .maxlen = o->maxlen,
                                    .field = slice_of(how->config->field),
                                    .value = text,
                                    .event_field = slice_of(how->config->event_field),
                                    .event = slice_of(o->event)};
    return b->n < BUNDLE_MAX && b->made.len < BUNDLE_BYTES;
}

/* made.failed may have another cause too: no memory. */
bool bundle_drop_long(struct bundle *b, struct slice text)
{
    size_t i = b->n - 1;
    bool full = b->made.failed && text.len > REDIS_VALUE_MAX / GROWTH;
    if (b->at[i] == SIZE_MAX || !(full || b->adds[i].value.len > REDIS_VALUE_MAX))
        return false;
    b->made.failed = false; /* what was made before is complete */
    buf_cut(&b->made, b->at[i]);
    buf_shrink(&b->made);
    b->n = i;
    return true;
}

void bundle_end(struct bundle *b)
{
    for (size_t i = 0; i < b->n; i++)
        if (b->at[i] != SIZE_MAX)
            b->adds[i].value.p = b->made.p + b->at[i];
}

/* Drops a byte order mark at the start of the input. */
static void drop_mark(struct bundle *b, struct input *in)
{
    int mark = in->begun ? 0 : lines_mark(buf_slice(&in->bytes), in->end);
    in->begun = mark >= 0;
    b->used = mark > 0 ? (size_t)mark : 0;
}

size_t bundle_fill(struct bundle *b, const struct recipe *how, struct input *in, bool flush)
{
    struct slice record;
    size_t used;
    bool more = true;
    bundle_begin(b);
    drop_mark(b, in);
    while (in->begun && more &&
           join_next(how->join, slice_after(buf_slice(&in->bytes), b->used), in->end, flush,
                     &in->held, &record, &used)) {
        b->used += used;
        more = bundle_add(b, how, record);
    }
    bundle_end(b);
    return b->made.failed ? 0 : b->n;
}
