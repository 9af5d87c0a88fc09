/* SPDX-License-Identifier: MIT */
/* rotation: see rotation.h. The decisions are in mark.c. */
#include "send/rotation.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define FILES_MAX 1000 /* files of one rotation */
#define SCANS     5    /* of a directory in which files are renamed meanwhile */

static uint64_t changed_at(const struct stat *s)
{
    return (uint64_t)s->st_mtim.tv_sec * 1000000000 + (uint64_t)s->st_mtim.tv_nsec;
}

/* Files get the time of this clock, which is behind others by some ms. */
uint64_t rotation_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_REALTIME_COARSE, &t);
    return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

int64_t rotation_age_ms(int fd)
{
    struct stat s;
    return fstat(fd, &s) ? 0 : ((int64_t)rotation_now() - (int64_t)changed_at(&s)) / 1000000;
}

/* -1: the file has no `length` bytes. */
static int hash_head(int fd, size_t length, uint64_t *hash)
{
    char head[MARK_HEAD];
    if (length > 0 && pread(fd, head, length, 0) != (ssize_t)length)
        return -1;
    *hash = mark_hash(MARK_HASH, slice_make(head, length));
    return 0;
}

void rotation_note(int fd, struct mark *m)
{
    struct stat s;
    size_t length = m->offset < MARK_HEAD ? (size_t)m->offset : MARK_HEAD;
    if (fstat(fd, &s) == 0) {
        m->device = s.st_dev;
        m->inode = s.st_ino;
        m->changed = changed_at(&s);
    }
    if (m->length < length && hash_head(fd, length, &m->hash) == 0)
        m->length = length;
}

void rotation_begin(int fd, uint64_t offset, struct mark *m)
{
    *m = (struct mark){.offset = offset, .hash = MARK_HASH};
    rotation_note(fd, m);
}

bool rotation_same_head(int fd, const struct mark *m)
{
    uint64_t hash;
    return hash_head(fd, (size_t)m->length, &hash) == 0 && hash == m->hash;
}

/* ---- the directory ---- */

struct candidates {
    int directory;
    char base[NAME_MAX + 1];
    struct mark_file files[FILES_MAX];
    char names[FILES_MAX][NAME_MAX + 1];
    size_t n;
    bool moved; /* a name was that of another file when it was opened */
};

/* Adds a regular file of the rotation. */
static void add_candidate(struct candidates *c, const struct mark *m, const char *name)
{
    struct stat s;
    uint64_t age;
    if (c->n == FILES_MAX || !mark_age(c->base, name, &age) || fstatat(c->directory, name, &s, 0) ||
        !S_ISREG(s.st_mode))
        return;
    int fd = openat(c->directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0)
        return;
    snprintf(c->names[c->n], sizeof c->names[0], "%s", name);
    c->files[c->n++] = (struct mark_file){.device = s.st_dev,
                                          .inode = s.st_ino,
                                          .size = (uint64_t)s.st_size,
                                          .changed = changed_at(&s),
                                          .age = age,
                                          .same_head = rotation_same_head(fd, m)};
    close(fd);
}

/* Opens the directory of a path, perhaps without the right to list it, and keeps the last part of
 * the path. -1: it cannot be opened. */
static int open_directory(struct candidates *c, const char *path)
{
    char directory[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int n = slash == path ? 1 : slash ? (int)(slash - path) : 0;
    snprintf(directory, sizeof directory, "%.*s", n > 0 ? n : 1, n > 0 ? path : ".");
    snprintf(c->base, sizeof c->base, "%s", slash ? slash + 1 : path);
    return c->directory = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

/* Without the right to list the directory there is only the file itself. */
static void add_candidates(struct candidates *c, const struct mark *m)
{
    int fd = openat(c->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    DIR *d = fd < 0 ? NULL : fdopendir(fd);
    const struct dirent *entry;
    if (!d) {
        if (fd >= 0)
            close(fd);
        add_candidate(c, m, c->base);
        return;
    }
    while ((entry = readdir(d)))
        add_candidate(c, m, entry->d_name);
    closedir(d);
}

/* Opens a file by the name that it had. */
static int open_candidate(struct candidates *c, int i)
{
    struct stat s;
    int fd = openat(c->directory, c->names[i], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    c->moved =
        fd < 0 || fstat(fd, &s) || s.st_ino != c->files[i].inode || s.st_dev != c->files[i].device;
    if (fd < 0 || !c->moved)
        return fd;
    close(fd);
    return -1;
}

static int open_one(struct candidates *c, const struct mark *m, enum rotation_which which)
{
    c->n = 0;
    c->moved = false;
    add_candidates(c, m);
    int i = which == ROTATION_FIND ? mark_find(m, c->files, c->n) : mark_next(m, c->files, c->n);
    return i < 0 ? -1 : open_candidate(c, i);
}

/* When a name in the directory was changed last. */
static uint64_t names_changed(const struct candidates *c)
{
    struct stat s;
    return fstat(c->directory, &s) ? 0 : changed_at(&s);
}

int rotation_open(const char *path, const struct mark *m, enum rotation_which which)
{
    struct candidates *c = calloc(1, sizeof *c);
    if (!c)
        return -1;
    int fd = -1;
    bool again = open_directory(c, path) >= 0;
    for (int i = 0; again && i < SCANS; i++) {
        uint64_t before = names_changed(c);
        fd = open_one(c, m, which);
        again = fd < 0 && (c->moved || names_changed(c) != before);
    }
    if (c->directory >= 0)
        close(c->directory);
    free(c);
    return fd;
}
