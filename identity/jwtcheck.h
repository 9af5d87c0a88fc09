/* SPDX-License-Identifier: MIT */
/*
 * jwtcheck: verifies JSON Web Tokens (RFC 7519) and returns their claims. It is the only file that
 * knows libjwt. The configuration decides the algorithm; the token's header must name the same one.
 * The file is not called jwt because <jwt.h> is libjwt's.
 */
#ifndef SSELOG_IDENTITY_JWTCHECK_H
#define SSELOG_IDENTITY_JWTCHECK_H

#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"

struct json_object;

/* Loads libjwt and checks the form of the key. When config->jwt_key is set, call it once before
 * harden_process, because libcrypto reads files. libjwt is not linked: it would cost every
 * process 440 kB of private memory, also without JWTs. -1, with one line in why: JWTs cannot be
 * verified. */
int jwtcheck_start(const struct config *config, struct buf *why);

enum jwtcheck_result {
    JWTCHECK_OK,
    JWTCHECK_BAD,    /* not genuine, for another audience, or not yet valid */
    JWTCHECK_EXPIRED /* genuine and for us, but expired */
};
/* Verifies token, which contains no NUL. now is in Unix seconds; there is no leeway. After
 * JWTCHECK_OK *claims is an object that the caller frees with json_object_put, else NULL. After
 * JWTCHECK_OK and JWTCHECK_EXPIRED *ends is "exp" in Unix seconds; 0: none. Thread-safe. */
enum jwtcheck_result jwtcheck(const struct config *config, struct slice token, int64_t now,
                              struct json_object **claims, int64_t *ends);

#endif
