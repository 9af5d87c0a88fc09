/* SPDX-License-Identifier: MIT */
/*
 * holder: who has the seats that a request takes under the limits: its user, or, without a user,
 * the address that it comes from.  The same name in two tenants is two users.  An address that
 * stands for many clients, as a proxy's does, holds nothing.
 */
#ifndef SSELOG_FRONT_HOLDER_H
#define SSELOG_FRONT_HOLDER_H

#include "identity/identity.h"
#include "relay/relay.h"

struct context;

#define HOLDER_NAME (2 * IDENTITY_MAX_NAME + 64)

/* The holder of a request that was identified.  It points at name. */
struct seat_holder holder_of(const struct context *ctx, char name[HOLDER_NAME]);

/* Whether the holder's earlier answers leave no memory for another: 503 was answered then. */
bool holder_has_no_room(struct context *ctx);

/* Takes a seat for a request that waits, or whose answer is sent in pieces; context_free gives it
 * back. 0, or -1: refused and answered. */
int holder_take_seat(struct context *ctx);

#endif
