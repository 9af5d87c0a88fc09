/* SPDX-License-Identifier: MIT */
/* profile_smarter: the dialect of smarter: history as one event, an array; live records line by
 * line. */
#include <stdio.h>

#include "profile_parts.h"
#include "pyjson.h"
#include "sse.h"

static void smarter_text(struct buf *b, struct slice text)
{
    buf_adds(b, "{\"message\": ");
    pyjson_string(b, text, PYJSON_ASCII);
    buf_addc(b, '}');
}

/* The page takes `message` of each element for a string, and breaks on one without. */
static bool smarter_has_message(enum pyjson_kind kind, const struct pyjson_member *message)
{
    return kind == PYJSON_OBJECT && message->value.len > 0 && message->value.p[0] == '"';
}

/* One element of the array: the payload itself; text as {"message": text}; an object without a
 * message with its own text as one. */
static void smarter_element(struct buf *b, struct slice data)
{
    struct pyjson_member message = {.name = "message"};
    char note[PROFILE_NOTE];
    size_t before = b->len;

    data = profile_bounded(data, note);
    enum pyjson_kind kind = pyjson_text(b, data, PYJSON_ASCII, &message);
    if (b->failed || smarter_has_message(kind, &message))
        return;
    if (kind != PYJSON_OBJECT) {
        b->len = before;
        smarter_text(b, data);
        return;
    }
    b->len--; /* its '}' */
    buf_adds(b, b->p[b->len - 1] == '{' ? "\"message\": " : ", \"message\": ");
    pyjson_string(b, data, PYJSON_ASCII);
    buf_addc(b, '}');
}

/* As str.splitlines has it, one line end at the end of a payload is none of its lines. */
static struct slice without_last_end(struct slice s)
{
    if (s.len > 0 && s.p[s.len - 1] == '\n')
        s.len--;
    else if (s.len == 0 || s.p[s.len - 1] != '\r')
        return s;
    else
        return slice_make(s.p, s.len - 1);
    if (s.len > 0 && s.p[s.len - 1] == '\r')
        s.len--;
    return s;
}

/* History is one event whose data is an array, live records are events of their own. */
static void smarter_record(const struct profile *p, struct buf *b, struct record *r, bool history,
                           uint64_t nth)
{
    struct pyjson_member message = {.name = "message"};

    if (history) {
        buf_adds(b, nth == 0 ? "event: bulk\ndata: [" : ", ");
        smarter_element(b, r->data);
        return;
    }
    enum pyjson_kind kind = pyjson_text(NULL, r->data, PYJSON_ASCII, &message);
    p->open(p, b, r);
    if (kind == PYJSON_NONE || smarter_has_message(kind, &message)) {
        sse_data(b, p->eol, without_last_end(r->data));
    } else {
        buf_adds(b, "data: ");
        smarter_element(b, r->data);
        buf_adds(b, p->eol);
    }
    sse_end(b, p->eol);
}

/* A client that resumes has its list: a bulk would replace it. */
static void smarter_live(const struct profile *p, struct buf *b, const struct moment *m)
{
    (void)p;
    if (!m->resumed)
        buf_adds(b, m->replayed > 0 ? "]\n\n" : "event: bulk\ndata: []\n\n");
}

static const struct preset smarter_presets[] = {
    {"SSELOG_STREAM", "stream:logs:User.{user}"},
    {"SSELOG_CHANNEL", "logs:User.{user}"},
    {"SSELOG_SKIP_LEVEL", "DEBUG"},
    {"SSELOG_SKIP_TEXT",
     "smarter.apps.dashboard.views.terminal_emulator.api.streams.stream_user_logs()| DEBUG "},
    {"SSELOG_SKIP_LOGGER", "smarter.apps.dashboard.views.terminal_emulator.api.streams"},
    {NULL, NULL},
};

const struct profile profile_smarter = {
    .name = "smarter",
    .presets = smarter_presets,
    .eol = "\n",
    .content_type = "text/event-stream",
    .cache_control = "no-cache",
    .more_headers = "X-Accel-Buffering: no\r\n",
    .hello = profile_plain_hello,
    .record = smarter_record,
    .open = profile_open_unnamed,
    .live = smarter_live,
    .gap = profile_plain_gap,
    .source = profile_plain_source,
    .keepalive = profile_plain_keepalive,
    .moved = profile_plain_moved,
    .end = profile_plain_end,
    .unavailable = profile_plain_unavailable,
    .bulk = true,
};
