/* SPDX-License-Identifier: MIT */
/*
 * list: moves a list of Redis, which other programs fill by RPUSH or LPUSH, into a log.  An element
 * waits in a second list until the transaction that adds it to the log, so that each arrives once,
 * at any time of a kill.  An element whose record would be longer than Redis takes goes to a third
 * list.
 */
#ifndef SSELOG_SEND_LIST_H
#define SSELOG_SEND_LIST_H

#include "send/bundle.h"
#include "send/sender.h"

/* Moves elements until a signal asks to stop. Returns 0, or -1: Redis refused one, or took none
 * when it was time to stop. */
int list_run(struct sender *s, const struct recipe *how, struct bundle *bundle);

/* ---- pure ---- */

/* How many elements to read next, after `count` of `most` were read with that many bytes. */
size_t list_pace(size_t most, size_t count, size_t bytes);

#endif
