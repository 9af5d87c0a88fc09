/* SPDX-License-Identifier: MIT */
/*
 * revocation: keys that have to exist while a stream is open, such as a cookie's session or a
 * bearer token.  The tracked connection reads the key, so Redis reports its deletion, expiry or
 * change.  Then the key is read again, and the function that the front gave with the viewer decides
 * whether its value still stands for the same identity.
 */
#ifndef SSELOG_RELAY_REVOCATION_H
#define SSELOG_RELAY_REVOCATION_H

#include "relay/core.h"

/* Called for a viewer whose key is gone or changed. */
typedef void revocation_fn(struct viewer *v, enum end_reason reason);

/* Watches a's key for v, and takes out of a what it needs for that.  -1: out of memory.
 * revocation_detach() in any case. */
int revocation_attach(struct viewer *v, struct admission *a, revocation_fn *revoked);
void revocation_detach(struct viewer *v);
/* The key changed; key.p NULL: all may have. */
void revocation_invalidated(struct relay *r, struct slice key);
void revocation_look_all(struct relay *r);
/* Looks again where there was no memory to. */
void revocation_look_due(struct relay *r);
/* At the end of the relay. */
void revocation_free_all(struct relay *r);

#endif
