/* SPDX-License-Identifier: MIT */
/*
 * similar: finds the word that an unknown one was meant to be.  Pure; knows the names of options
 * and nothing else about them.
 */
#include "config/similar.h"

#include <ctype.h>
#include <stdbool.h>
#include <strings.h>

#include "config/option.h"

#define NAME_ROOM 48 /* longer than each word */

static struct slice without_prefix(struct slice name)
{
    static const char prefix[] = "SSELOG_";
    size_t len = sizeof prefix - 1;
    bool has = name.len >= len && strncasecmp(name.p, prefix, len) == 0;
    return has ? slice_after(name, len) : name;
}

static unsigned least(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

static bool is_same(char a, char b)
{
    return toupper((unsigned char)a) == toupper((unsigned char)b);
}

/* How many characters must be added, removed, replaced or exchanged with their neighbour to make b
 * of a: the distance of Damerau and Levenshtein. Upper and lower case are equal. Both are shorter
 * than NAME_ROOM. */
static unsigned distance(struct slice a, struct slice b)
{
    unsigned rows[NAME_ROOM][NAME_ROOM];
    for (unsigned j = 0; j <= b.len; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a.len; i++) {
        rows[i][0] = (unsigned)i;
        for (size_t j = 1; j <= b.len; j++) {
            unsigned changed = rows[i - 1][j - 1] + !is_same(a.p[i - 1], b.p[j - 1]);
            rows[i][j] = least(changed, least(rows[i - 1][j], rows[i][j - 1]) + 1);
            if (i > 1 && j > 1 && is_same(a.p[i - 1], b.p[j - 2]) &&
                is_same(a.p[i - 2], b.p[j - 1]))
                rows[i][j] = least(rows[i][j], rows[i - 2][j - 2] + 1);
        }
    }
    return rows[a.len][b.len];
}

/* Two characters may be wrong, but at most a third: short words are all alike. */
void similar_begin(struct similar *s, struct slice wanted)
{
    unsigned limit = wanted.len < 6 ? (unsigned)wanted.len / 3 : 2;
    *s = (struct similar){.wanted = wanted, .nearest = limit + 1};
}

void similar_offer(struct similar *s, const char *word, struct slice part)
{
    if (s->wanted.len >= NAME_ROOM || part.len >= NAME_ROOM)
        return;
    unsigned d = distance(s->wanted, part);
    if (d <= s->nearest)
        s->found = d < s->nearest ? word : NULL;
    s->nearest = least(d, s->nearest);
}

const char *similar_option(struct slice name)
{
    struct similar s;
    similar_begin(&s, without_prefix(name));
    for (size_t i = 0; i < OPTIONS; i++)
        similar_offer(&s, options[i].name, without_prefix(slice_of(options[i].name)));
    return s.found;
}
