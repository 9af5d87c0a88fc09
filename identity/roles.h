/* SPDX-License-Identifier: MIT */
/* roles: what a role allows.  Pure. */
#ifndef SSELOG_IDENTITY_ROLES_H
#define SSELOG_IDENTITY_ROLES_H

#include <stdbool.h>

#include "identity/identity.h"

/* Whether the identity's role is one of roles, which end with NULL. No role is none of them. */
bool roles_include(char *const *roles, const struct identity *identity);
/* Whether an identity that may read a log may append to it: SSELOG_APPEND_ROLES if it names a role,
 * else SSELOG_APPEND. An administrator is no exception. An exchange token is for reading. */
bool roles_may_append(const struct config *config, const struct identity *identity);
/* Whether any identity may append. */
bool roles_allow_append(const struct config *config);

#endif
