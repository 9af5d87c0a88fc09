/* SPDX-License-Identifier: MIT */
/* compare: see compare.h. */
#include "verify/compare.h"

#include <stdio.h>

#include "identity/logs.h"
#include "identity/session.h"
#include "redis_io.h"
#include "verify/address.h"
#include "verify/sum.h"

#define DEADLINE_MS 5000
#define SLICE_MS    1000
#define PAGE        1000 /* entries of one read */

/* ---- which key ---- */

/* The key of --log KEY, or --log NAME=KEY. */
static const char *key_of_option(const struct verify_options *o, const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < o->nlogs; i++) {
        if (len == 0)
            return o->logs[i];
        if (strncmp(o->logs[i], name, len) == 0 && o->logs[i][len] == '=')
            return o->logs[i] + len + 1;
    }
    return NULL;
}

static int take_name(const char *text, char out[IDENTITY_MAX_NAME + 1])
{
    return text ? session_set_name(out, slice_of(text)) : 0;
}

/* The key of the log of that name, or of the only one, by the options and --user.  -1: none. */
static int key_of_config(const struct config *c, const struct verify_options *o, struct slice name,
                         char key[IDENTITY_MAX_KEY + 1])
{
    struct identity who = {.method = AUTH_TOKEN};
    struct logs_asker asker = {.config = c, .identity = &who};
    if (take_name(o->user, who.user) || take_name(o->tenant, who.tenant) ||
        take_name(o->role, who.role))
        return -1;
    if (name.len == 0)
        return logs_default(&asker, key) == WHY_OK ? 0 : -1;
    for (const struct log_word *word = c->logs; word && word->key; word++) {
        struct logs_keys keys;
        if (logs_find(&asker, word, name, &keys) != WHY_OK)
            continue;
        memcpy(key, keys.key, sizeof keys.key);
        return 0;
    }
    return -1;
}

/* name: of the log in the stream, "" if it is the only one. */
static int find_key(const struct config *c, const struct verify_options *o, const char *name,
                    char key[IDENTITY_MAX_KEY + 1])
{
    struct buf chosen;
    const char *given = key_of_option(o, name);
    if (given)
        return snprintf(key, IDENTITY_MAX_KEY + 1, "%s", given) > IDENTITY_MAX_KEY ? -1 : 0;
    buf_init(&chosen, 256);
    buf_adds(&chosen, name);
    if (name[0] == '\0' && o->url)
        verify_log_name(&chosen, o->url, 0);
    int found = key_of_config(c, o, buf_slice(&chosen), key);
    buf_free(&chosen);
    return found;
}

/* ---- one log ---- */

struct walk {
    struct count *count;
    struct track *log;
    struct compared *result;
    struct xid last, former; /* of the client; the entry before */
    bool any;
    uint64_t absent; /* entries that did not come */
};

/* Adds an entry that did not come.  In a view that withholds records only their number counts. */
static void add_absent(struct walk *w, struct xid id)
{
    w->absent++;
    if (w->count->filtered)
        return;
    count_add_problem(w->count, &(struct problem){.kind = PROBLEM_IN_REDIS,
                                                  .log = w->log->name,
                                                  .records = 1,
                                                  .has_after = w->any,
                                                  .after = w->former,
                                                  .has_next = true,
                                                  .next = id});
}

static bool on_entry(void *arg, const struct redis_entry *entry)
{
    struct walk *w = arg;
    if (xid_cmp(entry->id, w->last) > 0)
        return false;
    w->result->entries++;
    if (!ids_have(&w->log->seen, entry->id))
        add_absent(w, entry->id);
    w->former = entry->id;
    w->any = true;
    return true;
}

/* A read goes on behind the last entry, which may have been trimmed meanwhile. */
static bool on_read(void *arg, const struct redis_entry *entries, size_t count, size_t *start)
{
    const struct walk *w = arg;
    *start = w->any && count > 0 && xid_cmp(entries[0].id, w->former) == 0;
    return true;
}

static enum sync_result walk_log(struct redis_sync *redis, const char *key, struct walk *w)
{
    struct redis_walk walk = {.key = key,
                              .at = w->log->seen.at[0],
                              .fn = on_entry,
                              .proof = on_read,
                              .arg = w,
                              .most = PAGE};
    enum sync_result result;
    do
        result = redis_sync_walk(redis, &walk, SLICE_MS);
    while (result == SYNC_OK && !walk.ended);
    return result;
}

/* ---- holes that Redis explains ---- */

/* The hole lies in what Redis holds, and Redis has no entry there: they were deleted. */
static bool was_deleted(const struct redis_info *info, const struct problem *p)
{
    return p->kind == PROBLEM_MISSING && p->has_after && info->has_first && info->has_deleted &&
           xid_cmp(info->first, p->after) <= 0 && xid_cmp(info->deleted, p->after) > 0;
}

static bool is_found(const struct count *c, size_t known, const struct problem *hole)
{
    size_t kept = c->nproblems < COUNT_PROBLEMS ? c->nproblems : COUNT_PROBLEMS;
    for (size_t i = known; i < kept; i++) {
        const struct problem *p = &c->problems[i];
        if (p->kind == PROBLEM_IN_REDIS && p->log == hole->log &&
            xid_cmp(p->next, hole->after) > 0 && xid_cmp(p->next, hole->next) < 0)
            return true;
    }
    return false;
}

static void remove_problem(struct count *c, size_t i)
{
    c->missing -= c->problems[i].records;
    c->nproblems--;
    memmove(&c->problems[i], &c->problems[i + 1], (c->nproblems - i) * sizeof *c->problems);
}

/* The first `known` problems came before the comparison.  A hole that Redis has a record for is
 * told by that record. */
static void explain_holes(struct count *c, const struct track *l, size_t known,
                          const struct redis_info *info, struct compared *r)
{
    for (size_t i = known; i-- > 0 && c->nproblems <= COUNT_PROBLEMS;) {
        const struct problem *p = &c->problems[i];
        bool found = p->kind == PROBLEM_MISSING && p->log == l->name && is_found(c, known, p);
        bool deleted = p->log == l->name && !found && !c->filtered && was_deleted(info, p);
        if (!found && !deleted)
            continue;
        r->deleted += deleted ? p->records : 0;
        remove_problem(c, i);
        known--;
    }
}

/* Entries that did not come, of a log. */
static void add_withheld(const struct count *c, struct compared *r, uint64_t absent)
{
    r->withheld += c->filtered ? absent : 0;
}

static enum sync_result compare_log(struct redis_sync *redis, const char *key, struct count *c,
                                    struct track *l, struct compared *r)
{
    struct walk w = {.count = c, .log = l, .result = r};
    struct redis_info info;
    size_t known = c->nproblems;
    w.last = l->seen.at[l->seen.count - 1];
    enum sync_result result = walk_log(redis, key, &w);
    if (result == SYNC_OK)
        result = redis_sync_info(redis, key, &info);
    if (result != SYNC_OK)
        return result;
    add_withheld(c, r, w.absent);
    explain_holes(c, l, known < COUNT_PROBLEMS ? known : COUNT_PROBLEMS, &info, r);
    return SYNC_OK;
}

static void compare_one(struct redis_sync *redis, const struct config *config,
                        const struct verify_options *o, struct count *c, struct track *l,
                        struct compared *r)
{
    char key[IDENTITY_MAX_KEY + 1];
    if (l->seen.count == 0)
        return;
    if (find_key(config, o, l->name, key)) {
        snprintf(r->failed, sizeof r->failed,
                 "no key is known for the log %s: give --log or --user", l->name);
        return;
    }
    if (compare_log(redis, key, c, l, r) != SYNC_OK)
        snprintf(r->failed, sizeof r->failed, "%.100s: %.80s", key, redis_sync_why(redis));
}

/* No more entries of all logs may be missing than the counts of the stream say are withheld. */
static void check_withheld(struct count *c, const struct compared *r)
{
    uint64_t more = sum_minus(r->withheld, c->withheld);
    if (c->filtered && count_is_proven(c) && more > 0)
        count_add_problem(c,
                          &(struct problem){.kind = PROBLEM_IN_REDIS, .log = "", .records = more});
}

void compare_run(const struct config *config, const struct verify_options *o, struct count *c,
                 struct compared *r)
{
    *r = (struct compared){0};
    struct redis_sync *redis = redis_sync_new(&config->redis, DEADLINE_MS);
    if (!redis) {
        snprintf(r->failed, sizeof r->failed, "out of memory");
        return;
    }
    redis_sync_keep_why(redis);
    redis_sync_always(redis);
    for (size_t i = 0; i < c->nlogs && !r->failed[0]; i++)
        compare_one(redis, config, o, c, &c->logs[i], r);
    if (!r->failed[0])
        check_withheld(c, r);
    redis_sync_free(redis);
}
