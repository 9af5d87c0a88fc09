/* SPDX-License-Identifier: MIT */
/* loki: see loki.h. Labels are written once for each stream, and copied to each of its records. */
#include "format/loki.h"

#include "format/loki_record.h"
#include "format/walk.h"

/* Adds ,"name":"value" for each member of the object that begins next.  -1: it is no object, or a
 * value is no string. */
static int add_members(struct walk *w, struct buf *b)
{
    enum walk_token t = walk_next(w);
    if (t != WALK_OBJECT)
        return -1;
    while ((t = walk_next(w)) == WALK_NAME) {
        struct slice name = w->text;
        if (walk_next(w) != WALK_STRING)
            return -1;
        if (loki_record_has(slice_make(name.p + 1, name.len - 2)))
            continue;
        buf_addc(b, ',');
        buf_add(b, name.p, name.len);
        buf_addc(b, ':');
        buf_add(b, w->text.p, w->text.len);
    }
    return t == WALK_END ? 0 : -1;
}

/* Nanoseconds since 1970: digits in a string; some clients send a number.  -1: something else. */
static int read_time(struct walk *w, uint64_t *ns)
{
    enum walk_token t = walk_next(w);
    struct slice text = w->text;
    if (t == WALK_STRING)
        text = slice_make(text.p + 1, text.len - 2);
    else if (t != WALK_NUMBER)
        return -1;
    return slice_number(text, 0, UINT64_MAX, ns);
}

/* Writes the value that has begun as a record to b. -1: malformed. */
static int write_record(struct walk *w, struct slice labels, struct buf *b)
{
    uint64_t ns;
    if (read_time(w, &ns) || walk_next(w) != WALK_STRING)
        return -1;
    struct slice line = w->text;
    loki_record_begin(b, ns, labels);
    struct walk metadata = *w;
    enum walk_token t = walk_next(w);
    if (t == WALK_OBJECT) {
        if (add_members(&metadata, b))
            return -1;
        *w = metadata;
        t = walk_next(w);
    }
    buf_adds(b, ",\"message\":");
    buf_add(b, line.p, line.len);
    buf_addc(b, '}');
    return t == WALK_END ? 0 : -1;
}

static enum incoming_result add_value(struct incoming *in, struct walk *w, struct slice labels)
{
    size_t start = in->text.len;
    in->number = in->count + 1;
    if (write_record(w, labels, &in->text))
        return INCOMING_MALFORMED;
    return loki_record_add(in, start);
}

static enum incoming_result add_values(struct incoming *in, struct slice values,
                                       struct slice labels)
{
    struct walk w = walk_of(values);
    enum incoming_result result = walk_next(&w) == WALK_ARRAY ? INCOMING_OK : INCOMING_MALFORMED;
    while (result == INCOMING_OK) {
        enum walk_token t = walk_next(&w);
        if (t == WALK_END)
            return result;
        in->number = in->count + 1;
        result = t == WALK_ARRAY ? add_value(in, &w, labels) : INCOMING_MALFORMED;
    }
    return result;
}

/* Finds members of the object that has begun; others are skipped.  Of several equal names the last
 * counts.  -1: malformed. */
static int find_members(struct walk *w, const char *const *names, struct slice *values, size_t n)
{
    enum walk_token t;
    while ((t = walk_next(w)) == WALK_NAME) {
        struct slice value;
        struct walk name = *w;
        if (walk_skip(w, &value))
            return -1;
        for (size_t i = 0; i < n; i++)
            if (walk_is(&name, names[i]))
                values[i] = value;
    }
    return t == WALK_END ? 0 : -1;
}

/* A stream: labels may follow its values. */
static enum incoming_result add_stream(struct incoming *in, struct walk *w, struct buf *labels)
{
    static const char *const names[] = {"stream", "values"};
    struct slice members[2] = {{0}};
    if (find_members(w, names, members, 2))
        return INCOMING_MALFORMED;
    struct walk of_labels = walk_of(members[0].p ? members[0] : slice_of("{}"));
    buf_clear(labels);
    if (add_members(&of_labels, labels))
        return INCOMING_MALFORMED;
    if (labels->failed)
        return INCOMING_NO_MEMORY;
    return members[1].p ? add_values(in, members[1], buf_slice(labels)) : INCOMING_OK;
}

static enum incoming_result add_streams(struct incoming *in, struct slice streams)
{
    struct walk w = walk_of(streams);
    struct buf labels;
    enum incoming_result result = walk_next(&w) == WALK_ARRAY ? INCOMING_OK : INCOMING_MALFORMED;
    enum walk_token t;
    buf_init(&labels, streams.len);
    while (result == INCOMING_OK && (t = walk_next(&w)) != WALK_END) {
        in->number = in->count + 1;
        result = t == WALK_OBJECT ? add_stream(in, &w, &labels) : INCOMING_MALFORMED;
    }
    buf_free(&labels);
    return result;
}

enum incoming_result loki_read(struct incoming *in, struct slice body)
{
    static const char *const names[] = {"streams"};
    struct walk w = walk_of(body);
    struct slice streams = {0};
    buf_init(&in->text, INCOMING_MADE);
    if (walk_next(&w) != WALK_OBJECT || find_members(&w, names, &streams, 1) ||
        walk_next(&w) != WALK_DONE || !streams.p)
        return INCOMING_MALFORMED;
    enum incoming_result result = add_streams(in, streams);
    loki_record_place(in);
    return result;
}
