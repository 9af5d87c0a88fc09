/* SPDX-License-Identifier: MIT */
/* list: see list.h. */
#include "send/list.h"

#include <stdlib.h>

#include "base/diag.h"
#include "redis/slot.h"

#define WAIT_MS 250 /* for an element; a signal to stop waits as long */
/* BUNDLE_MAX elements, one of them long. */
#define TEXT_MAX (REDIS_VALUE_MAX + (size_t)32 * 1024 * 1024)

struct list {
    struct sender *sender;
    const struct recipe *how;
    struct bundle *bundle;
    struct redis_queue queue;
    char *taken, *aside; /* names of the second list and of that for elements that are too long */
    size_t most;         /* elements that are read at once */
    size_t want;         /* elements that are taken at once */
    size_t owed;         /* elements that were taken and are not moved on yet */
    /* of the last read */
    struct buf text;
    size_t ends[BUNDLE_MAX];
    size_t n;
    bool too_long; /* the first of them */
};

size_t list_pace(size_t most, size_t count, size_t bytes)
{
    if (bytes > BUNDLE_BYTES)
        return count > 1 ? count / 2 : 1;
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
    l->too_long = false;
    bundle_begin(l->bundle);
    for (size_t i = 0; i < l->n && more && from < BUNDLE_BYTES; i++) {
        struct slice element = slice_make(l->text.p + from, l->ends[i] - from);
        more = bundle_add(l->bundle, l->how, element);
        if (bundle_drop_long(l->bundle, element)) {
            l->too_long = i == 0;
            break;
        }
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

/* n elements are moved on; another process may have taken them. */
static void count_moved(struct list *l, size_t n)
{
    l->owed -= n < l->owed ? n : l->owed;
}

/* As read_taken. */
static int move_batch(struct list *l)
{
    size_t done;
    enum sync_result r =
        redis_sync_move(l->sender->redis, &l->queue, l->bundle->adds, l->bundle->n, &done);
    int next = sender_after(l->sender, r, done > 0);
    count_moved(l, done);
    if (done > 0)
        sender_count(l->sender, done);
    return done > 0 && next >= 0 && sender_trim(l->sender) ? -1 : next;
}

/* The first element would block all others. As read_taken. */
static int set_aside(struct list *l)
{
    bool moved;
    enum sync_result r = redis_sync_set_aside(l->sender->redis, &l->queue, l->aside, &moved);
    if (moved) {
        count_moved(l, 1);
        diag(DIAG_ERROR, "send",
             "%s: an element of %zu bytes makes a record of more than %zu; it is now the last one "
             "of the list %s",
             l->queue.list, l->ends[0], REDIS_VALUE_MAX, l->aside);
    }
    return sender_after(l->sender, r, moved);
}

/* Moves all elements that were taken into the log. After a signal to stop only as many as this
 * process took: others may take elements all the time. -1: give up. */
static int move_taken(struct list *l)
{
    for (;;) {
        int next = read_taken(l);
        if (next == 0 && l->n == 0) {
            l->owed = 0;
            return 0;
        }
        if (next == 0)
            next = l->too_long ? set_aside(l) : move_batch(l);
        if (next < 0)
            return -1;
        sender_wait(l->sender, -1, 0); /* looks for a signal */
        if (l->sender->stopping && l->owed == 0)
            return 0;
    }
}

/* Takes elements, one or, while many come, some. -1: give up. */
static int take(struct list *l)
{
    size_t got;
    enum sync_result r = redis_sync_take(l->sender->redis, &l->queue, l->want, WAIT_MS, &got);
    if (r == SYNC_OK)
        l->want = got < l->want ? 1 : list_pace(l->want, got, 0);
    l->owed += got;
    l->sender->list_refused = r == SYNC_REFUSED;
    return sender_after(l->sender, r, false) < 0 ? -1 : 0;
}

/* The name of another list, in the slot of the first. NULL: out of memory. */
static char *make_name(const char *list, const char *suffix)
{
    size_t size = strlen(list) + strlen(suffix) + SLOT_KEY_MORE;
    char *name = malloc(size);
    if (name)
        slot_key(list, suffix, name, size);
    return name;
}

static int begin(struct list *l, const struct send_options *o)
{
    buf_init(&l->text, TEXT_MAX);
    l->taken = make_name(o->list, ":moving");
    l->aside = make_name(o->list, ":refused");
    l->queue = (struct redis_queue){o->list, l->taken, o->newest_first};
    if (l->taken && l->aside)
        return 0;
    diag(DIAG_ERROR, "send", "out of memory or descriptors");
    return -1;
}

int list_run(struct sender *s, const struct recipe *how, struct bundle *bundle)
{
    struct list l = {.sender = s, .how = how, .bundle = bundle, .most = 1, .want = 1};
    int bad = begin(&l, s->options) || move_taken(&l) ? -1 : 0;
    while (!bad && !s->stopping) {
        bad = take(&l) || move_taken(&l) ? -1 : 0;
        sender_wait(s, -1, 0);
    }
    free(l.taken);
    free(l.aside);
    buf_free(&l.text);
    return bad;
}
