/* SPDX-License-Identifier: MIT */
/*
 * command: any command on a synchronous connection, with its answer as text.  For `sselog doctor`,
 * which asks about Redis itself and tells the server's own words.
 */
#ifndef SSELOG_REDIS_COMMAND_H
#define SSELOG_REDIS_COMMAND_H

#include "redis_io.h"

/* Sends one command and appends its answer to text: a string as it is, a number in decimal. Each
 * element of an array has a line of its own, which is empty for an array or nil. SYNC_MISSING: the
 * answer is nil. SYNC_REFUSED: text has the error. SYNC_DOWN: text has the reason. A subscription
 * makes the connection useless for other calls. */
enum sync_result redis_sync_command(struct redis_sync *s, const struct slice *words, size_t n,
                                    struct buf *text);

#endif
