/* SPDX-License-Identifier: MIT */
/*
 * pubkey: tells which kind of public key a PEM text holds, so that a wrong or damaged file is
 * refused at the start and not with each token.  Pure.  It checks the form of the key, not its
 * numbers.
 */
#ifndef SSELOG_IDENTITY_PUBKEY_H
#define SSELOG_IDENTITY_PUBKEY_H

#include "base/buf.h"

enum pubkey_kind {
    PUBKEY_NONE,    /* no "BEGIN PUBLIC KEY" (RFC 7468, section 13) */
    PUBKEY_DAMAGED, /* not the base64 of one SubjectPublicKeyInfo (RFC 5280, section 4.1) */
    PUBKEY_OTHER,
    PUBKEY_RSA, /* for RS256 */
    PUBKEY_P256 /* for ES256 */
};

enum pubkey_kind pubkey_kind(struct slice pem);

#endif
