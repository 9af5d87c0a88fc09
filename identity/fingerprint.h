/* SPDX-License-Identifier: MIT */
/*
 * fingerprint: a name as a digest that only a party with the name can compare.  `sselog doctor`
 * sends a nonce with a name that it invented, and learns whether sselog took this name for a user,
 * but not the name of any other user.  Pure.
 */
#ifndef SSELOG_IDENTITY_FINGERPRINT_H
#define SSELOG_IDENTITY_FINGERPRINT_H

#include "base/buf.h"

#define FINGERPRINT 64 /* hexadecimal digits */

/* The doctor sends this address (RFC 5737) as X-Forwarded-For, to see whether it is believed. */
#define PROBE_FORWARDED "192.0.2.213"

/* SHA-256 of the nonce, ':' and the name, in hexadecimal. */
void fingerprint(struct slice nonce, struct slice name, char out[FINGERPRINT + 1]);

#endif
