/* SPDX-License-Identifier: MIT */
/*
 * level: any text has a level or none, within the memory that it has. The parts of the answer hold
 * together: the word is one of the text or a usual name, and what follows the part that is looked
 * at changes nothing. A record with the text tells the same level each time. A form that is passed
 * over does not match.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "format/level.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_needs(struct slice text)
{
    uint64_t pairs[PAIRS];
    text.len = text.len < LEVEL_LOOK ? text.len : LEVEL_LOOK;
    find_pairs(text, pairs);
    uint64_t tried = forms_with(pairs);
    for (size_t i = 0; i < COUNT(forms); i++)
        check(tried >> i & 1 || expression_find(form(i), text, NULL) != EXPRESSION_FOUND);
}

static bool is_severity(int severity)
{
    return severity == -1 || level_name(severity);
}

static bool is_within(struct slice part, struct slice text)
{
    return part.p >= text.p && part.p + part.len <= text.p + text.len;
}

static void check_text(struct slice text)
{
    struct slice word, again;
    int severity = level_of_text(text, &word);
    check(is_severity(severity));
    check(severity >= 0 || word.len == 0);
    check(word.len == 0 || is_within(word, text) ||
          slice_equal(word, slice_of(level_name(severity))));
    text.len = text.len < 3 * LEVEL_LOOK ? text.len : 3 * LEVEL_LOOK;
    check(level_of_text(text, &again) == severity && slice_equal(word, again));
}

static void check_record(struct slice text)
{
    struct slice first, second;
    struct record r;
    record_from_message(&r, XID_ZERO, text);
    int severity = level_of_record(&r, &first);
    check(is_severity(severity));
    check(level_of_record(&r, &second) == severity && slice_equal(first, second));
    r.status_level = 400;
    check(level_of_record(&r, &second) >= severity);
    record_end(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_make((const char *)data, size);
    check(is_severity(level_of_name(text)));
    check_needs(text);
    check_text(text);
    check_record(text);
    return 0;
}
