/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: records of `sselog send`. Text and entries of the journal become one JSON object on
 * one line; an object stays one. Joined records cover their input, however it is cut. A mark or a
 * place of lines that is read is written in the same way. Cursors are from Redis.
 */
#include <stdint.h>
#include <stdlib.h>

#include "format/pyjson.h"
#include "send/join.h"
#include "send/journal.h"
#include "send/lines.h"
#include "send/mark.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_object(const struct buf *b)
{
    check(!b->failed && pyjson_text(NULL, buf_slice(b), PYJSON_UTF8, NULL) == PYJSON_OBJECT);
}

static void check_line(const struct buf *b)
{
    check_object(b);
    for (size_t i = 0; i < b->len; i++)
        check((unsigned char)b->p[i] >= 0x20);
}

static void make_objects(struct slice text)
{
    static const struct send_field fields[] = {{{"env", 3}, {"prod", 4}}};
    const struct wrap w = {.host = text,
                           .host_asked = text.len % 2,
                           .level = {"info", 4},
                           .fields = fields,
                           .nfields = 1};
    struct buf out;
    buf_init(&out, 16 * text.len + 1024);
    wrap_text(&out, &w, text, 0);
    check_line(&out);
    buf_clear(&out);
    if (journal_record(&out, &w, text, 0))
        check_line(&out);
    else
        check(out.len == 0);
    buf_clear(&out);
    if (wrap_object(&out, &w, text))
        check_object(&out);
    else
        check(out.len == 0);
    buf_free(&out);
}

/* step: bytes that come at a time. Returns a hash of the records. */
static uint64_t join(const struct join *j, struct slice text, size_t step)
{
    size_t start = 0, have = 0, held = 0, used;
    uint64_t hash = MARK_HASH;
    struct slice record;
    do {
        have = have + step < text.len ? have + step : text.len;
        while (join_next(j, slice_make(text.p + start, have - start), have == text.len, false,
                         &held, &record, &used)) {
            check(used > 0 && record.len <= used && start + used <= have);
            hash = mark_hash(mark_hash(hash, record), slice_make("|", 1));
            start += used;
        }
    } while (have < text.len);
    check(start == text.len);
    return hash;
}

static void join_lines(struct slice text)
{
    struct buf why;
    buf_init(&why, 100);
    struct join *j = join_new("^x", NULL, &why);
    check(j && join(j, text, 1) == join(j, text, 7) && join(j, text, 1) == join(j, text, 1000));
    check(join(NULL, text, 1) == join(NULL, text, 1000));
    join_free(j);
    buf_free(&why);
}

static void read_mark(struct slice line)
{
    char path[64];
    struct mark m, again;
    struct slice name;
    struct buf out;
    if (mark_read(line, &m, &name) || name.len >= sizeof path || memchr(name.p, '\0', name.len))
        return;
    memcpy(path, name.p, name.len);
    path[name.len] = '\0';
    buf_init(&out, 1000);
    mark_write(&out, &m, path);
    check(mark_read(slice_make(out.p, out.len - 1), &again, &name) == 0);
    check(memcmp(&m, &again, sizeof m) == 0 && slice_equal(name, slice_of(path)));
    buf_free(&out);
}

static void read_lines(struct slice text)
{
    struct mark_lines m, again;
    struct buf out;
    if (mark_lines_read(text, &m))
        return;
    buf_init(&out, 100);
    mark_lines_write(&out, &m);
    check(mark_lines_read(buf_slice(&out), &again) == 0 && memcmp(&m, &again, sizeof m) == 0);
    buf_free(&out);
}

/* The text is a line and a cursor. Its own cursor is not after itself. */
static void compare_cursors(struct slice text)
{
    struct buf own;
    size_t half = text.len / 2;
    journal_is_sent(slice_make(text.p, half), slice_after(text, half));
    buf_init(&own, LINES_MAX);
    buf_add(&own, text.p, text.len);
    buf_addc(&own, '\n');
    struct slice all = buf_slice(&own);
    struct buf cursor;
    buf_init(&cursor, 1000);
    journal_cursor(all, &cursor);
    bool line = !memchr(all.p, '\n', text.len);
    if (line && journal_is_sent(text, slice_of("s=a;i=1")) && cursor.len > 0)
        check(journal_is_sent(text, buf_slice(&cursor)));
    buf_free(&cursor);
    buf_free(&own);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_make((const char *)data, size);
    make_objects(text);
    join_lines(text);
    read_mark(text);
    read_lines(text);
    compare_cursors(text);
    return 0;
}
