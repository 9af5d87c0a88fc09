/* SPDX-License-Identifier: MIT */
/*
 * why: the causes of refusals, each with the word that the log has (why=WORD) and a text for
 * administrators.  Clients are told neither: each cause of 401 is answered with the same bytes.
 * Pure; the words are listed in the manual, section DIAGNOSTICS.
 */
#ifndef SSELOG_IDENTITY_WHY_H
#define SSELOG_IDENTITY_WHY_H

#include "config/config.h"

/* X(constant, word, text). */
#define WHYS(X)                                                                                    \
    X(OK, "ok", "nothing was refused")                                                             \
    X(NONE, "none", "no credential for the methods of SSELOG_AUTH")                                \
    X(NO_AUTHORIZATION, "no-authorization",                                                        \
      "no Authorization header; Apache withholds it without CGIPassAuth On")                       \
    X(OTHER_SCHEME, "other-scheme", "the Authorization header has no Bearer and no Token")         \
    X(AUTHORIZATION_MALFORMED, "authorization-malformed",                                          \
      "the Authorization header is too long or does not hold exactly one token")                   \
    X(FAILED_LOGIN, "failed-login",                                                                \
      "the web server refused the login; REDIRECT_REMOTE_USER came by a redirect for an error")    \
    X(UNTRUSTED_PROXY, "untrusted-proxy",                                                          \
      "the user's header came from an address that is not in SSELOG_TRUSTED")                      \
    X(USER_MALFORMED, "user-malformed",                                                            \
      "a name from the web server or proxy is malformed, or came twice")                           \
    X(COOKIES_MANY, "cookies-many", "more than 4 different cookies of its name")                   \
    X(COOKIES_SEVERAL, "cookies-several", "several different cookies of its name are good")        \
    X(COOKIES_NONE, "cookies-none", "of several different cookies of its name none is good")       \
    X(SESSION_MALFORMED, "session-malformed",                                                      \
      "the session id is empty, longer than 256 bytes, has a control character or fills no key")   \
    X(SESSION_SIGNATURE, "session-signature",                                                      \
      "the cookie's signature does not fit SSELOG_COOKIE_SECRET_FILE")                             \
    X(SESSION_UNKNOWN, "session-unknown", "Redis has no such session")                             \
    X(SESSION_NOT_JSON, "session-not-json",                                                        \
      "the session's value is not JSON, or has a name twice")                                      \
    X(SESSION_NO_USER, "session-no-user", "the session names no user, or a malformed one")         \
    X(SESSION_NAMES, "session-names", "the session has a malformed tenant or role")                \
    X(BEARER_MALFORMED, "bearer-malformed", "the bearer key fills no key")                         \
    X(BEARER_UNKNOWN, "bearer-unknown", "Redis has no such bearer key")                            \
    X(BEARER_NOT_JSON, "bearer-not-json",                                                          \
      "the bearer key's value is not JSON, or has a name twice")                                   \
    X(BEARER_NO_USER, "bearer-no-user", "the bearer key names no user, or a malformed one")        \
    X(BEARER_NAMES, "bearer-names", "the bearer key has a malformed tenant or role")               \
    X(TOKEN_MALFORMED, "token-malformed", "the exchange token is malformed, or was sent twice")    \
    X(TOKEN_UNKNOWN, "token-unknown",                                                              \
      "Redis has no such exchange token: it was used, is too old, or never existed")               \
    X(TOKEN_NOT_JSON, "token-not-json",                                                            \
      "the exchange token's value is not JSON, or has a name twice")                               \
    X(TOKEN_NO_USER, "token-no-user", "the exchange token names no user, or a malformed one")      \
    X(TOKEN_NAMES, "token-names", "the exchange token has a malformed tenant or role")             \
    X(TOKEN_EXPIRED, "token-expired", "the login that the exchange token was made for has ended")  \
    X(TOKEN_LOGIN, "token-login",                                                                  \
      "the login that the exchange token was made for is gone, or another's")                      \
    X(JWT_MALFORMED, "jwt-malformed", "it is not a JWT of at most 8192 bytes")                     \
    X(JWT_HEADER, "jwt-header", "the JWT's header is not JSON")                                    \
    X(JWT_ALG, "jwt-alg", "the JWT's header does not name the algorithm of SSELOG_JWT_ALG")        \
    X(JWT_CRIT, "jwt-crit", "the JWT's header names critical extensions")                          \
    X(JWT_SIGNATURE, "jwt-signature", "the JWT's signature does not fit SSELOG_JWT_KEY_FILE")      \
    X(JWT_NOT_JSON, "jwt-not-json",                                                                \
      "the JWT's claims are not a JSON object, or have a name twice")                              \
    X(JWT_NO_ISS, "jwt-no-iss", "the JWT has no iss, and SSELOG_JWT_ISS is set")                   \
    X(JWT_ISS, "jwt-iss", "the JWT's iss is not that of SSELOG_JWT_ISS")                           \
    X(JWT_NO_AUD, "jwt-no-aud", "the JWT has no aud, and SSELOG_JWT_AUD is set")                   \
    X(JWT_AUD, "jwt-aud", "the JWT's aud is not that of SSELOG_JWT_AUD")                           \
    X(JWT_REQUIRE, "jwt-require", "SSELOG_JWT_REQUIRE wants another value of the claim")           \
    X(JWT_REFUSE, "jwt-refuse", "SSELOG_JWT_REFUSE names the claim")                               \
    X(JWT_DATE, "jwt-date", "the JWT's exp or nbf is not a number")                                \
    X(JWT_NOT_YET, "jwt-not-yet", "the JWT is not valid yet (nbf)")                                \
    X(JWT_NO_EXP, "jwt-no-exp", "the JWT has no exp, and SSELOG_JWT_ALLOW_NO_EXP is 0")            \
    X(JWT_EXPIRED, "jwt-expired", "the JWT has expired (exp)")                                     \
    X(JWT_NO_USER, "jwt-no-user", "the claim of SSELOG_JWT_USER is missing or malformed")          \
    X(JWT_NAMES, "jwt-names", "a claim has a malformed tenant or role")                            \
    X(THROTTLED, "throttled", "too many wrong credentials came from the address, or from all")     \
    X(UNAVAILABLE, "unavailable", "Redis did not answer, or refused the request")                  \
    X(FORBIDDEN, "forbidden", "the identity may not have what it asks for")                        \
    X(DISABLED, "disabled", "SSELOG_ENABLED is 0")                                                 \
    X(CROSS_SITE, "cross-site", "a page of another site may have caused the request")              \
    X(WHOSE, "whose", "the page shows the log of another user, who was logged in before")          \
    X(ENDED, "ended", "the login ended while the request waited")                                  \
    X(REVOKED, "revoked", "the session or bearer key was revoked while the request waited")        \
    X(SEATS, "seats", "the process has no seat for another stream")                                \
    X(USER_SEATS, "user-seats", "the user or address has no seat for another stream")              \
    X(BUSY, "busy", "too many requests for history wait")                                          \
    X(USER_BUSY, "user-busy", "too many requests for history of the user or address wait")         \
    X(MEMORY, "memory", "too many answers to the user or address, or to all, wait to be read")     \
    X(LATE, "late", "the request waited too long for its turn")                                    \
    X(STOPPING, "stopping", "the process stops")                                                   \
    X(BAD_REQUEST, "bad-request", "the request is malformed")                                      \
    X(NOT_FOUND, "not-found", "no endpoint has this path")                                         \
    X(METHOD, "method", "the endpoint does not take this method")                                  \
    X(MISCONFIGURED, "misconfigured", "the web server sent contradictory or unknown options")      \
    X(FAILED, "failed", "the answer could not be made")

#define WHY_CONSTANT(id, word, text) WHY_##id,
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
/* One line of text without a full stop. */
const char *why_text(enum why why);

#endif
