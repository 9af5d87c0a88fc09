/* SPDX-License-Identifier: MIT */
/*
 * profile_json: the dialects whose records are JSON on one line: tod, swf, astrbot. quiet_
 * functions write nothing: clients would take such a frame for a record, or were never given one.
 */
#include <stdio.h>

#include "profile_parts.h"
#include "pyjson.h"
#include "sse.h"

static void quiet(const struct profile *p, struct buf *b, const struct moment *m)
{
    (void)p;
    (void)b;
    (void)m;
}

static void quiet_gap(const struct profile *p, struct buf *b, const char *after, const char *next,
                      int64_t lost)
{
    (void)p;
    (void)b;
    (void)after;
    (void)next;
    (void)lost;
}

static void quiet_source(const struct profile *p, struct buf *b, bool live)
{
    (void)p;
    (void)b;
    (void)live;
}

static void quiet_moved(const struct profile *p, struct buf *b, struct xid id)
{
    (void)p;
    (void)b;
    (void)id;
}

static void quiet_end(const struct profile *p, struct buf *b, enum end_reason reason,
                      const struct moment *m)
{
    (void)p;
    (void)b;
    (void)reason;
    (void)m;
}

static void quiet_unavailable(const struct profile *p, struct buf *b, const char *reason,
                              const struct moment *m)
{
    (void)p;
    (void)b;
    (void)reason;
    (void)m;
}

/* json is one line already. */
static void data_line(const struct profile *p, struct buf *b, const struct buf *json)
{
    buf_adds(b, "data: ");
    buf_add(b, json->p, json->len);
    buf_adds(b, p->eol);
}

/* A record whose data is json, one line; nothing where memory ran out. */
static void one_line(const struct profile *p, struct buf *b, const struct record *r,
                     struct buf *json)
{
    if (json->failed)
        b->failed = true;
    p->open(p, b, r);
    data_line(p, b, json);
    sse_end(b, p->eol);
    buf_free(json);
}

/* ---- tod ---- */

/* Its page listens for names alone. */
static void tod_open(const struct profile *p, struct buf *b, const struct record *r)
{
    if (r->has_id)
        profile_id(p, b, r->id);
    sse_field(b, p->eol, "event", r->event.len > 0 ? r->event : slice_of("unknown"));
}

/* What is no JSON object was never delivered. */
static void tod_record(const struct profile *p, struct buf *b, struct record *r, bool history,
                       uint64_t nth)
{
    struct buf json;
    char note[PROFILE_NOTE];

    (void)history;
    (void)nth;
    buf_init(&json, b->max);
    if (pyjson_text(&json, profile_bounded(r->data, note), PYJSON_ASCII, NULL) == PYJSON_OBJECT)
        one_line(p, b, r, &json);
    else
        buf_free(&json);
}

static void tod_keepalive(const struct profile *p, struct buf *b, const struct moment *m)
{
    (void)m;
    sse_comment(b, p->eol, "heartbeat");
}

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

const struct profile profile_tod = {
    .name = "tod",
    .presets = tod_presets,
    .eol = "\r\n",
    .content_type = "text/event-stream; charset=utf-8",
    .cache_control = "no-store",
    .more_headers = "X-Accel-Buffering: no\r\n" TOD_HEADERS,
    .hello = quiet,
    .record = tod_record,
    .open = tod_open,
    .live = quiet,
    .gap = profile_plain_gap,
    .source = profile_plain_source,
    .keepalive = tod_keepalive,
    .moved = profile_plain_moved,
    .end = profile_plain_end,
    .unavailable = profile_plain_unavailable,
    .one_line = true,
    .late = true,
};

/* ---- swf ---- */

static void swf_hello(const struct profile *p, struct buf *b, const struct moment *m)
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

/* The event's name is the message's msg_type. Without an id a control frame's name would pass for
 * the real one. */
static void swf_open(const struct profile *p, struct buf *b, const struct record *r)
{
    struct slice name = slice_of("message");

    if (r->event.len > 0 && (r->has_id || !swf_is_control(r->event)))
        name = r->event;
    if (r->has_id)
        profile_id(p, b, r->id);
    sse_field(b, p->eol, "event", name);
}

/* One data line always: the Python client keeps the last one only. */
static void swf_record(const struct profile *p, struct buf *b, struct record *r, bool history,
                       uint64_t nth)
{
    struct record named = *r;
    struct buf json;
    char note[PROFILE_NOTE];

    (void)history;
    (void)nth;
    buf_init(&json, b->max);
    if (pyjson_text(&json, profile_bounded(r->data, note), PYJSON_ASCII, NULL) != PYJSON_OBJECT) {
        buf_free(&json);
        return;
    }
    if (!record_field(r, "msg_type", &named.event))
        named.event = slice_make(NULL, 0);
    one_line(p, b, &named, &json);
}

static void swf_keepalive(const struct profile *p, struct buf *b, const struct moment *m)
{
    if (m->has_id)
        profile_id(p, b, m->id);
    buf_addf(b, "event: heartbeat%sdata: {\"timestamp\": ", p->eol);
    pyjson_double(b, m->unix_time);
    buf_addf(b, "}%s%s", p->eol, p->eol);
}

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

const struct profile profile_swf = {
    .name = "swf",
    .presets = swf_presets,
    .eol = "\n",
    .content_type = "text/event-stream",
    .cache_control = "no-cache",
    .more_headers = "X-Accel-Buffering: no\r\n",
    .hello = swf_hello,
    .record = swf_record,
    .open = swf_open,
    .live = quiet,
    .gap = quiet_gap,
    .source = quiet_source,
    .keepalive = swf_keepalive,
    .moved = quiet_moved,
    .end = quiet_end,
    .unavailable = quiet_unavailable,
    .keepalive_fixed = true,
    .one_line = true,
    .late = true,
};

/* ---- astrbot ---- */

/* What is no object becomes an entry that the console can show, at the time Redis took it in. */
static void astrbot_made(struct buf *json, const struct record *r, struct slice text)
{
    buf_adds(json, "\"level\": \"INFO\", \"time\": ");
    pyjson_double(json, r->has_id ? (double)r->id.ms / 1000 : 0);
    buf_adds(json, ", \"data\": ");
    pyjson_string(json, text, PYJSON_UTF8);
    buf_addc(json, '}');
}

static void astrbot_record(const struct profile *p, struct buf *b, struct record *r, bool history,
                           uint64_t nth)
{
    static const char first[] = "{\"type\": \"log\", ";
    struct buf json;
    char note[PROFILE_NOTE];

    (void)history;
    (void)nth;
    buf_init(&json, b->max);
    buf_adds(&json, first);
    size_t at = json.len;
    enum pyjson_kind kind = pyjson_text(&json, profile_bounded(r->data, note), PYJSON_UTF8, NULL);
    if (kind != PYJSON_OBJECT) {
        json.len = at;
        astrbot_made(&json, r, profile_bounded(r->data, note));
    } else if (!json.failed && json.len == at + 2) { /* {} */
        json.len = at - 2;
        buf_addc(&json, '}');
    } else if (!json.failed) { /* its own '{' goes */
        memmove(json.p + at, json.p + at + 1, json.len - at);
        json.len--;
    }
    one_line(p, b, r, &json);
}

static const struct preset astrbot_presets[] = {
    {"SSELOG_AUTH", "jwt"},
    {"SSELOG_STREAM", "stream:logs:astrbot"},
    {"SSELOG_CHANNEL", "logs:astrbot"},
    {"SSELOG_JWT_USER", "username"},
    {"SSELOG_JWT_COOKIE", "astrbot_dashboard_jwt"},
    {"SSELOG_HISTORY", "0"}, /* its page fetches history by itself */
    {NULL, NULL},
};

const struct profile profile_astrbot = {
    .name = "astrbot",
    .presets = astrbot_presets,
    .eol = "\n",
    .content_type = "text/event-stream",
    .cache_control = "no-cache",
    .more_headers = "X-Accel-Buffering: no\r\n",
    .hello = quiet,
    .record = astrbot_record,
    .open = profile_open_unnamed,
    .live = quiet,
    .gap = profile_plain_gap,
    .source = profile_plain_source,
    .keepalive = profile_plain_keepalive,
    .moved = profile_plain_moved,
    .end = profile_plain_end,
    .unavailable = profile_plain_unavailable,
    .one_line = true,
    .late = true,
};
