/* SPDX-License-Identifier: MIT */
/* events: see events.h. */
#include "verify/events.h"

#define MAX_RETRY 86400000 /* ms */

enum { LINE_KEPT = 4096, DATA_KEPT = 4096 };

void events_init(struct events *s, events_fn *fn, void *arg)
{
    *s = (struct events){.fn = fn, .arg = arg};
    buf_init(&s->line, LINE_KEPT);
    buf_init(&s->id, LINE_KEPT);
    buf_init(&s->name, LINE_KEPT);
    buf_init(&s->data, DATA_KEPT);
    s->line.secret = s->data.secret = true; /* an exchange token */
}

void events_free(struct events *s)
{
    buf_free(&s->line);
    buf_free(&s->id);
    buf_free(&s->name);
    buf_free(&s->data);
}

/* As much as fits. */
static void add(struct buf *b, const char *p, size_t len)
{
    size_t room = b->max - b->len;
    buf_add(b, p, len < room ? len : room);
}

static void set(struct buf *b, struct slice value)
{
    buf_clear(b);
    add(b, value.p, value.len);
}

static void forget_event(struct events *s)
{
    buf_clear(&s->id);
    buf_clear(&s->name);
    buf_clear(&s->data);
    s->now = (struct event){0};
    s->any = false;
}

static void dispatch(struct events *s)
{
    struct event e = s->now;
    e.id = buf_slice(&s->id);
    e.name = buf_slice(&s->name);
    e.data = buf_slice(&s->data);
    if (s->any)
        s->fn(s->arg, &e);
    forget_event(s);
}

/* Several data lines are joined by LF. */
static void add_data(struct events *s, struct slice value)
{
    if (s->now.has_data)
        add(&s->data, "\n", 1);
    add(&s->data, value.p, value.len);
    s->now.has_data = true;
}

static void take_field(struct events *s, struct slice name, struct slice value)
{
    s->any = true;
    if (slice_equal(name, slice_of("data"))) {
        add_data(s, value);
    } else if (slice_equal(name, slice_of("event"))) {
        set(&s->name, value);
    } else if (slice_equal(name, slice_of("id")) && !(value.len && memchr(value.p, 0, value.len))) {
        set(&s->id, value);
        s->now.has_id = true;
    } else if (slice_equal(name, slice_of("retry"))) {
        s->now.has_retry = slice_number(value, 0, MAX_RETRY, &s->now.retry) == 0;
    }
}

static void take_line(struct events *s)
{
    struct slice name = buf_slice(&s->line), value = slice_make("", 0);
    const char *colon = name.len > 0 ? memchr(name.p, ':', name.len) : NULL;
    if (name.len == 0) {
        dispatch(s);
        return;
    }
    if (colon) {
        value = slice_after(name, (size_t)(colon - name.p) + 1);
        name.len = (size_t)(colon - name.p);
    }
    if (value.len > 0 && value.p[0] == ' ')
        value = slice_after(value, 1);
    if (name.len > 0) /* else it is a comment */
        take_field(s, name, value);
}

static void end_of_line(struct events *s)
{
    static const char mark[] = "\xef\xbb\xbf";
    if (!s->begun && s->line.len >= 3 && memcmp(s->line.p, mark, 3) == 0)
        buf_drop(&s->line, 3);
    s->begun = true;
    take_line(s);
    buf_clear(&s->line);
}

/* The length of the part of p that is on the present line. */
static size_t line_part(const char *p, size_t len)
{
    const char *lf = memchr(p, '\n', len);
    size_t part = lf ? (size_t)(lf - p) : len;
    const char *cr = memchr(p, '\r', part);
    return cr ? (size_t)(cr - p) : part;
}

void events_feed(struct events *s, const char *p, size_t len)
{
    while (len > 0) {
        bool lf_of_cr = s->after_cr && *p == '\n';
        size_t part = lf_of_cr ? 0 : line_part(p, len);
        add(&s->line, p, part);
        s->after_cr = part < len && p[part] == '\r';
        if (part < len && !lf_of_cr)
            end_of_line(s);
        size_t used = part < len ? part + 1 : part;
        p += used;
        len -= used;
    }
}

void events_end(struct events *s)
{
    buf_clear(&s->line);
    forget_event(s);
    s->begun = s->after_cr = false;
}
