/* SPDX-License-Identifier: MIT */
/*
 * session: what the JSON value of a key (a session, a bearer key, an exchange token) or the
 * claims of a JWT say about who it is, and the value of an exchange token.  Pure: no request,
 * no look-ups.  The form of names is identity.h's.
 */
#ifndef SSELOG_IDENTITY_SESSION_H
#define SSELOG_IDENTITY_SESSION_H

#include "base/buf.h"
#include "identity/identity.h"

#define SESSION_MAX_VALUE (64 * 1024) /* bytes of a value that is looked at */

struct json_object;

/* Whether bytes below 0x20 or 0x7f are in s. */
bool session_has_control(struct slice s);
/* Copies a name. -1 with out untouched: s is no name (identity.h). */
int session_set_name(char out[IDENTITY_MAX_NAME + 1], struct slice s);
/* One JSON value and nothing after it but blanks, for json_object_put; NULL for anything else. */
struct json_object *session_parse(struct slice text);
/* User, tenant and role by the configured pointers, or claim names. A number is its text; a user
 * must be there. -1: out of form; who is then to be thrown away. */
int session_names(const struct config *config, struct json_object *o, struct identity *identity);
int session_claims(const struct config *config, struct json_object *claims,
                   struct identity *identity);
/* The end and the vouching key that session_write put in. -1: over at now, or out of form. */
int session_end(struct json_object *o, int64_t now, struct identity *identity);
/* auth_token_value, which see. */
int session_write(const struct config *config, const struct identity *identity, struct buf *out);

#endif
