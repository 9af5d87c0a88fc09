/* SPDX-License-Identifier: MIT */
/*
 * level: see level.h. A level that is named counts more than a number, because the scales of
 * numbers differ. The expressions of the table are compiled when they are tried first, and
 * kept: any thread may do it, and the first one that ends provides them for all.
 */
#include "format/level.h"

#include <stdatomic.h>
#include <stdlib.h>

#include "format/expression.h"
#include "format/json.h"
#include "format/line.h"

enum { FORM_NAME = -2, FORM_SYSLOG = -3 };
/* Forms of the first turn are tried in order. Of those within the text the one that begins first
 * counts. The last ones count when no other does. */
enum form_turn { FORM_FIRST, FORM_WITHIN, FORM_LAST };

#include "format/level_table.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define RAW_LOOK     (3 * LEVEL_LOOK) /* bytes that are searched, with escape sequences */
#define SYSLOG_SCALE 1                /* in scales */
#define ESCAPE       '\x1b'

/* ---- names ---- */

static char capital(char c)
{
    return (char)(c >= 'a' && c <= 'z' ? c & ~0x20 : c);
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_in(char c, const char *set)
{
    return c != '\0' && strchr(set, c);
}

static int compare_name(const void *name, const void *row)
{
    return strcmp(name, row);
}

static int find_name(struct slice name)
{
    char capitals[NAME_MOST];
    if (name.len == 0 || name.len >= sizeof capitals)
        return -1;
    for (size_t i = 0; i < name.len; i++)
        capitals[i] = capital(name.p[i]);
    capitals[name.len] = '\0';
    if (strlen(capitals) < name.len)
        return -1;
    const char *found = bsearch(capitals, names, COUNT(names), sizeof *names, compare_name);
    return found ? names[(found - names[0].name) / (ptrdiff_t)sizeof *names].severity : -1;
}

/* Without brackets and blanks around it, and without a colon behind it. */
static struct slice trim(struct slice s)
{
    while (s.len > 0 && is_in(s.p[0], " \t\r\n[<("))
        s = slice_after(s, 1);
    while (s.len > 0 && is_in(s.p[s.len - 1], " \t\r\n]>):"))
        s.len--;
    return s;
}

int level_of_name(struct slice name)
{
    name = trim(name);
    int severity = find_name(name);
    if (severity >= 0 || name.len == 0 || !is_digit(name.p[name.len - 1]))
        return severity;
    while (name.len > 0 && is_digit(name.p[name.len - 1]))
        name.len--;
    if (name.len > 0 && is_in(name.p[name.len - 1], "+-"))
        name.len--;
    return find_name(name);
}

const char *level_name(int severity)
{
    static const char *const usual[] = {"TRACE",   "DEBUG", "INFO",    "NOTICE",
                                        "WARNING", "ERROR", "CRITICAL"};
    for (size_t i = 0; i < COUNT(usual) && severity >= 0; i++)
        if (find_name(slice_of(usual[i])) == severity)
            return usual[i];
    return NULL;
}

const char *const level_classes[LEVEL_CLASSES] = {"DEBUG", "INFO",     "WARNING",
                                                  "ERROR", "CRITICAL", "OTHER"};

unsigned level_class(int severity)
{
    static const int lowest[LEVEL_CLASSES - 1] = {0, 20, 30, 40, 50};
    unsigned class = LEVEL_CLASSES - 1;
    for (unsigned i = 0; i < COUNT(lowest) && severity >= lowest[i]; i++)
        class = i;
    return class;
}

/* scale: its index; -1: there is none. */
static int level_of_number(struct slice text, int scale)
{
    uint64_t number;
    int severity = -1;
    if (scale < 0 || slice_number(text, 0, INT32_MAX, &number))
        return -1;
    for (int i = scales[scale]; i < scales[scale + 1] && steps[i].from <= number; i++)
        severity = steps[i].severity;
    return severity;
}

/* ---- texts ---- */

static const struct expression *_Atomic compiled[COUNT(forms)];

/* NULL: out of memory. */
static const struct expression *form(size_t i)
{
    const struct expression *e = atomic_load(&compiled[i]), *none = NULL;
    const char *why;
    if (e)
        return e;
    struct expression *made = expression_new(slice_of(forms[i].pattern), 0, &why);
    if (made && !atomic_compare_exchange_strong(&compiled[i], &none, made)) {
        expression_free(made);
        return none;
    }
    return made;
}

/* The length of the escape sequence at p[0] (ECMA-48, section 5.4); others than control sequences
 * count as one byte. */
static size_t sequence(const char *p, size_t n)
{
    size_t i = 2;
    if (n < 2 || p[1] != '[')
        return 1;
    while (i < n && p[i] >= 0x20 && p[i] <= 0x3f)
        i++;
    return i < n ? i + 1 : n;
}

/* Without the control sequences that colours are made of. */
static struct slice without_colours(struct slice text, char room[RAW_LOOK])
{
    size_t n = 0;
    text.len = text.len < RAW_LOOK ? text.len : RAW_LOOK;
    if (text.len == 0 || !memchr(text.p, ESCAPE, text.len))
        return text;
    for (size_t i = 0; i < text.len;) {
        if (text.p[i] == ESCAPE)
            i += sequence(text.p + i, text.len - i);
        else
            room[n++] = text.p[i++];
    }
    return slice_make(room, n);
}

/* The severity that the group of a form tells. */
static int level_of_form(int kind, struct slice word)
{
    uint64_t number;
    if (kind == FORM_NAME)
        return level_of_name(word);
    if (kind != FORM_SYSLOG)
        return kind;
    if (slice_number(word, 0, 255, &number))
        return -1;
    char digit = (char)('0' + number % 8);
    return level_of_number(slice_make(&digit, 1), SYSLOG_SCALE);
}

/* The finding of the forms in a text. */
struct found {
    size_t form;
    int kind;
    const char *at; /* NULL: nothing yet */
    struct slice word;
};

/* Tries a form. It replaces what was found if it begins before that. */
static void try_form(size_t i, struct slice text, struct found *f)
{
    const struct expression *e = form(i);
    struct expression_match m;
    if (!e || expression_find(e, text, &m) != EXPRESSION_FOUND || (f->at && m.group[0].p >= f->at))
        return;
    for (size_t group = 1; group < EXPRESSION_GROUPS; group++)
        if (m.group[group].p)
            *f = (struct found){i, forms[i].kinds[group - 1], m.group[0].p, m.group[group]};
}

/* The pairs of symbols that a text has, as bits. Bit b of pairs[a] is set where b follows a, and in
 * pairs[0] where b is at all. Bit b of pairs[SYMBOLS + a] is set where both are capital letters. */
#define PAIRS (SYMBOLS + CAPITALS)

static void find_pairs(struct slice text, uint64_t pairs[PAIRS])
{
    unsigned last = 0;
    memset(pairs, 0, PAIRS * sizeof *pairs);
    for (size_t i = 0; i < text.len; i++) {
        unsigned now = symbols[(unsigned char)text.p[i]];
        uint64_t bit = UINT64_C(1) << (now & (SYMBOLS - 1));
        pairs[last & (SYMBOLS - 1)] |= bit;
        if (last & now & CAPITAL) /* their symbols are below CAPITALS */
            pairs[SYMBOLS + (last & (CAPITALS - 1))] |= bit;
        last = now;
    }
    for (size_t i = 1; i < SYMBOLS; i++)
        pairs[0] |= pairs[i];
}

_Static_assert(COUNT(forms) <= 64 && COUNT(fields) <= 64, "a bit of a word stands for each");

/* The forms that a text with these pairs can match, as bits. To know that takes less time than to
 * try them. */
static uint64_t forms_with(const uint64_t pairs[PAIRS])
{
    uint64_t found = NEEDS_NOTHING;
    for (size_t row = 0; row < PAIRS; row++) {
        if (!(pairs[row] & needs_first[row]))
            continue;
        for (size_t at = needs_at[row]; at < needs_at[row + 1];) {
            size_t form = needs[at], end = at + 2 + needs[at + 1];
            for (at += 2; at < end && pairs[needs[at] / SYMBOLS] >> needs[at] % SYMBOLS & 1;)
                at++;
            found |= (uint64_t)(at == end) << form;
            at = end;
        }
    }
    return found;
}

static int level_of_forms(struct slice text, struct slice *word)
{
    struct found f = {0};
    uint64_t pairs[PAIRS];
    find_pairs(text, pairs);
    for (uint64_t left = forms_with(pairs); left; left &= left - 1) {
        size_t i = (size_t)__builtin_ctzll(left);
        if (f.at && (forms[i].turn != FORM_WITHIN || forms[f.form].turn != FORM_WITHIN))
            break;
        try_form(i, text, &f);
    }
    *word = f.word;
    return f.at ? level_of_form(f.kind, f.word) : -1;
}

int level_of_text(struct slice text, struct slice *level)
{
    char room[RAW_LOOK];
    struct slice plain = without_colours(text, room), word = {0};
    bool own = plain.p == text.p;
    plain.len = plain.len < LEVEL_LOOK ? plain.len : LEVEL_LOOK;
    while (plain.len > 0 && is_in(plain.p[0], " \t"))
        plain = slice_after(plain, 1);
    *level = (struct slice){0};
    int severity = level_of_forms(plain, &word);
    if (severity >= 0 && word.len > 0)
        *level = own ? word : slice_of(level_name(severity));
    return severity;
}

/* ---- records ---- */

const char *level_field(size_t i)
{
    return i < COUNT(fields) ? fields[i].name : NULL;
}

/* Where fields are looked up: in the JSON of a line, or in a record. */
struct place {
    const struct line *line;
    struct record *record;
    enum record_field_source from;
};

static bool find_field(const struct place *p, const char *name, struct slice *out)
{
    return p->line ? line_json_field(p->line, name, out)
                   : record_path_from(p->record, name, p->from, out);
}

/* The fields that the place may have, as bits. */
static uint64_t fields_at(const struct place *p)
{
    struct json_object *json;
    if (!p->line && p->from == RECORD_ENTRY)
        return p->record->pairs > 0 ? UINT64_MAX : 0;
    json = p->line ? p->line->json : record_json(p->record);
    return json_leading(json, fields[0].name, sizeof *fields, COUNT(fields));
}

/* The first field that has a level in its words counts, else the first with a number. *seen gets
 * the text of that field, or of the first that has any. */
static int level_of_fields(const struct place *p, struct slice *seen)
{
    struct slice text, peer;
    int number = -1, severity;
    uint64_t left = fields_at(p);
    *seen = (struct slice){0};
    for (size_t i = 0; i < COUNT(fields) && left >> i; i++) {
        if (!(left >> i & 1) || !find_field(p, fields[i].name, &text) || trim(text).len == 0)
            continue;
        severity = level_of_name(text);
        if (seen->len == 0 || severity >= 0)
            *seen = text;
        if (severity >= 0)
            return severity;
        if (number < 0) {
            bool beside = fields[i].peer[0] && find_field(p, fields[i].peer, &peer);
            number = level_of_number(text, beside ? fields[i].other : fields[i].scale);
        }
    }
    return number;
}

/* The level that part i of a line says. */
static int level_of_part(const struct line *l, size_t i, struct slice *text)
{
    struct line_level said = line_level(l, i);
    *text = said.text;
    return said.severity < 0 ? level_of_name(said.text) : said.severity;
}

/* JSON that is the message comes first, then the innermost part, other JSON, the message, and
 * outer parts. A message that is only carried comes before what carries it. */
static int level_of_line(const struct line *l, struct slice *text)
{
    struct slice seen;
    int json = level_of_fields(&(struct place){.line = l}, &seen), severity = -1;
    size_t left = l->nparts;
    *text = seen;
    if (seen.len > 0 && l->json_leads)
        return json;
    if (left > 0 && !l->bare && (severity = level_of_part(l, --left, text)) >= 0)
        return severity;
    *text = seen;
    if (json >= 0)
        return json;
    severity = level_of_text(l->message, text);
    while (severity < 0 && left > 0)
        severity = level_of_part(l, --left, text);
    return severity;
}

/* A level in a field ends the search, also one that is unknown: its writer chose it. */
static int find_level(struct record *r, struct slice *text)
{
    int severity = level_of_fields(&(struct place){.record = r, .from = RECORD_PAYLOAD}, text);
    if (text->len > 0)
        return severity;
    severity = level_of_fields(&(struct place){.record = r, .from = RECORD_ENTRY}, text);
    if (text->len > 0)
        return severity;
    const struct line *l = record_line(r);
    return l ? level_of_line(l, text) : level_of_text(record_message(r), text);
}

int level_of_status(struct slice status, unsigned lowest)
{
    uint64_t number;
    if (lowest == 0 || status.len != 3 || slice_number(status, lowest, 599, &number))
        return -1;
    return number < 500 ? find_name(slice_of("WARNING")) : find_name(slice_of("ERROR"));
}

/* The severity that the status of an access record tells: one that names the request too. */
static int level_of_access(struct record *r)
{
    static const char *const requests[] = {"request", "method", "request_method", "request.method"};
    struct slice status, text;
    int severity =
        record_find(r, "status", &status) ? level_of_status(status, r->status_level) : -1;
    for (size_t i = 0; i < COUNT(requests) && severity >= 0; i++)
        if (record_find(r, requests[i], &text))
            return severity;
    return -1;
}

int level_of_record(struct record *r, struct slice *text)
{
    int access = -1;
    if (!r->levelled)
        r->severity = find_level(r, &r->level);
    r->levelled = true;
    *text = r->level;
    if (r->status_level > 0)
        access = level_of_access(r);
    return access > r->severity ? access : r->severity;
}
