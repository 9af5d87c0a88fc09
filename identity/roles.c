/* SPDX-License-Identifier: MIT */
/* roles: see roles.h. */
#include "identity/roles.h"

#include <string.h>

bool roles_include(char *const *roles, const struct identity *identity)
{
    if (identity->role[0] == '\0')
        return false;
    for (; roles && *roles; roles++)
        if (strcmp(*roles, identity->role) == 0)
            return true;
    return false;
}

bool roles_allow_append(const struct config *config)
{
    return config->append_roles[0] || config->append;
}

bool roles_may_append(const struct config *config, const struct identity *identity)
{
    if (identity->method == AUTH_TOKEN)
        return false;
    return config->append_roles[0] ? roles_include(config->append_roles, identity) : config->append;
}
