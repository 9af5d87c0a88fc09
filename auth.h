/* SPDX-License-Identifier: MIT */
/*
 * auth: who a request comes from, and what that identity may read.  Knows request, config
 * and a look-up handed in; no libfcgi, no sockets, writes no answers.  Deny first: every
 * way out of auth_identify but AUTH_OK means nobody.
 *
 * A key is made from names so that two different sets of names never make the same key.
 * With one name in the template that is so by itself.  With more, a value may not hold, nor
 * make together with it an earlier copy of, the literal text that follows it in the template;
 * names that touch are refused.  So in "stream:{tenant}:{user}" a tenant "a:b" is refused
 * (else its user "c" would read the log of tenant "a", user "b:c"), the user, being last, may
 * hold a ':'.  A name without a value (no tenant, no role, anonymous) fills no template.
 */
#ifndef SSELOG_AUTH_H
#define SSELOG_AUTH_H

#include <stdint.h>
#include <stdbool.h>

#include "base/buf.h"
#include "config/config.h"
#include "gateway/request.h"
#include "identity/identity.h"

enum auth_result {
    AUTH_OK,
    AUTH_NONE,       /* no credential at all: 401 */
    AUTH_BAD,        /* a credential that does not hold: 401, same body and cost as AUTH_NONE */
    AUTH_MALFORMED,  /* an Authorization header that holds no one token: 400. All else that is
                        wrong with a credential (twice, oversized, of another form) is AUTH_BAD */
    AUTH_UNAVAILABLE /* the look-up could not be made: 503 / event: unavailable */
};

/* A look-up in Redis. key is NUL-terminated and holds no NUL. */
enum lookup_result { LOOKUP_FOUND, LOOKUP_MISSING, LOOKUP_FAILED };
struct lookup {
    /* GET, or GETDEL when take is set; the value is added to value (capped by its max: larger is
     * LOOKUP_MISSING). */
    enum lookup_result (*get)(void *arg, const char *key, bool take, struct buf *value);
    void *arg;
};

/* Finds the identity by the methods of config->auth in order; the first that finds its kind of
 * credential decides. now is Unix seconds. *who is all zero unless the result is AUTH_OK. One
 * exception: after AUTH_BAD a non-zero ends, not after now, says that a JWT or an exchange token
 * was genuine and has expired. */
enum auth_result auth_identify(const struct config *config, const struct request *request,
                               const struct lookup *lookup, int64_t now, struct identity *identity);

/* What is asked for, after identity: the names of the route must fit the identity or its role be an
 * admin's, then the key (or channel) template is filled. key gets IDENTITY_MAX_KEY + 1 bytes.
 * captures may be NULL. -1, with key "": not for this identity. */
int auth_key(const struct config *config, const struct identity *identity,
             const struct route_match *captures, const char *template,
             char key[IDENTITY_MAX_KEY + 1]);
/* REMOTE_ADDR is in SSELOG_TRUSTED: a proxy of ours, which many clients stand behind. */
bool auth_is_trusted(const struct config *config, const struct request *request);
bool auth_is_admin(const struct config *config, const struct identity *identity);
/* Fills one template value such as "{tenant}" of SSELOG_MATCH; out gets size bytes. -1: does not
 * fit or a name in it is not known (then nothing may be shown). */
int auth_fill(const struct identity *identity, const struct route_match *captures,
              const char *template, char *out, size_t size);

/* Whether the value now held by the key that vouched still stands for the same user, tenant and
 * role. value is NULL when the key is gone. */
bool auth_still_valid(const struct config *config, const struct identity *identity,
                      const struct slice *value);

/* 43 URL-safe characters from the kernel's random source, NUL-terminated (44 bytes). -1: no
 * randomness to be had. */
int auth_make_token(char out[44]);
/* The JSON value an exchange token's key holds for this identity: its names where the configured
 * JSON pointers find them again, and what ends it, so that a token does not outlive the login it
 * was made for. -1: out of memory, or pointers that contradict each other. */
int auth_token_value(const struct config *config, const struct identity *identity, struct buf *out);
/* The Redis key of an exchange token. -1: the token is out of form. */
int auth_token_key(const struct config *config, struct slice token, char key[IDENTITY_MAX_KEY + 1]);
/* Tells one log as seen by one identity from any other: a digest, hence safe to hand out. The same
 * in all processes. */
#define AUTH_TAG 16
void auth_tag(const struct identity *identity, const char *key, char tag[AUTH_TAG + 1]);
/* Overwrites secret bytes in a way no optimiser removes. */
void auth_wipe(void *p, size_t len);

#endif
