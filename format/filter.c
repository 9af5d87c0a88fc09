/* SPDX-License-Identifier: MIT */
/*
 * filter: see filter.h. A filter is built once and then only read. Cheap rules are tried first: a
 * payload is parsed as JSON only when a rule about its bytes did not already decide.
 */
#include "format/filter.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>

#include "format/level.h"
#include "format/query.h"
#include "format/search.h"
#include "format/unicode.h"

#define MAX_NUMBER     128           /* characters of a time */
#define FILTER_MAX_KEY (1024 * 1024) /* a viewer's query and a few options */

/* One field and the texts that it may have, sorted and without duplicates. */
struct rule {
    char *field;
    struct slice *values; /* owned */
    size_t nvalues;
};

struct filter {
    struct buf key;
    struct rule *match, *lists;
    size_t nmatch, nlists;
    int level; /* lowest severity; -1: any */
    unsigned status_level;
    struct slice *skip, *skip_loggers; /* owned, NUL-terminated */
    size_t nskip, nskip_loggers;
    struct search **skip_texts; /* owned */
    size_t nskip_texts;
    char *since_field; /* NULL: none */
    double since;
    struct xid until;
    struct query *query; /* NULL: none */
};

/* The filter without a rule. All streams that have no other share it. */
static struct filter everything = {.level = -1};

/* ---- levels ---- */

/* Whether a level is one of skip_levels. Known levels are compared by severity, so that WARN is
 * WARNING; others by name. */
static bool skipped(const struct filter *f, struct slice name, int severity)
{
    for (size_t i = 0; i < f->nskip; i++) {
        int skip = level_of_name(f->skip[i]);
        if (skip >= 0 ? skip == severity : name.len > 0 && unicode_equal(name, f->skip[i]))
            return true;
    }
    return false;
}

static bool levels_pass(const struct filter *f, struct record *r)
{
    struct slice name;
    int severity;
    if (f->level < 0 && f->nskip == 0)
        return true;
    severity = level_of_record(r, &name);
    if (severity >= 0 && severity < f->level)
        return false;
    return !skipped(f, name, severity);
}

/* ---- building ---- */

static int compare_slices(const void *x, const void *y)
{
    const struct slice *a = x, *b = y;
    size_t common = a->len < b->len ? a->len : b->len;
    int order = common > 0 ? memcmp(a->p, b->p, common) : 0;
    return order ? order : (a->len > b->len) - (a->len < b->len);
}

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* The next item of a comma-separated list, without blanks around it. False: no more. */
static bool next_item(const char **list, struct slice *item)
{
    while (**list) {
        const char *p = *list, *end = p + strcspn(p, ",");
        *list = *end ? end + 1 : end;
        while (p < end && is_blank(*p))
            p++;
        while (end > p && is_blank(end[-1]))
            end--;
        *item = slice_make(p, (size_t)(end - p));
        if (end > p)
            return true;
    }
    return false;
}

static char *copy(struct slice s)
{
    char *p = malloc(s.len + 1);
    if (!p)
        return NULL;
    if (s.len > 0)
        memcpy(p, s.p, s.len);
    p[s.len] = '\0';
    return p;
}

/* Appends a copy of value to an array. */
static int append(struct slice **values, size_t *count, struct slice value)
{
    struct slice *grown = realloc(*values, (*count + 1) * sizeof *grown);
    char *own;
    if (!grown)
        return -1;
    *values = grown;
    own = copy(value);
    if (!own)
        return -1;
    grown[(*count)++] = slice_make(own, value.len);
    return 0;
}

/* Frees a slice from append(). The cast drops the const that slices have for their readers. */
static void free_slice(struct slice s)
{
    free((char *)(uintptr_t)s.p);
}

static void sort_unique(struct rule *rule)
{
    size_t kept = 0;
    if (rule->nvalues > 1)
        qsort(rule->values, rule->nvalues, sizeof *rule->values, compare_slices);
    for (size_t i = 0; i < rule->nvalues; i++) {
        if (kept > 0 && slice_equal(rule->values[kept - 1], rule->values[i]))
            free_slice(rule->values[i]);
        else
            rule->values[kept++] = rule->values[i];
    }
    rule->nvalues = kept;
}

static void free_slices(struct slice *slices, size_t count)
{
    for (size_t i = 0; i < count; i++)
        free_slice(slices[i]);
    free(slices);
}

static void free_rules(struct rule *rules, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free(rules[i].field);
        free_slices(rules[i].values, rules[i].nvalues);
    }
    free(rules);
}

static int build_rule(struct rule *rule, const struct filter_rule *from, bool list)
{
    const char *rest = from->values;
    struct slice item;
    rule->field = copy(slice_of(from->field));
    if (!rule->field)
        return -1;
    if (!list)
        return append(&rule->values, &rule->nvalues, slice_of(from->values));
    while (next_item(&rest, &item))
        if (append(&rule->values, &rule->nvalues, item) < 0)
            return -1;
    sort_unique(rule);
    return 0;
}

/* A list without items is no rule: the next rule takes its slot. */
static int build_rules(struct rule **rules, size_t *count, const struct filter_rule *from, size_t n,
                       bool list)
{
    if (n == 0)
        return 0;
    *rules = calloc(n, sizeof **rules);
    if (!*rules)
        return -1;
    for (size_t i = 0; i < n; i++) {
        struct rule *rule = &(*rules)[(*count)++];
        if (build_rule(rule, &from[i], list) < 0)
            return -1;
        if (rule->nvalues == 0) {
            free(rule->field);
            *rule = (struct rule){0};
            (*count)--;
        }
    }
    return 0;
}

static int build_names(struct slice **to, size_t *count, const char *const *names)
{
    for (; names && *names; names++)
        if (append(to, count, slice_of(*names)) < 0)
            return -1;
    return 0;
}

static int build_skip_texts(struct filter *f, const char *const *texts)
{
    size_t n = 0;
    while (texts && texts[n])
        n++;
    f->skip_texts = calloc(n + 1, sizeof(struct search *));
    for (; f->skip_texts && f->nskip_texts < n; f->nskip_texts++) {
        struct search *s = search_new(slice_of(texts[f->nskip_texts]), SEARCH_EXACT);
        if (!s)
            return -1;
        f->skip_texts[f->nskip_texts] = s;
    }
    return f->skip_texts ? 0 : -1;
}

/* A query without a term is no rule. */
static int build_query(struct filter *f, const struct filter_spec *spec)
{
    char why[QUERY_WHY];
    f->query = query_new(spec->query, why);
    if (spec->why)
        memcpy(spec->why, why, sizeof why);
    if (!f->query) {
        errno = why[0] ? EINVAL : ENOMEM;
        return -1;
    }
    if (query_key(f->query).len == 0) {
        query_free(f->query);
        f->query = NULL;
    }
    return 0;
}

static int build_skips(struct filter *f, const struct filter_spec *spec)
{
    return build_names(&f->skip, &f->nskip, spec->skip_levels) ||
                   build_skip_texts(f, spec->skip_texts) ||
                   build_names(&f->skip_loggers, &f->nskip_loggers, spec->skip_loggers)
               ? -1
               : 0;
}

static int build_since(struct filter *f, const struct filter_spec *spec)
{
    if (!spec->since_field)
        return 0;
    f->since_field = copy(slice_of(spec->since_field));
    f->since = spec->since;
    f->until = spec->until;
    return f->since_field ? 0 : -1;
}

/* ---- the key ---- */

/* Each text follows its length and each list its count, so different filters have different
 * keys. */
static void key_text(struct buf *key, struct slice text)
{
    buf_addf(key, "%zu:", text.len);
    buf_add(key, text.p, text.len);
}

static void key_rules(struct buf *key, char kind, const struct rule *rules, size_t count)
{
    buf_addf(key, "%c%zu;", kind, count);
    for (size_t i = 0; i < count; i++) {
        key_text(key, slice_of(rules[i].field));
        buf_addf(key, "%zu;", rules[i].nvalues);
        for (size_t j = 0; j < rules[i].nvalues; j++)
            key_text(key, rules[i].values[j]);
    }
}

static void key_names(struct buf *key, char kind, const struct slice *names, size_t count)
{
    buf_addf(key, "%c%zu;", kind, count);
    for (size_t i = 0; i < count; i++)
        key_text(key, names[i]);
}

static void key_texts(struct buf *key, char kind, struct search *const *texts, size_t count)
{
    buf_addf(key, "%c%zu;", kind, count);
    for (size_t i = 0; i < count; i++)
        key_text(key, search_form(texts[i]));
}

static int build_key(struct filter *f)
{
    key_rules(&f->key, 'm', f->match, f->nmatch);
    key_rules(&f->key, 'l', f->lists, f->nlists);
    buf_addf(&f->key, "v%d;%u;", f->level, f->status_level);
    key_names(&f->key, 's', f->skip, f->nskip);
    key_texts(&f->key, 't', f->skip_texts, f->nskip_texts);
    key_names(&f->key, 'g', f->skip_loggers, f->nskip_loggers);
    buf_addc(&f->key, 'q');
    key_text(&f->key, f->query ? query_key(f->query) : (struct slice){0});
    if (f->since_field) {
        buf_addf(&f->key, "u%a;%" PRIu64 "-%" PRIu64 ";", f->since, f->until.ms, f->until.seq);
        key_text(&f->key, slice_of(f->since_field));
    }
    return f->key.failed ? -1 : 0;
}

static bool passes_everything(const struct filter *f)
{
    return f->nmatch == 0 && f->nlists == 0 && f->level < 0 && f->nskip == 0 &&
           f->nskip_texts == 0 && f->nskip_loggers == 0 && !f->since_field && !f->query;
}

struct filter *filter_new(const struct filter_spec *spec)
{
    int level = spec->level ? level_of_name(slice_of(spec->level)) : -1;
    struct filter *f;
    int error;
    if (spec->why)
        spec->why[0] = '\0';
    if (spec->level && level < 0) {
        errno = EINVAL;
        return NULL;
    }
    f = calloc(1, sizeof *f);
    if (!f)
        return NULL;
    errno = ENOMEM;
    buf_init(&f->key, FILTER_MAX_KEY);
    f->level = level;
    f->status_level = spec->status_level;
    if (build_rules(&f->match, &f->nmatch, spec->match, spec->nmatch, false) < 0 ||
        build_rules(&f->lists, &f->nlists, spec->lists, spec->nlists, true) < 0 ||
        build_skips(f, spec) < 0 || build_since(f, spec) < 0 || build_query(f, spec) < 0 ||
        build_key(f) < 0) {
        error = errno;
        filter_free(f);
        errno = error;
        return NULL;
    }
    if (!passes_everything(f))
        return f;
    filter_free(f);
    return &everything;
}

void filter_free(struct filter *f)
{
    if (!f || f == &everything)
        return;
    free_rules(f->match, f->nmatch);
    free_rules(f->lists, f->nlists);
    free_slices(f->skip, f->nskip);
    for (size_t i = 0; i < f->nskip_texts; i++)
        search_free(f->skip_texts[i]);
    free(f->skip_texts);
    free_slices(f->skip_loggers, f->nskip_loggers);
    free(f->since_field);
    query_free(f->query);
    buf_free(&f->key);
    free(f);
}

struct slice filter_key(const struct filter *f)
{
    return buf_slice(&f->key);
}

/* ---- deciding ---- */

/* An empty value comes from an identity without that name. It matches no record, not even one whose
 * field is empty. If payload and entry have the field, both must match: a payload may hold text of
 * users, who would choose its readers. */
static bool match_passes(const struct rule *rule, struct record *r)
{
    struct slice text;
    return rule->values[0].len > 0 && record_field(r, rule->field, RECORD_ANY, &text) &&
           slice_equal(text, rule->values[0]) &&
           (!record_field(r, rule->field, RECORD_ENTRY, &text) ||
            slice_equal(text, rule->values[0]));
}

static bool list_passes(const struct rule *rule, struct record *r)
{
    struct slice text;
    return record_field(r, rule->field, RECORD_ANY, &text) &&
           bsearch(&text, rule->values, rule->nvalues, sizeof text, compare_slices);
}

static bool holds_skipped_text(const struct filter *f, const struct record *r)
{
    for (size_t i = 0; i < f->nskip_texts; i++)
        if (search_find(f->skip_texts[i], r->data))
            return true;
    return false;
}

static bool is_by_skipped_logger(const struct filter *f, struct record *r)
{
    struct slice logger;
    if (f->nskip_loggers == 0 || !record_field(r, "logger", RECORD_ANY, &logger))
        return false;
    for (size_t i = 0; i < f->nskip_loggers; i++)
        if (slice_equal(logger, f->skip_loggers[i]))
            return true;
    return false;
}

/* A field that is no number, or a longer text than numbers need, is not newer. The copy has the NUL
 * that strtod needs. */
static bool is_newer(const struct filter *f, struct record *r)
{
    struct slice text;
    char copied[MAX_NUMBER + 1], *end;
    if (!f->since_field || xid_cmp(r->id, f->until) > 0)
        return true;
    if (!record_field(r, f->since_field, RECORD_ANY, &text) || text.len > MAX_NUMBER)
        return false;
    memcpy(copied, text.p, text.len);
    copied[text.len] = '\0';
    double time = strtod(copied, &end);
    return end != copied && time > f->since;
}

/* A query that only seeks texts is cheap. Others are tried only on records that the viewer may see:
 * the time that an expression takes tells about a record. */
static bool query_passes(const struct filter *f, struct record *r, bool plain)
{
    return !f->query || query_is_plain(f->query) != plain || query_pass(f->query, r);
}

bool filter_pass(const struct filter *f, struct record *r)
{
    r->status_level = f->status_level;
    if (holds_skipped_text(f, r) || !is_newer(f, r) || !query_passes(f, r, true))
        return false;
    for (size_t i = 0; i < f->nmatch; i++)
        if (!match_passes(&f->match[i], r))
            return false;
    for (size_t i = 0; i < f->nlists; i++)
        if (!list_passes(&f->lists[i], r))
            return false;
    return !is_by_skipped_logger(f, r) && levels_pass(f, r) && query_passes(f, r, false);
}
