/* SPDX-License-Identifier: MIT */
/* append: see append.h. */
#include "redis/append.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "redis/answers.h"
#include "redis/wire.h"

/* Of the command that moves elements: one record, and short ones before it. */
#define MOVE_BYTES (REDIS_VALUE_MAX + (size_t)16 * 1024 * 1024)
#define TAKEN_HOLD (4 * 1024 * 1024) /* of large elements that are read at once */

/* ---- records ---- */

int append_add(struct redis_sync *s, const struct redis_add *add)
{
    char maxlen[NUMBER_DIGITS], number[NUMBER_DIGITS];
    struct slice words[13] = {slice_of("XADD"), slice_of(add->key)};
    size_t n = 2;
    if (add->producer) {
        words[n++] = slice_of("IDMP");
        words[n++] = slice_of(add->producer);
        words[n++] = slice_make(number, number_format(add->number, number));
    }
    if (add->maxlen > 0) {
        words[n++] = slice_of("MAXLEN");
        words[n++] = slice_of("~");
        words[n++] = slice_make(maxlen, number_format(add->maxlen, maxlen));
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
    const redisReply *r = answers_next(s, &result);
    if (!r)
        return result;
    xid_parse(reply_slice(r), &s->added);
    sync_free_reply(s);
    return add->channel ? answers_skip(s, 1, &published) : SYNC_OK;
}

static enum sync_result send_all(struct redis_sync *s, const struct redis_add *adds, size_t n,
                                 size_t *done)
{
    for (size_t i = 0; i < n; i++)
        if (append_add(s, &adds[i]))
            return answers_out_of_memory(s);
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
    enum sync_result result = answers_enter(s);
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
        return answers_out_of_memory(s);
    return sync_write(s) ? SYNC_DOWN : answers_skip(s, 1, &count);
}

enum sync_result redis_sync_trim(struct redis_sync *s, const char *key, struct xid least)
{
    char id[XID_TEXT];
    xid_format(least, id);
    const struct slice words[] = {slice_of("XTRIM"), slice_of(key), slice_of("MINID"),
                                  slice_of("~"), slice_of(id)};
    enum sync_result result = answers_enter(s);
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
        return answers_out_of_memory(s);
    return sync_write(s) ? SYNC_DOWN : answers_skip(s, n, got);
}

enum sync_result redis_sync_take(struct redis_sync *s, const struct redis_queue *q, size_t n,
                                 unsigned wait_ms, size_t *got)
{
    enum sync_result result = answers_enter(s);
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
        return answers_out_of_memory(s);
    return sync_write(s) ? SYNC_DOWN : answers_skip(s, 3, &count);
}

/* *cut: the answer had more than could be held, and nothing was handed out. */
static enum sync_result read_taken(struct redis_sync *s, const struct redis_queue *q,
                                   const char *log, size_t n, sync_element_fn *fn, void *arg,
                                   bool *cut)
{
    enum sync_result result = answers_enter(s);
    *cut = false;
    if (result != SYNC_OK)
        return result;
    s->hold = n > 1 ? TAKEN_HOLD : SIZE_MAX; /* a single one must be moved on, however long it is */
    result = ask_taken(s, q, log, n);
    const redisReply *r = result == SYNC_OK ? answers_next(s, &result) : NULL;
    *cut = r && s->cut;
    for (size_t i = 0; r && !*cut && i < r->elements && i < n; i++)
        fn(arg, reply_value(&s->storage, r->element[i]));
    if (r)
        sync_free_reply(s);
    sync_leave(s);
    return result;
}

enum sync_result redis_sync_taken(struct redis_sync *s, const struct redis_queue *q,
                                  const char *log, size_t n, sync_element_fn *fn, void *arg)
{
    bool cut;
    enum sync_result result = read_taken(s, q, log, n, fn, arg, &cut);
    return cut ? read_taken(s, q, log, 1, fn, arg, &cut) : result;
}

/* Runs one command, unless the list that is watched has changed. Returns its answer; free it with
 * sync_free_reply. NULL: it did not run, *result says why. SYNC_OK: because of that. */
static const redisReply *run_watched(struct redis_sync *s, const struct slice *words, size_t n,
                                     enum sync_result *result)
{
    const struct slice multi[] = {slice_of("MULTI")}, exec[] = {slice_of("EXEC")};
    size_t count;
    *result = SYNC_OK;
    if (!s->was_idle) /* the connection is new and watches nothing */
        return NULL;
    if (wire_add(&s->out, multi, 1) || wire_add(&s->out, words, n) || wire_add(&s->out, exec, 1)) {
        *result = answers_out_of_memory(s);
        return NULL;
    }
    *result = sync_write(s) ? SYNC_DOWN : answers_skip(s, 2, &count); /* +OK and +QUEUED */
    const redisReply *r = *result == SYNC_OK ? answers_next(s, result) : NULL;
    if (r && r->type == REDIS_REPLY_ARRAY && r->elements == 1)
        return r->element[0];
    if (r)
        sync_free_reply(s);
    return NULL;
}

/* A transaction would go on after an error, for example if the key of the log became one of another
 * type a moment ago. Then it would remove elements that are not in the log. The script stops there.
 * Its first command changes nothing; it shows whether elements can be removed. A record that may
 * not be published is not added.
 * The answer: how many records were added, and the id of the last of them or an error.
 * KEYS: the log, the list `taken`. ARGV: MAXLEN or 0; channel or nothing; field; field of the
 * event; event or nothing; values. */
static const char move_script[] =
    "local function failed(r) return type(r) == 'table' and r.err end\n"
    "local add = {'XADD', KEYS[1], '*', ARGV[3], ''}\n"
    "if ARGV[1] ~= '0' then add = {'XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', ARGV[3], ''} end\n"
    "local value, done = #add, 0\n"
    "if ARGV[5] ~= '' then add[value + 1] = ARGV[4]; add[value + 2] = ARGV[5] end\n"
    "local r = redis.pcall('LTRIM', KEYS[2], 0, -1)\n"
    "for i = 6, #ARGV do\n"
    "  add[value] = ARGV[i]\n"
    "  if not failed(r) and ARGV[2] ~= '' then r = redis.pcall('PUBLISH', ARGV[2], ARGV[i]) end\n"
    "  if not failed(r) then r = redis.pcall(unpack(add)) end\n"
    "  if failed(r) then break end\n"
    "  done = i - 5\n"
    "end\n"
    "if done > 0 then redis.call('LTRIM', KEYS[2], done, -1) end\n"
    "return {done, r}";

#define MOVE_HEAD 10 /* words of the command before the values */

static const redisReply *run_move(struct redis_sync *s, const struct redis_queue *q,
                                  const struct redis_add *adds, size_t n, enum sync_result *result)
{
    char maxlen[NUMBER_DIGITS];
    struct slice words[MOVE_HEAD + REDIS_MOVE_MAX] = {
        slice_of("EVAL"),
        slice_of(move_script),
        slice_of("2"),
        slice_of(adds[0].key),
        slice_of(q->taken),
        slice_make(maxlen, number_format(adds[0].maxlen, maxlen)),
        slice_of(adds[0].channel),
        adds[0].field,
        adds[0].event_field,
        adds[0].event,
    };
    for (size_t i = 0; i < n; i++)
        words[MOVE_HEAD + i] = adds[i].value;
    s->out.max = MOVE_BYTES;
    return run_watched(s, words, MOVE_HEAD + n, result);
}

enum sync_result redis_sync_move(struct redis_sync *s, const struct redis_queue *q,
                                 const struct redis_add *adds, size_t n, size_t *done)
{
    enum sync_result result = answers_enter(s);
    *done = 0;
    if (result != SYNC_OK)
        return result;
    const redisReply *r = run_move(s, q, adds, n, &result);
    const redisReply *error = r && r->type == REDIS_REPLY_ERROR ? r : NULL;
    if (r && r->type == REDIS_REPLY_ARRAY && r->elements == 2) {
        *done = (size_t)r->element[0]->integer;
        error = r->element[1]->type == REDIS_REPLY_ERROR ? r->element[1] : NULL;
        xid_parse(reply_slice(r->element[1]), &s->added);
    }
    if (error)
        result = answers_error(s, error);
    if (r)
        sync_free_reply(s);
    sync_leave(s);
    return result;
}

enum sync_result redis_sync_set_aside(struct redis_sync *s, const struct redis_queue *q,
                                      const char *aside, bool *moved)
{
    const struct slice words[] = {slice_of("LMOVE"), slice_of(q->taken), slice_of(aside),
                                  slice_of("LEFT"), slice_of("RIGHT")};
    enum sync_result result = answers_enter(s);
    *moved = false;
    if (result != SYNC_OK)
        return result;
    const redisReply *r = run_watched(s, words, 5, &result);
    *moved = r && r->type != REDIS_REPLY_ERROR;
    if (r && !*moved)
        result = answers_error(s, r);
    if (r)
        sync_free_reply(s);
    sync_leave(s);
    return result;
}
