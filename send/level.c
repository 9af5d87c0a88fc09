/* SPDX-License-Identifier: MIT */
/* level: see level.h. The console finds levels in the same way: web/parse-entry.js. */
#include "send/level.h"

#include "format/filter.h"

static bool is_small(char c)
{
    return c >= 'a' && c <= 'z';
}

static bool is_capital(char c)
{
    return c >= 'A' && c <= 'Z';
}

static bool is_word(char c)
{
    return is_small(c) || is_capital(c) || c == '_' || (c >= '0' && c <= '9');
}

static size_t word_length(struct slice text)
{
    size_t n = 0;
    while (n < text.len && is_word(text.p[n]))
        n++;
    return n;
}

/* The small letters after `="` or `=`. */
static struct slice assigned(struct slice text)
{
    size_t from = 0;
    if (from < text.len && text.p[from] == '=')
        from++;
    else
        return slice_make(NULL, 0);
    from += from < text.len && text.p[from] == '"';
    size_t end = from;
    while (end < text.len && is_small(text.p[end]))
        end++;
    return slice_make(text.p + from, end - from);
}

static bool is_capitals(struct slice word)
{
    for (size_t i = 0; i < word.len; i++)
        if (!is_capital(word.p[i]))
            return false;
    return word.len > 0;
}

bool level_find(struct slice text, struct slice *level)
{
    text.len = text.len < LEVEL_LOOK ? text.len : LEVEL_LOOK;
    for (size_t at = 0, n; at<text.len; at += n> 0 ? n : 1) {
        n = word_length(slice_after(text, at));
        struct slice word = slice_make(text.p + at, n);
        if (slice_equal(word, slice_of("level")))
            word = assigned(slice_after(text, at + n));
        else if (!is_capitals(word))
            continue;
        if (filter_level(word) < 0)
            continue;
        *level = word;
        return true;
    }
    return false;
}

const char *level_of_priority(struct slice priority)
{
    static const char *const names[] = {"emerg",   "alert",  "crit", "err",
                                        "warning", "notice", "info", "debug"};
    uint64_t n;
    return slice_number(priority, 0, 7, &n) == 0 ? names[n] : NULL;
}
