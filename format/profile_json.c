/* SPDX-License-Identifier: MIT */
/* profile_json: the profiles whose records are JSON on one line: tod, swf, astrbot and envelope. */
#include <stdio.h>

#include "format/object.h"
#include "format/profile_parts.h"
#include "format/pyjson.h"
#include "sse.h"

/* Writes a payload that is a JSON object. Of one that is too long only the size is written; it
 * counts as an object if it begins like one, because parsing it would delay all viewers. False: it
 * is no object. */
static bool put_object(struct buf *b, struct slice data)
{
    char note[PROFILE_NOTE];
    bool begins = pyjson_first(data) == '{';
    if (!profile_shorten(&data, note))
        return pyjson_text(b, data, PYJSON_ASCII, NULL) == PYJSON_OBJECT;
    if (begins)
        profile_message(b, data);
    return begins;
}

/* The original systems drop payloads that are not JSON objects. */
void object_record(const struct profile *p, struct buf *b, struct record *r)
{
    size_t before = b->len;
    profile_line_begin(p, b, r);
    if (put_object(b, r->data))
        profile_line_end(p, b);
    else
        buf_cut(b, before);
}

/* ---- tod ---- */

/* Its page listens only for named events. */
void tod_open(const struct profile *p, struct buf *b, const struct record *r)
{
    if (r->has_id)
        profile_id(p, b, r->id);
    if (r->event.len > 0)
        profile_event(p, b, r);
    else
        sse_field(b, p->eol, "event", slice_of("unknown"));
}

void tod_keepalive(const struct profile *p, struct buf *b, const struct moment *m)
{
    (void)m;
    sse_comment(b, p->eol, "heartbeat");
}

/* ---- swf ---- */

void swf_first_frame(const struct profile *p, struct buf *b, const struct moment *m)
{
    char data[128];
    snprintf(data, sizeof data, "{\"client_id\": \"%s\", \"status\": \"connected\"}", m->client);
    profile_control(p, b, "connected", data);
}

static bool swf_is_control(struct slice name)
{
    static const char *const names[] = {"connected", "heartbeat", "error"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_equal(name, slice_of(names[i])))
            return true;
    return false;
}

/* The event's name is the message's msg_type. Without an id the name of a control frame is not
 * used, because clients could take the record for that frame. */
void swf_open(const struct profile *p, struct buf *b, const struct record *r)
{
    struct slice name = slice_of("message");
    if (r->event.len > 0 && (r->has_id || !swf_is_control(r->event)))
        name = r->event;
    if (r->has_id)
        profile_id(p, b, r->id);
    sse_field(b, p->eol, "event", name);
}

/* There is always one data line: the Python client keeps only the last one. */
void swf_record(const struct profile *p, struct buf *b, struct record *r)
{
    if (!record_field(r, "msg_type", RECORD_ANY, &r->event))
        r->event = slice_make(NULL, 0);
    object_record(p, b, r);
}

void swf_keepalive(const struct profile *p, struct buf *b, const struct moment *m)
{
    if (m->has_id)
        profile_id(p, b, m->id);
    buf_addf(b, "event: heartbeat%sdata: {\"timestamp\": ", p->eol);
    pyjson_double(b, m->unix_time);
    buf_addf(b, "}%s%s", p->eol, p->eol);
}

/* ---- astrbot ---- */

/* Writes a payload that is no object as an entry that the console can show, with the time at which
 * Redis stored it. */
static void astrbot_made(struct buf *b, const struct record *r, struct slice text)
{
    buf_adds(b, " \"level\": \"INFO\", \"time\": ");
    pyjson_double(b, r->has_id ? (double)r->id.ms / 1000 : 0);
    buf_adds(b, ", \"data\": ");
    pyjson_string(b, text, PYJSON_UTF8);
    buf_addc(b, '}');
}

void astrbot_record(const struct profile *p, struct buf *b, struct record *r)
{
    struct slice data = r->data;
    char note[PROFILE_NOTE];
    profile_line_begin(p, b, r);
    buf_adds(b, "{\"type\": \"log\",");
    size_t at = b->len;
    if (profile_shorten(&data, note) || pyjson_text(b, data, PYJSON_UTF8, NULL) != PYJSON_OBJECT) {
        buf_cut(b, at);
        astrbot_made(b, r, data);
    } else if (b->len == at + 2) { /* {}: the comma goes too */
        buf_cut(b, at - 1);
        buf_addc(b, '}');
    } else if (!b->failed) {
        b->p[at] = ' '; /* replaces the payload's '{' */
    }
    profile_line_end(p, b);
}

/* ---- envelope ---- */

/* EventSource gives a script only events whose names it listens for, and never an id without
 * data. In this profile all records are unnamed and have their name inside; a moved cursor is an
 * event. */
/* EventSource hides comments, so a keepalive is an event too. A page learns from `every` after how
 * many ms of silence it may doubt the connection. */
void envelope_keepalive(const struct profile *p, struct buf *b, const struct moment *m)
{
    char data[32];
    snprintf(data, sizeof data, "{\"every\":%u}", m->keepalive_ms);
    profile_control(p, b, "ping", data);
}

/* With a keepalive at once: a page knows the interval from the beginning. */
void envelope_first_frame(const struct profile *p, struct buf *b, const struct moment *m)
{
    sse_retry(b, p->eol, m->retry_ms);
    sse_end(b, p->eol);
    envelope_keepalive(p, b, m);
}

void envelope_record(const struct profile *p, struct buf *b, struct record *r)
{
    profile_record_id(p, b, r);
    buf_adds(b, "data: {");
    object_place(b, r);
    if (r->event.len > 0) {
        buf_adds(b, "\"event\":");
        pyjson_string(b, r->event, PYJSON_UTF8);
        buf_addc(b, ',');
    }
    buf_adds(b, "\"data\":");
    pyjson_string(b, r->data, PYJSON_UTF8);
    object_fields(b, r);
    buf_addc(b, '}');
    profile_line_end(p, b);
}

/* A long record is sent without envelope, as the event "record", or "record.NAME" in a stream of
 * several logs. */
void envelope_open(const struct profile *p, struct buf *b, const struct record *r)
{
    profile_record_id(p, b, r);
    buf_adds(b, "event: record");
    if (r->log.len > 0) {
        buf_addc(b, '.');
        buf_add(b, r->log.p, r->log.len);
    }
    buf_adds(b, p->eol);
}

void envelope_moved(const struct profile *p, struct buf *b, const char *cursor)
{
    profile_cursor(p, b, cursor);
    profile_control(p, b, "cursor", "{}");
}
