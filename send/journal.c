/* SPDX-License-Identifier: MIT */
/*
 * journal: see journal.h.  A value is a string, or an array of bytes if it is no UTF-8.  If the
 * field occurs several times, it is an array of such values.  It is null if it is too long for
 * journalctl (systemd's JOURNAL_EXPORT_FORMATS, "Journal JSON Format").
 */
#include "send/journal.h"

#include <json-c/json.h>

#include "format/json.h"
#include "send/level.h"
#include "send/lines.h"

#define DEPTH    4                        /* of arrays, at most */
#define LATEST   INT64_C(253402300799999) /* ms: the last of the year 9999 */
#define TOO_LONG "[too long: give journalctl the option --all]"

/* Adds an array of bytes. -1: it is none. */
static int add_bytes(struct buf *out, json_object *array)
{
    size_t n = json_object_array_length(array);
    for (size_t i = 0; i < n; i++) {
        json_object *byte = json_object_array_get_idx(array, i);
        if (!json_object_is_type(byte, json_type_int))
            return -1;
        buf_addc(out, (char)json_object_get_int(byte));
    }
    return 0;
}

/* Reads a field into text; of several values the first. False: the entry has no such field. */
static bool read_field(json_object *entry, const char *name, struct buf *text)
{
    json_object *value;
    struct slice s;
    buf_clear(text);
    if (!json_object_object_get_ex(entry, name, &value))
        return false;
    if (json_object_is_type(value, json_type_array) && json_object_array_length(value) > 0 &&
        !json_object_is_type(json_object_array_get_idx(value, 0), json_type_int))
        value = json_object_array_get_idx(value, 0);
    if (!value)
        return buf_adds(text, TOO_LONG) == 0;
    if (json_object_is_type(value, json_type_array))
        return add_bytes(text, value) == 0;
    return json_text(value, &s) && buf_add(text, s.p, s.len) == 0;
}

/* The time of the entry, which the journal has in microseconds. */
static int64_t time_of(json_object *entry, struct buf *text, int64_t now)
{
    uint64_t us;
    return read_field(entry, "__REALTIME_TIMESTAMP", text) &&
                   slice_number(buf_slice(text), 0, (uint64_t)LATEST * 1000, &us) == 0
               ? (int64_t)(us / 1000)
               : now;
}

static void add_level(struct buf *out, const struct wrap *w, json_object *entry, struct buf *text)
{
    const char *name =
        read_field(entry, "PRIORITY", text) ? level_of_priority(buf_slice(text)) : NULL;
    struct slice level = name ? slice_of(name) : w->level;
    if (level.len > 0)
        wrap_member(out, "level", level);
}

static void add_entry(struct buf *out, const struct wrap *w, json_object *entry, struct buf *text,
                      int64_t now)
{
    buf_addc(out, '{');
    wrap_time(out, time_of(entry, text, now));
    add_level(out, w, entry, text);
    bool own = !w->host_asked && read_field(entry, "_HOSTNAME", text);
    wrap_member(out, "host", own ? buf_slice(text) : w->host);
    if (read_field(entry, "_SYSTEMD_UNIT", text) || read_field(entry, "SYSLOG_IDENTIFIER", text))
        wrap_member(out, "unit", buf_slice(text));
    wrap_fields(out, w);
    read_field(entry, "MESSAGE", text);
    wrap_member(out, "message", buf_slice(text));
    buf_addc(out, '}');
}

bool journal_record(struct buf *out, const struct wrap *w, struct slice line, int64_t now)
{
    json_object *entry = json_read(line, DEPTH, JSON_LAST_COUNTS);
    bool good = json_object_is_type(entry, json_type_object);
    struct buf text;
    buf_init(&text, LINES_MAX + sizeof TOO_LONG);
    if (good)
        add_entry(out, w, entry, &text, now);
    buf_free(&text);
    json_object_put(entry);
    return good;
}

/* The last line of text that has its end. */
static struct slice last_line(struct slice text)
{
    while (text.len > 0 && text.p[text.len - 1] != '\n')
        text.len--;
    if (text.len == 0)
        return text;
    size_t end = --text.len;
    while (text.len > 0 && text.p[text.len - 1] != '\n')
        text.len--;
    return slice_make(text.p + text.len, end - text.len);
}

static void read_cursor(struct slice line, struct buf *out)
{
    json_object *entry = json_read(line, DEPTH, JSON_LAST_COUNTS), *cursor;
    struct slice s;
    if (json_object_is_type(entry, json_type_object) &&
        json_object_object_get_ex(entry, "__CURSOR", &cursor) &&
        json_object_is_type(cursor, json_type_string) && json_text(cursor, &s) && s.len > 0) {
        buf_clear(out);
        buf_add(out, s.p, s.len);
    }
    json_object_put(entry);
}

void journal_cursor(struct slice text, struct buf *out)
{
    read_cursor(last_line(text), out);
}

/* A field of a cursor: s=ID;i=1a2b;... The letters are not documented, but stay
 * (sd_journal_get_cursor of systemd: s names the sequence, i is the number in it, hexadecimal). len
 * 0: it has none. */
static struct slice cursor_field(struct slice cursor, char name)
{
    while (cursor.len > 1) {
        const char *end = memchr(cursor.p, ';', cursor.len);
        size_t n = end ? (size_t)(end - cursor.p) : cursor.len;
        if (n > 2 && cursor.p[0] == name && cursor.p[1] == '=')
            return slice_make(cursor.p + 2, n - 2);
        cursor = slice_after(cursor, end ? n + 1 : n);
    }
    return slice_make(cursor.p, 0);
}

/* Of hexadecimal numbers without zeros in front. */
static bool is_greater(struct slice a, struct slice b)
{
    return a.len != b.len ? a.len > b.len : memcmp(a.p, b.p, a.len) > 0;
}

bool journal_is_sent(struct slice line, struct slice cursor)
{
    struct buf own;
    buf_init(&own, LINES_MAX);
    read_cursor(line, &own);
    struct slice c = buf_slice(&own), s = cursor_field(c, 's'), i = cursor_field(c, 'i'),
                 last = cursor_field(cursor, 'i');
    bool sent = s.len > 0 && slice_equal(s, cursor_field(cursor, 's')) && i.len > 0 &&
                last.len > 0 && !is_greater(i, last);
    buf_free(&own);
    return sent;
}
