/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: from an Authorization header, signed cookies, a JWT or a token argument to an
 * identity. The input has four lines: Authorization, Cookie, query string, address. Redis has every
 * key. An identity must have a well-formed name, and a revocation key only after a look-up.
 */
#include <stdio.h>
#include <stdlib.h>

#include "auth.h"
#include "identity/session.h"

struct input {
    char *lines[4];
    size_t looked_up;
};

static const char *get_param(void *arg, const char *name, unsigned nth)
{
    static const char *const names[] = {"HTTP_AUTHORIZATION", "HTTP_COOKIE", "QUERY_STRING",
                                        "REMOTE_ADDR"};
    struct input *in = arg;
    if (nth > 0)
        return NULL;
    for (size_t i = 0; i < 4; i++)
        if (strcmp(name, names[i]) == 0)
            return in->lines[i];
    if (strcmp(name, "REQUEST_METHOD") == 0)
        return "GET";
    if (strcmp(name, "HTTP_X_REMOTE_USER") == 0)
        return "proxied";
    return NULL;
}

static enum lookup_result get_key(void *arg, const char *key, bool take, struct buf *value)
{
    struct input *in = arg;
    if (strlen(key) > IDENTITY_MAX_KEY || strncmp(key, take ? "sse_token:" : "k:", 2) != 0)
        abort();
    in->looked_up++;
    return buf_adds(value, "{\"user_id\":\"alice\",\"role\":\"viewer\"}") == 0 ? LOOKUP_FOUND
                                                                               : LOOKUP_FAILED;
}

static void identify(struct input *in, const struct request *r, enum auth_method method,
                     bool signatures)
{
    static char *no_roles[] = {NULL};
    static struct network trusted = {.bits = 120};
    struct config c = {
        .auth = {method, method == AUTH_BEARER ? AUTH_JWT : AUTH_END},
        .admin_roles = no_roles,
        .trusted = &trusted,
        .ntrusted = 1,
        .user_header = (char *)"X-Remote-User",
        .tenant_header = (char *)"X-Remote-Tenant",
        .role_header = (char *)"X-Remote-Role",
        .cookie = (char *)"s",
        .session_key = (char *)"k:{id}",
        .user_field = (char *)"/user_id",
        .tenant_field = (char *)"/tenant_id",
        .role_field = (char *)"/role",
        .bearer_key = (char *)(signatures ? "k:{sha256}" : "k:{token}"),
        .token_key = (char *)"sse_token:{token}",
        .jwt_cookie = (char *)"j",
        .jwt_user = (char *)"sub",
        .jwt_tenant = (char *)"tenant_id",
        .jwt_role = (char *)"role",
        .jwt_key = slice_of("0123456789abcdef0123456789abcdef"),
        .cookie_secret = slice_of(signatures ? "keyboard cat" : ""),
    };
    struct lookup lookup = {get_key, in};
    struct identity identity;
    struct cause cause;
    char name[IDENTITY_MAX_NAME + 1];
    in->looked_up = 0;
    enum auth_result result = auth_identify(&c, r, &lookup, 1700000000, &identity, &cause);
    if (in->looked_up > (method == AUTH_COOKIE ? 4 : 1))
        abort();
    if (result == AUTH_OK && session_set_name(name, slice_of(identity.user)) == -1)
        abort();
    if (result != AUTH_OK && (identity.user[0] || identity.role[0] || identity.revocation_key[0]))
        abort();
    if (identity.revocation_key[0] && in->looked_up == 0)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input in = {0};
    struct request r;
    const char *why;
    char *text = malloc(size + 1), *rest = text;
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    for (size_t i = 0; i < 4; i++)
        in.lines[i] = strsep(&rest, "\n");
    if (request_parse(&r, get_param, &in, &why) == 0)
        for (enum auth_method m = AUTH_HEADER; m <= AUTH_JWT; m++) {
            identify(&in, &r, m, true);
            identify(&in, &r, m, false);
        }
    request_free(&r);
    free(text);
    return 0;
}
