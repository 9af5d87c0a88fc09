/* SPDX-License-Identifier: MIT */
/* cursor_list: see cursor_list.h. */
#include "format/cursor_list.h"

#include <string.h>

void cursor_list_add(struct buf *b, const char *name, const struct position *at)
{
    char text[POSITION_TEXT];
    if (b->len > 0)
        buf_addc(b, ',');
    buf_adds(b, name);
    buf_addc(b, '=');
    buf_add(b, text, position_format(at, text));
}

/* Takes the next item off *text.  False: there is none, or it is wrong, which *text then shows by
 * not being at its end. */
static bool next_item(const char **text, struct slice *name, struct position *place)
{
    const char *at = *text, *equals = strchr(at, '=');
    size_t len = strcspn(at, ",");
    if (!equals || equals >= at + len)
        return false;
    *name = slice_make(at, (size_t)(equals - at));
    struct slice value = slice_make(equals + 1, (size_t)(at + len - equals - 1));
    bool last = at[len] == '\0';
    if (name->len == 0 || !memchr(value.p, '-', value.len) || position_parse(value, place) ||
        (!last && at[len + 1] == '\0'))
        return false;
    *text = at + len + !last;
    return true;
}

bool cursor_list_is(const char *text)
{
    struct slice names[CURSOR_LIST_MOST];
    size_t n = 0;
    struct position at;
    while (n < CURSOR_LIST_MOST && next_item(&text, &names[n], &at)) {
        for (size_t i = 0; i < n; i++)
            if (slice_equal(names[i], names[n]))
                return false;
        n++;
    }
    return n > 0 && *text == '\0';
}

bool cursor_list_find(const char *text, const char *name, struct position *at)
{
    struct slice its;
    while (next_item(&text, &its, at))
        if (slice_equal(its, slice_of(name)))
            return true;
    return false;
}
