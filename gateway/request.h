/* SPDX-License-Identifier: MIT */
/*
 * request: the CGI parameters of one request (RFC 3875) as method, path, query, cookies and
 * headers; all bounded.  Knows a getter; no FCGX types, no policy, no I/O.  Strings that
 * request_* returns live until request_free, those of the getter as long as the getter's.
 */
#ifndef SSELOG_GATEWAY_REQUEST_H
#define SSELOG_GATEWAY_REQUEST_H

#include "base/buf.h"

#define REQUEST_MAX_PATH       2048
#define REQUEST_MAX_QUERY      8192
#define REQUEST_MAX_QUERY_ARGS 64
#define REQUEST_MAX_COOKIES    16384 /* bytes of HTTP_COOKIE */
#define REQUEST_MAX_HEADER     8192  /* bytes of any other header that is looked at */
#define REQUEST_MAX_NAME       58    /* bytes of a header's name */

enum method { METHOD_GET, METHOD_HEAD, METHOD_POST, METHOD_OPTIONS, METHOD_OTHER };

/* The value of a CGI parameter that came more than nth times, at its place nth, from 0; or NULL. */
typedef const char *request_getter(void *arg, const char *name, unsigned nth);

struct request_arg {
    const char *name;   /* percent-decoded (also '+' to blank); holds no NUL */
    struct slice value; /* percent-decoded; NUL-terminated too; may hold any byte but NUL */
};

struct request {
    enum method method;
    /* SCRIPT_NAME followed by PATH_INFO, begins with '/'; one of the two slashes goes where a mount
     * at "/" gives both one; not normalised further. */
    char *path;
    /* Where in path the part below the mount begins: PATH_INFO ("" when there is none). */
    const char *below;
    const char *query_string; /* raw, for building redirects; "" when absent */
    struct request_arg args[REQUEST_MAX_QUERY_ARGS];
    size_t nargs;
    request_getter *get;
    void *get_arg;
    struct buf store; /* private: decoded strings */
};

/* Reads the request. Returns 0, or the HTTP status that answers it (400 for what is out of form:
 * bad percent encoding, NUL, too many arguments; 414 for a path or query over its bound; 431 for
 * cookies or a header over theirs; 500 out of memory) with *why a constant text for the client.
 * request_free in any case. */
int request_parse(struct request *r, request_getter *get, void *arg, const char **why);
void request_free(struct request *r);

/* The value of the last argument of that name, as a NUL-terminated string; NULL when absent. */
const char *request_arg(const struct request *r, const char *name);
/* How many arguments have that name (credentials must not come twice). */
size_t request_arg_count(const struct request *r, const char *name);
/* A request header by its HTTP name ("Last-Event-ID"), NULL when absent, empty or of a name
 * longer than REQUEST_MAX_NAME. Authorization is
 * also looked for as REDIRECT_HTTP_AUTHORIZATION. Longer than REQUEST_MAX_HEADER: NULL and
 * *too_long set if given. */
const char *request_header(const struct request *r, const char *name, bool *too_long);
/* Whether the parameter of that header came more than once: lighttpd makes one name of X-User,
 * which a proxy vouches for, and X_User, which it passed on. */
bool request_header_is_doubled(const struct request *r, const char *name);
/* Finds cookies of that name (RFC 6265 section 5.4: "a=b; c=d"; a value in double quotes loses
 * them). Returns how many there are; *value is the first one's. */
size_t request_cookie(const struct request *r, const char *name, struct slice *value);
/* A parameter of the web server, such as REMOTE_USER; NULL when absent or empty. */
const char *request_param(const struct request *r, const char *name);
/* The client asks for an event stream: Accept names text/event-stream (RFC 9110 section 12.5.1). */
bool request_wants_stream(const struct request *r);

/* Matches path against a pattern such as "/api/tenants/{tenant}/events/stream" as a whole. A
 * capture stands for one path segment or a part of one, 1 to 128 of A-Z a-z 0-9 . _ @ + - and is
 * neither "." nor "..". A trailing '/' in the pattern must be there in the path. */
#define ROUTE_MAX_CAPTURES 4
struct route_capture {
    struct slice name;  /* into the pattern */
    struct slice value; /* into the path */
};
struct route_match {
    struct route_capture captures[ROUTE_MAX_CAPTURES];
    size_t count;
};
bool route_match(const char *pattern, const char *path, struct route_match *m);
/* 0, or -1 when the pattern itself is out of form (unbalanced braces, too many or doubled captures,
 * empty names, no leading '/', or between two captures nothing that a capture cannot hold, such as
 * "{a}-{b}", which could be read in more than one way). Names are 1 to 32 of a-z 0-9 _. */
int route_check(const char *pattern);

#endif
