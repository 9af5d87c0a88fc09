/* SPDX-License-Identifier: MIT */
/*
 * state: the file that holds the marks of followed files, or the cursor of the journal.  Only one
 * process uses it at a time; it is replaced as a whole, so a kill or a loss of power leaves the old
 * or the new one.  The file that is locked beside it holds the name under which Redis knows the
 * same.
 */
#ifndef SSELOG_SEND_STATE_H
#define SSELOG_SEND_STATE_H

#include "redis/offset.h"
#include "send/mark.h"
#include "send/options.h"

struct state {
    struct buf path, next, lock; /* names */
    int locked;                  /* descriptor of the lock, or -1 */
    char name[OFFSET_LIFE + 1];  /* of the producer: random, made with the file */
    struct buf text;             /* of the file, as it was read */
    bool failed;                 /* the last save failed, which was told */
};

/* Opens the state file of the options, or of files and log without one; see sselog-send(1). -1:
 * another process uses it, or it cannot be read, which was told. state_close must follow. */
int state_open(struct state *st, const struct send_options *o);
/* The next process gets another name, because Redis does not hear of what this one saves. Only the
 * first call counts. */
void state_forget_name(struct state *st);
void state_close(struct state *st);
/* Finds the mark of a path. 0: *m has it; 1: there is none. */
int state_find(const struct state *st, const char *path, struct mark *m);
/* Replaces the file by the text. -1: it failed, which was told once. */
int state_save(struct state *st, struct slice text);

#endif
