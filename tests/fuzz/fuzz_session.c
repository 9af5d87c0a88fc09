/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: the JSON value of a session or token key. Names that are read from it are
 * well-formed, still valid under the same value, and the same after a trip through an exchange
 * token's value. They make the key of one log only.
 */
#include <json-c/json.h>
#include <stdlib.h>

#include "auth.h"
#include "identity/session.h"

static bool same(const struct identity *a, const struct identity *b)
{
    return strcmp(a->user, b->user) == 0 && strcmp(a->tenant, b->tenant) == 0 &&
           strcmp(a->role, b->role) == 0;
}

static bool well_formed(const char *name, bool needed)
{
    char copy[IDENTITY_MAX_NAME + 1];
    return (!needed && name[0] == '\0') || session_set_name(copy, slice_of(name)) == 0;
}

/* The value of an exchange token reads back as the same identity. */
static void round_trip(const struct config *c, const struct identity *identity)
{
    struct identity back = {0};
    struct buf value;
    buf_init(&value, SESSION_MAX_VALUE);
    if (auth_token_value(c, identity, &value) == 0) {
        struct json_object *o = session_parse(buf_slice(&value));
        if (!o || session_names(c, o, &back) == -1 || !same(identity, &back))
            abort();
        json_object_put(o);
    }
    buf_free(&value);
}

static void make_keys(const struct config *c, const struct identity *identity)
{
    char key[IDENTITY_MAX_KEY + 1];
    if (auth_key(c, identity, NULL, "s:{tenant}:{user}", key) == 0) {
        size_t tenant = strlen(identity->tenant);
        if (strcspn(key + 2, ":") != tenant || strcmp(key + 3 + tenant, identity->user) != 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const fields[][3] = {{"/user_id", "/tenant_id", "/role"},
                                            {"/passport/user", "/passport/t~1t", "/r/0"}};
    static char *admins[] = {NULL};
    struct slice value = {(const char *)data, size};
    for (size_t i = 0; i < 2; i++) {
        struct config c = {.admin_roles = admins,
                           .user_field = (char *)(uintptr_t)fields[i][0],
                           .tenant_field = (char *)(uintptr_t)fields[i][1],
                           .role_field = (char *)(uintptr_t)fields[i][2]};
        struct identity identity = {0}, ended = {0};
        struct json_object *o = session_parse(value);
        if (o && session_names(&c, o, &identity) == 0) {
            if (!well_formed(identity.user, true) || !well_formed(identity.tenant, false) ||
                !well_formed(identity.role, false) || !auth_still_valid(&c, &identity, &value))
                abort();
            if (session_end(o, 1700000000, &ended) == 0 &&
                (strlen(ended.revocation_key) > IDENTITY_MAX_KEY ||
                 (ended.ends && ended.ends <= 1700000000)))
                abort();
            round_trip(&c, &identity);
            make_keys(&c, &identity);
        }
        json_object_put(o);
    }
    return 0;
}
