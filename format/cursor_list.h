/* SPDX-License-Identifier: MIT */
/*
 * cursor_list: the cursor of a stream of several logs, "web=5-0,api=7-0": for each log the last id
 * that the client has.  A log of which it has none is left out.  Pure.
 */
#ifndef SSELOG_FORMAT_CURSOR_LIST_H
#define SSELOG_FORMAT_CURSOR_LIST_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/position.h"

/* The most logs of one stream. */
#define CURSOR_LIST_MOST 16

/* Adds one log behind those that are there.  name needs no escaping: see config/log_word.h. */
void cursor_list_add(struct buf *b, const char *name, const struct position *at);
/* Whether text is such a list: names, none twice, each with an id. */
bool cursor_list_is(const char *text);
/* Finds the place in one log in a list.  False: it is left out. */
bool cursor_list_find(const char *text, const char *name, struct position *at);

#endif
