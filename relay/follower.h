/* SPDX-License-Identifier: MIT */
/*
 * follower: a viewer's place in one of its logs.  A viewer of several logs has a follower in each,
 * and they share its connection.  Knows no bytes, and calls nothing that writes.
 */
#ifndef SSELOG_RELAY_FOLLOWER_H
#define SSELOG_RELAY_FOLLOWER_H

#include "relay/core.h"

/* Its place gets that state; the counts follow. */
void follower_set_place(struct follower *f, enum place_state state);
/* Forgets the facts about its place, and waits for nothing any more. */
void follower_seek_place(struct follower *f);
/* The same after a read did not find the record at its cursor. */
void follower_seek_missing(struct follower *f);
/* Takes it out of the counts, or puts it into them: its viewer is going to end, or begins. */
void follower_count(const struct follower *f, int by);
/* Whether its viewer may get on by it: it is not LIVE and waits for nothing. */
bool follower_is_idle(const struct follower *f);

/* A follower of v for each log of a.  -1: out of memory. */
int followers_add(struct viewer *v, const struct admission *a);
/* All but the first are freed with what they hold. */
void followers_free(struct viewer *v);
/* Whether all are LIVE, but perhaps that one. */
bool followers_are_live(const struct viewer *v, const struct follower *but);
/* Whether one has a gap to be told. */
bool followers_have_gap(const struct viewer *v);
/* Whether one waits to learn its place. */
bool followers_are_sought(const struct viewer *v);

#endif
