/* SPDX-License-Identifier: MIT */
/* member: see member.h. */
#include "format/member.h"

#include "format/walk.h"

bool member_find(struct slice text, const char *name, struct slice *value)
{
    struct walk w = walk_of(text);
    if (walk_next(&w) != WALK_OBJECT)
        return false;
    while (walk_next(&w) == WALK_NAME) {
        bool found = walk_is(&w, name);
        if (walk_skip(&w, value))
            return false;
        if (found)
            return true;
    }
    return false;
}

bool member_number(struct slice text, const char *name, uint64_t *number)
{
    struct slice value;
    return member_find(text, name, &value) && slice_number(value, 0, UINT64_MAX - 1, number) == 0;
}

bool member_string(struct slice text, const char *name, struct slice *string)
{
    struct slice value;
    if (!member_find(text, name, &value) || value.p[0] != '"' || memchr(value.p, '\\', value.len))
        return false;
    *string = slice_make(value.p + 1, value.len - 2);
    return true;
}
