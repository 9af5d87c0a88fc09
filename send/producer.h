/* SPDX-License-Identifier: MIT */
/*
 * producer: sends the records of one input, each once and in order.  Redis keeps the place up to
 * which they are in the log (redis/once.h); the input tells how a place is written.  Without the
 * rights to that, records are sent as before: a lost answer may repeat some.
 */
#ifndef SSELOG_SEND_PRODUCER_H
#define SSELOG_SEND_PRODUCER_H

#include "redis/once.h"
#include "send/sender.h"

#define PRODUCER_RUN    (24 * 3600)       /* seconds that Redis keeps the place of one run */
#define PRODUCER_STATE  (30 * 24 * 3600)  /* of a state file, which has the place too */
#define PRODUCER_RANDOM (OFFSET_LIFE + 1) /* bytes of a random name, with its NUL */

struct producer {
    struct redis_offset offset;
    struct buf text; /* of a place */
    /* of the input */
    void *arg;
    /* Writes the place after these bytes, which are the next ones of the input. */
    void (*place)(void *arg, struct slice bytes, struct buf *out);
    /* These bytes are in the log. */
    void (*sent)(void *arg, struct slice bytes);
    /* Goes back to an earlier place. False: it cannot; then it goes on. NULL: it never can. */
    bool (*rewind)(void *arg, struct slice place);
};

/* A random name. -1: the system has none, which was told. */
int producer_random(char name[PRODUCER_RANDOM]);
/* keep: seconds, or 0 for ever. -1: it failed, which was told. producer_free must follow; it
 * takes a zeroed producer too. */
int producer_init(struct producer *p, const struct send_options *o, const char *name,
                  unsigned keep);
void producer_free(struct producer *p);
/* Waits for the place that Redis has: offset_place. -1: give up. */
int producer_find(struct sender *s, struct producer *p);
/* Sends all complete records of an input and drops their bytes. flush: of bundle_fill. It repeats
 * what fails; after a signal to stop it tries only once. -1: some are not sent. 1: the input went
 * back, and `in` is another one now. */
int producer_input(struct sender *s, struct producer *p, const struct recipe *how, struct bundle *b,
                   struct input *in, bool flush);

#endif
