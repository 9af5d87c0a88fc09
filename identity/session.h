/* SPDX-License-Identifier: MIT */
/*
 * session: reads an identity from JSON: from the value of a key (a session, a bearer key, an
 * exchange token) or from the claims of a JWT. It also writes the value of an exchange token. Pure:
 * no requests, no look-ups. identity.h says what a name is.
 */
#ifndef SSELOG_IDENTITY_SESSION_H
#define SSELOG_IDENTITY_SESSION_H

#include "base/buf.h"
#include "identity/identity.h"

#define SESSION_MAX_ID    256         /* bytes of the longest session id */
#define SESSION_MAX_VALUE (64 * 1024) /* bytes of the longest value that is read */

struct json_object;

/* Whether s has bytes below 0x20, or 0x7f. */
bool session_has_control(struct slice s);
/* Copies a name. -1, with out untouched: s is no name (identity.h). */
int session_set_name(char out[IDENTITY_MAX_NAME + 1], struct slice s);
/* Parses text, which must be one JSON value. The caller frees it with json_object_put. NULL: it is
 * not JSON, or too long or too deep, or an object in it names a member twice: applications differ
 * in which of the two they read. */
struct json_object *session_parse(struct slice text);
/* Sets user, tenant and role from the configured JSON pointers, or claim names. A number becomes
 * its text. -1: no user, or a name is malformed; identity is then half set and must not be used. */
int session_names(const struct config *config, struct json_object *o, struct identity *identity);
int session_claims(const struct config *config, struct json_object *claims,
                   struct identity *identity);
/* Sets the end and the revocation key that session_write stored. -1: ended before or at now (Unix
 * seconds), or malformed. */
int session_end(struct json_object *o, int64_t now, struct identity *identity);
/* See auth_token_value. */
int session_write(const struct config *config, const struct identity *identity, struct buf *out);

#endif
