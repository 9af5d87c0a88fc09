/* SPDX-License-Identifier: MIT */
/*
 * webuser: the names that the web server, or a proxy in front of it, gives to a request:
 * REMOTE_USER and headers.  Says which of them may be believed.  Pure; knows no method order and no
 * look-up.
 */
#ifndef SSELOG_IDENTITY_WEBUSER_H
#define SSELOG_IDENTITY_WEBUSER_H

#include "config/config.h"
#include "gateway/request.h"
#include "identity/identity.h"

enum webuser_result {
    WEBUSER_NONE,    /* there is no name */
    WEBUSER_CLAIMED, /* only one that a client claimed and that no log-in confirmed */
    WEBUSER_OK,
    WEBUSER_BAD /* malformed, or sent twice */
};

/* Reads REMOTE_USER (RFC 3875, section 4.1.11) to identity->user. After an internal redirect Apache
 * adds a prefix to the name. That value counts only if no redirect was made for an error: after a
 * failed login it is the name that the client claimed. */
enum webuser_result webuser_read(const struct request *request, struct identity *identity);
/* Reads the headers of SSELOG_USER_HEADER, SSELOG_TENANT_HEADER and SSELOG_ROLE_HEADER. The caller
 * trusts the address that they came from. */
enum webuser_result webuser_read_headers(const struct config *config, const struct request *request,
                                         struct identity *identity);
/* The option whose header a client could imitate under this request's web server; NULL: none. Such
 * a server gives X_Role the same variable as X-Role, so a proxy that removes X-Role does not help.
 * The user's header is safe: the proxy always sends it, and a second one is refused. */
const char *webuser_imitable_header(const struct config *config, const struct request *request);

#endif
