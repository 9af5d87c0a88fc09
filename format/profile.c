/* SPDX-License-Identifier: MIT */
/*
 * profile: see profile.h.  This file has the frames of the plain profile.  profile_table.c has the
 * rows, and other profile_*.c the functions of the other rows.
 *
 * Invariant: a reader can tell records from control frames (events gap, live, source, end, ping,
 * progress, token, unavailable). A record with an event name always has an id field; a control
 * frame never has one. So a record that its producer named "end" keeps that name. A message without
 * an id gets none.
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
        [END_LIFETIME] = "lifetime", [END_SHUTDOWN] = "shutdown", [END_REVOKED] = "revoked",
        [END_EXPIRED] = "expired",   [END_REPLACED] = "replaced", [END_POLL] = "poll",
    };
    return names[reason];
}

/* ---- parts of frames ---- */

void profile_control(const struct profile *p, struct buf *b, const char *event, const char *data)
{
    if (p->control) {
        p->control(p, b, event, data);
        return;
    }
    sse_field(b, p->eol, "event", slice_of(event));
    sse_field(b, p->eol, "data", slice_of(data));
    sse_end(b, p->eol);
}

static void add_position(const struct profile *p, struct buf *b, const struct position *at)
{
    char text[POSITION_TEXT];
    size_t len = position_format(at, text);
    buf_adds(b, "id: "); /* not sse_field: digits and a hyphen need no care */
    buf_add(b, text, len);
    buf_adds(b, p->eol);
}

void profile_id(const struct profile *p, struct buf *b, struct xid id)
{
    add_position(p, b, &(struct position){.id = id, .rank = RANK_UNKNOWN});
}

void profile_record_id(const struct profile *p, struct buf *b, const struct record *r)
{
    if (r->has_id && r->log.len == 0)
        add_position(p, b, &(struct position){r->id, r->rank, r->epoch});
}

void profile_cursor(const struct profile *p, struct buf *b, const char *cursor)
{
    if (p->control) /* lines say their log and id */
        return;
    buf_adds(b, "id: ");
    buf_adds(b, cursor);
    buf_adds(b, p->eol);
}

/* EventSource itself fires events of these names, and many pages close at an error. */
static const char *name_of_event_source(struct slice name)
{
    static const char *const names[] = {"error", "open"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (slice_equal(name, slice_of(names[i])))
            return names[i];
    return NULL;
}

void profile_event(const struct profile *p, struct buf *b, const struct record *r)
{
    size_t at = b->len, from = at + strlen("event: "), eol = strlen(p->eol);
    sse_event(b, p->eol, r->event_prefix, r->event);
    if (b->failed)
        return;
    /* The written name counts: CR, LF and NUL in a name are dropped. */
    const char *name = name_of_event_source(slice_make(b->p + from, b->len - eol - from));
    if (!name)
        return;
    buf_cut(b, at);
    sse_event(b, p->eol, slice_of("record-"), slice_of(name));
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
             "Status: 200 OK\r\nContent-Type: %s\r\nCache-Control: no-store, no-transform\r\n"
             "X-Accel-Buffering: no\r\n%s",
             p->content_type, p->headers);
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
        add_position(p, b, &(struct position){r->id, r->rank, r->epoch});
        if (r->event.len > 0 && !p->unnamed)
            profile_event(p, b, r);
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

/* The members of the counts, each with a comma before it; "" in a profile that has none. */
static const char *add_counts(const struct profile *p, const struct moment *m, char out[96])
{
    const struct stream_counts *c = &m->counts;
    char withheld[24] = "null";
    out[0] = '\0';
    if (c->withheld >= 0)
        snprintf(withheld, sizeof withheld, "%" PRId64, c->withheld);
    if (p->counts)
        snprintf(out, 96, ",\"sent\":%" PRIu64 ",\"withheld\":%s,\"lost\":%" PRIu64, c->sent,
                 withheld, c->lost);
    return out;
}

void profile_live(const struct profile *p, struct buf *b, const struct moment *m)
{
    char data[160], counts[96];
    if (p->live) {
        p->live(p, b, m);
    } else if (!p->late) {
        snprintf(data, sizeof data, "{\"replayed\":%" PRIu64 "%s}", m->replayed,
                 add_counts(p, m, counts));
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

void profile_gap_data(char data[PROFILE_GAP_DATA], const struct gap_frame *gap)
{
    char from[XID_TEXT + 2], to[XID_TEXT + 2], log[80] = "", count[24] = "null", reason[40] = "";
    json_id(from, gap->after);
    json_id(to, gap->next);
    if (gap->log) /* config/ allows letters, digits and few signs */
        snprintf(log, sizeof log, "\"log\":\"%s\",", gap->log);
    if (gap->lost >= 0)
        snprintf(count, sizeof count, "%" PRId64, gap->lost);
    if (gap->reason)
        snprintf(reason, sizeof reason, ",\"reason\":\"%s\"", gap->reason);
    snprintf(data, PROFILE_GAP_DATA, "{%s\"after\":%s,\"next\":%s,\"lost\":%s%s}", log, from, to,
             count, reason);
}

void profile_gap(const struct profile *p, struct buf *b, const struct gap_frame *gap)
{
    char data[PROFILE_GAP_DATA];
    if (p->mute)
        return;
    profile_gap_data(data, gap);
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

void profile_moved_to(const struct profile *p, struct buf *b, const char *cursor)
{
    if (p->moved) {
        p->moved(p, b, cursor);
    } else if (!p->mute) {
        profile_cursor(p, b, cursor);
        sse_end(b, p->eol);
    }
}

void profile_moved(const struct profile *p, struct buf *b, const struct position *at)
{
    char text[POSITION_TEXT];
    position_format(at, text);
    profile_moved_to(p, b, text);
}

/* first: members that go before. */
static void search_frame(const struct profile *p, struct buf *b, const char *event,
                         const char *first, const struct profile_counts *c)
{
    char data[256], text[XID_TEXT], at[XID_TEXT + 2];
    xid_format(c->at, text);
    json_id(at, c->has_at ? text : NULL);
    snprintf(data, sizeof data, "{%s\"scanned\":%" PRIu64 ",\"at\":%s,\"matched\":%" PRIu64 "}",
             first, c->scanned, at, c->matched);
    profile_control(p, b, event, data);
}

void profile_progress(const struct profile *p, struct buf *b, struct profile_counts c)
{
    search_frame(p, b, "progress", "", &c);
}

void profile_search_end(const struct profile *p, struct buf *b, const char *reason,
                        struct profile_counts c)
{
    char first[64];
    snprintf(first, sizeof first, "\"reason\":\"%s\",", reason);
    search_frame(p, b, "end", first, &c);
}

void profile_over(const struct profile *p, struct buf *b, const char *word)
{
    if (p->control || p->mute) /* not of an EventSource */
        return;
    sse_field(b, p->eol, "id", slice_of(word));
    sse_end(b, p->eol);
}

static void final_frames(const struct profile *p, struct buf *b, const char *event,
                         const char *reason, const struct moment *m, bool polls, const char *counts)
{
    char data[256], every[32] = "", retry[32] = "";
    if (p->mute)
        return;
    if (polls)
        snprintf(every, sizeof every, ",\"every\":%u", m->retry_ms);
    if (p->control)
        snprintf(retry, sizeof retry, ",\"retry\":%u", m->retry_ms);
    else
        sse_retry(b, p->eol, m->retry_ms);
    snprintf(data, sizeof data, "{\"reason\":\"%s\"%s%s%s}", reason, every, counts, retry);
    profile_control(p, b, event, data);
}

void profile_end(const struct profile *p, struct buf *b, enum end_reason reason,
                 const struct moment *m)
{
    char counts[96];
    final_frames(p, b, "end", end_reason_name(reason), m, reason == END_POLL,
                 add_counts(p, m, counts));
}

void profile_unavailable(const struct profile *p, struct buf *b, const char *reason,
                         const struct moment *m)
{
    final_frames(p, b, "unavailable", reason, m, false, "");
}

void profile_token(const struct profile *p, struct buf *b, const char *token, unsigned seconds)
{
    char data[128];
    if (p->mute)
        return;
    snprintf(data, sizeof data, "{\"token\":\"%s\",\"expires_in\":%u}", token, seconds);
    profile_control(p, b, "token", data);
    explicit_bzero(data, sizeof data);
}
