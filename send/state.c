/* SPDX-License-Identifier: MIT */
/* state: see state.h. */
#include "send/state.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/diag.h"
#include "send/producer.h"

#define TEXT_MAX ((size_t)1024 * 1024)

static int fail(const struct buf *name, const char *why)
{
    diag(DIAG_ERROR, "send", "state file %s: %s", name->p ? name->p : "", why);
    return -1;
}

/* ---- the name ---- */

/* Makes a directory and those above it. */
static void make_directories(char *path)
{
    for (char *p = path + 1; *p; p++)
        if (*p == '/') {
            *p = '\0';
            mkdir(path, 0700);
            *p = '/';
        }
    mkdir(path, 0700);
}

/* systemd sets STATE_DIRECTORY for StateDirectory=; several names have colons between. */
static void add_directory(struct buf *name)
{
    const char *given = getenv("STATE_DIRECTORY"), *state = getenv("XDG_STATE_HOME"),
               *home = getenv("HOME");
    if (given && given[0])
        buf_add(name, given, strcspn(given, ":"));
    else if (geteuid() == 0)
        buf_adds(name, "/var/lib/sselog");
    else if (state && state[0])
        buf_addf(name, "%s/sselog", state);
    else
        buf_addf(name, "%s/.local/state/sselog", home ? home : "");
}

/* Different logs and different files have different names. */
static uint64_t hash_of(const struct send_options *o)
{
    char here[PATH_MAX] = "";
    uint64_t hash = mark_hash(MARK_HASH, slice_make(o->log, strlen(o->log) + 1));
    if (!getcwd(here, sizeof here))
        here[0] = '\0';
    for (size_t i = 0; i < o->nfiles; i++) {
        if (o->files[i][0] != '/')
            hash = mark_hash(hash, slice_of(here));
        hash = mark_hash(hash, slice_make(o->files[i], strlen(o->files[i]) + 1));
    }
    return hash;
}

static int name_files(struct state *st, const struct send_options *o)
{
    if (o->state) {
        buf_adds(&st->path, o->state);
    } else {
        add_directory(&st->path);
        if (!st->path.failed)
            make_directories(st->path.p);
        buf_addf(&st->path, "/send-%016" PRIx64, hash_of(o));
    }
    if (!st->path.failed) {
        buf_addf(&st->next, "%s.new", st->path.p);
        buf_addf(&st->lock, "%s.lock", st->path.p);
    }
    return st->path.failed || st->next.failed || st->lock.failed ? fail(&st->path, "too long") : 0;
}

/* ---- the file ---- */

static int lock(struct state *st)
{
    st->locked = open(st->lock.p, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (st->locked < 0)
        return fail(&st->lock, strerror(errno));
    return flock(st->locked, LOCK_EX | LOCK_NB) ? fail(&st->path, "another process uses it") : 0;
}

/* -1: it has none. */
static int read_name(struct state *st)
{
    ssize_t n = pread(st->locked, st->name, OFFSET_LIFE, 0);
    st->name[OFFSET_LIFE] = '\0';
    return n == OFFSET_LIFE && strspn(st->name, "0123456789abcdef") == OFFSET_LIFE ? 0 : -1;
}

/* A name that is lost costs no more than Redis's help after a kill. */
static int name_producer(struct state *st)
{
    if (read_name(st) == 0)
        return 0;
    if (producer_random(st->name))
        return -1;
    if (pwrite(st->locked, st->name, OFFSET_LIFE, 0) != OFFSET_LIFE || fsync(st->locked))
        return fail(&st->lock, strerror(errno));
    return 0;
}

void state_forget_name(struct state *st)
{
    if (st->locked < 0 || st->name[0] == '\0')
        return;
    st->name[0] = '\0';
    if (ftruncate(st->locked, 0) || fsync(st->locked))
        fail(&st->lock, strerror(errno));
}

static int read_text(struct state *st)
{
    int fd = open(st->path.p, O_RDONLY | O_CLOEXEC);
    ssize_t n = 0;
    if (fd < 0)
        return errno == ENOENT ? 0 : fail(&st->path, strerror(errno));
    do {
        st->text.len += (size_t)n;
        if (buf_room(&st->text, 4096)) {
            close(fd);
            return fail(&st->path, "malformed");
        }
        n = read(fd, st->text.p + st->text.len, 4096);
    } while (n > 0);
    close(fd);
    return n < 0 ? fail(&st->path, strerror(errno)) : 0;
}

/* The next line of text. False: there is none. */
static bool next_line(struct slice *text, struct slice *line)
{
    const char *lf = text->len > 0 ? memchr(text->p, '\n', text->len) : NULL;
    if (!lf)
        return false;
    *line = slice_make(text->p, (size_t)(lf - text->p));
    *text = slice_make(lf + 1, text->len - line->len - 1);
    return true;
}

#define MALFORMED "malformed; without it the files are read from their start"

static int check_text(const struct state *st)
{
    struct slice text = buf_slice(&st->text), line, path;
    struct mark m;
    while (next_line(&text, &line))
        if (mark_read(line, &m, &path))
            return fail(&st->path, MALFORMED);
    return text.len > 0 ? fail(&st->path, MALFORMED) : 0;
}

int state_open(struct state *st, const struct send_options *o)
{
    *st = (struct state){.locked = -1};
    buf_init(&st->path, PATH_MAX);
    buf_init(&st->next, PATH_MAX);
    buf_init(&st->lock, PATH_MAX);
    buf_init(&st->text, TEXT_MAX);
    if (name_files(st, o) || lock(st) || name_producer(st) || read_text(st))
        return -1;
    return o->nfiles > 0 ? check_text(st) : 0; /* journalctl reads a cursor, and checks it */
}

void state_close(struct state *st)
{
    if (st->locked >= 0)
        close(st->locked);
    buf_free(&st->path);
    buf_free(&st->next);
    buf_free(&st->lock);
    buf_free(&st->text);
}

int state_find(const struct state *st, const char *path, struct mark *m)
{
    struct slice text = buf_slice(&st->text), line, name;
    while (next_line(&text, &line))
        if (mark_read(line, m, &name) == 0 && slice_equal(name, slice_of(path)))
            return 0;
    *m = (struct mark){0};
    return 1;
}

/* 0, or -1 with errno. */
static int replace(const struct state *st, struct slice text)
{
    int fd = open(st->next.p, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text.p, text.len);
    int error = n == (ssize_t)text.len ? 0 : n < 0 ? errno : ENOSPC;
    if (!error && fsync(fd))
        error = errno;
    close(fd);
    if (!error && rename(st->next.p, st->path.p) == 0)
        return 0;
    errno = error ? error : errno;
    return -1;
}

int state_save(struct state *st, struct slice text)
{
    bool bad = replace(st, text) != 0;
    if (bad && !st->failed)
        fail(&st->path, strerror(errno));
    st->failed = bad;
    return bad ? -1 : 0;
}
