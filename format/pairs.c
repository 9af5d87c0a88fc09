/* SPDX-License-Identifier: MIT */
/* pairs: see pairs.h. */
#include "format/pairs.h"

#define BLANK  " \t\n"
#define NO_KEY BLANK "=\"[]{}(),;"

/* The next place from at on whose byte is, or is not, one of these. */
static size_t next(struct slice text, size_t at, const char *bytes, bool wanted)
{
    while (at < text.len && (text.p[at] != '\0' && strchr(bytes, text.p[at])) != wanted)
        at++;
    return at;
}

/* The closing quote of a text that opens at `at`, or the end. */
static size_t closing(struct slice text, size_t at)
{
    for (at++; at < text.len && text.p[at] != '"'; at++)
        if (text.p[at] == '\\')
            at++;
    return at < text.len ? at : text.len;
}

static struct slice part(struct slice text, size_t from, size_t to)
{
    return slice_make(text.p + from, to - from);
}

bool pairs_next(struct slice text, size_t *at, struct pair *out)
{
    for (;;) {
        size_t from = *at = next(text, *at, NO_KEY, false);
        size_t equals = *at = next(text, from, NO_KEY, true);
        if (from == text.len)
            return false;
        if (equals == text.len || text.p[equals] != '=')
            continue;
        bool quoted = equals + 1 < text.len && text.p[equals + 1] == '"';
        size_t begin = equals + (quoted ? 2 : 1);
        size_t end = quoted ? closing(text, equals + 1) : next(text, begin, BLANK "\"", true);
        *at = next(text, quoted && end < text.len ? end + 1 : end, " ", false);
        *out = (struct pair){part(text, from, equals), part(text, begin, end), from, *at};
        return true;
    }
}

bool pairs_find(struct slice text, struct slice key, struct slice *value)
{
    struct pair pair;
    bool found = false;
    for (size_t at = 0; pairs_next(text, &at, &pair);)
        if (slice_equal(pair.key, key)) {
            *value = pair.value;
            found = true;
        }
    return found;
}
