/* SPDX-License-Identifier: MIT */
/*
 * jwtcheck: verifies JSON Web Tokens (RFC 7519) and returns their claims. Its .c is the only file
 * that knows libjwt. The configuration decides the algorithm; the token's header must name the same
 * one. The file is not called jwt because <jwt.h> is libjwt's.
 */
#ifndef SSELOG_IDENTITY_JWTCHECK_H
#define SSELOG_IDENTITY_JWTCHECK_H

#include <stdint.h>

#include "base/buf.h"
#include "config/config.h"
#include "identity/why.h"

struct json_object;

/* Checks that the key is one of the algorithm, and loads libjwt for RS256 and ES256. When
 * config->jwt_key is set, call it once before harden_process, because libcrypto reads files. libjwt
 * is not linked: it would cost every process 440 kB of private memory, also without JWTs. -1, with
 * one line in why: JWTs cannot be verified. */
int jwtcheck_start(const struct config *config, struct buf *why);

enum jwtcheck_result {
    JWTCHECK_OK,
    JWTCHECK_BAD,    /* not genuine, not for us, not yet valid, or without an end */
    JWTCHECK_EXPIRED /* genuine and for us, but expired */
};
struct jwtcheck {
    struct json_object *claims; /* JWTCHECK_OK: for the caller to free; else NULL */
    int64_t ends;               /* OK and EXPIRED: "exp" in Unix seconds, never 0; 0: none */
    enum why why;               /* WHY_OK, or which check failed */
    const char *claim;          /* with why: the configured claim concerned; NULL: none */
};
/* Verifies token. now is in Unix seconds; there is no leeway. Thread-safe. */
enum jwtcheck_result jwtcheck(const struct config *config, struct slice token, int64_t now,
                              struct jwtcheck *out);

#endif
