/* SPDX-License-Identifier: MIT */
/* options: see options.h. */
#include "send/options.h"

#define LONGEST_KEEP (UINT64_C(3650) * 24 * 3600) /* seconds */

int options_keep(const char *text, uint64_t *ms)
{
    static const struct {
        char name;
        uint64_t seconds;
    } units[] = {{'s', 1}, {'m', 60}, {'h', 3600}, {'d', 24 * 3600}, {'w', 7 * 24 * 3600}};
    size_t len = strlen(text);
    uint64_t n;
    for (size_t i = 0; len > 0 && i < sizeof units / sizeof *units; i++)
        if (text[len - 1] == units[i].name &&
            slice_number(slice_make(text, len - 1), 1, LONGEST_KEEP / units[i].seconds, &n) == 0) {
            *ms = n * units[i].seconds * 1000;
            return 0;
        }
    return -1;
}

const char *options_field(struct send_options *o, char *text)
{
    static const char *const own[] = {"time", "level", "host", "unit", "message"};
    char *equals = strchr(text, '=');
    if (!equals || equals == text)
        return "it must have the form NAME=VALUE";
    *equals = '\0'; /* the name ends with NUL */
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        if (strcmp(text, own[i]) == 0)
            return "this member has an option of its own, or comes from the input";
    for (size_t i = 0; i < o->nfields; i++)
        if (slice_equal(o->fields[i].name, slice_of(text)))
            return "this member is given twice";
    if (o->nfields == SEND_FIELDS)
        return "too many fields";
    o->fields[o->nfields++] = (struct send_field){slice_of(text), slice_of(equals + 1)};
    return NULL;
}

const char *options_conflict(const struct send_options *o)
{
    if (o->list && o->nfiles > 0)
        return "--list and --follow exclude each other";
    if (o->list && o->join)
        return "--join is for lines, and an element of --list is a record";
    if (o->form == FORM_JOURNAL && o->join)
        return "--join is for lines of text, and --journal reads entries";
    if (o->continues && o->starts)
        return "--join-start and the expression of --join exclude each other";
    if (o->state && o->nfiles == 0 && o->form != FORM_JOURNAL)
        return "--state is for --follow and --journal";
    if (o->newest_first && !o->list)
        return "--newest-first is for --list";
    return NULL;
}
