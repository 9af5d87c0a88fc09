/* SPDX-License-Identifier: MIT */
/* level: the level that a line of text names.  Pure functions. */
#ifndef SSELOG_SEND_LEVEL_H
#define SSELOG_SEND_LEVEL_H

#include "base/buf.h"

#define LEVEL_LOOK 120 /* bytes at the start of a text that are searched */

/* Finds the first level in text: a word in capitals, or in small letters after "level=". The names
 * are those of filter_level. *level points into text. False: there is none. */
bool level_find(struct slice text, struct slice *level);
/* The name of a priority of syslog, 0 to 7; NULL: priority is no such number. */
const char *level_of_priority(struct slice priority);

#endif
