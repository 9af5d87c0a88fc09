/* SPDX-License-Identifier: MIT */
/*
 * fingerprint: names as digests (SHA-256, in hexadecimal), which only a party with the name can
 * compare.  They are the same in all processes.  Pure.
 *
 * `sselog doctor` sends a nonce with a name that it invented, and learns whether sselog took this
 * name for a user, but not the name of any other user.
 */
#ifndef SSELOG_IDENTITY_FINGERPRINT_H
#define SSELOG_IDENTITY_FINGERPRINT_H

#include "base/buf.h"
#include "identity/identity.h"

#define FINGERPRINT      64 /* hexadecimal digits */
#define FINGERPRINT_VIEW 16
#define FINGERPRINT_USER 12

/* The doctor sends this address (RFC 5737) as X-Forwarded-For, to see whether it is believed. */
#define PROBE_FORWARDED "192.0.2.213"

/* Of a text, which may be a secret. */
void fingerprint(struct slice text, char out[FINGERPRINT + 1]);
/* Of the nonce, ':' and the name. */
void fingerprint_with_nonce(struct slice nonce, struct slice name, char out[FINGERPRINT + 1]);
/* Of a log and the identity that sees it: safe to give to clients. */
void fingerprint_view(const struct identity *identity, const char *key,
                      char out[FINGERPRINT_VIEW + 1]);
/* Of the name that an identity gives to something of its own; kind tells such names apart. */
void fingerprint_own(const struct identity *identity, const char *kind, const char *name,
                     char out[FINGERPRINT + 1]);
/* Of a user's name, for logs. */
void fingerprint_user(const char *user, char out[FINGERPRINT_USER + 1]);

#endif
