/* SPDX-License-Identifier: MIT */
/* fields: see fields.h. */
#include "base/fields.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

void fields_begin(struct fields *f, const char *text)
{
    int n = snprintf(f->text, sizeof f->text, "%s", text);
    f->len = n > 0 && (size_t)n < sizeof f->text ? (size_t)n : strlen(f->text);
}

/* The length of the first of several fields, with the blank before it. */
static size_t length_of_field(const char *words)
{
    bool quoted = false;
    size_t n = 1;
    for (; words[n] && (quoted || words[n] != ' '); n++)
        if (words[n] == '"')
            quoted = !quoted;
        else if (words[n] == '\\' && words[n + 1])
            n++;
    return n;
}

void fields_words(struct fields *f, const char *words)
{
    while (*words) {
        size_t n = length_of_field(words);
        if (n < sizeof f->text - f->len) {
            memcpy(f->text + f->len, words, n);
            f->len += n;
        }
        words += n;
    }
    f->text[f->len] = '\0';
}

static bool is_plain(const char *value)
{
    for (const char *p = value; *p; p++)
        if (*p <= ' ' || *p > '~' || *p == '"' || *p == '=' || *p == '\\')
            return false;
    return *value != '\0';
}

static bool put(struct fields *f, size_t *len, char c)
{
    if (*len + 1 >= sizeof f->text)
        return false;
    f->text[(*len)++] = c;
    return true;
}

static bool put_quoted(struct fields *f, size_t *len, const char *value)
{
    bool room = put(f, len, '"');
    for (; *value && room; value++) {
        if (*value == '"' || *value == '\\')
            room = put(f, len, '\\');
        room = room && put(f, len, *value);
    }
    return room && put(f, len, '"');
}

void fields_add(struct fields *f, const char *name, const char *value)
{
    if (!value)
        return;
    size_t len = f->len;
    int n =
        snprintf(f->text + len, sizeof f->text - len, " %s=%s", name, is_plain(value) ? value : "");
    bool room = n > 0 && (size_t)n < sizeof f->text - len;
    len += room ? (size_t)n : 0;
    if (room && !is_plain(value))
        room = put_quoted(f, &len, value);
    f->len = room ? len : f->len;
    f->text[f->len] = '\0';
}

void fields_number(struct fields *f, const char *name, uint64_t value)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    fields_add(f, name, text);
}
