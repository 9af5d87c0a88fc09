/* SPDX-License-Identifier: MIT */
/* log_check: see log_check.h. */
#include "doctor/log_check.h"

#include <inttypes.h>
#include <stdio.h>

#include "format/level.h"
#include "format/record.h"
#include "redis/command.h"

#define NEWEST     50 /* entries that are looked at */
#define MAX_ANSWER (256 * 1024)
#define WALK_MS    1000

static const struct check LOG = {"D2b", "log"};

/* Counts of the newest entries. */
struct sample {
    const struct config *config;
    size_t entries, with_field, with_level, with_unknown;
    char other_field[64], unknown[64], last[XID_TEXT];
};

static bool has_field(const struct redis_entry *e, const char *name)
{
    for (size_t i = 0; i < e->pairs; i++)
        if (slice_equal(e->fields[2 * i], slice_of(name)))
            return true;
    return false;
}

static void copy(char out[64], struct slice s)
{
    snprintf(out, 64, "%.*s", (int)(s.len < 63 ? s.len : 63), s.p);
}

static void count_entry(struct sample *s, const struct redis_entry *e)
{
    struct record r;
    struct slice level;
    s->with_field += has_field(e, s->config->field);
    if (s->other_field[0] == '\0' && e->pairs > 0)
        copy(s->other_field, e->fields[0]);
    if (record_from_entry(&r, e->id, e->fields, e->pairs, s->config->field, s->config->event_field))
        return;
    int severity = level_of_record(&r, &level);
    s->with_level += level.len > 0 || severity >= 0;
    if (level.len > 0 && severity < 0) {
        s->with_unknown++;
        copy(s->unknown, level);
    }
    record_end(&r);
}

/* The newest entry comes first. */
static bool on_entry(void *arg, const struct redis_entry *entry)
{
    struct sample *s = arg;
    if (s->entries == NEWEST)
        return false;
    if (s->entries == 0)
        xid_format(entry->id, s->last);
    s->entries++;
    count_entry(s, entry);
    return true;
}

static enum sync_result walk(struct redis_sync *redis, const char *key, struct sample *s)
{
    struct redis_walk w = {.key = key, .at = XID_MAX, .fn = on_entry, .arg = s};
    enum sync_result result;
    do
        result = redis_sync_walk(redis, &w, WALK_MS);
    while (result == SYNC_OK && !w.ended);
    return result;
}

static void check_sample(const struct sample *s, const char *key, const char *length,
                         struct report *r)
{
    const char *field = s->config->field;
    char cure[128];
    report_add(r, FINDING_OK, LOG, NULL, "%s has %s %s, the newest is %s", key, length,
               strcmp(length, "1") == 0 ? "entry" : "entries", s->last);
    snprintf(cure, sizeof cure, "set SSELOG_FIELD=%s, or let producers write the field %s",
             s->other_field, field);
    if (s->with_field == 0)
        report_add(r, FINDING_WARN, LOG, cure,
                   "the newest %zu entries of %s have no field %s but %s: viewers get an object of "
                   "all fields",
                   s->entries, key, field, s->other_field);
    else
        report_add(r, FINDING_OK, LOG, NULL, "%zu of %zu entries have the field %s", s->with_field,
                   s->entries, field);
    if (s->with_unknown > 0)
        report_add(r, FINDING_WARN, LOG,
                   "let producers write level names such as debug, info, warning, error",
                   "%zu of %zu entries of %s have an unknown level, such as %s: the filter by "
                   "level passes them always",
                   s->with_unknown, s->entries, key, s->unknown);
    else if (s->with_level == 0)
        report_add(r, FINDING_NOTE, LOG, NULL,
                   "the newest %zu entries of %s have no level: the filter by level passes all",
                   s->entries, key);
    else
        report_add(r, FINDING_OK, LOG, NULL, "%zu of %zu entries have a known level", s->with_level,
                   s->entries);
}

/* NULL: the user of Redis may not ask for it. */
static const char *type_of(struct redis_sync *redis, const char *key, struct buf *answer)
{
    const struct slice words[] = {slice_of("TYPE"), slice_of(key)};
    buf_clear(answer);
    return redis_sync_command(redis, words, 2, answer) == SYNC_OK ? answer->p : NULL;
}

static void add_wrong_type(struct redis_sync *redis, const char *key, struct buf *answer,
                           struct report *r)
{
    const char *type = type_of(redis, key, answer);
    report_add(r, FINDING_FAIL, LOG,
               "let producers write a stream, by XADD, or correct SSELOG_STREAM",
               "%s is no stream%s%s", key, type ? ", its type is " : "", type ? type : "");
}

static void add_refused(struct redis_sync *redis, const char *key, struct buf *answer,
                        struct report *r)
{
    const char *error = answer->p ? answer->p : "";
    if (strstr(error, "no such key"))
        report_add(r, FINDING_WARN, LOG,
                   "let a producer write there; `sselog send -l KEY` writes a line as a record",
                   "there is no log at %s", key);
    else if (strncmp(error, "WRONGTYPE", 9) == 0)
        add_wrong_type(redis, key, answer, r);
    else
        report_add(r, FINDING_FAIL, LOG, NULL, "%s: %s", key, error);
}

/* The value that follows the line `length` in the answer to XINFO STREAM. */
static void find_length(const struct buf *answer, char out[24])
{
    const char *p = answer->p ? strstr(answer->p, "length\n") : NULL;
    snprintf(out, 24, "%.*s", p ? (int)strcspn(p + 7, "\n") : 0, p ? p + 7 : "");
}

void log_check(const struct config *c, struct redis_sync *redis, const char *key, struct report *r)
{
    const struct slice words[] = {slice_of("XINFO"), slice_of("STREAM"), slice_of(key)};
    struct sample s = {.config = c};
    struct buf answer;
    char length[24];
    buf_init(&answer, MAX_ANSWER);
    if (redis_sync_command(redis, words, 3, &answer) != SYNC_OK) {
        add_refused(redis, key, &answer, r);
        buf_free(&answer);
        return;
    }
    find_length(&answer, length);
    buf_free(&answer);
    if (walk(redis, key, &s) != SYNC_OK)
        report_add(r, FINDING_FAIL, LOG, NULL, "%s cannot be read: %s", key, redis_sync_why(redis));
    else if (s.entries == 0)
        report_add(r, FINDING_NOTE, LOG, NULL, "the log at %s is empty", key);
    else
        check_sample(&s, key, length, r);
}
