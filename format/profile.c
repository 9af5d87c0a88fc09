/* SPDX-License-Identifier: MIT */
/*
 * profile: see profile.h. This file has the rows and the frames of the plain profile; profile_*.c
 * have the functions of the other rows.
 *
 * Invariant: a reader can tell records from control frames (events gap, live, source, end,
 * unavailable). A record with an event name always has an id field; a control frame never has one.
 * So a record that its producer named "end" keeps that name. A message without an id gets none.
 */
#include "format/profile.h"

#include <inttypes.h>
#include <stdio.h>

#include "format/profile_parts.h"
#include "format/pyjson.h"
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

/* ---- parts of frames ---- */

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

void profile_line_begin(const struct profile *p, struct buf *b, const struct record *r)
{
    profile_open(p, b, r);
    buf_adds(b, "data: ");
}

void profile_line_end(const struct profile *p, struct buf *b)
{
    buf_adds(b, p->eol);
    sse_end(b, p->eol);
}

bool profile_shorten(struct slice *data, char note[PROFILE_NOTE])
{
    if (data->len <= PROFILE_MAX_WRITTEN)
        return false;
    snprintf(note, PROFILE_NOTE, "(a record of %zu bytes)", data->len);
    *data = slice_of(note);
    return true;
}

void profile_message(struct buf *b, struct slice text)
{
    buf_adds(b, "{\"message\": ");
    pyjson_string(b, text, PYJSON_ASCII);
    buf_addc(b, '}');
}

/* ---- frames ---- */

void profile_head(const struct profile *p, struct buf *b)
{
    buf_addf(b,
             "Status: 200 OK\r\nContent-Type: %s\r\nCache-Control: %s\r\nX-Accel-Buffering: no\r\n"
             "%s",
             p->content_type, p->cache_control, p->headers);
}

void profile_refuse(const struct profile *p, struct buf *b, const char *reason)
{
    buf_addf(b,
             "Status: 503 Service Unavailable\r\nContent-Type: application/json\r\n"
             "Cache-Control: no-store\r\nRetry-After: 30\r\n%s\r\n{\"error\":\"%s\"}",
             p->headers, reason);
}

void profile_first_frame(const struct profile *p, struct buf *b, const struct moment *m)
{
    if (p->first_frame) {
        p->first_frame(p, b, m);
    } else if (!p->late) {
        sse_retry(b, p->eol, m->retry_ms);
        sse_end(b, p->eol);
    }
}

void profile_open(const struct profile *p, struct buf *b, const struct record *r)
{
    if (p->open) {
        p->open(p, b, r);
    } else if (r->has_id) {
        profile_id(p, b, r->id);
        if (r->event.len > 0 && !p->unnamed)
            sse_field(b, p->eol, "event", r->event);
    }
}

void profile_record(const struct profile *p, struct buf *b, struct record *r, bool history,
                    uint64_t nth)
{
    if (history && p->bulk) {
        p->bulk(p, b, r, nth);
    } else if (p->record) {
        p->record(p, b, r);
    } else {
        profile_open(p, b, r);
        sse_data(b, p->eol, r->data);
        sse_end(b, p->eol);
    }
}

void profile_live(const struct profile *p, struct buf *b, const struct moment *m)
{
    char data[64];
    if (p->live) {
        p->live(p, b, m);
    } else if (!p->late) {
        snprintf(data, sizeof data, "{\"replayed\":%" PRIu64 "}", m->replayed);
        profile_control(p, b, "live", data);
    }
}

/* Writes an id as a JSON value. It needs no escaping: an id has only digits and a hyphen. */
static void json_id(char out[XID_TEXT + 2], const char *id)
{
    if (id)
        snprintf(out, XID_TEXT + 2, "\"%s\"", id);
    else
        snprintf(out, XID_TEXT + 2, "null");
}

void profile_gap(const struct profile *p, struct buf *b, const char *after, const char *next,
                 int64_t lost)
{
    char data[192], from[XID_TEXT + 2], to[XID_TEXT + 2], count[24] = "null";
    if (p->mute)
        return;
    json_id(from, after);
    json_id(to, next);
    if (lost >= 0)
        snprintf(count, sizeof count, "%" PRId64, lost);
    snprintf(data, sizeof data, "{\"after\":%s,\"next\":%s,\"lost\":%s}", from, to, count);
    profile_control(p, b, "gap", data);
}

void profile_source(const struct profile *p, struct buf *b, bool live)
{
    if (!p->mute)
        profile_control(p, b, "source", live ? "{\"state\":\"live\"}" : "{\"state\":\"lost\"}");
}

void profile_keepalive(const struct profile *p, struct buf *b, const struct moment *m)
{
    if (p->keepalive)
        p->keepalive(p, b, m);
    else
        sse_comment(b, p->eol, "keepalive");
}

void profile_moved(const struct profile *p, struct buf *b, struct xid id)
{
    if (p->moved) {
        p->moved(p, b, id);
    } else if (!p->mute) {
        profile_id(p, b, id);
        sse_end(b, p->eol);
    }
}

static void final_frames(const struct profile *p, struct buf *b, const char *event,
                         const char *reason, const struct moment *m)
{
    char data[128];
    if (p->mute)
        return;
    snprintf(data, sizeof data, "{\"reason\":\"%s\"}", reason);
    sse_retry(b, p->eol, m->retry_ms);
    profile_control(p, b, event, data);
}

void profile_end(const struct profile *p, struct buf *b, enum end_reason reason,
                 const struct moment *m)
{
    final_frames(p, b, "end", end_reason_name(reason), m);
}

void profile_unavailable(const struct profile *p, struct buf *b, const char *reason,
                         const struct moment *m)
{
    final_frames(p, b, "unavailable", reason, m);
}

/* ---- envelope ---- */

/* EventSource gives a script only events whose names it listens for, and never an id without
 * data. In this profile all records are unnamed and have their name inside; a moved cursor is an
 * event. */
static void envelope_record(const struct profile *p, struct buf *b, struct record *r)
{
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
    buf_addc(b, '}');
    profile_line_end(p, b);
}

/* A long record is sent without envelope, as the event "record". */
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

#define PLAIN_HEAD                                                                                 \
    .eol = "\n", .content_type = "text/event-stream", .cache_control = "no-cache",                 \
    .headers = "X-Content-Type-Options: nosniff\r\n"                                               \
               "Referrer-Policy: no-referrer\r\n"
/* The headers of all answers of The Other Dude's API. */
#define TOD_HEADERS                                                                                \
    "X-Content-Type-Options: nosniff\r\n"                                                          \
    "X-Frame-Options: DENY\r\n"                                                                    \
    "X-DNS-Prefetch-Control: on\r\n"                                                               \
    "Referrer-Policy: strict-origin-when-cross-origin\r\n"                                         \
    "Permissions-Policy: camera=(), microphone=(), geolocation=(self)\r\n"

static const struct preset smarter_presets[] = {
    {"SSELOG_STREAM", "stream:logs:User.{user}"},
    {"SSELOG_CHANNEL", "logs:User.{user}"},
    {"SSELOG_SKIP_LEVEL", "DEBUG"},
    {"SSELOG_SKIP_TEXT",
     "smarter.apps.dashboard.views.terminal_emulator.api.streams.stream_user_logs()| DEBUG "},
    {"SSELOG_SKIP_LOGGER", "smarter.apps.dashboard.views.terminal_emulator.api.streams"},
    {NULL, NULL},
};

static const struct preset tod_presets[] = {
    {"SSELOG_AUTH", "token"},
    {"SSELOG_ROUTE", "/api/tenants/{tenant}/events/stream"},
    {"SSELOG_STREAM", "stream:events"},
    {"SSELOG_CHANNEL", "events"},
    {"SSELOG_MATCH", "tenant_id={tenant}"},
    {"SSELOG_ADMIN_ROLES", "super_admin"},
    {"SSELOG_JWT_COOKIE", "access_token"},
    {"SSELOG_HISTORY", "0"}, /* the page makes a new EventSource every 25 s */
    {NULL, NULL},
};

static const struct preset swf_presets[] = {
    {"SSELOG_AUTH", "remote_user bearer"},
    {"SSELOG_SOURCE", "channels"},
    {"SSELOG_CHANNEL", "workflow_events"},
    {"SSELOG_STREAM", "stream:workflow_events"},
    {"SSELOG_FILTERS", "msg_types=msg_type agents=processed_by run_ids=run_id"},
    {"SSELOG_HISTORY", "100"},
    {"SSELOG_KEEPALIVE", "30"},
    {NULL, NULL},
};

static const struct preset astrbot_presets[] = {
    {"SSELOG_AUTH", "jwt"},
    {"SSELOG_STREAM", "stream:logs:astrbot"},
    {"SSELOG_CHANNEL", "logs:astrbot"},
    {"SSELOG_JWT_USER", "username"},
    {"SSELOG_JWT_COOKIE", "astrbot_dashboard_jwt"},
    {"SSELOG_HISTORY", "0"}, /* its page fetches history by itself */
    {NULL, NULL},
};

static const struct profile envelope = {
    .id = PROFILE_ENVELOPE,
    .name = "envelope",
    PLAIN_HEAD,
    .record = envelope_record,
    .open = envelope_open,
    .moved = envelope_moved,
    .whole = 64 * 1024,
};

static const struct profile plain = {
    .id = PROFILE_PLAIN,
    .name = "plain",
    .enveloped = &envelope,
    PLAIN_HEAD,
    .whole = 64 * 1024,
};

static const struct profile smarter = {
    .id = PROFILE_SMARTER,
    .name = "smarter",
    .presets = smarter_presets,
    PLAIN_HEAD,
    .record = smarter_record,
    .bulk = smarter_bulk,
    .live = smarter_live,
    .whole = PROFILE_MAX_WRITTEN,
    .unnamed = true,
};

static const struct profile tod = {
    .id = PROFILE_TOD,
    .name = "tod",
    .presets = tod_presets,
    .eol = "\r\n",
    .content_type = "text/event-stream; charset=utf-8",
    .cache_control = "no-store",
    .headers = TOD_HEADERS,
    .record = object_record,
    .open = tod_open,
    .keepalive = tod_keepalive,
    .whole = SIZE_MAX,
    .late = true,
};

static const struct profile swf = {
    .id = PROFILE_SWF,
    .name = "swf",
    .presets = swf_presets,
    PLAIN_HEAD,
    .first_frame = swf_first_frame,
    .record = swf_record,
    .open = swf_open,
    .keepalive = swf_keepalive,
    .whole = SIZE_MAX,
    .late = true,
    .mute = true,
    .keepalive_fixed = true,
};

static const struct profile astrbot = {
    .id = PROFILE_ASTRBOT,
    .name = "astrbot",
    .presets = astrbot_presets,
    PLAIN_HEAD,
    .record = astrbot_record,
    .whole = SIZE_MAX,
    .unnamed = true,
    .late = true,
};

#define ROW(ID, row) [PROFILE_##ID] = &row,
static const struct profile *const profiles[PROFILE_COUNT] = {PROFILES(ROW)};

const struct profile *profile_at(unsigned i)
{
    return i < PROFILE_COUNT ? profiles[i] : NULL;
}

const struct profile *profile_find(const char *name)
{
    const struct profile *p;
    for (unsigned i = 0; (p = profile_at(i)) != NULL; i++)
        if (strcmp(p->name, name) == 0)
            return p;
    return NULL;
}
