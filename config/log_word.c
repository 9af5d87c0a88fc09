/* SPDX-License-Identifier: MIT */
/* log_word: see log_word.h.  Invariant: no message contains a value. */
#include "config/log_word.h"

#include <stdio.h>
#include <string.h>

#include "config/option.h"

bool log_word_is_name(struct slice name)
{
    static const char allowed[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    if (name.len == 0 || name.len > LOG_WORD_NAME)
        return false;
    for (size_t i = 0; i < name.len; i++)
        if (!memchr(allowed, name.p[i], sizeof allowed - 1))
            return false;
    return true;
}

/* How often the template holds {log}; -1: the text is no template. */
static int count_log(struct slice template)
{
    char text[LOG_WORD_TEMPLATE + 1];
    const char *at = text;
    struct slice name;
    int found, count = 0;
    if (template.len == 0 || template.len > LOG_WORD_TEMPLATE)
        return -1;
    memcpy(text, template.p, template.len);
    text[template.len] = '\0';
    while ((found = value_next_name(&at, &name)) > 0)
        count += slice_equal(name, slice_of("log"));
    return found < 0 ? -1 : count;
}

static struct slice from(struct slice s, size_t at)
{
    return slice_make(s.p + at, s.len - at);
}

/* A title in the form that options and environments keep: '_' stands for a blank. */
static char *copy_title(struct arena *arena, struct slice text)
{
    char *title = arena_copy(arena, text);
    for (char *p = title; p && *p; p++)
        if (*p == '_')
            *p = ' ';
    return title;
}

/* Reads "NAME" or "NAME(Title)". */
static const char *read_name(struct arena *arena, struct slice text, struct log_word *out)
{
    const char *open = memchr(text.p, '(', text.len);
    struct slice name = slice_make(text.p, open ? (size_t)(open - text.p) : text.len);
    struct slice title = open ? from(text, name.len + 1) : name;
    if (!log_word_is_name(name))
        return "a name has 1 to 64 characters of A-Z a-z 0-9 . _ -";
    if (open && (title.len < 2 || title.p[title.len - 1] != ')' || title.len - 1 > LOG_WORD_TITLE))
        return "a title has 1 to 128 bytes between ( and )";
    title.len -= open != NULL;
    out->name = arena_copy(arena, name);
    out->title = open ? copy_title(arena, title) : out->name;
    return out->name && out->title ? NULL : VALUE_NO_MEMORY;
}

/* The '=' that ends the first part of a word; NULL: there is none. A title may hold one. */
static const char *find_equals(struct slice word)
{
    const char *open = memchr(word.p, '(', word.len);
    const char *equals = memchr(word.p, '=', word.len);
    const char *close = open && equals && open < equals ? memmem(word.p, word.len, ")=", 2) : NULL;
    return close ? close + 1 : equals;
}

static const char *read_word(struct arena *arena, struct slice word, struct log_word *out)
{
    const char *equals = find_equals(word);
    if (!equals)
        return "NAME=KEY, NAME(Title)=KEY or @SET=KEY is wanted";
    size_t len = (size_t)(equals - word.p);
    struct slice first = slice_make(word.p, len), key = from(word, len + 1);
    bool is_set = len > 0 && word.p[0] == '@';
    int logs = count_log(key);
    if (logs < 0)
        return "a key has 1 to 256 bytes; braces hold a name, and come in pairs";
    if (is_set && logs != 1)
        return "the key of a set's logs is wanted, with {log} in it, once";
    if (is_set && count_log(from(first, 1)) != 0)
        return "the key of a set is wanted behind @, without {log}";
    out->key = arena_copy(arena, key);
    if (!is_set)
        return out->key ? read_name(arena, first, out) : VALUE_NO_MEMORY;
    out->set = arena_copy(arena, from(first, 1));
    return out->key && out->set ? NULL : VALUE_NO_MEMORY;
}

/* The last of n words is tried beside the others. NULL, or what is wrong. */
static const char *check_among(const struct log_word *words, size_t n)
{
    const struct log_word *last = &words[n - 1];
    size_t sets = 0;
    for (size_t i = 0; i < n; i++)
        sets += words[i].set != NULL;
    if (sets > LOG_WORD_SETS)
        return "at most 4 words have a set";
    for (size_t i = 0; last->name && i + 1 < n; i++)
        if (words[i].name && strcmp(words[i].name, last->name) == 0)
            return "a word before it has this name";
    return NULL;
}

const char *log_word_read_all(struct arena *arena, const char *text, struct log_word **out,
                              char *room)
{
    size_t count = value_count_words(text);
    struct slice word;
    if (count > LOG_WORD_WORDS)
        return "at most 64 words are wanted";
    struct log_word *words = *out = arena_alloc(arena, (count + 1) * sizeof *words);
    if (!words)
        return VALUE_NO_MEMORY;
    for (size_t i = 0; value_next_word(&text, &word); i++) {
        const char *wrong = read_word(arena, word, &words[i]);
        wrong = wrong ? wrong : check_among(words, i + 1);
        if (wrong) {
            snprintf(room, OPTION_WANTED, "word %zu: %s", i + 1, wrong);
            return room;
        }
    }
    return NULL;
}
