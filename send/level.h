/* SPDX-License-Identifier: MIT */
/* level: the level that a line of text names, for the records that `send` makes. Pure functions. */
#ifndef SSELOG_SEND_LEVEL_H
#define SSELOG_SEND_LEVEL_H

#include "base/buf.h"

/* Finds the level that text tells, by the rules of format/level.h. *level is the word in text, or
 * the usual name where a letter, a number or the form of the text tells it. False: there is none,
 * and *level stays. */
bool level_find(struct slice text, struct slice *level);
/* The name of a priority of syslog, 0 to 7; NULL: priority is no such number. */
const char *level_of_priority(struct slice priority);

#endif
