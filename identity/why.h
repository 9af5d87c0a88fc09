/* SPDX-License-Identifier: MIT */
/*
 * why: the causes of refusals, each with the word that the log has (why=WORD) and a text for
 * administrators.  Clients are told neither: each cause of 401 is answered with the same bytes.
 * Pure; the words are listed in the manual, section DIAGNOSTICS.
 */
#ifndef SSELOG_IDENTITY_WHY_H
#define SSELOG_IDENTITY_WHY_H

#include "config/config.h"

/* X(constant, status that it usually has, word, text). */
#define WHYS(X)                                                                                    \
    X(OK, 200, "ok", "nothing was refused")                                                        \
    X(NONE, 401, "none", "no credential for the methods of SSELOG_AUTH")                           \
    X(NO_AUTHORIZATION, 401, "no-authorization",                                                   \
      "no Authorization header; Apache withholds it without CGIPassAuth On")                       \
    X(OTHER_SCHEME, 401, "other-scheme", "the Authorization header has no Bearer and no Token")    \
    X(AUTHORIZATION_MALFORMED, 400, "authorization-malformed",                                     \
      "the Authorization header is too long or does not hold exactly one token")                   \
    X(FAILED_LOGIN, 401, "failed-login",                                                           \
      "the web server refused the login; REDIRECT_REMOTE_USER came by a redirect for an error")    \
    X(UNTRUSTED_PROXY, 401, "untrusted-proxy",                                                     \
      "the user's header came from an address that is not in SSELOG_TRUSTED")                      \
    X(USER_MALFORMED, 401, "user-malformed",                                                       \
      "a name from the web server or proxy is malformed, or came twice")                           \
    X(COOKIES_MANY, 401, "cookies-many", "more than 4 different cookies of its name")              \
    X(COOKIES_SEVERAL, 401, "cookies-several", "several different cookies of its name are good")   \
    X(COOKIES_NONE, 401, "cookies-none", "of several different cookies of its name none is good")  \
    X(SESSION_MALFORMED, 401, "session-malformed",                                                 \
      "the session id is empty, longer than 256 bytes, has a control character or fills no key")   \
    X(SESSION_SIGNATURE, 401, "session-signature",                                                 \
      "the cookie's signature does not fit SSELOG_COOKIE_SECRET_FILE")                             \
    X(SESSION_UNKNOWN, 401, "session-unknown", "Redis has no such session")                        \
    X(SESSION_NOT_JSON, 401, "session-not-json",                                                   \
      "the session's value is not JSON, or has a name twice")                                      \
    X(SESSION_NO_USER, 401, "session-no-user", "the session names no user, or a malformed one")    \
    X(SESSION_NAMES, 401, "session-names", "the session has a malformed tenant or role")           \
    X(BEARER_MALFORMED, 401, "bearer-malformed", "the bearer key fills no key")                    \
    X(BEARER_UNKNOWN, 401, "bearer-unknown", "Redis has no such bearer key")                       \
    X(BEARER_NOT_JSON, 401, "bearer-not-json",                                                     \
      "the bearer key's value is not JSON, or has a name twice")                                   \
    X(BEARER_NO_USER, 401, "bearer-no-user", "the bearer key names no user, or a malformed one")   \
    X(BEARER_NAMES, 401, "bearer-names", "the bearer key has a malformed tenant or role")          \
    X(TOKEN_MALFORMED, 401, "token-malformed",                                                     \
      "the exchange token is malformed, or was sent twice")                                        \
    X(TOKEN_UNKNOWN, 401, "token-unknown",                                                         \
      "Redis has no such exchange token: it was used, is too old, or never existed")               \
    X(TOKEN_NOT_JSON, 401, "token-not-json",                                                       \
      "the exchange token's value is not JSON, or has a name twice")                               \
    X(TOKEN_NO_USER, 401, "token-no-user", "the exchange token names no user, or a malformed one") \
    X(TOKEN_NAMES, 401, "token-names", "the exchange token has a malformed tenant or role")        \
    X(TOKEN_EXPIRED, 401, "token-expired",                                                         \
      "the login that the exchange token was made for has ended")                                  \
    X(TOKEN_LOGIN, 401, "token-login",                                                             \
      "the login that the exchange token was made for is gone, or another's")                      \
    X(JWT_MALFORMED, 401, "jwt-malformed", "it is not a JWT of at most 8192 bytes")                \
    X(JWT_HEADER, 401, "jwt-header", "the JWT's header is not JSON")                               \
    X(JWT_ALG, 401, "jwt-alg", "the JWT's header does not name the algorithm of SSELOG_JWT_ALG")   \
    X(JWT_CRIT, 401, "jwt-crit", "the JWT's header names critical extensions")                     \
    X(JWT_SIGNATURE, 401, "jwt-signature", "the JWT's signature does not fit SSELOG_JWT_KEY_FILE") \
    X(JWT_NOT_JSON, 401, "jwt-not-json",                                                           \
      "the JWT's claims are not a JSON object, or have a name twice")                              \
    X(JWT_NO_ISS, 401, "jwt-no-iss", "the JWT has no iss, and SSELOG_JWT_ISS is set")              \
    X(JWT_ISS, 401, "jwt-iss", "the JWT's iss is not that of SSELOG_JWT_ISS")                      \
    X(JWT_NO_AUD, 401, "jwt-no-aud", "the JWT has no aud, and SSELOG_JWT_AUD is set")              \
    X(JWT_AUD, 401, "jwt-aud", "the JWT's aud is not that of SSELOG_JWT_AUD")                      \
    X(JWT_REQUIRE, 401, "jwt-require", "SSELOG_JWT_REQUIRE wants another value of the claim")      \
    X(JWT_REFUSE, 401, "jwt-refuse", "SSELOG_JWT_REFUSE names the claim")                          \
    X(JWT_DATE, 401, "jwt-date", "the JWT's exp or nbf is not a number")                           \
    X(JWT_NOT_YET, 401, "jwt-not-yet", "the JWT is not valid yet (nbf)")                           \
    X(JWT_NO_EXP, 401, "jwt-no-exp", "the JWT has no exp, and SSELOG_JWT_ALLOW_NO_EXP is 0")       \
    X(JWT_EXPIRED, 401, "jwt-expired", "the JWT has expired (exp)")                                \
    X(JWT_NO_USER, 401, "jwt-no-user", "the claim of SSELOG_JWT_USER is missing or malformed")     \
    X(JWT_NAMES, 401, "jwt-names", "a claim has a malformed tenant or role")                       \
    X(THROTTLED, 429, "throttled",                                                                 \
      "too many wrong credentials came from the address, or from all")                             \
    X(UNAVAILABLE, 503, "unavailable", "Redis did not answer, or refused the request")             \
    X(FORBIDDEN, 403, "forbidden", "the identity may not have what it asks for")                   \
    X(LOG_UNKNOWN, 403, "log-unknown",                                                             \
      "no word of SSELOG_LOGS has a log of that name for the identity")                            \
    X(LOG_NAMES, 403, "log-names",                                                                 \
      "the identity has no value for a name in the log's template, or one that fits no key")       \
    X(LOG_KEY, 403, "log-key",                                                                     \
      "the log's key also fits another template, which has more text outside its names")           \
    X(DISABLED, 403, "disabled", "SSELOG_ENABLED is 0")                                            \
    X(CROSS_SITE, 403, "cross-site", "a page of another site may have caused the request")         \
    X(WHOSE, 409, "whose", "the page shows the log of another user, who was logged in before")     \
    X(ENDED, 401, "ended", "the login ended while the request waited")                             \
    X(REVOKED, 401, "revoked", "the session or bearer key was revoked while the request waited")   \
    X(SEATS, 503, "seats", "the process has no seat for another stream")                           \
    X(USER_SEATS, 429, "user-seats", "the user or address has no seat for another stream")         \
    X(APPEND_OFF, 404, "append-off", "SSELOG_APPEND is 0, and SSELOG_APPEND_ROLES names no role")  \
    X(APPEND_TOKEN, 403, "append-token", "an exchange token is for reading, and may not append")   \
    X(APPEND_ROLE, 403, "append-role", "the identity's role is not in SSELOG_APPEND_ROLES")        \
    X(SEARCH_OFF, 404, "search-off", "SSELOG_SEARCH is 0")                                         \
    X(BATCH, 400, "batch", "the body is no batch of records")                                      \
    X(BATCH_LARGE, 413, "batch-large", "the body, a record or their number is too large")          \
    X(BATCH_REUSED, 409, "batch-reused", "the key or offset of the batch was used before")         \
    X(RATE, 429, "rate", "the identity appends more than SSELOG_APPEND_RATE")                      \
    X(BUSY, 503, "busy", "too many requests for history, to search or to append wait")             \
    X(USER_BUSY, 503, "user-busy", "too many such requests of the user or address wait")           \
    X(MEMORY, 503, "memory",                                                                       \
      "too many answers to the user or address, or to all, wait to be read")                       \
    X(LATE, 503, "late", "the request waited too long for its turn")                               \
    X(STOPPING, 503, "stopping", "the process stops")                                              \
    X(BAD_REQUEST, 400, "bad-request", "the request is malformed")                                 \
    X(NOT_FOUND, 404, "not-found", "no endpoint has this path")                                    \
    X(METHOD, 405, "method", "the endpoint does not take this method")                             \
    X(MISCONFIGURED, 500, "misconfigured", "the web server sent contradictory or unknown options") \
    X(REDIS_FULL, 507, "redis-full", "Redis has no memory for more records")                       \
    X(FAILED, 500, "failed", "the answer could not be made")

#define WHY_CONSTANT(id, status, word, text) WHY_##id,
enum why { WHYS(WHY_CONSTANT) WHY_COUNT };
#undef WHY_CONSTANT

/* A cause with what is known of it. Starts zeroed. Nothing in it comes from the client. */
struct cause {
    enum why why;            /* WHY_OK: none */
    enum auth_method method; /* whose credential was refused; AUTH_END: none was found */
    const char *claim; /* the configured claim, header or JSON pointer concerned; NULL: none */
};

/* The word, such as "jwt-expired": letters of lower case, digits and '-'. */
const char *why_word(enum why why);
/* The status of an answer with that cause in the plain profile, if it has no other. */
int why_status(enum why why);
/* One line of text without a full stop. */
const char *why_text(enum why why);

#endif
