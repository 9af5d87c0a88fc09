/* SPDX-License-Identifier: MIT */
/* pipe: see pipe.h. During an outage of Redis it stops reading, so memory is bounded. */
#include "send/pipe.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "base/diag.h"
#include "send/journal.h"
#include "send/lines.h"
#include "send/mark.h"
#include "send/producer.h"
#include "send/state.h"

#define READ_SIZE   (64 * 1024)
#define CURSOR_ROOM 1100 /* bytes of a cursor and its line end */

struct pipe {
    struct sender *sender;
    const struct recipe *how;
    struct bundle *bundle;
    struct producer producer;
    struct input in;
    bool late;          /* the wait for more lines of a record is over */
    struct state state; /* with --state */
    bool journal;       /* places are cursors; else: */
    struct mark_lines at;
    struct mark_lines skipped; /* until it is `at` */
    struct buf cursor, next;   /* of the last entry that is in Redis, and in the batch */
    bool skips;                /* the input may begin with lines that are in Redis */
    bool unsaved;              /* the cursor is not in the state file */
};

/* ---- places ---- */

static struct mark_lines after(const struct pipe *p, struct mark_lines at, struct slice bytes)
{
    bool named = p->sender->options->producer != NULL;
    return (struct mark_lines){at.bytes + bytes.len, named ? mark_hash(at.hash, bytes) : at.hash};
}

static void write_place(void *arg, struct slice bytes, struct buf *out)
{
    struct pipe *p = arg;
    if (!p->journal) {
        struct mark_lines next = after(p, p->at, bytes);
        mark_lines_write(out, &next);
        return;
    }
    buf_clear(&p->next);
    buf_add(&p->next, p->cursor.p, p->cursor.len);
    journal_cursor(bytes, &p->next);
    buf_add(out, p->next.p, p->next.len);
}

static void take_sent(void *arg, struct slice bytes)
{
    struct pipe *p = arg;
    p->at = after(p, p->at, bytes);
    if (p->journal && bytes.len > 0)
        journal_cursor(bytes, &p->cursor);
    p->unsaved = p->unsaved || (p->journal && bytes.len > 0);
}

/* A cursor that cannot be saved is told, and is no reason to end. */
static void save_cursor(struct pipe *p)
{
    if (!p->unsaved || !p->sender->options->state || p->cursor.len == 0)
        return;
    if (p->sender->plain)
        state_forget_name(&p->state);
    buf_addc(&p->cursor, '\n');
    if (!p->cursor.failed)
        state_save(&p->state, buf_slice(&p->cursor));
    buf_cut(&p->cursor, p->cursor.len - 1);
    p->unsaved = false;
}

/* Reads the place that Redis has. */
static int begin_at(struct pipe *p, struct slice place)
{
    p->skips = place.len > 0;
    if (place.len == 0 || (p->journal ? buf_add(&p->cursor, place.p, place.len)
                                      : mark_lines_read(place, &p->at)) == 0)
        return 0;
    diag(DIAG_ERROR, "send", "%s: the key is no place of %s", p->producer.offset.key,
         p->journal ? "the journal" : "lines");
    return -1;
}

/* ---- lines that are in Redis ---- */

static int other_input(const struct pipe *p)
{
    diag(DIAG_ERROR, "send",
         "%s: the input does not begin with the %" PRIu64 " bytes that this producer has sent",
         p->sender->options->producer, p->at.bytes);
    return -1;
}

static int skip_bytes(struct pipe *p)
{
    struct slice in = buf_slice(&p->in.bytes);
    uint64_t left = p->at.bytes - p->skipped.bytes;
    in.len = in.len < left ? in.len : (size_t)left;
    p->skipped = after(p, p->skipped, in);
    buf_drop(&p->in.bytes, in.len);
    p->in.begun = true;
    p->skips = p->skipped.bytes < p->at.bytes;
    bool wrong = p->skips ? p->in.end : p->skipped.hash != p->at.hash;
    return wrong ? other_input(p) : 0;
}

/* An entry that is too long for one record has no cursor here: it, and what follows it, is sent. */
static void skip_entries(struct pipe *p)
{
    while (p->skips) {
        struct slice in = buf_slice(&p->in.bytes);
        const char *lf = in.len > 0 ? memchr(in.p, '\n', in.len) : NULL;
        p->skips = lf || in.len <= LINES_MAX;
        if (!lf)
            return;
        size_t n = (size_t)(lf - in.p);
        p->skips = journal_is_sent(slice_make(in.p, n), buf_slice(&p->cursor));
        if (p->skips)
            buf_drop(&p->in.bytes, n + 1);
    }
}

/* ---- input ---- */

/* Reads some input. -1: it cannot be read. */
static int read_some(struct pipe *p)
{
    struct sender *s = p->sender;
    bool holds = p->in.held > 0;
    if (buf_room(&p->in.bytes, READ_SIZE))
        return -1;
    bool readable = sender_wait(s, STDIN_FILENO, holds ? JOIN_WAIT_MS : -1);
    p->late = holds && !readable;
    if (s->stopping || !readable)
        return 0;
    ssize_t n = read(STDIN_FILENO, p->in.bytes.p + p->in.bytes.len, READ_SIZE);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return 0;
    if (n < 0) {
        diag(DIAG_ERROR, "send", "standard input: %s", strerror(errno));
        return -1;
    }
    p->in.end = n == 0;
    p->in.bytes.len += (size_t)n;
    return 0;
}

static int send_what_is_read(struct pipe *p)
{
    if (p->skips && !p->journal && skip_bytes(p))
        return -1;
    if (p->skips && p->journal)
        skip_entries(p);
    if (p->skips && !p->in.end)
        return 0;
    int bad = producer_input(p->sender, &p->producer, p->how, p->bundle, &p->in, p->late);
    save_cursor(p);
    return bad;
}

/* The rest without a line end is a record too, unless the next run reads it again. */
static int send_rest(struct pipe *p)
{
    const struct send_options *o = p->sender->options;
    if (p->sender->stopping && !p->in.end && (o->producer || o->state)) {
        p->in.bytes.len = 0;
        return 0;
    }
    p->in.end = true;
    return send_what_is_read(p);
}

/* A name that only this run has is in Redis for the first time. */
static int begin(struct pipe *p)
{
    const struct send_options *o = p->sender->options;
    char run[PRODUCER_RANDOM];
    if (producer_random(run))
        return -1;
    p->journal = o->form == FORM_JOURNAL;
    p->producer.arg = p;
    if (o->state && state_open(&p->state, o))
        return -1;
    const char *name = o->producer ? o->producer : o->state ? p->state.name : run;
    unsigned keep = o->producer ? 0 : o->state ? PRODUCER_STATE : PRODUCER_RUN;
    if (producer_init(&p->producer, o, name, keep))
        return -1;
    if (!o->producer && !o->state)
        return 0;
    if (producer_find(p->sender, &p->producer))
        return -1;
    return begin_at(p, offset_place(&p->producer.offset));
}

int pipe_run(struct sender *s, const struct recipe *how, struct bundle *bundle, size_t *waiting)
{
    struct pipe p = {.sender = s,
                     .how = how,
                     .bundle = bundle,
                     .producer = {.place = write_place, .sent = take_sent},
                     .state.locked = -1,
                     .at.hash = MARK_HASH,
                     .skipped.hash = MARK_HASH};
    buf_init(&p.cursor, CURSOR_ROOM);
    buf_init(&p.next, CURSOR_ROOM);
    input_init(&p.in, how);
    int bad = begin(&p);
    while (!bad && !p.in.end && !s->stopping)
        bad = read_some(&p) || send_what_is_read(&p);
    bad = bad || send_rest(&p);
    *waiting = p.in.bytes.len;
    input_free(&p.in);
    buf_free(&p.cursor);
    buf_free(&p.next);
    producer_free(&p.producer);
    state_close(&p.state);
    return bad ? -1 : 0;
}
