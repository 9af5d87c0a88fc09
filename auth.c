/* SPDX-License-Identifier: MIT */
/*
 * auth: see auth.h. webuser.c reads names that the web server gives, session.c JSON values.
 * jwtcheck.c verifies JWTs, signed_cookie.c cookies, fingerprint.c makes digests, template.c keys.
 *
 * Invariants: a credential is looked up only when it is well-formed. The first method that finds
 * its kind of credential decides. A wrong credential and an unknown one take the same path. Every
 * copy of a secret that is made here is wiped.
 */
#include "auth.h"

#include <arpa/inet.h>
#include <errno.h>
#include <json-c/json.h>
#include <nettle/base64.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/random.h>

#include "identity/fingerprint.h"
#include "identity/jwtcheck.h"
#include "identity/roles.h"
#include "identity/session.h"
#include "identity/signed_cookie.h"
#include "identity/template.h"
#include "identity/webuser.h"

#define MAX_COOKIES        4 /* different cookies of one name that are tried */
#define MIN_TOKEN          16
#define MAX_TOKEN          256
#define MAX_TEMPLATE_NAMES (ROUTE_MAX_CAPTURES + 4)

/* The arguments of auth_identify, for each method. */
struct attempt {
    const struct config *config;
    const struct request *request;
    const struct lookup *lookup;
    int64_t now;
    struct identity *identity;
    struct cause *cause;
};

/* claim: what the configuration names, such as a claim; NULL: nothing. */
static enum auth_result refuse(struct attempt *a, enum why why, const char *claim)
{
    a->cause->why = why;
    a->cause->claim = claim;
    return AUTH_BAD;
}

/* Notes why a method found no credential. A later method may still find one. The greatest cause
 * tells most: a name that was not believed tells more than that nothing came. */
static enum auth_result absent(struct attempt *a, enum why why, const char *claim)
{
    if (why > a->cause->why)
        refuse(a, why, claim);
    return AUTH_NONE;
}

void auth_wipe(void *p, size_t len)
{
    if (p && len)
        explicit_bzero(p, len);
}

static void wipe_buf(struct buf *b)
{
    auth_wipe(b->p, b->cap);
    buf_free(b);
}

/* Fills the template of a credential's key, which has one name. */
static int secret_key(const char *template, const char *name, struct slice value,
                      char key[IDENTITY_MAX_KEY + 1])
{
    struct template_name n = {slice_of(name), value};
    return template_expand(template, &n, 1, key, IDENTITY_MAX_KEY + 1);
}

/* ---- values of keys ---- */

/* The causes that a key and its value may give. */
struct key_whys {
    enum why unknown, not_json, no_user, names;
};
static const struct key_whys of_session = {WHY_SESSION_UNKNOWN, WHY_SESSION_NOT_JSON,
                                           WHY_SESSION_NO_USER, WHY_SESSION_NAMES};
static const struct key_whys of_bearer = {WHY_BEARER_UNKNOWN, WHY_BEARER_NOT_JSON,
                                          WHY_BEARER_NO_USER, WHY_BEARER_NAMES};
static const struct key_whys of_token = {WHY_TOKEN_UNKNOWN, WHY_TOKEN_NOT_JSON, WHY_TOKEN_NO_USER,
                                         WHY_TOKEN_NAMES};

/* Sets the identity from the value of a key. */
static enum auth_result read_value(struct attempt *a, struct json_object *o,
                                   const struct key_whys *whys)
{
    if (!o)
        return refuse(a, whys->not_json, NULL);
    if (session_names(a->config, o, a->identity) == 0)
        return AUTH_OK;
    return a->identity->user[0] ? refuse(a, whys->names, NULL)
                                : refuse(a, whys->no_user, a->config->user_field);
}

/* Reads the identity from the value of a key. take: the key is an exchange token's and is deleted.
 * Any other key becomes the identity's revocation key. */
static enum auth_result look_up(struct attempt *a, const char *key, bool take,
                                const struct key_whys *whys)
{
    struct buf value;
    struct json_object *o = NULL;
    enum auth_result result = AUTH_BAD;
    buf_init(&value, SESSION_MAX_VALUE);
    switch (a->lookup->get(a->lookup->arg, key, take, &value)) {
    case LOOKUP_FAILED:
        result = AUTH_UNAVAILABLE;
        break;
    case LOOKUP_MISSING:
        refuse(a, whys->unknown, NULL);
        break;
    case LOOKUP_FOUND:
        o = session_parse(buf_slice(&value));
        result = read_value(a, o, whys);
        if (result == AUTH_OK && take && session_end(o, a->now, a->identity) == -1)
            result = refuse(a, WHY_TOKEN_EXPIRED, NULL);
        else if (result == AUTH_OK && !take)
            memcpy(a->identity->revocation_key, key, strlen(key) + 1);
    }
    json_object_put(o);
    wipe_buf(&value);
    return result;
}

bool auth_still_valid(const struct config *config, const struct identity *identity,
                      const struct slice *value)
{
    struct identity now = {0};
    struct json_object *o = value ? session_parse(*value) : NULL;
    bool same = o && session_names(config, o, &now) == 0 && strcmp(now.user, identity->user) == 0 &&
                strcmp(now.tenant, identity->tenant) == 0 && strcmp(now.role, identity->role) == 0;
    json_object_put(o);
    return same;
}

/* ---- methods ---- */

static enum auth_result try_anonymous(struct attempt *a)
{
    (void)a;
    return AUTH_OK;
}

static enum auth_result of_webuser(struct attempt *a, enum webuser_result result,
                                   const char *header)
{
    switch (result) {
    case WEBUSER_OK:
        return AUTH_OK;
    case WEBUSER_BAD:
        return refuse(a, WHY_USER_MALFORMED, header);
    case WEBUSER_CLAIMED:
        return absent(a, WHY_FAILED_LOGIN, header);
    default:
        return AUTH_NONE;
    }
}

static enum auth_result try_remote_user(struct attempt *a)
{
    return of_webuser(a, webuser_read(a->request, a->identity), "REMOTE_USER");
}

/* Reads an address; IPv4 becomes IPv4-mapped IPv6 (RFC 4291, section 2.5.5.2). A zone ("%eth0") is
 * dropped. */
static int parse_address(const char *text, unsigned char out[16])
{
    char copy[INET6_ADDRSTRLEN];
    size_t len = strcspn(text, "%");
    struct in_addr v4;
    if (len >= sizeof copy)
        return -1;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (inet_pton(AF_INET, copy, &v4) == 1) {
        memset(out, 0, 10);
        memset(out + 10, 0xff, 2);
        memcpy(out + 12, &v4, 4);
        return 0;
    }
    return inet_pton(AF_INET6, copy, out) == 1 ? 0 : -1;
}

static bool in_network(const struct network *n, const unsigned char address[16])
{
    unsigned whole = n->bits / 8, rest = n->bits % 8;
    if (n->bits > 128 || memcmp(n->address, address, whole) != 0)
        return false;
    if (rest == 0)
        return true;
    unsigned mask = 0xffu << (8 - rest) & 0xffu;
    return (n->address[whole] & mask) == (address[whole] & mask);
}

bool auth_is_trusted(const struct config *config, const struct request *request)
{
    const char *text = request_param(request, "REMOTE_ADDR");
    unsigned char address[16];
    if (!text || parse_address(text, address) == -1)
        return false;
    for (size_t i = 0; i < config->ntrusted; i++)
        if (in_network(&config->trusted[i], address))
            return true;
    return false;
}

static enum auth_result try_header(struct attempt *a)
{
    bool too_long = false;
    if (!auth_is_trusted(a->config, a->request)) {
        return request_header(a->request, a->config->user_header, &too_long) || too_long
                   ? absent(a, WHY_UNTRUSTED_PROXY, a->config->user_header)
                   : AUTH_NONE;
    }
    return of_webuser(a, webuser_read_headers(a->config, a->request, a->identity),
                      a->config->user_header);
}

typedef enum auth_result try_value(struct attempt *a, struct slice value);

/* Tries each of several different cookies. A browser also sends what an application left at another
 * path or domain, in no reliable order. So exactly one of them must be good. */
static enum auth_result try_each(struct attempt *a, const struct slice *values, size_t count,
                                 try_value *try_one)
{
    struct identity good = {0};
    size_t found = 0;
    enum auth_result result = AUTH_BAD;
    for (size_t i = 0; i < count && result != AUTH_UNAVAILABLE; i++) {
        memset(a->identity, 0, sizeof *a->identity);
        result = try_one(a, values[i]);
        if (result == AUTH_OK && found++ == 0)
            good = *a->identity;
    }
    if (result != AUTH_UNAVAILABLE)
        result = found == 1 ? AUTH_OK : AUTH_BAD;
    if (result == AUTH_OK)
        *a->identity = good;
    else if (result == AUTH_BAD)
        refuse(a, found ? WHY_COOKIES_SEVERAL : WHY_COOKIES_NONE, NULL);
    auth_wipe(&good, sizeof good);
    return result;
}

/* Tries the cookies of that name. */
static enum auth_result try_cookies(struct attempt *a, const char *name, try_value *try_one)
{
    struct slice values[MAX_COOKIES];
    size_t count = request_cookies(a->request, name, values, MAX_COOKIES);
    if (count == 0)
        return AUTH_NONE;
    if (count > MAX_COOKIES)
        return refuse(a, WHY_COOKIES_MANY, NULL);
    return count == 1 ? try_one(a, values[0]) : try_each(a, values, count, try_one);
}

static enum auth_result try_session(struct attempt *a, struct slice id)
{
    char room[SIGNED_COOKIE_ROOM], key[IDENTITY_MAX_KEY + 1];
    enum auth_result result = AUTH_BAD;
    if (a->config->cookie_secret.len &&
        signed_cookie_id(id, a->config->cookie_secret, room, &id) == -1)
        refuse(a, WHY_SESSION_SIGNATURE, NULL);
    else if (id.len == 0 || id.len > SESSION_MAX_ID || session_has_control(id) ||
             secret_key(a->config->session_key, "id", id, key) == -1)
        refuse(a, WHY_SESSION_MALFORMED, NULL);
    else
        result = look_up(a, key, false, &of_session);
    auth_wipe(key, sizeof key);
    auth_wipe(room, sizeof room);
    return result;
}

static enum auth_result try_cookie(struct attempt *a)
{
    return try_cookies(a, a->config->cookie, try_session);
}

/* The token of "Bearer X" (RFC 6750, section 2.1) or "Token X". Other schemes are not for us:
 * AUTH_NONE. A comma or a blank in the token means that the header was sent twice. That is
 * AUTH_MALFORMED ("invalid_request", section 3.1): the answer reveals nothing about tokens. */
static enum auth_result read_token(const char *value, struct slice *token)
{
    size_t scheme = strcspn(value, " \t");
    if (!(scheme == 6 && strncasecmp(value, "Bearer", 6) == 0) &&
        !(scheme == 5 && strncasecmp(value, "Token", 5) == 0))
        return AUTH_NONE;
    value += scheme;
    value += strspn(value, " \t");
    token->p = value;
    token->len = strcspn(value, " \t");
    if (token->len == 0 || value[token->len + strspn(value + token->len, " \t")] != '\0')
        return AUTH_MALFORMED;
    for (size_t i = 0; i < token->len; i++)
        if (value[i] < 0x21 || value[i] > 0x7e || value[i] == ',')
            return AUTH_MALFORMED;
    return AUTH_OK;
}

/* Whether the web server passes the Authorization header only where it is told to. */
static bool withholds_authorization(const struct request *request)
{
    const char *software = request_param(request, "SERVER_SOFTWARE");
    return software && strncmp(software, "Apache", 6) == 0;
}

/* The token of the Authorization header. */
static enum auth_result authorization_token(struct attempt *a, struct slice *token)
{
    bool too_long = false;
    const char *value = request_header(a->request, "Authorization", &too_long);
    if (too_long)
        return refuse(a, WHY_AUTHORIZATION_MALFORMED, NULL);
    if (!value)
        return withholds_authorization(a->request) ? absent(a, WHY_NO_AUTHORIZATION, NULL)
                                                   : AUTH_NONE;
    enum auth_result result = read_token(value, token);
    if (result == AUTH_NONE)
        return absent(a, WHY_OTHER_SCHEME, NULL);
    if (result == AUTH_MALFORMED)
        refuse(a, WHY_AUTHORIZATION_MALFORMED, NULL);
    return result;
}

/* Three parts with dots between them (RFC 7515, section 7.1). */
static bool looks_like_jwt(struct slice token)
{
    size_t dots = 0;
    for (size_t i = 0; i < token.len; i++)
        dots += token.p[i] == '.';
    return dots == 2;
}

/* Bearer keys and JWTs come in the same header. When both methods are configured, the form of the
 * token decides. */
static bool token_is_for(const struct config *config, enum auth_method method, struct slice token)
{
    if (!config_uses(config, AUTH_JWT) || !config_uses(config, AUTH_BEARER))
        return true;
    return looks_like_jwt(token) == (method == AUTH_JWT);
}

static enum auth_result try_bearer(struct attempt *a)
{
    char key[IDENTITY_MAX_KEY + 1], hex[FINGERPRINT + 1];
    struct slice token;
    enum auth_result result = authorization_token(a, &token);
    if (result == AUTH_OK && !token_is_for(a->config, AUTH_BEARER, token))
        return AUTH_NONE;
    if (result != AUTH_OK)
        return result;
    fingerprint(token, hex);
    struct template_name names[] = {{slice_of("sha256"), {hex, FINGERPRINT}},
                                    {slice_of("token"), token}};
    if (template_expand(a->config->bearer_key, names, 2, key, sizeof key) == 0)
        result = look_up(a, key, false, &of_bearer);
    else
        result = refuse(a, WHY_BEARER_MALFORMED, NULL);
    auth_wipe(key, sizeof key);
    auth_wipe(hex, sizeof hex);
    return result;
}

int auth_token_key(const struct config *config, struct slice token, char key[IDENTITY_MAX_KEY + 1])
{
    if (token.len < MIN_TOKEN || token.len > MAX_TOKEN)
        return -1;
    for (size_t i = 0; i < token.len; i++) {
        char c = token.p[i];
        if (!((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
              c == '-' || c == '_'))
            return -1;
    }
    return secret_key(config->token_key, "token", token, key);
}

/* Whether the login that an exchange token was made for is still valid. */
static enum auth_result login_is_valid(struct attempt *a)
{
    struct buf value;
    enum auth_result result = AUTH_BAD;
    buf_init(&value, SESSION_MAX_VALUE);
    enum lookup_result found =
        a->lookup->get(a->lookup->arg, a->identity->revocation_key, false, &value);
    struct slice now = buf_slice(&value);
    if (found == LOOKUP_FAILED)
        result = AUTH_UNAVAILABLE;
    else if (found == LOOKUP_FOUND && auth_still_valid(a->config, a->identity, &now))
        result = AUTH_OK;
    else
        refuse(a, WHY_TOKEN_LOGIN, NULL);
    wipe_buf(&value);
    return result;
}

static enum auth_result try_token(struct attempt *a)
{
    char key[IDENTITY_MAX_KEY + 1];
    size_t count = request_arg_count(a->request, "token");
    if (count == 0)
        return AUTH_NONE;
    if (count > 1 ||
        auth_token_key(a->config, slice_of(request_arg(a->request, "token")), key) == -1)
        return refuse(a, WHY_TOKEN_MALFORMED, NULL);
    enum auth_result result = look_up(a, key, true, &of_token);
    auth_wipe(key, sizeof key);
    return result == AUTH_OK && a->identity->revocation_key[0] ? login_is_valid(a) : result;
}

static enum auth_result try_claims(struct attempt *a, struct slice token)
{
    struct jwtcheck jwt;
    enum auth_result result = AUTH_BAD;
    if (jwtcheck(a->config, token, a->now, &jwt) != JWTCHECK_OK)
        refuse(a, jwt.why, jwt.claim);
    else if (session_claims(a->config, jwt.claims, a->identity) == 0)
        result = AUTH_OK;
    else if (a->identity->user[0])
        refuse(a, WHY_JWT_NAMES, NULL);
    else
        refuse(a, WHY_JWT_NO_USER, a->config->jwt_user);
    a->identity->ends = jwt.ends;
    json_object_put(jwt.claims);
    return result;
}

/* The JWT is in the Authorization header; without one, in the cookie. */
static enum auth_result try_jwt(struct attempt *a)
{
    struct slice token;
    enum auth_result result = authorization_token(a, &token);
    if (result == AUTH_OK && token_is_for(a->config, AUTH_JWT, token))
        return try_claims(a, token);
    if (result == AUTH_OK)
        result = AUTH_NONE;
    if (result != AUTH_NONE || !a->config->jwt_cookie)
        return result;
    return try_cookies(a, a->config->jwt_cookie, try_claims);
}

static const struct {
    const char *name;
    enum auth_result (*identify)(struct attempt *a);
} methods[AUTH_METHODS + 1] = {
    [AUTH_END] = {"none", NULL},
    [AUTH_REMOTE_USER] = {"remote_user", try_remote_user},
    [AUTH_HEADER] = {"header", try_header},
    [AUTH_COOKIE] = {"cookie", try_cookie},
    [AUTH_BEARER] = {"bearer", try_bearer},
    [AUTH_TOKEN] = {"token", try_token},
    [AUTH_JWT] = {"jwt", try_jwt},
    [AUTH_ANONYMOUS] = {"anonymous", try_anonymous},
};

const char *auth_method_name(enum auth_method method)
{
    return methods[method].name;
}

/* The identity of what was refused is all zero, except the end of what has expired. */
static void forget(struct identity *identity, enum auth_result result, int64_t now)
{
    int64_t over = result == AUTH_BAD && identity->ends <= now ? identity->ends : 0;
    auth_wipe(identity, sizeof *identity);
    identity->ends = over;
}

enum auth_result auth_identify(const struct config *config, const struct request *request,
                               const struct lookup *lookup, int64_t now, struct identity *identity,
                               struct cause *cause)
{
    struct attempt a = {config, request, lookup, now, identity, cause};
    enum auth_result result = AUTH_NONE;
    enum auth_method method = AUTH_END;
    *cause = (struct cause){.why = WHY_NONE};
    memset(identity, 0, sizeof *identity);
    for (size_t i = 0; config->auth[i] != AUTH_END && result == AUTH_NONE; i++) {
        method = config->auth[i];
        result = methods[method].identify(&a);
    }
    if (result == AUTH_OK) {
        identity->method = method;
        *cause = (struct cause){WHY_OK, method, NULL};
        return result;
    }
    if (result == AUTH_UNAVAILABLE)
        refuse(&a, WHY_UNAVAILABLE, NULL);
    cause->method = result == AUTH_NONE ? AUTH_END : method;
    forget(identity, result, now);
    return result;
}

/* ---- what an identity may read ---- */

bool auth_is_admin(const struct config *config, const struct identity *identity)
{
    return roles_include(config->admin_roles, identity);
}

/* Collects the names for a template: the identity's, then the captures; template_find takes the
 * first of each name. captures_first: the captures of an administrator replace the identity's
 * names. Returns the number of names. */
static size_t collect(const struct identity *identity, const struct route_match *captures,
                      bool captures_first, struct template_name names[MAX_TEMPLATE_NAMES])
{
    size_t count = captures && captures_first ? captures->count : 0;
    struct template_name *own = names + count;
    own[0] = (struct template_name){slice_of("user"), slice_of(identity->user)};
    own[1] = (struct template_name){slice_of("tenant"), slice_of(identity->tenant)};
    own[2] = (struct template_name){slice_of("role"), slice_of(identity->role)};
    struct template_name *rest = captures_first ? names : own + 3;
    for (size_t i = 0; captures && i < captures->count; i++)
        rest[i] = (struct template_name){captures->captures[i].name, captures->captures[i].value};
    return 3 + (captures ? captures->count : 0);
}

/* Whether captures named user, tenant or role equal those of the identity. */
static bool captures_fit(const struct identity *identity, const struct route_match *captures)
{
    struct template_name own[MAX_TEMPLATE_NAMES];
    size_t count = collect(identity, NULL, false, own);
    for (size_t i = 0; captures && i < captures->count; i++) {
        const struct template_name *n = template_find(own, count, captures->captures[i].name);
        if (n && !slice_equal(n->value, captures->captures[i].value))
            return false;
    }
    return true;
}

int auth_log_key(const struct config *config, const struct identity *identity,
                 const struct route_match *captures, const char *template, struct slice log,
                 char key[IDENTITY_MAX_KEY + 1])
{
    struct template_name names[MAX_TEMPLATE_NAMES];
    bool admin = auth_is_admin(config, identity);
    key[0] = '\0';
    if (captures && captures->count > ROUTE_MAX_CAPTURES)
        return -1;
    if (!admin && !captures_fit(identity, captures))
        return -1;
    size_t count = collect(identity, captures, admin, names);
    names[count++] = (struct template_name){slice_of("log"), log};
    return template_expand(template, names, count, key, IDENTITY_MAX_KEY + 1);
}

int auth_fill(const struct identity *identity, const struct route_match *captures,
              const char *template, char *out, size_t size)
{
    struct template_name names[MAX_TEMPLATE_NAMES];
    if (size == 0 || (captures && captures->count > ROUTE_MAX_CAPTURES))
        return -1;
    size_t count = collect(identity, captures, false, names);
    return template_expand(template, names, count, out, size);
}

/* ---- exchange tokens ---- */

int auth_make_token(char out[44])
{
    uint8_t bytes[32];
    struct base64_encode_ctx ctx;
    size_t got = 0;
    while (got < sizeof bytes) {
        ssize_t n = getrandom(bytes + got, sizeof bytes - got, 0);
        if (n < 0 && errno != EINTR)
            return -1;
        got += n > 0 ? (size_t)n : 0;
    }
    /* update writes 42 characters, final the 43rd and a '=', which is dropped. */
    char text[BASE64_ENCODE_RAW_LENGTH(sizeof bytes) + BASE64_ENCODE_FINAL_LENGTH];
    base64url_encode_init(&ctx);
    size_t len = base64_encode_update(&ctx, text, sizeof bytes, bytes);
    base64_encode_final(&ctx, text + len);
    memcpy(out, text, 43);
    out[43] = '\0';
    auth_wipe(bytes, sizeof bytes);
    auth_wipe(&ctx, sizeof ctx);
    auth_wipe(text, sizeof text);
    return 0;
}

int auth_token_value(const struct config *config, const struct identity *identity, struct buf *out)
{
    return session_write(config, identity, out);
}
