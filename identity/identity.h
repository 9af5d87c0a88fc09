/* SPDX-License-Identifier: MIT */
/*
 * identity: the user that a request comes from, as auth.c found it. Only data: this header knows no
 * request and no look-up.
 *
 * Names (user, tenant, role) are 1 to IDENTITY_MAX_NAME bytes of UTF-8 without control characters.
 * So e-mail addresses, "User.admin" and "DOMAIN\user" fit as they are.
 */
#ifndef SSELOG_IDENTITY_IDENTITY_H
#define SSELOG_IDENTITY_IDENTITY_H

#include <stdint.h>

#include "config/config.h"

#define IDENTITY_MAX_NAME 128 /* bytes of the longest user, tenant or role */
#define IDENTITY_MAX_KEY  512 /* bytes of the longest Redis key that is made from an identity */

struct identity {
    char user[IDENTITY_MAX_NAME + 1];   /* "": anonymous */
    char tenant[IDENTITY_MAX_NAME + 1]; /* "": none */
    char role[IDENTITY_MAX_NAME + 1];   /* "": none */
    enum auth_method method;
    int64_t ends; /* Unix seconds; 0: no end known */
    /* The Redis key that the identity was read from; an open stream ends when its value changes.
     * "": none. */
    char revocation_key[IDENTITY_MAX_KEY + 1];
};

#endif
