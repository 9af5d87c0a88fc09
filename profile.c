/* SPDX-License-Identifier: MIT */
/*
 * profile: the dialects, one table row each.  Pure; knows record, sse and pyjson.  The functions
 * named plain_ are what a dialect that does not differ uses too; they take the line end from the
 * row. Rows that do differ have files of their own, profile_*.c.
 *
 * Records and control frames (events gap, live, source, end, unavailable) cannot be taken for each
 * other by a reader of the stream: a record that has an event name always has an id field, a
 * control frame never has one.  So a record that a producer named "end" is delivered under that
 * name; a message without an id is delivered without a name.
 */
#include "profile.h"

#include <inttypes.h>
#include <stdio.h>

#include "profile_parts.h"
#include "pyjson.h"
#include "sse.h"

const char *end_reason_name(enum end_reason reason)
{
    static const char *const names[] = {
        [END_LIFETIME] = "lifetime",
        [END_SHUTDOWN] = "shutdown",
        [END_REVOKED] = "revoked",
        [END_EXPIRED] = "expired",
    };

    return names[reason];
}

/* ---- plain ---- */

/* A frame without an id: "event: name", one line of data, the blank line. */
void profile_control(const struct profile *p, struct buf *b, const char *event, const char *data)
{
    sse_field(b, p->eol, "event", slice_of(event));
    sse_field(b, p->eol, "data", slice_of(data));
    sse_end(b, p->eol);
}

void profile_id(const struct profile *p, struct buf *b, struct xid id)
{
    char text[XID_TEXT];
    size_t len = xid_format(id, text);

    sse_field(b, p->eol, "id", slice_make(text, len));
}

void profile_plain_hello(const struct profile *p, struct buf *b, const struct moment *m)
{
    sse_retry(b, p->eol, m->retry_ms);
    sse_end(b, p->eol);
}

static void plain_open(const struct profile *p, struct buf *b, const struct record *r)
{
    if (!r->has_id)
        return;
    profile_id(p, b, r->id);
    if (r->event.len > 0)
        sse_field(b, p->eol, "event", r->event);
}

static void plain_record(const struct profile *p, struct buf *b, struct record *r, bool history,
                         uint64_t nth)
{
    (void)history;
    (void)nth;
    p->open(p, b, r);
    sse_data(b, p->eol, r->data);
    sse_end(b, p->eol);
}

static void plain_live(const struct profile *p, struct buf *b, const struct moment *m)
{
    char data[64];

    snprintf(data, sizeof data, "{\"replayed\":%" PRIu64 "}", m->replayed);
    profile_control(p, b, "live", data);
}

/* An id as a JSON value; ids hold digits and a hyphen alone. */
static void json_id(char out[XID_TEXT + 2], const char *id)
{
    if (id)
        snprintf(out, XID_TEXT + 2, "\"%s\"", id);
    else
        snprintf(out, XID_TEXT + 2, "null");
}

void profile_plain_gap(const struct profile *p, struct buf *b, const char *after, const char *next,
                       int64_t lost)
{
    char data[192], from[XID_TEXT + 2], to[XID_TEXT + 2], count[24] = "null";

    json_id(from, after);
    json_id(to, next);
    if (lost >= 0)
        snprintf(count, sizeof count, "%" PRId64, lost);
    snprintf(data, sizeof data, "{\"after\":%s,\"next\":%s,\"lost\":%s}", from, to, count);
    profile_control(p, b, "gap", data);
}

void profile_plain_source(const struct profile *p, struct buf *b, bool live)
{
    profile_control(p, b, "source", live ? "{\"state\":\"live\"}" : "{\"state\":\"lost\"}");
}

void profile_plain_keepalive(const struct profile *p, struct buf *b, const struct moment *m)
{
    (void)m;
    sse_comment(b, p->eol, "keepalive");
}

void profile_plain_moved(const struct profile *p, struct buf *b, struct xid id)
{
    profile_id(p, b, id);
    sse_end(b, p->eol);
}

/* The last frames of a stream: when to come back, and why. reason is one of our own constants. */
static void farewell(const struct profile *p, struct buf *b, const char *event, const char *reason,
                     const struct moment *m)
{
    char data[128];

    snprintf(data, sizeof data, "{\"reason\":\"%s\"}", reason);
    sse_retry(b, p->eol, m->retry_ms);
    profile_control(p, b, event, data);
}

void profile_plain_end(const struct profile *p, struct buf *b, enum end_reason reason,
                       const struct moment *m)
{
    farewell(p, b, "end", end_reason_name(reason), m);
}

void profile_plain_unavailable(const struct profile *p, struct buf *b, const char *reason,
                               const struct moment *m)
{
    farewell(p, b, "unavailable", reason, m);
}

/* ---- what several dialects share ---- */

/* Pages that listen for default messages alone: an entry's event name would hide it from them. */
void profile_open_unnamed(const struct profile *p, struct buf *b, const struct record *r)
{
    if (r->has_id)
        profile_id(p, b, r->id);
}

/* Payloads that are written anew are held twice, and escaped up to six times as long. */
#define MAX_WRITTEN (8u * 1024 * 1024)

struct slice profile_bounded(struct slice data, char note[PROFILE_NOTE])
{
    if (data.len <= MAX_WRITTEN)
        return data;
    snprintf(note, PROFILE_NOTE, "{\"message\": \"(a record of %zu bytes)\"}", data.len);
    return slice_of(note);
}

/* ---- envelope ---- */

/* EventSource tells a script only of event names it asked for, and nothing of an id alone. Here all
 * records come unnamed, with their name inside, and a moved cursor is an event. */
static void envelope_record(const struct profile *p, struct buf *b, struct record *r, bool history,
                            uint64_t nth)
{
    (void)history;
    (void)nth;
    if (r->has_id)
        profile_id(p, b, r->id);
    buf_adds(b, "data: {");
    if (r->event.len > 0) {
        buf_adds(b, "\"event\":");
        pyjson_string(b, r->event, PYJSON_UTF8);
        buf_addc(b, ',');
    }
    buf_adds(b, "\"data\":");
    pyjson_string(b, r->data, PYJSON_UTF8);
    buf_adds(b, "}");
    buf_adds(b, p->eol);
    sse_end(b, p->eol);
}

/* A long record is sent as it is, under a name of its own. */
static void envelope_open(const struct profile *p, struct buf *b, const struct record *r)
{
    if (r->has_id)
        profile_id(p, b, r->id);
    sse_field(b, p->eol, "event", slice_of("record"));
}

static void envelope_moved(const struct profile *p, struct buf *b, struct xid id)
{
    profile_id(p, b, id);
    profile_control(p, b, "cursor", "{}");
}

/* ---- the table ---- */

static const struct preset no_presets[] = {{NULL, NULL}};

static const struct profile profile_plain = {
    .name = "plain",
    .enveloped = "envelope",
    .presets = no_presets,
    .eol = "\n",
    .content_type = "text/event-stream",
    .cache_control = "no-cache",
    .more_headers = "X-Accel-Buffering: no\r\n"
                    "X-Content-Type-Options: nosniff\r\n"
                    "Referrer-Policy: no-referrer\r\n",
    .hello = profile_plain_hello,
    .record = plain_record,
    .open = plain_open,
    .live = plain_live,
    .gap = profile_plain_gap,
    .source = profile_plain_source,
    .keepalive = profile_plain_keepalive,
    .moved = profile_plain_moved,
    .end = profile_plain_end,
    .unavailable = profile_plain_unavailable,
};

static const struct profile profile_envelope = {
    .name = "envelope",
    .presets = no_presets,
    .eol = "\n",
    .content_type = "text/event-stream",
    .cache_control = "no-cache",
    .more_headers = "X-Accel-Buffering: no\r\n"
                    "X-Content-Type-Options: nosniff\r\n"
                    "Referrer-Policy: no-referrer\r\n",
    .hello = profile_plain_hello,
    .record = envelope_record,
    .open = envelope_open,
    .live = plain_live,
    .gap = profile_plain_gap,
    .source = profile_plain_source,
    .keepalive = profile_plain_keepalive,
    .moved = envelope_moved,
    .end = profile_plain_end,
    .unavailable = profile_plain_unavailable,
};

static const struct profile *const profiles[] = {
    &profile_plain, &profile_envelope, &profile_smarter,
    &profile_tod,   &profile_swf,      &profile_astrbot,
};

const struct profile *profile_at(unsigned i)
{
    return i < sizeof profiles / sizeof(*profiles) ? profiles[i] : NULL;
}

const struct profile *profile_find(const char *name)
{
    const struct profile *p;

    for (unsigned i = 0; (p = profile_at(i)) != NULL; i++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}
