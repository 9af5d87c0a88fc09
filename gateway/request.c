/* SPDX-License-Identifier: MIT */
/*
 * request: parses the CGI parameters of one request (RFC 3875, section 4); see request.h.
 * Invariants: decoded strings are in r->store.  It is allocated once, before the first of them, so
 * pointers to them stay valid.  No decoded string holds a NUL.  Malformed input is refused and
 * never repaired, because a repaired name may be the name of another user.
 */
#include "gateway/request.h"

#include <strings.h>

#define MAX_HEADER_NAME (sizeof "HTTP_" + REQUEST_MAX_NAME)
#define MAX_CAPTURE     128
#define MAX_NAME        32 /* of a capture */

/* The size of these headers is checked for every request, of others when they are used. */
static const char *const bounded_headers[] = {"Authorization", "Accept", "Last-Event-ID", "Origin"};

static const struct {
    const char *name;
    enum method method;
} methods[] = {
    {"GET", METHOD_GET},
    {"HEAD", METHOD_HEAD},
    {"POST", METHOD_POST},
    {"OPTIONS", METHOD_OPTIONS},
};

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

static struct slice trim(struct slice s)
{
    while (s.len > 0 && is_blank(s.p[0])) {
        s.p++;
        s.len--;
    }
    while (s.len > 0 && is_blank(s.p[s.len - 1]))
        s.len--;
    return s;
}

/* Moves the bytes before the next mark from *rest to *piece. False: nothing is left. */
static bool cut(struct slice *rest, char mark, struct slice *piece)
{
    if (rest->p == NULL)
        return false;
    const char *end = memchr(rest->p, mark, rest->len);
    size_t len = end ? (size_t)(end - rest->p) : rest->len;
    *piece = slice_make(rest->p, len);
    *rest = end ? slice_make(end + 1, rest->len - len - 1) : slice_make(NULL, 0);
    return true;
}

const char *request_param(const struct request *r, const char *name)
{
    const char *value = r->get(r->get_arg, name, 0);
    return value && *value ? value : NULL;
}

static enum method method_of(const char *name)
{
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        if (strcmp(name, methods[i].name) == 0)
            return methods[i].method;
    }
    return METHOD_OTHER;
}

/* Joins SCRIPT_NAME and PATH_INFO; see struct request. */
static int read_path(struct request *r, struct slice script, struct slice info)
{
    size_t at = r->store.len;
    if (script.len > 0 && script.p[script.len - 1] == '/' && info.len > 0 && info.p[0] == '/')
        script.len--;
    const char *first = script.len > 0 ? script.p : info.p;
    bool slash = script.len + info.len == 0 || *first != '/';
    if (slash)
        buf_addc(&r->store, '/');
    buf_add(&r->store, script.p, script.len);
    size_t below = slash && script.len == 0 && info.len > 0 ? at : r->store.len;
    buf_add(&r->store, info.p, info.len);
    buf_addc(&r->store, '\0');
    r->path = r->store.p + at;
    r->below = r->store.p + below;
    return r->store.failed ? -1 : 0;
}

/* Adds the decoded text and a NUL to the store; *out is the text without the NUL. -1: a bad %XX,
 * %00, or a control or blank that is not encoded, which RFC 3986 forbids. */
static int decode(struct buf *store, struct slice text, struct slice *out)
{
    size_t at = store->len;
    for (size_t i = 0; i < text.len; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c <= ' ' || c == 0x7f)
            return -1;
        if (c == '+')
            c = ' ';
        if (c == '%') {
            int byte = slice_hex_byte(slice_after(text, i + 1));
            if (byte <= 0)
                return -1;
            c = (unsigned char)byte;
            i += 2;
        }
        buf_addc(store, (char)c);
    }
    buf_addc(store, '\0');
    *out = slice_make(store->p + at, store->len - at - 1);
    return 0;
}

/* Parses the arguments "a=b&c" (application/x-www-form-urlencoded, WHATWG URL, section 5.1, but
 * strictly). Skips empty pieces. */
static int read_query(struct request *r, const char **why)
{
    struct slice rest = slice_of(r->query_string), piece;
    while (cut(&rest, '&', &piece)) {
        struct slice name;
        if (piece.len == 0)
            continue;
        if (r->nargs == REQUEST_MAX_QUERY_ARGS) {
            *why = "too many parameters";
            return 400;
        }
        const char *equals = memchr(piece.p, '=', piece.len);
        size_t len = equals ? (size_t)(equals - piece.p) : piece.len;
        struct slice value = slice_make(piece.p + len, 0);
        if (equals)
            value = slice_make(equals + 1, piece.len - len - 1);
        struct request_arg *arg = &r->args[r->nargs];
        if (decode(&r->store, slice_make(piece.p, len), &name) < 0 ||
            decode(&r->store, value, &arg->value) < 0) {
            *why = "query string out of form";
            return 400;
        }
        arg->name = name.p;
        r->nargs++;
    }
    return 0;
}

static int check_headers(const struct request *r, const char **why)
{
    const char *cookies = request_param(r, "HTTP_COOKIE");
    if (cookies && strlen(cookies) > REQUEST_MAX_COOKIES) {
        *why = "cookies too large";
        return 431;
    }
    for (size_t i = 0; i < sizeof bounded_headers / sizeof *bounded_headers; i++) {
        bool too_long = false;
        request_header(r, bounded_headers[i], &too_long);
        if (too_long) {
            *why = "header too large";
            return 431;
        }
    }
    return 0;
}

/* Checks the sizes of path and query, then decodes them. */
static int read_target(struct request *r, const char **why)
{
    struct slice script = slice_of(request_param(r, "SCRIPT_NAME"));
    struct slice info = slice_of(request_param(r, "PATH_INFO"));
    const char *query = request_param(r, "QUERY_STRING");
    r->query_string = query ? query : "";
    size_t query_len = strlen(r->query_string);
    *why = "address too long";
    if (script.len > REQUEST_MAX_PATH || info.len > REQUEST_MAX_PATH ||
        script.len + info.len > REQUEST_MAX_PATH || query_len > REQUEST_MAX_QUERY)
        return 414;
    /* Decoded text is not longer. Each argument needs at most two NULs more. */
    size_t room = script.len + info.len + query_len + 2 * REQUEST_MAX_QUERY_ARGS + 16;
    *why = "out of memory";
    buf_init(&r->store, room);
    if (buf_room(&r->store, room) < 0 || read_path(r, script, info) < 0)
        return 500;
    int status = read_query(r, why);
    if (status == 0 && r->store.failed) {
        *why = "out of memory";
        status = 500;
    }
    return status;
}

int request_parse(struct request *r, request_getter *get, void *arg, const char **why)
{
    memset(r, 0, sizeof *r);
    buf_init(&r->store, 0);
    r->get = get;
    r->get_arg = arg;
    r->below = r->query_string = "";

    const char *method = request_param(r, "REQUEST_METHOD");
    if (method == NULL) {
        *why = "no request method";
        return 400;
    }
    r->method = method_of(method);
    int status = read_target(r, why);
    if (status == 0)
        status = check_headers(r, why);
    if (status == 0)
        *why = NULL;
    return status;
}

void request_free(struct request *r)
{
    if (r == NULL)
        return;
    if (r->store.p) /* it may hold an exchange token */
        explicit_bzero(r->store.p, r->store.cap);
    buf_free(&r->store);
    r->nargs = 0;
    r->path = NULL;
    r->below = r->query_string = "";
}

const char *request_arg(const struct request *r, const char *name)
{
    for (size_t i = r->nargs; i > 0; i--) {
        if (strcmp(r->args[i - 1].name, name) == 0)
            return r->args[i - 1].value.p;
    }
    return NULL;
}

size_t request_arg_count(const struct request *r, const char *name)
{
    size_t count = 0;
    for (size_t i = 0; i < r->nargs; i++)
        count += strcmp(r->args[i].name, name) == 0;
    return count;
}

/* "Last-Event-ID" to "HTTP_LAST_EVENT_ID" (RFC 3875, section 4.1.18). */
static int header_parameter(const char *name, char out[MAX_HEADER_NAME])
{
    size_t at = sizeof "HTTP_" - 1;
    memcpy(out, "HTTP_", at);
    for (; *name; name++) {
        if (at + 1 >= MAX_HEADER_NAME)
            return -1;
        char c = *name == '-' ? '_' : *name;
        out[at++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
    }
    out[at] = '\0';
    return 0;
}

const char *request_header(const struct request *r, const char *name, bool *too_long)
{
    char parameter[MAX_HEADER_NAME];
    if (header_parameter(name, parameter) < 0)
        return NULL;
    const char *value = request_param(r, parameter);
    /* Apache may pass it only by mod_rewrite or SetEnvIf; then an internal redirect renames it. */
    if (value == NULL && strcmp(parameter, "HTTP_AUTHORIZATION") == 0)
        value = request_param(r, "REDIRECT_HTTP_AUTHORIZATION");
    if (value && strlen(value) > REQUEST_MAX_HEADER) {
        if (too_long)
            *too_long = true;
        return NULL;
    }
    return value;
}

bool request_header_is_doubled(const struct request *r, const char *name)
{
    char parameter[MAX_HEADER_NAME];
    return header_parameter(name, parameter) == 0 && r->get(r->get_arg, parameter, 1) != NULL;
}

/* Cuts the value of the next cookie of that name off rest. */
static bool next_cookie(struct slice *rest, const char *name, struct slice *value)
{
    struct slice piece, is;
    while (cut(rest, ';', &piece)) {
        *value = piece;
        cut(value, '=', &is);
        if (value->p == NULL || !slice_equal(trim(is), slice_of(name)))
            continue;
        *value = trim(*value);
        if (value->len >= 2 && value->p[0] == '"' && value->p[value->len - 1] == '"')
            *value = slice_make(value->p + 1, value->len - 2);
        return true;
    }
    return false;
}

size_t request_cookies(const struct request *r, const char *name, struct slice *values, size_t max)
{
    struct slice rest = slice_of(request_param(r, "HTTP_COOKIE")), value;
    size_t count = 0, i;
    if (rest.len > REQUEST_MAX_COOKIES)
        return 0;
    while (count <= max && next_cookie(&rest, name, &value)) {
        for (i = 0; i < count && !slice_equal(values[i], value); i++)
            ;
        if (i == count && count++ < max)
            values[i] = value;
    }
    return count;
}

/* Like cut, but skips marks between double quotes (RFC 9110, section 5.6.4). */
static bool cut_unquoted(struct slice *rest, char mark, struct slice *piece)
{
    bool quoted = false;
    size_t i;
    if (rest->p == NULL)
        return false;
    for (i = 0; i < rest->len && (quoted || rest->p[i] != mark); i++) {
        if (rest->p[i] == '"')
            quoted = !quoted;
        else if (quoted && rest->p[i] == '\\' && i + 1 < rest->len)
            i++;
    }
    *piece = slice_make(rest->p, i);
    *rest = i < rest->len ? slice_make(rest->p + i + 1, rest->len - i - 1) : slice_make(NULL, 0);
    return true;
}

static bool same_word(struct slice s, const char *word)
{
    return s.len == strlen(word) && strncasecmp(s.p, word, s.len) == 0;
}

/* "0.25" as 250; -1: malformed (RFC 9110, section 12.4.2). */
static int thousandths(struct slice text)
{
    int n = 0, unit = 1000;
    for (size_t i = 0; i < text.len; i++) {
        if (i == 1 ? text.p[i] != '.' : text.p[i] < '0' || text.p[i] > '9')
            return -1;
        if (i == 1)
            continue;
        n += unit * (text.p[i] - '0');
        unit /= 10;
    }
    return text.len > 0 && n <= 1000 ? n : -1;
}

/* The weight among the parameters of a range, in thousandths; -1: malformed. */
static int weight(struct slice parameters)
{
    struct slice part, name;
    while (cut_unquoted(&parameters, ';', &part)) {
        cut(&part, '=', &name);
        if (same_word(trim(name), "q"))
            return thousandths(trim(part));
    }
    return 1000;
}

int request_accepts(const struct request *r, const char *type)
{
    struct slice rest = slice_of(request_header(r, "Accept", NULL)), range, part;
    int most = 0;
    while (cut_unquoted(&rest, ',', &range)) {
        if (!cut_unquoted(&range, ';', &part) || !same_word(trim(part), type))
            continue;
        int n = weight(range);
        n = n < 0 ? 1000 : n;
        most = n > most ? n : most;
    }
    return most;
}

bool request_wants_stream(const struct request *r)
{
    return request_accepts(r, "text/event-stream") > 0;
}

bool request_accepts_gzip(const struct request *r)
{
    struct slice rest = slice_of(request_header(r, "Accept-Encoding", NULL)), range, name;
    enum { GZIP, IDENTITY, ANY, NAMES };
    static const char *const names[NAMES] = {"gzip", "identity", "*"};
    int weights[NAMES] = {-1, -1, -1};
    while (cut(&rest, ',', &range)) {
        cut(&range, ';', &name);
        for (int i = 0; i < NAMES; i++)
            if (same_word(trim(name), names[i]))
                weights[i] = weight(range);
    }
    for (int i = 0; i < ANY; i++)
        if (weights[i] < 0)
            weights[i] = weights[ANY];
    return weights[GZIP] > 0 && weights[GZIP] >= weights[IDENTITY];
}

/* A capture holds no byte with a meaning in a path, a Redis key or a pattern. */
static bool is_capture_byte(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ||
           (c != '\0' && strchr("._@+-", c) != NULL);
}

static size_t capture_span(const char *s)
{
    size_t n = 0;
    while (is_capture_byte(s[n]))
        n++;
    return n;
}

/* The name in "{name}" at s; len 0: malformed. */
static struct slice capture_name(const char *s)
{
    size_t n = 1;
    while ((s[n] >= 'a' && s[n] <= 'z') || (s[n] >= '0' && s[n] <= '9') || s[n] == '_')
        n++;
    return slice_make(s + 1, n <= MAX_NAME && s[n] == '}' ? n - 1 : 0);
}

static bool has_name(const struct route_match *m, struct slice name)
{
    for (size_t i = 0; i < m->count; i++) {
        if (slice_equal(m->captures[i].name, name))
            return true;
    }
    return false;
}

int route_check(const char *pattern)
{
    struct route_match seen = {.count = 0};
    bool open = false; /* all bytes since the last capture may belong to one */
    if (*pattern != '/' || strlen(pattern) > REQUEST_MAX_PATH)
        return -1;
    for (const char *p = pattern; *p; p++) {
        if (*p == '}' || (unsigned char)*p <= ' ' || *p == 0x7f)
            return -1;
        if (*p != '{') {
            open = open && is_capture_byte(*p);
            continue;
        }
        struct slice name = capture_name(p);
        if (open || name.len == 0 || seen.count == ROUTE_MAX_CAPTURES || has_name(&seen, name))
            return -1;
        seen.captures[seen.count++].name = name;
        open = true;
        p += name.len + 1;
    }
    return 0;
}

/* The length of the capture at path, if the pattern continues with literal. At most one length is
 * possible: the first byte of path that no capture holds must be the first such byte of literal.
 * route_check ensures that literal has one, unless no other capture follows. */
static size_t capture_length(const char *literal, const char *path)
{
    size_t span = capture_span(path);
    size_t tail = capture_span(literal);
    return span > tail ? span - tail : 0;
}

static bool fits_capture(struct slice value)
{
    if (value.len == 0 || value.len > MAX_CAPTURE)
        return false;
    return !slice_equal(value, slice_of(".")) && !slice_equal(value, slice_of(".."));
}

bool route_match(const char *pattern, const char *path, struct route_match *m)
{
    m->count = 0;
    while (*pattern) {
        if (*pattern != '{') {
            if (*pattern++ != *path++)
                return false;
            continue;
        }
        struct slice name = capture_name(pattern);
        if (name.len == 0 || m->count == ROUTE_MAX_CAPTURES)
            return false;
        pattern += name.len + 2;
        struct slice value = slice_make(path, capture_length(pattern, path));
        if (!fits_capture(value))
            return false;
        m->captures[m->count++] = (struct route_capture){name, value};
        path += value.len;
    }
    return *path == '\0';
}
