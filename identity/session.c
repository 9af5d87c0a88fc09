/* SPDX-License-Identifier: MIT */
/*
 * session: see session.h; json.c reads JSON. Invariants: only text that identity.h calls a name is
 * set as one. Two different JSON values never become one name because a parser rounded or cut them.
 */
#include "identity/session.h"

#include <json-c/json.h>
#include <json-c/json_pointer.h>
#include <string.h>

#include "format/json.h"
#include "sse.h"

#define MAX_DEPTH  16                        /* nesting of a value */
#define MAX_ENDS   INT64_C(1000000000000000) /* Unix seconds; later ends are as good as none */
#define OWN_MEMBER "sselog" /* member of a token's value: its end and revocation key */

bool session_has_control(struct slice s)
{
    for (size_t i = 0; i < s.len; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c < 0x20 || c == 0x7f)
            return true;
    }
    return false;
}

/* Whether a name may hold the character of n bytes at p: no C1 control, and not U+FFFD, which
 * json-c puts where it lost a character. */
static bool is_name_character(const char *p, size_t n)
{
    bool control = n == 2 && (unsigned char)p[0] == 0xc2 && (unsigned char)p[1] < 0xa0;
    return !control && !(n == 3 && memcmp(p, "\xef\xbf\xbd", 3) == 0);
}

static bool is_name(struct slice s)
{
    bool good = true;
    if (s.len == 0 || s.len > IDENTITY_MAX_NAME || session_has_control(s))
        return false;
    for (size_t i = 0, n; i < s.len && good; i += n) {
        n = sse_utf8_sequence((const unsigned char *)s.p + i, s.len - i, &good);
        good = good && is_name_character(s.p + i, n);
    }
    return good;
}

int session_set_name(char out[IDENTITY_MAX_NAME + 1], struct slice s)
{
    if (!is_name(s))
        return -1;
    memcpy(out, s.p, s.len);
    out[s.len] = '\0';
    return 0;
}

/* A name from a JSON string or number. null and "" mean that there is none. */
static int json_name(struct json_object *o, bool needed, char out[IDENTITY_MAX_NAME + 1])
{
    struct slice text;
    out[0] = '\0';
    if (!o)
        return needed ? -1 : 0;
    if (json_object_is_type(o, json_type_boolean) || !json_text(o, &text))
        return -1;
    return text.len == 0 && !needed ? 0 : session_set_name(out, text);
}

static int pointer_name(struct json_object *o, const char *pointer, bool needed,
                        char out[IDENTITY_MAX_NAME + 1])
{
    struct json_object *at = NULL;
    if (json_pointer_get(o, pointer, &at) == -1)
        at = NULL;
    return json_name(at, needed, out);
}

struct json_object *session_parse(struct slice text)
{
    return text.len > SESSION_MAX_VALUE ? NULL : json_read(text, MAX_DEPTH, JSON_UNIQUE);
}

int session_names(const struct config *config, struct json_object *o, struct identity *identity)
{
    if (pointer_name(o, config->user_field, true, identity->user) == -1 ||
        pointer_name(o, config->tenant_field, false, identity->tenant) == -1 ||
        pointer_name(o, config->role_field, false, identity->role) == -1)
        return -1;
    return 0;
}

/* The member is absent in tokens that another program made. */
int session_end(struct json_object *o, int64_t now, struct identity *identity)
{
    struct json_object *own, *ends, *key_json;
    if (!json_object_object_get_ex(o, OWN_MEMBER, &own))
        return 0;
    if (json_object_object_get_ex(own, "ends", &ends)) {
        if (!json_object_is_type(ends, json_type_int))
            return -1;
        identity->ends = json_object_get_int64(ends);
        if (identity->ends <= now)
            return -1;
        if (identity->ends > MAX_ENDS)
            identity->ends = MAX_ENDS;
    }
    if (!json_object_object_get_ex(own, "vouch", &key_json))
        return 0;
    struct slice key = {json_object_get_string(key_json),
                        (size_t)json_object_get_string_len(key_json)};
    if (key.len == 0 || key.len > IDENTITY_MAX_KEY || memchr(key.p, '\0', key.len))
        return -1;
    memcpy(identity->revocation_key, key.p, key.len + 1);
    return 0;
}

int session_claims(const struct config *config, struct json_object *claims,
                   struct identity *identity)
{
    const struct {
        const char *claim;
        bool needed;
        char *out;
    } wanted[] = {{config->jwt_user, true, identity->user},
                  {config->jwt_tenant, false, identity->tenant},
                  {config->jwt_role, false, identity->role}};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++) {
        struct json_object *o = NULL;
        json_object_object_get_ex(claims, wanted[i].claim, &o);
        if (json_name(o, wanted[i].needed, wanted[i].out) == -1)
            return -1;
    }
    return 0;
}

/* Decodes one reference token of a JSON pointer (RFC 6901, section 3). json_pointer_set of json-c
 * up to 0.18 does not decode "~1", so it is not used. */
static int reference_token(const char *pointer, size_t len, char key[IDENTITY_MAX_KEY + 1])
{
    size_t used = 0;
    for (size_t i = 0; i < len; i++) {
        char c = pointer[i];
        if (c == '~')
            c = ++i < len && pointer[i] == '1' ? '/' : '~';
        if (used == IDENTITY_MAX_KEY)
            return -1;
        key[used++] = c;
    }
    key[used] = '\0';
    return 0;
}

/* Adds member to o, which then owns it. -1: member was freed. */
static int add_member(struct json_object *o, const char *key, struct json_object *member)
{
    if (member && json_object_object_add(o, key, member) == 0)
        return 0;
    json_object_put(member);
    return -1;
}

/* Puts a string where pointer says, and makes the objects on the way. -1: another value is
 * there. */
static int put_name(struct json_object *at, const char *pointer, const char *value)
{
    char key[IDENTITY_MAX_KEY + 1];
    struct json_object *next;
    if (value[0] == '\0')
        return 0; /* no name */
    while (*pointer == '/') {
        size_t len = strcspn(++pointer, "/");
        if (reference_token(pointer, len, key) == -1)
            return -1;
        bool there = json_object_object_get_ex(at, key, &next);
        pointer += len;
        if (*pointer == '\0')
            return there ? -1 : add_member(at, key, json_object_new_string(value));
        if (!there) {
            next = json_object_new_object();
            if (add_member(at, key, next) == -1)
                return -1;
        }
        if (!json_object_is_type(next, json_type_object))
            return -1;
        at = next;
    }
    return -1;
}

static int put_ends(struct json_object *root, const struct identity *identity)
{
    if (identity->ends == 0 && identity->revocation_key[0] == '\0')
        return 0;
    struct json_object *own = json_object_new_object();
    if (add_member(root, OWN_MEMBER, own) == -1)
        return -1;
    if (identity->ends && add_member(own, "ends", json_object_new_int64(identity->ends)) == -1)
        return -1;
    return identity->revocation_key[0]
               ? add_member(own, "vouch", json_object_new_string(identity->revocation_key))
               : 0;
}

int session_write(const struct config *config, const struct identity *identity, struct buf *out)
{
    struct json_object *root = json_object_new_object();
    int result = -1;
    if (root && put_name(root, config->user_field, identity->user) == 0 &&
        put_name(root, config->tenant_field, identity->tenant) == 0 &&
        put_name(root, config->role_field, identity->role) == 0 && put_ends(root, identity) == 0) {
        const char *text = json_object_to_json_string_ext(root, JSON_C_TO_STRING_PLAIN);
        result = text ? buf_adds(out, text) : -1;
    }
    json_object_put(root);
    return result;
}
