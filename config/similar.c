/* SPDX-License-Identifier: MIT */
/*
 * similar: finds the option that an unknown name was meant to be.  Pure; knows the names of options
 * and nothing else about them.
 */
#include "config/similar.h"

#include <ctype.h>
#include <stdbool.h>
#include <strings.h>

#include "config/option.h"

#define NAME_ROOM 48 /* longer than each name */

static struct slice without_prefix(struct slice name)
{
    static const char prefix[] = "SSELOG_";
    size_t len = sizeof prefix - 1;
    bool has = name.len >= len && strncasecmp(name.p, prefix, len) == 0;
    return has ? slice_after(name, len) : name;
}

/* How many characters must be added, removed or replaced to make b of a: the Levenshtein distance.
 * Upper and lower case are equal. Both are shorter than NAME_ROOM. */
static unsigned distance(struct slice a, struct slice b)
{
    unsigned row[NAME_ROOM];
    for (unsigned j = 0; j <= b.len; j++)
        row[j] = j;
    for (size_t i = 0; i < a.len; i++) {
        unsigned diagonal = row[0]++;
        for (size_t j = 0; j < b.len; j++) {
            unsigned replaced =
                diagonal + (toupper((unsigned char)a.p[i]) != toupper((unsigned char)b.p[j]));
            unsigned added = (row[j] < row[j + 1] ? row[j] : row[j + 1]) + 1;
            diagonal = row[j + 1];
            row[j + 1] = replaced < added ? replaced : added;
        }
    }
    return row[b.len];
}

const char *similar_option(struct slice name)
{
    const char *found = NULL;
    name = without_prefix(name);
    if (name.len >= NAME_ROOM)
        return NULL;
    /* Two characters may be wrong, but at most a third: short names are all alike. */
    unsigned limit = name.len < 6 ? (unsigned)name.len / 3 : 2, nearest = limit + 1;
    for (size_t i = 0; i < OPTIONS; i++) {
        unsigned d = distance(name, without_prefix(slice_of(options[i].name)));
        if (d < nearest) {
            nearest = d;
            found = options[i].name;
        } else if (d == nearest) {
            found = NULL;
        }
    }
    return found;
}
