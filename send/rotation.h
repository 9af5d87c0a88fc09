/* SPDX-License-Identifier: MIT */
/* rotation: the files in the directory of a followed file that are, or were, that file. */
#ifndef SSELOG_SEND_ROTATION_H
#define SSELOG_SEND_ROTATION_H

#include "send/mark.h"

enum rotation_which {
    ROTATION_FIND, /* the file that the mark is in */
    ROTATION_NEXT  /* the one that was written next */
};

/* Opens a file of the rotation of path for reading. -1: there is none. */
int rotation_open(const char *path, const struct mark *m, enum rotation_which which);
/* The time that a file gets which is written now: Unix time, ns. */
uint64_t rotation_now(void);
/* Makes *m the mark of an open file at that offset. */
void rotation_begin(int fd, uint64_t offset, struct mark *m);
/* Brings the mark of the open file up to date after its offset moved on. */
void rotation_note(int fd, struct mark *m);
/* How long ago the open file was written, ms. */
int64_t rotation_age_ms(int fd);
/* Whether the open file begins as the file of the mark did. */
bool rotation_same_head(int fd, const struct mark *m);

#endif
