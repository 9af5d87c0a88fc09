/* SPDX-License-Identifier: MIT */
/* level: see level.h. */
#include "send/level.h"

#include "format/level.h"

/* A letter or a number says less than the usual name. */
static bool is_name(struct slice word)
{
    uint64_t number;
    return word.len > 1 && slice_number(word, 0, UINT32_MAX, &number) != 0;
}

bool level_find(struct slice text, struct slice *level)
{
    struct slice word;
    int severity = level_of_text(text, &word);
    if (severity >= 0)
        *level = is_name(word) ? word : slice_of(level_name(severity));
    return severity >= 0;
}

const char *level_of_priority(struct slice priority)
{
    static const char *const names[] = {"emerg",   "alert",  "crit", "err",
                                        "warning", "notice", "info", "debug"};
    uint64_t n;
    return slice_number(priority, 0, 7, &n) == 0 ? names[n] : NULL;
}
