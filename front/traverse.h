/* SPDX-License-Identifier: MIT */
/*
 * traverse: goes through a part of a log in one direction, over as many reads as it takes, and
 * tells where records are missing. Forward it knows its place as the relay does (relay/place.h).
 * Knows nothing of requests and answers.
 *
 * Each read begins at the record that was taken last, which proves that it is the same log and that
 * nothing between was trimmed. Without that record XINFO tells what became of it. A single record
 * that was deleted is no gap.
 *
 * Invariant: records are taken in order, each once. One that was in the part when the traverse
 * began is taken, or was deleted by itself, or lies in a gap that was told, or is still to come.
 */
#ifndef SSELOG_FRONT_TRAVERSE_H
#define SSELOG_FRONT_TRAVERSE_H

#include "front/range.h"
#include "redis_io.h"
#include "relay/place.h"

enum traverse_state {
    TRAVERSE_BEGINS,
    TRAVERSE_READS,
    TRAVERSE_SEEKS, /* the record at which a read should begin was missing */
    TRAVERSE_ENDED  /* all of the part was looked at */
};

/* The caller sets the members up to arg, and zeros the others. */
struct traverse {
    const char *key;
    struct range range;
    bool forward;
    bool bounded;  /* forward: without records that are added after it began */
    bool resumed;  /* the records up to `at` were taken before, from the side where it begins */
    struct xid at; /* of the record that was taken last; valid with resumed or taken */
    unsigned most; /* of one read: as in struct redis_walk */
    /* False: no more for now. The next record to be taken is this one. */
    redis_walk_fn *take;
    void (*gap)(void *arg, const struct gap *gap);
    void *arg;

    /* For the caller to read. */
    enum traverse_state state;
    uint64_t taken;
    bool paused;           /* by take, or at the end of a walk: it stands still */
    bool has_beyond;       /* it ended at a record beyond the part */
    struct xid beyond;     /* its id */
    struct redis_info log; /* when it began */

    /* Private. */
    struct redis_sync *redis; /* of this call */
    struct redis_walk walk;
    struct place place; /* forward */
    bool anchored;      /* backward: reads begin at `edge`, and prove it */
    bool edge_taken;
    struct xid edge, began; /* began: the first record of the part, when it began */
    unsigned beginnings;
};

/* Goes on for about `slice` ms, or until it pauses or has ended. */
enum sync_result traverse_on(struct traverse *t, struct redis_sync *redis, unsigned slice);

#endif
