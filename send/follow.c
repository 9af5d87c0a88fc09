/* SPDX-License-Identifier: MIT */
/* follow: see follow.h. */
#include "send/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "send/producer.h"
#include "send/rotation.h"
#include "send/state.h"

#define READ_SIZE (64 * 1024) /* of one file, before its place is saved */
#define LOOK_MS   250         /* between two looks at files that do not grow */
#define NO_PATH   "-"         /* in a place: its key has the path */

struct file {
    const char *path;
    const struct recipe *how;
    int fd; /* -1: not open */
    struct mark mark;
    bool told_gone; /* that the file of the mark is gone */
    struct input in;
    int64_t grew;      /* when it was read last */
    bool told_missing; /* that the path cannot be opened */
    struct producer producer;
    bool asked; /* Redis for the place that it has */
};

struct follow {
    struct sender *sender;
    const struct recipe *how;
    struct bundle *bundle;
    struct state state;
    struct file *files;
    size_t n;
    struct buf text; /* of the state file */
};

/* ---- places ---- */

static int save(struct follow *w)
{
    if (w->sender->plain)
        state_forget_name(&w->state);
    buf_clear(&w->text);
    for (size_t i = 0; i < w->n; i++) {
        struct file *f = &w->files[i];
        if (f->fd >= 0)
            rotation_note(f->fd, &f->mark);
        mark_write(&w->text, &f->mark, f->path);
    }
    return state_save(&w->state, buf_slice(&w->text));
}

/* Begins to read an open file at an offset. */
static void begin_file(struct follow *w, struct file *f, int fd, uint64_t offset)
{
    if (f->fd >= 0)
        close(f->fd);
    input_free(&f->in);
    input_init(&f->in, w->how);
    f->in.begun = offset > 0;
    f->fd = fd;
    f->told_gone = f->told_missing = false;
    f->grew = clock_ms();
    rotation_begin(fd, offset, &f->mark);
}

static void tell_missing(struct file *f, const char *why)
{
    if (!f->told_missing)
        diag(DIAG_WARNING, "send", "%s: %s; waiting for it", f->path, why);
    f->told_missing = true;
}

/* Other files have no places. To open a FIFO would wake its writer. */
static void open_path(struct follow *w, struct file *f)
{
    struct stat s;
    if (stat(f->path, &s) == 0 && !S_ISREG(s.st_mode)) {
        tell_missing(f, "it is no regular file");
        return;
    }
    int fd = open(f->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd >= 0)
        begin_file(w, f, fd, 0);
    else
        tell_missing(f, strerror(errno));
}

/* Opens the file of the rotation in which the mark is, else the one that was written next. */
static void open_marked(struct follow *w, struct file *f)
{
    uint64_t offset = f->mark.offset;
    int fd = rotation_open(f->path, &f->mark, ROTATION_FIND);
    if (fd < 0) {
        if (offset > 0 && !f->told_gone)
            diag(DIAG_WARNING, "send", "%s: the file that was read is gone; lines may be lost",
                 f->path);
        f->told_gone = true;
        offset = 0;
        fd = rotation_open(f->path, &f->mark, ROTATION_NEXT);
    }
    if (fd >= 0)
        begin_file(w, f, fd, offset);
    else
        open_path(w, f);
}

/* ---- places in Redis ---- */

static void write_place(void *arg, struct slice bytes, struct buf *out)
{
    const struct file *f = arg;
    struct mark m = f->mark;
    m.offset += bytes.len;
    rotation_note(f->fd, &m);
    mark_write(out, &m, NO_PATH);
    buf_cut(out, out->len > 0 ? out->len - 1 : 0); /* the line end */
}

static void take_sent(void *arg, struct slice bytes)
{
    struct file *f = arg;
    f->mark.offset += bytes.len;
}

/* Goes to a place of write_place. False: it is none. */
static bool go_to(void *arg, struct slice place)
{
    struct file *f = arg;
    struct mark m;
    struct slice path;
    if (mark_read(place, &m, &path))
        return false;
    if (f->fd >= 0)
        close(f->fd);
    f->fd = -1;
    f->mark = m;
    f->told_gone = false;
    input_free(&f->in);
    input_init(&f->in, f->how);
    return true;
}

/* Each file is a producer of its own. -1: out of memory. */
static int begin_producer(struct follow *w, struct file *f)
{
    const struct send_options *o = w->sender->options;
    char name[OFFSET_NAME];
    snprintf(name, sizeof name, "%s-%016" PRIx64, o->producer ? o->producer : w->state.name,
             mark_hash(MARK_HASH, slice_of(f->path)));
    f->producer =
        (struct producer){.arg = f, .place = write_place, .sent = take_sent, .rewind = go_to};
    return producer_init(&f->producer, o, name, o->producer ? 0 : PRODUCER_STATE);
}

/* ---- one file ---- */

/* Sends what was read. Afterwards the file may be closed, because Redis is at an earlier place. */
static int send_file(struct follow *w, struct file *f, bool flush)
{
    return producer_input(w->sender, &f->producer, w->how, w->bundle, &f->in, flush) < 0 ? -1 : 0;
}

/* The file gets no more lines: its last one is complete, also without a line end. As step(): 0: it
 * was closed meanwhile. */
static int end_file(struct follow *w, struct file *f)
{
    f->in.end = true;
    int bad = send_file(w, f, true);
    f->in.end = false;
    return bad ? -1 : f->fd >= 0;
}

/* Looks at the open file and at its path. */
static enum mark_step look(const struct file *f)
{
    struct stat open, there;
    if (fstat(f->fd, &open))
        return MARK_WAIT;
    bool exists = stat(f->path, &there) == 0;
    struct mark_facts facts = {.size = (uint64_t)open.st_size,
                               .read = f->mark.offset + f->in.bytes.len,
                               .same_head = rotation_same_head(f->fd, &f->mark),
                               .replaced =
                                   exists && there.st_size > 0 &&
                                   (there.st_ino != open.st_ino || there.st_dev != open.st_dev),
                               .quiet_ms = clock_ms() - f->grew,
                               .age_ms = rotation_age_ms(f->fd)};
    return mark_decide(&facts);
}

/* As step(). Some file systems tell a size that the file does not have. */
static int read_file(struct follow *w, struct file *f)
{
    if (buf_room(&f->in.bytes, READ_SIZE))
        return -1;
    ssize_t n = pread(f->fd, f->in.bytes.p + f->in.bytes.len, READ_SIZE,
                      (off_t)(f->mark.offset + f->in.bytes.len));
    if (n < 0)
        diag(DIAG_ERROR, "send", "%s: %s", f->path, strerror(errno));
    if (n <= 0)
        return n < 0 ? -1 : 0;
    f->in.bytes.len += (size_t)n;
    f->grew = clock_ms();
    return send_file(w, f, false) ? -1 : 1;
}

/* The file was emptied, or written again from its start. If a copy has the rest, it is read there.
 */
static int find_place(struct follow *w, struct file *f)
{
    uint64_t offset = f->mark.offset;
    int fd = rotation_open(f->path, &f->mark, ROTATION_FIND);
    if (fd < 0) {
        int ended = end_file(w, f);
        if (ended <= 0)
            return ended;
        offset = 0;
        fd = dup(f->fd);
    }
    if (fd < 0) {
        diag(DIAG_ERROR, "send", "%s: %s", f->path, strerror(errno));
        return -1;
    }
    begin_file(w, f, fd, offset);
    return 0;
}

/* As step(). The new file may not be readable yet. */
static int next_file(struct follow *w, struct file *f)
{
    int ended = end_file(w, f);
    if (ended <= 0)
        return ended < 0 ? -1 : 1;
    int fd = rotation_open(f->path, &f->mark, ROTATION_NEXT);
    if (fd >= 0)
        begin_file(w, f, fd, 0);
    else
        open_path(w, f);
    return !f->told_missing;
}

/* Redis has the place up to which the file is in the log. The state file is older after a kill, and
 * later after a failover that lost records. */
static int ask_place(struct follow *w, struct file *f)
{
    if (producer_find(w->sender, &f->producer))
        return -1;
    f->asked = true;
    struct slice place = offset_place(&f->producer.offset);
    if (place.len > 0 && !go_to(f, place))
        diag(DIAG_WARNING, "send", "%s: the key is no place of a file", f->producer.offset.key);
    return 0;
}

/* One step of a file. 1: it did something; 0: there is nothing to do; -1: not all was sent. */
static int step(struct follow *w, struct file *f)
{
    if (!f->asked && ask_place(w, f))
        return -1;
    if (f->fd < 0) {
        open_marked(w, f);
        return f->fd >= 0; /* the mark is saved before the first line is sent */
    }
    switch (look(f)) {
    case MARK_READ:
        return read_file(w, f);
    case MARK_FIND:
        return find_place(w, f) ? -1 : 1;
    case MARK_NEXT:
        return next_file(w, f);
    case MARK_WAIT:
        break;
    }
    if (f->in.held == 0 || clock_ms() - f->grew < JOIN_WAIT_MS)
        return 0;
    return send_file(w, f, true) ? -1 : 1; /* nothing follows in time */
}

/* ---- all files ---- */

/* A step of each file. As step(). */
static int step_all(struct follow *w)
{
    int done = 0;
    for (size_t i = 0; i < w->n && done >= 0; i++) {
        int one = step(w, &w->files[i]);
        done = one < 0 ? -1 : done | one;
    }
    return done;
}

/* Without a mark of an earlier run the file is read from its start, also if it is renamed before
 * the first line is sent. If there is no file, files count that are written from now on. */
static void begin_unknown(struct follow *w, struct file *f)
{
    open_path(w, f);
    if (f->fd < 0)
        f->mark = (struct mark){.changed = rotation_now()};
}

static int begin_all(struct follow *w)
{
    const struct send_options *o = w->sender->options;
    w->files = calloc(o->nfiles, sizeof *w->files);
    if (!w->files) {
        diag(DIAG_ERROR, "send", "out of memory or descriptors");
        return -1;
    }
    if (state_open(&w->state, o))
        return -1;
    for (; w->n < o->nfiles; w->n++) {
        struct file *f = &w->files[w->n];
        *f = (struct file){.path = o->files[w->n], .how = w->how, .fd = -1};
        input_init(&f->in, w->how);
        if (begin_producer(w, f)) {
            w->n++;
            return -1;
        }
        if (state_find(&w->state, f->path, &f->mark))
            begin_unknown(w, f);
    }
    return save(w); /* a state file that cannot be written is told at the start */
}

static size_t end_all(struct follow *w)
{
    size_t waiting = 0;
    for (size_t i = 0; i < w->n; i++) {
        waiting += w->files[i].in.bytes.len;
        input_free(&w->files[i].in);
        producer_free(&w->files[i].producer);
        if (w->files[i].fd >= 0)
            close(w->files[i].fd);
    }
    free(w->files);
    state_close(&w->state);
    buf_free(&w->text);
    return waiting;
}

int follow_run(struct sender *s, const struct recipe *how, struct bundle *bundle, size_t *waiting)
{
    struct follow w = {.sender = s, .how = how, .bundle = bundle, .state.locked = -1};
    buf_init(&w.text, 1024 * 1024);
    int bad = begin_all(&w);
    while (!bad && !s->stopping) {
        int done = step_all(&w);
        bad = done < 0 ? -1 : 0;
        if (done) /* also what was sent before an error */
            save(&w);
        sender_wait(s, -1, done > 0 ? 0 : LOOK_MS);
    }
    *waiting = end_all(&w);
    return bad;
}
