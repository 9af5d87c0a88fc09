/* SPDX-License-Identifier: MIT */
/* params: see params.h. */
#include "gateway/params.h"

/* A name that ends in '_' stands for all names that begin with it. */
static const char *const must_agree[] = {"REMOTE_USER", "REMOTE_ADDR", "AUTH_TYPE", "REDIRECT_",
                                         "SSELOG_"};

static bool begins_with(struct slice s, struct slice start)
{
    return s.len >= start.len && memcmp(s.p, start.p, start.len) == 0;
}

enum param_class params_class(struct slice name)
{
    for (size_t i = 0; i < sizeof must_agree / sizeof *must_agree; i++) {
        struct slice known = slice_of(must_agree[i]);
        if (known.p[known.len - 1] == '_' ? begins_with(name, known) : slice_equal(name, known))
            return PARAM_MUST_AGREE;
    }
    return PARAM_LAST_COUNTS;
}

bool params_name_fits(struct slice name)
{
    for (size_t i = 0; i < name.len; i++) {
        unsigned char c = (unsigned char)name.p[i];
        if (c < ' ' || c == 0x7f || c == '=')
            return false;
    }
    return true;
}

static struct slice name_of(const char *param)
{
    return slice_make(param, strcspn(param, "="));
}

/* The value of param if it has that name; else NULL. */
static const char *value_of(const char *param, struct slice name)
{
    return strncmp(param, name.p, name.len) == 0 && param[name.len] == '=' ? param + name.len + 1
                                                                           : NULL;
}

const char *params_find(char *const *params, const char *name, unsigned nth)
{
    struct slice wanted = slice_of(name);
    size_t count = 0;
    while (params[count])
        count++;
    for (; count > 0; count--) {
        const char *value = value_of(params[count - 1], wanted);
        if (value && nth-- == 0)
            return value;
    }
    return NULL;
}

static bool is_contradicted(const char *value, struct slice name, char *const *later)
{
    for (; *later; later++) {
        const char *other = value_of(*later, name);
        if (other && strcmp(other, value) != 0)
            return true;
    }
    return false;
}

struct slice params_contradiction(char *const *params)
{
    for (; *params; params++) {
        struct slice name = name_of(*params);
        const char *value = value_of(*params, name);
        if (value && params_class(name) == PARAM_MUST_AGREE &&
            is_contradicted(value, name, params + 1))
            return name;
    }
    return slice_make(NULL, 0);
}

static bool ends_with(struct slice text, struct slice end)
{
    return text.len >= end.len && memcmp(text.p + text.len - end.len, end.p, end.len) == 0;
}

bool params_takes_records(struct slice name, struct slice value)
{
    return (slice_equal(name, slice_of("PATH_INFO")) ||
            slice_equal(name, slice_of("SCRIPT_NAME"))) &&
           (ends_with(value, slice_of(PARAMS_APPEND)) || ends_with(value, slice_of(PARAMS_LOKI)));
}

bool params_may_append(struct slice name)
{
    return slice_equal(name, slice_of("SSELOG_APPEND")) ||
           slice_equal(name, slice_of("SSELOG_APPEND_ROLES"));
}
