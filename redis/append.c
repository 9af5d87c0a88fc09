/* SPDX-License-Identifier: MIT */
/* append: see append.h. */
#include "redis/append.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "redis/sync_conn.h"
#include "redis/wire.h"

/* Of the commands that move elements. An element may have 512 MB, and PUBLISH repeats it. */
#define MOVE_BYTES ((size_t)2 * 1024 * 1024 * 1024)

static void begin(struct redis_sync *s)
{
    sync_set_deadline(s);
    s->renews = true; /* else a slow line would never get a bundle through, and repeat it */
    s->hold = 0;      /* answers that are read for their number only */
    s->skip = 0;
    s->bulk.all = false;
    s->shown = SIZE_MAX;
}

/* Connects. sync_leave must follow SYNC_OK. */
static enum sync_result enter(struct redis_sync *s)
{
    begin(s);
    if (sync_enter(s) == 0)
        return SYNC_OK;
    return s->refused ? SYNC_REFUSED : SYNC_DOWN;
}

static enum sync_result out_of_memory(struct redis_sync *s)
{
    sync_lose(s, "out of memory");
    return SYNC_DOWN;
}

/* The next answer, which has a deadline of its own. Free it with sync_free_reply. NULL: *result
 * says why there is none; the connection is lost. */
static const redisReply *next_answer(struct redis_sync *s, enum sync_result *result)
{
    sync_set_deadline(s);
    const redisReply *r = sync_reply(s);
    *result = r ? SYNC_OK : SYNC_DOWN;
    if (!r || r->type != REDIS_REPLY_ERROR)
        return r;
    *result = reply_is_for_good(r) ? SYNC_REFUSED : SYNC_DOWN;
    sync_lose(s, reply_error_text(r));
    sync_free_reply(s);
    return NULL;
}

/* Reads n answers. *count: how many of them are no nil. */
static enum sync_result skip_answers(struct redis_sync *s, size_t n, size_t *count)
{
    enum sync_result result = SYNC_OK;
    *count = 0;
    for (; n > 0; n--) {
        const redisReply *r = next_answer(s, &result);
        if (!r)
            return result;
        *count += r->type != REDIS_REPLY_NIL;
        sync_free_reply(s);
    }
    return result;
}

/* ---- records ---- */

int append_add(struct redis_sync *s, const struct redis_add *add)
{
    char maxlen[24];
    struct slice words[10] = {slice_of("XADD"), slice_of(add->key)};
    size_t n = 2;
    if (add->maxlen > 0) {
        snprintf(maxlen, sizeof maxlen, "%lu", add->maxlen);
        words[n++] = slice_of("MAXLEN");
        words[n++] = slice_of("~");
        words[n++] = slice_of(maxlen);
    }
    words[n++] = slice_of("*");
    words[n++] = add->field;
    words[n++] = add->value;
    if (add->event.len > 0) {
        words[n++] = add->event_field;
        words[n++] = add->event;
    }
    if (wire_add(&s->out, words, n))
        return -1;
    const struct slice publish[] = {slice_of("PUBLISH"), slice_of(add->channel), add->value};
    return add->channel ? wire_add(&s->out, publish, 3) : 0;
}

/* Reads the answer to one record. */
static enum sync_result read_added(struct redis_sync *s, const struct redis_add *add)
{
    enum sync_result result;
    size_t published;
    const redisReply *r = next_answer(s, &result);
    if (!r)
        return result;
    xid_parse(reply_slice(r), &s->added);
    sync_free_reply(s);
    return add->channel ? skip_answers(s, 1, &published) : SYNC_OK;
}

static enum sync_result send_all(struct redis_sync *s, const struct redis_add *adds, size_t n,
                                 size_t *done)
{
    for (size_t i = 0; i < n; i++)
        if (append_add(s, &adds[i]))
            return out_of_memory(s);
    if (n > 0 && sync_write(s))
        return SYNC_DOWN;
    for (; *done < n; (*done)++) {
        enum sync_result result = read_added(s, &adds[*done]);
        if (result != SYNC_OK)
            return result;
    }
    sync_finish(s); /* the records are sent; the next call connects again */
    return SYNC_OK;
}

enum sync_result redis_sync_send(struct redis_sync *s, const struct redis_add *adds, size_t n,
                                 size_t *done)
{
    *done = 0;
    enum sync_result result = enter(s);
    if (result != SYNC_OK)
        return result;
    result = send_all(s, adds, n, done);
    sync_leave(s);
    return result;
}

struct xid redis_sync_added(const struct redis_sync *s)
{
    return s->added;
}

/* One command whose answer is only checked. */
static enum sync_result command(struct redis_sync *s, const struct slice *words, size_t n)
{
    size_t count;
    if (wire_add(&s->out, words, n))
        return out_of_memory(s);
    return sync_write(s) ? SYNC_DOWN : skip_answers(s, 1, &count);
}

enum sync_result redis_sync_trim(struct redis_sync *s, const char *key, struct xid least)
{
    char id[XID_TEXT];
    xid_format(least, id);
    const struct slice words[] = {slice_of("XTRIM"), slice_of(key), slice_of("MINID"),
                                  slice_of("~"), slice_of(id)};
    enum sync_result result = enter(s);
    if (result != SYNC_OK)
        return result;
    result = command(s, words, 5);
    sync_leave(s);
    return result;
}

/* ---- elements of a list ---- */

static enum sync_result take(struct redis_sync *s, const struct redis_queue *q, size_t n,
                             unsigned wait_ms, size_t *got)
{
    char wait[24];
    const struct slice from = slice_of(q->newest_first ? "RIGHT" : "LEFT");
    snprintf(wait, sizeof wait, "%u.%03u", wait_ms / 1000, wait_ms % 1000);
    const struct slice first[] = {slice_of("BLMOVE"), slice_of(q->list), slice_of(q->taken), from,
                                  slice_of("RIGHT"),  slice_of(wait)};
    const struct slice next[] = {slice_of("LMOVE"), slice_of(q->list), slice_of(q->taken), from,
                                 slice_of("RIGHT")};
    bool bad = wire_add(&s->out, first, 6) != 0;
    for (size_t i = 1; i < n; i++)
        bad = bad || wire_add(&s->out, next, 5);
    if (bad)
        return out_of_memory(s);
    return sync_write(s) ? SYNC_DOWN : skip_answers(s, n, got);
}

enum sync_result redis_sync_take(struct redis_sync *s, const struct redis_queue *q, size_t n,
                                 unsigned wait_ms, size_t *got)
{
    enum sync_result result = enter(s);
    *got = 0;
    if (result != SYNC_OK)
        return result;
    result = take(s, q, n, wait_ms, got);
    sync_leave(s);
    return result;
}

/* WATCH, a check of the log's type, and the elements. UNWATCH: elements were taken since the last
 * WATCH, and that change of the list would count. */
static enum sync_result ask_taken(struct redis_sync *s, const struct redis_queue *q,
                                  const char *log, size_t n)
{
    char last[NUMBER_DIGITS];
    const struct slice unwatch[] = {slice_of("UNWATCH")};
    const struct slice watch[] = {slice_of("WATCH"), slice_of(q->taken)};
    const struct slice check[] = {slice_of("XLEN"), slice_of(log)};
    const struct slice range[] = {slice_of("LRANGE"), slice_of(q->taken), slice_of("0"),
                                  slice_make(last, number_format(n - 1, last))};
    size_t count;
    if (wire_add(&s->out, unwatch, 1) || wire_add(&s->out, watch, 2) ||
        wire_add(&s->out, check, 2) || wire_add(&s->out, range, 4))
        return out_of_memory(s);
    return sync_write(s) ? SYNC_DOWN : skip_answers(s, 3, &count);
}

enum sync_result redis_sync_taken(struct redis_sync *s, const struct redis_queue *q,
                                  const char *log, size_t n,
                                  void (*fn)(void *arg, struct slice element), void *arg)
{
    enum sync_result result = enter(s);
    if (result != SYNC_OK)
        return result;
    s->hold = SIZE_MAX; /* one that was taken must be moved on, however long it is */
    result = ask_taken(s, q, log, n);
    const redisReply *r = result == SYNC_OK ? next_answer(s, &result) : NULL;
    for (size_t i = 0; r && i < r->elements && i < n; i++)
        fn(arg, reply_value(&s->storage, r->element[i]));
    if (r)
        sync_free_reply(s);
    sync_leave(s);
    return result;
}

static enum sync_result ask_move(struct redis_sync *s, const struct redis_queue *q,
                                 const struct redis_add *adds, size_t n)
{
    char first[NUMBER_DIGITS];
    const struct slice multi[] = {slice_of("MULTI")}, exec[] = {slice_of("EXEC")};
    const struct slice trim[] = {slice_of("LTRIM"), slice_of(q->taken),
                                 slice_make(first, number_format(n, first)), slice_of("-1")};
    s->out.max = MOVE_BYTES;
    bool bad = wire_add(&s->out, multi, 1) != 0;
    for (size_t i = 0; i < n; i++)
        bad = bad || append_add(s, &adds[i]);
    bad = bad || wire_add(&s->out, trim, 4) || wire_add(&s->out, exec, 1);
    if (bad)
        return out_of_memory(s);
    size_t queued = 2 + n * (adds[0].channel ? 2 : 1), count; /* +OK, and +QUEUED for each */
    return sync_write(s) ? SYNC_DOWN : skip_answers(s, queued, &count);
}

/* A transaction goes on after an error, for example if the key of the log became one of another
 * type a moment ago. Elements have left the list `taken` then, and are not in the log. They are put
 * back. r: the answer of EXEC. Returns the error of the first of them; NULL: there is none. */
static const redisReply *put_back(struct redis_sync *s, const struct redis_queue *q,
                                  const struct slice *elements, size_t n, size_t step,
                                  const redisReply *r)
{
    size_t at = 2;
    struct slice words[2 + REDIS_MOVE_MAX] = {slice_of("LPUSH"), slice_of(q->taken)};
    const redisReply *error = NULL;
    for (size_t i = n; i-- > 0;)
        if (r->element[i * step]->type == REDIS_REPLY_ERROR) {
            error = r->element[i * step];
            words[at++] = elements[i];
        }
    if (error)
        wire_add(&s->out, words, at);
    return error;
}

static enum sync_result move(struct redis_sync *s, const struct redis_queue *q,
                             const struct redis_add *adds, const struct slice *elements, size_t n,
                             bool *moved)
{
    enum sync_result result = ask_move(s, q, adds, n);
    const redisReply *r = result == SYNC_OK ? next_answer(s, &result) : NULL;
    size_t step = adds[0].channel ? 2 : 1, count;
    char why[128];
    if (!r)
        return result;
    *moved = r->type == REDIS_REPLY_ARRAY && r->elements == n * step + 1;
    const redisReply *error = *moved ? put_back(s, q, elements, n, step, r) : NULL;
    if (*moved && !error)
        xid_parse(reply_slice(r->element[0]), &s->added);
    if (error) {
        *moved = false;
        snprintf(why, sizeof why, "%s", reply_error_text(error));
        result = reply_is_for_good(error) ? SYNC_REFUSED : SYNC_DOWN;
    }
    sync_free_reply(s);
    if (!error)
        return SYNC_OK;
    if (sync_write(s) || skip_answers(s, 1, &count) != SYNC_OK)
        return SYNC_DOWN;
    sync_lose(s, why);
    return result;
}

enum sync_result redis_sync_move(struct redis_sync *s, const struct redis_queue *q,
                                 const struct redis_add *adds, const struct slice *elements,
                                 size_t n, bool *moved)
{
    enum sync_result result = enter(s);
    *moved = false;
    if (result != SYNC_OK)
        return result;
    if (s->was_idle) /* else the connection is new and watches nothing */
        result = move(s, q, adds, elements, n, moved);
    sync_leave(s);
    return result;
}
