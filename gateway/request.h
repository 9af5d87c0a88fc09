/* SPDX-License-Identifier: MIT */
/*
 * request: the CGI parameters of one request (RFC 3875) as method, path, query, cookies and
 * headers, with limits for each.  Gets the parameters from a function; knows no libfcgi, no policy
 * and no I/O.  Decoded strings are valid until request_free. Headers, cookies and parameters
 * belong to that function.
 */
#ifndef SSELOG_GATEWAY_REQUEST_H
#define SSELOG_GATEWAY_REQUEST_H

#include "base/buf.h"

#define REQUEST_MAX_PATH       2048
#define REQUEST_MAX_QUERY      8192
#define REQUEST_MAX_QUERY_ARGS 64
#define REQUEST_MAX_COOKIES    16384 /* bytes of HTTP_COOKIE */
#define REQUEST_MAX_HEADER     8192  /* bytes of any other header that is used */
#define REQUEST_MAX_NAME       58    /* bytes of a header's name */

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OPTIONS, METHOD_OTHER };

/* The value of the nth CGI parameter of that name, or NULL. 0 is the last one, which counts. */
typedef const char *request_getter(void *arg, const char *name, unsigned nth);

struct request_arg {
    const char *name;   /* percent-decoded, '+' to blank; holds no NUL */
    struct slice value; /* decoded like name; also NUL-terminated */
};

struct request {
    enum method method;
    /* SCRIPT_NAME and PATH_INFO; starts with '/'. A mount at "/" may give both a slash: one of them
     * is removed. Not normalised in any other way. */
    char *path;
    /* The part of path below the mount: PATH_INFO, or "". */
    const char *below;
    const char *query_string; /* not decoded, for redirects; "" if absent */
    struct request_arg args[REQUEST_MAX_QUERY_ARGS];
    size_t nargs;
    request_getter *get;
    void *get_arg;
    struct buf store; /* private: decoded strings */
};

/* Parses the request. Returns 0 or an HTTP status, with *why a constant text for the client. 400:
 * bad percent encoding, NUL or too many arguments. 414: path or query over its limit. 431: cookies
 * or a header over theirs. 500: out of memory. Call request_free in any case. */
int request_parse(struct request *r, request_getter *get, void *arg, const char **why);
void request_free(struct request *r);

/* The value of the last argument of that name, NUL-terminated; NULL if absent. */
const char *request_arg(const struct request *r, const char *name);
/* How many arguments have that name: a credential must not come twice. */
size_t request_arg_count(const struct request *r, const char *name);
/* A request header by its HTTP name, such as "Last-Event-ID". NULL if it is absent or empty, or if
 * the name is longer than REQUEST_MAX_NAME. Authorization may also be in
 * REDIRECT_HTTP_AUTHORIZATION. A value over REQUEST_MAX_HEADER: NULL, and *too_long is set unless
 * too_long is NULL. */
const char *request_header(const struct request *r, const char *name, bool *too_long);
/* Whether there is more than one parameter for that header. lighttpd gives X-User, which a proxy
 * sets, and X_User, which a client may send, the same name. */
bool request_header_is_doubled(const struct request *r, const char *name);
/* Finds the cookies of that name in "a=b; c=d" (RFC 6265, section 5.4). Removes double quotes
 * around a value; equal values are one. Stores the first max different values. Returns their
 * number; max + 1 means more than max. */
size_t request_cookies(const struct request *r, const char *name, struct slice *values, size_t max);
/* A parameter of the web server, such as REMOTE_USER; NULL if absent or empty. */
const char *request_param(const struct request *r, const char *name);
/* Whether Accept names text/event-stream (RFC 9110, section 12.5.1). */
bool request_wants_stream(const struct request *r);
/* The weight that Accept gives a media type by its name, in thousandths; a malformed one counts
 * as 1. 0: it is refused or not named. Ranges with a wildcard name nothing. */
int request_accepts(const struct request *r, const char *type);
/* Whether Accept-Encoding names gzip, or any coding, and prefers no encoding to it no more (RFC
 * 9110, section 12.5.3). */
bool request_accepts_gzip(const struct request *r);

#define ROUTE_MAX_CAPTURES 4
struct route_capture {
    struct slice name;  /* into the pattern */
    struct slice value; /* into the path */
};
struct route_match {
    struct route_capture captures[ROUTE_MAX_CAPTURES];
    size_t count;
};
/* Matches the whole path against a pattern such as "/api/tenants/{tenant}/events/stream". A capture
 * matches one path segment or a part of one: 1 to 128 of A-Z a-z 0-9 . _ @ + - except "." and "..".
 * A '/' at the end of the pattern must also be in the path. */
bool route_match(const char *pattern, const char *path, struct route_match *m);
/* 0, or -1 if the pattern is malformed: no leading '/', unbalanced braces, too many captures, a
 * name that occurs twice or is not 1 to 32 of a-z 0-9 _. Between two captures there must be a byte
 * that no capture matches: "{a}-{b}" would be ambiguous. */
int route_check(const char *pattern);

#endif
