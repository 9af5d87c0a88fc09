/* SPDX-License-Identifier: MIT */
/*
 * text_line: see text_line.h. Of a line of a known form the message leaves out the time and the
 * level that the record has. Of JSON behind the head of a line, the message is that in the JSON.
 */
#include "format/text_line.h"

#include "base/clock.h"
#include "format/ansi.h"
#include "format/level.h"
#include "format/line.h"

#define LAST_MS UINT64_C(253402300799999) /* of the year 9999; a later id is written as it is */

static void write_time(struct buf *b, struct xid id)
{
    char text[CLOCK_TEXT > XID_TEXT ? CLOCK_TEXT : XID_TEXT];
    if (id.ms > LAST_MS) {
        xid_format(id, text);
    } else {
        clock_text((int64_t)id.ms, text);
        text[sizeof "2026-01-02" - 1] = ' ';
    }
    buf_adds(b, text);
}

/* The bytes of text from at to end, without the cuts. */
static void write_without(struct buf *b, struct slice text, size_t end, const struct line_cut *cuts,
                          size_t n)
{
    size_t at = 0;
    for (size_t i = 0; i < n && cuts[i].from < end; i++) {
        buf_add(b, text.p + at, cuts[i].from - at);
        at = cuts[i].to < end ? cuts[i].to : end;
    }
    buf_add(b, text.p + at, end - at);
}

static void write_line(struct buf *b, const struct line *l, unsigned class)
{
    struct line_cut cuts[LINE_CUTS];
    bool says[LINE_DEPTH] = {false};
    struct slice message;
    for (size_t i = 0; i < l->nparts; i++) {
        struct line_level level = line_level(l, i);
        int severity = level.severity >= 0 ? level.severity : level_of_name(level.text);
        says[i] = class != LEVEL_CLASSES - 1 && level_class(severity) == class;
    }
    size_t n = line_cuts(l, says, cuts);
    bool leads = l->json && l->json_leads && record_message_of(l->json, &message);
    write_without(b, l->text, leads ? (size_t)(l->json_text.p - l->text.p) : l->text.len, cuts, n);
    if (leads)
        ansi_plain(b, message);
}

/* The message as it reads. */
static void write_message(struct buf *b, struct record *r, unsigned class)
{
    struct slice text = record_message(r);
    const struct line *l = text.p ? record_line(r) : NULL;
    if (l)
        write_line(b, l, class);
    else
        ansi_plain(b, text.p ? text : r->data);
}

/* Adds the lines of text; empty ones are not indented. */
static void write_indented(struct buf *b, struct slice text)
{
    for (size_t i = 0; i < text.len; i++) {
        buf_addc(b, text.p[i]);
        if (text.p[i] == '\n' && i + 1 < text.len && text.p[i + 1] != '\n')
            buf_adds(b, "    ");
    }
}

int text_line_write(struct buf *b, struct record *r)
{
    struct buf line;
    struct slice text;
    unsigned class = level_class(level_of_record(r, &text));
    buf_init(&line, UINT32_MAX);
    write_time(&line, r->id);
    if (class != LEVEL_CLASSES - 1)
        buf_addf(&line, " %s", level_classes[class]);
    if (r->event.len > 0) {
        buf_adds(&line, " [");
        ansi_plain(&line, r->event);
        buf_addc(&line, ']');
    }
    buf_addc(&line, ' ');
    write_message(&line, r, class);
    write_indented(b, buf_slice(&line));
    buf_addc(b, '\n');
    bool failed = line.failed || b->failed;
    buf_free(&line);
    return failed ? -1 : 0;
}
