/* SPDX-License-Identifier: MIT */
/*
 * once: see once.h.  The commands behind EXEC watch the offset again and read it, in the same
 * write. So a batch costs one round trip, and the transaction of a connection that was lost fails
 * if it reaches Redis after that of the next connection.
 *
 * A transaction goes on after an error, for example if the key of the log became one of another
 * type a moment ago.  Then the offset is set back.  It is not if the answer is lost and the key is
 * a stream again before the next one: its records are gone then anyway.
 */
#include "redis/once.h"

#include <stdio.h>

#include "redis/answers.h"
#include "redis/wire.h"

#define TRIES 8 /* of a transaction whose offset was changed by another process, or expired */

struct once {
    struct redis_sync *s;
    struct redis_offset *o;
};

static enum redis_once of_result(enum sync_result result)
{
    return result == SYNC_OK ? ONCE_DONE : result == SYNC_DOWN ? ONCE_DOWN : ONCE_REFUSED;
}

/* Of an administrator who gave no rights to the offset, or of a proxy without transactions. EXEC
 * tells why it is refused behind words of its own. */
static bool is_denial(const redisReply *r)
{
    return reply_starts_with(r, "NOPERM") || reply_starts_with(r, "ERR unknown command") ||
           reply_starts_with(r, "EXECABORT Transaction discarded because of: NOPERM");
}

/* The connection is lost because of an error to a command round the records. */
static enum redis_once refuse(struct redis_sync *s, const redisReply *error)
{
    bool denied = is_denial(error);
    enum sync_result result = answers_error(s, error);
    sync_free_reply(s);
    return denied ? ONCE_DENIED : of_result(result);
}

/* The next answer, to such a command. NULL: *result says why there is none. */
static const redisReply *next(struct redis_sync *s, enum redis_once *result)
{
    sync_set_deadline(s);
    const redisReply *r = sync_reply(s);
    *result = r ? ONCE_DONE : ONCE_DOWN;
    if (!r || r->type != REDIS_REPLY_ERROR)
        return r;
    *result = refuse(s, r);
    return NULL;
}

static enum redis_once skip(struct redis_sync *s, size_t n)
{
    enum redis_once result = ONCE_DONE;
    for (; n > 0 && next(s, &result); n--)
        sync_free_reply(s);
    return result;
}

static int put(struct redis_sync *s, const char *name, const char *key)
{
    const struct slice words[] = {slice_of(name), slice_of(key)};
    return wire_add(&s->out, words, key ? 2 : 1);
}

/* value empty: the key expires at once, for which no further right is needed. */
static int put_offset(const struct once *a, struct slice value)
{
    char seconds[NUMBER_DIGITS];
    struct slice words[] = {slice_of("SET"), slice_of(a->o->key), value, slice_of("EX"),
                            slice_make(seconds, number_format(a->o->keep, seconds))};
    if (value.len == 0) {
        words[3] = slice_of("PX");
        words[4] = slice_of("1");
    }
    return wire_add(&a->s->out, words, value.len > 0 && a->o->keep == 0 ? 3 : 5);
}

/* ---- the offset ---- */

/* Watches the offset, reads it, and checks the type of the log. */
static int put_watch(const struct once *a)
{
    return put(a->s, "WATCH", a->o->key) || put(a->s, "XLEN", a->o->log) ||
           put(a->s, "GET", a->o->key);
}

/* Sets the offset back to what it was before the batch, which Redis refused. */
static void take_back(const struct once *a)
{
    struct redis_sync *s = a->s;
    s->watched = NULL;
    if (put(s, "MULTI", NULL) || put_offset(a, buf_slice(&a->o->before)) || put(s, "EXEC", NULL) ||
        sync_write(s))
        return;
    skip(s, 3);
}

/* Takes the value that Redis has. */
static enum redis_once take_value(const struct once *a, struct slice value)
{
    struct redis_offset *o = a->o;
    enum offset_finding finding = offset_compare(o, value);
    if (finding == OFFSET_TAKEN) {
        sync_lose(a->s, "another process uses the same name of a producer");
        return ONCE_TAKEN;
    }
    if (offset_take(o, value))
        return of_result(answers_out_of_memory(a->s));
    return finding == OFFSET_EARLIER ? ONCE_EARLIER : ONCE_DONE;
}

/* The key of the log has another type. */
static enum redis_once refuse_type(const struct once *a, struct slice value, const char *why)
{
    if (a->o->known && offset_compare(a->o, value) == OFFSET_THERE)
        take_back(a);
    if (a->s->ctx)
        sync_lose(a->s, why);
    return ONCE_REFUSED;
}

/* After a batch whose records Redis refused. */
static enum redis_once take_back_after(const struct once *a, bool watches, const char *why)
{
    if (watches)
        take_back(a);
    if (a->s->ctx)
        sync_lose(a->s, why);
    return ONCE_REFUSED;
}

/* Reads the answers to put_watch. */
static enum redis_once read_watch(const struct once *a)
{
    struct redis_sync *s = a->s;
    char why[128] = "";
    enum redis_once result = skip(s, 1);
    const redisReply *r = result == ONCE_DONE ? sync_reply(s) : NULL;
    if (!r)
        return result == ONCE_DONE ? ONCE_DOWN : result;
    if (reply_starts_with(r, "WRONGTYPE"))
        snprintf(why, sizeof why, "%s", reply_error_text(r));
    else if (r->type == REDIS_REPLY_ERROR)
        return refuse(s, r);
    sync_free_reply(s);
    r = next(s, &result);
    if (!r)
        return result;
    struct slice value = r->type == REDIS_REPLY_STRING ? reply_slice(r) : slice_make("", 0);
    result = why[0] ? refuse_type(a, value, why) : take_value(a, value);
    sync_free_reply(s);
    s->watched = s->ctx && sync_finish(s) == 0 ? a->o : NULL;
    return result;
}

/* Before the first batch of a connection, or of another producer.  It shows that transactions are
 * allowed: without MULTI the records of a batch would be added one by one. */
static enum redis_once look(const struct once *a)
{
    struct redis_sync *s = a->s;
    s->watched = NULL;
    if (put(s, "MULTI", NULL) || put(s, "GET", a->o->key) || put(s, "EXEC", NULL) || put_watch(a))
        return of_result(answers_out_of_memory(s));
    if (sync_write(s))
        return ONCE_DOWN;
    enum redis_once result = skip(s, 3);
    return result == ONCE_DONE ? read_watch(a) : result;
}

enum redis_once redis_sync_find(struct redis_sync *s, struct redis_offset *o)
{
    const struct once a = {s, o};
    enum sync_result entered = answers_enter(s);
    if (entered != SYNC_OK)
        return of_result(entered);
    enum redis_once result = look(&a);
    sync_leave(s);
    return result;
}

/* ---- a batch ---- */

static enum redis_once put_batch(const struct once *a, const struct redis_add *adds, size_t n)
{
    struct redis_sync *s = a->s;
    bool bad = put(s, "MULTI", NULL) != 0;
    for (size_t i = 0; i < n; i++)
        bad = bad || append_add(s, &adds[i]);
    if (bad || put_offset(a, buf_slice(&a->o->next)) || put(s, "EXEC", NULL) || put_watch(a))
        return of_result(answers_out_of_memory(s));
    return sync_write(s) ? ONCE_DOWN : ONCE_DONE;
}

/* The answers to MULTI and to the commands that were queued. */
static enum redis_once read_queued(struct redis_sync *s, size_t commands)
{
    size_t count;
    enum redis_once result = skip(s, 1);
    if (result == ONCE_DONE)
        result = of_result(answers_skip(s, commands, &count));
    return result == ONCE_DONE ? skip(s, 1) : result;
}

/* The answer to EXEC. Returns an error of one of the records, or NULL. *done: the records before.
 */
static const redisReply *read_added(struct redis_sync *s, const redisReply *r, size_t n,
                                    size_t *done)
{
    size_t each = (r->elements - 1) / n;
    for (size_t i = 0; i + 1 < r->elements; i++) {
        if (r->element[i]->type == REDIS_REPLY_ERROR)
            return r->element[i];
        if (i % each == 0)
            xid_parse(reply_slice(r->element[i]), &s->added);
        *done = (i + 1) / each;
    }
    return NULL;
}

/* The answers to put_watch after a batch, which is in the log also if the connection is lost now.
 * Whether its offset is watched. */
static bool watch_again(const struct once *a)
{
    struct redis_sync *s = a->s;
    bool same = false, error = false;
    for (int i = 0; i < 3; i++) {
        sync_set_deadline(s);
        const redisReply *r = sync_reply(s);
        if (!r)
            return false;
        error = error || r->type == REDIS_REPLY_ERROR;
        same = r->type == REDIS_REPLY_STRING && slice_equal(reply_slice(r), buf_slice(&a->o->next));
        sync_free_reply(s);
    }
    same = sync_finish(s) == 0 && same;
    s->watched = same && !error ? a->o : NULL;
    return same;
}

/* *raced: nothing was done, because the offset was changed meanwhile. */
static enum redis_once read_batch(const struct once *a, const struct redis_add *adds, size_t n,
                                  size_t *done, bool *raced)
{
    struct redis_sync *s = a->s;
    char why[128] = "";
    size_t commands = adds[0].channel ? 2 * n : n;
    enum redis_once result = read_queued(s, commands);
    const redisReply *r = result == ONCE_DONE ? next(s, &result) : NULL, *error = NULL;
    if (!r)
        return result;
    s->watched = NULL;
    *raced = r->type == REDIS_REPLY_NIL;
    if (!*raced && (r->type != REDIS_REPLY_ARRAY || r->elements != commands + 1)) {
        sync_free_reply(s);
        sync_lose(s, "answer of the wrong type");
        return ONCE_DOWN;
    }
    if (!*raced)
        error = read_added(s, r, n, done);
    if (error)
        snprintf(why, sizeof why, "%s", reply_error_text(error));
    sync_free_reply(s);
    if (*raced)
        return ONCE_DONE;
    bool watches = watch_again(a);
    if (why[0])
        return take_back_after(a, watches, why);
    return offset_take(a->o, buf_slice(&a->o->next)) ? of_result(answers_out_of_memory(s))
                                                     : ONCE_DONE;
}

static bool is_there(const struct redis_offset *o)
{
    return slice_equal(buf_slice(&o->before), buf_slice(&o->next));
}

static enum redis_once run(const struct once *a, const struct redis_add *adds, size_t n,
                           size_t *done)
{
    bool watches = a->s->was_idle && a->s->watched == a->o, raced = true;
    enum redis_once result = watches ? ONCE_DONE : look(a);
    for (int i = 0; result == ONCE_DONE && i < TRIES && raced && !is_there(a->o); i++) {
        result = put_batch(a, adds, n);
        if (result == ONCE_DONE)
            result = read_batch(a, adds, n, done, &raced);
        if (result == ONCE_DONE && raced)
            result = read_watch(a);
    }
    if (result == ONCE_DONE && !is_there(a->o))
        return ONCE_DOWN;
    *done = result == ONCE_DONE ? n : *done;
    return result;
}

enum redis_once redis_sync_once(struct redis_sync *s, struct redis_offset *o,
                                const struct redis_add *adds, size_t n, size_t *done)
{
    const struct once a = {s, o};
    enum sync_result entered = answers_enter(s);
    *done = 0;
    if (entered != SYNC_OK)
        return of_result(entered);
    enum redis_once result = run(&a, adds, n, done);
    sync_leave(s);
    return result;
}
