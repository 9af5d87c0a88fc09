/* SPDX-License-Identifier: MIT */
/*
 * follow: sends the lines of files as programs write them, over their rotation by renaming or by
 * copying and emptying, and over restarts of this program.
 *
 * Invariant: a mark is saved only after the records before it are in Redis.  So a kill loses no
 * line; those since the last mark are sent again.
 */
#ifndef SSELOG_SEND_FOLLOW_H
#define SSELOG_SEND_FOLLOW_H

#include "send/bundle.h"
#include "send/sender.h"

/* Follows the files of the options until a signal asks to stop. Returns 0, or -1: Redis refused a
 * record, took none when it was time to stop, or the state file cannot be used. *waiting: bytes
 * that were read and not sent. */
int follow_run(struct sender *s, const struct recipe *how, struct bundle *bundle, size_t *waiting);

#endif
