/* SPDX-License-Identifier: MIT */
/*
 * auth: finds the identity behind a request, and decides what that identity may read. It knows
 * requests, the configuration and a look-up that the caller gives. It knows no socket and writes no
 * answer. Every result of auth_identify except AUTH_OK means: no identity.
 *
 * Two different sets of names never make the same key. With one name in a template this holds by
 * itself. With more, a value may not contain the literal text that follows it in the template, nor
 * complete an earlier copy of that text. Two names without a literal between them are refused.
 * Example: in "stream:{tenant}:{user}" the tenant "a:b" is refused, because its user "c" would read
 * the log of tenant "a", user "b:c". The user is the last name, so it may contain ':'. A name
 * without a value (no tenant, no role, anonymous) fills no template.
 */
#ifndef SSELOG_AUTH_H
#define SSELOG_AUTH_H

#include <stdint.h>
#include <stdbool.h>

#include "base/buf.h"
#include "config/config.h"
#include "gateway/request.h"
#include "identity/identity.h"
#include "identity/why.h"

enum auth_result {
    AUTH_OK,
    AUTH_NONE, /* no credential: 401 */
    AUTH_BAD,  /* a wrong credential: 401, with the same body and cost as AUTH_NONE */
    /* The Authorization header does not hold exactly one token: 400. Other malformed credentials
     * (sent twice, too long) are AUTH_BAD. */
    AUTH_MALFORMED,
    AUTH_UNAVAILABLE /* the look-up failed: 503, or the event unavailable */
};

/* A look-up in Redis. */
enum lookup_result { LOOKUP_FOUND, LOOKUP_MISSING, LOOKUP_FAILED };
struct lookup {
    /* Appends the value of key to value. take: also deletes the key (GETDEL). A value that is
     * longer than the buffer's maximum is LOOKUP_MISSING. */
    enum lookup_result (*get)(void *arg, const char *key, bool take, struct buf *value);
    void *arg;
};

/* Finds the identity by the methods of config->auth, in their order. The first method that finds
 * its kind of credential decides. now is in Unix seconds. *identity is all zero unless the result
 * is AUTH_OK. One exception: after AUTH_BAD a non-zero ends (not after now) says that a JWT or an
 * exchange token was genuine and has expired. *cause: WHY_OK, or why there is no identity; if no
 * method found a credential, the most telling reason of all methods that were tried. */
enum auth_result auth_identify(const struct config *config, const struct request *request,
                               const struct lookup *lookup, int64_t now, struct identity *identity,
                               struct cause *cause);
/* The word of SSELOG_AUTH, such as "jwt". AUTH_END: "none". */
const char *auth_method_name(enum auth_method method);

/* Fills template, the key or channel of a log, for this identity. Names that the route captured
 * must equal those of the identity, unless its role is an administrator's. captures may be NULL.
 * log is the value of {log}; empty: it has none. -1, with key "": the identity may not read it. */
int auth_log_key(const struct config *config, const struct identity *identity,
                 const struct route_match *captures, const char *template, struct slice log,
                 char key[IDENTITY_MAX_KEY + 1]);
/* The same without {log}. */
static inline int auth_key(const struct config *config, const struct identity *identity,
                           const struct route_match *captures, const char *template,
                           char key[IDENTITY_MAX_KEY + 1])
{
    return auth_log_key(config, identity, captures, template, slice_make("", 0), key);
}
/* Whether REMOTE_ADDR is in SSELOG_TRUSTED: a proxy that forwards requests of many clients. */
bool auth_is_trusted(const struct config *config, const struct request *request);
/* Whether the role is one of SSELOG_ADMIN_ROLES. */
bool auth_is_admin(const struct config *config, const struct identity *identity);
/* Fills a template such as "{tenant}" of SSELOG_MATCH into out, which has size bytes. -1: it is too
 * long, or a name in it has no value; then no record may be shown. */
int auth_fill(const struct identity *identity, const struct route_match *captures,
              const char *template, char *out, size_t size);

/* Whether value, the present value of the identity's revocation key, still means the same user,
 * tenant and role. value is NULL when the key is gone. */
bool auth_still_valid(const struct config *config, const struct identity *identity,
                      const struct slice *value);

/* Makes an exchange token: 43 URL-safe random characters and a NUL. -1: no random bytes. */
int auth_make_token(char out[44]);
/* Appends the JSON value of an exchange token's key. It holds the identity's names where the
 * configured JSON pointers find them, and the end and revocation key of the login: a token does not
 * outlive its login. -1: out of memory, or the pointers contradict each other. */
int auth_token_value(const struct config *config, const struct identity *identity, struct buf *out);
/* The Redis key of an exchange token. -1: the token is malformed. */
int auth_token_key(const struct config *config, struct slice token, char key[IDENTITY_MAX_KEY + 1]);
/* Overwrites secret bytes; the compiler cannot remove it. p may be NULL. */
void auth_wipe(void *p, size_t len);

#endif
