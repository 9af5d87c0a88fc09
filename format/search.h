/* SPDX-License-Identifier: MIT */
/*
 * search: whether a payload contains a text, as its reader sees it. A payload that is JSON is
 * searched twice: as it is, and with the escape sequences of its strings read. Pure.
 *
 * The time is linear in the payload for any text, because both may come from outside.
 */
#ifndef SSELOG_FORMAT_SEARCH_H
#define SSELOG_FORMAT_SEARCH_H

#include "base/buf.h"

enum search_case { SEARCH_EXACT, SEARCH_FOLDED }; /* case matters, or is ignored */

struct search; /* never changes after search_new; threads may share it */

/* Copies text, which is not empty. NULL: out of memory. */
struct search *search_new(struct slice text, enum search_case how);
/* s may be NULL. */
void search_free(struct search *s);
/* The text in the form that is sought: searches with equal forms and cases find the same. */
struct slice search_form(const struct search *s);
bool search_find(const struct search *s, struct slice payload);
/* The same in a text that is no payload, whose escape sequences stand for themselves. */
bool search_in(const struct search *s, struct slice text);

#endif
