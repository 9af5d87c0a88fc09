/* SPDX-License-Identifier: MIT */
/* profile_smarter: the profile of smarter. History is one event with a JSON array; live records are
 * sent line by line. */
#include "format/profile_parts.h"
#include "format/pyjson.h"
#include "sse.h"

/* The page needs a string `message` in each element, and breaks without it. */
static bool smarter_has_message(enum pyjson_kind kind, const struct pyjson_member *message)
{
    return kind == PYJSON_OBJECT && message->value.len > 0 && message->value.p[0] == '"';
}

/* Writes one element of the array. An object with a message is written as it is; one without gets
 * its own text as message. Any other payload becomes {"message": text}. */
static void smarter_element(struct buf *b, struct slice data)
{
    struct pyjson_member message = {.name = "message"};
    char note[PROFILE_NOTE];
    size_t before = b->len;
    enum pyjson_kind kind = PYJSON_NONE;
    if (!profile_shorten(&data, note))
        kind = pyjson_text(b, data, PYJSON_ASCII, &message);
    if (b->failed || smarter_has_message(kind, &message))
        return;
    if (kind != PYJSON_OBJECT) {
        buf_cut(b, before);
        profile_message(b, data);
        return;
    }
    buf_cut(b, b->len - 1); /* the payload's '}' */
    buf_adds(b, b->p[b->len - 1] == '{' ? "\"message\": " : ", \"message\": ");
    pyjson_string(b, data, PYJSON_ASCII);
    buf_addc(b, '}');
}

/* Drops one line end at the end of s: like Python's str.splitlines, it makes no empty last line. */
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

void smarter_bulk(const struct profile *p, struct buf *b, struct record *r, uint64_t nth)
{
    (void)p;
    buf_adds(b, nth == 0 ? "event: bulk\ndata: [" : ", ");
    smarter_element(b, r->data);
}

/* The page parses JSON and shows other text unchanged. */
void smarter_record(const struct profile *p, struct buf *b, struct record *r)
{
    struct pyjson_member message = {.name = "message"};
    enum pyjson_kind kind = pyjson_text(NULL, r->data, PYJSON_ASCII, &message);
    if (kind == PYJSON_NONE || smarter_has_message(kind, &message)) {
        profile_open(p, b, r);
        sse_data(b, p->eol, without_last_end(r->data));
        sse_end(b, p->eol);
    } else {
        profile_line_begin(p, b, r);
        smarter_element(b, r->data);
        profile_line_end(p, b);
    }
}

/* A client that resumes keeps its list, which a bulk event would replace.  The id is in the bulk's
 * own block: some clients only keep ids of events that they dispatch. */
void smarter_live(const struct profile *p, struct buf *b, const struct moment *m)
{
    if (m->resumed)
        return;
    buf_adds(b, m->replayed > 0 ? "]\n" : "event: bulk\ndata: []\n");
    if (m->has_id)
        profile_id(p, b, m->id);
    sse_end(b, p->eol);
}
