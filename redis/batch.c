/* SPDX-License-Identifier: MIT */
/*
 * batch: see batch.h. A batch is one transaction, so Redis adds all of it or nothing. Its receipt
 * is watched, and set in the same transaction. If two requests with the same receipt come at the
 * same time, the transaction of one fails. Then it finds the receipt.
 *
 * A transaction goes on after an error, and the ids are known only after it. So a second write adds
 * the ids to the receipt, or removes it if the records were refused. Somebody may be killed before
 * that. A receipt without ids therefore proves nothing: the records are searched for in the log,
 * after the last id that it had before. If they were never added, the receipt is removed and the
 * batch is added.
 */
#include "redis/batch.h"

#include <stdio.h>

#include "base/clock.h"
#include "redis/append.h"
#include "redis/sought.h"
#include "redis/sync_conn.h"
#include "redis/wire.h"

#define TRIES 4            /* of a transaction, when others set the same receipt meanwhile */
#define CHUNK (512 * 1024) /* bytes of commands that are sent together */

struct append {
    struct redis_sync *s;
    const struct redis_batch *b;
    struct receipt *kept;
    struct xid tip; /* the last id of the log before the transaction */
    bool stray;     /* the receipt was set, but the records were refused */
};

static enum redis_append of_error(const redisReply *r)
{
    if (reply_starts_with(r, "OOM "))
        return APPEND_FULL;
    if (reply_is_no_write(r))
        return APPEND_NO_WRITE;
    return reply_is_outage(r) ? APPEND_DOWN : APPEND_REFUSED;
}

/* Logs an error that concerns the batch. */
static enum redis_append refused(struct append *a, const redisReply *r)
{
    const struct slice words[] = {slice_of("XADD"), slice_of(a->b->key)};
    sync_error(a->s, words, 2, r);
    return of_error(r);
}

/* ---- before the transaction ---- */

/* *found: there is a receipt, which is in a->kept. APPEND_DONE: go on. */
static enum redis_append read_answers(struct append *a, bool *found)
{
    struct redis_sync *s = a->s;
    struct redis_info info = {0};
    enum redis_append result = APPEND_DONE;
    *found = false;
    for (int i = 0; i < 3; i++) {
        redisReply *r = sync_reply(s);
        if (!r)
            return APPEND_DOWN;
        bool missing = i == 2 && reply_starts_with(r, "ERR no such key");
        if (r->type == REDIS_REPLY_ERROR && !missing && result == APPEND_DONE)
            result = refused(a, r);
        else if (i == 1 && r->type == REDIS_REPLY_STRING)
            *found = receipt_parse(reply_slice(r), a->kept) == 0;
        else if (i == 2 && r->type == REDIS_REPLY_ARRAY)
            reply_info(r, &info);
        sync_free_reply(s);
    }
    a->tip = info.last;
    return sync_finish(s) ? APPEND_DOWN : result;
}

/* Watches the receipt, and reads it and the log's last id. A key of another type shows here. */
static enum redis_append look(struct append *a, bool *found)
{
    struct redis_sync *s = a->s;
    const struct slice receipt = slice_of(a->b->receipt);
    const struct slice watch[] = {slice_of("WATCH"), receipt}, get[] = {slice_of("GET"), receipt},
                       info[] = {slice_of("XINFO"), slice_of("STREAM"), slice_of(a->b->key)};
    sync_begin(s);
    s->hold = 0; /* the first and the last entry come with the info */
    if (wire_add(&s->out, watch, 2) || wire_add(&s->out, get, 2) || wire_add(&s->out, info, 3)) {
        sync_lose(s, "out of memory");
        return APPEND_DOWN;
    }
    return sync_write(s) ? APPEND_DOWN : read_answers(a, found);
}

/* ---- the transaction ---- */

/* Adds a command. -1: the connection was lost. */
static int put(struct redis_sync *s, const struct slice *words, size_t n)
{
    return wire_add(&s->out, words, n) ? sync_lose(s, "out of memory") : 0;
}

/* The command that sets the receipt. */
struct setting {
    char text[RECEIPT_TEXT], seconds[12];
    struct slice words[5];
};

static void make_setting(const struct append *a, struct setting *set)
{
    receipt_format(a->kept, set->text);
    snprintf(set->seconds, sizeof set->seconds, "%u", a->b->keep);
    set->words[0] = slice_of("SET");
    set->words[1] = slice_of(a->b->receipt);
    set->words[2] = slice_of(set->text);
    set->words[3] = slice_of("EX");
    set->words[4] = slice_of(set->seconds);
}

static int put_receipt(struct append *a)
{
    struct setting set;
    make_setting(a, &set);
    return put(a->s, set.words, 5);
}

/* Large batches leave in parts: Redis reads them while the next part is made. */
static int put_records(struct append *a)
{
    const struct redis_batch *b = a->b;
    struct redis_add add = {.key = b->key,
                            .maxlen = b->maxlen,
                            .field = b->field,
                            .event_field = b->event_field,
                            .event = b->event};
    for (size_t i = 0; i < b->n; i++) {
        add.value = b->values[i];
        if (append_add(a->s, &add))
            return sync_lose(a->s, "out of memory");
        if (a->s->out.len > CHUNK && sync_write(a->s))
            return -1;
    }
    return 0;
}

/* The answers to MULTI and to each command that was queued. */
static enum redis_append read_queued(struct append *a, size_t n)
{
    enum redis_append result = APPEND_DONE;
    for (size_t i = 0; i < n; i++) {
        redisReply *r = sync_reply(a->s);
        if (!r)
            return APPEND_DOWN;
        if (r->type == REDIS_REPLY_ERROR && result == APPEND_DONE)
            result = refused(a, r);
        sync_free_reply(a->s);
    }
    return result;
}

/* The ids of a transaction that Redis executed. once: its first answer is that to SET. */
static enum redis_append read_ids(struct append *a, const redisReply *r, bool once)
{
    size_t first = once ? 1 : 0;
    if (r->type != REDIS_REPLY_ARRAY || r->elements != a->b->n + first) {
        sync_lose(a->s, "answer of the wrong type");
        return APPEND_DOWN;
    }
    for (size_t i = first; i < r->elements; i++)
        if (r->element[i]->type == REDIS_REPLY_ERROR) {
            a->stray = once;
            return refused(a, r->element[i]);
        }
    a->kept->has_ids = xid_parse(reply_slice(r->element[first]), &a->kept->first) == 0 &&
                       xid_parse(reply_slice(r->element[r->elements - 1]), &a->kept->last) == 0;
    return APPEND_DONE;
}

/* *raced: another request set the receipt meanwhile, and nothing was done. */
static enum redis_append read_exec(struct append *a, bool once, bool *raced)
{
    enum redis_append queued = read_queued(a, a->b->n + 1 + once), result = queued;
    if (!a->s->ctx)
        return APPEND_DOWN;
    redisReply *r = sync_reply(a->s);
    if (!r)
        return APPEND_DOWN;
    *raced = r->type == REDIS_REPLY_NIL;
    if (queued == APPEND_DONE && !*raced)
        result = r->type == REDIS_REPLY_ERROR ? refused(a, r) : read_ids(a, r, once);
    sync_free_reply(a->s);
    return a->s->ctx && sync_finish(a->s) == 0 ? result : APPEND_DOWN;
}

static enum redis_append execute(struct append *a, bool *raced)
{
    const struct slice multi[] = {slice_of("MULTI")}, exec[] = {slice_of("EXEC")};
    bool once = a->b->receipt != NULL;
    *raced = false;
    sync_begin(a->s);
    if (put(a->s, multi, 1) || (once && put_receipt(a)) || put_records(a) || put(a->s, exec, 1) ||
        sync_write(a->s))
        return APPEND_DOWN;
    return read_exec(a, once, raced);
}

/* ---- after it ---- */

/* One command whose answer is not needed. */
static void tell(struct append *a, const struct slice *words, size_t n)
{
    sync_begin(a->s);
    if (sync_once(a->s, words, n))
        sync_free_reply(a->s);
}

/* Watches the receipt. Whether its value is this text. */
static bool is_receipt(struct append *a, const char *text)
{
    const struct slice receipt = slice_of(a->b->receipt);
    const struct slice watch[] = {slice_of("WATCH"), receipt}, get[] = {slice_of("GET"), receipt};
    bool same = false;
    sync_begin(a->s);
    if (put(a->s, watch, 2) || put(a->s, get, 2) || sync_write(a->s))
        return false;
    for (int i = 0; i < 2; i++) {
        const redisReply *r = sync_reply(a->s);
        if (!r)
            return false;
        same = r->type == REDIS_REPLY_STRING && slice_equal(reply_slice(r), slice_of(text));
        sync_free_reply(a->s);
    }
    return sync_finish(a->s) == 0 && same;
}

/* Changes the receipt of the transaction, which has no ids yet, if it is still there: through
 * another process the producer may have sent its next batch already. */
static void change_receipt(struct append *a, const struct slice *words, size_t n)
{
    char text[RECEIPT_TEXT];
    const struct slice multi[] = {slice_of("MULTI")}, exec[] = {slice_of("EXEC")},
                       unwatch[] = {slice_of("UNWATCH")};
    struct receipt without = *a->kept;
    without.has_ids = false;
    receipt_format(&without, text);
    bool same = is_receipt(a, text);
    if (a->s->ctx && !same)
        tell(a, unwatch, 1);
    if (!same || put(a->s, multi, 1) || put(a->s, words, n) || put(a->s, exec, 1) ||
        sync_write(a->s))
        return;
    for (int i = 0; i < 3 && sync_reply(a->s); i++)
        sync_free_reply(a->s);
    if (a->s->ctx)
        sync_finish(a->s);
}

static void add_ids(struct append *a)
{
    struct setting set;
    make_setting(a, &set);
    change_receipt(a, set.words, 5);
}

static void remove_receipt(struct append *a)
{
    const struct slice take[] = {slice_of("GETDEL"), slice_of(a->b->receipt)};
    change_receipt(a, take, 2);
}

/* Completes the receipt of a transaction. */
static void settle(struct append *a)
{
    if (a->stray)
        remove_receipt(a);
    else if (a->kept->has_ids)
        add_ids(a);
}

/* ---- a receipt without ids ---- */

struct search {
    const struct append *a;
    struct sought sought;
    bool found;
    struct xid last; /* of the entries that were read */
    struct sought_facts facts;
};

/* Forgets has_after when entries in between were trimmed meanwhile. */
static bool on_proof(void *arg, const struct redis_entry *entries, size_t count, size_t *start)
{
    struct search *f = arg;
    bool follows = count > 0 && xid_cmp(entries[0].id, f->last) == 0;
    f->facts.has_after = f->facts.has_after && follows;
    for (*start = 0; *start < count && xid_cmp(entries[*start].id, f->last) <= 0; ++*start)
        ;
    return true;
}

static bool on_entry(void *arg, const struct redis_entry *e)
{
    struct search *f = arg;
    const struct slice *value = NULL;
    for (size_t k = 0; k < e->pairs && !value; k++)
        if (slice_equal(e->fields[2 * k], f->a->b->field))
            value = &e->fields[2 * k + 1];
    f->found = sought_entry(&f->sought, e->id, value);
    f->last = e->id;
    return !f->found;
}

/* Reads the log after the place of the receipt, for as long as a call may take. A walk ends after
 * some thousand entries, and another one goes on. */
static void search_log(struct append *a, struct search *f)
{
    int64_t end = clock_ms() + a->s->deadline;
    enum sync_result r = SYNC_OK;
    f->facts.has_after = true;
    while (r == SYNC_OK && !f->found && !f->facts.ended && clock_ms() < end) {
        struct redis_walk w = {
            .key = a->b->key, .at = f->last, .fn = on_entry, .proof = on_proof, .arg = f};
        while ((r = redis_sync_walk(a->s, &w, a->s->deadline)) == SYNC_OK && !w.ended)
            ;
        f->facts.ended = r == SYNC_OK && !w.more;
    }
}

/* Finds the ids that a receipt lacks. Returns whether its records were never added. */
static bool is_unfounded(struct append *a)
{
    struct search f = {.a = a, .last = a->kept->after, .facts.after = a->kept->after};
    bool absent = false;
    if (sought_init(&f.sought, a->b->values, a->b->n) == 0) {
        search_log(a, &f);
        absent = !f.found && redis_sync_info(a->s, a->b->key, &f.facts.info) == SYNC_OK &&
                 sought_is_absent(&f.facts);
    }
    if (f.found) {
        a->kept->has_ids = true;
        a->kept->first = sought_first(&f.sought);
        a->kept->last = sought_last(&f.sought);
    }
    sought_free(&f.sought);
    return absent;
}

/* ---- both ---- */

static enum redis_append compare(const struct append *a)
{
    switch (receipt_compare(a->kept, &a->b->wanted)) {
    case RECEIPT_NEW:
        return APPEND_DONE;
    case RECEIPT_SAME:
        return APPEND_REPEATED;
    case RECEIPT_OTHER:
        return APPEND_OTHER;
    case RECEIPT_OLDER:
        return APPEND_OLDER;
    }
    return APPEND_REFUSED;
}

/* One try with a receipt. */
static enum redis_append try_once(struct append *a, bool *raced)
{
    const struct slice unwatch[] = {slice_of("UNWATCH")};
    bool found;
    *raced = false;
    enum redis_append result = look(a, &found);
    if (result == APPEND_DONE && found)
        result = compare(a);
    if (result != APPEND_DONE) {
        if (a->s->ctx)
            tell(a, unwatch, 1);
        return result;
    }
    *a->kept = a->b->wanted;
    a->kept->count = a->b->n;
    a->kept->after = a->tip;
    result = execute(a, raced);
    if (a->s->ctx && !*raced)
        settle(a);
    return result;
}

static enum redis_append try_all(struct append *a)
{
    bool raced = true;
    enum redis_append result = APPEND_DOWN;
    for (int i = 0; i < TRIES && raced; i++)
        result = a->b->receipt ? try_once(a, &raced) : execute(a, &raced);
    return raced ? APPEND_DOWN : result;
}

/* Without a receipt a batch that may have been added is not sent again. */
static enum redis_append append(struct append *a)
{
    struct redis_sync *s = a->s;
    enum redis_append result;
    a->stray = false;
    *a->kept = a->b->wanted;
    a->kept->count = a->b->n;
    do {
        sync_begin(s);
        if (sync_enter(s))
            return APPEND_DOWN;
        result = try_all(a);
        sync_leave(s);
    } while (result == APPEND_DOWN && a->b->receipt && !s->ctx && s->was_idle && !s->timed_out);
    return result;
}

/* Removes a receipt that stands for no records. */
static void withdraw(struct append *a)
{
    sync_begin(a->s);
    if (sync_enter(a->s))
        return;
    remove_receipt(a);
    sync_leave(a->s);
}

enum redis_append redis_sync_append(struct redis_sync *s, const struct redis_batch *b,
                                    struct receipt *kept)
{
    struct append a = {.s = s, .b = b, .kept = kept};
    enum redis_append result = append(&a);
    if (result != APPEND_REPEATED || kept->has_ids || !is_unfounded(&a))
        return result;
    withdraw(&a);
    result = append(&a);
    return result == APPEND_REPEATED && !kept->has_ids ? APPEND_DOWN : result;
}
