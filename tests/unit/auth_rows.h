/* SPDX-License-Identifier: MIT */
/*
 * auth_rows: requests to auth_identify as rows of a table, with a Redis of a few keys.  Each row
 * names the look-ups that must happen.  request.c parses the request from CGI parameters, as in the
 * program.  Include it after cmocka.h and auth.c.
 */
#ifndef SSELOG_TEST_AUTH_ROWS_H
#define SSELOG_TEST_AUTH_ROWS_H

#include <stdio.h>
#include <string.h>

#include "gateway/params.h"

#define NOW     1700000000
#define SESSION "{\"user_id\":\"alice\",\"tenant_id\":\"acme\",\"role\":\"viewer\"}"
#define N16     "nnnnnnnnnnnnnnnn"
#define N128    N16 N16 N16 N16 N16 N16 N16 N16
#define N256    N128 N128

/* ---- a Redis of a few keys ---- */

struct fake {
    const char *keys[8][2]; /* key, value */
    char asked[1024];       /* "GET key;" or "GETDEL key;" for each look-up */
    bool away;
};

static inline enum lookup_result fake_get(void *arg, const char *key, bool take, struct buf *value)
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

static const struct fake no_redis = {.away = true};

/* ---- requests and configurations ---- */

/* Parameters are written "NAME=value|NAME=value". */
struct params {
    char text[REQUEST_MAX_COOKIES + 4096];
    char *each[16];
};

static inline const char *get_param(void *arg, const char *name, unsigned nth)
{
    return params_find(((struct params *)arg)->each, name, nth);
}

static inline void split_params(struct params *params, const char *text)
{
    memset(params, 0, sizeof *params);
    int len = snprintf(params->text, sizeof params->text - 1,
                       "REQUEST_METHOD=GET|SCRIPT_NAME=/logs|%s", text);
    assert_in_range(len, 1, sizeof params->text - 2);
    params->each[0] = params->text;
    for (size_t n = 1; n < 15 && (params->each[n] = strchr(params->each[n - 1], '|')); n++)
        *params->each[n]++ = '\0';
}

static inline char *text(const char *s)
{
    return (char *)(uintptr_t)s;
}

static struct network trusted[2];
static char *admins[] = {(char *)(uintptr_t) "admin", (char *)(uintptr_t) "root", NULL};
static const char secret[] = "0123456789abcdef0123456789abcdef";

static inline struct config base_config(void)
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

static inline void set_methods(struct config *c, const char *names)
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

static inline enum auth_result identify(const struct config *c, const char *params, struct fake *f,
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

/* ---- tables ---- */

/* One request and its result. */
struct row {
    const char *methods; /* as in SSELOG_AUTH */
    const char *params;
    const char *outcome; /* "ok USER,TENANT,ROLE", or the result's name */
    const char *asked;   /* all look-ups, in their order */
};

static inline void check_row(const struct config *base, const struct row *row,
                             const struct fake *redis)
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

#endif
