/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: lines of known forms. Cuts of a text lie in it and rise. Heads follow
 * each other, and each field and level lies in the text or is one of its JSON.
 */
#include <stdint.h>
#include <stdlib.h>

#include "format/line.h"
#include "format/pairs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
    if (!holds)
        abort();
}

static void check_inside(const struct line *l, struct slice part)
{
    check(part.len == 0 || (part.p >= l->text.p && part.p + part.len <= l->text.p + l->text.len));
}

static void check_cuts(const struct line *l, bool says)
{
    struct line_cut cuts[LINE_CUTS];
    const bool all[LINE_DEPTH] = {says, says, says, says};
    size_t at = 0;
    for (size_t i = 0, n = line_cuts(l, all, cuts); i < n; i++) {
        check(cuts[i].from >= at && cuts[i].to > cuts[i].from && cuts[i].to <= l->text.len);
        at = cuts[i].to;
    }
}

static void check_parts(const struct line *l)
{
    const char *at = l->text.p;
    check(l->nparts <= LINE_DEPTH);
    for (size_t i = 0; i < l->nparts; i++) {
        const struct slice *groups = l->parts[i].match.group;
        check(groups[0].p == at && groups[0].len > 0 && line_form_name(l, i));
        for (size_t g = 0; g < EXPRESSION_GROUPS; g++)
            check_inside(l, groups[g]);
        at += groups[0].len;
        struct line_level level = line_level(l, i);
        check_inside(l, level.text);
        check(level.severity >= -1 && level.severity <= 50);
    }
    check_inside(l, l->message);
}

/* A place that is cut is no field, but a pair of the text may have its name. */
static bool is_of_a_pair(const struct line *l, struct slice value)
{
    return value.p > l->text.p && (value.p[-1] == '=' || value.p[-1] == '"');
}

static void check_fields(const struct line *l)
{
    static const char *const names[] = {"time",   "level", "status", "pri",
                                        "method", "cut",   "a",      "msg"};
    struct slice value, other;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (line_field(l, names[i], &value) && !line_json_field(l, names[i], &other))
            check_inside(l, value);
    check(!line_field(l, "cut", &value) || line_json_field(l, "cut", &other) ||
          is_of_a_pair(l, value));
}

static void check_pairs(struct slice text)
{
    struct pair pair;
    size_t last = 0;
    for (size_t at = 0; pairs_next(text, &at, &pair); last = at) {
        check(pair.from >= last && pair.to > pair.from && pair.to <= text.len && at == pair.to);
        check(pair.key.len > 0 && pair.value.p + pair.value.len <= text.p + text.len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice text = slice_make((const char *)data, size);
    struct line l;
    check_pairs(text);
    if (!line_parse(&l, text))
        return 0;
    check(l.nparts > 0 || l.json);
    check_cuts(&l, true);
    check_cuts(&l, false);
    check_parts(&l);
    check_fields(&l);
    line_end(&l);
    return 0;
}
