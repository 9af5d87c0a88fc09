/* SPDX-License-Identifier: MIT */
/*
 * mark: the place up to which an input was sent, and which file of a rotation it is in.  Pure
 * functions; the text of a mark is a line of the state file, or a place in Redis.
 */
#ifndef SSELOG_SEND_MARK_H
#define SSELOG_SEND_MARK_H

#include "base/buf.h"

#define MARK_HEAD 256 /* bytes at the start of a file by which it is known again */

struct mark {
    uint64_t device, inode;
    uint64_t offset;  /* bytes that were sent */
    uint64_t changed; /* when the file was written last: Unix time, ns */
    uint64_t length;  /* of the head: MARK_HEAD, or less in a short file */
    uint64_t hash;    /* of the head */
};

/* A hash of bytes, FNV-1a. start: MARK_HASH, or the hash of the bytes before them. */
#define MARK_HASH UINT64_C(14695981039346656037)
uint64_t mark_hash(uint64_t start, struct slice bytes);
/* Appends the line of a mark: numbers, then the path. */
void mark_write(struct buf *out, const struct mark *m, const char *path);
/* Reads a line without its end. 0, or -1: it is malformed. *path points into it. */
int mark_read(struct slice line, struct mark *m, struct slice *path);

/* A place in an input of lines: the bytes before it and their hash. A producer with a name begins
 * again with the same input. */
struct mark_lines {
    uint64_t bytes, hash;
};
void mark_lines_write(struct buf *out, const struct mark_lines *m);
/* -1: text is no place of lines, and *m is undefined. */
int mark_lines_read(struct slice text, struct mark_lines *m);

/* ---- rotation ---- */

/* A file of a rotation. */
struct mark_file {
    uint64_t device, inode, size, changed;
    uint64_t age;   /* by its name, from mark_age: the newest has 0 */
    bool same_head; /* its first bytes are those of the mark */
};

/* Whether a name of a directory is the file `base` or an older one of its rotation, not
 * compressed: base, base.1, base-20260102, base.old. *age: its order. */
bool mark_age(const char *base, const char *name, uint64_t *age);
/* The index of the file that the mark is in. It may be a copy if the file itself was emptied. -1:
 * none is. */
int mark_find(const struct mark *m, const struct mark_file *files, size_t n);
/* The index of the file that was written next after the mark's. -1: there is none. */
int mark_next(const struct mark *m, const struct mark_file *files, size_t n);

/* The next step of an open file. */
enum mark_step {
    MARK_READ, /* there is more */
    MARK_WAIT, /* nothing now */
    MARK_FIND, /* it was emptied or written again: look for the place */
    MARK_NEXT  /* it is complete: go on with the next file */
};
struct mark_facts {
    uint64_t size, read; /* of the open file: its bytes, those that were read */
    bool same_head;
    bool replaced;    /* the path names another file, which is not empty */
    int64_t quiet_ms; /* for so long nothing more was read */
    int64_t age_ms;   /* since the open file was written, by clocks that may differ */
};
#define MARK_QUIET_MS 1000 /* a program may write to a renamed file for so long */
enum mark_step mark_decide(const struct mark_facts *f);

#endif
