/* SPDX-License-Identifier: MIT */
/* list: see list.h. */
#include "send/list.h"

#include "base/diag.h"

#define WAIT_MS  250               /* for an element; a signal to stop waits as long */
#define TEXT_MAX ((size_t)1 << 30) /* Redis has elements of up to 512 MB */

struct list {
    struct sender *sender;
    const struct recipe *how;
    struct bundle *bundle;
    struct redis_queue queue;
    struct buf name; /* of the second list */
    size_t most;     /* elements that are read at once */
    size_t want;     /* elements that are taken at once */
    /* of the last read */
    struct buf text;
    size_t ends[BUNDLE_MAX];
    struct slice elements[BUNDLE_MAX]; /* those of the bundle, at least */
    size_t n;
};

void list_taken_name(const char *list, struct buf *out)
{
    const char *open = strchr(list, '{');
    const char *close = open ? strchr(open, '}') : NULL;
    bool tagged = close && close > open + 1;
    buf_addf(out, tagged ? "%s:moving" : "{%s}:moving", list);
}

size_t list_pace(size_t most, size_t count, size_t bytes)
{
    if (bytes > BUNDLE_BYTES)
        return most > 1 ? most / 2 : 1;
    return count == most && most * 2 <= BUNDLE_MAX ? most * 2 : most;
}

/* ---- moving ---- */

static void take_element(void *arg, struct slice element)
{
    struct list *l = arg;
    buf_add(&l->text, element.p, element.len);
    l->ends[l->n++] = l->text.len;
}

static void make_batch(struct list *l)
{
    size_t from = 0;
    bool more = true;
    bundle_begin(l->bundle);
    for (size_t i = 0; i < l->n && more && from < BUNDLE_BYTES; i++) {
        l->elements[i] = slice_make(l->text.p + from, l->ends[i] - from);
        more = bundle_add(l->bundle, l->how, l->elements[i]);
        from = l->ends[i];
    }
    bundle_end(l->bundle);
}

/* Reads elements that were taken, and makes a bundle of them. Returns as sender_after. */
static int read_taken(struct list *l)
{
    buf_clear(&l->text);
    l->n = 0;
    enum sync_result r = redis_sync_taken(l->sender->redis, &l->queue, l->sender->options->log,
                                          l->most, take_element, l);
    int next = sender_after(l->sender, r, false);
    if (next)
        return next;
    l->most = list_pace(l->most, l->n, l->text.len);
    make_batch(l);
    if (!l->text.failed && !l->bundle->made.failed)
        return 0;
    diag(DIAG_ERROR, "send", "out of memory or descriptors");
    return -1;
}

/* Moves all elements that were taken into the log. -1: give up. */
static int move_taken(struct list *l)
{
    for (;;) {
        bool moved = false;
        int next = read_taken(l);
        if (next == 0 && l->n == 0)
            return 0;
        if (next == 0) {
            enum sync_result r = redis_sync_move(l->sender->redis, &l->queue, l->bundle->adds,
                                                 l->elements, l->bundle->n, &moved);
            next = sender_after(l->sender, r, moved);
        }
        if (moved)
            sender_count(l->sender, l->bundle->n);
        if (next < 0 || (moved && sender_trim(l->sender)))
            return -1;
    }
}

/* Takes elements, one or, while many come, some. -1: give up. */
static int take(struct list *l)
{
    size_t got;
    enum sync_result r = redis_sync_take(l->sender->redis, &l->queue, l->want, WAIT_MS, &got);
    if (r == SYNC_OK)
        l->want = got < l->want ? 1 : list_pace(l->want, got, 0);
    return sender_after(l->sender, r, false) < 0 ? -1 : 0;
}

int list_run(struct sender *s, const struct recipe *how, struct bundle *bundle)
{
    struct list l = {.sender = s, .how = how, .bundle = bundle, .most = 1, .want = 1};
    buf_init(&l.name, 1024 * 1024);
    buf_init(&l.text, TEXT_MAX);
    list_taken_name(s->options->list, &l.name);
    l.queue = (struct redis_queue){s->options->list, l.name.p, s->options->newest_first};
    int bad = l.name.failed ? -1 : move_taken(&l);
    while (!bad && !s->stopping) {
        bad = take(&l) || move_taken(&l);
        sender_wait(s, -1, 0); /* looks for a signal */
    }
    buf_free(&l.name);
    buf_free(&l.text);
    return bad;
}
