/* SPDX-License-Identifier: MIT */
/*
 * jwtcheck: whether a JSON Web Token (RFC 7519) is genuine and in force, and its claims.  The
 * only file that knows libjwt.  The algorithm is the configured one: what the token's header
 * says must agree with it and decides nothing.  Not named jwt: <jwt.h> is libjwt's.
 */
#ifndef SSELOG_IDENTITY_JWTCHECK_H
#define SSELOG_IDENTITY_JWTCHECK_H

#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"

struct json_object;

/* Loads libjwt, and with it what libcrypto reads from the file system, and checks the key's form.
 * To be called once before harden_process where config->jwt_key is set: linking it plainly would
 * cost every process 440 kB of private memory, JWTs or not. -1 with one line in why: jwt cannot be
 * served. */
int jwtcheck_start(const struct config *config, struct buf *why);

enum jwtcheck_result {
    JWTCHECK_OK,
    JWTCHECK_BAD,    /* not genuine, or not for us, or not yet valid */
    JWTCHECK_EXPIRED /* genuine and for us, but over */
};
/* token holds no NUL. now is Unix seconds; no leeway is given. On JWTCHECK_OK *claims is the claims
 * object, for the caller to json_object_put. On it and on JWTCHECK_EXPIRED *ends is "exp" in Unix
 * seconds, 0 when the token has none. Thread-safe. */
enum jwtcheck_result jwtcheck(const struct config *config, struct slice token, int64_t now,
                              struct json_object **claims, int64_t *ends);

#endif
