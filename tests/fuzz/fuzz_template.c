/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: key templates with two identities. The input has five lines: template, tenant, user,
 * role, and the value of a capture. When they make a key, all other values that could stand in its
 * place are tried: none of them may make the same key.
 */
#include <stdlib.h>

#include "auth.h"
#include "identity/session.h"

#define MAX_TEMPLATE 40
#define MAX_KEY      24 /* bytes of a key for which all values are tried */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { TENANT, USER, ROLE, SITE, NAMES };
static const char *const names[NAMES] = {"tenant", "user", "role", "site"};

/* Values that fill the template; those that it does not name are empty. */
struct values {
    struct slice of[NAMES];
};

struct search {
    const char *template;
    const char *key;
    struct values first;
};

static void check(bool holds)
{
    if (!holds)
        abort();
}

/* The name that begins at p: "{user}" gives USER and its length 6. -1: none of ours. */
static int name_at(const char *p, size_t *len)
{
    for (int i = 0; i < NAMES; i++) {
        *len = strlen(names[i]) + 2;
        if (p[0] == '{' && strncmp(p + 1, names[i], *len - 2) == 0 && p[*len - 1] == '}')
            return i;
    }
    return -1;
}

/* Makes the key as for a request of that identity. False: it is refused. */
static bool make(const char *template, const struct values *v, char key[IDENTITY_MAX_KEY + 1])
{
    static char *no_roles[] = {NULL};
    struct config config = {.admin_roles = no_roles};
    struct identity identity = {0};
    struct route_match match = {.captures = {{slice_of("site"), v->of[SITE]}}, .count = 1};
    char *const names_of[] = {identity.tenant, identity.user, identity.role};
    for (int i = 0; i < SITE; i++)
        if (v->of[i].len > 0 && session_set_name(names_of[i], v->of[i]) == -1)
            return false;
    return auth_key(&config, &identity, &match, template, key) == 0;
}

/* All names have a value, and with them the template is the key. */
static void try_values(const struct search *s, const struct values *v)
{
    char key[IDENTITY_MAX_KEY + 1];
    bool same = true;
    for (int i = 0; i < NAMES; i++)
        same = same && slice_equal(v->of[i], s->first.of[i]);
    bool made = make(s->template, v, key) && strcmp(key, s->key) == 0;
    check(made == same);
}

/* Finds all values with which the rest of the template is the rest of the key. */
static void search(const struct search *s, const char *template, const char *key, struct values v)
{
    size_t len;
    int name = name_at(template, &len);
    if (*template == '\0') {
        if (*key == '\0')
            try_values(s, &v);
    } else if (name == -1) {
        if (*template == *key)
            search(s, template + 1, key + 1, v);
    } else if (v.of[name].len > 0) {
        if (strncmp(key, v.of[name].p, v.of[name].len) == 0)
            search(s, template + len, key + v.of[name].len, v);
    } else {
        for (size_t n = 1; n <= strlen(key); n++) {
            v.of[name] = slice_make(key, n);
            search(s, template + len, key + n, v);
        }
    }
}

static bool names_in(const char *template, bool used[NAMES])
{
    size_t len;
    for (int i = 0; *template; template ++)
        if ((i = name_at(template, &len)) >= 0)
            used[i] = true;
        else if (*template == '{' && strchr(template, '}'))
            return false; /* auth_key refuses it */
    return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char text[256], key[IDENTITY_MAX_KEY + 1], *rest = text;
    struct search s = {.key = key};
    bool used[NAMES] = {false};
    if (size >= sizeof text || (size && memchr(data, '\0', size)))
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    s.template = strsep(&rest, "\n");
    for (int i = 0; i < NAMES; i++)
        s.first.of[i] = slice_of(strsep(&rest, "\n"));
    bool known = names_in(s.template, used);
    bool made = make(s.template, &s.first, key);
    check(known || !made);
    if (!made || strlen(s.template) > MAX_TEMPLATE || strlen(key) > MAX_KEY)
        return 0;
    for (int i = 0; i < NAMES; i++) {
        check(!used[i] || s.first.of[i].len > 0);
        if (!used[i])
            s.first.of[i].len = 0;
    }
    search(&s, s.template, key, (struct values){0});
    return 0;
}
