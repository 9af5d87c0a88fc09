/* SPDX-License-Identifier: MIT */
/* pipe: see pipe.h. During an outage of Redis it stops reading, so memory is bounded. */
#include "send/pipe.h"

#include <errno.h>
#include <unistd.h>

#include "base/diag.h"
#include "send/journal.h"
#include "send/state.h"

#define READ_SIZE   (64 * 1024)
#define CURSOR_ROOM 1100 /* bytes of a cursor and its line end */

struct pipe {
    struct sender *sender;
    const struct recipe *how;
    struct bundle *bundle;
    struct input in;
    bool late;          /* the wait for more lines of a record is over */
    struct state state; /* with --state */
    struct buf cursor;  /* of the last entry of the journal that is in Redis */
};

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

/* A cursor that cannot be saved is told, and is no reason to end. */
static void save_cursor(struct pipe *p)
{
    buf_addc(&p->cursor, '\n');
    if (!p->cursor.failed)
        state_save(&p->state, buf_slice(&p->cursor));
}

static int send_what_is_read(struct pipe *p)
{
    size_t used;
    buf_clear(&p->cursor);
    if (p->sender->options->state)
        journal_cursor(buf_slice(&p->in.bytes), &p->cursor);
    if (sender_input(p->sender, p->how, p->bundle, &p->in, p->late, &used))
        return -1;
    if (p->cursor.len > 0)
        save_cursor(p);
    return 0;
}

int pipe_run(struct sender *s, const struct recipe *how, struct bundle *bundle, size_t *waiting)
{
    struct pipe p = {.sender = s, .how = how, .bundle = bundle, .state.locked = -1};
    buf_init(&p.cursor, CURSOR_ROOM);
    input_init(&p.in, how);
    int bad = s->options->state ? state_open(&p.state, s->options) : 0;
    while (!bad && !p.in.end && !s->stopping)
        bad = read_some(&p) || send_what_is_read(&p);
    p.in.end = true; /* the rest without a line end is a record too */
    bad = bad || send_what_is_read(&p);
    *waiting = p.in.bytes.len;
    input_free(&p.in);
    buf_free(&p.cursor);
    state_close(&p.state);
    return bad ? -1 : 0;
}
