/* SPDX-License-Identifier: MIT */
/*
 * auth: each method with credentials that are absent, good, wrong, malformed, too long, sent twice,
 * used twice, or sent while Redis is away. Each row names the look-ups that must happen. The last
 * parts test keys and exchange tokens. request.c parses the request from CGI parameters, as in the
 * program.
 */
#include <nettle/memops.h>

/* Counts the comparisons in constant time. */
static unsigned compared;
static int counted_memeql_sec(const void *a, const void *b, size_t n)
{
    compared++;
    return memeql_sec(a, b, n);
}
#undef memeql_sec
#define memeql_sec counted_memeql_sec
#include "auth.c"
#include "identity/signed_cookie.c"
#include "gateway/params.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define NOW 1700000000

/* ---- a Redis of a few keys ---- */

struct fake {
    const char *keys[8][2]; /* key, value */
    char asked[1024];       /* "GET key;" or "GETDEL key;" for each look-up */
    bool away;
};

static enum lookup_result fake_get(void *arg, const char *key, bool take, struct buf *value)
{
    struct fake *f = arg;
    size_t used = strlen(f->asked);
    assert_true(strlen(key) <= IDENTITY_MAX_KEY);
    snprintf(f->asked + used, sizeof f->asked - used, "%s %s;", take ? "GETDEL" : "GET", key);
    if (f->away)
        return LOOKUP_FAILED;
    for (size_t i = 0; i < 8 && f->keys[i][0]; i++)
        if (f->keys[i][1] && strcmp(f->keys[i][0], key) == 0) {
            assert_int_equal(buf_adds(value, f->keys[i][1]), 0);
            if (take)
                f->keys[i][1] = NULL;
            return LOOKUP_FOUND;
        }
    return LOOKUP_MISSING;
}

/* ---- requests and configurations ---- */

/* Parameters are written "NAME=value|NAME=value". */
struct params {
    char text[REQUEST_MAX_COOKIES + 4096];
    char *each[16];
};

static const char *get_param(void *arg, const char *name, unsigned nth)
{
    return params_find(((struct params *)arg)->each, name, nth);
}

static void split_params(struct params *params, const char *text)
{
    memset(params, 0, sizeof *params);
    int len = snprintf(params->text, sizeof params->text - 1,
                       "REQUEST_METHOD=GET|SCRIPT_NAME=/logs|%s", text);
    assert_in_range(len, 1, sizeof params->text - 2);
    params->each[0] = params->text;
    for (size_t n = 1; n < 15 && (params->each[n] = strchr(params->each[n - 1], '|')); n++)
        *params->each[n]++ = '\0';
}

static char *text(const char *s)
{
    return (char *)(uintptr_t)s;
}

static struct network trusted[2];
static char *admins[] = {(char *)(uintptr_t) "admin", (char *)(uintptr_t) "root", NULL};
static const char secret[] = "0123456789abcdef0123456789abcdef";

static struct config base_config(void)
{
    assert_int_equal(parse_address("10.16.0.0", trusted[0].address), 0);
    trusted[0].bits = 96 + 12;
    assert_int_equal(parse_address("2001:db8::1", trusted[1].address), 0);
    trusted[1].bits = 128;
    return (struct config){
        .admin_roles = admins,
        .trusted = trusted,
        .ntrusted = 2,
        .user_header = text("X-Remote-User"),
        .tenant_header = text("X-Remote-Tenant"),
        .role_header = text("X-Remote-Role"),
        .cookie = text("session"),
        .session_key = text("session:{id}"),
        .user_field = text("/user_id"),
        .tenant_field = text("/tenant_id"),
        .role_field = text("/role"),
        .bearer_key = text("bearer:{sha256}"),
        .token_key = text("sse_token:{token}"),
        .jwt_alg = JWT_HS256,
        .jwt_cookie = text("jwt"),
        .jwt_user = text("sub"),
        .jwt_tenant = text("tenant_id"),
        .jwt_role = text("role"),
        .jwt_key = slice_of(secret),
    };
}

static const char *const method_names[] = {
    [AUTH_REMOTE_USER] = "remote_user", [AUTH_HEADER] = "header", [AUTH_COOKIE] = "cookie",
    [AUTH_BEARER] = "bearer",           [AUTH_TOKEN] = "token",   [AUTH_JWT] = "jwt",
    [AUTH_ANONYMOUS] = "anonymous"};

static void set_methods(struct config *c, const char *names)
{
    size_t count = 0;
    while (*names) {
        size_t len = strcspn(names, " ");
        for (int m = AUTH_REMOTE_USER; m <= AUTH_ANONYMOUS; m++)
            if (strlen(method_names[m]) == len && memcmp(method_names[m], names, len) == 0)
                c->auth[count++] = (enum auth_method)m;
        names += len;
        names += strspn(names, " ");
    }
    c->auth[count] = AUTH_END;
}

static struct cause cause; /* of the last call */

static enum auth_result identify(const struct config *c, const char *params, struct fake *f,
                                 struct identity *identity)
{
    static struct params split;
    struct request r;
    const char *why;
    struct lookup lookup = {fake_get, f};
    enum auth_result result = AUTH_MALFORMED; /* the front answers 4xx when request_parse fails */
    split_params(&split, params);
    memset(identity, 0, sizeof *identity);
    if (request_parse(&r, get_param, &split, &why) == 0)
        result = auth_identify(c, &r, &lookup, NOW, identity, &cause);
    request_free(&r);
    return result;
}

static const char *const result_names[] = {[AUTH_OK] = "ok",
                                           [AUTH_NONE] = "none",
                                           [AUTH_BAD] = "bad",
                                           [AUTH_MALFORMED] = "malformed",
                                           [AUTH_UNAVAILABLE] = "unavailable"};

/* One request and its result. */
struct row {
    const char *methods; /* as in SSELOG_AUTH */
    const char *params;
    const char *outcome; /* "ok USER,TENANT,ROLE", or the result's name */
    const char *asked;   /* all look-ups, in their order */
};

static void check_row(const struct config *base, const struct row *row, const struct fake *redis)
{
    struct config c = *base;
    struct fake f = *redis;
    struct identity identity;
    char outcome[600];
    set_methods(&c, row->methods);
    enum auth_result result = identify(&c, row->params, &f, &identity);
    if (result == AUTH_OK)
        snprintf(outcome, sizeof outcome, "ok %s,%s,%s", identity.user, identity.tenant,
                 identity.role);
    else
        snprintf(outcome, sizeof outcome, "%s%s%s%s", result_names[result], identity.user,
                 identity.tenant, identity.role);
    if (strcmp(outcome, row->outcome) != 0)
        fail_msg("%s: %s: is %s", row->methods, row->params, outcome);
    if (strcmp(f.asked, row->asked) != 0)
        fail_msg("%s: %s: asked %s", row->methods, row->params, f.asked);
    assert_true((cause.why == WHY_OK) == (result == AUTH_OK));
    bool from_a_key = result == AUTH_OK && strncmp(f.asked, "GET ", 4) == 0, known = !from_a_key;
    assert_int_equal(identity.revocation_key[0] != '\0', from_a_key);
    for (size_t i = 0; i < 8 && f.keys[i][0]; i++)
        known = known || strcmp(f.keys[i][0], identity.revocation_key) == 0;
    assert_true(known);
    assert_non_null(strstr(f.asked, identity.revocation_key));
}

#define CHECK(rows, config, redis)                                                                 \
    for (size_t row_ = 0; row_ < sizeof(rows) / sizeof *(rows); row_++)                            \
    check_row((config), &(rows)[row_], (redis))

static const struct fake no_redis = {.away = true};

#define N16  "nnnnnnnnnnnnnnnn"
#define N128 N16 N16 N16 N16 N16 N16 N16 N16
#define N256 N128 N128

/* ---- methods without look-ups: Redis is away ---- */

static void test_remote_user_gives_the_identity(void **state)
{
    static const struct row rows[] = {
        {"anonymous", "REMOTE_USER=x", "ok ,,", ""},
        {"", "REMOTE_USER=alice", "none", ""},
        {"remote_user", "", "none", ""},
        {"remote_user", "REMOTE_USER=", "none", ""},
        {"remote_user", "REMOTE_USER=alice@example.org", "ok alice@example.org,,", ""},
        {"remote_user", "REMOTE_USER=DOMAIN\\user", "ok DOMAIN\\user,,", ""},
        {"remote_user", "REMOTE_USER=Zo\xc3\xab", "ok Zo\xc3\xab,,", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=User.admin", "ok User.admin,,", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=b|REMOTE_USER=a", "ok a,,", ""},
        /* After a redirect for an error it is the name that the client claimed. */
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=200", "ok a,,", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=", "ok a,,", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=401", "none", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=403", "none", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=2000", "none", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=200|REDIRECT_REDIRECT_STATUS=401",
         "none", ""},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=200|REDIRECT_REDIRECT_STATUS=200",
         "ok a,,", ""},
        {"remote_user", "REMOTE_USER=a|REDIRECT_STATUS=401", "ok a,,", ""},
        {"remote_user", "HTTP_REMOTE_USER=root", "none", ""},
        {"remote_user", "REMOTE_USER=" N128, "ok " N128 ",,", ""},
        {"remote_user", "REMOTE_USER=" N128 "n", "bad", ""},
        {"remote_user", "REMOTE_USER=a\nb", "bad", ""},
        {"remote_user", "REMOTE_USER=a\x7f", "bad", ""},
        {"remote_user", "REMOTE_USER=a\xc2\x85", "bad", ""},
        {"remote_user", "REMOTE_USER=a\xc0\xaf", "bad", ""},
        {"remote_user", "REMOTE_USER=a\xed\xa0\x80", "bad", ""},
        {"remote_user", "REMOTE_USER=a\xf4\x90\x80\x80", "bad", ""},
        {"remote_user", "REMOTE_USER=a\xe2\x82", "bad", ""},
        {"remote_user", "REMOTE_USER=\xf0\x9f\x90\xa7", "ok \xf0\x9f\x90\xa7,,", ""},
        /* After a bad credential no other method is tried. */
        {"remote_user header", "REMOTE_USER=\x01|REMOTE_ADDR=10.16.0.1|HTTP_X_REMOTE_USER=a", "bad",
         ""},
    };
    struct config c = base_config();
    (void)state;
    CHECK(rows, &c, &no_redis);
}

static void test_header_counts_only_from_trusted_proxies(void **state)
{
#define FROM(address) "REMOTE_ADDR=" address "|HTTP_X_REMOTE_USER=alice"
    static const struct row rows[] = {
        {"header", FROM("10.16.0.1"), "ok alice,,", ""},
        {"header", FROM("10.31.255.255"), "ok alice,,", ""},
        {"header", FROM("::ffff:10.16.0.1"), "ok alice,,", ""},
        {"header", FROM("2001:db8::1"), "ok alice,,", ""},
        {"header", FROM("2001:db8:0:0::1%eth0"), "ok alice,,", ""},
        {"header", FROM("10.32.0.0"), "none", ""},
        {"header", FROM("10.15.255.255"), "none", ""},
        {"header", FROM("2001:db8::2"), "none", ""},
        {"header", FROM("::10.16.0.1"), "none", ""},
        {"header", FROM(""), "none", ""},
        {"header", FROM("unix:"), "none", ""},
        {"header", FROM("10.16.0.1, 1.2.3.4"), "none", ""},
        {"header", FROM("10.16.0.1000000000000000000000000000000000000000000"), "none", ""},
        {"header", "HTTP_X_REMOTE_USER=alice", "none", ""},
        /* The client's own headers are not trusted. */
        {"header", FROM("192.0.2.1") "|HTTP_X_FORWARDED_FOR=10.16.0.1", "none", ""},
        {"header remote_user", FROM("192.0.2.1") "|REMOTE_USER=bob", "ok bob,,", ""},
        {"header remote_user", "REMOTE_ADDR=10.16.0.1|REMOTE_USER=bob", "ok bob,,", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_TENANT=acme|HTTP_X_REMOTE_ROLE=admin",
         "ok alice,acme,admin", ""},
        {"header", FROM("10.16.0.1") ", root", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_ROLE=viewer, admin", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_TENANT=a,b", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_USER=bob", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_USER=", "bad", ""},
        {"header", "HTTP_X_REMOTE_USER=|" FROM("10.16.0.1"), "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_ROLE=a|HTTP_X_REMOTE_ROLE=admin", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_TENANT=a|HTTP_X_REMOTE_TENANT=", "bad", ""},
        {"header", FROM("10.16.0.1") "\x01", "bad", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_TENANT=\x01|HTTP_X_REMOTE_ROLE=x", "bad", ""},
        {"header", FROM("10.16.0.1") N128, "bad", ""},
    };
    struct config c = base_config();
    (void)state;
    CHECK(rows, &c, &no_redis);
    c.ntrusted = 0;
    check_row(&c, &(struct row){"header", FROM("10.16.0.1"), "none", ""}, &no_redis);
}

static void test_unnamed_tenant_and_role_headers_are_not_read(void **state)
{
    static const struct row rows[] = {
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_TENANT=acme|HTTP_X_REMOTE_ROLE=admin",
         "ok alice,,", ""},
        {"header", FROM("10.16.0.1") "|HTTP_X_REMOTE_ROLE=a|HTTP_X_REMOTE_ROLE=b|HTTP_=c",
         "ok alice,,", ""},
    };
    struct config c = base_config();
    (void)state;
    c.tenant_header = c.role_header = NULL;
    CHECK(rows, &c, &no_redis);
}

/* Under a server that gives X_Role the variable of X-Role, such a name is a fault of the
 * configuration. */
static void test_headers_that_clients_can_imitate_are_named(void **state)
{
    static const struct {
        enum auth_method method;
        const char *server, *user, *tenant, *role, *option;
    } cases[] = {
        {AUTH_HEADER, "lighttpd/1.4.69", "X-User", NULL, NULL, NULL},
        {AUTH_HEADER, "lighttpd/1.4.69", "X-User", "RemoteTenant", "Role2", NULL},
        {AUTH_HEADER, "lighttpd/1.4.69", "User", NULL, "X-Role", "SSELOG_ROLE_HEADER"},
        {AUTH_HEADER, "lighttpd/1.4.69", "User", NULL, "Remote_Role", "SSELOG_ROLE_HEADER"},
        {AUTH_HEADER, "lighttpd/1.4.69", "User", NULL, "Role!", "SSELOG_ROLE_HEADER"},
        {AUTH_HEADER, "lighttpd/1.4.69", "User", "X-Tenant", "Role", "SSELOG_TENANT_HEADER"},
        {AUTH_HEADER, "lighttpd", "User", ".", "Role", "SSELOG_TENANT_HEADER"},
        {AUTH_HEADER, "LightTPD/2", "User", NULL, "X-Role", "SSELOG_ROLE_HEADER"},
        {AUTH_HEADER, "OpenBSD httpd", "User", NULL, "X-Role", "SSELOG_ROLE_HEADER"},
        {AUTH_HEADER, "nginx/1.22.1", "User", "X-Tenant", "X-Role", NULL},
        {AUTH_HEADER, "Apache/2.4.57 (Debian)", "User", "X-Tenant", "X-Role", NULL},
        {AUTH_HEADER, "", "User", "X-Tenant", "X-Role", NULL},
        {AUTH_COOKIE, "lighttpd/1.4.69", "User", "X-Tenant", "X-Role", NULL},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char params[100];
        struct params split;
        struct request r;
        const char *why;
        struct config c = {.auth = {AUTH_REMOTE_USER, cases[i].method},
                           .user_header = text(cases[i].user),
                           .tenant_header = text(cases[i].tenant),
                           .role_header = text(cases[i].role)};
        snprintf(params, sizeof params, "SERVER_SOFTWARE=%s", cases[i].server);
        split_params(&split, params);
        assert_int_equal(request_parse(&r, get_param, &split, &why), 0);
        const char *option = webuser_imitable_header(&c, &r);
        if (!slice_equal(slice_of(option), slice_of(cases[i].option)))
            fail_msg("case %zu: %s", i, option ? option : "none");
        request_free(&r);
    }
}

/* ---- methods with look-ups ---- */

#define SESSION "{\"user_id\":\"alice\",\"tenant_id\":\"acme\",\"role\":\"viewer\"}"

static void test_cookie_finds_the_session(void **state)
{
    static const struct fake redis = {
        .keys = {{"session:abc", SESSION}, {"session:", SESSION}, {"session:def", SESSION}}};
    static const struct row rows[] = {
        {"cookie", "", "none", ""},
        {"cookie", "HTTP_COOKIE=other=abc; sessio=abc; xsession=abc", "none", ""},
        {"cookie", "HTTP_COOKIE=x=1; session=abc", "ok alice,acme,viewer", "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=unknown", "bad", "GET session:unknown;"},
        {"cookie", "HTTP_COOKIE=session=", "bad", ""},
        /* Equal cookies are one. Of different ones exactly one must be good. */
        {"cookie", "HTTP_COOKIE=session=abc; session=\"abc\"", "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=abc; session=x", "ok alice,acme,viewer",
         "GET session:abc;GET session:x;"},
        {"cookie", "HTTP_COOKIE=session=x; a=b; session=abc; session=x", "ok alice,acme,viewer",
         "GET session:x;GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=; session=a\x01; session=abc", "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=x; session=y", "bad", "GET session:x;GET session:y;"},
        {"cookie", "HTTP_COOKIE=session=abc; session=def", "bad",
         "GET session:abc;GET session:def;"},
        {"cookie", "HTTP_COOKIE=session=abc; session=def; session=x", "bad",
         "GET session:abc;GET session:def;GET session:x;"},
        {"cookie", "HTTP_COOKIE=session=1; session=2; session=3; session=abc",
         "ok alice,acme,viewer", "GET session:1;GET session:2;GET session:3;GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=abc; session=2; session=3; session=4; session=5", "bad",
         ""},
        {"cookie remote_user", "HTTP_COOKIE=session=x; session=y|REMOTE_USER=bob", "bad",
         "GET session:x;GET session:y;"},
        {"cookie", "HTTP_COOKIE=session=a\x01", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=" N256, "bad", "GET session:" N256 ";"},
        {"cookie", "HTTP_COOKIE=session=" N256 "n", "bad", ""},
        /* Braces in a value have no meaning. */
        {"cookie", "HTTP_COOKIE=session={id}", "bad", "GET session:{id};"},
        {"cookie remote_user", "HTTP_COOKIE=session=old|REMOTE_USER=bob", "bad",
         "GET session:old;"},
        {"cookie remote_user", "REMOTE_USER=bob", "ok bob,,", ""},
    };
    static const struct row away[] = {
        {"cookie", "HTTP_COOKIE=session=x; session=abc", "unavailable", "GET session:x;"},
        {"cookie remote_user", "HTTP_COOKIE=session=abc|REMOTE_USER=bob", "unavailable",
         "GET session:abc;"},
        {"remote_user cookie", "HTTP_COOKIE=session=abc|REMOTE_USER=bob", "ok bob,,", ""},
    };
    struct config c = base_config();
    (void)state;
    CHECK(rows, &c, &redis);
    CHECK(away, &c, &no_redis);
}

/* The signatures were made by the Node module cookie-signature with the secret "keyboard cat". */
static void test_signed_cookie_needs_its_signature(void **state)
{
#define SIG_RAW     "BpxCrWRpvZMh/wk/djl34N+m+VQEU7K/5WenLwJCgFU"
#define SIG_ENCODED "BpxCrWRpvZMh%2Fwk%2Fdjl34N%2Bm%2BVQEU7K%2F5WenLwJCgFU"
    static const struct fake redis = {.keys = {{"session:abc", SESSION}, {"session:a.b", SESSION}}};
    static const struct row rows[] = {
        {"cookie", "HTTP_COOKIE=session=s:abc." SIG_RAW, "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=s%3Aabc." SIG_ENCODED, "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=s%3aabc." SIG_ENCODED, "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=s:a.b.sKNesNyAbFAJ+fsoA7qNx4Tsyo+r5keVpJkZSzFMXZw",
         "ok alice,acme,viewer", "GET session:a.b;"},
        /* Without a right signature there is no look-up. */
        {"cookie", "HTTP_COOKIE=session=abc", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=abc." SIG_RAW, "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:abd." SIG_RAW, "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:abc." SIG_RAW "=", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:abc.", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:abc", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:." SIG_RAW, "bad", ""},
        {"cookie", "HTTP_COOKIE=session=j:abc." SIG_RAW, "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s%3Aabc.%2", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s%3Aabc.%zz", "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:" N256 "n." SIG_RAW, "bad", ""},
        {"cookie", "HTTP_COOKIE=session=s:abc." SIG_RAW "; session=x", "ok alice,acme,viewer",
         "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=s:abd." SIG_RAW "; session=s:abc." SIG_RAW,
         "ok alice,acme,viewer", "GET session:abc;"},
        {"cookie", "HTTP_COOKIE=session=s:abd." SIG_RAW "; session=x", "bad", ""},
    };
    struct config c = base_config();
    (void)state;
    c.cookie_secret = slice_of("keyboard cat");
    CHECK(rows, &c, &redis);
}

/* memeql_sec compares a signature of the right length once; the place of a wrong byte does not
 * matter. */
static void test_signatures_are_compared_in_constant_time(void **state)
{
    static const char good[] = SIG_RAW;
    struct fake redis = {.keys = {{"session:abc", SESSION}}};
    struct config c = base_config();
    char params[128], signature[sizeof good];
    struct identity identity;
    (void)state;
    c.cookie_secret = slice_of("keyboard cat");
    set_methods(&c, "cookie");
    for (size_t at = 0; at < sizeof good; at++) { /* the last round changes nothing */
        memcpy(signature, good, sizeof good);
        if (at < sizeof good - 1)
            signature[at] = signature[at] == 'x' ? 'y' : 'x';
        snprintf(params, sizeof params, "HTTP_COOKIE=session=s:abc.%s", signature);
        compared = 0;
        assert_int_equal(identify(&c, params, &redis, &identity),
                         at < sizeof good - 1 ? AUTH_BAD : AUTH_OK);
        assert_int_equal(compared, 1);
    }
}

#define SHA_X    "f7e7c36e458e80e6b6a2c67d0a9ec09bd718dadd7bfa8d6bf6e7ad526e46c2f7"
#define SHA_DOTS "845e30448809e2bc8958eb025bfc795235d13b077a53d0c3abbd2385170dc9b8"

static void test_bearer_finds_its_key(void **state)
{
    static const struct fake redis = {.keys = {{"bearer:" SHA_X, SESSION},
                                               {"bearer:" SHA_DOTS, SESSION},
                                               {"raw:secret-1", SESSION}}};
    static const struct row rows[] = {
        {"bearer", "", "none", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret-1", "ok alice,acme,viewer",
         "GET bearer:" SHA_X ";"},
        {"bearer", "HTTP_AUTHORIZATION=bEARER  secret-1 ", "ok alice,acme,viewer",
         "GET bearer:" SHA_X ";"},
        {"bearer", "HTTP_AUTHORIZATION=Token secret-1", "ok alice,acme,viewer",
         "GET bearer:" SHA_X ";"},
        {"bearer", "REDIRECT_HTTP_AUTHORIZATION=Token secret-1", "ok alice,acme,viewer",
         "GET bearer:" SHA_X ";"},
        {"bearer", "HTTP_AUTHORIZATION=Bearer wrong", "bad",
         "GET bearer:8810ad581e59f2bc3928b261707a71308f7e139eb04820366dc4d5c18d980225;"},
        {"bearer", "HTTP_AUTHORIZATION=Basic c2VjcmV0LTE6", "none", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearers secret-1", "none", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer ", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret-1, Bearer secret-1", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret-1,Bearer", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret-1 x", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret\x01", "malformed", ""},
        {"bearer", "HTTP_AUTHORIZATION=Bearer secret\xc3\xab", "malformed", ""},
        /* When both methods are configured, the form of the token decides. */
        {"bearer", "HTTP_AUTHORIZATION=Bearer a.b.c", "ok alice,acme,viewer",
         "GET bearer:" SHA_DOTS ";"},
        {"bearer jwt", "HTTP_AUTHORIZATION=Bearer a.b.c", "bad", ""},
        {"jwt bearer", "HTTP_AUTHORIZATION=Bearer secret-1", "ok alice,acme,viewer",
         "GET bearer:" SHA_X ";"},
        {"jwt", "HTTP_AUTHORIZATION=Bearer secret-1", "bad", ""},
    };
    struct config c = base_config();
    (void)state;
    CHECK(rows, &c, &redis);
    check_row(&c, &(struct row){"bearer", rows[1].params, "unavailable", rows[1].asked}, &no_redis);
    c.bearer_key = text("raw:{token}");
    check_row(&c,
              &(struct row){"bearer", rows[1].params, "ok alice,acme,viewer", "GET raw:secret-1;"},
              &redis);
    check_row(&c, &(struct row){"bearer", "HTTP_AUTHORIZATION=Bearer " N256 N256, "bad", ""},
              &redis);
}

#define T43 "abcdefghijklmnopqrstuvwxyzABCDEFGHIJ-_01234"

/* Each line of the log has one of these words. */
static void test_each_cause_has_a_word_of_its_own(void **state)
{
#define TOKEN_16 "tttttttttttttttt"
    static const struct fake redis = {
        .keys = {{"session:abc", SESSION},
                 {"session:pickle", "\x80\x04}"},
                 {"session:nobody", "{\"name\":\"a\"}"},
                 {"session:tenant", "{\"user_id\":\"a\",\"tenant_id\":\"\\u0001\"}"},
                 {"session:two", SESSION},
                 {"sse_token:" TOKEN_16, "{\"user_id\":\"a\",\"sselog\":{\"ends\":1}}"},
                 {"sse_token:" TOKEN_16 "2", "{\"user_id\":\"a\",\"sselog\":{\"vouch\":\"gone\"}}"},
                 {"sse_token:" TOKEN_16 "3", "[]"}}};
    static const struct {
        const char *methods, *params, *words; /* why, method, claim */
    } rows[] = {
        {"anonymous", "", "ok anonymous"},
        {"remote_user", "", "none none"},
        {"remote_user", "REMOTE_USER=\x01", "user-malformed remote_user REMOTE_USER"},
        {"remote_user", "REDIRECT_REMOTE_USER=a|REDIRECT_STATUS=401",
         "failed-login none REMOTE_USER"},
        {"header", "REMOTE_ADDR=192.0.2.1|HTTP_X_REMOTE_USER=a",
         "untrusted-proxy none X-Remote-User"},
        {"header", "REMOTE_ADDR=10.16.0.1|HTTP_X_REMOTE_USER=a, b",
         "user-malformed header X-Remote-User"},
        {"header", "REMOTE_ADDR=10.16.0.1", "none none"},
        {"cookie", "", "none none"},
        {"cookie", "HTTP_COOKIE=session=x", "session-unknown cookie"},
        {"cookie", "HTTP_COOKIE=session=", "session-malformed cookie"},
        {"cookie", "HTTP_COOKIE=session=pickle", "session-not-json cookie"},
        {"cookie", "HTTP_COOKIE=session=nobody", "session-no-user cookie /user_id"},
        {"cookie", "HTTP_COOKIE=session=tenant", "session-names cookie"},
        {"cookie", "HTTP_COOKIE=session=nobody; session=x", "cookies-none cookie"},
        {"cookie", "HTTP_COOKIE=session=abc; session=two", "cookies-several cookie"},
        {"cookie", "HTTP_COOKIE=session=1; session=2; session=3; session=4; session=5",
         "cookies-many cookie"},
        {"bearer", "", "none none"},
        {"bearer", "SERVER_SOFTWARE=nginx/1.22.1", "none none"},
        {"bearer", "SERVER_SOFTWARE=Apache/2.4", "no-authorization none"},
        {"jwt", "SERVER_SOFTWARE=Apache", "no-authorization none"},
        {"cookie", "SERVER_SOFTWARE=Apache", "none none"},
        {"bearer", "HTTP_AUTHORIZATION=Basic YTpi", "other-scheme none"},
        {"bearer", "HTTP_AUTHORIZATION=Bearer a b", "authorization-malformed bearer"},
        {"bearer", "HTTP_AUTHORIZATION=Bearer unknown", "bearer-unknown bearer"},
        {"token", "", "none none"},
        {"token", "QUERY_STRING=token=short", "token-malformed token"},
        {"token", "QUERY_STRING=token=" TOKEN_16 "&token=" TOKEN_16, "token-malformed token"},
        {"token", "QUERY_STRING=token=" TOKEN_16 "9", "token-unknown token"},
        {"token", "QUERY_STRING=token=" TOKEN_16, "token-expired token"},
        {"token", "QUERY_STRING=token=" TOKEN_16 "2", "token-login token"},
        {"token", "QUERY_STRING=token=" TOKEN_16 "3", "token-no-user token /user_id"},
        {"jwt", "HTTP_AUTHORIZATION=Bearer a.b", "jwt-malformed jwt"},
        {"jwt", "HTTP_COOKIE=jwt=a.b", "jwt-malformed jwt"},
        /* Of several methods without a credential, the cause that tells most counts. */
        {"header bearer remote_user",
         "REMOTE_ADDR=192.0.2.1|HTTP_X_REMOTE_USER=a|SERVER_SOFTWARE=Apache",
         "untrusted-proxy none X-Remote-User"},
        {"cookie bearer token", "SERVER_SOFTWARE=Apache", "no-authorization none"},
        {"bearer token", "SERVER_SOFTWARE=Apache|QUERY_STRING=token=short",
         "token-malformed token"},
        {"header remote_user", "REMOTE_ADDR=192.0.2.1|HTTP_X_REMOTE_USER=a|REMOTE_USER=a",
         "ok remote_user"},
    };
    struct config c = base_config();
    struct identity identity;
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake f = redis;
        char words[128];
        set_methods(&c, rows[i].methods);
        identify(&c, rows[i].params, &f, &identity);
        snprintf(words, sizeof words, "%s %s%s%s", why_word(cause.why),
                 auth_method_name(cause.method), cause.claim ? " " : "",
                 cause.claim ? cause.claim : "");
        if (strcmp(words, rows[i].words) != 0)
            fail_msg("%s: %s: is %s", rows[i].methods, rows[i].params, words);
    }
    struct fake away = {.away = true};
    set_methods(&c, "cookie");
    identify(&c, "HTTP_COOKIE=session=abc", &away, &identity);
    assert_int_equal(cause.why, WHY_UNAVAILABLE);
    assert_int_equal(cause.method, AUTH_COOKIE);
}

static void test_token_is_accepted_once(void **state)
{
    static const struct fake redis = {
        .keys = {{"sse_token:" T43, SESSION}, {"sse_token:" N16, "{\"tenant_id\":\"acme\"}"}}};
    static const struct row rows[] = {
        {"token", "", "none", ""},
        {"token", "QUERY_STRING=tokens=" T43, "none", ""},
        {"token", "QUERY_STRING=token=" T43, "ok alice,acme,viewer", "GETDEL sse_token:" T43 ";"},
        {"token", "QUERY_STRING=token=" N256, "bad", "GETDEL sse_token:" N256 ";"},
        {"token", "QUERY_STRING=token=" N16, "bad", "GETDEL sse_token:" N16 ";"},
        {"token", "QUERY_STRING=token=" N256 "n", "bad", ""},
        {"token", "QUERY_STRING=token=123456789012345", "bad", ""},
        {"token", "QUERY_STRING=token=", "bad", ""},
        {"token", "QUERY_STRING=token=" N16 "*", "bad", ""},
        {"token", "QUERY_STRING=token=" N16 "%0a", "bad", ""},
        {"token", "QUERY_STRING=token=" T43 "&token=" T43, "bad", ""},
        {"token", "QUERY_STRING=token=" T43 "&a=b&token=", "bad", ""},
    };
    struct config c = base_config();
    struct fake once = redis;
    struct identity identity;
    (void)state;
    CHECK(rows, &c, &redis);
    check_row(&c, &(struct row){"token", rows[2].params, "unavailable", rows[2].asked}, &no_redis);
    set_methods(&c, "token");
    assert_int_equal(identify(&c, rows[2].params, &once, &identity), AUTH_OK);
    assert_int_equal(identify(&c, rows[2].params, &once, &identity), AUTH_BAD);
}

/* ---- JSON values ---- */

static void test_values_without_a_user_name_are_bad(void **state)
{
    static const struct {
        const char *value;
        const char *outcome;
    } rows[] = {
        {"{\"user_id\":7}", "ok 7,,"},
        {"{\"user_id\":18446744073709551614}", "ok 18446744073709551614,,"},
        {"{\"user_id\":18446744073709551615}", "ok 18446744073709551615,,"},
        {"{\"user_id\":-9223372036854775808}", "ok -9223372036854775808,,"},
        /* json-c would give all numbers beyond 64 bits the same value: two users would be one. */
        {"{\"user_id\":18446744073709551616}", "ok 18446744073709551616,,"},
        {"{\"user_id\":99999999999999999999999}", "ok 99999999999999999999999,,"},
        {"{\"user_id\":-99999999999999999999999}", "ok -99999999999999999999999,,"},
        {"{\"user_id\":\"99999999999999999999999\"}", "ok 99999999999999999999999,,"},
        {"{\"user_id\":1.5}", "ok 1.5,,"},
        {"{\"user_id\":\"a\",\"tenant_id\":null,\"role\":\"\"}", "ok a,,"},
        {"{\"user_id\":\"a\",\"tenant_id\":12,\"role\":\"x\"}", "ok a,12,x"},
        {" \n{\"user_id\":\"a\"}\n ", "ok a,,"},
        {"{\"user_id\":\"\"}", "bad"},
        {"{\"user_id\":null}", "bad"},
        {"{\"user_id\":true}", "bad"},
        {"{\"user_id\":[\"a\"]}", "bad"},
        {"{\"user_id\":{\"a\":1}}", "bad"},
        {"{\"user_id\":\"a\",\"role\":[\"admin\"]}", "bad"},
        {"{\"user_id\":\"a\",\"tenant_id\":false}", "bad"},
        {"{\"user_id\":\"a\\u0000b\"}", "bad"},
        {"{\"user_id\":\"a\\u000ab\"}", "bad"},
        {"{\"user_id\":\"a\\ud800\"}", "bad"},
        {"{\"user_id\":\"a\xff\"}", "bad"},
        {"{\"user_id\":\"" N128 "n\"}", "bad"},
        {"{\"tenant_id\":\"acme\"}", "bad"},
        {"{\"user_id\":\"a\"} x", "bad"},
        {"{\"user_id\":\"a\"}{}", "bad"},
        {"{\"user_id\":\"a\"", "bad"},
        {"{'user_id':'a'}", "bad"},
        /* json-c cuts a name at NUL, and reads more than JSON. */
        {"{\"user_id\":\"mallory\",\"user_id\\u0000\":\"bob\"}", "bad"},
        {"{\"user_id\":\"mallory\",\"role\\u0000x\":\"admin\"}", "bad"},
        {"{\"user_id\":\"mallory\",\"form\":{\"role\\u0000x\":\"admin\"}}", "bad"},
        {"{\"user_id\":NaN}", "bad"},
        {"{\"user_id\":Infinity}", "bad"},
        {"{\"user_id\":-Infinity}", "bad"},
        {"{\"user_id\":\"a\",\"score\":NaN}", "bad"},
        {"{\"user_id\":007}", "bad"},
        {"{\"user_id\":1.}", "bad"},
        {"{\"user_id\":\"a\"/**/}", "bad"},
        {"{\"user_id\":\"a\nb\"}", "bad"},
        /* Readers differ in which of two equal names counts. */
        {"{\"user_id\":\"mallory\",\"user_id\":\"bob\"}", "bad"},
        {"{\"user_id\":\"mallory\",\"user\\u005fid\":\"bob\"}", "bad"},
        {"{\"user_id\":\"a\",\"x\":{\"y\":1,\"y\":1}}", "bad"},
        {"{\"user_id\":\"a\",\"x\":[{\"y\":1},{\"y\":\":\"}]}", "ok a,,"},
        {"[\"a\"]", "bad"},
        {"\"a\"", "bad"},
        {"null", "bad"},
        {"", "bad"},
        {"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
         "bad"},
    };
    struct config c = base_config();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct fake redis = {.keys = {{"session:abc", rows[i].value}}};
        struct row row = {"cookie", "HTTP_COOKIE=session=abc", rows[i].outcome, "GET session:abc;"};
        check_row(&c, &row, &redis);
    }
}

static void test_json_pointers_find_nested_names(void **state)
{
    static const struct fake redis = {
        .keys = {{"session:abc", "{\"passport\":{\"user\":{\"id\":5}},\"a/b\":[\"t0\",\"t1\"]}"}}};
    struct config c = base_config();
    (void)state;
    c.user_field = text("/passport/user/id");
    c.tenant_field = text("/a~1b/1");
    check_row(&c,
              &(struct row){"cookie", "HTTP_COOKIE=session=abc", "ok 5,t1,", "GET session:abc;"},
              &redis);
}

static void test_still_valid_needs_the_same_names(void **state)
{
    static const struct {
        const char *value;
        bool valid;
    } rows[] = {
        {SESSION, true},
        {"{\"role\":\"viewer\",\"user_id\":\"alice\",\"tenant_id\":\"acme\",\"seen\":9}", true},
        {"{\"user_id\":\"bob\",\"tenant_id\":\"acme\",\"role\":\"viewer\"}", false},
        {"{\"user_id\":\"alice\",\"tenant_id\":\"other\",\"role\":\"viewer\"}", false},
        {"{\"user_id\":\"alice\",\"tenant_id\":\"acme\",\"role\":\"admin\"}", false},
        {"{\"user_id\":\"alice\",\"tenant_id\":\"acme\"}", false},
        {"{\"user_id\":\"alice\",\"tenant_id\":\"acme\",\"role\\u0000\":\"viewer\"}", false},
        {"{\"role\":\"viewer\",\"user_id\":\"alice\",\"tenant_id\":\"acme\",\"seen\":NaN}", false},
        {"{}", false},
        {"", false},
        {NULL, false},
    };
    struct config c = base_config();
    struct identity identity = {.user = "alice", .tenant = "acme", .role = "viewer"};
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice value = slice_of(rows[i].value);
        assert_int_equal(auth_still_valid(&c, &identity, rows[i].value ? &value : NULL),
                         rows[i].valid);
    }
}

/* ---- JWT ---- */

static void test_jwt_gives_the_identity(void **state)
{
    /* HS256 tokens, signed with secret; their claims are in the comments. */
#define JWT_ALICE                                                                                                        \
    "eyJhbGciOiJIUzI1NiJ9."                                                                                              \
    "eyJzdWIiOiJhbGljZSIsInRlbmFudF9pZCI6ImFjbWUiLCJyb2xlIjoidmlld2VyIiwiZXhwIjoxNzAwMDAwMTAwfQ."                        \
    "qCFGU143ClwFdiukQbGYtCmDXbQQJTVBxhiyIwc2CwE" /* {"sub":"alice","tenant_id":"acme","role":"viewer","exp":1700000100} \
                                                   */
#define JWT_SEVEN                                                                                  \
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOjd9.8C4XqsNnpsCAlxLr8PQcTeVGwfjwfVykUtkimXWIvHU" /* {"sub":7}   \
                                                                                     */
#define JWT_OVER                                                                                   \
    "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSIsImV4cCI6MTY5OTk5OTk5OX0."                            \
    "UlLGC5iwGabgXLibPMjqQbeua6GhqnjfvVSVbo4x-ps" /* {"sub":"alice","exp":1699999999} */
#define JWT_NOBODY                                                                                 \
    "eyJhbGciOiJIUzI1NiJ9.eyJ0ZW5hbnRfaWQiOiJhY21lIn0.hQrDkRe3SG0dj-wIgk8arnBR6fsQc4desdFck4WuHMk" /* {"tenant_id":"acme"} */
    static const struct row rows[] = {
        {"jwt", "", "none", ""},
        {"jwt", "HTTP_AUTHORIZATION=Bearer " JWT_ALICE, "ok alice,acme,viewer", ""},
        {"bearer jwt", "HTTP_AUTHORIZATION=Bearer " JWT_SEVEN, "ok 7,,", ""},
        {"jwt", "HTTP_COOKIE=jwt=" JWT_SEVEN, "ok 7,,", ""},
        {"bearer jwt", "HTTP_COOKIE=jwt=" JWT_SEVEN, "ok 7,,", ""},
        {"jwt", "HTTP_COOKIE=jwt=" JWT_SEVEN "; jwt=" JWT_SEVEN, "ok 7,,", ""},
        {"jwt", "HTTP_COOKIE=jwt=a.b.c; jwt=" JWT_SEVEN, "ok 7,,", ""},
        {"jwt", "HTTP_COOKIE=jwt=" JWT_ALICE "; jwt=" JWT_OVER, "ok alice,acme,viewer", ""},
        {"jwt", "HTTP_COOKIE=jwt=" JWT_ALICE "; jwt=" JWT_SEVEN, "bad", ""},
        {"jwt", "HTTP_COOKIE=jwt=a.b.c; jwt=x.y.z", "bad", ""},
        {"jwt", "HTTP_COOKIE=jwt=" JWT_ALICE "x", "bad", ""},
        {"jwt", "HTTP_COOKIE=jwt=", "bad", ""},
        /* The header comes before the cookie. */
        {"jwt", "HTTP_AUTHORIZATION=Bearer x.y.z|HTTP_COOKIE=jwt=" JWT_SEVEN, "bad", ""},
        {"jwt", "HTTP_AUTHORIZATION=Basic eHk=|HTTP_COOKIE=jwt=" JWT_SEVEN, "ok 7,,", ""},
        {"jwt", "HTTP_AUTHORIZATION=Bearer " JWT_OVER, "bad", ""},
        {"jwt", "HTTP_AUTHORIZATION=Bearer " JWT_NOBODY, "bad", ""},
        {"jwt remote_user", "HTTP_AUTHORIZATION=Bearer " JWT_OVER "|REMOTE_USER=a", "bad", ""},
    };
    static const struct {
        const char *params;
        enum auth_result result;
        int64_t ends;
    } ends[] = {
        {"HTTP_AUTHORIZATION=Bearer " JWT_ALICE, AUTH_OK, 1700000100},
        {"HTTP_COOKIE=jwt=a.b.c; jwt=" JWT_ALICE, AUTH_OK, 1700000100},
        {"HTTP_COOKIE=jwt=" JWT_ALICE "; jwt=a.b.c", AUTH_OK, 1700000100},
        {"HTTP_AUTHORIZATION=Bearer " JWT_OVER, AUTH_BAD, 1699999999},
        {"HTTP_AUTHORIZATION=Bearer x.y.z|HTTP_COOKIE=jwt=" JWT_SEVEN, AUTH_BAD, 0},
    };
    struct config c = base_config();
    struct fake none = no_redis;
    struct identity identity;
    (void)state;
    c.jwt_allow_no_exp = true;
    CHECK(rows, &c, &no_redis);
    set_methods(&c, "jwt");
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (identify(&c, ends[i].params, &none, &identity) != ends[i].result ||
            identity.ends != ends[i].ends)
            fail_msg("%s: %lld", ends[i].params, (long long)identity.ends);
}

/* ---- the keys that an identity may read ---- */

/* The captures come from a pattern and a path. */
struct key_row {
    const char *user, *tenant, *role;
    const char *pattern, *path;
    const char *template;
    const char *outcome; /* the key, or the result's name */
};

static void test_key_is_refused_to_other_identities(void **state)
{
    static const struct key_row rows[] = {
        {"alice", "", "", NULL, NULL, "stream:logs:{user}", "stream:logs:alice"},
        {"a:b", "", "", NULL, NULL, "stream:logs:{user}", "stream:logs:a:b"},
        {"{tenant}", "t", "", NULL, NULL, "log:{user}", "log:{tenant}"},
        {"", "", "", NULL, NULL, "stream:{user}", "forbidden"},
        {"", "", "", NULL, NULL, "public", "public"},
        {"alice", "", "", NULL, NULL, "{tenant}:{user}", "forbidden"},
        {"alice", "", "", NULL, NULL, "log:{app}", "forbidden"},
        {"alice", "", "", NULL, NULL, "log:{user", "forbidden"},
        {"alice", "", "", NULL, NULL, "log:{}", "forbidden"},
        /* Names that would make the key of another identity. */
        {"c", "a", "", NULL, NULL, "s:{tenant}:{user}", "s:a:c"},
        {"b:c", "a", "", NULL, NULL, "s:{tenant}:{user}", "s:a:b:c"},
        {"c", "a:b", "", NULL, NULL, "s:{tenant}:{user}", "forbidden"},
        {"c", "a/b", "", NULL, NULL, "s:{tenant}:{user}", "s:a/b:c"},
        {"DOM\\u@x.org", "a.b-c", "", NULL, NULL, "s:{tenant}:{user}:log",
         "s:a.b-c:DOM\\u@x.org:log"},
        {"c", "x:", "", NULL, NULL, "{tenant}::{user}", "forbidden"},
        {"c", "x:y", "", NULL, NULL, "{tenant}::{user}", "x:y::c"},
        {"c", "xab", "", NULL, NULL, "{tenant}aba{user}", "forbidden"},
        {"c", "xa", "", NULL, NULL, "{tenant}aba{user}", "xaabac"},
        {"b", "a", "", NULL, NULL, "{tenant}{user}", "forbidden"},
        /* Captures. */
        {"alice", "t", "", "/u/{user}", "/u/alice", "s:{user}", "s:alice"},
        {"alice", "t", "", "/u/{user}", "/u/bob", "s:{user}", "forbidden"},
        {"alice", "t", "", "/u/{user}", "/u/Alice", "s:{user}", "forbidden"},
        {"alice", "t", "", "/t/{tenant}", "/t/other", "s:{user}", "forbidden"},
        {"alice", "", "", "/t/{tenant}", "/t/other", "s:{user}", "forbidden"},
        {"alice", "", "viewer", "/r/{role}", "/r/admin", "s:{user}", "forbidden"},
        {"", "", "", "/u/{user}", "/u/bob", "s:{user}", "forbidden"},
        {"alice", "t", "", "/{app}/{user}", "/x/alice", "s:{app}:{user}", "s:x:alice"},
        {"alice", "t", "", "/{app}", "/a-b", "s:{app}-{user}", "forbidden"},
        {"alice", "t", "admin", "/t/{tenant}/{user}", "/t/o/bob", "s:{tenant}:{user}", "s:o:bob"},
        {"alice", "t", "root", "/t/{tenant}", "/t/o", "s:{tenant}:{user}", "s:o:alice"},
        {"alice", "t", "Admin", "/t/{tenant}", "/t/o", "s:{tenant}", "forbidden"},
        {"alice", "t", "admin", NULL, NULL, "s:{user}", "s:alice"},
        {"alice", "t", "admin", NULL, NULL, "s:{app}", "forbidden"},
    };
    struct config c = base_config();
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const struct key_row *row = &rows[i];
        struct identity identity = {0};
        struct route_match match = {0};
        char key[IDENTITY_MAX_KEY + 1];
        memcpy(identity.user, row->user, strlen(row->user));
        memcpy(identity.tenant, row->tenant, strlen(row->tenant));
        memcpy(identity.role, row->role, strlen(row->role));
        if (row->pattern)
            assert_true(route_match(row->pattern, row->path, &match));
        int result = auth_key(&c, &identity, row->pattern ? &match : NULL, row->template, key);
        if (strcmp(result == 0 ? key : "forbidden", row->outcome) != 0)
            fail_msg("%s of %s/%s: %s", row->template, row->tenant, row->user, key);
        assert_true(result == 0 || key[0] == '\0');
    }
}

/* All pairs of short names over a small alphabet, with several separators. */
static void test_different_names_never_make_one_key(void **state)
{
    static const char *const separators[] = {":", "::", "a", "ab", "aba", ":a:"};
    static const char alphabet[] = "ab:";
    enum { WORDS = 3 + 9 + 27 };
    static char words[WORDS][4];
    static char keys[WORDS * WORDS][16];
    struct config c = base_config();
    size_t count = 0;
    (void)state;
    for (size_t len = 1; len <= 3; len++)
        for (size_t n = 0, all = len == 1 ? 3 : len == 2 ? 9 : 27; n < all; n++, count++)
            for (size_t i = 0, rest = n; i < len; i++, rest /= 3)
                words[count][i] = alphabet[rest % 3];
    assert_int_equal(count, WORDS);
    for (size_t s = 0; s < sizeof separators / sizeof *separators; s++) {
        size_t made = 0;
        char template[64], key[IDENTITY_MAX_KEY + 1];
        snprintf(template, sizeof template, "{tenant}%s{user}", separators[s]);
        for (size_t i = 0; i < (size_t)WORDS * WORDS; i++) {
            struct identity identity = {0};
            memcpy(identity.tenant, words[i / WORDS], 4);
            memcpy(identity.user, words[i % WORDS], 4);
            if (auth_key(&c, &identity, NULL, template, key) == 0)
                memcpy(keys[made++], key, strlen(key) + 1);
        }
        assert_true(made > WORDS);
        qsort(keys, made, sizeof *keys, (int (*)(const void *, const void *))strcmp);
        for (size_t i = 1; i < made; i++)
            assert_string_not_equal(keys[i - 1], keys[i]);
    }
}

static void test_too_long_key_is_refused(void **state)
{
    struct config c = base_config();
    struct identity identity = {.user = N128};
    char key[IDENTITY_MAX_KEY + 1];
    (void)state;
    assert_int_equal(auth_key(&c, &identity, NULL, "{user}-{user}-{user}", key), 0);
    assert_int_equal(auth_key(&c, &identity, NULL, "{user}-{user}-{user}-{user}", key), -1);
    assert_string_equal(key, "");
}

static void test_fill_prefers_the_identity_to_captures(void **state)
{
    struct identity identity = {.user = "alice", .tenant = "acme"};
    struct route_match match;
    char out[16];
    (void)state;
    assert_true(route_match("/{app}", "/shop", &match));
    assert_int_equal(auth_fill(&identity, &match, "{app}", out, sizeof out), 0);
    assert_string_equal(out, "shop");
    assert_int_equal(auth_fill(&identity, NULL, "{tenant}", out, 5), 0);
    assert_string_equal(out, "acme");
    assert_int_equal(auth_fill(&identity, NULL, "{tenant}", out, 4), -1);
    assert_int_equal(auth_fill(&identity, NULL, "{tenant}", out, 0), -1);
    assert_int_equal(auth_fill(&identity, NULL, "{role}", out, sizeof out), -1);
    assert_int_equal(auth_fill(&identity, NULL, "{app}", out, sizeof out), -1);
    assert_string_equal(out, "");
    /* A capture does not replace the identity's own name. */
    assert_true(route_match("/{tenant}", "/other", &match));
    assert_int_equal(auth_fill(&identity, &match, "{tenant}", out, sizeof out), 0);
    assert_string_equal(out, "acme");
}

/* ---- exchange tokens ---- */

static void test_made_tokens_differ_and_are_well_formed(void **state)
{
    char a[44], b[44], key[IDENTITY_MAX_KEY + 1];
    struct config c = base_config();
    (void)state;
    assert_int_equal(auth_make_token(a), 0);
    assert_int_equal(auth_make_token(b), 0);
    assert_int_equal(strlen(a), 43);
    assert_string_not_equal(a, b);
    for (int i = 0; i < 200; i++) {
        assert_int_equal(auth_make_token(a), 0);
        assert_int_equal(auth_token_key(&c, slice_of(a), key), 0);
    }
    assert_string_equal(key + strlen("sse_token:"), a);
}

static void test_token_value_reads_back_as_the_identity(void **state)
{
    static const struct {
        const char *user_field, *tenant_field, *role_field;
        int result;
    } rows[] = {
        {"/user_id", "/tenant_id", "/role", 0},
        {"/passport/user/id", "/passport/tenant", "/passport/user/role", 0},
        {"/a~1b/c~0d", "/x/0", "/x/1", 0},
        {"/user", "/user/tenant", "/role", -1},
        {"/user", "/user", "/role", -1},
        {"", "/tenant", "/role", -1},
    };
    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct config c = base_config();
        struct identity identity = {.user = "al\"ice", .tenant = "a:b", .role = "viewer"}, back;
        struct buf value;
        c.user_field = text(rows[i].user_field);
        c.tenant_field = text(rows[i].tenant_field);
        c.role_field = text(rows[i].role_field);
        buf_init(&value, 4096);
        if (auth_token_value(&c, &identity, &value) != rows[i].result)
            fail_msg("row %zu", i);
        struct fake redis = {.keys = {{"sse_token:" T43, value.p}}};
        set_methods(&c, "token");
        if (rows[i].result == 0) {
            assert_int_equal(identify(&c, "QUERY_STRING=token=" T43, &redis, &back), AUTH_OK);
            assert_string_equal(back.user, identity.user);
            assert_string_equal(back.tenant, identity.tenant);
            assert_string_equal(back.role, identity.role);
            assert_string_equal(back.revocation_key, "");
            assert_int_equal(back.ends, 0);
        }
        buf_free(&value);
    }
}

static void test_token_ends_with_its_login(void **state)
{
    static const struct {
        int64_t ends;
        const char *session; /* the present value of the revocation key; NULL: gone */
        enum auth_result result;
    } rows[] = {
        {NOW + 1, "{\"user_id\":\"alice\"}", AUTH_OK},
        {0, "{\"user_id\":\"alice\"}", AUTH_OK},
        {NOW, "{\"user_id\":\"alice\"}", AUTH_BAD},
        {NOW + 1, NULL, AUTH_BAD},
        {NOW + 1, "{\"user_id\":\"bob\"}", AUTH_BAD},
        {NOW + 1, "{\"user_id\":\"alice\",\"role\":\"admin\"}", AUTH_BAD},
        {NOW + 1, "", AUTH_BAD},
    };
    struct config c = base_config();
    (void)state;
    set_methods(&c, "token");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct identity identity = {.user = "alice",
                                    .ends = rows[i].ends,
                                    .revocation_key = "session:abc"},
                        back;
        struct buf value;
        buf_init(&value, 4096);
        assert_int_equal(auth_token_value(&c, &identity, &value), 0);
        struct fake redis = {
            .keys = {{"sse_token:" T43, value.p}, {"session:abc", rows[i].session}}};
        if (identify(&c, "QUERY_STRING=token=" T43, &redis, &back) != rows[i].result)
            fail_msg("row %zu", i);
        bool over = rows[i].ends == NOW;
        assert_int_equal(back.ends, rows[i].result == AUTH_OK || over ? rows[i].ends : 0);
        assert_string_equal(back.revocation_key, rows[i].result == AUTH_OK ? "session:abc" : "");
        buf_free(&value);
    }
}

/* Another program may have written the member with our end. */
static void test_only_a_future_time_is_an_end(void **state)
{
    static const struct {
        const char *own;
        enum auth_result result;
        int64_t ends;
    } rows[] = {
        {"{}", AUTH_OK, 0},
        {"{\"ends\":1700000001}", AUTH_OK, 1700000001},
        {"{\"ends\":9223372036854775807}", AUTH_OK, INT64_C(1000000000000000)},
        {"{\"ends\":0}", AUTH_BAD, 0},
        {"{\"ends\":-1}", AUTH_BAD, -1},
        {"{\"ends\":1700000001,\"ends\":1800000000}", AUTH_BAD, 0},
        {"{\"ends\":1,\"ends\\u0000\":1800000000}", AUTH_BAD, 0},
        {"{\"ends\":\"1700000001\"}", AUTH_BAD, 0},
        {"{\"ends\":null}", AUTH_BAD, 0},
        {"{\"ends\":1e300}", AUTH_BAD, 0},
        {"{\"vouch\":\"\"}", AUTH_BAD, 0},
        {"{\"vouch\":\"a\\u0000b\"}", AUTH_BAD, 0},
    };
    struct config c = base_config();
    (void)state;
    set_methods(&c, "token");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char value[256];
        struct identity identity;
        snprintf(value, sizeof value, "{\"user_id\":\"a\",\"sselog\":%s}", rows[i].own);
        struct fake redis = {.keys = {{"sse_token:" T43, value}}};
        if (identify(&c, "QUERY_STRING=token=" T43, &redis, &identity) != rows[i].result ||
            identity.ends != rows[i].ends)
            fail_msg("row %zu: ends %lld", i, (long long)identity.ends);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_remote_user_gives_the_identity),
        cmocka_unit_test(test_header_counts_only_from_trusted_proxies),
        cmocka_unit_test(test_unnamed_tenant_and_role_headers_are_not_read),
        cmocka_unit_test(test_headers_that_clients_can_imitate_are_named),
        cmocka_unit_test(test_cookie_finds_the_session),
        cmocka_unit_test(test_signed_cookie_needs_its_signature),
        cmocka_unit_test(test_signatures_are_compared_in_constant_time),
        cmocka_unit_test(test_bearer_finds_its_key),
        cmocka_unit_test(test_each_cause_has_a_word_of_its_own),
        cmocka_unit_test(test_token_is_accepted_once),
        cmocka_unit_test(test_values_without_a_user_name_are_bad),
        cmocka_unit_test(test_json_pointers_find_nested_names),
        cmocka_unit_test(test_still_valid_needs_the_same_names),
        cmocka_unit_test(test_key_is_refused_to_other_identities),
        cmocka_unit_test(test_different_names_never_make_one_key),
        cmocka_unit_test(test_too_long_key_is_refused),
        cmocka_unit_test(test_fill_prefers_the_identity_to_captures),
        cmocka_unit_test(test_made_tokens_differ_and_are_well_formed),
        cmocka_unit_test(test_token_value_reads_back_as_the_identity),
        cmocka_unit_test(test_token_ends_with_its_login),
        cmocka_unit_test(test_only_a_future_time_is_an_end),
        cmocka_unit_test(test_jwt_gives_the_identity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
