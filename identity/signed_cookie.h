/* SPDX-License-Identifier: MIT */
/*
 * signed_cookie: verifies "s:ID.SIGNATURE", the form of the Node module cookie-signature: the
 * signature is the base64 of HMAC-SHA256 of ID, without '='. Express sends it percent-encoded.
 * Pure.
 */
#ifndef SSELOG_IDENTITY_SIGNED_COOKIE_H
#define SSELOG_IDENTITY_SIGNED_COOKIE_H

#include "base/buf.h"
#include "identity/session.h"

#define SIGNATURE_LEN      43 /* BASE64_ENCODE_RAW_LENGTH(32) without its one '=' */
#define SIGNED_COOKIE_ROOM (2 + SESSION_MAX_ID + 1 + SIGNATURE_LEN)

/* Finds the id in value. room receives the decoded bytes, *id points into it; the caller wipes it.
 * -1: value has not this form or is too long, or secret did not sign it. */
int signed_cookie_id(struct slice value, struct slice secret, char room[SIGNED_COOKIE_ROOM],
                     struct slice *id);

#endif
