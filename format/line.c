/* SPDX-License-Identifier: MIT */
/*
 * line: see line.h. A text is dispatched by its first byte, and by a text that each match has,
 * before an expression is tried. Expressions are compiled when they are tried first, because a
 * process may live for one request only.
 */
#include "format/line.h"

#include <json-c/json.h>
#include <stdatomic.h>

#include "format/ansi.h"
#include "format/json.h"
#include "format/pairs.h"
#include "format/record.h"

enum line_place { LINE_LINE, LINE_AFTER, LINE_MESSAGE, LINE_PLACES };

/* The texts are inside: pointers would cost each process private memory. make-lines knows the
 * sizes. */
struct line_form {
    char name[32], expression[1536];
    uint64_t needs; /* texts of line_needs that are in each match, as bits */
    char groups[EXPRESSION_GROUPS][16];
    struct {
        char text[16];
        int severity;
    } levels[8];
    bool pairs;           /* the whole line is pairs */
    enum line_place then; /* where what follows begins; LINE_PLACES: it is the message */
    bool only;            /* it counts only if another form follows */
};

#include "format/line_table.h"

#define FORMS  (sizeof line_forms / sizeof line_forms[0])
#define PREFIX ((size_t)200) /* bytes before JSON */

static _Atomic(struct expression *) compiled[FORMS];

/* NULL: memory ran out. */
static const struct expression *expression_of(size_t form)
{
    struct expression *e = atomic_load(&compiled[form]), *other = NULL;
    const char *why;
    if (e)
        return e;
    e = expression_new(slice_of(line_forms[form].expression), 0, &why);
    if (e && !atomic_compare_exchange_strong(&compiled[form], &other, e)) {
        expression_free(e); /* another thread was faster */
        return other;
    }
    return e;
}

/* ---- recognising ---- */

static struct slice head_of(struct slice text)
{
    return slice_make(text.p, text.len < LINE_HEAD ? text.len : LINE_HEAD);
}

/* The forms that may begin here by their first bytes, as bits. */
static uint64_t forms_at(enum line_place place, struct slice text)
{
    uint64_t forms = UINT64_MAX;
    for (size_t i = 0; i < LINE_LOOK && forms; i++) {
        size_t byte = i < text.len ? (unsigned char)text.p[i] : LINE_END;
        forms &= line_at[place].masks[i][line_classes[byte]];
    }
    return forms;
}

/* Looks for the rarest byte first. memmem is slower for texts as short as these. */
static bool has(struct slice text, size_t need)
{
    const char *needed = line_needs[need].text;
    size_t len = strlen(needed), rarest = line_needs[need].rarest;
    if (text.len < len)
        return false;
    const char *p = text.p + rarest, *last = text.p + (text.len - len) + rarest + 1;
    for (; p < last && (p = memchr(p, needed[rarest], (size_t)(last - p))); p++)
        if (memcmp(p - rarest, needed, len) == 0)
            return true;
    return false;
}

/* Needed texts that were looked for, and those of them that are missing, as bits. Forms share them.
 */
struct needs {
    uint64_t sought, missing;
};

static bool has_all(struct slice text, uint64_t needs, struct needs *known)
{
    for (uint64_t left = needs & ~known->sought; left && !(needs & known->missing);
         left &= left - 1) {
        known->sought |= left & -left;
        if (!has(text, (size_t)__builtin_ctzll(left)))
            known->missing |= left & -left;
    }
    return !(needs & known->missing);
}

static bool match_form(struct slice text, enum line_place place, struct line_part *part)
{
    struct needs known = {0};
    for (uint64_t left = forms_at(place, text); left; left &= left - 1) {
        size_t i = line_at[place].forms[__builtin_ctzll(left)];
        const struct line_form *form = &line_forms[i];
        const struct expression *e;
        if (!has_all(text, form->needs, &known) || !(e = expression_of(i)) ||
            expression_find(e, text, &part->match) != EXPRESSION_FOUND)
            continue;
        part->form = form;
        return true;
    }
    return false;
}

/* Finds the parts, and returns where the message begins. */
static size_t find_parts(struct line *l, struct slice head)
{
    enum line_place place = LINE_LINE;
    size_t at = 0;
    while (place != LINE_PLACES && l->nparts < LINE_DEPTH && at < head.len) {
        struct line_part *part = &l->parts[l->nparts];
        if (!match_form(slice_after(head, at), place, part))
            break;
        l->nparts++;
        place = part->form->then;
        if (place != LINE_PLACES)
            at += part->match.group[0].len;
    }
    return at;
}

/* JSON up to the end of the text; NULL: none. */
static struct json_object *find_json(struct slice text, struct slice message, struct slice *found)
{
    const char *at = message.p, *end = message.p + message.len;
    while (end > at && (unsigned char)end[-1] <= 32)
        end--;
    if (end == at || end[-1] != '}')
        return NULL;
    const char *last = (size_t)(end - at) < PREFIX ? end : at + PREFIX;
    while (at < last && !(at[0] == '{' && (at[1] == '"' || (at[1] == ' ' && at[2] == '"'))))
        at++;
    *found = slice_make(at, (size_t)(end - at));
    if (at == last || at == text.p || found->len > RECORD_MAX_PARSE)
        return NULL;
    return json_read(*found, RECORD_MAX_DEPTH, JSON_LAST_COUNTS | JSON_NAN);
}

static void find_message(struct line *l, size_t at)
{
    const struct line_form *last = l->nparts ? l->parts[l->nparts - 1].form : NULL;
    l->message = slice_after(l->text, last && last->then == LINE_PLACES ? l->text.len : at);
    if (!last || last->then != LINE_PLACES)
        l->json = find_json(l->text, l->message, &l->json_text);
    if (l->json && !json_object_is_type(l->json, json_type_object)) {
        json_object_put(l->json);
        l->json = NULL;
    }
    while (!l->json && l->nparts && l->parts[l->nparts - 1].form->only) {
        l->message = slice_make(l->parts[--l->nparts].match.group[0].p, 0);
        l->message.len = (size_t)(l->text.p + l->text.len - l->message.p);
    }
    l->json_leads =
        l->json && (l->json_text.p == l->message.p || !last || last->then != LINE_MESSAGE);
    l->bare = l->nparts > 0 && l->parts[l->nparts - 1].form->then == LINE_LINE;
}

/* The text as it reads. False: memory ran out, or it is too long. */
static bool set_text(struct line *l, struct slice text)
{
    l->text = text;
    if (!ansi_present(head_of(text)))
        return true;
    if (text.len > RECORD_MAX_PARSE)
        return false;
    ansi_plain(&l->plain, text);
    l->text = buf_slice(&l->plain);
    return !l->plain.failed;
}

/* The parts stay as they are: there are none. */
static void clear(struct line *l)
{
    l->text = l->message = l->json_text = (struct slice){0};
    l->nparts = 0;
    l->json = NULL;
    buf_init(&l->plain, RECORD_MAX_PARSE);
    l->json_leads = l->bare = false;
}

bool line_parse(struct line *l, struct slice text)
{
    clear(l);
    if (!set_text(l, text) || l->text.len == 0)
        goto none;
    find_message(l, find_parts(l, head_of(l->text)));
    if (l->nparts || l->json)
        return true;
none:
    line_end(l);
    return false;
}

void line_end(struct line *l)
{
    if (!l)
        return;
    json_object_put(l->json);
    buf_free(&l->plain);
    clear(l);
}

/* ---- what was found ---- */

const char *line_form_name(const struct line *l, size_t part)
{
    return l->parts[part].form->name;
}

static bool is_pairs(const struct line_part *part)
{
    return part->form->pairs;
}

/* The group of a part; p is NULL where there is none. */
static struct slice group_of(const struct line_part *part, const char *name)
{
    for (size_t i = 0; i + 1 < EXPRESSION_GROUPS && part->form->groups[i][0]; i++)
        if (strcmp(part->form->groups[i], name) == 0)
            return part->match.group[i + 1];
    return (struct slice){0};
}

/* Whether a group is a place that is not shown, and no field. */
static bool is_cut(const char *name)
{
    return strncmp(name, "cut", 3) == 0 || strcmp(name, "said") == 0;
}

static bool is_none(struct slice s)
{
    return s.len == 0 || slice_equal(s, slice_of("-"));
}

static bool part_field(const struct line_part *part, const char *name, struct slice *out)
{
    struct slice pairs = group_of(part, "pairs");
    if (pairs.p && pairs_find(pairs, slice_of(name), out))
        return !is_none(*out);
    if (is_cut(name) || strcmp(name, "pairs") == 0)
        return false;
    *out = group_of(part, name);
    return !is_none(*out);
}

bool line_json_field(const struct line *l, const char *path, struct slice *out)
{
    struct json_object *value = json_at(l->json, path);
    return value && json_text(value, out);
}

bool line_field(const struct line *l, const char *name, struct slice *out)
{
    if (line_json_field(l, name, out))
        return true;
    for (size_t i = l->nparts; i > 0; i--)
        if (part_field(&l->parts[i - 1], name, out))
            return true;
    return false;
}

/* ---- levels and places ---- */

static const char *const time_keys[] = {"time", "ts", "t", "timestamp", "@timestamp", NULL};
static const char *const level_keys[] = {"level", "lvl", "severity", "at", NULL};

static bool is_one_of(struct slice s, const char *const *names)
{
    while (*names && !slice_equal(s, slice_of(*names)))
        names++;
    return *names != NULL;
}

/* The severity of a syslog priority: eight times the facility, and a number from 0 to 7. */
static int of_priority(struct slice digits)
{
    static const int severities[] = {50, 50, 50, 40, 30, 25, 20, 10};
    return severities[(digits.p[digits.len - 1] - '0' +
                       (digits.len > 1 ? 2 * (digits.p[digits.len - 2] - '0') : 0) +
                       (digits.len > 2 ? 4 * (digits.p[0] - '0') : 0)) &
                      7];
}

static struct line_level level_of_pairs(struct slice text)
{
    struct pair pair;
    for (size_t at = 0; pairs_next(text, &at, &pair);)
        if (is_one_of(pair.key, level_keys) && pair.value.len > 0)
            return (struct line_level){pair.value, -1};
    return (struct line_level){.severity = -1};
}

struct line_level line_level(const struct line *l, size_t i)
{
    const struct line_part *part = &l->parts[i];
    if (is_pairs(part))
        return level_of_pairs(part->match.group[0]);
    struct slice pri = group_of(part, "pri");
    struct line_level level = {group_of(part, "level"), -1};
    if (!level.text.p && pri.p)
        return (struct line_level){pri, of_priority(pri)};
    for (size_t j = 0; level.text.p && j < 8 && part->form->levels[j].text[0]; j++)
        if (slice_equal(level.text, slice_of(part->form->levels[j].text)))
            level.severity = part->form->levels[j].severity;
    return level;
}

static void add_cut(struct line_cut *out, size_t *count, size_t from, size_t to)
{
    if (to > from && *count < LINE_CUTS)
        out[(*count)++] = (struct line_cut){from, to};
}

static void cut_pairs(const struct line_part *part, size_t base, bool says, struct line_cut *out,
                      size_t *count)
{
    struct pair pair;
    for (size_t at = 0; pairs_next(part->match.group[0], &at, &pair);)
        if (is_one_of(pair.key, time_keys) || (says && is_one_of(pair.key, level_keys)))
            add_cut(out, count, base + pair.from, base + pair.to);
}

size_t line_cuts(const struct line *l, const bool says[LINE_DEPTH], struct line_cut out[LINE_CUTS])
{
    size_t count = 0;
    for (size_t i = 0; i < l->nparts; i++) {
        const struct line_part *part = &l->parts[i];
        bool said = says[i] && line_level(l, i).text.len > 0;
        if (is_pairs(part))
            cut_pairs(part, (size_t)(part->match.group[0].p - l->text.p), said, out, &count);
        for (size_t g = 0; g + 1 < EXPRESSION_GROUPS && part->form->groups[g][0]; g++) {
            struct slice place = part->match.group[g + 1];
            size_t from = place.p ? (size_t)(place.p - l->text.p) : 0;
            if (is_cut(part->form->groups[g]) &&
                (said || strcmp(part->form->groups[g], "said") != 0))
                add_cut(out, &count, from, from + place.len);
        }
    }
    return count;
}
