/* SPDX-License-Identifier: MIT */
/*
 * replaces: viewers by the client id that a tab chose.  A tab that opens its stream again gives the
 * id again, and the new viewer takes the place of the old one.  An id counts among the viewers of
 * one holder of seats in one log: nobody can end the stream of another user.
 */
#ifndef SSELOG_RELAY_REPLACES_H
#define SSELOG_RELAY_REPLACES_H

#include "relay/core.h"

/* The open viewer of that holder and log with this id; NULL: none. */
struct viewer *replaces_find(struct relay *r, const struct seat *seat, const struct log *l,
                             const char *id);
/* v, which has its seat and its view, is found by id from now on.  Without memory it is not. */
void replaces_add(struct viewer *v, const char *id);
/* v is found no longer. */
void replaces_remove(struct viewer *v);

#endif
