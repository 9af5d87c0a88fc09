/* SPDX-License-Identifier: MIT */
/* options: see options.h. */
#include "send/options.h"

#include "base/clock.h"

#define LONGEST_KEEP (UINT64_C(3650) * 24 * 3600) /* seconds */

int options_keep(const char *text, uint64_t *ms)
{
    size_t len = strlen(text);
    uint64_t n, unit = len > 0 ? (uint64_t)clock_unit(text[len - 1]) : 0;
    if (unit > 0 && slice_number(slice_make(text, len - 1), 1, LONGEST_KEEP / unit, &n) == 0) {
        *ms = n * unit * 1000;
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

const char *options_producer(const char *name)
{
    static const char good[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._@-";
    size_t len = strlen(name);
    return len > 0 && len <= NAME_MOST && strspn(name, good) == len
               ? NULL
               : "1 to 40 letters, digits and the characters . _ @ - are wanted";
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
    if (o->list && o->producer)
        return "--producer is for lines; an element of --list comes once without it";
    if (o->state && o->nfiles == 0 && o->form != FORM_JOURNAL)
        return "--state is for --follow and --journal";
    if (o->newest_first && !o->list)
        return "--newest-first is for --list";
    return NULL;
}
