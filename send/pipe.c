/* SPDX-License-Identifier: MIT */
/* pipe: see pipe.h. During an outage of Redis it stops reading, so memory is bounded. */
#include "send/pipe.h"

#include <errno.h>
#include <unistd.h>

#include "base/diag.h"

#define READ_SIZE (64 * 1024)

struct pipe {
    struct sender *sender;
    const struct recipe *how;
    struct bundle *bundle;
    struct input in;
    bool late; /* the wait for more lines of a record is over */
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

static int send_what_is_read(struct pipe *p)
{
    size_t used;
    return sender_input(p->sender, p->how, p->bundle, &p->in, p->late, &used);
}

int pipe_run(struct sender *s, const struct recipe *how, struct bundle *bundle, size_t *waiting)
{
    struct pipe p = {.sender = s, .how = how, .bundle = bundle};
    int bad = 0;
    input_init(&p.in, how);
    while (!bad && !p.in.end && !s->stopping)
        bad = read_some(&p) || send_what_is_read(&p);
    p.in.end = true; /* the rest without a line end is a record too */
    bad = bad || send_what_is_read(&p);
    *waiting = p.in.bytes.len;
    input_free(&p.in);
    return bad ? -1 : 0;
}
