/* SPDX-License-Identifier: MIT */
/*
 * logs: see logs.h.  A turn finds the logs of some words, or asks Redis about some of the logs.  A
 * set may be as large as a user likes: no more than LOGS_MEMBERS members are read for one answer.
 *
 * Invariant: a name is listed once, for the word that log= would take it from.
 */
#include "front/logs.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/diag.h"
#include "config/log_word.h"
#include "format/pyjson.h"
#include "front/access.h"
#include "front/answer.h"
#include "front/context.h"
#include "identity/logs.h"

#define LOGS_MEMBERS 1000  /* of all sets */
#define LOGS_PARTS   100   /* of sets: those that were large once may have many empty ones */
#define TELL_MS      60000 /* between two lines of the log about sets */

struct listed {
    char name[LOG_WORD_NAME + 1];
    const struct log_word *word;
    bool any; /* the log has records */
    uint64_t length;
    struct xid first, last;
};

struct logs_task {
    struct task task;
    struct logs_asker asker;
    const struct log_word *word; /* the next one to look into */
    char cursor[REDIS_SET_CURSOR];
    size_t part_of; /* the first log of the word's set */
    size_t members, parts, malformed;
    bool cut;
    struct listed *logs;
    size_t count, known; /* listed; asked about */
    bool failed;
};

/* ---- names ---- */

static bool is_listed(const struct logs_task *l, struct slice name)
{
    for (size_t i = 0; i < l->count; i++)
        if (slice_equal(name, slice_of(l->logs[i].name)))
            return true;
    return false;
}

/* Lists the log unless a word before has its name. */
static void add(struct logs_task *l, struct slice name)
{
    if (l->failed || is_listed(l, name))
        return;
    if (l->count % 64 == 0) {
        struct listed *logs = realloc(l->logs, (l->count + 64) * sizeof *logs);
        if (!logs) {
            l->failed = true;
            return;
        }
        l->logs = logs;
    }
    struct listed *log = &l->logs[l->count++];
    *log = (struct listed){.word = l->word};
    memcpy(log->name, name.p, name.len);
}

static void on_member(void *arg, struct slice member)
{
    struct logs_task *l = arg;
    struct logs_keys keys;
    if (l->members == LOGS_MEMBERS) {
        l->cut = true;
        return;
    }
    l->members++;
    if (!log_word_is_name(member))
        l->malformed++;
    else if (logs_find(&l->asker, l->word, member, &keys) == WHY_OK)
        add(l, member);
}

/* Once a minute, for all sets: a user fills a set, and must not fill the log. */
static void tell_set(const struct logs_task *l, const char *set)
{
    static _Atomic int64_t next;
    int64_t now = clock_ms(), due = next;
    if ((!l->cut && l->malformed == 0) || now < due ||
        !atomic_compare_exchange_strong(&next, &due, now + TELL_MS))
        return;
    diag(DIAG_WARNING, "front", "the set %s: %zu members are no names of logs%s", set, l->malformed,
         l->cut ? ", and it has more members than are read" : "");
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct listed *)a)->name, ((const struct listed *)b)->name);
}

/* Redis has the members in no order. */
static void end_set(struct logs_task *l, const char *set)
{
    if (l->count > l->part_of)
        qsort(l->logs + l->part_of, l->count - l->part_of, sizeof *l->logs, by_name);
    tell_set(l, set);
    l->malformed = 0;
    l->part_of = 0;
    l->word++;
}

/* Reads a part of the word's set. */
static enum sync_result read_set(struct context *ctx, struct logs_task *l)
{
    char set[IDENTITY_MAX_KEY + 1];
    if (logs_set(&l->asker, l->word, set) || l->members == LOGS_MEMBERS) {
        l->word++;
        return SYNC_OK;
    }
    if (!l->cursor[0]) {
        memcpy(l->cursor, "0", 2);
        l->part_of = l->count;
    }
    enum sync_result r = redis_sync_set_scan(ctx->redis, set, l->cursor, on_member, l);
    l->cut = l->cut || ++l->parts == LOGS_PARTS;
    if (r == SYNC_OK && (l->cut || strcmp(l->cursor, "0") == 0)) {
        l->cursor[0] = '\0';
        end_set(l, set);
    }
    return r;
}

/* Lists the log of the next word, or a part of its set. */
static enum sync_result read_word(struct context *ctx, struct logs_task *l)
{
    struct logs_keys keys;
    if (l->word->set)
        return read_set(ctx, l);
    struct slice name = slice_of(l->word->name);
    if (logs_find(&l->asker, l->word, name, &keys) == WHY_OK)
        add(l, name);
    l->word++;
    return SYNC_OK;
}

/* ---- what Redis knows of them ---- */

/* Asks about the next logs. */
static enum sync_result read_infos(struct context *ctx, struct logs_task *l)
{
    static const struct redis_info none;
    struct logs_keys keys[REDIS_INFOS];
    const char *texts[REDIS_INFOS];
    struct redis_info infos[REDIS_INFOS] = {none};
    size_t n = 0;
    for (; n < REDIS_INFOS && l->known + n < l->count; n++) {
        const struct listed *log = &l->logs[l->known + n];
        logs_find(&l->asker, log->word, slice_of(log->name), &keys[n]);
        texts[n] = keys[n].key;
    }
    enum sync_result r = redis_sync_infos(ctx->redis, texts, n, infos);
    for (size_t i = 0; r == SYNC_OK && i < n; i++) {
        struct listed *log = &l->logs[l->known + i];
        log->any = infos[i].has_first;
        log->length = infos[i].length;
        log->first = infos[i].first;
        log->last = infos[i].last;
    }
    l->known += n;
    return r;
}

/* ---- the answer ---- */

static void add_id(struct buf *b, const char *name, bool any, struct xid id)
{
    char text[XID_TEXT];
    xid_format(id, text);
    buf_addf(b, any ? ",\"%s\":\"%s\"" : ",\"%s\":null", name, text);
}

/* default_key: of the log that requests without log= read; "": there is none. */
static void add_log(struct buf *b, const struct logs_task *l, const struct listed *log,
                    const char *default_key)
{
    const char *title = log->word->set ? log->name : log->word->title;
    struct logs_keys keys;
    buf_addf(b, "{\"name\":\"%s\",\"title\":", log->name);
    pyjson_string(b, slice_of(title), PYJSON_UTF8);
    add_id(b, "first", log->any, log->first);
    add_id(b, "last", log->any, log->last);
    buf_addf(b, ",\"length\":%llu", (unsigned long long)log->length);
    logs_find(&l->asker, log->word, slice_of(log->name), &keys);
    buf_adds(b, strcmp(keys.key, default_key) == 0 ? ",\"default\":true}" : "}");
}

static enum turn answer_logs(struct context *ctx, const struct logs_task *l)
{
    char default_key[IDENTITY_MAX_KEY + 1];
    if (logs_default(&l->asker, default_key) != WHY_OK)
        default_key[0] = '\0';
    answer_begin(ctx, 200, "application/json");
    buf_adds(&ctx->body, "{\"logs\":[");
    for (size_t i = 0; i < l->count; i++) {
        buf_adds(&ctx->body, i > 0 ? "," : "");
        add_log(&ctx->body, l, &l->logs[i], default_key);
    }
    buf_adds(&ctx->body, "]}");
    answer_send(ctx);
    return TURN_DONE;
}

static enum turn logs_turn(struct context *ctx, struct task *t)
{
    struct logs_task *l = (struct logs_task *)t;
    int64_t end = clock_ms() + TASK_SLICE_MS;
    enum sync_result r = SYNC_OK;
    do {
        if (!l->word->key && l->known == l->count)
            return answer_logs(ctx, l);
        r = l->word->key ? read_word(ctx, l) : read_infos(ctx, l);
        if (r != SYNC_OK || l->failed) {
            answer_error(ctx, r == SYNC_DOWN ? 503 : 500,
                         r == SYNC_DOWN ? "the logs cannot be looked up now"
                                        : "the logs cannot be looked up");
            return TURN_DONE;
        }
    } while (clock_ms() < end);
    return TURN_AGAIN;
}

static void logs_free(struct task *t)
{
    struct logs_task *l = (struct logs_task *)t;
    free(l->logs);
    free(l);
}

void serve_logs(struct context *ctx)
{
    const struct config *c = ctx->config;
    if (c->log_kind != LOG_STREAM || !c->profile->named_logs) {
        answer_error(ctx, 404, "there are no named logs");
        return;
    }
    if (access_enabled(ctx) || access_identify(ctx))
        return;
    struct logs_task *l = calloc(1, sizeof *l);
    if (!l) {
        answer_error(ctx, 500, "out of memory");
        return;
    }
    l->task = (struct task){logs_turn, logs_free};
    l->asker = (struct logs_asker){c, &ctx->identity, ctx->has_match ? &ctx->match : NULL};
    l->word = c->logs;
    ctx->task = &l->task;
}
